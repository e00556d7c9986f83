"""Taking a step of a case: what it says is laid to the file, the case moves, deadlines end and begin."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.problems import FieldError, Invalid
from app.core.sealing import Sealer
from app.law.protection import Urgency
from app.law.protection_steps import MOST
from app.modules.protection import queries, rules
from app.modules.protection.codes import Duty
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.models import EndangermentCase, ProtectionEntry
from app.modules.protection.service import assessing, duties, intake, measuring, transfers
from app.modules.protection.service.writing import Act, Handler, sign, write
from app.modules.protection.workflow import CASE
from app.policy import Actor


def move(
    db: Session, case_id: UUID, body: Any, expected: int, sealer: Sealer, *, actor: Actor, at: datetime
) -> EndangermentCase:
    """Take a step.

    Raises:
        NotFound, StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        Invalid: a fault of form, with pointers.
        FourEyes: who confirms is who proposed.
        ClosingIncomplete, AssessmentUnsigned: something is missing; tells what.
    """
    case = queries.get_case(db, case_id, actor, lock=True)
    check_version(case, expected)
    act = Act(db, case, body, actor, at, sealer)
    CASE.check(case, body.action, actor=actor, at=at)
    if faults := rules.faults_of_step(body, at):
        raise Invalid(errors=faults)
    with db.no_autoflush:
        details = PREPARE.get(body.action, _nothing)(act) or {}
        CASE.fire(db, case, body.action, actor=actor, at=at, **details)
    if body.action in K.__members__.values():
        write(act, K(body.action))
    FOLLOW.get(body.action, _nothing)(act)
    return case


def _nothing(_act: Act) -> None:
    return None


def _acknowledge(act: Act) -> None:
    intake.report_of(act.db, act.body.report_id, act.case, "/report_id")


def _assign(act: Act) -> Mapping[str, Any]:
    """Two different professionals at work in the office, and somebody who stands in."""
    case, body = act.case, act.body
    chosen = {name: getattr(body, name) for name in ("caseworker_id", "second_id", "substitute_id")}
    at_work = queries.roles_at_work(act.db, case.youth_office_id, list(chosen.values()))
    faults = []
    for name, account_id in chosen.items():
        if account_id not in at_work:
            de, en = "Niemand, der hier Fälle bearbeitet.", "Nobody who works on cases here."
            faults.append(FieldError(f"/{name}", "unknown", de, en))
        elif account_id in case.excluded_ids:
            faults.append(FieldError(f"/{name}", "excluded", "Diese Person ist ausgeschlossen.", "Excluded."))
    if body.second_id == body.caseworker_id:
        faults.append(FieldError("/second_id", "same", "Das muss eine andere Person sein.", "Must be another person."))
    if body.substitute_id in (body.caseworker_id, body.second_id):
        de, en = "Das muss eine dritte Person sein.", "Must be a third person."
        faults.append(FieldError("/substitute_id", "same", de, en))
    if faults:
        raise Invalid(errors=faults)
    case.caseworker_id, case.second_id, case.substitute_id = chosen.values()
    return {name: str(account_id) for name, account_id in chosen.items()}


def _exclude(act: Act) -> Mapping[str, Any]:
    if act.body.account_id in act.case.team or act.body.account_id == act.actor.id:
        de, en = "Wer den Fall bearbeitet, wird zuerst abgelöst.", "Whoever works on the case is replaced first."
        raise Invalid.field("/account_id", "working", de, en)
    act.case.excluded_ids = [*act.case.excluded_ids, act.body.account_id]
    return {"account_id": str(act.body.account_id)}


def _confirm_weighty(act: Act) -> Mapping[str, Any]:
    """The urgency is set by both; where they differ, the more urgent class protects."""
    entry = sign(act, K.PROPOSE_WEIGHTY, K.PROPOSE_NOT_WEIGHTY)
    _must_be(entry, K.PROPOSE_WEIGHTY)
    act.case.urgency = rules.more_urgent(Urgency(entry.content["urgency"]), act.body.urgency)
    return {"entry_id": str(entry.id), "urgency": act.case.urgency.value}


def _confirm_not_weighty(act: Act) -> Mapping[str, Any]:
    entry = sign(act, K.PROPOSE_WEIGHTY, K.PROPOSE_NOT_WEIGHTY)
    _must_be(entry, K.PROPOSE_NOT_WEIGHTY)
    return {"entry_id": str(entry.id)}


def _check_report(act: Act) -> None:
    intake.report_of(act.db, act.body.report_id, act.case, "/report_id")


def _confirm_report_check(act: Act) -> Mapping[str, Any]:
    entry = sign(act, K.CHECK_REPORT)
    seen = rules.more_urgent(Urgency(entry.content["urgency"]), act.body.urgency)
    act.case.urgency = rules.more_urgent(act.case.urgency, seen)
    return {"entry_id": str(entry.id), "urgency": act.case.urgency.value}


def _raise_urgency(act: Act) -> Mapping[str, Any]:
    if rules.more_urgent(act.case.urgency, act.body.urgency) is act.case.urgency:
        de, en = "Das ist nicht dringlicher.", "This is not more urgent."
        raise Invalid.field("/urgency", "not_higher", de, en)
    act.case.urgency = act.body.urgency
    return {"urgency": act.body.urgency.value}


def _propose_lower(act: Act) -> None:
    urgency = act.case.urgency
    if rules.more_urgent(urgency, act.body.urgency) is not urgency or act.body.urgency is urgency:
        de, en = "Das ist nicht weniger dringlich.", "This is not less urgent."
        raise Invalid.field("/urgency", "not_lower", de, en)


def _confirm_lower(act: Act) -> Mapping[str, Any]:
    """What is due stays due: a deadline that guards a child never moves back."""
    entry = sign(act, K.PROPOSE_LOWER_URGENCY)
    act.case.urgency = Urgency(entry.content["urgency"])
    return {"entry_id": str(entry.id), "urgency": act.case.urgency.value}


def _must_be(entry: ProtectionEntry, kind: K) -> None:
    if entry.kind is not kind:
        de, en = "Vorgeschlagen ist das Gegenteil.", "The opposite was proposed."
        raise Invalid.field("/entry_id", "other_proposal", de, en)


def _reopen(act: Act) -> None:
    act.case.closed_at = None
    for child in queries.children_of(act.db, act.case):
        child.closed_at = None


def _after_weighty(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.FIRST_CHECK, Duty.ON_CALL), by=act.actor.id, at=act.at)
    duties.start_contact(act.db, act.case, act.case.received_at)


def _after_not_weighty(act: Act) -> None:
    duties.meet(act.db, act.case.id, tuple(Duty), by=act.actor.id, at=act.at)
    duties.start_feedback(act.db, act.case, act.at)


def _after_report_check(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.FIRST_CHECK, Duty.ON_CALL), by=act.actor.id, at=act.at)
    duties.sharpen(act.db, act.case, by=act.actor.id, at=act.at)


def _after_raise(act: Act) -> None:
    duties.sharpen(act.db, act.case, by=act.actor.id, at=act.at)


def _after_reopen(act: Act) -> None:
    duties.start_first_check(act.db, act.case, act.case.urgency, act.at)
    duties.start(act.db, act.case, Duty.MOST, MOST, act.at)


PREPARE: dict[str, Handler] = {
    "acknowledge": _acknowledge,
    "assign": _assign,
    "reassign": _assign,
    "exclude": _exclude,
    "confirm_weighty": _confirm_weighty,
    "confirm_not_weighty": _confirm_not_weighty,
    "check_report": _check_report,
    "confirm_report_check": _confirm_report_check,
    "raise_urgency": _raise_urgency,
    "propose_lower_urgency": _propose_lower,
    "confirm_lower_urgency": _confirm_lower,
    "reopen": _reopen,
    **assessing.PREPARE,
    **measuring.PREPARE,
    "prepare_transfer": transfers.check,
}
"""What a step checks and sets before the case moves; returns what the log keeps of it."""
FOLLOW: dict[str, Handler] = {
    "confirm_weighty": _after_weighty,
    "confirm_not_weighty": _after_not_weighty,
    "confirm_report_check": _after_report_check,
    "raise_urgency": _after_raise,
    "reopen": _after_reopen,
    **assessing.FOLLOW,
    **measuring.FOLLOW,
    "prepare_transfer": transfers.prepare,
}
"""What follows when it has moved: deadlines end and begin."""
