"""Alembic's entrance: the address comes from the settings or from the caller, the tables from the models."""

from alembic import context
from sqlalchemy import create_engine, pool

from app.core.db import Base
from app.settings import get_settings
from app.tables import load

load()
OWN_SCHEMAS = (None, "public")


def include_name(name: str | None, type_: str, _parents: object) -> bool:
    """Compare our own tables only; the job tables belong to their library."""
    return type_ != "schema" or name in OWN_SCHEMAS


def run() -> None:
    """Migrate, in one transaction per revision, giving way to readers quickly."""
    url = context.config.attributes.get("url") or get_settings().database
    if url is None:
        raise SystemExit("Set HANDSCHLAG_DATABASE_URL, or use `python -m app migrate` for the embedded database.")
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": "-c lock_timeout=10000"})
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_type=True,
            include_name=include_name,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
