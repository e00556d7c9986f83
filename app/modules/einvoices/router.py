"""`/v1/organisations/{id}/billing-details`, and the XRechnung of invoices."""

from typing import Any

from fastapi import Response

from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs
from app.core.types import Id
from app.modules.einvoices import service
from app.modules.einvoices.schemas import BillingDetailsOut, BillingDetailsPut
from app.policy import Permission

router = Router(tags=["e-invoices"])
XML = "application/xml"
_XML: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "XRechnung 3.0 (UN/CEFACT CII, oder UBL, wie der Träger sie schrieb)",
        "content": {XML: {"schema": {"type": "string", "maxLength": 10_000_000}}},
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
