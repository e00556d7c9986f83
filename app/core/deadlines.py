"""Deadlines that cannot be lost: rows of the transaction that starts them, fired exactly once by whoever gets there.

A deadline has steps (level and instant: reminder, warning, lapse, escalation …). Firing a step is one transaction:
the row is locked (SKIP LOCKED), the firing written (unique per deadline and level), the room's handler called, the
next step set. A crash before the commit leaves the step due; after it, done. What came due while nobody ran fires
first: the most urgent before the rest (`precedence`), the earliest of those before the later ones. Only the act itself
(`meet`) stops a deadline.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.db import Base, Identified, changed_rows
from app.core.log import log
from app.core.work import Work

MOST = 500
"""So many steps fire in one round; what is left fires in the next."""
ORDINARY = 9
"""The precedence of what guards nobody; 0 is a child in acute danger."""


class Deadline(Identified, Base):
    """Something that must be done until an instant; open until it is met."""

    __tablename__ = "deadline"

    tenant_id: Mapped[UUID]
    provider_id: Mapped[UUID | None]
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    steps: Mapped[list[Any]]  # [{"level": 0, "at": "2026-…Z"}, …] in order of time
    precedence: Mapped[int] = mapped_column(SmallInteger, default=ORDINARY, server_default=str(ORDINARY))
    source: Mapped[str]  # law, agreement or local policy the length comes from
    next_step: Mapped[int] = mapped_column(default=0)
    next_fires_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    met_by: Mapped[UUID | None]

    __table_args__ = (
        Index("ix_deadline_next", "next_fires_at", postgresql_where=text("next_fires_at IS NOT NULL")),
        Index("ix_deadline_subject", "subject_id", "kind"),
    )


class DeadlineFiring(Base):
    """One step of a deadline that has fired: when it was due, when it fired. Exactly one row per step."""

    __tablename__ = "deadline_firing"

    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadline.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    fires_at: Mapped[datetime]
    fired_at: Mapped[datetime]
    told: Mapped[list[Any]]  # who was told, as the room's handler reports


@dataclass(frozen=True, slots=True)
class Step:
    """A level and the instant it fires."""

    level: int
    at: datetime


Handler = Callable[[Session, Deadline, int, datetime], list[str]]
"""What a room does when a step fires; returns who was told (roles or account ids)."""


def start(
    db: Session,
    *,
    kind: str,
    tenant_id: UUID,
    provider_id: UUID | None,
    subject_kind: str,
    subject_id: UUID,
    started_at: datetime,
    due_at: datetime,
    steps: Sequence[Step],
    source: str,
    precedence: int = ORDINARY,
) -> Deadline:
    """Let a deadline run, in the transaction of the act that starts it. Steps already past fire at once.

    Args:
        precedence: 0 (first) to 9: which goes first when many are due at once, such as after a time of standstill.
    """
    ordered = sorted(steps, key=lambda step: (step.at, step.level))
    deadline = Deadline(
        kind=kind,
        tenant_id=tenant_id,
        provider_id=provider_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        started_at=started_at,
        due_at=due_at,
        steps=[{"level": step.level, "at": step.at.isoformat()} for step in ordered],
        source=source,
        precedence=precedence,
        next_fires_at=ordered[0].at if ordered else None,
    )
    db.add(deadline)
    return deadline


def meet(db: Session, subject_id: UUID, kind: str, *, by: UUID, at: datetime) -> int:
    """The act is done: stop the open deadlines of this kind; returns how many there were."""
    db.flush()
    stop = update(Deadline).where(Deadline.subject_id == subject_id, Deadline.kind == kind, Deadline.met_at.is_(None))
    return changed_rows(db.execute(stop.values(met_at=at, met_by=by, next_fires_at=None)))


def fire_due(work: Work, handlers: Mapping[str, Handler], now: datetime, *, most: int = MOST) -> int:
    """Fire every step that is due, one transaction each; returns how many.

    A handler that fails leaves its step due for the next round and does not hold up the others.
    """
    fired = 0
    failed: list[UUID] = []
    for _ in range(most):
        deadline_id = None
        try:
            with work.as_system() as db:
                deadline = db.scalar(
                    select(Deadline)
                    .where(Deadline.next_fires_at <= now, Deadline.id.not_in(failed))
                    .order_by(Deadline.precedence, Deadline.next_fires_at, Deadline.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
                if deadline is None:
                    return fired
                deadline_id = deadline.id
                _fire(db, deadline, handlers, now)
            fired += 1
        except Exception:  # one broken deadline must not silence the rest
            log.exception("deadline_failed", deadline_id=str(deadline_id))
            if deadline_id is None:
                raise
            failed.append(deadline_id)
    return fired


def _fire(db: Session, deadline: Deadline, handlers: Mapping[str, Handler], now: datetime) -> None:
    step = deadline.steps[deadline.next_step]
    firing = DeadlineFiring(
        deadline_id=deadline.id,
        level=step["level"],
        fires_at=datetime.fromisoformat(step["at"]),
        fired_at=now,
        told=handlers[deadline.kind](db, deadline, step["level"], now),
    )
    db.add(firing)
    deadline.next_step += 1
    met = deadline.met_at is not None  # the handler's own act may be the one that was due
    following = [] if met else deadline.steps[deadline.next_step : deadline.next_step + 1]
    deadline.next_fires_at = datetime.fromisoformat(following[0]["at"]) if following else None
