"""What an organisation tells for e-invoices, the XRechnungen that went out, and those that came in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, Versioned, code
from app.core.problems import Text
from app.core.types import CodeList


class AddressScheme(CodeList):
    """How an electronic address is written (EAS, BT-34-1 and BT-49-1), as far as it is used here."""

    EMAIL = "EM", "E-Mail-Adresse"
    LEITWEG_ID = "0204", "Leitweg-ID"
    VAT_ID = "9930", "Umsatzsteuer-ID (Deutschland)"
    GLN = "0088", "GLN"


class ImportState(CodeList):
    """What became of an XRechnung that was handed in."""

    ACCEPTED = "accepted", "angenommen"
    REFUSED = "refused", "abgelehnt"


class BillingDetails(Versioned, Base):
    """Seller or buyer of e-invoices; partners see it who have an invoice with each other."""

    __tablename__ = "billing_details"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    legal_name: Mapped[str | None]
    street: Mapped[str | None]
    postcode: Mapped[str | None]
    city: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    contact_email: Mapped[str | None]
    vat_id: Mapped[str | None]
    tax_number: Mapped[str | None]
    iban: Mapped[str | None]
    account_holder: Mapped[str | None]
    address_scheme: Mapped[AddressScheme | None] = mapped_column(code(AddressScheme, "address_scheme"))
    address: Mapped[str | None]
    iban_changed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]

    __table_args__ = (
        CheckConstraint("iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'", name="iban"),
        CheckConstraint("(iban IS NULL) = (iban_changed_at IS NULL)", name="iban_changed"),
        CheckConstraint("(address IS NULL) = (address_scheme IS NULL)", name="address"),
    )


class XRechnung(CaseBound, Base):
    """The XRechnung of an invoice as it was when the invoice was submitted; never changed."""

    __tablename__ = "xrechnung"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    made_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),)


class XRechnungImport(Identified, Base):
    """An XRechnung a provider handed in: sealed, as it came, with what was found. Nothing handed in is lost."""

    __tablename__ = "xrechnung_import"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    youth_office_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice.id"))
    state: Mapped[ImportState] = mapped_column(code(ImportState, "state"))
    number: Mapped[str | None]
    total_cents: Mapped[int | None] = mapped_column(BigInteger)
    sealed_content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    findings: Mapped[list[Any]]
    imported_by: Mapped[UUID]
    imported_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(state = 'accepted') = (invoice_id IS NOT NULL)", name="accepted"),
        CheckConstraint("invoice_id IS NULL OR youth_office_id IS NOT NULL", name="buyer"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        Index("ix_xrechnung_import_provider_id", "provider_id", "id"),
        Index(
            "uq_xrechnung_import_invoice_id", "invoice_id", unique=True, postgresql_where=text("invoice_id IS NOT NULL")
        ),
    )


CONSTRAINT_TEXTS["xrechnung_fixed"] = Text("Eine XRechnung wird nicht geändert.", "An XRechnung is not changed.")
