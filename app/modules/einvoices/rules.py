"""The business rules an XRechnung must pass, as one table; pure.

Codes are those of EN 16931 (BR-…), of XRechnung 3.0 (BR-DE-…) and of Peppol BIS Billing, which XRechnung adopts
(PEPPOL-EN16931-R…). What concerns parts that these invoices do not have (deliveries, direct debits, cards, enclosed
files) is left to the schemas. The same table judges what is sent out and what comes in.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from app.modules.einvoices.document import EXEMPT, SEPA_TRANSFER, XRECHNUNG, EInvoice, Item

TYPE_CODES = frozenset({"326", "380", "381", "384", "389", "875", "876", "877"})
CREDIT_NOTE = "381"
CORRECTION = "384"
_CENT, _TOLERANCE = Decimal("0.01"), Decimal("0.02")
_EMAIL = re.compile(r"[^@\s.][^@\s]*[^@\s.]@[^@\s.][^@\s]*[^@\s.]")
_PROCESS = re.compile(r"urn:fdc:peppol\.eu:2017:poacc:billing:\d\d:1\.0")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what must hold, and which business term to look at."""

    code: str
    term: str
    text_de: str
    holds: Callable[[EInvoice], object]


@dataclass(frozen=True, slots=True)
class ItemRule:
    """One row about every line."""

    code: str
    term: str
    text_de: str
    holds: Callable[[Item, EInvoice], object]


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that does not hold; `line` is the line's own identifier (BT-126)."""

    code: str
    term: str
    text_de: str
    line: str | None = None


def iban_is_sound(iban: str | None) -> bool:
    """Whether an IBAN has the length of its country and right check digits (ISO 13616)."""
    try:
        return bool(iban) and bool(IBAN(iban or ""))
    except SchwiftyException:
        return False


def faults(invoice: EInvoice) -> list[Fault]:
    """Every rule that does not hold, in the order of the table."""
    found = [Fault(rule.code, rule.term, rule.text_de) for rule in RULES if not rule.holds(invoice)]
    for rule in ITEM_RULES:
        found += [
            Fault(rule.code, rule.term, rule.text_de, item.id)
            for item in invoice.items
            if not rule.holds(item, invoice)
        ]
    return found


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value or Decimal(0) for value in values), Decimal(0))


def _vat_in_order(invoice: EInvoice) -> bool:
    """Sums of the breakdown follow from the lines (BR-E-8, BR-CO-18); header allowances only where lines are alike."""
    by_key: dict[tuple[str | None, Decimal], Decimal] = {}
    for item in invoice.items:
        key = (item.category, item.rate or Decimal(0))
        by_key[key] = by_key.get(key, Decimal(0)) + (item.amount or Decimal(0))
    if len(by_key) == 1:
        by_key = {key: total - invoice.allowances + invoice.charges for key, total in by_key.items()}
    told = {(tax.category, tax.rate or Decimal(0)): tax.basis or Decimal(0) for tax in invoice.taxes}
    return not by_key or (
        told.keys() == by_key.keys() and all(abs(told[key] - total) <= _CENT for key, total in by_key.items())
    )


def _line_amount(item: Item, _: EInvoice) -> bool:
    if item.quantity is None or item.price is None or item.amount is None:
        return False
    per = item.price_quantity or Decimal(1)
    due = (item.quantity * item.price / per).quantize(_CENT, ROUND_HALF_UP) + item.charges
    return abs(due - item.amount) <= _TOLERANCE


def _exempt(invoice: EInvoice, holds: Callable[..., object]) -> bool:
    return all(holds(tax) for tax in invoice.taxes if tax.category == EXEMPT)


