"""Quality dialogues between a youth office and providers (§ 79a, § 78b Abs. 1 Nr. 3 SGB VIII).

What a provider says of itself, and what the youth office says of it, is between the two; minutes are for all.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful


class DialogueState(CodeList):
    """Where a dialogue stands."""

    PLANNED = "planned", "geplant"
    INVITED = "invited", "eingeladen"
    HELD = "held", "geführt"
    MINUTED = "minuted", "Protokoll liegt vor"
    AGREED = "agreed", "Protokoll bestätigt"
    CLOSED = "closed", "abgeschlossen"
    CANCELLED = "cancelled", "abgesagt"


class MeasureState(CodeList):
    """Where an agreed measure stands."""

    OPEN = "open", "offen"
    REPORTED = "reported", "als erledigt gemeldet"
    DONE = "done", "erledigt"
    DROPPED = "dropped", "aufgegeben"


class Rating(CodeList):
    """How far a standard is met; five steps, as benchmarking rings grade goal attainment (facts 2.5)."""

    NOT_MET = "not_met", "nicht erfüllt"
    RARELY_MET = "rarely_met", "selten erfüllt"
    PARTLY_MET = "partly_met", "teilweise erfüllt"
    MOSTLY_MET = "mostly_met", "überwiegend erfüllt"
    MET = "met", "erfüllt"

    @property
    def step(self) -> int:
        """0 to 4."""
        return list(Rating).index(self)


class QualityDialogue(Identified, Stateful, Base):
    """One meeting of a quality dialogue with what prepares and follows it."""

    __tablename__ = "quality_dialogue"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    state: Mapped[DialogueState] = mapped_column(code(DialogueState, "state"))
    title: Mapped[str]
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"))
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("quality_dialogue.id"))
    standard_ids: Mapped[list[UUID]]
    period_from: Mapped[date]
    period_to: Mapped[date]
    meeting_at: Mapped[datetime]
    place: Mapped[str | None]
    agenda: Mapped[list[str]]
    assessments_until: Mapped[date]
    attendance: Mapped[list[Any] | None]
    minutes: Mapped[str | None]
    minutes_hash: Mapped[str | None]
    cancelled_because: Mapped[str | None]

    parties: Mapped[list["DialogueParty"]] = relationship(lazy="raise", order_by="DialogueParty.place")
    confirmations: Mapped[list["DialogueConfirmation"]] = relationship(
        lazy="raise", order_by="DialogueConfirmation.confirmed_at"
    )

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_quality_dialogue_number"),
        CheckConstraint("period_to >= period_from", name="period"),
        CheckConstraint("(minutes IS NULL) = (minutes_hash IS NULL)", name="minutes"),
        Index("ix_quality_dialogue_youth_office_id", "youth_office_id", "meeting_at"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose audit chain it joins."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The youth office and the providers that take part."""
        return [party.organisation_id for party in self.parties]

    @property
    def provider_ids(self) -> list[UUID]:
        """The providers that take part."""
        return [organisation_id for organisation_id in self.audience if organisation_id != self.youth_office_id]


class DialogueParty(Base):
    """Who takes part: the youth office (place 0) and providers. Ids only."""

    __tablename__ = "quality_dialogue_party"

    dialogue_id: Mapped[UUID] = mapped_column(ForeignKey("quality_dialogue.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    place: Mapped[int]

    __table_args__ = (Index("ix_quality_dialogue_party_organisation_id", "organisation_id", "dialogue_id"),)


class DialogueAssessment(Identified, Base):
    """How far a provider meets a standard, in its own view or the youth office's."""

    __tablename__ = "quality_dialogue_assessment"

    dialogue_id: Mapped[UUID] = mapped_column(ForeignKey("quality_dialogue.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    standard_id: Mapped[UUID] = mapped_column(ForeignKey("standard.id"))
    by_youth_office: Mapped[bool]
    rating: Mapped[Rating] = mapped_column(code(Rating, "rating"))
    text: Mapped[str]
    evidence: Mapped[str | None]
    assessed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    assessed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint(
            "dialogue_id", "provider_id", "standard_id", "by_youth_office", name="uq_quality_dialogue_assessment"
        ),
    )


class DialogueConfirmation(Base):
    """That a party confirms these very minutes."""

    __tablename__ = "quality_dialogue_confirmation"

    dialogue_id: Mapped[UUID] = mapped_column(ForeignKey("quality_dialogue.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    minutes_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    function: Mapped[str]
    confirmed_at: Mapped[datetime]


class DialogueMeasure(Identified, Stateful, Base):
    """What was agreed to be done, by whom, until when."""

    __tablename__ = "quality_dialogue_measure"

    dialogue_id: Mapped[UUID] = mapped_column(ForeignKey("quality_dialogue.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    standard_id: Mapped[UUID | None] = mapped_column(ForeignKey("standard.id"))
    state: Mapped[MeasureState] = mapped_column(code(MeasureState, "state"))
    text: Mapped[str]
    due_on: Mapped[date]
    report: Mapped[str | None]
    overdue_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_quality_dialogue_measure_office", "youth_office_id", "due_on", "id"),
        Index("ix_quality_dialogue_measure_owner", "owner_id", "due_on", "id"),
        Index("ix_quality_dialogue_measure_dialogue", "dialogue_id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose audit chain it joins."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The youth office and who does it."""
        return sorted({self.youth_office_id, self.owner_id})


CONSTRAINT_TEXTS["quality_dialogue_minutes_fixed"] = Text(
    "Ein von allen bestätigtes Protokoll ändert sich nicht mehr.", "Minutes all have confirmed do not change any more."
)
