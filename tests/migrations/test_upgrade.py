"""Migrations go up and down again, match the models, and end in the structure that was agreed on."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

from app.core.embedded import create_database
from app.core.health import HEAD_REVISION
from tests.conftest import ROOT
from tests.migrations.snapshot import describe

SNAPSHOT = Path(__file__).with_name("schema.txt")
OPEN_TABLES = {
    "alembic_version": "no data",
    "organisation": "the public register of organisations",
    "number_series": "counters without content, used by both parties of a case",
}


@pytest.fixture
def config(database_url: str) -> Config:
    """A database of its own, empty."""
    name = f"t{uuid4().hex[:12]}"
    url = make_url(database_url)
    create_database(url.set(database="postgres", username="postgres").render_as_string(hide_password=False), name)
    made = Config(str(ROOT / "alembic.ini"))
    made.attributes["url"] = url.set(database=name).render_as_string(hide_password=False)
    return made


def test_there_is_one_head_and_readiness_knows_it() -> None:
    scripts = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
    assert scripts.get_heads() == [HEAD_REVISION]


def test_up_down_up_leads_to_the_same_structure_as_the_models(config: Config) -> None:
    command.upgrade(config, "head")
    engine = create_engine(config.attributes["url"])
    with engine.connect() as connection:
        first = describe(connection)
    command.downgrade(config, "base")
    with engine.connect() as connection:
        left = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        assert left == ["alembic_version"]
    command.upgrade(config, "head")
    with engine.connect() as connection:
        assert describe(connection) == first
    command.check(config)
    engine.dispose()


def test_structure_is_the_one_agreed_on(database_url: str) -> None:
    """HANDSCHLAG_WRITE_SNAPSHOT=1 writes the new structure; its diff belongs into the review."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        now = describe(connection)
    engine.dispose()
    if os.environ.get("HANDSCHLAG_WRITE_SNAPSHOT"):
        SNAPSHOT.write_text(now)
    assert now == SNAPSHOT.read_text()


TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


def test_every_table_is_walled_or_open_for_a_named_reason(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert set(connection.scalars(text(f"{TABLES} AND NOT relrowsecurity"))) == set(OPEN_TABLES)
        unforced = connection.scalars(text(f"{TABLES} AND relrowsecurity AND NOT relforcerowsecurity"))
        # account: read by the owner, to find the actor; audit_lane: written by its trigger as the owner
        assert set(unforced) == {"account", "audit_lane"}
    engine.dispose()


def test_roles_of_requests_own_nothing_and_bypass_nothing(database_url: str) -> None:
    roles = "('handschlag_api'::regrole, 'handschlag_system'::regrole)"
    powers = f"SELECT count(*) FROM pg_roles WHERE oid IN {roles} AND (rolsuper OR rolbypassrls)"
    owned = f"SELECT count(*) FROM pg_class WHERE relowner IN {roles}"
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.scalar(text(powers)) == 0
        assert connection.scalar(text(owned)) == 0
    engine.dispose()
