"""The life of a payment run."""

from app.core.workflow import Row, Workflow
from app.modules.payments import rules
from app.modules.payments.models import PaymentRunState as S
from app.modules.payments.schemas import CancelRun, ExecuteRun, OrderRun
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
LAW = "Gemeindekassenrecht des Landes (Vier-Augen-Prinzip)"

PAYMENT_RUN = Workflow(
    "payment_run",
    "Zahlungslauf",
    S,
    S.DRAFT,
    [
        Row(
            "order",
            "zur Zahlung anweisen",
            frozenset({S.DRAFT}),
            S.ORDERED,
            P.PAYMENTS_MANAGE,
            OFFICE,
            (rules.everything_payable, rules.nothing_owed_back),
            LAW,
            OrderRun,
            who=(rules.another_than_prepared, rules.another_than_approved),
        ),
        Row(
            "execute",
            "als ausgeführt verbuchen",
            frozenset({S.ORDERED}),
            S.EXECUTED,
            P.PAYMENTS_MANAGE,
            OFFICE,
            law=LAW,
            body=ExecuteRun,
        ),
        Row(
            "cancel",
            "verwerfen",
            frozenset({S.DRAFT, S.ORDERED}),
            S.CANCELLED,
            P.PAYMENTS_MANAGE,
            OFFICE,
            law=LAW,
            body=CancelRun,
        ),
    ],
)
