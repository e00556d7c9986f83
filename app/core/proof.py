"""The proof that no deadline was lost: what was due, when each step fired, who was told, what is open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
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


def deadlines_proof(db: Session, since: datetime | None, until: datetime | None) -> list[ProofRow]:
    """Every step of the deadlines due within a time, and of those from before it that are still open.

    In the order in which they were due; two statements, however many there are; needs the system's transaction.

    Args:
        since: inclusive; None: from the beginning. Without time zone: UTC.
        until: exclusive; None: to the end.
    """
    wanted = _within(since, until)
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


def _second(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%SZ")
