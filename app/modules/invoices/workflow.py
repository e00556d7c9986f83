"""The life of an invoice."""

from app.core.problems import Text
from app.core.workflow import Guard, Move, Row, Workflow
from app.modules.invoices import rules
from app.modules.invoices import schemas as bodies
from app.modules.invoices.models import Invoice, InvoiceKind, Severity
from app.modules.invoices.models import InvoiceState as S
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
PROVIDER = frozenset({OrganisationKind.PROVIDER})
UNDER_CHECK = frozenset({S.SUBMITTED, S.CHECKING})
LAW = "§ 36a SGB VIII; Vereinbarung"


def no_credit_note(invoice: Invoice, _: Move) -> Text | None:
    """A credit note has taken its effect when it is sent: it is approved, nothing else."""
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        return Text("Eine Gutschrift wird nur freigegeben.", "A credit note is approved, nothing else.")
    return None


def nothing_cut(invoice: Invoice, _: Move) -> Text | None:
    """What has cuts is approved in part."""
    if invoice.cuts and invoice.kind is not InvoiceKind.CREDIT_NOTE:
        return Text(
            "Von der Rechnung ist gekürzt: Sie wird teilweise freigegeben, oder die Kürzungen werden zurückgenommen.",
            "The invoice has cuts: it is approved in part, or they are withdrawn.",
        )
    return None


def something_cut(invoice: Invoice, _: Move) -> Text | None:
    """Approved in part is what has cuts."""
    if not invoice.cuts:
        return Text("Von der Rechnung ist nichts gekürzt.", "The invoice has no cuts.")
    return None


def every_block_settled(invoice: Invoice, _: Move) -> Text | None:
    """A finding that blocks payment is answered by a cut that names it, or accepted with a reason."""
    settled = {cut.finding_id for cut in invoice.cuts}
    if any(
        finding.severity is Severity.BLOCK and finding.overridden_by is None and finding.id not in settled
        for finding in invoice.findings
    ):
        return Text(
            "Zu einem Befund, der eine Zahlung verhindert, gibt es weder eine Kürzung noch eine Begründung.",
            "A finding that blocks payment has neither a cut nor a reason.",
        )
    return None


def objection_answered(invoice: Invoice, _: Move) -> Text | None:
    """Whoever upholds cuts against an objection says why."""
    if invoice.objection and not invoice.objection_reply:
        return Text("Die Antwort auf den Widerspruch fehlt.", "The reply to the objection is missing.")
    return None


def another_than_decided(invoice: Invoice, move: Move) -> Text | None:
    """An objection is decided by another person than who made the cuts' decision (four eyes)."""
    if invoice.state is S.OBJECTED and invoice.approved_by == move.actor.id:
        return Text(
            "Über den Widerspruch entscheidet, wer nicht schon über die Rechnung entschieden hat.",
            "The objection is decided by somebody who has not decided on the invoice before.",
        )
    return None


def opened_by(act: str) -> Guard:
    """A step that is part of another act (`POST …:correct`, a payment run) and never taken by itself."""

    def guard(invoice: Invoice, move: Move) -> Text | None:
        if move.action in invoice.opened:
            return None
        return Text(f"Diesen Schritt geht eine Rechnung nur durch {act}.", f"An invoice takes this step by {act} only.")

    return guard


FOUR_EYES = (rules.another_than_released, rules.another_than_overrode)
BY_RUN = (opened_by("POST /v1/payment-runs"),)

