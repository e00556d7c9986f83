"""From an invoice of this house to the semantic model: no name of a child, no word about why a help is needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from app.core.money import divide_half_up, format_euro_de
from app.law.planning import INVOICE_CHECK_DAYS
from app.modules.cases import Help, HelpGrant
from app.modules.einvoices import document as terms
from app.modules.einvoices.document import EInvoice, Item, Party, Tax
from app.modules.einvoices.models import BillingDetails
from app.modules.invoices import Invoice, InvoiceKind, InvoiceLine, end_of_month

TYPE_CODES = {InvoiceKind.INVOICE: "380", InvoiceKind.CREDIT_NOTE: "381", InvoiceKind.CORRECTION: "384"}
_ZERO = Decimal("0.00")
_LAW_NOTE = "Hilfen nach dem SGB VIII unter ihrem Aktenzeichen; Namen nennt diese Rechnung nicht (§§ 61 ff. SGB VIII)."


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything an XRechnung is made of."""

    invoice: Invoice
    issued_on: date
    seller: BillingDetails
    buyer: BillingDetails
    leitweg_id: str
    helps: Mapping[UUID, Help]
    grants: Mapping[UUID, list[HelpGrant]]
    original: tuple[str, date] | None  # number and day of the invoice that is corrected or taken back


def euros(cents: int) -> Decimal:
    """Cents as euros with two places."""
    return Decimal(cents).scaleb(-2)


def build(given: Sources) -> EInvoice:
    """The invoice in the terms of EN 16931.

    Law: § 14 Abs. 4 UStG (what an invoice must say), § 4 Nr. 25 UStG (no VAT), § 286 Abs. 3 BGB (when it is due).
    """
    invoice, total = given.invoice, euros(given.invoice.total_cents)
    due_on = given.issued_on + timedelta(days=INVOICE_CHECK_DAYS)
    number, day = given.original or (None, None)
    return EInvoice(
        number=invoice.number,
        issued_on=given.issued_on,
        type_code=TYPE_CODES[invoice.kind],
        currency="EUR",
        due_on=due_on,
        buyer_reference=given.leitweg_id,
        terms=_payment(invoice, due_on),
        note=_LAW_NOTE,
        process=terms.PROCESS,
        specification=terms.XRECHNUNG,
        corrects_number=number,
        corrects_issued_on=day,
        seller=_party(given.seller),
        buyer=_party(given.buyer),
        first_day=invoice.month,
        last_day=end_of_month(invoice.month),
        means=terms.SEPA_TRANSFER,
        remittance=invoice.number,
        iban=given.seller.iban,
        account_name=given.seller.account_holder,
        line_total=total,
        allowances=_ZERO,
        charges=_ZERO,
        net_total=total,
        tax_total=_ZERO,
        gross_total=total,
        prepaid=_ZERO,
        due=total,
        taxes=(Tax(total, _ZERO, terms.EXEMPT, _ZERO, terms.EXEMPTION_TEXT, terms.EXEMPTION_CODE),),
        items=tuple(_item(line, given) for line in invoice.lines),
    )


def _payment(invoice: Invoice, due_on: date) -> str:
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        return "Der Betrag wird verrechnet, soweit er gezahlt ist."
    return f"Zahlbar ohne Abzug bis {due_on:%d.%m.%Y}."


def _party(details: BillingDetails) -> Party:
    return Party(
        id=str(details.organisation_id),
        name=details.legal_name,
        street=details.street,
        postcode=details.postcode,
        city=details.city,
        country="DE",
        contact=details.contact_name,
        phone=details.contact_phone,
        email=details.contact_email,
        vat_id=details.vat_id,
        tax_number=details.tax_number,
        address_scheme=details.address_scheme.value if details.address_scheme else None,
        address=details.address,
    )


def _item(line: InvoiceLine, given: Sources) -> Item:
    """A line; what is billed in hours says hours."""
    quantity, unit, price, per = _measure(line)
    help_ = given.helps[line.help_id]
    return Item(
        id=str(line.place),
        note=_note(line, given.grants.get(line.help_id, [])),
        object_id=help_.number,
        quantity=quantity,
        unit=unit,
        amount=euros(line.amount_cents),
        first_day=line.first_day,
        last_day=line.last_day,
        price=price,
        price_quantity=per,
        category=terms.EXEMPT,
        rate=_ZERO,
        name=f"{line.activity.title_de}, Hilfe {help_.number}",
    )


def _measure(line: InvoiceLine) -> tuple[Decimal, str, Decimal, Decimal | None]:
    """Quantity, unit, price and price quantity whose product is the amount to the cent.

    Hours where a unit is an hour, else minutes at the price of a unit's minutes, else one piece at its amount.
    """
    price = euros(line.price_cents)
    if line.unit_minutes == 60 and divide_half_up(int(line.units * 100) * line.price_cents, 100) == line.amount_cents:
        return line.units, terms.HOURS, price, None
    hundredths = int(line.minutes_rounded * 100)
    if divide_half_up(hundredths * line.price_cents, 100 * line.unit_minutes) == line.amount_cents:
        return line.minutes_rounded, terms.MINUTES, price, Decimal(line.unit_minutes)
    return Decimal("1.00"), terms.PIECES, euros(line.amount_cents), None


def _note(line: InvoiceLine, grants: list[HelpGrant]) -> str:
    """After which agreement and grant the line was reckoned, and how."""
    of_day = [grant for grant in grants if grant.valid_from <= line.first_day <= grant.valid_to]
    granted = [f"Bewilligung {grant.valid_from:%d.%m.%Y} bis {grant.valid_to:%d.%m.%Y}" for grant in of_day]
    reckoned = (
        f"{line.minutes_worked} Minuten, {line.units:f} Einheiten zu {line.unit_minutes} Minuten, "
        f"{format_euro_de(line.price_cents)} je Einheit"
    )
    return "; ".join([f"Vereinbarung {line.terms_source}", *granted, reckoned]).replace("\u00a0", " ")
