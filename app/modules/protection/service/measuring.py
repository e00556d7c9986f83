"""Protection plan, family court, taking into care: what these steps check, set, and let follow."""

from collections.abc import Mapping
from typing import Any

from app.core.problems import Invalid
from app.law.calendars import legal_date
from app.law.protection_steps import COURT_REVIEW, HEARING, PLAN_BROKEN
from app.modules.protection import faults, queries
from app.modules.protection.codes import DANGER, CustodyState, Duty, Result
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.service import custodies, duties
from app.modules.protection.service.writing import Act, Handler
from app.modules.safeguarding import AlarmCode
from app.policy import Role

_COURT = (Duty.HEARING, Duty.COURT_REVIEW)


def _plan(act: Act) -> None:
    found = faults.of_plan(act.body, legal_date(act.at), queries.children_of(act.db, act.case))
    if found:
        raise Invalid(errors=found)


def _after_plan(act: Act) -> None:
    entry = queries.last_entry(act.db, act.case, (K.AGREE_PLAN,))
    act.case.plan_id = entry.id if entry else None
    duties.meet(act.db, act.case.id, (Duty.PLAN, Duty.PLAN_BROKEN), by=act.actor.id, at=act.at)
    duties.start_review(act.db, act.case, act.body.review_on, act.at)


def _after_review(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.PLAN_REVIEW,), by=act.actor.id, at=act.at)
    duties.start(act.db, act.case, Duty.PLAN_BROKEN, PLAN_BROKEN, act.at)


def _continue(act: Act) -> None:
    children = queries.children_of(act.db, act.case)
    acute = any(child.result is Result.ACUTE for child in children if child.closed_at is None)
    body, today = act.body, legal_date(act.at)
    found = faults.of_review(body.review_on, today, acute=acute, first=False, pointer="/review_on")
    if found:
        raise Invalid(errors=found)


def _after_continuation(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.PLAN_BROKEN,), by=act.actor.id, at=act.at)
    duties.start_review(act.db, act.case, act.body.review_on, act.at)


def _after_broken(act: Act) -> None:
    act.case.plan_id = None
    duties.call_now(act.db, act.case, AlarmCode.PLAN_BROKEN, (Role.TEAM_LEAD,), actor=act.actor, at=act.at)


def _call_court(act: Act) -> Mapping[str, Any]:
    """Somebody else than who prepared it signs; the danger, or parents who do not take part, are the ground."""
    body, case = act.body, act.case
    if body.prepared_by == act.actor.id:
        de, en = "Wer vorbereitet, zeichnet nicht für die Leitung.", "Who prepares it does not sign for the line."
        raise Invalid.field("/prepared_by", "same", de, en)
    if body.prepared_by not in case.team:
        raise Invalid.field("/prepared_by", "unknown", "Niemand, der den Fall bearbeitet.", "Nobody of the case.")
    assessed = queries.last_entry(act.db, case, (K.ASSESS,))
    refused = assessed is not None and assessed.content["parents_involved"] in {"refused", "not_reachable"}
    if not refused and not any(child.result in DANGER for child in queries.children_of(act.db, case)):
        de, en = "Kein Kind ist gefährdet, und die Eltern wirken mit.", "No child is in danger; the parents cooperate."
        raise Invalid.field("/ground", "no_ground", de, en)
    return {"prepared_by": str(body.prepared_by)}


def _after_court_called(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.PLAN,), by=act.actor.id, at=act.at)
    duties.start(act.db, act.case, Duty.HEARING, HEARING, act.happened_at)


def _after_event(act: Act) -> None:
    if act.body.hearing_on is not None and act.body.hearing_on <= legal_date(act.at):
        duties.meet(act.db, act.case.id, (Duty.HEARING,), by=act.actor.id, at=act.at)


def _after_decision(act: Act) -> None:
    duties.meet(act.db, act.case.id, _COURT, by=act.actor.id, at=act.at)


def _refrains(act: Act) -> None:
    children = queries.children_of(act.db, act.case)
    found = faults.of_plan(act.body.plan, legal_date(act.at), children, "/plan")
    if found:
        raise Invalid(errors=found)


def _after_refraining(act: Act) -> None:
    entry = queries.last_entry(act.db, act.case, (K.COURT_REFRAINS,))
    act.case.plan_id = entry.id if entry else None
    duties.meet(act.db, act.case.id, (Duty.HEARING,), by=act.actor.id, at=act.at)
    duties.start(act.db, act.case, Duty.COURT_REVIEW, COURT_REVIEW, act.happened_at)
    duties.start_review(act.db, act.case, act.body.plan.review_on, act.at)


def _take(act: Act) -> Mapping[str, Any]:
    running = [one for one in queries.custodies_of(act.db, act.case) if one.state is not CustodyState.ENDED]
    found = faults.of_custody(act.body, queries.children_of(act.db, act.case), running)
    if found:
        raise Invalid(errors=found)
    return {"child_id": str(act.body.child_id), "ground": act.body.ground.value}


def _after_taking(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.PLAN,), by=act.actor.id, at=act.at)
    custodies.begin(act)


PREPARE: dict[str, Handler] = {
    "agree_plan": _plan,
    "continue_plan": _continue,
    "call_court": _call_court,
    "court_refrains": _refrains,
    "take_into_custody": _take,
}
FOLLOW: dict[str, Handler] = {
    "agree_plan": _after_plan,
    "review_plan": _after_review,
    "continue_plan": _after_continuation,
    "plan_broken": _after_broken,
    "call_court": _after_court_called,
    "court_event": _after_event,
    "court_decided": _after_decision,
    "court_refrains": _after_refraining,
    "take_into_custody": _after_taking,
}
