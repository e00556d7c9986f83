"""The life of a case of endangerment (facts, section 4.3). Deadlines never move it: only acts do.

Where two persons must stand behind a step, the first proposes (the state stays) and another confirms.
"""

from app.core.workflow import Guard, Row, Workflow
from app.modules.protection.codes import CaseState as S
from app.modules.protection.rules import LINE_OR_ON_CALL, OPEN, TEAM, UNDER_WAY, WAITING
from app.modules.protection.schemas import steps
from app.policy import Permission as P

LAW = "§ 8a Abs. 1 SGB VIII"
HERE = "here"
"""A step that stays in its state: one row per state."""


def _stay(action: str, title: str, states: frozenset[S], needs: P | None, body: type | None, *who: Guard) -> list[Row]:
    return [
        Row(action, title, frozenset({state}), state, needs, law=LAW, body=body, who=who)
        for state in sorted(states, key=list(S).index)
    ]


CASE = Workflow(
    "endangerment_case",
    "Gefährdungsfall",
    S,
    S.RECEIVED,
    [
        *_stay("acknowledge", "Eingang bestätigen", frozenset(S), P.PROTECTION_INTAKE, steps.Acknowledge),
        Row(
            "assign",
            "Zuständigkeit bestimmen",
            WAITING,
            S.FIRST_CHECK,
            P.PROTECTION_READ,
            law=LAW,
            body=steps.Assign,
            who=(LINE_OR_ON_CALL,),
        ),
        *_stay("reassign", "Zuständigkeit ändern", OPEN - WAITING, P.PROTECTION_READ, steps.Reassign, LINE_OR_ON_CALL),
        *_stay("exclude", "Person ausschließen", frozenset(S), P.PROTECTION_LEAD, steps.Exclude),
        *_stay(
            "propose_weighty",
            "Erste Einschätzung: gewichtige Anhaltspunkte",
            frozenset({S.FIRST_CHECK}),
            P.PROTECTION_WORK,
            steps.ProposeWeighty,
            TEAM,
        ),
        *_stay(
            "propose_not_weighty",
            "Erste Einschätzung: keine gewichtigen Anhaltspunkte",
            frozenset({S.FIRST_CHECK}),
            P.PROTECTION_WORK,
            steps.ProposeNotWeighty,
            TEAM,
        ),
        Row(
            "confirm_weighty",
            "gewichtige Anhaltspunkte bestätigen",
            frozenset({S.FIRST_CHECK}),
            S.ASSESSING,
            P.PROTECTION_WORK,
            law=LAW,
            body=steps.ConfirmWeighty,
            who=(TEAM,),
        ),
        Row(
            "confirm_not_weighty",
            "bestätigen: keine gewichtigen Anhaltspunkte",
            frozenset({S.FIRST_CHECK}),
            S.NOT_WEIGHTY,
            P.PROTECTION_WORK,
            law=LAW,
            body=steps.ConfirmNotWeighty,
            who=(TEAM,),
        ),
        *_stay("additional_report", "Weitere Meldung", OPEN, None, None),
        *_stay("check_report", "Weitere Meldung prüfen", UNDER_WAY, P.PROTECTION_WORK, steps.CheckReport, TEAM),
        *_stay(
            "confirm_report_check",
            "Prüfung der weiteren Meldung bestätigen",
            UNDER_WAY,
            P.PROTECTION_WORK,
            steps.ConfirmReportCheck,
            TEAM,
        ),
        *_stay("raise_urgency", "Dringlichkeit erhöhen", OPEN, P.PROTECTION_WORK, steps.RaiseUrgency, TEAM),
        *_stay(
            "propose_lower_urgency",
            "geringere Dringlichkeit vorschlagen",
            OPEN,
            P.PROTECTION_WORK,
            steps.ProposeLowerUrgency,
            TEAM,
        ),
        *_stay(
            "confirm_lower_urgency",
            "geringere Dringlichkeit bestätigen",
            OPEN,
            P.PROTECTION_WORK,
            steps.ConfirmLowerUrgency,
            TEAM,
        ),
        Row(
            "reopen",
            "wieder aufnehmen",
            frozenset({S.NOT_WEIGHTY, S.CLOSED}),
            S.REOPENED,
            P.PROTECTION_WORK,
            law=LAW,
            body=steps.Reopen,
            who=(TEAM,),
        ),
    ],
)