RULES = (
    Rule("BR-01", "BT-24", "Die Spezifikation fehlt.", lambda i: i.specification),
    Rule("BR-02", "BT-1", "Die Rechnungsnummer fehlt.", lambda i: i.number),
    Rule("BR-03", "BT-2", "Das Rechnungsdatum fehlt.", lambda i: i.issued_on),
    Rule("BR-04", "BT-3", "Der Code der Rechnungsart fehlt.", lambda i: i.type_code),
    Rule("BR-05", "BT-5", "Die Währung fehlt.", lambda i: i.currency),
    Rule("BR-06", "BT-27", "Der Name des Verkäufers fehlt.", lambda i: i.seller.name),
    Rule("BR-07", "BT-44", "Der Name des Käufers fehlt.", lambda i: i.buyer.name),
    Rule("BR-09", "BT-40", "Das Land des Verkäufers fehlt.", lambda i: i.seller.country),
    Rule("BR-11", "BT-55", "Das Land des Käufers fehlt.", lambda i: i.buyer.country),
    Rule("BR-12", "BT-106", "Die Summe der Positionen fehlt.", lambda i: i.line_total is not None),
    Rule("BR-13", "BT-109", "Die Summe ohne Umsatzsteuer fehlt.", lambda i: i.net_total is not None),
    Rule("BR-14", "BT-112", "Die Summe mit Umsatzsteuer fehlt.", lambda i: i.gross_total is not None),
    Rule("BR-15", "BT-115", "Der Zahlbetrag fehlt.", lambda i: i.due is not None),
    Rule("BR-16", "BG-25", "Die Rechnung hat keine Position.", lambda i: i.items),
    Rule(
        "BR-29",
        "BT-74",
        "Der Abrechnungszeitraum endet vor seinem Beginn.",
        lambda i: i.first_day is None or i.last_day is None or i.first_day <= i.last_day,
    ),
    Rule(
        "BR-CO-10",
        "BT-106",
        "Die Summe der Positionen ist nicht die Summe ihrer Beträge.",
        lambda i: i.line_total == _sum(item.amount for item in i.items),
    ),
    Rule(
        "BR-CO-13",
        "BT-109",
        "Die Summe ohne Umsatzsteuer folgt nicht aus Positionen, Abschlägen und Zuschlägen.",
        lambda i: i.net_total == _sum((i.line_total, -i.allowances, i.charges)),
    ),
    Rule(
        "BR-CO-14",
        "BT-110",
        "Die Umsatzsteuer ist nicht die Summe ihrer Aufschlüsselung.",
        lambda i: (i.tax_total or Decimal(0)) == _sum(tax.amount for tax in i.taxes),
    ),
    Rule(
        "BR-CO-15",
        "BT-112",
        "Die Summe mit Umsatzsteuer folgt nicht aus Summe und Umsatzsteuer.",
        lambda i: i.gross_total == _sum((i.net_total, i.tax_total)),
    ),
    Rule(
        "BR-CO-16",
        "BT-115",
        "Der Zahlbetrag folgt nicht aus Summe, Vorauszahlung und Rundung.",
        lambda i: i.due == _sum((i.gross_total, -i.prepaid, i.rounding)),
    ),
    Rule("BR-CO-18", "BG-23", "Die Aufschlüsselung der Umsatzsteuer fehlt.", lambda i: i.taxes),
    Rule(
        "BR-CO-25",
        "BT-9",
        "Es fehlen Fälligkeit und Zahlungsbedingungen.",
        lambda i: (i.due or Decimal(0)) <= 0 or i.due_on or i.terms,
    ),
    Rule(
        "BR-CO-26",
        "BT-29",
        "Der Verkäufer ist nicht zu erkennen: weder Kennung noch Registernummer noch Umsatzsteuer-ID.",
        lambda i: i.seller.id or i.seller.vat_id,
    ),
    Rule("BR-E-8", "BT-116", "Ein Betrag der Aufschlüsselung ist nicht die Summe seiner Positionen.", _vat_in_order),
    Rule(
        "BR-E-9",
        "BT-117",
        "Auf Steuerfreies fällt keine Umsatzsteuer.",
        lambda i: _exempt(i, lambda tax: not tax.amount),
    ),
    Rule(
        "BR-E-10",
        "BT-120",
        "Der Grund der Steuerbefreiung fehlt.",
        lambda i: _exempt(i, lambda tax: tax.reason or tax.reason_code),
    ),
    Rule("BR-DE-1", "BG-16", "Die Angaben zur Zahlung fehlen.", lambda i: i.means),
    Rule("BR-DE-3", "BT-37", "Der Ort des Verkäufers fehlt.", lambda i: i.seller.city),
    Rule("BR-DE-4", "BT-38", "Die Postleitzahl des Verkäufers fehlt.", lambda i: i.seller.postcode),
    Rule("BR-DE-5", "BT-41", "Der Ansprechpartner des Verkäufers fehlt.", lambda i: i.seller.contact),
    Rule("BR-DE-6", "BT-42", "Die Telefonnummer des Verkäufers fehlt.", lambda i: i.seller.phone),
    Rule("BR-DE-7", "BT-43", "Die E-Mail-Adresse des Verkäufers fehlt.", lambda i: i.seller.email),
    Rule("BR-DE-8", "BT-52", "Der Ort des Käufers fehlt.", lambda i: i.buyer.city),
    Rule("BR-DE-9", "BT-53", "Die Postleitzahl des Käufers fehlt.", lambda i: i.buyer.postcode),
    Rule(
        "BR-DE-14",
        "BT-119",
        "Ein Steuersatz der Aufschlüsselung fehlt.",
        lambda i: all(tax.rate is not None for tax in i.taxes),
    ),
    Rule("BR-DE-15", "BT-10", "Die Leitweg-ID fehlt.", lambda i: i.buyer_reference),
    Rule(
        "BR-DE-16",
        "BT-32",
        "Umsatzsteuer-ID und Steuernummer des Verkäufers fehlen.",
        lambda i: i.seller.vat_id or i.seller.tax_number,
    ),
    Rule(
        "BR-DE-17", "BT-3", "Diesen Code der Rechnungsart kennt XRechnung nicht.", lambda i: i.type_code in TYPE_CODES
    ),
    Rule(
        "BR-DE-19",
        "BT-84",
        "Die IBAN ist nicht richtig geschrieben.",
        lambda i: i.means != SEPA_TRANSFER or iban_is_sound(i.iban),
    ),
    Rule("BR-DE-21", "BT-24", f"Die Spezifikation ist nicht {XRECHNUNG}.", lambda i: i.specification == XRECHNUNG),
    Rule(
        "BR-DE-23",
        "BT-84",
        "Zur Überweisung fehlt das Konto.",
        lambda i: i.means not in ("30", SEPA_TRANSFER) or i.iban,
    ),
    Rule(
        "BR-DE-26",
        "BT-25",
        "Eine Rechnungskorrektur nennt die Rechnung, die sie berichtigt.",
        lambda i: i.type_code != CORRECTION or i.corrects_number,
    ),
    Rule(
        "BR-DE-27",
        "BT-42",
        "Eine Telefonnummer hat mindestens drei Ziffern.",
        lambda i: len(re.findall(r"\d", i.seller.phone or "")) >= 3,
    ),
    Rule(
        "BR-DE-28",
        "BT-43",
        "Die E-Mail-Adresse ist nicht richtig geschrieben.",
        lambda i: _EMAIL.fullmatch(i.seller.email or ""),
    ),
    Rule(
        "BR-DE-TMP-32",
        "BT-73",
        "Es fehlt, wann geleistet wurde (Abrechnungszeitraum).",
        lambda i: i.first_day or i.last_day or all(item.first_day or item.last_day for item in i.items),
    ),
    Rule("PEPPOL-EN16931-R001", "BT-23", "Der Geschäftsprozess fehlt.", lambda i: i.process),
    Rule(
        "PEPPOL-EN16931-R007",
        "BT-23",
        "Der Geschäftsprozess ist nicht richtig geschrieben.",
        lambda i: _PROCESS.fullmatch(i.process or ""),
    ),
    Rule(
        "PEPPOL-EN16931-R010",
        "BT-49",
        "Die elektronische Adresse des Käufers fehlt.",
        lambda i: i.buyer.address and i.buyer.address_scheme,
    ),
    Rule(
        "PEPPOL-EN16931-R020",
        "BT-34",
        "Die elektronische Adresse des Verkäufers fehlt.",
        lambda i: i.seller.address and i.seller.address_scheme,
    ),
)
"""Rules of the whole invoice. BR-DE-2 (a contact at all) and BR-E-1 follow from the others."""

