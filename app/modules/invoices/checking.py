"""What the steps of checking an invoice do besides moving it: questions and answers, cuts, objections."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from app.core import audit, deadlines
from app.core.db import check_version
from app.core.deadlines import Deadline, Step
from app.core.ids import new_id
from app.core.problems import FieldError, Invalid
from app.law.calendars import end_of_day, legal_date
from app.law.planning import INVOICE_OBJECTION_DAYS
from app.modules.invoices import queries
from app.modules.invoices import schemas as bodies
from app.modules.invoices.errors import NotUnderCheck
from app.modules.invoices.models import (
    Invoice,
    InvoiceCut,
    InvoiceKind,
    InvoiceQuestion,
    InvoiceState,
)
from app.modules.invoices.workflow import INVOICE, UNDER_CHECK
from app.policy import SYSTEM, Actor

OBJECTION = "invoice_objection"
"""The deadline for objecting to cuts."""


def prepare(db: Session, invoice: Invoice, action: bodies.InvoiceAction) -> None:
    """Write down what goes with a step and what its guards look at, and refuse what is about another invoice.

    Raises:
        Invalid: a question names a line or finding of another invoice, or an open question has no answer.
    """
    match action:
        case bodies.ApproveInvoice():
            _decide(db, invoice)
        case bodies.ReturnInvoice():
            invoice.return_reason = action.reason
        case bodies.ObjectToCuts():
            invoice.objection, invoice.objection_reply = action.reason, None
        case bodies.ApprovePartly():
            invoice.objection_reply = action.reply
            _decide(db, invoice)
        case bodies.QueryInvoice():
            _refuse(_strangers(invoice, action.questions))
        case bodies.AnswerQuestions():
            _refuse(_unanswered(invoice, action))


def take_effect(db: Session, invoice: Invoice, action: bodies.InvoiceAction, *, actor: Actor, at: datetime) -> None:
    """Do what follows from a step that was taken."""
    match action:
        case bodies.ApproveInvoice() | bodies.ApprovePartly():
            invoice.approved_at, invoice.approved_by = at, actor.id
            if invoice.state is InvoiceState.PARTLY_APPROVED:
                _let_object(db, invoice, at)
        case bodies.ObjectToCuts():
            invoice.approved_cents = invoice.payable_cents = invoice.objection_until = None
        case bodies.QueryInvoice():
            db.add_all(_asked(invoice, one, actor, at) for one in action.questions)
        case bodies.AnswerQuestions() | bodies.ResumeCheck():
            _close_questions(invoice, action, actor, at)
    if not isinstance(action, bodies.ApprovePartly):
        deadlines.meet(db, invoice.id, OBJECTION, by=actor.id, at=at)
    db.flush()
    db.refresh(invoice, ["cuts", "questions"])


def create_cut(
    db: Session, invoice_id: UUID, body: bodies.CutCreate, expected: int, *, actor: Actor, at: datetime
) -> Invoice:
    """Pay less of a line than was charged; takes effect when the invoice is approved in part.

    Raises:
        NotUnderCheck: the invoice is not being checked.
        Invalid: no such line or finding, or more than the line has left.

    Law: agreement; § 36a SGB VIII (only what was granted is paid).
    """
    invoice = _under_check(db, invoice_id, expected, actor)
    line = next((line for line in invoice.lines if line.place == body.place), None)
    errors = _strangers(invoice, [body], pointer="")
    left = (line.amount_cents if line else 0) - sum(cut.cents for cut in invoice.cuts if cut.place == body.place)
    if line and body.cents > left:
        errors.append(
            FieldError(
                "/cents", "too_much", f"Von dieser Position bleiben {left} Cent.", f"The line has {left} cents left."
            )
        )
    _refuse(errors)
    cut = InvoiceCut(
        id=new_id(),
        invoice_id=invoice.id,
        youth_office_id=invoice.youth_office_id,
        provider_id=invoice.provider_id,
        **body.model_dump(),
        made_by=actor.id,
        made_at=at,
    )
    db.add(cut)
    return _changed(db, invoice, "cut", actor, at, place=body.place, cents=body.cents)


def withdraw_cut(db: Session, invoice_id: UUID, cut_id: UUID, expected: int, *, actor: Actor, at: datetime) -> Invoice:
    """Pay what was cut after all; the cut stays on record.

    Raises:
        NotUnderCheck: the invoice is not being checked.
    """
    invoice = _under_check(db, invoice_id, expected, actor, cut_id)
    cut = queries.get_cut(invoice, cut_id)
    cut.withdrawn_by, cut.withdrawn_at = actor.id, at
    return _changed(db, invoice, "withdraw_cut", actor, at, place=cut.place, cents=cut.cents)


def objection_over(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
    """The period for objecting has passed: what is left of the invoice is payable."""
    invoice = db.get_one(Invoice, deadline.subject_id, with_for_update=True)
    INVOICE.fire(db, invoice, "settle", actor=SYSTEM, at=at, level=level)
    deadlines.meet(db, invoice.id, OBJECTION, by=SYSTEM.id, at=at)
    return []


def open_questions(invoice: Invoice) -> list[InvoiceQuestion]:
    """What the provider has not answered yet."""
    return [question for question in invoice.questions if question.closed_at is None]


def _close_questions(
    invoice: Invoice, action: bodies.AnswerQuestions | bodies.ResumeCheck, actor: Actor, at: datetime
) -> None:
    """Answer the open questions, or leave them without an answer."""
    answers = {}
    if isinstance(action, bodies.AnswerQuestions):
        answers = {one.question_id: one.answer for one in action.answers}
    for question in open_questions(invoice):
        question.closed_at = at
        if question.id in answers:
            question.answer, question.answered_by = answers[question.id], actor.id


def _decide(db: Session, invoice: Invoice) -> None:
    """Write down what is approved: the total without its cuts.

    A credit note takes back what was approved of its invoice; if that was paid, it is owed to the youth office.
    """
    cuts, paid = list(invoice.cuts), False
    if invoice.kind is InvoiceKind.CREDIT_NOTE and invoice.corrects_id is not None:
        original = db.get_one(Invoice, invoice.corrects_id, options=[selectinload(Invoice.cuts)])
        cuts, paid = [_same_cut(cut, invoice) for cut in original.cuts], original.paid_on is not None
        db.add_all(cuts)
    approved = invoice.total_cents - sum(cut.cents for cut in cuts)
    is_invoice = invoice.kind is not InvoiceKind.CREDIT_NOTE
    invoice.approved_cents, invoice.payable_cents = approved, approved if is_invoice else -approved if paid else 0


def _same_cut(cut: InvoiceCut, note: Invoice) -> InvoiceCut:
    """A cut of the original on the same line of its credit note: what was not paid is not taken back."""
    return InvoiceCut(
        id=new_id(),
        invoice_id=note.id,
        youth_office_id=note.youth_office_id,
        provider_id=note.provider_id,
        place=cut.place,
        cents=cut.cents,
        reason=cut.reason,
        made_by=cut.made_by,
        made_at=cut.made_at,
    )


def _let_object(db: Session, invoice: Invoice, at: datetime) -> None:
    """Start the period in which the provider may object to cuts."""
    invoice.objection_until = legal_date(at) + timedelta(days=INVOICE_OBJECTION_DAYS)
    due = end_of_day(invoice.objection_until)
    deadlines.start(
        db,
        kind=OBJECTION,
        tenant_id=invoice.youth_office_id,
        provider_id=invoice.provider_id,
        subject_kind="invoice",
        subject_id=invoice.id,
        started_at=at,
        due_at=due,
        steps=[Step(0, due)],
        source="Frist für den Widerspruch gegen Kürzungen (örtliche Regel)",
    )


def _under_check(db: Session, invoice_id: UUID, expected: int, actor: Actor, cut_id: UUID | None = None) -> Invoice:
    invoice = queries.get_invoice(db, invoice_id, actor, lock=True)
    if cut_id is not None:
        queries.get_cut(invoice, cut_id)
    check_version(invoice, expected)
    if invoice.state not in UNDER_CHECK | {InvoiceState.OBJECTED} or invoice.kind is InvoiceKind.CREDIT_NOTE:
        raise NotUnderCheck
    return invoice


def _changed(db: Session, invoice: Invoice, action: str, actor: Actor, at: datetime, **details: Any) -> Invoice:
    """Write down a change of the cuts; the invoice becomes a new version."""
    invoice.changed_at = at
    flag_modified(invoice, "changed_at")  # a new version even within the same instant
    db.flush()
    db.refresh(invoice, ["cuts"])
    audit.record(
        db,
        tenant_id=invoice.tenant_id,
        actor=actor,
        action=f"invoice.{action}",
        subject_kind="invoice",
        subject_id=invoice.id,
        at=at,
        details=details,
    )
    return invoice


def _asked(invoice: Invoice, one: bodies.Question, actor: Actor, at: datetime) -> InvoiceQuestion:
    return InvoiceQuestion(
        id=new_id(),
        invoice_id=invoice.id,
        youth_office_id=invoice.youth_office_id,
        provider_id=invoice.provider_id,
        **one.model_dump(),
        asked_by=actor.id,
        asked_at=at,
    )


def _strangers(
    invoice: Invoice, given: Iterable[bodies.Question | bodies.CutCreate], pointer: str = "/questions/{}"
) -> list[FieldError]:
    """Lines and findings that are not of this invoice."""
    places, findings = {line.place for line in invoice.lines}, {finding.id for finding in invoice.findings}
    errors = []
    for number, one in enumerate(given):
        unknown = {
            "place": one.place is not None and one.place not in places,
            "finding_id": one.finding_id is not None and one.finding_id not in findings,
        }
        for name, is_unknown in unknown.items():
            if is_unknown:
                at = f"{pointer.format(number)}/{name}"
                errors.append(
                    FieldError(at, "unknown", "Das gehört nicht zu dieser Rechnung.", "Not a part of this invoice.")
                )
    return errors


def _unanswered(invoice: Invoice, action: bodies.AnswerQuestions) -> list[FieldError]:
    """Answers to nothing, and questions without an answer."""
    asked = {question.id for question in open_questions(invoice)}
    unknown = [
        FieldError(
            f"/answers/{place}/question_id", "unknown", "Diese Rückfrage ist nicht offen.", "No such open question."
        )
        for place, one in enumerate(action.answers)
        if one.question_id not in asked
    ]
    if invoice.state is not InvoiceState.QUERIED:
        return []  # the step is refused, with what may be done instead
    if missing := len(asked - {one.question_id for one in action.answers}):
        unknown.append(
            FieldError(
                "/answers",
                "missing",
                f"Rückfragen ohne Antwort: {missing}.",
                f"Questions without an answer: {missing}.",
            )
        )
    return unknown


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise Invalid(errors=errors)
