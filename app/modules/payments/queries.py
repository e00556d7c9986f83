"""Reading payment runs."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.law.planning import INVOICE_CHECK_DAYS
from app.modules.invoices import Invoice, InvoiceState
from app.modules.invoices import visible as visible_invoices
from app.modules.payments.models import PaymentItem, PaymentRun, PaymentRunState
from app.modules.payments.schemas import PaymentRunQuery
from app.policy import Actor, Permission


def visible(actor: Actor) -> Select[PaymentRun]:
    """The runs of the actor's youth office; a provider has none."""
    return select(PaymentRun).where(PaymentRun.youth_office_id == actor.organisation_id)


def get_run(db: Session, run_id: UUID, actor: Actor, *, lock: bool = False) -> PaymentRun:
    """One run with its invoices; 404 for another organisation's."""
    wanted = visible(actor).where(PaymentRun.id == run_id)
    wanted = wanted.options(selectinload(PaymentRun.items).selectinload(PaymentItem.invoice))
    return found(db.scalar(wanted.with_for_update(of=PaymentRun) if lock else wanted))


def list_runs(db: Session, query: PaymentRunQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of runs."""
    rows = visible(actor)
    if query.state is not None:
        rows = rows.where(PaymentRun.state == query.state)
    sorts = {"created_at": PaymentRun.created_at, "execute_on": PaymentRun.execute_on}
    return paginate(db, rows, query, sorts, PaymentRun.id)


def invoices_for_payment(db: Session, ids: Collection[UUID], actor: Actor) -> dict[UUID, Invoice]:
    """The invoices of the actor's office among the ids, locked in one order, so that two runs never wait in a ring."""
    rows = visible_invoices(actor).where(Invoice.id.in_(ids)).order_by(Invoice.id).with_for_update()
    return {invoice.id: invoice for invoice in db.scalars(rows.execution_options(populate_existing=True))}


def in_live_runs(db: Session, ids: Collection[UUID]) -> set[UUID]:
    """Those of the invoices that are in a run already."""
    live = select(PaymentItem.invoice_id).where(PaymentItem.invoice_id.in_(ids), PaymentItem.released_at.is_(None))
    return set(db.scalars(live))


def accounts_paid(db: Session, youth_office_id: UUID, provider_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """The accounts of these providers to which the office has paid before."""
    rows = (
        select(PaymentItem.provider_id, PaymentItem.iban)
        .join(PaymentRun, PaymentRun.id == PaymentItem.run_id)
        .where(
            PaymentItem.youth_office_id == youth_office_id,
            PaymentItem.provider_id.in_(provider_ids),
            PaymentRun.state == PaymentRunState.EXECUTED,
        )
    )
    return {(row[0], row[1]) for row in db.execute(rows.distinct())}


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Approved invoices that are in no run, and runs that wait for an order or the bank."""
    actor = asked.actor
    if not actor.may(Permission.PAYMENTS_READ):
        return []
    me = actor.may(Permission.PAYMENTS_MANAGE)
    pay_by = Invoice.submitted_at + timedelta(days=INVOICE_CHECK_DAYS)
    live = select(PaymentItem.id).where(PaymentItem.invoice_id == Invoice.id, PaymentItem.released_at.is_(None))
    to_pay = waiting("invoice_to_pay", subject=Invoice, path="/v1/invoices/", due_at=pay_by, me=me)
    place: dict[str, Any] = {
        "subject": PaymentRun,
        "path": "/v1/payment-runs/",
        "due_at": end_of(PaymentRun.execute_on),
    }
    may_order = PaymentRun.created_by != actor.id if me else False
    order = waiting("payment_run_to_order", me=may_order, **place)
    execute = waiting("payment_run_to_execute", me=me, **place)
    return [
        visible_invoices(actor)
        .with_only_columns(*to_pay)
        .where(Invoice.state == InvoiceState.APPROVED, Invoice.payable_cents != 0, ~live.exists()),
        visible(actor).with_only_columns(*order).where(PaymentRun.state == PaymentRunState.DRAFT),
        visible(actor).with_only_columns(*execute).where(PaymentRun.state == PaymentRunState.ORDERED),
    ]


WORK = Source(
    {
        "invoice_to_pay": "Freigegebene Rechnung zur Zahlung bringen",
        "payment_run_to_order": "Zahlungslauf anweisen",
        "payment_run_to_execute": "Ausführung des Zahlungslaufs verbuchen",
    },
    _work,
)
