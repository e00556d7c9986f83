"""Reading what e-invoices are made of."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, selectinload

from app.core.db import found
from app.core.pages import paginate
from app.modules.cases import Help
from app.modules.einvoices.models import BillingDetails, XRechnung, XRechnungImport
from app.modules.einvoices.schemas import XRechnungImportQuery
from app.modules.invoices import Invoice
from app.modules.organisations import Organisation
from app.policy import Actor, OrganisationKind


def details_of(db: Session, ids: Collection[UUID]) -> dict[UUID, BillingDetails]:
    """What these organisations told for e-invoices; one statement."""
    rows = select(BillingDetails).where(BillingDetails.organisation_id.in_(ids))
    return {row.organisation_id: row for row in db.scalars(rows)}


def own_details(db: Session, organisation_id: UUID, actor: Actor, *, lock: bool = False) -> BillingDetails | None:
    """The details of the own organisation, if it told any; 404 for another's."""
    found(organisation_id if organisation_id == actor.organisation_id else None)
    wanted = select(BillingDetails).where(BillingDetails.organisation_id == organisation_id)
    return db.scalar(wanted.with_for_update() if lock else wanted)


def issued(db: Session, invoice_id: UUID) -> XRechnung | None:
    """The XRechnung of an invoice as it went out."""
    return db.get(XRechnung, invoice_id)


def handed_in(db: Session, invoice_id: UUID) -> XRechnungImport | None:
    """The provider's own XRechnung of an invoice."""
    return db.scalar(select(XRechnungImport).where(XRechnungImport.invoice_id == invoice_id))


def own_invoice(db: Session, number: str | None, actor: Actor) -> Invoice | None:
    """The provider's invoice of a number, with its lines, locked."""
    wanted = select(Invoice).where(Invoice.provider_id == actor.organisation_id, Invoice.number == (number or ""))
    return db.scalar(wanted.options(selectinload(Invoice.lines)).with_for_update(of=Invoice))


def list_imports(db: Session, query: XRechnungImportQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of what the provider handed in, without the files."""
    rows = select(XRechnungImport).where(XRechnungImport.provider_id == actor.organisation_id)
    if query.state is not None:
        rows = rows.where(XRechnungImport.state == query.state)
    rows = rows.options(defer(XRechnungImport.sealed_content))
    return paginate(db, rows, query, {"imported_at": XRechnungImport.imported_at}, XRechnungImport.id)


def get_import(db: Session, import_id: UUID, actor: Actor) -> XRechnungImport:
    """What a provider handed in; 404 for another's."""
    mine = XRechnungImport.provider_id == actor.organisation_id
    return found(db.scalar(select(XRechnungImport).where(XRechnungImport.id == import_id, mine)))


def helps_of(db: Session, help_ids: Collection[UUID]) -> dict[UUID, Help]:
    """The helps of some lines; one statement."""
    return {help_.id: help_ for help_ in db.scalars(select(Help).where(Help.id.in_(help_ids)))}


def offices_at(db: Session, leitweg_id: str) -> list[Organisation]:
    """The youth offices that receive invoices under a Leitweg-ID."""
    rows = select(Organisation).where(
        Organisation.kind == OrganisationKind.YOUTH_OFFICE, Organisation.leitweg_id == leitweg_id
    )
    return list(db.scalars(rows.limit(2)))
