"""Seeing the child, assessing together, closing: what these steps check, set, and let follow."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.problems import FieldError, Invalid
from app.law.calendars import legal_date
from app.law.periods import months_after
from app.law.protection import Urgency
from app.law.protection_steps import HELP_OFFER, MAJORITY_YEARS, next_attempt_period, plan_period, team_period
from app.modules.protection import faults, missing, queries
from app.modules.protection.codes import DANGER, CaseState, DangerPerson, Duty, Result
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.errors import AssessmentUnsigned, ClosingIncomplete
from app.modules.protection.missing import File
from app.modules.protection.models import ProtectionChild, ProtectionEntry
from app.modules.protection.service import duties
from app.modules.protection.service.writing import Act, Handler, sign, unknown_child
from app.modules.safeguarding import AlarmCode
from app.policy import Role

_ATTEMPTS = 2
"""After so many failed contacts the line decides (facts, J7)."""


def _contact(act: Act) -> None:
    _refuse(faults.of_contact(act.body, queries.children_of(act.db, act.case)))
    act.case.contact_at = act.happened_at


def _after_contact(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.CONTACT, Duty.CONTACT_AGAIN), by=act.actor.id, at=act.at)
    duties.start(act.db, act.case, Duty.TEAM, team_period(act.case.urgency), act.happened_at)


def _failed(act: Act) -> Mapping[str, Any]:
    act.case.failed_attempts += 1
    return {"attempt": act.case.failed_attempts}


def _after_failed(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.CONTACT_AGAIN,), by=act.actor.id, at=act.at)
    duties.start(act.db, act.case, Duty.CONTACT_AGAIN, next_attempt_period(act.case.urgency), act.happened_at)
    if act.case.failed_attempts >= _ATTEMPTS:
        above = (Role.OFFICE_HEAD,) if act.case.urgency is Urgency.IMMEDIATE else ()
        duties.call_now(
            act.db, act.case, AlarmCode.NO_CONTACT, (Role.TEAM_LEAD, *above), actor=act.actor, at=act.at, level=4
        )


def _skip(act: Act) -> None:
    act.case.contact_skipped = True


def _assess(act: Act) -> None:
    body, db = act.body, act.db
    known = queries.roles_at_work(db, act.case.youth_office_id, body.participants)
    _refuse(faults.of_assessment(body, queries.children_of(db, act.case), act.actor.id, known))


def _sign(act: Act) -> Mapping[str, Any]:
    entry = sign(act, K.ASSESS)
    _must_be_named(act, entry)
    return {"entry_id": str(entry.id), "dissent": act.body.dissent is not None}


def _conclude(act: Act) -> Mapping[str, Any]:
    """The last signature; the results count from now on.

    Raises:
        AssessmentUnsigned: somebody who took part has not signed yet.
    """
    details = _sign(act)
    entry = queries.last_entry(act.db, act.case, (K.ASSESS,))
    if entry is None:
        raise AssessmentUnsigned(missing=[])
    signed = {one.account_id for one in queries.signatures_of(act.db, act.case).get(entry.id, [])}
    lacking = set(_participants(entry)) - signed - {entry.recorded_by}
    if lacking:
        raise AssessmentUnsigned(missing=sorted(str(one) for one in lacking))
    results = {told["child_id"]: told for told in entry.content["children"]}
    for child in queries.children_of(act.db, act.case):
        if (told := results.get(str(child.id))) is not None:
            _set_result(child, told, act)
    return details


def _set_result(child: ProtectionChild, told: Mapping[str, Any], act: Act) -> None:
    child.result = Result(told["result"])
    child.kinds = told["kinds"]
    child.danger_person = DangerPerson(told["danger_person"]) if told["danger_person"] else None
    child.assessed_at = act.at


def _after_conclusion(act: Act) -> None:
    results = {child.result for child in queries.children_of(act.db, act.case) if child.closed_at is None}
    duties.meet(act.db, act.case.id, (Duty.TEAM, Duty.MOST, Duty.PLAN_BROKEN), by=act.actor.id, at=act.at)
    if results & DANGER and act.case.state is CaseState.ASSESSED:
        duties.meet(act.db, act.case.id, (Duty.PLAN,), by=act.actor.id, at=act.at)
        duties.start(act.db, act.case, Duty.PLAN, plan_period(acute=Result.ACUTE in results), act.at)
    if Result.NO_BUT_NEED in results:
        duties.start(act.db, act.case, Duty.HELP_OFFER, HELP_OFFER, act.at)
    duties.start_feedback(act.db, act.case, act.at)


def _propose_closing(act: Act) -> None:
    known = {child.id for child in queries.children_of(act.db, act.case) if child.closed_at is None}
    for place, one in enumerate(act.body.children):
        if one not in known:
            raise unknown_child(f"/children/{place}")


def _close(act: Act) -> Mapping[str, Any]:
    entry = sign(act, K.PROPOSE_CLOSING)
    if entry.content["children"] and act.body.action == "close":
        de, en = "Vorgeschlagen ist der Abschluss für einzelne Kinder.", "Proposed is the closing for some children."
        raise Invalid.field("/entry_id", "some_children", de, en)
    chosen = [UUID(one) for one in entry.content["children"]]
    if gaps := gaps_of(act, chosen):
        raise ClosingIncomplete(errors=gaps, missing=[gap.pointer for gap in gaps])
    for child in queries.children_of(act.db, act.case):
        if child.closed_at is None and (not chosen or child.id in chosen):
            child.closed_at = act.at
    if act.body.action == "close":
        act.case.closed_at = act.at
    return {"entry_id": str(entry.id)}


def _after_close(act: Act) -> None:
    duties.meet(act.db, act.case.id, tuple(Duty), by=act.actor.id, at=act.at)


def gaps_of(act: Act, chosen: list[UUID] | None = None) -> list[Any]:
    """What is missing before the procedure ends for these children; at a plan's review the danger must be averted."""
    file = file_of(act)
    gaps = missing.of_closing(file, chosen)
    if act.case.state is CaseState.PLAN_REVIEW:
        wanted = set(chosen or [child.id for child in file.children if child.closed_at is None])
        for place, child in enumerate(file.children):
            if child.id in wanted and child.result in DANGER:
                de, en = "Neu einschätzen: Ist die Gefahr abgewendet?", "Assess anew: is the danger averted?"
                gaps.append(FieldError(f"/children/{place}/result", "not_averted", de, en))
    return gaps


