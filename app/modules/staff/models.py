"""A provider's professionals as its bills know them: a key, a qualification, an employment, and from when to when."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned, code
from app.core.problems import Text
from app.modules.agreements import Employment


class StaffMember(Identified, Versioned, Base):
    """What a professional is from one day to another; a change of qualification is a new entry.

    Source: audit findings (professionals without the qualification that was paid for; freelancers at the rate of
    employees).
    """

    __tablename__ = "staff_member"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    worker: Mapped[str]  # as service records name the professional, in small letters; no name
    qualification: Mapped[str]
    employment: Mapped[Employment] = mapped_column(code(Employment, "employment"))
    proof: Mapped[str]  # what the qualification is proven by
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # last day
    period: Mapped[Any] = mapped_column(DATERANGE, Computed("daterange(valid_from, valid_to, '[]')", persisted=True))
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("worker = lower(worker)", name="worker"),
        ExcludeConstraint(
            ("provider_id", "="), ("worker", "="), ("period", "&&"), name="ex_staff_member_overlap", using="gist"
        ),
        Index("ix_staff_member_provider_id", "provider_id", "worker", "valid_from"),
    )

    def is_of(self, worker: str, day: date) -> bool:
        """Whether this entry says what a professional is on a day."""
        is_then = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return is_then and self.worker == worker.lower()


CONSTRAINT_TEXTS["ex_staff_member_overlap"] = Text(
    "Für diese Fachkraft und diesen Zeitraum gibt es schon einen Eintrag.",
    "There is an entry for this professional and period already.",
)
