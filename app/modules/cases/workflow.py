"""The lives of a help, its phases, its grants, and its handover."""

from app.core.workflow import Row, Workflow
from app.modules.cases import rules
from app.modules.cases.models import GrantState as G
from app.modules.cases.models import HandoverState as H
from app.modules.cases.models import HelpState as S
from app.modules.cases.models import PhaseState as F
from app.modules.cases.schemas import (
    AcceptHandover,
    AssignHelp,
    CancelPhase,
    DeclineHandover,
    EndHelp,
    EndPhase,
    ExtendHelp,
    ReleaseGrant,
    ReleaseHelp,
    WithdrawGrant,
    WithdrawHandover,
    WithdrawHelp,
)
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
PLAN = "§ 36 Abs. 2 SGB VIII"
CHANGE = "§ 86c SGB VIII"

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
            "extend",
            "verlängern",
            frozenset({S.ACTIVE}),
            S.ACTIVE,
            P.HELPS_OPEN,
            OFFICE,
            (rules.lasts_longer,),
            PLAN,
            ExtendHelp,
        ),
        Row(
            "end",
            "beenden",
            frozenset({S.ACTIVE}),
            S.ENDED,
            P.HELPS_OPEN,
            OFFICE,
            (rules.ends_within_period,),
            PLAN,
            EndHelp,
        ),
        *(
            Row("assign", "Fallführung übertragen", frozenset({state}), state, P.HELPS_ASSIGN, OFFICE, body=AssignHelp)
            for state in (S.REQUESTED, S.ACTIVE)
        ),
        Row("move_away", "das neue Jugendamt setzt fort", frozenset({S.ACTIVE}), S.ENDED, None, law=CHANGE),
    ],
)
PHASE = Workflow(
    "help_phase",
    "Phase einer Hilfe",
    F,
    F.AGREED,
    [
        Row(
            "end",
            "beenden",
            frozenset({F.AGREED}),
            F.ENDED,
            P.HELPS_OPEN,
            OFFICE,
            (rules.ends_within_phase,),
            PLAN,
            EndPhase,
            who=(rules.of_open_help,),
        ),
        Row(
            "cancel",
            "entfallen lassen",
            frozenset({F.AGREED}),
            F.CANCELLED,
            P.HELPS_OPEN,
            OFFICE,
            (rules.not_begun,),
            PLAN,
            CancelPhase,
            who=(rules.of_open_help,),
        ),
        Row("close", "mit der Hilfe beendet", frozenset({F.AGREED}), F.ENDED, None),
        Row("lapse", "mit der Hilfe entfallen", frozenset({F.AGREED}), F.CANCELLED, None),
    ],
)
GRANT = Workflow(
    "help_grant",
    "Bewilligung",
    G,
    G.PREPARED,
    [
        Row(
            "release",
            "freigeben",
            frozenset({G.PREPARED}),
            G.RELEASED,
            P.GRANTS_RELEASE,
            OFFICE,
            law="§ 36a Abs. 1 SGB VIII",
            body=ReleaseGrant,
            who=(rules.of_running_help, rules.another_than_prepared),
        ),
        Row("withdraw", "zurücknehmen", frozenset({G.PREPARED}), G.WITHDRAWN, P.HELPS_OPEN, OFFICE, body=WithdrawGrant),
        Row("lapse", "entfällt", frozenset({G.PREPARED}), G.WITHDRAWN, None),
        Row("supersede", "durch eine andere ersetzt", frozenset({G.RELEASED}), G.SUPERSEDED, None),
    ],
)
HANDOVER = Workflow(
    "help_handover",
    "Übergabe an ein anderes Jugendamt",
    H,
    H.OFFERED,
    [
        Row(
            "accept",
            "annehmen",
            frozenset({H.OFFERED}),
            H.ACCEPTED,
            P.HELPS_OPEN,
            OFFICE,
            law=CHANGE,
            body=AcceptHandover,
            who=(rules.is_receiver,),
        ),
        Row(
            "decline",
            "ablehnen",
            frozenset({H.OFFERED}),
            H.DECLINED,
            P.HELPS_OPEN,
            OFFICE,
            law="§ 86 SGB VIII",
            body=DeclineHandover,
            who=(rules.is_receiver,),
        ),
        Row(
            "withdraw",
            "zurücknehmen",
            frozenset({H.OFFERED}),
            H.WITHDRAWN,
            P.HELPS_OPEN,
            OFFICE,
            body=WithdrawHandover,
            who=(rules.is_giver,),
        ),
        Row("complete", "dort bewilligt und fortgesetzt", frozenset({H.ACCEPTED}), H.COMPLETED, None, law=CHANGE),
        Row("give_back", "dort zurückgezogen", frozenset({H.ACCEPTED}), H.DECLINED, None, law=CHANGE),
    ],
)
