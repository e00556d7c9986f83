"""Acting on payment runs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.ids import new_id
from app.core.numbers import next_number
from app.core.problems import FieldError, Invalid
from app.law.calendars import legal_date
from app.modules.einvoices import details_of
from app.modules.invoices import INVOICE, Invoice, InvoiceState
from app.modules.payments import files, queries
from app.modules.payments.errors import AccountMissing, RunNotOrdered
from app.modules.payments.models import PaymentItem, PaymentRun, PaymentRunState
from app.modules.payments.schemas import CancelRun, ExecuteRun, OrderRun, PaymentRunCreate, RunAction
from app.modules.payments.workflow import PAYMENT_RUN
from app.policy import Actor


def create_run(db: Session, body: PaymentRunCreate, *, actor: Actor, at: datetime) -> PaymentRun:
    """Propose to pay approved invoices together; each is in one live run, whoever proposes at the same time.

    Raises:
        Invalid: an invoice is not payable, named twice, or in a run already; the day is past.
        AccountMissing: the office or a provider has told no account.
    """
    invoices = queries.invoices_for_payment(db, body.invoice_ids, actor)
    errors = _faults(body, invoices, queries.in_live_runs(db, body.invoice_ids), at)
    if errors:
        raise Invalid(errors=errors)
    chosen = [invoices[id_] for id_ in body.invoice_ids]
    parties = {actor.organisation_id, *(invoice.provider_id for invoice in chosen)}
    accounts = {id_: told for id_, told in details_of(db, parties).items() if told.iban and told.account_holder}
    if absent := sorted(parties - accounts.keys()):
        raise AccountMissing(organisation_ids=[str(id_) for id_ in absent])
    debtor = accounts[actor.organisation_id]
    run = PaymentRun(
        id=new_id(),
        youth_office_id=actor.organisation_id,
        number=next_number(db, actor.organisation_id, "ZL", legal_date(at).year),
        execute_on=body.execute_on,
        total_cents=sum(invoice.payable_cents or 0 for invoice in chosen),
        debtor_name=debtor.account_holder,
        debtor_iban=debtor.iban,
        created_by=actor.id,
    )
    PAYMENT_RUN.begin(db, run, actor=actor, at=at, total_cents=run.total_cents, invoices=len(chosen))
    paid = queries.accounts_paid(db, actor.organisation_id, parties)
    for place, invoice in enumerate(chosen, 1):
        account = accounts[invoice.provider_id]
        db.add(
            PaymentItem(
                run_id=run.id,
                youth_office_id=run.youth_office_id,
                provider_id=invoice.provider_id,
                invoice_id=invoice.id,
                place=place,
                amount_cents=invoice.payable_cents,
                creditor_name=account.account_holder,
                iban=account.iban,
                is_new_account=(invoice.provider_id, account.iban) not in paid,
            )
        )
    db.flush()
    return queries.get_run(db, run.id, actor)


def move(db: Session, run_id: UUID, action: RunAction, expected: int, *, actor: Actor, at: datetime) -> PaymentRun:
    """Order, execute or cancel a run; its invoices go with it.

    Raises:
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        Invalid: it is said to be executed on a day that has not come, or before it was ordered.
    """
    run = queries.get_run(db, run_id, actor, lock=True)
    check_version(run, expected)
    queries.invoices_for_payment(db, [item.invoice_id for item in run.items], actor)  # nobody changes them meanwhile
    step = None
    with db.no_autoflush:
        was_ordered = run.state is PaymentRunState.ORDERED
        match action:
            case OrderRun():
                run.ordered_by, run.ordered_at, step = actor.id, at, "order"
            case ExecuteRun():
                _check_day(run, action, at)
                run.executed_on, run.reference, step = action.executed_on, action.reference, "pay"
            case CancelRun():
                run.cancel_reason, step = action.reason, "release" if was_ordered else None
        PAYMENT_RUN.fire(db, run, action.action, actor=actor, at=at, total_cents=run.total_cents)
    for item in run.items:
        if run.state is PaymentRunState.CANCELLED:
            item.released_at = at
        if step:
            _take_along(db, item.invoice, step, run, actor, at)
    db.flush()
    return run


def payment_file(db: Session, run_id: UUID, *, actor: Actor, at: datetime) -> tuple[PaymentRun, bytes]:
    """The order to the bank; who fetched it is written down.

    Raises:
        RunNotOrdered: no second person has ordered the run, or it was cancelled.
    """
    run = queries.get_run(db, run_id, actor)
    if run.state not in (PaymentRunState.ORDERED, PaymentRunState.EXECUTED):
        raise RunNotOrdered
    audit.record(
        db,
        tenant_id=run.tenant_id,
        actor=actor,
        action="payment_run.fetch_file",
        subject_kind="payment_run",
        subject_id=run.id,
        at=at,
        details={"total_cents": run.total_cents},
    )
    return run, files.pain001(run)


def _take_along(db: Session, invoice: Invoice, step: str, run: PaymentRun, actor: Actor, at: datetime) -> None:
    """Move an invoice with its run."""
    if step == "pay":
        invoice.paid_on, invoice.payment_reference = run.executed_on, run.reference
    invoice.opened = frozenset({step})  # type: ignore[misc]  # this invoice's own, for the guard
    INVOICE.fire(db, invoice, step, actor=actor, at=at, payment_run=run.number)


def _check_day(run: PaymentRun, action: ExecuteRun, at: datetime) -> None:
    if run.ordered_at and not legal_date(run.ordered_at) <= action.executed_on <= legal_date(at):
        raise Invalid.field(
            "/executed_on",
            "day",
            "Ausgeführt wird nach der Anweisung und nicht in der Zukunft.",
            "It is executed after it was ordered, and not in the future.",
        )


def _faults(body: PaymentRunCreate, invoices: dict[UUID, Invoice], taken: set[UUID], at: datetime) -> list[FieldError]:
    """Everything that is wrong with a proposal, with pointers."""
    errors = []
    if body.execute_on < legal_date(at):
        errors.append(FieldError("/execute_on", "past", "Dieser Tag ist vorbei.", "This day is past."))
    for place, id_ in enumerate(body.invoice_ids):
        invoice, told = invoices.get(id_), None
        if invoice is None:
            told = ("unknown", "Diese Rechnung gibt es nicht.", "There is no such invoice.")
        elif id_ in body.invoice_ids[:place]:
            told = ("twice", "Diese Rechnung steht zweimal da.", "The invoice is named twice.")
        elif id_ in taken:
            told = ("in_a_run", "Die Rechnung steht schon in einem Zahlungslauf.", "It is in a payment run already.")
        elif invoice.state is not InvoiceState.APPROVED or not invoice.payable_cents:
            told = ("not_payable", "An dieser Rechnung ist nichts zu zahlen.", "Nothing is payable of this invoice.")
        if told:
            errors.append(FieldError(f"/invoice_ids/{place}", *told))
    return errors
