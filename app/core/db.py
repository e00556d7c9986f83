"""Tables' common ground: naming of constraints, id, version, code columns, the engine."""

from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import CursorResult, DateTime, Engine, Enum, MetaData, Result, Text, Uuid, create_engine, make_url
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, sessionmaker

from app.core.ids import new_id
from app.core.problems import NotFound, StaleVersion
from app.core.problems import Text as Told
from app.core.types import CodeList

T = TypeVar("T")

CONSTRAINT_TEXTS: dict[str, Told] = {}
"""What a broken constraint means to the user; a room fills it beside its tables. The last line of defence."""


class Base(DeclarativeBase):
    """All tables. Names of constraints follow one convention, so that migrations and messages can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[UUID]: ARRAY(Uuid()),
        list[str]: ARRAY(Text()),
    }


class Identified:
    """A row with an id of its own (UUIDv7, made here: PostgreSQL before 18 has none)."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Versioned:
    """A row that changes: its version is its ETag, and a lost update fails."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  # SQLAlchemy passes the class
        return {"version_id_col": cls.version}


class CaseBound:
    """A row that belongs to one youth office and one provider: who sees it follows from these two."""

    youth_office_id: Mapped[UUID]
    provider_id: Mapped[UUID]

    @property
    def audience(self) -> list[UUID]:
        """The organisations that learn of what happens to it."""
        return [self.youth_office_id, self.provider_id]


def code(codes: type[CodeList], name: str) -> Enum:
    """A column of codes, kept as text with a CHECK named `ck_<table>_<name>` (native enums cannot be rolled back)."""
    return Enum(
        codes,
        native_enum=False,
        create_constraint=True,
        length=60,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


_OPTIONS = (
    "-c timezone=UTC -c search_path=public,jobs -c statement_timeout=60000 -c lock_timeout=10000 "
    "-c idle_in_transaction_session_timeout=60000"
)
"""UTC, our schemas, bounded statements."""
EXPRESS_OPTIONS = (
    f"{_OPTIONS} -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off -c jit=off"
)
"""Each statement is planned once, to walk along an index: the plan must serve when the table has grown."""


def make_engine(url: str, *, pool_size: int = 20) -> Engine:
    """The engine; no ping before each use."""
    return create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=10, connect_args={"options": _OPTIONS})


def make_express_pool(url: str, *, size: int) -> AsyncConnectionPool[AsyncConnection]:
    """Connections for a few statements over and over, on the event loop; opened when the process starts."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    kwargs = {"options": EXPRESS_OPTIONS, "autocommit": True}
    return AsyncConnectionPool(plain, kwargs=kwargs, min_size=1, max_size=size, timeout=10, open=False)


def make_sessions(engine: Engine, **info: Any) -> sessionmaker[Session]:
    """Sessions that keep their objects readable after the commit, and know `info` of the process."""
    return sessionmaker(engine, expire_on_commit=False, info=info)


def found(row: T | None) -> T:
    """The row, or the refusal that does not tell whether it exists for others."""
    if row is None:
        raise NotFound
    return row


def changed_rows(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE met."""
    return cast(CursorResult[Any], result).rowcount


def check_version(row: Versioned, expected: int) -> None:
    """Refuse a change made on an older reading (`If-Match`)."""
    if row.version != expected:
        raise StaleVersion
