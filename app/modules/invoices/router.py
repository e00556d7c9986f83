"""`/v1/invoices`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.invoices import checking, correcting, queries, service
from app.modules.invoices.checks import CHECKS
from app.modules.invoices.explanation import explain
from app.modules.invoices.models import Invoice
from app.modules.invoices.schemas import (
    CheckRuleOut,
    Correction,
    Credit,
    CutCreate,
    CutOut,
    ExplanationOut,
    FindingOut,
    InvoiceAction,
    InvoiceCreate,
    InvoiceOut,
    InvoiceQuery,
    InvoiceSummary,
    LineOut,
    Override,
    QuestionOut,
)
from app.modules.invoices.workflow import INVOICE
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/invoices", tags=["invoices"])
check_rules = Router(prefix="/check-rules", tags=["invoices"])
_TOLD = (
    "return_reason",
    "correction_reason",
    "objection_until",
    "objection",
    "objection_reply",
    "payment_reference",
)


def _out(invoice: Invoice, actor: Actor) -> InvoiceOut:
    return InvoiceOut(
        **InvoiceSummary.model_validate(invoice).model_dump(),
        **{name: getattr(invoice, name) for name in _TOLD},
        lines=[LineOut.model_validate(line) for line in invoice.lines],
        findings=[FindingOut.model_validate(finding) for finding in invoice.findings],
        cuts=[CutOut.model_validate(cut) for cut in invoice.cuts],
        questions=[QuestionOut.model_validate(question) for question in invoice.questions],
        allowed_actions=INVOICE.allowed(invoice, actor),
    )


@router.post("", status_code=201, summary="Monat abrechnen")
@needs(Permission.INVOICES_SUBMIT)
def create_invoice(body: InvoiceCreate, db: Db, actor: CurrentActor, now: Now) -> InvoiceOut:
    """Make a draft of everything recorded in a month for a youth office and not billed yet (§§ 77, 78b SGB VIII).

    Every line carries its calculation: records, rule of the agreement, minutes, units, amount. The check of the
    invoice (rules INV-01 ff.) is done at once; its findings are part of the answer. Nothing is billed twice: the
    records are locked to the invoice until it is discarded.
    """
    return _out(service.create_invoice(db, body, actor=actor, at=now), actor)


@router.get("", summary="Rechnungen suchen")
@needs(Permission.INVOICES_READ)
def list_invoices(query: Annotated[InvoiceQuery, Query()], db: Db, actor: CurrentActor) -> Page[InvoiceSummary]:
    """The own invoices, or those submitted to the own youth office."""
    rows, following, total = queries.list_invoices(db, query, actor)
    return page_of([InvoiceSummary.model_validate(row) for row in rows], following, total, query)


@router.get("/{invoice_id}", summary="Rechnung lesen")
@needs(Permission.INVOICES_READ)
def get_invoice(invoice_id: Id, db: Db, actor: CurrentActor) -> InvoiceOut:
    """One invoice with lines, findings and the steps the caller may take now."""
    return _out(queries.get_invoice(db, invoice_id, actor), actor)


@router.get("/{invoice_id}/explanation", summary="Rechnung erklären")
@needs(Permission.INVOICES_READ)
def explain_invoice(invoice_id: Id, db: Db, actor: CurrentActor) -> ExplanationOut:
    """The invoice in German, line by line: from the minutes worked to the sum (Markdown)."""
    invoice = queries.get_invoice(db, invoice_id, actor)
    return ExplanationOut(number=invoice.number, total_cents=invoice.total_cents, text=explain(invoice))


@router.post("/{invoice_id}/findings/{finding_id}:override", summary="Befund hinnehmen")
@needs(Permission.INVOICES_OVERRIDE)
def override_finding(
    invoice_id: Id, finding_id: Id, body: Override, db: Db, actor: CurrentActor, now: Now
) -> InvoiceOut:
    """Accept a blocking finding, with a reason that stays (§ 36a SGB VIII); `/v1/check-rules` says who may."""
    return _out(service.override(db, invoice_id, finding_id, body.reason, actor=actor, at=now), actor)


@router.post("/{invoice_id}/cuts", summary="Position kürzen")
@needs(Permission.INVOICES_APPROVE)
def cut_invoice(
    invoice_id: Id, body: CutCreate, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> InvoiceOut:
    """Pay less of a line, with the reason (agreement, § 36a SGB VIII); takes effect when approved in part.

    Never more than was charged: the database keeps line, cuts, approved sum and payment together.
    """
    return _out(checking.create_cut(db, invoice_id, body, expected, actor=actor, at=now), actor)


@router.post("/{invoice_id}/cuts/{cut_id}:withdraw", summary="Kürzung zurücknehmen")
@needs(Permission.INVOICES_APPROVE)
def withdraw_invoice_cut(
    invoice_id: Id, cut_id: Id, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> InvoiceOut:
    """Pay what was cut after all (while checking, or after an objection); the cut stays on record."""
    return _out(checking.withdraw_cut(db, invoice_id, cut_id, expected, actor=actor, at=now), actor)


@router.post("/{invoice_id}:correct", status_code=201, summary="Rechnung berichtigen (384)")
@needs(Permission.INVOICES_SUBMIT)
def correct_invoice(
    invoice_id: Id, body: Correction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> InvoiceOut:
    """Replace an invoice that is not ordered for payment by a corrected draft (§ 14 Abs. 6 UStG, § 31 Abs. 5 UStDV).

    The named records are reversed; all others of the month that are not billed yet are on the new draft.
    """
    return _out(correcting.correct_invoice(db, invoice_id, body, expected, actor=actor, at=now), actor)


@router.post("/{invoice_id}:credit", status_code=201, summary="Rechnung stornieren (Gutschrift, 381)")
@needs(Permission.INVOICES_SUBMIT)
def credit_invoice(
    invoice_id: Id, body: Credit, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> InvoiceOut:
    """Cancel an invoice that is decided or paid by a credit note over the same lines (§ 14 Abs. 6 UStG).

    Its records are free again. What was paid is set off in the next payment run; what was not is not paid any more.
    """
    return _out(correcting.credit_invoice(db, invoice_id, body, expected, actor=actor, at=now), actor)


@router.post("/{invoice_id}/transitions", summary="Rechnung weiterführen")
@needs(Permission.INVOICES_READ)
def move_invoice(
    invoice_id: Id, body: InvoiceAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> InvoiceOut:
    """Submit, withdraw, answer, accept cuts, object or discard (provider); check, ask, approve as a whole or in part,
    or return (Wirtschaftliche Jugendhilfe; four eyes: not by the person who released a grant of these helps).
    """
    return _out(service.move(db, invoice_id, body, expected, actor=actor, at=now), actor)


@router.get("/{invoice_id}/transitions", summary="Verlauf der Rechnung")
@needs(Permission.INVOICES_READ)
def list_invoice_transitions(invoice_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_invoice(db, invoice_id, actor).id)


@check_rules.get("", summary="Regeln der Rechnungsprüfung")
@needs(Permission.INVOICES_READ)
def list_check_rules() -> list[CheckRuleOut]:
    """Every rule an invoice is checked by: how much it weighs, where it comes from, who may accept its findings with
    a reason (§§ 36a, 77, 78b ff SGB VIII; agreements; findings of audit offices).
    """
    return [
        CheckRuleOut(
            rule=check.rule,
            title_de=check.title_de,
            severity=check.severity,
            source=check.source,
            overriders=sorted(check.overriders),
            description=(check.find.__doc__ or "").strip(),
        )
        for check in CHECKS
    ]
