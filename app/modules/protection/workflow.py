"""The life of a case of endangerment (facts, section 4.3), and of an Inobhutnahme (4.5). Deadlines never move them.

Where two persons must stand behind a step, the first proposes (the state stays) and another confirms.
"""

from app.core.workflow import Guard, Row, Workflow
from app.modules.protection.codes import CaseState as S
from app.modules.protection.codes import CustodyState as C
from app.modules.protection.codes import TransferState as T
from app.modules.protection.rules import IS_RECEIVER, IS_SOURCE, LINE_OR_ON_CALL, OPEN, TEAM, UNDER_WAY, WAITING
from app.modules.protection.schemas import assessment, custody, measures, steps, transfers
from app.policy import Permission as P

LAW, LAW_COURT, LAW_CUSTODY = "§ 8a Abs. 1 SGB VIII", "§ 8a Abs. 2 SGB VIII", "§ 42 SGB VIII"
LAW_TRANSFER = "§ 8a Abs. 6 SGB VIII"
_ALL = frozenset(S)


def _to(
    action: str,
    title: str,
    sources: frozenset[S],
    target: S,
    needs: P | None,
    body: type | None,
    *who: Guard,
    law: str = LAW,
) -> Row:
    return Row(action, title, sources, target, needs, law=law, body=body, who=who)


def _stay(
    action: str, title: str, states: frozenset[S], needs: P | None, body: type | None, *who: Guard, law: str = LAW
) -> list[Row]:
    """A step that leaves the state as it is: one row per state."""
    ordered = sorted(states, key=list(S).index)
    return [_to(action, title, frozenset({state}), state, needs, body, *who, law=law) for state in ordered]


def _of(*states: S) -> frozenset[S]:
    return frozenset(states)


