"""Reports about a help: what was submitted stays as it was submitted; what is not yet submitted is the provider's."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.modules.agreements import ReportKind


class ReportState(CodeList):
    """Where a report stands."""

    DRAFT = "draft", "Entwurf beim Träger"
    SUBMITTED = "submitted", "liegt beim Jugendamt"
    RETURNED = "returned", "zur Überarbeitung zurückgegeben"
    ACCEPTED = "accepted", "angenommen"
    WITHDRAWN = "withdrawn", "vor der Abgabe verworfen"


class ExpectationState(CodeList):
    """Where an expectation stands; that it is overdue follows from its day."""

    EXPECTED = "expected", "steht aus"
    FULFILLED = "fulfilled", "Bericht ist abgegeben"
    WAIVED = "waived", "erlassen"
    CANCELLED = "cancelled", "entfallen"


class ExpectationOrigin(CodeList):
    """Why a report is owed."""

    AFTER_START = "after_start", "Beginn der Hilfe"
    BEFORE_MEETING = "before_meeting", "Hilfeplangespräch"
    EVERY_MONTHS = "every_months", "fester Abstand seit Beginn der Hilfe"
    AFTER_END = "after_end", "Ende der Hilfe"
    REQUEST = "request", "Anforderung des Jugendamts"
    RETURN = "return", "Rückgabe eines Berichts"


class ReportExpectation(Identified, Stateful, CaseBound, Base):
    """A report that a provider owes: by agreement, by local default, because asked for, or because one came back."""

    __tablename__ = "report_expectation"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[str]
    kind: Mapped[ReportKind] = mapped_column(code(ReportKind, "kind"))
    state: Mapped[ExpectationState] = mapped_column(code(ExpectationState, "state"))
    origin: Mapped[ExpectationOrigin] = mapped_column(code(ExpectationOrigin, "origin"))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreement.id"))  # none: the local default
    days: Mapped[int | None]  # as agreed or by default; none: the day itself was named
    months: Mapped[int | None]  # of a series
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("help_plan_meeting.id"))  # what it is owed for
    counts_from: Mapped[date]  # start, end, meeting, interval's end, day of request or return
    due_on: Mapped[date]
    reason: Mapped[str | None]  # of a request
    waived_because: Mapped[str | None]
    report_id: Mapped[UUID | None]  # that fulfilled it, or came back
    overdue_level: Mapped[int] = mapped_column(default=0)  # of the present due day: who has been told

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_report_expectation_number"),
        CheckConstraint("(state = 'waived') = (waived_because IS NOT NULL)", name="waived"),
        CheckConstraint("state <> 'fulfilled' OR report_id IS NOT NULL", name="fulfilled"),
        CheckConstraint("(origin = 'before_meeting') = (meeting_id IS NOT NULL)", name="meeting"),
        CheckConstraint("(origin = 'request') = (reason IS NOT NULL)", name="request"),
        Index("ix_report_expectation_youth_office_id", "youth_office_id", "due_on", "id"),
        Index("ix_report_expectation_provider_id", "provider_id", "due_on", "id"),
        Index("ix_report_expectation_office_state", "youth_office_id", "state", "due_on"),
        Index("ix_report_expectation_provider_state", "provider_id", "state", "due_on"),
        Index("ix_report_expectation_help_id", "help_id", "state", "due_on"),
        Index(
            "uq_report_expectation_meeting",
            "meeting_id",
            "provider_id",
            "kind",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index(
            "uq_report_expectation_rule",
            "help_id",
            "provider_id",
            "kind",
            "origin",
            "counts_from",
            unique=True,
            postgresql_where=text("state <> 'cancelled' AND origin IN ('after_start', 'every_months', 'after_end')"),
        ),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office of the case."""
        return self.youth_office_id


