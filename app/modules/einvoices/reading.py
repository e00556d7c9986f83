"""Reading an XRechnung of others, in either syntax (CII or UBL), into the semantic model (library lxml).

The XML of strangers is read without a document type, without entities, without the network, and within limits of
size, depth and number of elements: billion laughs, external entities and bombs end here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from app.modules.einvoices.document import EInvoice, Item, Party, Tax
from app.modules.einvoices.errors import UnreadableInvoice

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
MAX_ELEMENTS = 200_000
MAX_TEXT = 10_000
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,10})?", re.ASCII)
NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "inv": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "cn": "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


Node = Any
"""An element; the library publishes no types."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a syntax keeps the members of each part of the model; members that are not named are not read."""

    items: str
    taxes: str
    charges: str  # of a line, BT-141
    allowances: str  # of a line, BT-136
    invoice: Mapping[str, str]
    seller: Mapping[str, str]
    buyer: Mapping[str, str]
    item: Mapping[str, str]
    tax: Mapping[str, str]


def parse(raw: bytes) -> Node:
    """The root of the XML of a stranger.

    Raises:
        UnreadableInvoice: not XML, with a document type, too large or too deep.
    """
    if len(raw) > MAX_BYTES:
        raise UnreadableInvoice(reason=f"mehr als {MAX_BYTES} Byte")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableInvoice(reason="kein wohlgeformtes XML") from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableInvoice(reason="Dokumenttypen (DOCTYPE) sind nicht erlaubt")
    _measure(root)
    return root


def read(raw: bytes) -> EInvoice:
    """An XRechnung as an invoice; what cannot be read as what it should be is left out, and found by the rules.

    Raises:
        UnreadableInvoice: no XML that may be read, or no invoice.
    """
    root = parse(raw)
    paths = SYNTAXES.get(str(root.tag))
    if paths is None:
        raise UnreadableInvoice(reason="keine Rechnung nach EN 16931 (CII oder UBL)")
    values = _members(root, paths.invoice, EInvoice)
    items = tuple(_item(node, paths) for node in _nodes(root, paths.items))
    taxes = tuple(Tax(**_members(node, paths.tax, Tax)) for node in _nodes(root, paths.taxes))
    return EInvoice(
        **values,
        seller=Party(**_members(root, paths.seller, Party)),
        buyer=Party(**_members(root, paths.buyer, Party)),
        items=items,
        taxes=taxes,
    )


def is_cii(raw: bytes) -> bool:
    """Whether an invoice is written as Cross Industry Invoice, the syntax of ZUGFeRD."""
    return SYNTAXES.get(str(parse(raw).tag)) is CII


def _item(node: Node, paths: Paths) -> Item:
    charges = _sum(node, paths.charges) - _sum(node, paths.allowances)
    return Item(**_members(node, paths.item, Item), charges=charges)


def _sum(node: Node, path: str) -> Decimal:
    return sum((_decimal(found.text or "") or Decimal(0) for found in _nodes(node, path)), Decimal(0))


def _measure(root: Node) -> None:
    """Refuse what is too deep or has too many elements."""
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise UnreadableInvoice(reason="zu tief verschachtelt oder zu viele Elemente")


def _nodes(node: Node, path: str) -> list[Node]:
    return [found for found in node.xpath(path, namespaces=NAMESPACES) if etree.iselement(found)]


def _members(node: Node, paths: Mapping[str, str], model: type) -> dict[str, Any]:
    """The members of one part of the model; those that are missing keep what the model says."""
    types = {field.name: str(field.type) for field in fields(model)}
    found = {}
    for name, path in paths.items():
        text = str(node.xpath(f"string({path})", namespaces=NAMESPACES)).strip()
        value = _as(types[name])(text) if text else None
        if value is not None:
            found[name] = value
    return found


def _as(declared: str) -> Callable[[str], Any]:
    if "Decimal" in declared:
        return _decimal
    return _day if "date" in declared else _text


def _text(text: str) -> str:
    return text[:MAX_TEXT]