_INTAKE = [
    *_stay("acknowledge", "Eingang bestätigen", _ALL, P.PROTECTION_INTAKE, steps.Acknowledge),
    _to("assign", "Zuständigkeit bestimmen", WAITING, S.FIRST_CHECK, P.PROTECTION_READ, steps.Assign, LINE_OR_ON_CALL),
    *_stay("reassign", "Zuständigkeit ändern", OPEN - WAITING, P.PROTECTION_READ, steps.Reassign, LINE_OR_ON_CALL),
    *_stay("exclude", "Person ausschließen", _ALL, P.PROTECTION_LEAD, steps.Exclude),
    *_stay(
        "propose_weighty",
        "Erste Einschätzung: gewichtige Anhaltspunkte",
        _of(S.FIRST_CHECK),
        P.PROTECTION_WORK,
        steps.ProposeWeighty,
        TEAM,
    ),
    *_stay(
        "propose_not_weighty",
        "Erste Einschätzung: keine gewichtigen Anhaltspunkte",
        _of(S.FIRST_CHECK),
        P.PROTECTION_WORK,
        steps.ProposeNotWeighty,
        TEAM,
    ),
    _to(
        "confirm_weighty",
        "gewichtige Anhaltspunkte bestätigen",
        _of(S.FIRST_CHECK),
        S.ASSESSING,
        P.PROTECTION_WORK,
        steps.ConfirmWeighty,
        TEAM,
    ),
    _to(
        "confirm_not_weighty",
        "bestätigen: keine gewichtigen Anhaltspunkte",
        _of(S.FIRST_CHECK),
        S.NOT_WEIGHTY,
        P.PROTECTION_WORK,
        steps.ConfirmNotWeighty,
        TEAM,
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
    _to("reopen", "wieder aufnehmen", _of(S.CLOSED), S.REOPENED, P.PROTECTION_WORK, steps.Reopen, TEAM),
]
_WORK = P.PROTECTION_WORK
_CLOSABLE = _of(S.ASSESSED, S.PLAN_REVIEW, S.COURT_CALLED)
_ASSESSABLE = _of(S.CONTACT_DONE, S.ASSESSED, S.PLAN_REVIEW)
_ASSESSMENT = [
    _to(
        "record_contact",
        "unmittelbaren Eindruck eintragen",
        _of(S.ASSESSING),
        S.CONTACT_DONE,
        _WORK,
        assessment.RecordContact,
        TEAM,
    ),
    *_stay(
        "record_failed_attempt",
        "gescheiterten Kontakt eintragen",
        _of(S.ASSESSING),
        _WORK,
        assessment.RecordFailedAttempt,
        TEAM,
    ),
    _to(
        "skip_direct_impression",
        "auf unmittelbaren Eindruck verzichten",
        _of(S.ASSESSING),
        S.CONTACT_DONE,
        P.PROTECTION_LEAD,
        assessment.SkipDirectImpression,
    ),
    *_stay("assess", "Gefährdung einschätzen", _ASSESSABLE, _WORK, assessment.Assess, TEAM),
    *_stay("sign_assessment", "Einschätzung zeichnen", _ASSESSABLE, _WORK, assessment.SignAssessment, TEAM),
    _to(
        "conclude_assessment",
        "Einschätzung abschließen",
        _of(S.CONTACT_DONE, S.ASSESSED),
        S.ASSESSED,
        _WORK,
        assessment.ConcludeAssessment,
        TEAM,
    ),
    *_stay(
        "conclude_assessment",
        "neue Einschätzung abschließen",
        _of(S.PLAN_REVIEW),
        _WORK,
        assessment.ConcludeAssessment,
        TEAM,
    ),
    *_stay(
        "propose_closing",
        "Abschluss vorschlagen",
        _CLOSABLE | {S.PLAN_ACTIVE, S.CUSTODY_ACTIVE},
        _WORK,
        assessment.ProposeClosing,
        TEAM,
    ),
    *_stay(
        "close_children",
        "für einzelne Kinder abschließen",
        _CLOSABLE | {S.PLAN_ACTIVE, S.CUSTODY_ACTIVE},
        P.PROTECTION_LEAD,
        assessment.CloseChildren,
    ),
    _to("close", "Verfahren abschließen", _CLOSABLE, S.CLOSED, P.PROTECTION_LEAD, assessment.Close),
]
_MEASURES = [
    _to(
        "take_into_custody",
        "in Obhut nehmen",
        _of(S.ASSESSED, S.CUSTODY_ACTIVE),
        S.CUSTODY_ACTIVE,
        _WORK,
        measures.TakeIntoCustody,
        TEAM,
        law=LAW_CUSTODY,
    ),
    _to("custody_ended", "Inobhutnahme beendet", _of(S.CUSTODY_ACTIVE), S.ASSESSED, None, None, law=LAW_CUSTODY),
    _to(
        "call_court",
        "Familiengericht anrufen",
        _of(S.ASSESSED),
        S.COURT_CALLED,
        P.PROTECTION_LEAD,
        measures.CallCourt,
        law=LAW_COURT,
    ),
    *_stay("court_event", "Verlauf bei Gericht", _of(S.COURT_CALLED), _WORK, measures.CourtEvent, TEAM, law=LAW_COURT),
    _to(
        "court_decided",
        "Entscheidung des Gerichts",
        _of(S.COURT_CALLED),
        S.ASSESSED,
        _WORK,
        measures.CourtDecided,
        TEAM,
        law=LAW_COURT,
    ),
    _to(
        "court_refrains",
        "Gericht sieht von Maßnahmen ab",
        _of(S.COURT_CALLED),
        S.PLAN_ACTIVE,
        _WORK,
        measures.CourtRefrains,
        TEAM,
        law=LAW_COURT,
    ),
    _to("agree_plan", "Schutzplan vereinbaren", _of(S.ASSESSED), S.PLAN_ACTIVE, _WORK, measures.AgreePlan, TEAM),
    _to(
        "review_plan",
        "Schutzplan prüfen",
        _of(S.PLAN_ACTIVE),
        S.PLAN_REVIEW,
        _WORK,
        measures.ReviewProtectionPlan,
        TEAM,
    ),
    _to(
        "continue_plan", "Schutzplan fortsetzen", _of(S.PLAN_REVIEW), S.PLAN_ACTIVE, _WORK, measures.ContinuePlan, TEAM
    ),
    _to(
        "plan_broken", "Schutzplan nicht eingehalten", _of(S.PLAN_REVIEW), S.ASSESSED, _WORK, measures.PlanBroken, TEAM
    ),
]

_TRANSFER = [
    *_stay(
        "prepare_transfer",
        "Abgabe an ein anderes Jugendamt vorbereiten",
        OPEN - {S.CUSTODY_ACTIVE},
        _WORK,
        transfers.PrepareTransfer,
        TEAM,
        law=LAW_TRANSFER,
    ),
    _to("transfer", "vom anderen Jugendamt übernommen", OPEN, S.TRANSFERRED_OUT, None, None, law=LAW_TRANSFER),
    _to("give_back", "dem abgebenden Jugendamt zurückgegeben", OPEN, S.TRANSFERRED_OUT, None, None, law=LAW_TRANSFER),
]

CASE = Workflow("endangerment_case", "Gefährdungsfall", S, S.RECEIVED, [*_INTAKE, *_ASSESSMENT, *_MEASURES, *_TRANSFER])


def _custody(action: str, title: str, sources: frozenset[C], target: C, body: type) -> Row:
    return Row(action, title, sources, target, _WORK, law=LAW_CUSTODY, body=body)


def _aside(action: str, title: str, body: type) -> list[Row]:
    return [_custody(action, title, frozenset({state}), state, body) for state in C if state is not C.ENDED]


_LIVE = frozenset(C) - {C.ENDED}
CUSTODY = Workflow(
    "custody_measure",
    "Inobhutnahme",
    C,
    C.STARTED,
    [
        *_aside("inform_child", "Kind aufklären", custody.InformChild),
        _custody(
            "inform_parents",
            "Eltern unterrichten",
            frozenset({C.STARTED, C.UNREACHABLE}),
            C.PARENTS_INFORMED,
            custody.InformParents,
        ),
        _custody("unreachable", "Eltern nicht erreichbar", frozenset({C.STARTED}), C.UNREACHABLE, custody.Unreachable),
        _custody(
            "no_objection",
            "Eltern widersprechen nicht",
            frozenset({C.PARENTS_INFORMED}),
            C.NO_OBJECTION,
            custody.NotObject,
        ),
        _custody(
            "object",
            "Eltern widersprechen",
            frozenset({C.PARENTS_INFORMED, C.NO_OBJECTION, C.HELP_PLANNING}),
            C.OBJECTION,
            custody.Object,
        ),
        _custody(
            "call_court",
            "Familiengericht anrufen",
            frozenset({C.OBJECTION, C.UNREACHABLE}),
            C.COURT_PENDING,
            custody.CustodyCourt,
        ),
        _custody(
            "court_decides",
            "Entscheidung des Gerichts",
            frozenset({C.COURT_PENDING}),
            C.HELP_PLANNING,
            custody.CustodyDecision,
        ),
        _custody(
            "start_help_plan", "Hilfeplan beginnen", frozenset({C.NO_OBJECTION}), C.HELP_PLANNING, custody.StartHelpPlan
        ),
        *_aside("order_liberty", "Beschluss zur Freiheitsentziehung", custody.LibertyOrder),
        *_aside("end_liberty", "Freiheitsentziehung beendet", custody.EndLiberty),
        *_aside("report_unaccompanied", "der Landesstelle melden", custody.ReportUnaccompanied),
        _custody("end", "beenden", _LIVE, C.ENDED, custody.EndCustody),
    ],
)


def _passing(
    action: str, title: str, sources: frozenset[T], target: T, body: type, who: Guard, needs: P = _WORK
) -> Row:
    return Row(action, title, sources, target, needs, law=LAW_TRANSFER, body=body, who=(who,))


_UNSENT, _WITH_THEM = frozenset({T.PREPARED, T.TOLD}), frozenset({T.SENT, T.DISCUSSED})
TRANSFER = Workflow(
    "protection_transfer",
    "Abgabe eines Gefährdungsfalls",
    T,
    T.PREPARED,
    [
        _passing(
            "announce",
            "telefonisch ankündigen",
            frozenset({T.PREPARED}),
            T.TOLD,
            transfers.AnnounceTransfer,
            IS_SOURCE,
        ),
        _passing("send", "Daten übermitteln", _UNSENT, T.SENT, transfers.SendTransfer, IS_SOURCE),
        _passing(
            "discuss",
            "Übergabegespräch eintragen",
            frozenset({T.SENT}),
            T.DISCUSSED,
            transfers.DiscussTransfer,
            IS_SOURCE,
        ),
        _passing("accept", "übernehmen", _WITH_THEM, T.ACCEPTED, transfers.AcceptTransfer, IS_RECEIVER),
        _passing(
            "reject",
            "Zuständigkeit verneinen",
            _WITH_THEM,
            T.REJECTED,
            transfers.RejectTransfer,
            IS_RECEIVER,
            P.PROTECTION_LEAD,
        ),
        _passing("withdraw", "zurücknehmen", _UNSENT, T.WITHDRAWN, transfers.WithdrawTransfer, IS_SOURCE),
    ],
)