INVOICE = Workflow(
    "invoice",
    "Rechnung",
    S,
    S.DRAFT,
    [
        Row(
            "submit",
            "einreichen",
            frozenset({S.DRAFT, S.RETURNED}),
            S.SUBMITTED,
            P.INVOICES_SUBMIT,
            PROVIDER,
            body=bodies.SubmitInvoice,
        ),
        Row(
            "withdraw",
            "zurückziehen, solange die Prüfung nicht begonnen hat",
            frozenset({S.SUBMITTED}),
            S.DRAFT,
            P.INVOICES_SUBMIT,
            PROVIDER,
            body=bodies.WithdrawInvoice,
            who=(no_credit_note,),
        ),
        Row(
            "start_check",
            "Prüfung aufnehmen",
            frozenset({S.SUBMITTED}),
            S.CHECKING,
            P.INVOICES_APPROVE,
            OFFICE,
            body=bodies.StartCheck,
        ),
        Row(
            "query",
            "beim Träger rückfragen",
            UNDER_CHECK,
            S.QUERIED,
            P.INVOICES_APPROVE,
            OFFICE,
            law="Vereinbarung",
            body=bodies.QueryInvoice,
            who=(no_credit_note,),
        ),
        Row(
            "answer",
            "Rückfragen beantworten",
            frozenset({S.QUERIED}),
            S.CHECKING,
            P.INVOICES_SUBMIT,
            PROVIDER,
            law="Vereinbarung",
            body=bodies.AnswerQuestions,
        ),
        Row(
            "resume",
            "ohne Antwort weiterprüfen",
            frozenset({S.QUERIED}),
            S.CHECKING,
            P.INVOICES_APPROVE,
            OFFICE,
            body=bodies.ResumeCheck,
        ),
        Row(
            "approve",
            "freigeben (sachlich und rechnerisch richtig)",
            UNDER_CHECK | {S.OBJECTED},
            S.APPROVED,
            P.INVOICES_APPROVE,
            OFFICE,
            (rules.no_open_block, nothing_cut, *FOUR_EYES, another_than_decided),
            LAW,
            bodies.ApproveInvoice,
        ),
        Row(
            "approve_partly",
            "mit Kürzungen freigeben",
            UNDER_CHECK | {S.OBJECTED},
            S.PARTLY_APPROVED,
            P.INVOICES_APPROVE,
            OFFICE,
            (something_cut, every_block_settled, *FOUR_EYES, another_than_decided, objection_answered),
            LAW,
            bodies.ApprovePartly,
            who=(no_credit_note,),
        ),
        Row(
            "return",
            "zurückgeben",
            UNDER_CHECK,
            S.RETURNED,
            P.INVOICES_APPROVE,
            OFFICE,
            body=bodies.ReturnInvoice,
            who=(no_credit_note,),
        ),
        Row(
            "accept_cuts",
            "Kürzungen annehmen",
            frozenset({S.PARTLY_APPROVED}),
            S.APPROVED,
            P.INVOICES_SUBMIT,
            PROVIDER,
            law="Vereinbarung",
            body=bodies.AcceptCuts,
        ),
        Row(
            "object",
            "Widerspruch gegen die Kürzungen einlegen",
            frozenset({S.PARTLY_APPROVED}),
            S.OBJECTED,
            P.INVOICES_SUBMIT,
            PROVIDER,
            law="Vereinbarung",
            body=bodies.ObjectToCuts,
        ),
        Row("settle", "Widerspruchsfrist abgelaufen", frozenset({S.PARTLY_APPROVED}), S.APPROVED, None),
        Row(
            "replace",
            "durch eine Rechnungskorrektur ersetzen",
            frozenset({S.RETURNED, S.PARTLY_APPROVED, S.APPROVED}),
            S.REPLACED,
            P.INVOICES_SUBMIT,
            PROVIDER,
            law="§ 14 Abs. 6 UStG, § 31 Abs. 5 UStDV",
            who=(opened_by("POST /v1/invoices/{id}:correct"), no_credit_note),
        ),
        Row(
            "credit",
            "durch eine Gutschrift stornieren",
            frozenset({S.PARTLY_APPROVED, S.APPROVED, S.PAID}),
            S.CREDITED,
            P.INVOICES_SUBMIT,
            PROVIDER,
            law="§ 14 Abs. 6 UStG, § 31 Abs. 5 UStDV",
            who=(opened_by("POST /v1/invoices/{id}:credit"), no_credit_note),
        ),
        Row(
            "order",
            "zur Zahlung anweisen",
            frozenset({S.APPROVED}),
            S.ORDERED,
            P.PAYMENTS_MANAGE,
            OFFICE,
            law="Kassenrecht des Landes",
            who=BY_RUN,
        ),
        Row(
            "release",
            "Anweisung zurücknehmen",
            frozenset({S.ORDERED}),
            S.APPROVED,
            P.PAYMENTS_MANAGE,
            OFFICE,
            law="Kassenrecht des Landes",
            who=BY_RUN,
        ),
        Row(
            "pay",
            "als bezahlt verbuchen",
            frozenset({S.ORDERED}),
            S.PAID,
            P.PAYMENTS_MANAGE,
            OFFICE,
            law="Kassenrecht des Landes",
            who=BY_RUN,
        ),
        Row(
            "discard",
            "verwerfen",
            frozenset({S.DRAFT, S.RETURNED}),
            S.DISCARDED,
            P.INVOICES_SUBMIT,
            PROVIDER,
            body=bodies.DiscardInvoice,
        ),
    ],
)