class Report(Identified, Stateful, CaseBound, Base):
    """A report; its form is the version the agreement bound when it was begun, whatever is agreed later."""

    __tablename__ = "report"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"), index=True)
    number: Mapped[str]
    external_id: Mapped[str | None]  # the provider's own software calls it so
    kind: Mapped[ReportKind] = mapped_column(code(ReportKind, "kind"))
    form_version_id: Mapped[UUID] = mapped_column(ForeignKey("form_version.id"))
    period_from: Mapped[date]
    period_to: Mapped[date]  # last day
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    expectation_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_expectation.id"))  # named by the provider
    must_be_discussed: Mapped[bool] = mapped_column(default=False)  # as agreed when it was begun
    must_be_countersigned: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ReportState] = mapped_column(code(ReportState, "state"))
    content_number: Mapped[int] = mapped_column(default=0)  # of the last submission; 0: none yet
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]

    draft: Mapped["ReportDraft | None"] = relationship(lazy="raise", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_report_number"),
        UniqueConstraint("provider_id", "external_id", name="uq_report_external_id"),
        CheckConstraint("period_to >= period_from", name="period"),
        CheckConstraint("(submitted_at IS NULL) = (state IN ('draft', 'withdrawn'))", name="submitted"),
        CheckConstraint("(submitted_at IS NULL) = (content_number = 0)", name="content"),
        CheckConstraint("(submitted_at IS NULL) = (submitted_by IS NULL)", name="submitter"),
        CheckConstraint("(accepted_at IS NULL) = (state <> 'accepted')", name="accepted"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="acceptor"),
        CheckConstraint("accepted_by NOT IN (author_id, submitted_by)", name="four_eyes"),
        Index("ix_report_expectation_id", "expectation_id"),
        Index("ix_report_youth_office_id", "youth_office_id", "created_at", "id"),
        Index("ix_report_provider_id", "provider_id", "created_at", "id"),
        Index("ix_report_office_state", "youth_office_id", "state"),
        Index("ix_report_provider_state", "provider_id", "state"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office of the case."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """A draft is the provider's own; the youth office learns of a report when it is submitted."""
        return [self.provider_id] if self.submitted_at is None else [self.youth_office_id, self.provider_id]


class ReportDraft(CaseBound, Base):
    """What the provider is writing; only the provider sees it, and submitting turns it into a `ReportContent`."""

    __tablename__ = "report_draft"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    content: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class ReportContent(Identified, CaseBound, Base):
    """What was submitted, one row per submission. It never changes."""

    __tablename__ = "report_content"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]  # SHA-256 over the canonical JSON of the content
    discussed_on: Mapped[date | None]
    discussed_with: Mapped[list[str] | None]
    not_discussed_reason: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("report_id", "number", name="uq_report_content_number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="hash"),
        CheckConstraint("(discussed_on IS NULL) = (discussed_with IS NULL)", name="discussed"),
        CheckConstraint("discussed_on IS NULL OR not_discussed_reason IS NULL", name="not_discussed"),
    )


class ReportRemark(Identified, CaseBound, Base):
    """Why a submission was returned. It never changes."""

    __tablename__ = "report_remark"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    content_number: Mapped[int]
    author_id: Mapped[UUID]
    text: Mapped[str]
    at: Mapped[datetime]


class ReportAttachment(Identified, CaseBound, Base):
    """A file beside a report; its bytes lie sealed in the storage. It belongs to submissions `first` to `last`.

    While `first_number` is empty it is the provider's own. What was submitted with a report stays as it was.
    """

    __tablename__ = "report_attachment"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]  # of the bytes as they were sent
    address: Mapped[str] = mapped_column(unique=True)  # in the storage
    sealed_key: Mapped[bytes]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    first_number: Mapped[int | None]
    last_number: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("last_number >= first_number", name="numbers"),
    )


CONSTRAINT_TEXTS["report_attachment_fixed"] = Text(
    "Eine Anlage, die abgegeben wurde, ändert sich nicht mehr.",
    "An attachment that was submitted does not change any more.",
)
CONSTRAINT_TEXTS["uq_report_external_id"] = Text(
    "Einen Bericht mit dieser eigenen Kennung hat der Träger schon angelegt.",
    "The provider has created a report with this external id already.",
)
CONSTRAINT_TEXTS["report_content_fixed"] = Text(
    "Was abgegeben wurde, ändert sich nicht mehr.", "What was submitted does not change any more."
)
CONSTRAINT_TEXTS["report_remark_fixed"] = Text(
    "Eine Anmerkung wird nicht geändert und nicht gelöscht.", "A remark is neither changed nor deleted."
)
CONSTRAINT_TEXTS["ck_report_four_eyes"] = Text(
    "Wer einen Bericht schreibt oder abgibt, nimmt ihn nicht selbst an.",
    "Whoever writes or submits a report does not accept it.",
)
