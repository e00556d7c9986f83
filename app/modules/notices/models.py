"""Notices between a youth office and a provider about one help: nothing in them is overwritten.

What they say is about a family: it never goes into logs, events or audit details.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.policy import OrganisationKind


class NoticeKind(CodeList):
    """What a notice tells, or asks (facts 7.1, 10.2)."""

    CHANGE_OF_PROFESSIONAL = "change_of_professional", "Wechsel der Fachkraft beim Träger"
    CHANGE_OF_CASEWORKER = "change_of_caseworker", "Wechsel der fallführenden Fachkraft"
    INTERRUPTION = "interruption", "Unterbrechung der Hilfe"
    ABSENCE = "absence", "Abwesenheit"
    CONTACT_LOSS = "contact_loss", "Kontaktabbruch, wiederholter Ausfall"
    SPECIAL_INCIDENT = "special_incident", "besonderes Vorkommnis (§ 47)"
    REQUEST_FOR_INFORMATION = "request_for_information", "Bitte um Auskunft"
    CHANGE_OF_NEED = "change_of_need", "veränderter Bedarf"
    APPOINTMENT_CHANGE = "appointment_change", "Terminänderung"
    OTHER = "other", "andere Mitteilung"


class NoticeState(CodeList):
    """Where a notice stands."""

    SENT = "sent", "gesendet, noch nicht bestätigt"
    ACKNOWLEDGED = "acknowledged", "Eingang bestätigt"
    ANSWERED = "answered", "beantwortet"
    CLOSED = "closed", "abgeschlossen"
    WITHDRAWN = "withdrawn", "vor der Bestätigung zurückgenommen"


class NoticeDirection(CodeList):
    """Which side a notice goes to."""

    TO_YOUTH_OFFICE = "to_youth_office", "vom Träger an das Jugendamt"
    TO_PROVIDER = "to_provider", "vom Jugendamt an den Träger"


class Notice(Identified, Stateful, CaseBound, Base):
    """One side tells the other something about a help, or asks (§ 36 Abs. 2, § 47 SGB VIII)."""

    __tablename__ = "notice"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[str]
    kind: Mapped[NoticeKind] = mapped_column(code(NoticeKind, "kind"))
    direction: Mapped[NoticeDirection] = mapped_column(code(NoticeDirection, "direction"))
    state: Mapped[NoticeState] = mapped_column(code(NoticeState, "state"))
    details: Mapped[dict[str, Any]]  # what this kind tells, as its schema says
    text: Mapped[str | None]
    told_late: Mapped[bool]  # later than its kind should be told
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("notice.id"))
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    acknowledge_by: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    answer_by: Mapped[datetime | None]  # none: no answer is expected
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answer: Mapped[str | None]
    withdrawn_because: Mapped[str | None]
    # Until when the other side must act, or should have acted last; and whether it still must.
    due_at: Mapped[datetime] = mapped_column(
        Computed(
            "CASE WHEN state = 'sent' THEN acknowledge_by ELSE coalesce(answer_by, acknowledge_by) END", persisted=True
        )
    )
    is_waiting: Mapped[bool] = mapped_column(
        Computed("state = 'sent' OR (state = 'acknowledged' AND answer_by IS NOT NULL)", persisted=True)
    )

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_notice_number"),
        UniqueConstraint("corrects_id", name="uq_notice_corrects_id"),
        CheckConstraint("(acknowledged_at IS NULL) = (state IN ('sent', 'withdrawn'))", name="acknowledged"),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledger"),
        CheckConstraint("answered_at IS NOT NULL OR state <> 'answered'", name="answered"),
        CheckConstraint(
            "answered_at IS NULL OR (state IN ('answered', 'closed') AND answer_by IS NOT NULL)", name="asked"
        ),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="answerer",
        ),
        CheckConstraint("(withdrawn_because IS NULL) = (state <> 'withdrawn')", name="withdrawn"),
        Index("ix_notice_youth_office_id", "youth_office_id", "created_at", "id"),
        Index("ix_notice_provider_id", "provider_id", "created_at", "id"),
        Index("ix_notice_help_id", "help_id", "created_at"),
        Index(
            "ix_notice_office_waiting",
            "youth_office_id",
            "direction",
            "due_at",
            "id",
            postgresql_where=sql("is_waiting"),
        ),
        Index(
            "ix_notice_provider_waiting",
            "provider_id",
            "direction",
            "due_at",
            "id",
            postgresql_where=sql("is_waiting"),
        ),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office of the case."""
        return self.youth_office_id

    @property
    def receiving_side(self) -> OrganisationKind:
        """Who is to acknowledge and to answer."""
        to_office = self.direction is NoticeDirection.TO_YOUTH_OFFICE
        return OrganisationKind.YOUTH_OFFICE if to_office else OrganisationKind.PROVIDER

    @property
    def receiver_id(self) -> UUID:
        """The organisation that is to acknowledge and to answer."""
        return self.youth_office_id if self.direction is NoticeDirection.TO_YOUTH_OFFICE else self.provider_id


class NoticeMessage(Identified, CaseBound, Base):
    """A word between the two sides on a notice. It never changes."""

    __tablename__ = "notice_message"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"))
    organisation_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_notice_message_notice_id", "notice_id", "id"),)


CONSTRAINT_TEXTS["uq_notice_corrects_id"] = Text(
    "Diese Mitteilung ist schon berichtigt; berichtigt wird die neuere.",
    "This notice has been corrected already; correct the newer one.",
)
CONSTRAINT_TEXTS["notice_fixed"] = Text(
    "Was mitgeteilt oder geantwortet wurde, ändert sich nicht mehr.", "What was told or answered does not change."
)
CONSTRAINT_TEXTS["notice_message_fixed"] = Text(
    "Eine Nachricht wird nicht geändert und nicht gelöscht.", "A message is neither changed nor deleted."
)
