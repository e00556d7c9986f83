"""E-invoices as the API shows and takes them."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import ean
from stdnum.de import leitweg, stnr, vat

from app.core.pages import PageQuery
from app.core.types import Id, In, Instant, Out, Word
from app.core.validation import FieldValueError
from app.modules.einvoices.models import AddressScheme, ImportState

_PHONE = re.compile(r"(\D*\d){3,}\D*")
_EMAIL = re.compile(r"[^@\s.][^@\s]*[^@\s.]@[^@\s.][^@\s]*[^@\s.]")


def _iban(value: str) -> str:
    try:
        return str(IBAN(value.upper()))
    except SchwiftyException:
        raise FieldValueError("Das ist keine gültige IBAN.", "This is no valid IBAN.") from None


def _leitweg_id(value: str) -> str:
    if not leitweg.is_valid(value):
        raise FieldValueError(
            "Das ist keine gültige Leitweg-ID; ihre letzten zwei Ziffern prüfen die übrigen.",
            "This is no valid Leitweg-ID; its last two digits check the others.",
        )
    return str(leitweg.compact(value))


def _vat_id(value: str) -> str:
    if not vat.is_valid(value):
        raise FieldValueError(
            "Das ist keine gültige deutsche Umsatzsteuer-ID.", "This is no valid German VAT identification number."
        )
    return f"DE{vat.compact(value)}"


def _tax_number(value: str) -> str:
    if not stnr.is_valid(value):
        raise FieldValueError("Das ist keine gültige Steuernummer.", "This is no valid German tax number.")
    return value


def _phone(value: str) -> str:
    if not _PHONE.fullmatch(value):
        raise FieldValueError("Eine Telefonnummer hat mindestens drei Ziffern.", "It has three digits at least.")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise FieldValueError("Das ist keine E-Mail-Adresse.", "This is no e-mail address.")
    return value


Iban = Annotated[str, Field(min_length=15, max_length=42), AfterValidator(_iban)]
LeitwegId = Annotated[str, Field(min_length=5, max_length=46), AfterValidator(_leitweg_id)]
VatId = Annotated[str, Field(min_length=9, max_length=20), AfterValidator(_vat_id)]
TaxNumber = Annotated[Word, Field(max_length=20), AfterValidator(_tax_number)]
Phone = Annotated[Word, Field(max_length=40), AfterValidator(_phone)]
Email = Annotated[Word, AfterValidator(_email)]
Postcode = Annotated[str, Field(pattern=r"^[0-9]{5}$", max_length=5)]
_ADDRESSES = {
    AddressScheme.EMAIL: _email,
    AddressScheme.LEITWEG_ID: _leitweg_id,
    AddressScheme.VAT_ID: _vat_id,
}


class BillingDetailsPut(In):
    """Who sells or buys on e-invoices; what is left out is forgotten."""

    legal_name: Word | None = Field(None, title="Name nach Register oder Satzung", examples=["Lindenhof gGmbH"])
    street: Word | None = Field(None, title="Straße und Hausnummer")
    postcode: Postcode | None = Field(None, title="Postleitzahl")
    city: Word | None = Field(None, title="Ort")
    contact_name: Word | None = Field(None, title="Ansprechstelle", examples=["Abrechnung"])
    contact_phone: Phone | None = Field(None, title="Telefon")
    contact_email: Email | None = Field(None, title="E-Mail-Adresse")
    vat_id: VatId | None = Field(None, title="Umsatzsteuer-ID", examples=["DE136695976"])
    tax_number: TaxNumber | None = Field(None, title="Steuernummer")
    iban: Iban | None = Field(None, title="IBAN", examples=["DE89370400440532013000"])
    account_holder: Annotated[Word, Field(max_length=70)] | None = Field(None, title="Kontoinhaber")
    address_scheme: AddressScheme | None = Field(None, title="Art der elektronischen Adresse (EAS)")
    address: Word | None = Field(None, title="Elektronische Adresse")
    leitweg_id: LeitwegId | None = Field(None, title="Leitweg-ID (nur Jugendamt)", examples=["059115120-31002-92"])

    @model_validator(mode="after")
    def _address_of_its_kind(self) -> Self:
        if (self.address is None) != (self.address_scheme is None):
            raise FieldValueError(
                "Elektronische Adresse und ihre Art gehören zusammen.",
                "The electronic address and its scheme belong together.",
            )
        if self.address is not None and self.address_scheme is not None:
            if self.address_scheme is AddressScheme.GLN and not ean.is_valid(self.address):
                raise FieldValueError("Das ist keine gültige GLN.", "This is no valid GLN.")
            self.address = _ADDRESSES.get(self.address_scheme, str)(self.address)
        return self


class MissingOut(Out):
    """Something that is still missing for e-invoices."""

    field: str = Field(title="Feld", max_length=40)
    term: str = Field(title="Feld der Norm EN 16931", max_length=40, examples=["BT-41"])
    organisation_id: Id = Field(title="Organisation")


class BillingDetailsOut(Out):
    """Seller or buyer of e-invoices, and what is still missing."""

    organisation_id: Id = Field(title="Organisation")
    legal_name: str | None = Field(title="Name nach Register oder Satzung", max_length=200)
    street: str | None = Field(title="Straße und Hausnummer", max_length=200)
    postcode: str | None = Field(title="Postleitzahl", max_length=5)
    city: str | None = Field(title="Ort", max_length=200)
    contact_name: str | None = Field(title="Ansprechstelle", max_length=200)
    contact_phone: str | None = Field(title="Telefon", max_length=40)
    contact_email: str | None = Field(title="E-Mail-Adresse", max_length=200)
    vat_id: str | None = Field(title="Umsatzsteuer-ID", max_length=20)
    tax_number: str | None = Field(title="Steuernummer", max_length=20)
    iban: str | None = Field(title="IBAN", max_length=34)
    bic: str | None = Field(title="BIC (aus der Bankleitzahl)", max_length=11)
    account_holder: str | None = Field(title="Kontoinhaber", max_length=70)
    address_scheme: AddressScheme | None = Field(title="Art der elektronischen Adresse (EAS)")
    address: str | None = Field(title="Elektronische Adresse", max_length=200)
    leitweg_id: str | None = Field(title="Leitweg-ID", max_length=46)
    changed_at: Instant | None = Field(title="geändert am")
    missing: list[MissingOut] = Field(title="fehlt noch", max_length=20)
    version: int = Field(title="Fassung (0: noch nichts hinterlegt)", ge=0)


class XRechnungFinding(Out):
    """What an XRechnung that was handed in says otherwise than it should."""

    code: str = Field(title="Regel", max_length=40, examples=["BR-CO-10", "HS-03"])
    term: str = Field(title="Feld der Norm EN 16931", max_length=40, examples=["BT-115"])
    line: str | None = Field(title="Position (BT-126)", max_length=200)
    blocks: bool = Field(title="verhindert die Annahme")
    text_de: str = Field(title="Befund", max_length=1000)
    expected: str | None = Field(title="erwartet", max_length=200)
    found: str | None = Field(title="gefunden", max_length=200)


class XRechnungImportOut(Out):
    """What became of an XRechnung that was handed in."""

    id: Id | None = Field(title="Nummer des Vorgangs (keine bei einem Probelauf)")
    state: ImportState = Field(title="Ergebnis")
    number: str | None = Field(title="Rechnungsnummer (BT-1)", max_length=200)
    youth_office_id: Id | None = Field(title="Jugendamt (aus der Leitweg-ID)")
    invoice_id: Id | None = Field(title="Rechnung")
    total_cents: int | None = Field(title="Zahlbetrag (BT-115, Cent)")
    expected_cents: int | None = Field(title="Summe der Einträge (Cent)")
    findings: list[XRechnungFinding] = Field(title="Befunde", max_length=10_000)


class XRechnungImportHow(In):
    """How an XRechnung is read."""

    dry_run: bool = Field(False, description="only check; nothing is kept")


class XRechnungImportQuery(PageQuery):
    """Filters of what was handed in."""

    state: ImportState | None = None
    sort: Literal["imported_at", "-imported_at"] = "-imported_at"
