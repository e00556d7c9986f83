"""Invoices of a month, their lines and what the check found."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.modules.agreements import ActivityCategory, BillingUnit, ServiceKind


class InvoiceState(CodeList):
    """Where an invoice stands."""

    DRAFT = "draft", "Entwurf"
    SUBMITTED = "submitted", "eingereicht"
    CHECKING = "checking", "in Prüfung"
    QUERIED = "queried", "Rückfrage offen"
    RETURNED = "returned", "zurückgegeben"
    PARTLY_APPROVED = "partly_approved", "teilweise freigegeben"
    OBJECTED = "objected", "Widerspruch gegen Kürzungen"
    APPROVED = "approved", "sachlich und rechnerisch richtig"
    ORDERED = "ordered", "zur Zahlung angewiesen"
    PAID = "paid", "bezahlt"
    REPLACED = "replaced", "durch eine Rechnungskorrektur ersetzt"
    CREDITED = "credited", "durch eine Gutschrift storniert"
    DISCARDED = "discarded", "verworfen"


BILLS_NOTHING = frozenset({InvoiceState.REPLACED, InvoiceState.CREDITED, InvoiceState.DISCARDED})
"""The records of these invoices are free again."""


class InvoiceKind(CodeList):
    """What kind of document an invoice is (EN 16931, BT-3)."""

    INVOICE = "invoice", "Rechnung (380)"
    CREDIT_NOTE = "credit_note", "Gutschrift, Stornorechnung (381)"
    CORRECTION = "correction", "Rechnungskorrektur (384)"


class Severity(CodeList):
    """How much a finding weighs."""

    BLOCK = "block", "nicht zahlbar"
    WARN = "warn", "prüfen"


DECIDED = "'approved', 'partly_approved', 'ordered', 'paid'"
"""Whoever is paid has been decided on."""


class Invoice(Identified, Stateful, CaseBound, Base):
    """What a provider charges a youth office for one month; its records are locked to it."""

    __tablename__ = "invoice"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    kind: Mapped[InvoiceKind] = mapped_column(code(InvoiceKind, "kind"), default=InvoiceKind.INVOICE)
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice.id"))  # what it replaces or takes back
    correction_reason: Mapped[str | None]
    month: Mapped[date]  # its first day
    state: Mapped[InvoiceState] = mapped_column(code(InvoiceState, "state"))
    total_cents: Mapped[int] = mapped_column(BigInteger)
    approved_cents: Mapped[int | None] = mapped_column(BigInteger)  # the total without what was cut
    payable_cents: Mapped[int | None] = mapped_column(BigInteger)  # negative: of a credit note for what was paid
    created_by: Mapped[UUID]
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    objection_until: Mapped[date | None]  # last day on which the provider may object to cuts
    return_reason: Mapped[str | None]
    objection: Mapped[str | None]
    objection_reply: Mapped[str | None]
    paid_on: Mapped[date | None]
    payment_reference: Mapped[str | None]

    lines: Mapped[list["InvoiceLine"]] = relationship(lazy="raise", order_by="InvoiceLine.place")
    findings: Mapped[list["InvoiceFinding"]] = relationship(
        lazy="raise",
        order_by="InvoiceFinding.place",
        primaryjoin="and_(Invoice.id == InvoiceFinding.invoice_id, InvoiceFinding.closed_at.is_(None))",
        viewonly=True,
    )
    cuts: Mapped[list["InvoiceCut"]] = relationship(
        lazy="raise",
        order_by="InvoiceCut.id",
        primaryjoin="and_(Invoice.id == InvoiceCut.invoice_id, InvoiceCut.withdrawn_at.is_(None))",
        viewonly=True,
    )
    questions: Mapped[list["InvoiceQuestion"]] = relationship(
        lazy="raise", order_by="InvoiceQuestion.id", viewonly=True
    )
    grant_releasers: ClassVar[frozenset[UUID]] = frozenset()  # set by the service before a step is judged
    opened: ClassVar[frozenset[str]] = frozenset()  # steps that are part of another act; set by that act

    __table_args__ = (
        UniqueConstraint("provider_id", "number", name="uq_invoice_number"),
        CheckConstraint("total_cents >= 0", name="total"),
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("(kind = 'invoice') = (corrects_id IS NULL)", name="corrects"),
        CheckConstraint(f"state NOT IN ({DECIDED}) OR approved_cents IS NOT NULL", name="decided"),
        CheckConstraint("state <> 'partly_approved' OR approved_cents < total_cents", name="partly"),
        CheckConstraint("(approved_cents IS NULL) = (payable_cents IS NULL)", name="approved"),
        CheckConstraint(
            "payable_cents IS NULL OR payable_cents = CASE WHEN kind <> 'credit_note' THEN approved_cents "
            "WHEN payable_cents = 0 THEN 0 ELSE -approved_cents END",
            name="payable",
        ),
        CheckConstraint("state <> 'paid' OR paid_on IS NOT NULL", name="paid"),
        Index(
            "uq_invoice_corrects",
            "corrects_id",
            unique=True,
            postgresql_where=text("corrects_id IS NOT NULL AND state <> 'discarded'"),
        ),
        Index("ix_invoice_youth_office_id", "youth_office_id", "id"),
        Index("ix_invoice_provider_id", "provider_id", "id"),
        Index("ix_invoice_office_state", "youth_office_id", "state"),
        Index("ix_invoice_provider_state", "provider_id", "state"),
    )

    @property
    def tenant_id(self) -> UUID:
        """The youth office that pays."""
        return self.youth_office_id


class InvoiceLine(Identified, CaseBound, Base):
    """A line that explains itself; never changed once written."""

    __tablename__ = "invoice_line"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"))
    place: Mapped[int]
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    service_kind: Mapped[ServiceKind] = mapped_column(code(ServiceKind, "service_kind"))
    activity: Mapped[ActivityCategory] = mapped_column(code(ActivityCategory, "activity"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    terms_source: Mapped[str]
    record_ids: Mapped[list[UUID]]
    minutes_worked: Mapped[int]
    minutes_billable: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    minutes_rounded: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    unit: Mapped[BillingUnit] = mapped_column(code(BillingUnit, "unit"))
    unit_minutes: Mapped[int]
    units: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    rate_cents: Mapped[int] = mapped_column(BigInteger)
    price_cents: Mapped[int] = mapped_column(BigInteger)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    steps: Mapped[list[Any]]

    __table_args__ = (
        UniqueConstraint("invoice_id", "place", name="uq_invoice_line_place"),
        CheckConstraint("amount_cents >= 0 AND units >= 0", name="amount"),
        Index("ix_invoice_line_help_id", "help_id"),
    )


class InvoiceFinding(Identified, CaseBound, Base):
    """What the check of an invoice found, with its source and the records concerned."""

    __tablename__ = "invoice_finding"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"))
    place: Mapped[int]
    rule: Mapped[str]  # INV-01 …
    severity: Mapped[Severity] = mapped_column(code(Severity, "severity"))
    source: Mapped[str]
    text_de: Mapped[str]
    record_ids: Mapped[list[UUID]]
    overridden_by: Mapped[UUID | None]
    overridden_at: Mapped[datetime | None]
    override_reason: Mapped[str | None]
    closed_at: Mapped[datetime | None]  # a later check took its place

    __table_args__ = (
        UniqueConstraint("invoice_id", "place", name="uq_invoice_finding_place"),
        CheckConstraint("(overridden_by IS NULL) = (override_reason IS NULL)", name="override"),
    )


class InvoiceCut(Identified, CaseBound, Base):
    """What the youth office does not pay of a line, and why; withdrawn, never changed."""

    __tablename__ = "invoice_cut"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"))
    place: Mapped[int]  # of the line
    finding_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice_finding.id"))  # what it follows from
    cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["invoice_id", "place"],
            ["invoice_line.invoice_id", "invoice_line.place"],
            name="fk_invoice_cut_place_invoice_line",
        ),
        CheckConstraint("cents > 0", name="cents"),
        CheckConstraint("(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name="withdrawn"),
        Index("ix_invoice_cut_invoice_id", "invoice_id"),
    )


class InvoiceQuestion(Identified, CaseBound, Base):
    """What the youth office wants to know of the provider before it decides (Rückfrage)."""

    __tablename__ = "invoice_question"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"))
    place: Mapped[int | None]  # of the line
    finding_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice_finding.id"))
    question: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]  # answered, or no longer asked

    __table_args__ = (
        ForeignKeyConstraint(
            ["invoice_id", "place"],
            ["invoice_line.invoice_id", "invoice_line.place"],
            name="fk_invoice_question_place_invoice_line",
        ),
        CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name="answer"),
        CheckConstraint("answer IS NULL OR closed_at IS NOT NULL", name="closed"),
        Index("ix_invoice_question_invoice_id", "invoice_id"),
    )


CONSTRAINT_TEXTS["invoice_approved"] = Text(
    "Freigegeben ist nicht die Rechnung ohne ihre Kürzungen, oder von einer Zeile ist mehr gekürzt als berechnet.",
    "What is approved is not the invoice without its cuts, or more is cut of a line than was charged.",
)
CONSTRAINT_TEXTS["uq_invoice_corrects"] = Text(
    "Diese Rechnung ist schon berichtigt oder storniert.", "This invoice has been corrected or credited already."
)
CONSTRAINT_TEXTS["uq_invoice_number"] = Text(
    "Eine Rechnung dieser Nummer gibt es schon.", "An invoice of this number exists already."
)
CONSTRAINT_TEXTS["invoice_cut_fixed"] = Text(
    "Eine Kürzung wird nicht geändert, nur zurückgenommen.", "A cut is not changed, only withdrawn."
)
CONSTRAINT_TEXTS["invoice_total"] = Text(
    "Die Summe der Rechnung ist nicht die Summe ihrer Zeilen.", "The total is not the sum of the lines."
)
CONSTRAINT_TEXTS["invoice_line_fixed"] = Text(
    "Eine Rechnungszeile wird nicht geändert.", "A line of an invoice is not changed."
)
