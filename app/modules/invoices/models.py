"""Invoices of a month, their lines and what the check found."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
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
    RETURNED = "returned", "zurückgegeben"
    APPROVED = "approved", "sachlich und rechnerisch richtig"
    DISCARDED = "discarded", "verworfen"


class Severity(CodeList):
    """How much a finding weighs."""

    BLOCK = "block", "nicht zahlbar"
    WARN = "warn", "prüfen"


class Invoice(Identified, Stateful, CaseBound, Base):
    """What a provider charges a youth office for one month; its records are locked to it."""

    __tablename__ = "invoice"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    month: Mapped[date]  # its first day
    state: Mapped[InvoiceState] = mapped_column(code(InvoiceState, "state"))
    total_cents: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[UUID]
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    return_reason: Mapped[str | None]

    lines: Mapped[list["InvoiceLine"]] = relationship(lazy="raise", order_by="InvoiceLine.place")
    findings: Mapped[list["InvoiceFinding"]] = relationship(
        lazy="raise",
        order_by="InvoiceFinding.place",
        primaryjoin="and_(Invoice.id == InvoiceFinding.invoice_id, InvoiceFinding.closed_at.is_(None))",
        viewonly=True,
    )
    grant_releasers: ClassVar[frozenset[UUID]] = frozenset()  # set by the service before a step is judged

    __table_args__ = (
        UniqueConstraint("provider_id", "number", name="uq_invoice_number"),
        CheckConstraint("total_cents >= 0", name="total"),
        CheckConstraint("extract(day from month) = 1", name="month"),
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


CONSTRAINT_TEXTS["invoice_total"] = Text(
    "Die Summe der Rechnung ist nicht die Summe ihrer Zeilen.", "The total is not the sum of the lines."
)
CONSTRAINT_TEXTS["invoice_line_fixed"] = Text(
    "Eine Rechnungszeile wird nicht geändert.", "A line of an invoice is not changed."
)
