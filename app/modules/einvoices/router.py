"""`/v1/organisations/{id}/billing-details`, and the XRechnung of invoices."""

from typing import Annotated, Any

from fastapi import Query, Response

from app.core import documents
from app.core.http import CurrentActor, Db, Expected, MediaType, Now, Process, RawBody, Router, needs
from app.core.pages import Page, page_of
from app.core.problems import UnsupportedMediaType
from app.core.types import Id
from app.modules.einvoices import importing, paper, queries, service
from app.modules.einvoices.reading import MAX_BYTES
from app.modules.einvoices.schemas import (
    BillingDetailsOut,
    BillingDetailsPut,
    XRechnungImportHow,
    XRechnungImportOut,
    XRechnungImportQuery,
)
from app.policy import Permission

router = Router(tags=["e-invoices"])
XML = "application/xml"
_XML: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "XRechnung 3.0 (UN/CEFACT CII, oder UBL, wie der Träger sie schrieb)",
        "content": {XML: {"schema": {"type": "string", "maxLength": 10_000_000}}},
    }
}

_XML_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary", "maxLength": MAX_BYTES}}
            for kind in (XML, "text/xml")
        },
    }
}
_MISSING = {"responses": {"409": {"$ref": "#/components/responses/Problem409"}}}
"""A GET that says 409: what the norm wants has not been told."""


@router.get("/organisations/{organisation_id}/billing-details", summary="Angaben für E-Rechnungen lesen")
@needs(Permission.INVOICES_READ)
def get_billing_details(organisation_id: Id, db: Db, actor: CurrentActor) -> BillingDetailsOut:
    """What the own organisation tells as seller or buyer of e-invoices, and what is missing (EN 16931, XRechnung)."""
    return service.show_details(db, organisation_id, actor)


@router.put("/organisations/{organisation_id}/billing-details", summary="Angaben für E-Rechnungen hinterlegen")
@needs(Permission.BILLING_DETAILS_MANAGE)
def put_billing_details(
    organisation_id: Id, body: BillingDetailsPut, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> BillingDetailsOut:
    """Replace what the own organisation tells (§ 14 Abs. 4 UStG; XRechnung 3.0); `If-Match: "0"` the first time."""
    return service.put_details(db, organisation_id, body, expected, actor=actor, at=now)


@router.get(
    "/invoices/{invoice_id}/xrechnung",
    response_class=Response,
    responses=_XML,
    openapi_extra=_MISSING,
    summary="XRechnung herunterladen",
)
@needs(Permission.INVOICES_READ)
def get_xrechnung(invoice_id: Id, db: Db, actor: CurrentActor, process: Process) -> Response:
    """The invoice as XRechnung 3.0 (EN 16931; free of VAT by § 4 Nr. 25 UStG), as it was when it was submitted.

    Of an invoice whose XRechnung the provider handed in, it is that one, byte for byte.
    """
    invoice, content = service.xrechnung_of(db, invoice_id, actor=actor, sealer=process.sealer)
    name = f'attachment; filename="{service.file_name(invoice)}.xml"'
    return Response(content, media_type=XML, headers={"Content-Disposition": name})


@router.get(
    "/invoices/{invoice_id}/zugferd",
    response_class=Response,
    responses=documents.DOCUMENT,
    openapi_extra=_MISSING,
    summary="Rechnung als PDF mit XRechnung (ZUGFeRD)",
)
@needs(Permission.INVOICES_READ)
def get_zugferd(invoice_id: Id, db: Db, actor: CurrentActor, process: Process) -> Response:
    """The invoice for people, with how it was reckoned, and inside it the XRechnung (ZUGFeRD 2, profile XRECHNUNG)."""
    return documents.answer(*paper.print_invoice(db, invoice_id, actor=actor, sealer=process.sealer))


@router.post("/invoices:import-xrechnung", openapi_extra=_XML_BODY, summary="Eigene XRechnung einreichen")
@needs(Permission.INVOICES_SUBMIT)
def import_xrechnung(
    how: Annotated[XRechnungImportHow, Query()],
    raw: RawBody,
    media_type: MediaType,
    db: Db,
    actor: CurrentActor,
    now: Now,
    process: Process,
) -> XRechnungImportOut:
    """Hand in an XRechnung (CII or UBL) of a month; it is compared with the recorded services (§§ 77, 78b SGB VIII).

    Sum, period, helps (BT-128) and number must agree: then a draft of its number is made, or the waiting draft of
    this number is linked, and the file is its XRechnung. Otherwise it is refused with findings that name the business
    term, and is kept as it came. `dry_run=true` only checks.
    """
    if media_type not in (XML, "text/xml"):
        raise UnsupportedMediaType(expected=f"{XML}, text/xml")
    return importing.import_xrechnung(db, raw, dry_run=how.dry_run, actor=actor, at=now, sealer=process.sealer)


@router.get("/xrechnung-imports", summary="Eingereichte XRechnungen suchen")
@needs(Permission.INVOICES_SUBMIT)
def list_xrechnung_imports(
    query: Annotated[XRechnungImportQuery, Query()], db: Db, actor: CurrentActor
) -> Page[XRechnungImportOut]:
    """What the own organisation handed in, accepted or refused (EN 16931)."""
    rows, following, total = queries.list_imports(db, query, actor)
    return page_of([importing.show(row) for row in rows], following, total, query)


@router.get("/xrechnung-imports/{import_id}", summary="Eingereichte XRechnung: Befunde lesen")
@needs(Permission.INVOICES_SUBMIT)
def get_xrechnung_import(import_id: Id, db: Db, actor: CurrentActor) -> XRechnungImportOut:
    """What became of a file and what was found in it (EN 16931)."""
    return importing.show(queries.get_import(db, import_id, actor))


@router.get(
    "/xrechnung-imports/{import_id}/content",
    response_class=Response,
    responses=_XML,
    summary="Eingereichte XRechnung herunterladen",
)
@needs(Permission.INVOICES_SUBMIT)
def get_xrechnung_import_content(import_id: Id, db: Db, actor: CurrentActor, process: Process) -> Response:
    """The file as it was handed in, byte for byte (§ 14b UStG: invoices are kept)."""
    content = importing.content_of(db, import_id, actor=actor, sealer=process.sealer)
    return Response(content, media_type=XML, headers={"Content-Disposition": 'attachment; filename="xrechnung.xml"'})