def _decimal(text: str) -> Decimal | None:
    """A number as money and hours are written; anything else is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _day(text: str) -> date | None:
    for form in ("%Y%m%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(text[:10], form).date()  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue
    return None


_AGREEMENT = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement"
_SETTLEMENT = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement"
_TOTALS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_MEANS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans"
_LINE = "ram:SpecifiedLineTradeSettlement"


def _cii_party(party: str) -> dict[str, str]:
    base = f"{_AGREEMENT}/ram:{party}"
    return {
        "id": f"{base}/ram:ID | {base}/ram:GlobalID | {base}/ram:SpecifiedLegalOrganization/ram:ID",
        "name": f"{base}/ram:Name",
        "street": f"{base}/ram:PostalTradeAddress/ram:LineOne",
        "postcode": f"{base}/ram:PostalTradeAddress/ram:PostcodeCode",
        "city": f"{base}/ram:PostalTradeAddress/ram:CityName",
        "country": f"{base}/ram:PostalTradeAddress/ram:CountryID",
        "contact": f"{base}/ram:DefinedTradeContact/ram:PersonName | {base}/ram:DefinedTradeContact/ram:DepartmentName",
        "phone": f"{base}/ram:DefinedTradeContact/ram:TelephoneUniversalCommunication/ram:CompleteNumber",
        "email": f"{base}/ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID",
        "vat_id": f"{base}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']",
        "tax_number": f"{base}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='FC']",
        "address_scheme": f"{base}/ram:URIUniversalCommunication/ram:URIID/@schemeID",
        "address": f"{base}/ram:URIUniversalCommunication/ram:URIID",
    }


CII = Paths(
    items="rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem",
    taxes=f"{_SETTLEMENT}/ram:ApplicableTradeTax",
    charges=f"{_LINE}/ram:SpecifiedTradeAllowanceCharge[ram:ChargeIndicator/udt:Indicator='true']/ram:ActualAmount",
    allowances=f"{_LINE}/ram:SpecifiedTradeAllowanceCharge[ram:ChargeIndicator/udt:Indicator='false']/ram:ActualAmount",
    invoice={
        "number": "rsm:ExchangedDocument/ram:ID",
        "issued_on": "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString",
        "type_code": "rsm:ExchangedDocument/ram:TypeCode",
        "currency": f"{_SETTLEMENT}/ram:InvoiceCurrencyCode",
        "due_on": f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString",
        "buyer_reference": f"{_AGREEMENT}/ram:BuyerReference",
        "terms": f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:Description",
        "note": "rsm:ExchangedDocument/ram:IncludedNote/ram:Content",
        "process": "rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID",
        "specification": "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
        "corrects_number": f"{_SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
        "corrects_issued_on": f"{_SETTLEMENT}/ram:InvoiceReferencedDocument/ram:FormattedIssueDateTime"
        "/qdt:DateTimeString",
        "first_day": f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString",
        "last_day": f"{_SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString",
        "means": f"{_MEANS}/ram:TypeCode",
        "remittance": f"{_SETTLEMENT}/ram:PaymentReference",
        "iban": f"{_MEANS}/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
        "account_name": f"{_MEANS}/ram:PayeePartyCreditorFinancialAccount/ram:AccountName",
        "line_total": f"{_TOTALS}/ram:LineTotalAmount",
        "allowances": f"{_TOTALS}/ram:AllowanceTotalAmount",
        "charges": f"{_TOTALS}/ram:ChargeTotalAmount",
        "net_total": f"{_TOTALS}/ram:TaxBasisTotalAmount",
        "tax_total": f"{_TOTALS}/ram:TaxTotalAmount",
        "gross_total": f"{_TOTALS}/ram:GrandTotalAmount",
        "prepaid": f"{_TOTALS}/ram:TotalPrepaidAmount",
        "rounding": f"{_TOTALS}/ram:RoundingAmount",
        "due": f"{_TOTALS}/ram:DuePayableAmount",
    },
    seller=_cii_party("SellerTradeParty"),
    buyer=_cii_party("BuyerTradeParty"),
    item={
        "id": "ram:AssociatedDocumentLineDocument/ram:LineID",
        "note": "ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content",
        "object_id": f"{_LINE}/ram:AdditionalReferencedDocument[ram:TypeCode='130']/ram:IssuerAssignedID",
        "quantity": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
        "unit": "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity/@unitCode",
        "amount": f"{_LINE}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        "first_day": f"{_LINE}/ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString",
        "last_day": f"{_LINE}/ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString",
        "price": "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount",
        "price_quantity": "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity",
        "category": f"{_LINE}/ram:ApplicableTradeTax/ram:CategoryCode",
        "rate": f"{_LINE}/ram:ApplicableTradeTax/ram:RateApplicablePercent",
        "name": "ram:SpecifiedTradeProduct/ram:Name",
    },
    tax={
        "basis": "ram:BasisAmount",
        "amount": "ram:CalculatedAmount",
        "category": "ram:CategoryCode",
        "rate": "ram:RateApplicablePercent",
        "reason": "ram:ExemptionReason",
        "reason_code": "ram:ExemptionReasonCode",
    },
)


def _ubl_party(party: str) -> dict[str, str]:
    base = f"cac:{party}/cac:Party"
    tax = f"{base}/cac:PartyTaxScheme"
    return {
        "id": f"{base}/cac:PartyIdentification/cbc:ID | {base}/cac:PartyLegalEntity/cbc:CompanyID",
        "name": f"{base}/cac:PartyLegalEntity/cbc:RegistrationName",
        "street": f"{base}/cac:PostalAddress/cbc:StreetName",
        "postcode": f"{base}/cac:PostalAddress/cbc:PostalZone",
        "city": f"{base}/cac:PostalAddress/cbc:CityName",
        "country": f"{base}/cac:PostalAddress/cac:Country/cbc:IdentificationCode",
        "contact": f"{base}/cac:Contact/cbc:Name",
        "phone": f"{base}/cac:Contact/cbc:Telephone",
        "email": f"{base}/cac:Contact/cbc:ElectronicMail",
        "vat_id": f"{tax}[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID",
        "tax_number": f"{tax}[cac:TaxScheme/cbc:ID!='VAT']/cbc:CompanyID",
        "address_scheme": f"{base}/cbc:EndpointID/@schemeID",
        "address": f"{base}/cbc:EndpointID",
    }


_UBL_INVOICE = {
    "number": "cbc:ID",
    "issued_on": "cbc:IssueDate",
    "currency": "cbc:DocumentCurrencyCode",
    "due_on": "cbc:DueDate | cac:PaymentMeans/cbc:PaymentDueDate",
    "buyer_reference": "cbc:BuyerReference",
    "terms": "cac:PaymentTerms/cbc:Note",
    "note": "cbc:Note",
    "process": "cbc:ProfileID",
    "specification": "cbc:CustomizationID",
    "corrects_number": "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
    "corrects_issued_on": "cac:BillingReference/cac:InvoiceDocumentReference/cbc:IssueDate",
    "first_day": "cac:InvoicePeriod/cbc:StartDate",
    "last_day": "cac:InvoicePeriod/cbc:EndDate",
    "means": "cac:PaymentMeans/cbc:PaymentMeansCode",
    "remittance": "cac:PaymentMeans/cbc:PaymentID",
    "iban": "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID",
    "account_name": "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:Name",
    "line_total": "cac:LegalMonetaryTotal/cbc:LineExtensionAmount",
    "allowances": "cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount",
    "charges": "cac:LegalMonetaryTotal/cbc:ChargeTotalAmount",
    "net_total": "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount",
    "tax_total": "cac:TaxTotal/cbc:TaxAmount",
    "gross_total": "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
    "prepaid": "cac:LegalMonetaryTotal/cbc:PrepaidAmount",
    "rounding": "cac:LegalMonetaryTotal/cbc:PayableRoundingAmount",
    "due": "cac:LegalMonetaryTotal/cbc:PayableAmount",
}
_UBL_ITEM = {
    "id": "cbc:ID",
    "note": "cbc:Note",
    "object_id": "cac:DocumentReference[cbc:DocumentTypeCode='130']/cbc:ID",
    "amount": "cbc:LineExtensionAmount",
    "first_day": "cac:InvoicePeriod/cbc:StartDate",
    "last_day": "cac:InvoicePeriod/cbc:EndDate",
    "price": "cac:Price/cbc:PriceAmount",
    "price_quantity": "cac:Price/cbc:BaseQuantity",
    "category": "cac:Item/cac:ClassifiedTaxCategory/cbc:ID",
    "rate": "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent",
    "name": "cac:Item/cbc:Name",
}
_UBL_TAX = {
    "basis": "cbc:TaxableAmount",
    "amount": "cbc:TaxAmount",
    "category": "cac:TaxCategory/cbc:ID",
    "rate": "cac:TaxCategory/cbc:Percent",
    "reason": "cac:TaxCategory/cbc:TaxExemptionReason",
    "reason_code": "cac:TaxCategory/cbc:TaxExemptionReasonCode",
}


def _ubl(kind: str, quantity: str) -> Paths:
    """UBL keeps invoices and credit notes apart, in names only."""
    return Paths(
        items=f"cac:{kind}Line",
        taxes="cac:TaxTotal/cac:TaxSubtotal",
        charges="cac:AllowanceCharge[cbc:ChargeIndicator='true']/cbc:Amount",
        allowances="cac:AllowanceCharge[cbc:ChargeIndicator='false']/cbc:Amount",
        invoice={**_UBL_INVOICE, "type_code": f"cbc:{kind}TypeCode"},
        seller=_ubl_party("AccountingSupplierParty"),
        buyer=_ubl_party("AccountingCustomerParty"),
        item={**_UBL_ITEM, "quantity": f"cbc:{quantity}", "unit": f"cbc:{quantity}/@unitCode"},
        tax=_UBL_TAX,
    )


SYNTAXES = {
    f"{{{NAMESPACES['rsm']}}}CrossIndustryInvoice": CII,
    f"{{{NAMESPACES['inv']}}}Invoice": _ubl("Invoice", "InvoicedQuantity"),
    f"{{{NAMESPACES['cn']}}}CreditNote": _ubl("CreditNote", "CreditedQuantity"),
}
