"""The proof that no deadline was lost: what was due, when each step fired, who was told, what is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.deadlines import Deadline, DeadlineFiring


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One step of one deadline: fired, or still to come."""

    deadline: Deadline
    level: int
    fires_at: datetime
    firing: DeadlineFiring | None

    @property
    def late_seconds(self) -> float | None:
        """How long after its instant the step fired; None when it has not."""
        return None if self.firing is None else (self.firing.fired_at - self.fires_at).total_seconds()

    def cells(self) -> tuple[object, ...]:
        """The row as a table shows it."""
        deadline, firing = self.deadline, self.firing
        return (
            deadline.kind,
            f"{deadline.subject_kind}/{deadline.subject_id}",
            _minute(deadline.due_at),
            self.level,
            _minute(self.fires_at),
            _minute(firing.fired_at) if firing else ("met" if deadline.met_at else "open"),
            "" if self.late_seconds is None else f"{self.late_seconds:.0f}",
            ", ".join(firing.told) if firing else "",
            _minute(deadline.met_at) if deadline.met_at else "",
        )


def deadlines_proof(db: Session, since: datetime | None, until: datetime | None) -> list[ProofRow]:
    """Every step of every deadline that was due within a time (UTC), in the order of the deadlines."""
    rows = select(Deadline).order_by(Deadline.due_at, Deadline.id)
    if since is not None:
        rows = rows.where(Deadline.due_at >= since)
    if until is not None:
        rows = rows.where(Deadline.due_at < until)
    deadlines = list(db.scalars(rows))
    wanted = select(DeadlineFiring).where(DeadlineFiring.deadline_id.in_([deadline.id for deadline in deadlines]))
    fired = {(firing.deadline_id, firing.level): firing for firing in db.scalars(wanted)}
    return [row for deadline in deadlines for row in _rows(deadline, fired)]


def _rows(deadline: Deadline, fired: dict[tuple[UUID, int], DeadlineFiring]) -> Iterator[ProofRow]:
    for step in deadline.steps:
        firing = fired.get((deadline.id, step["level"]))
        yield ProofRow(deadline, step["level"], datetime.fromisoformat(step["at"]), firing)


def _minute(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%SZ")
