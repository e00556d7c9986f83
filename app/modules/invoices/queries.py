"""Reading invoices and what they are made of."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, selectinload

from app.core.db import found
from app.core.numbers import next_number
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.law.planning import INVOICE_ANSWER_DAYS, INVOICE_CHECK_DAYS, INVOICE_REVISION_DAYS
from app.modules.agreements import BillingUnit
from app.modules.billing import ServiceRecord
from app.modules.cases import Help
from app.modules.invoices.models import (
    BILLS_NOTHING,
    Invoice,
    InvoiceCut,
    InvoiceFinding,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
)
from app.modules.invoices.rules import HISTORY_MONTHS, month_of, months_before
from app.modules.invoices.schemas import InvoiceQuery
from app.policy import Actor, Permission

_DAY = timedelta(days=1)


def visible(actor: Actor) -> Select[Invoice]:
    """The invoices of the actor's organisation; drafts are the provider's own business."""
    if actor.is_youth_office:
        mine = Invoice.youth_office_id == actor.organisation_id
        return select(Invoice).where(mine, Invoice.state.not_in(["draft", "discarded"]))
    return select(Invoice).where(Invoice.provider_id == actor.organisation_id)


def get_invoice(db: Session, invoice_id: UUID, actor: Actor, *, lock: bool = False) -> Invoice:
    """One invoice with lines and findings; 404 for another organisation's."""
    wanted = visible(actor).where(Invoice.id == invoice_id)
    wanted = wanted.options(*map(selectinload, (Invoice.lines, Invoice.findings, Invoice.cuts, Invoice.questions)))
    return found(db.scalar(wanted.with_for_update(of=Invoice) if lock else wanted))


def get_finding(db: Session, invoice: Invoice, finding_id: UUID) -> InvoiceFinding:
    """A finding of an invoice; 404 for none."""
    return found(next((finding for finding in invoice.findings if finding.id == finding_id), None))


def get_cut(invoice: Invoice, cut_id: UUID) -> InvoiceCut:
    """A cut that stands; 404 for none."""
    return found(next((cut for cut in invoice.cuts if cut.id == cut_id), None))


def list_invoices(db: Session, query: InvoiceQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of invoices."""
    rows = visible(actor)
    for name in ("state", "kind", "youth_office_id", "provider_id"):
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
    """All records of a provider in the weeks of a period that were not reversed, whoever pays."""
    monday = first - first.weekday() * _DAY
    rows = select(ServiceRecord).where(
        ServiceRecord.provider_id == provider_id,
        ServiceRecord.service_on.between(monday, last),
        ServiceRecord.reversed_at.is_(None),
    )
    return list(db.scalars(rows))


def records_of_helps(db: Session, help_ids: Collection[UUID], first: date, last: date) -> list[ServiceRecord]:
    """The records of some helps in a period that were not reversed; one statement."""
    rows = select(ServiceRecord).where(
        ServiceRecord.help_id.in_(help_ids),
        ServiceRecord.service_on.between(first, last),
        ServiceRecord.reversed_at.is_(None),
    )
    return list(db.scalars(rows))


def records_between(
    db: Session, youth_office_id: UUID, provider_id: UUID, first: date, last: date
) -> list[ServiceRecord]:
    """What a provider did for an office in a period and was not reversed, billed or not, in the order of pricing."""
    rows = select(ServiceRecord).where(
        ServiceRecord.youth_office_id == youth_office_id,
        ServiceRecord.provider_id == provider_id,
        ServiceRecord.service_on.between(first, last),
        ServiceRecord.reversed_at.is_(None),
    )
    return list(db.scalars(rows.order_by(ServiceRecord.service_on, ServiceRecord.starts_at, ServiceRecord.id)))


def lines_of(db: Session, invoice: Invoice) -> list[InvoiceLine]:
    """The lines of an invoice as they were written; one statement."""
    return list(db.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.place)))


OverdueReports = Callable[[Session, Collection[UUID], date], Mapping[UUID, Sequence[str]]]
_overdue_reports: list[OverdueReports] = []


def ask_for_reports(answer: OverdueReports) -> None:
    """Let the room of reports tell which of them are overdue on a day, by help; set once, at the start."""
    _overdue_reports[:] = [answer]


def overdue_reports(db: Session, help_ids: Collection[UUID], on: date) -> Mapping[UUID, Sequence[str]]:
    """The reports that are overdue on a day, by help."""
    return _overdue_reports[0](db, help_ids, on) if _overdue_reports else {}


Confirmed = Callable[[Session, Collection[UUID], UUID, date], frozenset[UUID]]
_confirmed: list[Confirmed] = []


def ask_for_proofs(answer: Confirmed) -> None:
    """Let the room of proofs tell which records of a month were confirmed; set once, at the start."""
    _confirmed[:] = [answer]


def confirmed(db: Session, help_ids: Collection[UUID], provider_id: UUID, month: date) -> frozenset[UUID]:
    """The records of a provider's month in some helps that the families have confirmed."""
    return _confirmed[0](db, help_ids, provider_id, month) if _confirmed else frozenset()


def free_number(db: Session, provider_id: UUID, prefix: str, year: int) -> str:
    """The next number of the provider's own series that none of its invoices has (imported ones bring theirs)."""
    while True:
        number = next_number(db, provider_id, prefix, year)
        taken = select(Invoice.id).where(Invoice.provider_id == provider_id, Invoice.number == number)
        if db.scalar(taken) is None:
            return number


def records_of_invoice(db: Session, invoice: Invoice) -> list[ServiceRecord]:
    """What an invoice bills, in the order in which it was priced."""
    rows = select(ServiceRecord).where(ServiceRecord.invoice_id == invoice.id)
    return list(db.scalars(rows.order_by(ServiceRecord.service_on, ServiceRecord.starts_at, ServiceRecord.id)))


def records_billed_before(
    db: Session, records: Sequence[ServiceRecord], invoice: Invoice | None
) -> list[ServiceRecord]:
    """What earlier invoices billed of the helps of some records, since the quarter began; of a draft not made yet, all.

    Invoices of one provider are made one after the other (the lock lasts until the transaction ends): two at once
    would both find a month's flat amount, or the last paid missed appointment, unbilled.
    """
    if not records:
        return []
    first = min(record.service_on for record in records)
    provider_id = records[0].provider_id
    if invoice is None:
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"invoice {provider_id}", 0))))
    rows = select(ServiceRecord).where(
        ServiceRecord.help_id.in_({record.help_id for record in records}),
        ServiceRecord.service_on.between(months_before(first, HISTORY_MONTHS), month_of(f"{first:%Y-%m}")[1]),
        ServiceRecord.provider_id == provider_id,
        ServiceRecord.invoice_id.is_not(None) if invoice is None else ServiceRecord.invoice_id < invoice.id,
    )
    return list(db.scalars(rows.order_by(ServiceRecord.service_on, ServiceRecord.starts_at, ServiceRecord.id)))


