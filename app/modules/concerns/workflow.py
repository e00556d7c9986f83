"""The life of a provider's concern (facts, section 3). Time never moves it; acute danger passes every other step."""

from collections.abc import Iterable

from pydantic import BaseModel

from app.core.workflow import Guard, Row, Workflow
from app.modules.concerns import rules
from app.modules.concerns.codes import BEFORE, CLOSED, OPEN
from app.modules.concerns.codes import ConcernState as S
from app.modules.concerns.schemas import steps
from app.policy import OrganisationKind
from app.policy import Permission as P

LAW = "§ 8a Abs. 4 SGB VIII"
PROVIDER = frozenset({OrganisationKind.PROVIDER})
TWO = (rules.second_person,)


def _row(
    action: str,
    title: str,
    sources: Iterable[S],
    target: S,
    needs: P | None,
    body: type[BaseModel] | None,
    guards: tuple[Guard, ...] = (),
) -> Row:
    return Row(action, title, frozenset(sources), target, needs, PROVIDER, guards, LAW, body)


def _in_place(action: str, title: str, states: Iterable[S], needs: P, body: type[BaseModel]) -> list[Row]:
    """A step that is taken in several states and moves none of them."""
    return [_row(action, title, {state}, state, needs, body) for state in sorted(states)]


CONCERN = Workflow(
    "provider_concern",
    "Kindeswohl beim Träger",
    S,
    S.NOTICED,
    [
        _row("inform_lead", "Leitung informieren", {S.NOTICED}, S.TEAM_REVIEW, P.CONCERNS_WRITE, steps.InformLead),
        _row(
            "declare_immediate_danger",
            "akute Gefahr: Jugendamt sofort benachrichtigen",
            OPEN | CLOSED,
            S.JA_NOTIFIED,
            P.CONCERNS_WRITE,
            steps.DeclareImmediateDanger,
        ),
        _row(
            "assess_no_weighty",
            "keine gewichtigen Anhaltspunkte",
            {S.TEAM_REVIEW, S.ISEF_DONE, S.MONITORING},
            S.CLOSED_NO_CONCERN,
            P.CONCERNS_LEAD,
            steps.AssessNoWeighty,
            TWO,
        ),
        _row(
            "assess_monitor",
            "weiter beobachten",
            {S.TEAM_REVIEW, S.ISEF_DONE},
            S.MONITORING,
            P.CONCERNS_LEAD,
            steps.AssessMonitor,
            TWO,
        ),
        _row(
            "request_isef",
            "insoweit erfahrene Fachkraft anfragen",
            {S.TEAM_REVIEW},
            S.ISEF_REQUESTED,
            P.CONCERNS_WRITE,
            steps.RequestIsef,
        ),
        *_in_place(
            "request_isef",
            "insoweit erfahrene Fachkraft erneut anfragen",
            OPEN - {S.NOTICED, S.TEAM_REVIEW},
            P.CONCERNS_WRITE,
            steps.RequestIsef,
        ),
        _row(
            "record_consultation",
            "Beratung festhalten",
            {S.ISEF_REQUESTED},
            S.ISEF_DONE,
            P.CONCERNS_WRITE,
            steps.RecordConsultation,
        ),
        *_in_place(
            "record_consultation",
            "Beratung festhalten",
            OPEN - {S.NOTICED, S.TEAM_REVIEW, S.ISEF_REQUESTED},
            P.CONCERNS_WRITE,
            steps.RecordConsultation,
        ),
        _row(
            "involve_family",
            "Eltern und Kind beteiligen",
            {S.ISEF_REQUESTED, S.ISEF_DONE},
            S.PARENTS_INVOLVED,
            P.CONCERNS_WRITE,
            steps.InvolveFamily,
        ),
        _row(
            "skip_family_involvement",
            "Eltern und Kind begründet nicht beteiligen",
            {S.ISEF_DONE},
            S.PARENTS_INVOLVED,
            P.CONCERNS_LEAD,
            steps.SkipFamilyInvolvement,
            TWO,
        ),
        _row(
            "agree_protection_plan",
            "Schutzplan vereinbaren",
            {S.PARENTS_INVOLVED, S.PLAN_REVIEW},
            S.PLAN_ACTIVE,
            P.CONCERNS_WRITE,
            steps.AgreeProtectionPlan,
            (rules.family_took_part,),
        ),
        _row(
            "review_plan", "Schutzplan überprüfen", {S.PLAN_ACTIVE}, S.PLAN_REVIEW, P.CONCERNS_WRITE, steps.ReviewPlan
        ),
        _row(
            "danger_averted",
            "Gefährdung abgewendet",
            {S.PLAN_REVIEW},
            S.CLOSED_AVERTED,
            P.CONCERNS_LEAD,
            steps.DangerAverted,
            (rules.seems_averted, rules.second_person),
        ),
        _row(
            "notify_ja",
            "Jugendamt benachrichtigen",
            BEFORE - {S.NOTICED},
            S.JA_NOTIFIED,
            P.CONCERNS_LEAD,
            steps.NotifyJa,
        ),
        *_in_place(
            "supplement",
            "Mitteilung ergänzen",
            {S.JA_NOTIFIED, S.JA_ACKNOWLEDGED, S.MONITORING},
            P.CONCERNS_WRITE,
            steps.SupplementNotification,
        ),
        _row("ja_ack", "vom Jugendamt bestätigt", {S.JA_NOTIFIED}, S.JA_ACKNOWLEDGED, None, None),
        _row(
            "receive_feedback",
            "Rückmeldung des Jugendamts festhalten",
            {S.JA_ACKNOWLEDGED, S.MONITORING},
            S.MONITORING,
            P.CONCERNS_WRITE,
            steps.ReceiveFeedback,
        ),
        _row(
            "new_indication",
            "neue Anhaltspunkte",
            {S.MONITORING},
            S.TEAM_REVIEW,
            P.CONCERNS_WRITE,
            steps.NewIndication,
        ),
        _row(
            "handover_complete",
            "Übergabe abschließen",
            {S.MONITORING},
            S.CLOSED_HANDED_OVER,
            P.CONCERNS_LEAD,
            steps.HandoverComplete,
        ),
        _row(
            "reopen",
            "wieder aufnehmen",
            CLOSED,
            S.TEAM_REVIEW,
            P.CONCERNS_LEAD,
            steps.ReopenConcern,
            (rules.recent_enough,),
        ),
        _row(
            "withdraw_entry_error",
            "Fehleintrag zurückziehen",
            OPEN | CLOSED,
            S.WITHDRAWN_ERROR,
            P.CONCERNS_LEAD,
            steps.WithdrawEntryError,
        ),
    ],
)