def file_of(act: Act) -> File:
    """Everything about the case that a closing looks at."""
    children = queries.children_of(act.db, act.case)
    today = legal_date(act.at)
    adults = {c.id for c in children if c.born_on and months_after(c.born_on, MAJORITY_YEARS * 12) <= today}
    return File(
        act.case,
        children,
        queries.entries_of(act.db, act.case),
        queries.reports_of(act.db, act.case),
        queries.custodies_of(act.db, act.case),
        frozenset(adults),
    )


def _participants(entry: ProtectionEntry) -> list[UUID]:
    return [UUID(one) for one in entry.content["participants"]]


def _must_be_named(act: Act, entry: ProtectionEntry) -> None:
    if act.actor.id not in _participants(entry):
        de, en = "Es zeichnet, wer mit eingeschätzt hat.", "Whoever took part signs."
        raise Invalid.field("/entry_id", "not_participant", de, en)


def _refuse(found: list[Any]) -> None:
    if found:
        raise Invalid(errors=found)


PREPARE: dict[str, Handler] = {
    "record_contact": _contact,
    "record_failed_attempt": _failed,
    "skip_direct_impression": _skip,
    "assess": _assess,
    "sign_assessment": _sign,
    "conclude_assessment": _conclude,
    "propose_closing": _propose_closing,
    "close_children": _close,
    "close": _close,
}
FOLLOW: dict[str, Handler] = {
    "record_contact": _after_contact,
    "record_failed_attempt": _after_failed,
    "skip_direct_impression": _after_contact,
    "conclude_assessment": _after_conclusion,
    "close": _after_close,
}
