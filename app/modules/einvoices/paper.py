"""An invoice for people that machines can read too: ZUGFeRD 2, profile XRECHNUNG (libraries typst and pypdf).

What is printed is what the XRechnung says, read from it; how it was reckoned is printed below. The file is PDF/A-3a
with the XRechnung inside and, in its metadata, what ZUGFeRD wants said about it. The same invoice, the same bytes.
"""

from io import BytesIO
from typing import Any
from uuid import UUID

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject
from sqlalchemy.orm import Session

from app.core import documents
from app.core.money import format_decimal_de
from app.core.sealing import Sealer
from app.modules.einvoices import document as terms
from app.modules.einvoices import service
from app.modules.einvoices.document import EInvoice, Item, Party
from app.modules.einvoices.reading import is_cii, read
from app.modules.invoices import Invoice, InvoiceKind, InvoiceState
from app.policy import Actor

FILE_NAME = "xrechnung.xml"
MOST_EXPLAINED = 200
_TITLES = {
    InvoiceKind.INVOICE: "Rechnung",
    InvoiceKind.CREDIT_NOTE: "Gutschrift (Stornorechnung)",
    InvoiceKind.CORRECTION: "Rechnungskorrektur",
}
_UNITS = {terms.HOURS: "Std.", terms.MINUTES: "Min."}
_PROOF = (
    f"Diese Rechnung liegt dem PDF als {FILE_NAME} für Programme bei (XRechnung 3.0, EN 16931); beide sagen dasselbe."
)
_SCHEMA = """
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>xrechnung.xml</fx:DocumentFileName>
<fx:Version>3.0</fx:Version><fx:ConformanceLevel>XRECHNUNG</fx:ConformanceLevel></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
_PROPERTY = (
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
    "<pdfaProperty:description>{told}</pdfaProperty:description></rdf:li>"
)
_PROPERTIES = {
    "DocumentFileName": "The name of the embedded XML document",
    "DocumentType": "The type of the hybrid document",
    "Version": "The version of the standard of the embedded XML document",
    "ConformanceLevel": "The conformance level of the embedded XML document",
}


def print_invoice(db: Session, invoice_id: UUID, *, actor: Actor, sealer: Sealer) -> tuple[bytes, str]:
    """The invoice as ZUGFeRD PDF, with its name; an XRechnung handed in as UBL lies in a plain PDF/A-3.

    Raises:
        BillingDetailsMissing: seller or buyer have not told what the standard wants.
    """
    invoice, content = service.xrechnung_of(db, invoice_id, actor=actor, sealer=sealer)
    told = read(content)
    pdf = documents.render(
        "invoice",
        _paper(invoice, told),
        title=f"{_TITLES[invoice.kind]} {told.number}",
        made_at=invoice.submitted_at or invoice.created_at,
        source=documents.Source(
            FILE_NAME, "text/xml", content.decode("utf-8-sig"), "XRechnung (EN 16931)", "alternative"
        ),
    )
    return (_with_metadata(pdf) if is_cii(content) else pdf), f"{_TITLES[invoice.kind]}-{service.file_name(invoice)}"


def _paper(invoice: Invoice, told: EInvoice) -> dict[str, Any]:
    issued, kind = _day(told.issued_on), _TITLES[invoice.kind]
    corrects = f"Zu Rechnung {told.corrects_number} vom {_day(told.corrects_issued_on)}."
    totals = {"Summe": told.line_total, "Umsatzsteuer": told.tax_total, "Zahlbetrag": told.due}
    return {
        "head": {
            "organisation": told.seller.name or "",
            "below": f"an: {told.buyer.name}",
            "number": told.number or "",
            "lines": [f"vom {issued}"],
            "running": f"{kind} · {told.seller.name}",
            "foot": f"{told.number} vom {issued}",
            "watermark": "ENTWURF" if invoice.state is InvoiceState.DRAFT else None,
        },
        "kind": kind,
        "banner": corrects if told.corrects_number else None,
        "facts": [
            ["Rechnung von", _address(told.seller)],
            ["Rechnung an", _address(told.buyer)],
            ["Leitweg-ID", told.buyer_reference or ""],
            ["Leistungszeitraum", f"{_day(told.first_day)} bis {_day(told.last_day)}"],
            ["Steuernummer", told.seller.vat_id or told.seller.tax_number or ""],
            ["Auskunft", ", ".join(filter(None, (told.seller.contact, told.seller.phone, told.seller.email)))],
        ],
        "items": [_row(item) for item in told.items],
        "totals": [[name, _money(amount)] for name, amount in totals.items()],
        "tax": "; ".join(tax.reason for tax in told.taxes if tax.reason),
        "payment": [["Konto", f"{told.iban} ({told.account_name})"], ["Bedingungen", told.terms or ""]],
        "steps": _steps(invoice),
        "proof": _PROOF,
    }


def _steps(invoice: Invoice) -> list[list[Any]]:
    """How each line was reckoned; of very long invoices that is read at `/v1/invoices/{id}/explanation`."""
    if len(invoice.lines) > MOST_EXPLAINED:
        return []
    return [
        [f"{line.place}. {line.activity.title_de}", [str(step["text_de"]) for step in line.steps]]
        for line in invoice.lines
    ]


def _row(item: Item) -> list[str]:
    unit = _UNITS.get(item.unit or "", "")
    per = f" je {item.price_quantity:f} {unit}" if item.price_quantity else ""
    told = "\n".join(filter(None, (item.name, _span(item), item.note)))
    return [item.id or "", told, f"{_number(item.quantity)} {unit}", f"{_money(item.price)}{per}", _money(item.amount)]


def _span(item: Item) -> str:
    if item.first_day is None or item.first_day == item.last_day:
        return _day(item.first_day)
    return f"{_day(item.first_day)} bis {_day(item.last_day)}"


def _address(party: Party) -> str:
    return ", ".join(filter(None, (party.name, party.street, f"{party.postcode or ''} {party.city or ''}".strip())))


def _day(day: Any) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _number(number: Any) -> str:
    return format_decimal_de(number) if number is not None else ""


def _money(euros: Any) -> str:
    return f"{_number(euros)} €" if euros is not None else ""


def _with_metadata(pdf: bytes) -> bytes:
    """Say in the document's metadata (XMP) that and how an invoice is inside."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    properties = "".join(_PROPERTY.format(name=name, told=told) for name, told in _PROPERTIES.items())
    old = writer.root_object["/Metadata"].get_object()
    xmp = old.get_data().decode() if isinstance(old, StreamObject) else ""
    stream = StreamObject()
    stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    stream.set_data(xmp.replace("</rdf:RDF>", _SCHEMA.format(properties=properties) + "</rdf:RDF>").encode())
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)  # noqa: SLF001  # there is no other way
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
