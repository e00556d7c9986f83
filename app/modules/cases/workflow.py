"""The life of a help."""

from app.core.workflow import Row, Workflow
from app.modules.cases import rules
from app.modules.cases.models import HelpState as S
from app.modules.cases.schemas import EndHelp, ReleaseHelp, WithdrawHelp
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})

HELP = Workflow(
    "help",
    "Hilfe im Einzelfall",
    S,
    S.REQUESTED,
    [
        Row(
            "release",
            "Bewilligung freigeben",
            frozenset({S.REQUESTED}),
            S.ACTIVE,
            P.GRANTS_RELEASE,
            OFFICE,
            law="§ 36a Abs. 1 SGB VIII",
            body=ReleaseHelp,
            who=(rules.two_persons,),
        ),
        Row("withdraw", "zurückziehen", frozenset({S.REQUESTED}), S.WITHDRAWN, P.HELPS_OPEN, OFFICE, body=WithdrawHelp),
        Row(
            "end",
            "beenden",
            frozenset({S.ACTIVE}),
            S.ENDED,
            P.HELPS_OPEN,
            OFFICE,
            (rules.ends_within_period,),
            "§ 36 Abs. 2 SGB VIII",
            EndHelp,
        ),
    ],
)
