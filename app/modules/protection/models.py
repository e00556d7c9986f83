"""Cases of endangerment (§ 8a SGB VIII) as the youth office keeps them; no provider sees a row of these tables.

What was written stays: reports, entries and signatures are added and never changed (the database refuses it); what
proves wrong is put right by a further entry that names the first.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, case
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned, code
from app.core.problems import Text
from app.core.workflow import Stateful
from app.law.protection import Urgency
from app.modules.protection.codes import CaseState, Channel, EntryKind, ReporterKind

_RANK = {urgency: place for place, urgency in enumerate(Urgency, start=1)}  # the list begins with the worst


class EndangermentCase(Identified, Stateful, Base):
    """One procedure of § 8a SGB VIII: a household, its children, what was reported and what was done."""

    __tablename__ = "endangerment_case"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    state: Mapped[CaseState] = mapped_column(code(CaseState, "state"))
    urgency: Mapped[Urgency] = mapped_column(code(Urgency, "urgency"))
    is_acute: Mapped[bool] = mapped_column()
    received_at: Mapped[datetime]
    help_id: Mapped[UUID | None] = mapped_column(ForeignKey("help.id"))
    caseworker_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    second_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    substitute_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    excluded_ids: Mapped[list[UUID]] = mapped_column(default=list)
    predecessor_id: Mapped[UUID | None] = mapped_column(ForeignKey("endangerment_case.id"))
    failed_attempts: Mapped[int] = mapped_column(default=0)
    contact_at: Mapped[datetime | None]
    contact_skipped: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
    rank: Mapped[int] = column_property(case((is_acute, 0), else_=case(_RANK, value=urgency)))

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_endangerment_case_number"),
        CheckConstraint("caseworker_id <> second_id", name="two_persons"),
        CheckConstraint(
            "state IN ('received', 'reopened', 'transferred_out') "
            "OR caseworker_id IS NOT NULL AND second_id IS NOT NULL",
            name="assigned",
        ),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_endangerment_case_youth_office_id", "youth_office_id", "received_at", "id"),
        Index("ix_endangerment_case_state", "youth_office_id", "state"),
        Index("ix_endangerment_case_help_id", "help_id"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office that answers for the child."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """Nobody but the office learns of a case's steps."""
        return [self.youth_office_id]

    @property
    def team(self) -> list[UUID]:
        """Who works on it."""
        return [one for one in (self.caseworker_id, self.second_id, self.substitute_id) if one]


class EndangermentReport(Identified, Base):
    """What somebody told the office, in their words; who they are lies sealed beside it."""

    __tablename__ = "endangerment_report"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("endangerment_case.id"))
    reporter: Mapped[ReporterKind] = mapped_column(code(ReporterKind, "reporter"))
    channel: Mapped[Channel] = mapped_column(code(Channel, "channel"))
    sealed_identity: Mapped[bytes | None] = mapped_column(LargeBinary)
    content: Mapped[str]
    whereabouts: Mapped[str | None]
    urgency_claim: Mapped[Urgency] = mapped_column(code(Urgency, "urgency_claim"))
    is_acute: Mapped[bool]
    received_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    is_late_entry: Mapped[bool]
    procedure_explained: Mapped[bool]
    wants_feedback: Mapped[bool]
    notification_id: Mapped[UUID | None] = mapped_column(ForeignKey("jugendamt_notification.id"))

    __table_args__ = (
        CheckConstraint("(reporter = 'provider') = (notification_id IS NOT NULL)", name="provider"),
        CheckConstraint("reporter <> 'anonymous' OR sealed_identity IS NULL AND NOT wants_feedback", name="anonymous"),
        Index("ix_endangerment_report_case_id", "case_id", "recorded_at"),
        UniqueConstraint("notification_id", name="uq_endangerment_report_notification"),
    )


class ProtectionChild(Identified, Versioned, Base):
    """A child of a case, by pseudonym; each is assessed on its own."""

    __tablename__ = "protection_child"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("endangerment_case.id"))
    pseudonym: Mapped[str]
    statistics_key: Mapped[str]  # random, the same for a child in every procedure of the office
    birth_year: Mapped[int | None]
    birth_month: Mapped[int | None]
    born_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("case_id", "pseudonym", name="uq_protection_child_pseudonym"),
        CheckConstraint("birth_month BETWEEN 1 AND 12", name="birth_month"),
        CheckConstraint("statistics_key ~ '^[0-9A-Z]{20}$'", name="statistics_key"),
    )


class ProtectionEntry(Identified, Base):
    """One entry of the file: what happened, when, written down when and by whom. Never changed."""

    __tablename__ = "protection_entry"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("endangerment_case.id"))
    kind: Mapped[EntryKind] = mapped_column(code(EntryKind, "kind"))
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    is_late: Mapped[bool]
    content: Mapped[dict[str, Any]]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("protection_entry.id"))

    __table_args__ = (
        CheckConstraint("(kind = 'correction') = (corrects_id IS NOT NULL)", name="correction"),
        CheckConstraint("happened_at <= recorded_at + interval '5 minutes'", name="happened"),
        Index("ix_protection_entry_case_id", "case_id", "recorded_at", "id"),
    )


class ProtectionSignature(Base):
    """Another professional stands behind an entry; never the one who wrote it (the database refuses it)."""

    __tablename__ = "protection_signature"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("protection_entry.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("endangerment_case.id"), index=True)
    is_lead: Mapped[bool]
    dissent: Mapped[str | None]
    signed_at: Mapped[datetime]


CONSTRAINT_TEXTS["protection_four_eyes"] = Text(
    "Zwei verschiedene Personen müssen dahinterstehen.", "Two different persons must stand behind it."
)
CONSTRAINT_TEXTS["pk_protection_signature"] = Text("Diese Person hat schon gezeichnet.", "This person signed already.")
CONSTRAINT_TEXTS["uq_protection_child_pseudonym"] = Text(
    "Dieses Kind gehört schon zum Fall.", "This child belongs to the case already."
)
