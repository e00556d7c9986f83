"""Who may take which step of a concern, what runs after it, and whom an alarm calls; pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from app.core.problems import FieldError, Text
from app.core.types import CodeList
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.law.concern_steps import (
    FAMILY_INVOLVED,
    ISEF_ASKED,
    ISEF_CONSULTED,
    ISEF_CONSULTED_URGENT,
    LATEST_REVIEW_DAYS,
    LEAD_INFORMED,
    NOTIFICATION_COMPLETED,
    OFFICE_TOLD,
    PLAN_AGREED,
    REOPEN_MONTHS,
    TEAM_ASSESSMENT,
)
from app.law.periods import Period, months_after
from app.law.protection import FEEDBACK
from app.modules.concerns.codes import (
    ENDED,
    ConcernAlarm,
    ConcernDuty,
    ConcernState,
    FamilyPart,
    PlanReviewResult,
    RiskRating,
)
from app.modules.concerns.identifying import identifying
from app.modules.concerns.models import ProviderConcern
from app.modules.concerns.schemas.steps import RequestIsef, ReviewPlan
from app.policy import Role

CLOCK_SKEW = timedelta(minutes=5)
S, D = ConcernState, ConcernDuty


class Term(NamedTuple):
    """A duty's usual period (None: a day is named), and the alarm that speaks of it."""

    period: Period | None
    alarm: ConcernAlarm


TERMS: Mapping[ConcernDuty, Term] = {
    D.LEAD: Term(LEAD_INFORMED, ConcernAlarm.LEAD),
    D.TEAM: Term(TEAM_ASSESSMENT, ConcernAlarm.TEAM),
    D.ISEF_REQUEST: Term(ISEF_ASKED, ConcernAlarm.ISEF),
    D.ISEF: Term(ISEF_CONSULTED, ConcernAlarm.ISEF),
    D.FAMILY: Term(FAMILY_INVOLVED, ConcernAlarm.FAMILY),
    D.PLAN: Term(PLAN_AGREED, ConcernAlarm.PLAN),
    D.REVIEW: Term(None, ConcernAlarm.PLAN),
    D.NOTIFY: Term(OFFICE_TOLD, ConcernAlarm.NOTIFY),
    D.WRITTEN: Term(NOTIFICATION_COMPLETED, ConcernAlarm.WRITTEN),
    D.FEEDBACK: Term(FEEDBACK, ConcernAlarm.FEEDBACK),
    D.LOOK: Term(None, ConcernAlarm.TEAM),
}

MEETS: Mapping[str, tuple[ConcernDuty, ...]] = {
    "inform_lead": (D.LEAD,),
    "assess_no_weighty": tuple(ConcernDuty),
    "assess_monitor": (D.LEAD, D.TEAM, D.ISEF_REQUEST, D.FAMILY, D.LOOK),
    "request_isef": (D.ISEF_REQUEST, D.TEAM),
    "record_consultation": (D.ISEF,),
    "involve_family": (D.FAMILY,),
    "skip_family_involvement": (D.FAMILY,),
    "agree_protection_plan": (D.PLAN,),
    "review_plan": (D.REVIEW,),
    "danger_averted": tuple(ConcernDuty),
    "declare_immediate_danger": tuple(ConcernDuty),
    "notify_ja": tuple(ConcernDuty),
    "receive_feedback": (D.FEEDBACK,),
    "new_indication": (D.LOOK,),
    "handover_complete": tuple(ConcernDuty),
    "withdraw_entry_error": tuple(ConcernDuty),
}
"""The duties each step fulfils; closing ends all."""

_STARTS: Mapping[str, tuple[ConcernDuty, ...]] = {
    "create": (D.LEAD, D.TEAM),
    "inform_lead": (D.ISEF_REQUEST,),
    "request_isef": (D.ISEF,),
    "involve_family": (D.PLAN,),
    "skip_family_involvement": (D.NOTIFY,),
    "ja_ack": (D.FEEDBACK,),
    "new_indication": (D.TEAM,),
    "reopen": (D.TEAM,),
}
AFTER_REVIEW: Mapping[PlanReviewResult, ConcernDuty] = {
    PlanReviewResult.AVERTED: D.TEAM,
    PlanReviewResult.CONTINUE: D.PLAN,
    PlanReviewResult.NOT_AVERTED: D.NOTIFY,
}
LINE: Mapping[int, tuple[Role | None, ...]] = {
    0: (None,),
    1: (None, Role.PROVIDER_LEAD),
    2: (Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER),
    3: (Role.PROVIDER_MANAGER,),
}
"""Whom a level calls (None: the responsible professional): reminder, warning, lapse, second lapse. Local policy."""


def starts(action: str, concern: ProviderConcern) -> tuple[ConcernDuty, ...]:
    """The duties that begin with a step, beside those that depend on what it says."""
    if action == "record_consultation":
        return after_consultation(concern)
    if action == "declare_immediate_danger":
        return () if concern.consulted_at else (D.ISEF_REQUEST,)  # asked afterwards, as a task
    return _STARTS.get(action, ())


