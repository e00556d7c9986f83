"""An invoice as UN/CEFACT Cross Industry Invoice (library drafthorse); the same invoice gives the same bytes.

Written for invoices of this house: every member the standard wants is there, see `rules.faults`.
"""

from decimal import Decimal

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration, TradeParty
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem

from app.modules.einvoices.document import EInvoice, Item, Party, Tax

_SCHEMA = "FACTUR-X_EN16931"
_OBJECT = "130"
"""UNTDID 1001: what the line is about (BT-128), beside other documents."""
_VAT = "VAT"


def write(invoice: EInvoice) -> bytes:
    """The invoice as XML, valid against the schema of EN 16931 (CII)."""
    document = Document()
    document.context.business_parameter.id = invoice.process
    document.context.guideline_parameter.id = invoice.specification
    document.header.id = invoice.number
    document.header.type_code = invoice.type_code
    document.header.issue_date_time = invoice.issued_on
    if invoice.note:
        document.header.notes.add(_note(invoice.note))
    agreement = document.trade.agreement
    agreement.buyer_reference = invoice.buyer_reference
    _party(agreement.seller, invoice.seller, is_seller=True)
    _party(agreement.buyer, invoice.buyer, is_seller=False)
    for item in invoice.items:
        document.trade.items.add(_item(item))
    _settlement(document, invoice)
    xml: bytes = document.serialize(schema=_SCHEMA)
    return xml


def _note(text: str) -> IncludedNote:
    note = IncludedNote()
    note.content = text
    return note


def _party(party: TradeParty, told: Party, *, is_seller: bool) -> None:
    party.name = told.name
    party.address.postcode = told.postcode
    party.address.line_one = told.street
    party.address.city_name = told.city
    party.address.country_id = told.country
    if is_seller:
        party.id = told.id
        party.contact.person_name = told.contact
        party.contact.telephone.number = told.phone
        party.contact.email.address = told.email
    if told.address:
        party.electronic_address.uri_ID = (told.address_scheme, told.address)
    for scheme, number in (("VA", told.vat_id), ("FC", told.tax_number)):
        if number:
            registration = TaxRegistration()
            registration.id = (scheme, number)
            party.tax_registrations.add(registration)


def _item(told: Item) -> LineItem:
    item = LineItem()
    item.document.line_id = told.id
    if told.note:
        item.document.notes.add(_note(told.note))
    item.product.name = told.name
    item.agreement.net.amount = told.price
    if told.price_quantity is not None:
        item.agreement.net.basis_quantity = (told.price_quantity, told.unit)
    item.delivery.billed_quantity = (told.quantity, told.unit)
    item.settlement.trade_tax.type_code = _VAT
    item.settlement.trade_tax.category_code = told.category
    item.settlement.trade_tax.rate_applicable_percent = told.rate
    item.settlement.period.start = told.first_day
    item.settlement.period.end = told.last_day
    item.settlement.monetary_summation.total_amount = told.amount
    if told.object_id:
        item.settlement.additional_referenced_document.issuer_assigned_id = told.object_id
        item.settlement.additional_referenced_document.type_code = _OBJECT
    return item


def _settlement(document: Document, invoice: EInvoice) -> None:
    settlement = document.trade.settlement
    settlement.payment_reference = invoice.remittance
    settlement.currency_code = invoice.currency
    means = PaymentMeans()
    means.type_code = invoice.means
    means.payee_account.iban = invoice.iban
    means.payee_account.account_name = invoice.account_name
    settlement.payment_means.add(means)
    for tax in invoice.taxes:
        settlement.trade_tax.add(_tax(tax))
    settlement.period.start = invoice.first_day
    settlement.period.end = invoice.last_day
    terms = PaymentTerms()
    terms.description = invoice.terms
    terms.due = invoice.due_on
    settlement.terms.add(terms)
    totals = settlement.monetary_summation
    totals.line_total = invoice.line_total
    totals.charge_total = invoice.charges
    totals.allowance_total = invoice.allowances
    totals.tax_basis_total = invoice.net_total
    totals.tax_total = (invoice.tax_total, invoice.currency)
    totals.grand_total = invoice.gross_total
    totals.prepaid_total = invoice.prepaid
    totals.due_amount = invoice.due
    if invoice.corrects_number:
        settlement.invoice_referenced_document.issuer_assigned_id = invoice.corrects_number
        settlement.invoice_referenced_document.issue_date_time = invoice.corrects_issued_on


def _tax(told: Tax) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    tax.calculated_amount = told.amount
    tax.type_code = _VAT
    tax.exemption_reason = told.reason
    tax.exemption_reason_code = told.reason_code
    tax.basis_amount = told.basis
    tax.category_code = told.category
    tax.rate_applicable_percent = told.rate if told.rate is not None else Decimal(0)
    return tax