def billed_elsewhere(db: Session, invoice: Invoice, help_ids: Collection[UUID]) -> dict[UUID, dict[date, int]]:
    """The hours (hundredths) of each help that the provider's other live invoices bill, by month; discarded, replaced
    and credited ones bill nothing.
    """
    rows = (
        select(InvoiceLine.help_id, Invoice.month, func.sum(InvoiceLine.units))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(
            InvoiceLine.help_id.in_(help_ids),
            InvoiceLine.unit == BillingUnit.FACHLEISTUNGSSTUNDE,
            Invoice.provider_id == invoice.provider_id,
            Invoice.id != invoice.id,
            Invoice.state.not_in(BILLS_NOTHING),
            Invoice.kind != InvoiceKind.CREDIT_NOTE,
        )
        .group_by(InvoiceLine.help_id, Invoice.month)
    )
    found: dict[UUID, dict[date, int]] = {}
    for help_id, month, units in db.execute(rows):
        found.setdefault(help_id, {})[month] = int(units * 100)
    return found


def close_findings(db: Session, invoice: Invoice, at: datetime) -> int:
    """Close what an earlier check found; returns how many findings there have been."""
    of_invoice = InvoiceFinding.invoice_id == invoice.id
    still_open = update(InvoiceFinding).where(of_invoice, InvoiceFinding.closed_at.is_(None))
    db.execute(still_open.values(closed_at=at))
    return db.scalar(select(func.count()).where(of_invoice)) or 0


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Invoices that Wirtschaftliche Jugendhilfe checks, and those that the provider corrects; no case is named."""
    actor = asked.actor
    checks, submits = actor.may(Permission.INVOICES_APPROVE), actor.may(Permission.INVOICES_SUBMIT)
    if not actor.may(Permission.INVOICES_READ) or (actor.is_youth_office and not checks):
        return []
    place: dict[str, Any] = {"subject": Invoice, "path": "/v1/invoices/"}
    check_by = Invoice.submitted_at + timedelta(days=INVOICE_CHECK_DAYS)
    decide_by = Invoice.changed_at + timedelta(days=INVOICE_CHECK_DAYS)
    answer_by = Invoice.changed_at + timedelta(days=INVOICE_ANSWER_DAYS)
    revise_by = Invoice.changed_at + timedelta(days=INVOICE_REVISION_DAYS)
    waits = (
        ("invoice_to_check", (InvoiceState.SUBMITTED, InvoiceState.CHECKING), check_by, checks),
        ("invoice_objected", (InvoiceState.OBJECTED,), decide_by, checks),
        ("invoice_to_answer", (InvoiceState.QUERIED,), answer_by, submits),
        ("invoice_to_revise", (InvoiceState.RETURNED,), revise_by, submits),
        ("invoice_cut", (InvoiceState.PARTLY_APPROVED,), end_of(Invoice.objection_until), submits),
    )
    return [
        visible(actor).with_only_columns(*waiting(kind, due_at=due_at, me=me, **place)).where(Invoice.state.in_(states))
        for kind, states, due_at, me in waits
    ]


WORK = Source(
    {
        "invoice_to_check": "Rechnung prüfen",
        "invoice_objected": "Über einen Widerspruch gegen Kürzungen entscheiden",
        "invoice_to_answer": "Rückfragen zur Rechnung beantworten",
        "invoice_to_revise": "Rechnung berichtigen",
        "invoice_cut": "Kürzungen annehmen oder widersprechen",
    },
    _work,
)
