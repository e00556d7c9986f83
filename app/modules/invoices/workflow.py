"""The life of an invoice."""

from app.core.workflow import Row, Workflow
from app.modules.invoices import rules
from app.modules.invoices.models import InvoiceState as S
from app.modules.invoices.schemas import ApproveInvoice, DiscardInvoice, ReturnInvoice, SubmitInvoice
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
PROVIDER = frozenset({OrganisationKind.PROVIDER})

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
            body=SubmitInvoice,
        ),
        Row(
            "approve",
            "freigeben (sachlich und rechnerisch richtig)",
            frozenset({S.SUBMITTED}),
            S.APPROVED,
            P.INVOICES_APPROVE,
            OFFICE,
            (rules.no_open_block, rules.another_than_released, rules.another_than_overrode),
            "§ 36a SGB VIII; Vereinbarung",
            ApproveInvoice,
        ),
        Row(
            "return",
            "zurückgeben",
            frozenset({S.SUBMITTED}),
            S.RETURNED,
            P.INVOICES_APPROVE,
            OFFICE,
            body=ReturnInvoice,
        ),
        Row(
            "discard",
            "verwerfen",
            frozenset({S.DRAFT, S.RETURNED}),
            S.DISCARDED,
            P.INVOICES_SUBMIT,
            PROVIDER,
            body=DiscardInvoice,
        ),
    ],
)
