"""The proof that no deadline was lost: what was due, when each step fired, who was told, what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from app.core import clock
from app.core.deadlines import Deadline, DeadlineFiring


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One step of one deadline: fired, made needless by the act, still to come, or missed."""

    deadline: Deadline
    level: int
    fires_at: datetime
    firing: DeadlineFiring | None
    read_at: datetime

    @property
    def late_seconds(self) -> float | None:
        """How long after its instant the step fired; None when it has not.

        A deadline that runs from before its entry (a call noted later) has steps that were past when it began.
        """
        return None if self.firing is None else (self.firing.fired_at - self.fires_at).total_seconds()

    @property
    def is_missed(self) -> bool:
        """Due, not fired, and nobody did the act: what must not happen for longer than a beat takes."""
        return self.firing is None and self.deadline.met_at is None and self.fires_at <= self.read_at

    @property
    def is_overdue(self) -> bool:
        """The act should have been done and is not."""
        return self.deadline.met_at is None and self.deadline.due_at < self.read_at

    @property
    def outcome(self) -> str:
        """Fired; met: made needless by the act; waiting: still to come; missed."""
        if self.firing is not None:
            return "fired"
        if self.deadline.met_at is not None:
            return "met"
        return "missed" if self.is_missed else "waiting"

    def facts(self) -> dict[str, Any]:
        """The row as data: ids, instants and who was told, nothing of what it is about."""
        deadline, firing = self.deadline, self.firing
        return {
            "organisation_id": str(deadline.tenant_id),
            "provider_id": str(deadline.provider_id) if deadline.provider_id else None,
            "kind": deadline.kind,
            "subject": f"{deadline.subject_kind}/{deadline.subject_id}",
            "source": deadline.source,
            "started_at": _second(deadline.started_at),
            "due_at": _second(deadline.due_at),
            "level": self.level,
            "fires_at": _second(self.fires_at),
            "outcome": self.outcome,
            "fired_at": _second(firing.fired_at) if firing else None,
            "late_seconds": self.late_seconds,
            "told": list(firing.told) if firing else [],
            "met_at": _second(deadline.met_at) if deadline.met_at else None,
            "met_by": str(deadline.met_by) if deadline.met_by else None,
            "is_overdue": self.is_overdue,
        }

    def cells(self) -> tuple[object, ...]:
        """The row as a table shows it."""
        deadline, firing = self.deadline, self.firing
        return (
            deadline.kind,
            f"{deadline.subject_kind}/{deadline.subject_id}",
            _second(deadline.due_at),
            self.level,
            _second(self.fires_at),
            _second(firing.fired_at) if firing else self._instead(),
            "" if self.late_seconds is None else f"{self.late_seconds:.0f}",
            ", ".join(firing.told) if firing else "",
            _second(deadline.met_at) if deadline.met_at else "OVERDUE" if self.is_overdue else "open",
        )

    def _instead(self) -> str:
        if self.deadline.met_at is not None:
            return "met"
        return "MISSED" if self.is_missed else "waiting"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a proof amounts to."""

    deadlines: int
    open: int
    overdue: int
    fired: int
    missed: int
    told_nobody: int
    latest_seconds: float

    @classmethod
    def of(cls, rows: Sequence[ProofRow]) -> Self:
        """Counted over the rows; lateness of what fired although the service had begun before."""
        ids = {row.deadline.id for row in rows}
        unmet = {row.deadline.id for row in rows if row.deadline.met_at is None}
        fired = [row for row in rows if row.firing is not None]
        return cls(
            deadlines=len(ids),
            open=len(unmet),
            overdue=len({row.deadline.id for row in rows if row.is_overdue}),
            fired=len(fired),
            missed=sum(row.is_missed for row in rows),
            told_nobody=sum(not row.firing.told for row in fired if row.firing),
            latest_seconds=max((row.late_seconds or 0.0 for row in fired), default=0.0),
        )


def deadlines_proof(
    db: Session, since: datetime | None, until: datetime | None, organisation_id: UUID | None = None
) -> list[ProofRow]:
    """Every step of the deadlines due within a time, and of those from before it that are still open.

    In the order in which they were due; two statements, however many there are; needs the system's transaction.

    Args:
        since: inclusive; None: from the beginning. Without time zone: UTC.
        until: exclusive; None: to the end.
        organisation_id: only what it answers for, or is a party of.
    """
    wanted = and_(_within(since, until), _of(organisation_id))
    now = clock.now()
    deadlines = db.scalars(select(Deadline).where(wanted).order_by(Deadline.due_at, Deadline.id)).all()
    fired = select(DeadlineFiring).join(Deadline, Deadline.id == DeadlineFiring.deadline_id).where(wanted)
    firings = {(firing.deadline_id, firing.level): firing for firing in db.scalars(fired)}
    return [
        ProofRow(
            deadline,
            step["level"],
            datetime.fromisoformat(step["at"]),
            firings.get((deadline.id, step["level"])),
            now,
        )
        for deadline in deadlines
        for step in deadline.steps
    ]


def _within(since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(or_(Deadline.due_at >= since, Deadline.met_at.is_(None)))
    if until is not None:
        conditions.append(Deadline.due_at < until)
    return and_(True, *conditions)


def _of(organisation_id: UUID | None) -> ColumnElement[bool]:
    if organisation_id is None:
        return true()
    return or_(Deadline.tenant_id == organisation_id, Deadline.provider_id == organisation_id)


def _second(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%SZ")
