"""Entries of the file that are no step of the case: notes, involvement, offers, feedback, corrections."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.problems import Invalid
from app.core.sealing import Sealer
from app.core.work import by_the_service
from app.modules import safeguarding
from app.modules.protection import faults, missing, queries, rules
from app.modules.protection.codes import CaseState, Duty
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.errors import FeedbackNotDue
from app.modules.protection.models import ProtectionEntry
from app.modules.protection.service import duties, intake, reading
from app.modules.protection.service.writing import Act, must_have_child, write
from app.policy import Actor

_BEFORE_FEEDBACK = rules.WAITING | {CaseState.FIRST_CHECK, CaseState.ASSESSING, CaseState.CONTACT_DONE}


def add(db: Session, case_id: UUID, body: Any, sealer: Sealer, *, actor: Actor, at: datetime) -> ProtectionEntry:
    """Lay an entry to the file, whatever the state of the case.

    Raises:
        NotFound: no such case, or the actor does not work on it.
        Invalid: a fault of form.
        FeedbackNotDue: feedback the law does not give, too early, or a second time.
    """
    case = queries.get_case(db, case_id, actor, lock=True, read=True)
    act = Act(db, case, body, actor, at, sealer)
    if found := rules.faults_of_instants([("happened_at", body.happened_at)], at):
        raise Invalid(errors=found)
    _CHECKS.get(body.kind, _fine)(act)
    entry = write(act, K(body.kind))
    _FOLLOWS.get(body.kind, _fine)(act)
    reading.note(db, case, "endangerment_case.write", actor=actor, at=at, entry=str(entry.id), kind=entry.kind)
    return entry


def _fine(_act: Act) -> None:
    return None


def _involvement(act: Act) -> None:
    if found := faults.of_involvement(act.body, ("parents", "child"), suffix=""):
        raise Invalid(errors=found)


def _child(act: Act) -> None:
    must_have_child(act, act.body.child_id)


def _correction(act: Act) -> None:
    entry = act.db.get(ProtectionEntry, act.body.corrects_id)
    if entry is None or entry.case_id != act.case.id:
        de, en = "Diesen Eintrag gibt es hier nicht.", "There is no such entry here."
        raise Invalid.field("/corrects_id", "unknown", de, en)


def _feedback(act: Act) -> None:
    report = intake.report_of(act.db, act.body.report_id, act.case, "/report_id")
    if not act.body.affected_told and act.body.affected_reason is None:
        raise Invalid(errors=[faults.missing("/affected_reason")])
    given = {entry.content["report_id"] for entry in queries.entries_of(act.db, act.case) if entry.kind is K.FEEDBACK}
    if act.case.state in _BEFORE_FEEDBACK or not missing.wants_feedback(report) or str(report.id) in given:
        raise FeedbackNotDue


def _after_feedback(act: Act) -> None:
    """The provider reads it in its own notification; the deadline ends when everybody has theirs."""
    report = intake.report_of(act.db, act.body.report_id, act.case, "/report_id")
    if report.notification_id is not None:
        with by_the_service(act.db):
            safeguarding.give_feedback(
                act.db,
                report.notification_id,
                confirmed=act.body.indications_confirmed,
                acted=act.body.has_acted,
                still_active=act.body.still_active,
                at=act.at,
            )
    if not duties.waiting_for_feedback(act.db, act.case):
        duties.meet(act.db, act.case.id, (Duty.FEEDBACK,), by=act.actor.id, at=act.at)


def _after_offer(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.HELP_OFFER,), by=act.actor.id, at=act.at)


def _after_majority(act: Act) -> None:
    duties.meet(act.db, act.case.id, (Duty.MAJORITY,), by=act.actor.id, at=act.at)


_CHECKS = {
    "involvement": _involvement,
    "help_offer": _child,
    "majority": _child,
    "feedback": _feedback,
    "correction": _correction,
}
_FOLLOWS = {"feedback": _after_feedback, "help_offer": _after_offer, "majority": _after_majority}
