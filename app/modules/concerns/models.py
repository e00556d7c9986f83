"""A provider's concerns: signs of danger to a child, as the provider's own people keep them (§ 8a Abs. 4 SGB VIII).

No youth office sees a row of these tables; what it may know is the notification itself. What was written stays:
entries are added and never changed (the database refuses it). Their text lies sealed: a copy of the database opens
nothing.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, case
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.db import Base, Identified, Versioned, code
from app.core.workflow import Stateful
from app.modules.concerns.codes import ConcernEntryKind, ConcernState, FamilyPart, RiskRating


class ProviderConcern(Identified, Stateful, Base):
    """One provider, one child or group of siblings, one time of worry."""

    __tablename__ = "provider_concern"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    youth_office_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))  # who would be told
    help_id: Mapped[UUID | None] = mapped_column(ForeignKey("help.id"))
    number: Mapped[str]
    state: Mapped[ConcernState] = mapped_column(code(ConcernState, "state"))
    children: Mapped[list[Any]]  # [{"pseudonym": "Kind K-2", "age_band": "under_6", "birth_year": 2021}, …]
    is_urgent: Mapped[bool] = mapped_column()
    is_fast_path: Mapped[bool] = mapped_column(default=False)
    perceived_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    responsible_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    member_ids: Mapped[list[UUID]] = mapped_column(default=list)
    excluded_ids: Mapped[list[UUID]] = mapped_column(default=list)
    rating: Mapped[RiskRating | None] = mapped_column(code(RiskRating, "rating"))
    consulted_at: Mapped[datetime | None]
    family: Mapped[FamilyPart | None] = mapped_column(code(FamilyPart, "family"))
    family_at: Mapped[datetime | None]
    review_on: Mapped[date | None]
    look_again_on: Mapped[date | None]
    feedback_confirmed: Mapped[bool | None]
    feedback_acted: Mapped[bool | None]
    feedback_still_active: Mapped[bool | None]
    feedback_at: Mapped[datetime | None]
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("provider_concern.id"))
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("provider_concern.id"))
    since: Mapped[datetime]  # when what is weighed now came up: opinions before it do not count
    closed_at: Mapped[datetime | None] = mapped_column()
    rank: Mapped[int] = column_property(case((closed_at.is_not(None), 2), (is_urgent, 0), else_=1))

    __table_args__ = (
        UniqueConstraint("provider_id", "number", name="uq_provider_concern_number"),
        CheckConstraint("jsonb_array_length(children) BETWEEN 1 AND 10", name="children"),
        CheckConstraint("(family IS NULL) = (family_at IS NULL)", name="family_at"),
        CheckConstraint(
            "(closed_at IS NOT NULL) = "
            "(state IN ('closed_no_concern', 'closed_averted', 'closed_handed_over', 'withdrawn_error'))",
            name="closed",
        ),
        CheckConstraint(
            "state NOT IN ('ja_notified', 'ja_acknowledged') OR is_fast_path "
            "OR (consulted_at IS NOT NULL AND family IS NOT NULL)",
            name="told",
        ),
        CheckConstraint(
            "num_nonnulls(feedback_confirmed, feedback_acted, feedback_still_active, feedback_at) IN (0,4)",
            name="feedback",
        ),
        Index("ix_provider_concern_provider_id", "provider_id", "created_at", "id"),
        Index("ix_provider_concern_help_id", "help_id"),
        Index("ix_provider_concern_previous_id", "previous_id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The provider itself: the office has no part in it."""
        return self.provider_id

    @property
    def audience(self) -> list[UUID]:
        """Nobody but the provider learns of its steps."""
        return [self.provider_id]


class ConcernEntry(Identified, Base):
    """One entry of the file: what happened when, and who wrote it down when. Never changed; its text is sealed."""

    __tablename__ = "concern_entry"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    concern_id: Mapped[UUID] = mapped_column(ForeignKey("provider_concern.id"))
    kind: Mapped[ConcernEntryKind] = mapped_column(code(ConcernEntryKind, "kind"))
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    is_late: Mapped[bool]
    about: Mapped[str | None]  # of a second opinion: the step it agrees to or not
    agrees: Mapped[bool | None]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("concern_entry.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint("(kind = 'correction') = (corrects_id IS NOT NULL)", name="correction"),
        CheckConstraint("(kind = 'second_opinion') = (about IS NOT NULL AND agrees IS NOT NULL)", name="opinion"),
        CheckConstraint("happened_at <= recorded_at + interval '5 minutes'", name="happened"),
        Index("ix_concern_entry_concern_id", "concern_id", "recorded_at", "id"),
    )


class IsefConsultation(Identified, Versioned, Base):
    """A request to an insoweit erfahrene Fachkraft: pseudonymised facts only; she sees this and nothing else.

    The answer is written once. Nothing in it names anybody, so it is not sealed: whoever advises may sit in another
    organisation.
    """

    __tablename__ = "isef_consultation"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    concern_id: Mapped[UUID] = mapped_column(ForeignKey("provider_concern.id"))
    isef_id: Mapped[UUID] = mapped_column(ForeignKey("isef_profile.id"))
    isef_account_id: Mapped[UUID | None]
    isef_organisation_id: Mapped[UUID]
    pseudonym: Mapped[str]  # of this consultation alone, such as ZX-41
    age_bands: Mapped[list[str]]
    question: Mapped[str]
    facts: Mapped[str]
    is_urgent: Mapped[bool]
    agreement_clause: Mapped[str | None]
    requested_by: Mapped[UUID]
    requested_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    held_at: Mapped[datetime | None]
    participants: Mapped[list[str]] = mapped_column(default=list)
    rating: Mapped[RiskRating | None] = mapped_column(code(RiskRating, "rating"))
    recommended_steps: Mapped[list[str]] = mapped_column(default=list)
    dissent: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("num_nonnulls(answered_at, answered_by, held_at, rating) IN (0, 4)", name="answered"),
        Index("ix_isef_consultation_concern_id", "concern_id"),
        Index("ix_isef_consultation_isef_account_id", "isef_account_id", "requested_at", "id"),
    )


class ConcernNotification(Base):
    """Which notification to the youth office came out of a concern, for which child."""

    __tablename__ = "concern_notification"

    notification_id: Mapped[UUID] = mapped_column(ForeignKey("jugendamt_notification.id"), primary_key=True)
    concern_id: Mapped[UUID] = mapped_column(ForeignKey("provider_concern.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    child: Mapped[str]
    told_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_concern_notification_concern_id", "concern_id", "told_at"),)
