"""What a provider's own XRechnung says against what it has recorded; pure.

The norm's rules are in `rules`; here are those of this house (HS-…), each with the business term it is about.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.core.money import format_decimal_de
from app.modules.einvoices import rules
from app.modules.einvoices.document import EXEMPT, HOURS, EInvoice
from app.modules.einvoices.schemas import XRechnungFinding

MAX_NUMBER = 35
INVOICE = "380"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the records of the month come to, and what is known of the invoice's number and account."""

    cents_of_help: Mapping[str, int] = field(default_factory=dict)
    hours_of_help: Mapping[str, Decimal] = field(default_factory=dict)
    number_is_taken: bool = False
    is_known_buyer: bool = True
    iban: str | None = None

    @property
    def total_cents(self) -> int:
        """The sum of the month."""
        return sum(self.cents_of_help.values())


def period_of(told: EInvoice) -> date | None:
    """The first day of the month an invoice is about; None unless it is one whole month."""
    first, last = told.first_day, told.last_day
    if first is None or last is None or first.day != 1:
        return None
    return first if last == first.replace(day=monthrange(first.year, first.month)[1]) else None


def compare(told: EInvoice, expected: Expected) -> list[XRechnungFinding]:
    """Everything that is not as it should be: first the norm, then what the records say."""
    faults = [
        XRechnungFinding(
            code=fault.code,
            term=fault.term,
            line=_short(fault.line),
            blocks=True,
            text_de=fault.text_de,
            expected=None,
            found=None,
        )
        for fault in rules.faults(told)
    ]
    return [*faults, *_head(told, expected), *_sums(told, expected)]


def _head(told: EInvoice, expected: Expected) -> Iterable[XRechnungFinding]:
    """Kind, number, buyer, period, tax and account."""
    kind = "Angenommen werden Rechnungen; Gutschrift und Korrektur entstehen aus der Rechnung (:credit, :correct)."
    account = "Das Konto ist ein anderes als das hinterlegte; gezahlt wird auf das hinterlegte."
    taxed = [tax.category for tax in told.taxes if tax.category != EXEMPT]
    other_account = bool(told.iban and expected.iban and told.iban.replace(" ", "") != expected.iban)
    long = bool(told.number and len(told.number) > MAX_NUMBER)
    reference = told.buyer_reference
    looks = (
        (
            not expected.is_known_buyer,
            _found("HS-01", "BT-10", "Kein Jugendamt hat diese Leitweg-ID.", None, reference),
        ),
        (told.type_code != INVOICE, _found("HS-02", "BT-3", kind, INVOICE, told.type_code)),
        (
            period_of(told) is None,
            _found("HS-03", "BT-73", "Der Abrechnungszeitraum ist nicht genau ein Kalendermonat."),
        ),
        (
            expected.number_is_taken,
            _found("HS-04", "BT-1", "Eine Rechnung dieser Nummer gibt es schon.", None, told.number),
        ),
        (long, _found("HS-05", "BT-1", f"Eine Rechnungsnummer hat höchstens {MAX_NUMBER} Zeichen.", None, told.number)),
        (
            told.currency not in (None, "EUR"),
            _found("HS-06", "BT-5", "Abgerechnet wird in Euro.", "EUR", told.currency),
        ),
        (
            bool(taxed),
            _found(
                "HS-07", "BT-118", "Leistungen der Jugendhilfe sind steuerfrei (§ 4 Nr. 25 UStG).", EXEMPT, *taxed[:1]
            ),
        ),
        (other_account, _found("HS-08", "BT-84", account, expected.iban, told.iban, blocks=False)),
    )
    return [finding for is_so, finding in looks if is_so]


def _sums(told: EInvoice, expected: Expected) -> Iterable[XRechnungFinding]:
    """The whole, and each help for itself as far as the lines name it (BT-128)."""
    if not expected.cents_of_help:
        yield _found("HS-10", "BG-25", "Für diesen Monat gibt es keine Einträge, die noch nicht abgerechnet sind.")
        return
    if told.due is not None and told.due != _euros(expected.total_cents):
        text = "Der Zahlbetrag ist nicht, was die erfassten Leistungen ergeben."
        yield _found("HS-11", "BT-115", text, _written(_euros(expected.total_cents)), _written(told.due))
    yield from _by_help(told, expected)


def _by_help(told: EInvoice, expected: Expected) -> Iterable[XRechnungFinding]:
    by_help: dict[str, list[int]] = {}
    for place, item in enumerate(told.items):
        by_help.setdefault(item.object_id or "", []).append(place)
    unnamed = by_help.pop("", [])
    for number, places in by_help.items():
        yield from _of_help(told, expected, number, places)
    if unnamed:
        text = "Positionen ohne Aktenzeichen der Hilfe werden nur in Summe verglichen."
        yield _found("HS-12", "BT-128", text, line=told.items[unnamed[0]].id, blocks=False)
        return
    for number in sorted(expected.cents_of_help.keys() - by_help.keys()):
        yield _found("HS-13", "BT-128", "Zu dieser Hilfe ist geleistet, aber keine Position berechnet.", number)


def _of_help(told: EInvoice, expected: Expected, number: str, places: list[int]) -> Iterable[XRechnungFinding]:
    items = [told.items[place] for place in places]
    line = items[0].id
    if number not in expected.cents_of_help:
        yield _found(
            "HS-14", "BT-128", "Zu diesem Aktenzeichen ist in diesem Monat nichts erfasst.", None, number, line
        )
        return
    amount, due = sum((item.amount or Decimal(0) for item in items), Decimal(0)), _euros(expected.cents_of_help[number])
    if amount != due:
        text = f"Zur Hilfe {number} ergeben die erfassten Leistungen einen anderen Betrag."
        yield _found("HS-15", "BT-131", text, _written(due), _written(amount), line)
    hours = sum((item.quantity or Decimal(0) for item in items), Decimal(0))
    if all(item.unit == HOURS for item in items) and hours != expected.hours_of_help[number]:
        text = f"Zur Hilfe {number} sind andere Stunden erfasst."
        yield _found(
            "HS-16", "BT-129", text, _written(expected.hours_of_help[number]), _written(hours), line, blocks=False
        )


def _found(
    code: str,
    term: str,
    text_de: str,
    expected: str | None = None,
    found: str | None = None,
    line: str | None = None,
    *,
    blocks: bool = True,
) -> XRechnungFinding:
    return XRechnungFinding(
        code=code, term=term, line=_short(line), blocks=blocks, text_de=text_de, expected=expected, found=_short(found)
    )


def _short(text: str | None) -> str | None:
    return text[:200] if text else text


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _written(number: Decimal) -> str:
    return format_decimal_de(number)
