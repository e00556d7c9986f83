"""Cases of endangerment (§ 8a SGB VIII) as the youth office keeps them; no provider sees a row of these tables.

What was written stays: reports, entries and signatures are added and never changed (the database refuses it); what
proves wrong is put right by a further entry that names the first.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, case, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned, code
from app.core.problems import Text
from app.core.workflow import Stateful
from app.law.protection import Urgency
from app.modules.protection.codes import (
    CaseState,
    Channel,
    CourtOutcome,
    CustodyEndReason,
    CustodyState,
    DangerPerson,
    EntryKind,
    Ground,
    Placement,
    ReleaseGround,
    ReporterKind,
    Result,
    TransferState,
)

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
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("protection_entry.id", use_alter=True))  # in force now
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
    sealed_dossier: Mapped[bytes | None] = mapped_column(LargeBinary)  # what another youth office passed on

    __table_args__ = (
        CheckConstraint("sealed_dossier IS NULL OR reporter = 'youth_office'", name="dossier"),
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
    result: Mapped[Result | None] = mapped_column(code(Result, "result"))
    kinds: Mapped[list[str]] = mapped_column(default=list)
    danger_person: Mapped[DangerPerson | None] = mapped_column(code(DangerPerson, "danger_person"))
    assessed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("case_id", "pseudonym", name="uq_protection_child_pseudonym"),
        CheckConstraint("birth_month BETWEEN 1 AND 12", name="birth_month"),
        CheckConstraint("(result IS NULL) = (assessed_at IS NULL)", name="assessed"),
        CheckConstraint("closed_at IS NULL OR result IS NOT NULL", name="closed"),
        CheckConstraint(
            "(coalesce(result, 'none') IN ('acute', 'latent')) "
            "= (cardinality(kinds) > 0 AND danger_person IS NOT NULL)",
            name="danger",
        ),
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


class CustodyMeasure(Identified, Stateful, Base):
    """A child taken into care (Inobhutnahme, § 42 SGB VIII)."""

    __tablename__ = "custody_measure"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("endangerment_case.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("protection_child.id"))
    number: Mapped[str]
    state: Mapped[CustodyState] = mapped_column(code(CustodyState, "state"))
    ground: Mapped[Ground] = mapped_column(code(Ground, "ground"))
    started_at: Mapped[datetime]
    placement: Mapped[Placement] = mapped_column(code(Placement, "placement"))
    sealed_address: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_address_secret: Mapped[bool]
    police: Mapped[bool]
    force: Mapped[bool]
    liberty: Mapped[bool]
    liberty_must_end_at: Mapped[datetime | None]
    liberty_ordered_at: Mapped[datetime | None]
    liberty_ended_at: Mapped[datetime | None]
    child_informed_at: Mapped[datetime | None]
    parents_informed_at: Mapped[datetime | None]
    objected_at: Mapped[datetime | None]
    court_called_at: Mapped[datetime | None]
    court_decided_at: Mapped[datetime | None]
    court_outcome: Mapped[CourtOutcome | None] = mapped_column(code(CourtOutcome, "court_outcome"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[CustodyEndReason | None] = mapped_column(code(CustodyEndReason, "end_reason"))

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_custody_measure_number"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL AND end_reason IS NOT NULL)", name="ended"),
        CheckConstraint("liberty = (liberty_must_end_at IS NOT NULL)", name="liberty"),
        CheckConstraint("ended_at >= started_at", name="period"),
        Index("ix_custody_measure_case_id", "case_id"),
        Index(
            "uq_custody_measure_running",
            "child_id",
            unique=True,
            postgresql_where=text("state <> 'ended'"),
        ),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office that took the child into care."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """Nobody but the office."""
        return [self.youth_office_id]

    @property
    def liberty_violated(self) -> bool:
        """Whether liberty was taken longer than § 42 Abs. 5 Satz 2 SGB VIII allows without a court."""
        if self.liberty_must_end_at is None or self.liberty_ordered_at is not None:
            return False
        return self.liberty_ended_at is not None and self.liberty_ended_at > self.liberty_must_end_at


class ProtectionTransfer(Identified, Stateful, Base):
    """A case on its way to the youth office that has become competent (§ 8a Abs. 6 SGB VIII).

    What is passed on lies sealed with the report that opens the case there, not here.
    """

    __tablename__ = "protection_transfer"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    receiving_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("endangerment_case.id"))
    receiving_case_id: Mapped[UUID | None] = mapped_column(ForeignKey("endangerment_case.id"))
    number: Mapped[str]  # of the case at the office that passes it on
    state: Mapped[TransferState] = mapped_column(code(TransferState, "state"))
    reason: Mapped[str]
    is_acute: Mapped[bool]
    told_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    discussed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    rejection: Mapped[str | None]

    case: Mapped[EndangermentCase] = relationship(foreign_keys=case_id, viewonly=True)

    __table_args__ = (
        CheckConstraint("receiving_office_id <> youth_office_id", name="another_office"),
        CheckConstraint("receiving_case_id IS NULL OR sent_at IS NOT NULL", name="sent"),
        CheckConstraint("(state IN ('accepted', 'rejected')) = (answered_at IS NOT NULL)", name="answered"),
        CheckConstraint("(state = 'rejected') = (rejection IS NOT NULL)", name="rejected"),
        Index("ix_protection_transfer_case_id", "case_id"),
        Index("ix_protection_transfer_receiving_case_id", "receiving_case_id"),
        Index("ix_protection_transfer_youth_office_id", "youth_office_id", "created_at", "id"),
        Index(
            "uq_protection_transfer_open",
            "case_id",
            unique=True,
            postgresql_where=text("state IN ('prepared', 'told', 'sent', 'discussed')"),
        ),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office that passes the case on."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """Both offices, once something was sent."""
        return [self.youth_office_id, *([self.receiving_office_id] if self.sent_at else [])]


class ConfidentialNote(Identified, Base):
    """What somebody entrusted to one professional (§ 65 SGB VIII): sealed, and read only by whom it was told."""

    __tablename__ = "confidential_note"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("endangerment_case.id"), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    entrusted_by: Mapped[str]
    shows_danger: Mapped[bool]
    sealed_content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class ConfidentialRelease(Identified, Base):
    """The one to whom it was entrusted passes it on, on a ground of § 65 Abs. 1 SGB VIII."""

    __tablename__ = "confidential_release"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    note_id: Mapped[UUID] = mapped_column(ForeignKey("confidential_note.id"), index=True)
    ground: Mapped[ReleaseGround] = mapped_column(code(ReleaseGround, "ground"))
    to_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    recipient: Mapped[str | None]
    reason: Mapped[str]
    released_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("num_nonnulls(to_account_id, recipient) = 1", name="recipient"),)


class EmergencyAccess(Identified, Base):
    """Somebody read a case they are not involved in, for a reason and for an hour (break-glass)."""

    __tablename__ = "emergency_access"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("endangerment_case.id"))
    number: Mapped[str]  # of the case: whoever reviews may not read the case itself
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]
    finding: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("char_length(reason) >= 20", name="reason"),
        CheckConstraint("ends_at > opened_at", name="period"),
        CheckConstraint("num_nonnulls(reviewed_at, reviewed_by, finding) IN (0, 3)", name="reviewed"),
        CheckConstraint("reviewed_by <> account_id", name="reviewer"),
        Index("ix_emergency_access_case_id", "case_id", "account_id", "ends_at"),
        Index("ix_emergency_access_youth_office_id", "youth_office_id", "opened_at", "id"),
    )


CONSTRAINT_TEXTS["protection_four_eyes"] = Text(
    "Zwei verschiedene Personen müssen dahinterstehen.", "Two different persons must stand behind it."
)
CONSTRAINT_TEXTS["pk_protection_signature"] = Text("Diese Person hat schon gezeichnet.", "This person signed already.")
CONSTRAINT_TEXTS["uq_protection_child_pseudonym"] = Text(
    "Dieses Kind gehört schon zum Fall.", "This child belongs to the case already."
)
CONSTRAINT_TEXTS["uq_protection_transfer_open"] = Text(
    "Dieser Fall wird schon abgegeben.", "This case is being passed on already."
)
CONSTRAINT_TEXTS["uq_custody_measure_running"] = Text(
    "Dieses Kind ist schon in Obhut.", "This child is in care already."
)
