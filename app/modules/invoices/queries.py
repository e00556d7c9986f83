"""Reading invoices and what they are made of."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from app.core.db import found
from app.core.pages import paginate
from app.modules.billing import ServiceRecord
from app.modules.cases import Help
from app.modules.invoices.models import Invoice, InvoiceFinding
from app.modules.invoices.rules import month_of
from app.modules.invoices.schemas import InvoiceQuery
from app.policy import Actor


def visible(actor: Actor) -> Select[Invoice]:
    """The invoices of the actor's organisation; drafts are the provider's own business."""
    if actor.is_youth_office:
        mine = Invoice.youth_office_id == actor.organisation_id
        return select(Invoice).where(mine, Invoice.state.not_in(["draft", "discarded"]))
    return select(Invoice).where(Invoice.provider_id == actor.organisation_id)


def get_invoice(db: Session, invoice_id: UUID, actor: Actor, *, lock: bool = False) -> Invoice:
    """One invoice with lines and findings; 404 for another organisation's."""
    wanted = visible(actor).where(Invoice.id == invoice_id)
    wanted = wanted.options(selectinload(Invoice.lines), selectinload(Invoice.findings))
    return found(db.scalar(wanted.with_for_update(of=Invoice) if lock else wanted))


def get_finding(db: Session, invoice: Invoice, finding_id: UUID) -> InvoiceFinding:
    """A finding of an invoice; 404 for none."""
    return found(next((finding for finding in invoice.findings if finding.id == finding_id), None))


def list_invoices(db: Session, query: InvoiceQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of invoices."""
    rows = visible(actor)
    for name in ("state", "youth_office_id", "provider_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Invoice, name) == value)
    if query.month:
        rows = rows.where(Invoice.month == month_of(query.month)[0])
    sorts = {"created_at": Invoice.created_at, "month": Invoice.month}
    return paginate(db, rows, query, sorts, Invoice.id)


def helps_of(db: Session, help_ids: Collection[UUID]) -> dict[UUID, Help]:
    """The helps of some records; one statement."""
    return {help_.id: help_ for help_ in db.scalars(select(Help).where(Help.id.in_(help_ids)))}


def records_of_provider(db: Session, provider_id: UUID, first: date, last: date) -> list[ServiceRecord]:
    """All records of a provider in a period that were not reversed, whoever pays."""
    rows = select(ServiceRecord).where(
        ServiceRecord.provider_id == provider_id,
        ServiceRecord.service_on.between(first, last),
        ServiceRecord.reversed_at.is_(None),
    )
    return list(db.scalars(rows))
