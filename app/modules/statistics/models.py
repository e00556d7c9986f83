"""Records of the official statistics, and the deliveries they leave in."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, code
from app.core.workflow import Stateful
from app.modules.statistics.codes import StatisticsRecordState, StatisticsReleaseState, Survey


class StatisticsRecord(Identified, Stateful, Base):
    """One child and procedure, or one Inobhutnahme; from its release on nothing leads back to them."""

    __tablename__ = "statistics_record"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    survey: Mapped[Survey] = mapped_column(code(Survey, "survey"))
    state: Mapped[StatisticsRecordState] = mapped_column(code(StatisticsRecordState, "state"))
    completed_on: Mapped[date]  # the last day of its month once it is released
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("endangerment_case.id", ondelete="SET NULL"))
    subject_id: Mapped[UUID | None]  # the child in its procedure, or the Inobhutnahme
    person_key: Mapped[str | None]  # random, the same for a child in every procedure, until it is delivered
    derived: Mapped[dict[str, Any]]
    answers: Mapped[dict[str, Any] | None]
    completed_by: Mapped[UUID | None]
    release_id: Mapped[UUID | None] = mapped_column(ForeignKey("statistics_release.id"))

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_statistics_record_number"),
        CheckConstraint("state NOT IN ('complete', 'released') OR answers IS NOT NULL", name="answers"),
        CheckConstraint("(state = 'released') = (release_id IS NOT NULL)", name="release"),
        CheckConstraint("state <> 'released' OR num_nonnulls(case_id, subject_id, completed_by) = 0", name="anonymous"),
        Index(
            "uq_statistics_record_subject",
            "survey",
            "subject_id",
            unique=True,
            postgresql_where=text("subject_id IS NOT NULL AND state <> 'withdrawn'"),
        ),
        Index("ix_statistics_record_youth_office_id", "youth_office_id", "survey", "completed_on", "id"),
        Index("ix_statistics_record_case_id", "case_id"),
        Index("ix_statistics_record_release_id", "release_id", "id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office that answers to the statistical office."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """Nobody but the office learns of it."""
        return [self.youth_office_id]


class StatisticsRelease(Identified, Stateful, Base):
    """What was released of a period together, to be delivered to the statistical office."""

    __tablename__ = "statistics_release"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    survey: Mapped[Survey] = mapped_column(code(Survey, "survey"))
    first: Mapped[date]
    last: Mapped[date]
    state: Mapped[StatisticsReleaseState] = mapped_column(code(StatisticsReleaseState, "state"))
    unit_key: Mapped[str]  # the reporting unit's number with the statistical office
    records: Mapped[int]
    sha256: Mapped[str]  # of the file as it was released
    released_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    delivered_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("first <= last", name="period"),
        CheckConstraint("records > 0", name="records"),
        CheckConstraint("(state = 'delivered') = (delivered_on IS NOT NULL)", name="delivered"),
        Index("ix_statistics_release_youth_office_id", "youth_office_id", "first", "id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office that delivers."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """Nobody but the office learns of it."""
        return [self.youth_office_id]
