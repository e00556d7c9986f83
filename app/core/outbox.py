"""Events: written with the act, published in order afterwards (transactional outbox).

An event names its audience, the organisations that may learn of it. `publish` runs alone (advisory lock), gives
every committed event the next position and lays it into the feed of each organisation; a position is therefore
never filled in later, and a reader who has seen position n has seen everything before it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.db import Base, Identified
from app.policy import Actor

TYPE_PREFIX = "handschlag."
TYPES: dict[str, str] = {}
"""Every type of event there is, without the prefix, and its German title; receivers subscribe by it."""


class Event(Identified, Base):
    """What happened to one thing; ids and states only, no personal data."""

    __tablename__ = "event"

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    tenant_id: Mapped[UUID]
    type: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    actor_organisation_id: Mapped[UUID]
    action: Mapped[str]
    from_state: Mapped[str] = mapped_column(default="")
    to_state: Mapped[str] = mapped_column(default="")
    audience: Mapped[list[UUID]]
    data: Mapped[dict[str, Any]]
    position: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_event_subject", "subject_id", "seq"),
        Index("ix_event_unpublished", "seq", postgresql_where=text("position IS NULL")),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  # SQLAlchemy reads the class attribute


class FeedEntry(Base):
    """The place of an event in one organisation's feed."""

    __tablename__ = "feed_entry"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)


def announce(**titles: str) -> None:
    """Say which events a room emits besides those of its life cycles: `thing__what="Titel"` is `thing.what`."""
    TYPES.update({name.replace("__", "."): title for name, title in titles.items()})


def emit(
    db: Session,
    type_: str,
    *,
    tenant_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    audience: Sequence[UUID],
    actor: Actor,
    at: datetime,
    action: str = "",
    states: tuple[str, str] = ("", ""),
    data: Mapping[str, Any] | None = None,
) -> None:
    """Lay an event into the outbox, in the transaction of the act.

    Args:
        type_: `<thing>.<what happened>`; the feed shows it as `handschlag.<type_>`.
        audience: organisations that may know; each gets it in its feed and at its webhooks.
        data: ids, states and numbers for the receiver; never a name or free text.
    """
    if type_ not in TYPES:
        raise ValueError(f"{type_} is announced nowhere")
    db.add(
        Event(
            tenant_id=tenant_id,
            type=TYPE_PREFIX + type_,
            subject_kind=subject_kind,
            subject_id=subject_id,
            at=at,
            actor_id=actor.id,
            actor_organisation_id=actor.organisation_id,
            action=action,
            from_state=states[0],
            to_state=states[1],
            audience=list(dict.fromkeys(audience)),
            data=dict(data or {}),
        )
    )


_LOCK = text("SELECT pg_try_advisory_xact_lock(7801)")
_PUBLISH = text(
    """
    WITH batch AS (
        SELECT id, seq, audience FROM event WHERE position IS NULL ORDER BY seq LIMIT :size
    ), placed AS (
        SELECT id, audience, nextval('event_position') AS position FROM (SELECT * FROM batch ORDER BY seq) AS sorted
    ), marked AS (
        UPDATE event SET position = placed.position FROM placed WHERE event.id = placed.id
    ), laid AS (
        INSERT INTO feed_entry (organisation_id, position, event_id)
        SELECT unnest(audience), position, id FROM placed
    )
    SELECT id FROM placed ORDER BY position
    """
)
Published = Callable[[Session, list[Event]], None]


def publish(db: Session, on_published: Published, *, size: int = 500) -> int:
    """Publish the events committed so far; returns how many. Only one process does so at a time.

    Args:
        db: the system's transaction.
        on_published: hands the events, in order, to whoever delivers them (in the same transaction).
    """
    if not db.scalar(_LOCK):
        return 0
    ids = list(db.scalars(_PUBLISH, {"size": size}))
    if ids:
        events = {event.id: event for event in db.scalars(select(Event).where(Event.id.in_(ids)))}
        on_published(db, [events[id_] for id_ in ids])
    return len(ids)
