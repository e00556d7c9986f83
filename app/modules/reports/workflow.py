"""The life of a report."""

from app.core.workflow import Row, Workflow
from app.modules.reports import rules
from app.modules.reports.models import ReportState as S
from app.modules.reports.schemas import AcceptReport, ReturnReport, SubmitReport, WithdrawReport
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
PROVIDER = frozenset({OrganisationKind.PROVIDER})
LAW = "§ 36 Abs. 2 SGB VIII"

REPORT = Workflow(
    "report",
    "Bericht",
    S,
    S.DRAFT,
    [
        Row(
            "submit",
            "abgeben",
            rules.OPEN,
            S.SUBMITTED,
            P.REPORTS_WRITE,
            PROVIDER,
            (rules.is_written,),
            LAW,
            SubmitReport,
        ),
        Row(
            "return",
            "zur Überarbeitung zurückgeben",
            frozenset({S.SUBMITTED}),
            S.RETURNED,
            P.REPORTS_REVIEW,
            OFFICE,
            law=LAW,
            body=ReturnReport,
        ),
        Row(
            "accept",
            "annehmen",
            frozenset({S.SUBMITTED}),
            S.ACCEPTED,
            P.REPORTS_REVIEW,
            OFFICE,
            law=LAW,
            body=AcceptReport,
        ),
        Row("withdraw", "verwerfen", frozenset({S.DRAFT}), S.WITHDRAWN, P.REPORTS_WRITE, PROVIDER, body=WithdrawReport),
    ],
)
