"""The life of a report."""

from app.core.workflow import Row, Workflow
from app.modules.reports import rules
from app.modules.reports.models import ExpectationState as E
from app.modules.reports.models import ReportState as S
from app.modules.reports.schemas import AcceptReport, ReturnReport, SubmitReport, WaiveExpectation, WithdrawReport
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
            who=(rules.is_countersigned,),
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

OPEN = frozenset({E.EXPECTED})
EXPECTATION = Workflow(
    "report_expectation",
    "Erwarteter Bericht",
    E,
    E.EXPECTED,
    [
        Row("fulfil", "Bericht abgegeben", OPEN, E.FULFILLED, None, law=LAW),
        Row("reopen", "Bericht zurückgegeben, neue Frist", frozenset({E.FULFILLED}), E.EXPECTED, None, law=LAW),
        Row("move", "Frist folgt dem Anlass", OPEN, E.EXPECTED, None, law=LAW),
        Row("cancel", "Anlass entfallen", OPEN, E.CANCELLED, None, law=LAW),
        Row("waive", "erlassen", OPEN, E.WAIVED, P.REPORTS_REVIEW, OFFICE, law=LAW, body=WaiveExpectation),
    ],
)