ITEM_RULES = (
    ItemRule("BR-21", "BT-126", "Eine Position hat keine Nummer.", lambda item, _: item.id),
    ItemRule("BR-22", "BT-129", "Die Menge fehlt.", lambda item, _: item.quantity is not None),
    ItemRule("BR-23", "BT-130", "Die Einheit fehlt.", lambda item, _: item.unit),
    ItemRule("BR-24", "BT-131", "Der Betrag fehlt.", lambda item, _: item.amount is not None),
    ItemRule("BR-25", "BT-153", "Die Bezeichnung fehlt.", lambda item, _: item.name),
    ItemRule("BR-26", "BT-146", "Der Preis fehlt.", lambda item, _: item.price is not None),
    ItemRule("BR-27", "BT-146", "Ein Preis ist nicht negativ.", lambda item, _: (item.price or Decimal(0)) >= 0),
    ItemRule(
        "BR-30",
        "BT-135",
        "Der Zeitraum einer Position endet vor seinem Beginn.",
        lambda item, _: item.first_day is None or item.last_day is None or item.first_day <= item.last_day,
    ),
    ItemRule("BR-CO-04", "BT-151", "Die Kategorie der Umsatzsteuer fehlt.", lambda item, _: item.category),
    ItemRule(
        "BR-E-5",
        "BT-152",
        "Steuerfreies hat den Steuersatz 0.",
        lambda item, _: item.category != EXEMPT or item.rate == 0,
    ),
    ItemRule("PEPPOL-EN16931-R120", "BT-131", "Der Betrag ist nicht Menge mal Preis.", _line_amount),
    ItemRule(
        "PEPPOL-EN16931-R121",
        "BT-149",
        "Die Preiseinheit ist größer als null.",
        lambda item, _: item.price_quantity is None or item.price_quantity > 0,
    ),
    ItemRule(
        "PEPPOL-EN16931-R110",
        "BT-134",
        "Der Zeitraum einer Position liegt im Abrechnungszeitraum.",
        lambda item, i: item.first_day is None or i.first_day is None or item.first_day >= i.first_day,
    ),
    ItemRule(
        "PEPPOL-EN16931-R111",
        "BT-135",
        "Der Zeitraum einer Position liegt im Abrechnungszeitraum.",
        lambda item, i: item.last_day is None or i.last_day is None or item.last_day <= i.last_day,
    ),
)

SELLER_FIELDS: Mapping[str, str] = {
    "legal_name": "BT-27",
    "street": "BT-35",
    "postcode": "BT-38",
    "city": "BT-37",
    "contact_name": "BT-41",
    "contact_phone": "BT-42",
    "contact_email": "BT-43",
    "tax": "BT-31 oder BT-32",
    "iban": "BT-84",
    "account_holder": "BT-85",
    "address": "BT-34",
}
"""What a provider must tell before an XRechnung can be written, and the terms it fills."""
BUYER_FIELDS: Mapping[str, str] = {
    "legal_name": "BT-44",
    "street": "BT-50",
    "postcode": "BT-53",
    "city": "BT-52",
    "leitweg_id": "BT-10",
    "address": "BT-49",
}
"""The same of a youth office; for its payment runs it needs an IBAN too."""
