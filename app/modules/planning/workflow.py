"""The lives of a help plan and of a help plan meeting."""

from app.core.workflow import Row, Workflow
from app.modules.planning.codes import HelpPlanMeetingState as M
from app.modules.planning.codes import HelpPlanState as S
from app.modules.planning.codes import HelpPlanTaskState as T
from app.modules.planning.rules import guards
from app.modules.planning.schemas.meetings import CancelHelpPlanMeeting, HoldHelpPlanMeeting, MoveHelpPlanMeeting
from app.modules.planning.schemas.plan import (
    ConfirmHelpPlan,
    ConsultOnHelpPlan,
    DecideHelpPlan,
    EndHelpPlan,
    RedraftHelpPlan,
    ReviewHelpPlan,
)
from app.modules.planning.schemas.tasks import CompleteHelpPlanTask, DropHelpPlanTask, ReopenHelpPlanTask
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
MANAGE = P.HELP_PLANS_MANAGE
DECISION = (guards.enough_decide,)
TEAM = "§ 36 Abs. 2 Satz 1 SGB VIII"
PLAN = "§ 36 Abs. 2 Satz 2 SGB VIII"

HELP_PLAN = Workflow(
    "help_plan",
    "Hilfeplan",
    S,
    S.DRAFT,
    [
        Row(
            "decide",
            "Entscheidung im Team festhalten",
            frozenset({S.DRAFT}),
            S.TEAM_DECISION,
            MANAGE,
            OFFICE,
            DECISION,
            TEAM,
            DecideHelpPlan,
        ),
        Row(
            "decide",
            "neue Entscheidung im Team festhalten",
            frozenset({S.UNDER_REVIEW}),
            S.UNDER_REVIEW,
            MANAGE,
            OFFICE,
            DECISION,
            TEAM,
            DecideHelpPlan,
        ),
        Row(
            "consult",
            "mit den Beteiligten beraten",
            frozenset({S.TEAM_DECISION}),
            S.IN_CONSULTATION,
            MANAGE,
            OFFICE,
            (guards.somebody_is_asked,),
            "§ 36 Abs. 1, § 8 SGB VIII",
            ConsultOnHelpPlan,
        ),
        Row(
            "redraft",
            "zurück in den Entwurf",
            frozenset({S.TEAM_DECISION, S.IN_CONSULTATION}),
            S.DRAFT,
            MANAGE,
            OFFICE,
            body=RedraftHelpPlan,
        ),
        Row(
            "confirm",
            "bestätigen",
            frozenset({S.IN_CONSULTATION, S.UNDER_REVIEW}),
            S.ACTIVE,
            MANAGE,
            OFFICE,
            (),
            PLAN,
            ConfirmHelpPlan,
        ),
        Row(
            "review",
            "Überprüfung beginnen",
            frozenset({S.ACTIVE}),
            S.UNDER_REVIEW,
            MANAGE,
            OFFICE,
            (),
            PLAN,
            ReviewHelpPlan,
        ),
        Row("end", "beenden", frozenset(S) - {S.ENDED}, S.ENDED, MANAGE, OFFICE, body=EndHelpPlan),
    ],
)
MEETING = Workflow(
    "help_plan_meeting",
    "Hilfeplangespräch",
    M,
    M.SCHEDULED,
    [
        Row(
            "move",
            "verlegen",
            frozenset({M.SCHEDULED}),
            M.SCHEDULED,
            MANAGE,
            OFFICE,
            (guards.lies_ahead,),
            body=MoveHelpPlanMeeting,
        ),
        Row(
            "hold",
            "Gespräch festhalten",
            frozenset({M.SCHEDULED}),
            M.HELD,
            MANAGE,
            OFFICE,
            (guards.has_come, guards.somebody_came),
            PLAN,
            HoldHelpPlanMeeting,
        ),
        Row("cancel", "absagen", frozenset({M.SCHEDULED}), M.CANCELLED, MANAGE, OFFICE, body=CancelHelpPlanMeeting),
    ],
)
TASK = Workflow(
    "help_plan_task",
    "Aufgabe aus dem Hilfeplan",
    T,
    T.OPEN,
    [
        Row(
            "complete",
            "als erledigt melden",
            frozenset({T.OPEN}),
            T.DONE,
            P.HELP_PLANS_TAKE_PART,
            who=(guards.is_ours,),
            body=CompleteHelpPlanTask,
        ),
        Row("reopen", "wieder öffnen", frozenset({T.DONE}), T.OPEN, MANAGE, OFFICE, body=ReopenHelpPlanTask),
        Row("drop", "entfallen lassen", frozenset({T.OPEN}), T.DROPPED, MANAGE, OFFICE, body=DropHelpPlanTask),
    ],
)