def after_consultation(concern: ProviderConcern) -> tuple[ConcernDuty, ...]:
    """What a consultation leads to: weighty signs are talked over with the family; some must be told at once."""
    if concern.rating is RiskRating.NOT_WEIGHTY or concern.state not in (S.ISEF_DONE, S.PARENTS_INVOLVED):
        return ()
    family = (D.FAMILY,) if concern.family is None else ()
    return (*family, D.NOTIFY) if concern.rating is RiskRating.NOT_AVERTABLE else family


def period_of(duty: ConcernDuty, *, is_urgent: bool) -> Period | None:
    """How long a duty may take."""
    return ISEF_CONSULTED_URGENT if duty is D.ISEF and is_urgent else TERMS[duty].period


def second_person(_: Any, move: Move) -> Text | None:
    """Two different professionals stand behind the step: another one has written down that she agrees."""
    if move.data.get("second_id") not in (None, str(move.actor.id)):
        return None
    return Text(
        "Eine zweite Fachkraft muss vorher zustimmen (Eintrag second_opinion).",
        "A second professional must agree first (entry second_opinion).",
    )


def family_took_part(concern: ProviderConcern, _: Move) -> Text | None:
    """A plan is agreed with the parents."""
    if concern.family is FamilyPart.INVOLVED:
        return None
    return Text(
        "Ohne Eltern gibt es keinen vereinbarten Schutzplan: Jugendamt benachrichtigen.",
        "Without the parents no plan is agreed: notify the youth office.",
    )


def seems_averted(concern: ProviderConcern, _: Move) -> Text | None:
    """The last look at the plan found no weighty signs any more."""
    if concern.rating is RiskRating.NOT_WEIGHTY:
        return None
    return Text("Die Überprüfung sieht noch eine Gefährdung.", "The review still sees a danger.")


def recent_enough(_: Any, move: Move) -> Text | None:
    """Half a year after its end a concern is not taken up again; a new one names it as the earlier."""
    closed = datetime.fromisoformat(move.data["closed_at"])
    if legal_date(move.at) <= months_after(legal_date(closed), REOPEN_MONTHS):
        return None
    return Text("Zu lange her: bitte neuen Vorgang anlegen.", "Too long ago: please begin a new concern.")


def missing_of(concern: ProviderConcern) -> list[str]:
    """What § 8a Abs. 4 SGB VIII wants before the youth office is told without acute danger, and is not there."""
    missing = [] if concern.consulted_at else ["insofa_consultation"]
    return missing if concern.family else [*missing, "family_involvement"]


def fault_of_instant(pointer: str, instant: datetime | None, at: datetime) -> list[FieldError]:
    """What is said to have happened lies in the past; a clock may be some minutes ahead."""
    if instant is None or instant <= at + CLOCK_SKEW:
        return []
    return [FieldError(pointer, "future", "Das liegt in der Zukunft.", "This lies in the future.")]


def faults_of_request(body: RequestIsef) -> list[FieldError]:
    """Whatever in a request to an insoweit erfahrene Fachkraft could tell who the child is."""
    faults = []
    for name in ("question", "facts"):
        if found := identifying(getattr(body, name)):
            de = f"Das sieht nach Angaben zur Person aus ({', '.join(found)}): bitte pseudonymisieren."
            en = f"This looks like somebody's identity ({', '.join(found)}): pseudonymise, please."
            faults.append(FieldError(f"/{name}", "identifying", de, en))
    return faults


def faults_of_day(pointer: str, day: date, at: datetime, *, most: int | None = None) -> list[FieldError]:
    """A day to look again lies ahead, and not too far."""
    today = legal_date(at)
    if day <= today:
        return [FieldError(pointer, "past", "Der Tag muss in der Zukunft liegen.", "The day must lie ahead.")]
    if most is not None and day > today + timedelta(days=most):
        de, en = f"Spätestens nach {most} Tagen wird hingesehen.", f"One looks after {most} days at the latest."
        return [FieldError(pointer, "too_late", de, en)]
    return []


def faults_of_plan_day(review_on: date, at: datetime) -> list[FieldError]:
    """The effect of a plan is looked at within four weeks."""
    return faults_of_day("/review_on", review_on, at, most=LATEST_REVIEW_DAYS)


def faults_of_review(concern: ProviderConcern, body: ReviewPlan, at: datetime) -> list[FieldError]:
    """A plan is reviewed on its day, or before when something happened; what the ratings say fits together."""
    faults = []
    if body.incident is None and concern.review_on is not None and legal_date(at) < concern.review_on:
        de, en = "Vor dem vereinbarten Tag nur wegen eines Vorfalls.", "Before its day only because of an incident."
        faults.append(FieldError("/incident", "missing", de, en))
    if (body.result is PlanReviewResult.AVERTED) != (body.rating is RiskRating.NOT_WEIGHTY):
        de, en = "Ergebnis und Einschätzung passen nicht zusammen.", "Result and rating do not fit together."
        faults.append(FieldError("/result", "contradiction", de, en))
    return faults


def closes(state: CodeList) -> bool:
    """Whether a state ends the concern."""
    return state in ENDED
