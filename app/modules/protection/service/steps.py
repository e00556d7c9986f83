"""Taking a step of a case: what it says is laid to the file, the case moves, deadlines end and begin."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.problems import FieldError, Invalid
from app.law.protection import Urgency
from app.law.protection_steps import MOST
from app.modules.protection import queries, rules
from app.modules.protection.codes import Duty
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.errors import FourEyes
from app.modules.protection.models import EndangermentCase, ProtectionEntry, ProtectionSignature
from app.modules.protection.schemas import steps
from app.modules.protection.service import duties, intake
from app.modules.protection.workflow import CASE
from app.policy import Actor

_NOT_TOLD = {"action", "happened_at"}


def move(db: Session, case_id: UUID, body: Any, expected: int, *, actor: Actor, at: datetime) -> EndangermentCase:
    """Take a step.

    Raises:
        NotFound, StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        Invalid: a fault of form, with pointers.
        FourEyes: who confirms is who proposed.
    """
    case = queries.get_case(db, case_id, actor, lock=True)
    check_version(case, expected)
    if body.action not in {row.action for row in CASE.rows if case.state in row.sources}:
        CASE.fire(db, case, body.action, actor=actor, at=at)  # says what there is instead
    if faults := rules.faults_of_step(body, at):
        raise Invalid(errors=faults)
    with db.no_autoflush:
        details = PREPARE.get(body.action, _nothing)(db, case, body, actor, at) or {}
        CASE.fire(db, case, body.action, actor=actor, at=at, **details)
    if body.action in K.__members__.values():
        write(db, case, K(body.action), body, actor=actor, at=at)
    FOLLOW.get(body.action, _nothing)(db, case, body, actor, at)
    return case


def write(
    db: Session, case: EndangermentCase, kind: K, body: Any, *, actor: Actor, at: datetime, **more: Any
) -> ProtectionEntry:
    """Lay an entry to the file; it stays as it is."""
    happened_at = getattr(body, "happened_at", None) or at
    content = body.model_dump(mode="json", exclude=_NOT_TOLD) if body is not None else {}
    entry = ProtectionEntry(
        youth_office_id=case.youth_office_id,
        case_id=case.id,
        kind=kind,
        happened_at=happened_at,
        recorded_at=at,
        recorded_by=actor.id,
        is_late=rules.is_late(happened_at, at),
        content={**content, **more},
    )
    db.add(entry)
    db.flush()
    return entry


def sign(
    db: Session, case: EndangermentCase, entry_id: UUID, kinds: tuple[K, ...], body: Any, actor: Actor, at: datetime
) -> ProtectionEntry:
    """Stand behind what somebody else wrote.

    Raises:
        Invalid: no such entry here, or a newer one took its place.
        FourEyes: the same person; the database refuses it as well.
    """
    entry = queries.last_entry(db, case, kinds)
    if entry is None or entry.id != entry_id:
        raise Invalid.field(
            "/entry_id", "not_pending", "Das ist nicht der Eintrag, der aussteht.", "Not the entry that is pending."
        )
    if entry.recorded_by == actor.id:
        raise FourEyes
    db.add(
        ProtectionSignature(
            entry_id=entry.id,
            account_id=actor.id,
            youth_office_id=case.youth_office_id,
            case_id=case.id,
            is_lead=rules.is_line(actor),
            dissent=getattr(body, "dissent", None),
            signed_at=at,
        )
    )
    db.flush()
    return entry


Handler = Callable[[Session, EndangermentCase, Any, Actor, datetime], Mapping[str, Any] | None]


def _nothing(_db: Session, _case: EndangermentCase, _body: Any, _actor: Actor, _at: datetime) -> None:
    return None


def _acknowledge(db: Session, case: EndangermentCase, body: steps.Acknowledge, *_: Any) -> None:
    intake.report_of(db, body.report_id, case, "/report_id")


def _assign(
    db: Session, case: EndangermentCase, body: steps.Assign | steps.Reassign, _actor: Actor, _at: datetime
) -> Mapping[str, Any]:
    """Two different professionals at work in the office, and somebody who stands in."""
    chosen = {name: getattr(body, name) for name in ("caseworker_id", "second_id", "substitute_id")}
    at_work = queries.roles_at_work(db, case.youth_office_id, list(chosen.values()))
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


def _exclude(
    _db: Session, case: EndangermentCase, body: steps.Exclude, actor: Actor, _at: datetime
) -> Mapping[str, Any]:
    if body.account_id in case.team or body.account_id == actor.id:
        de, en = "Wer den Fall bearbeitet, wird zuerst abgelöst.", "Whoever works on the case is replaced first."
        raise Invalid.field("/account_id", "working", de, en)
    case.excluded_ids = [*case.excluded_ids, body.account_id]
    return {"account_id": str(body.account_id)}


def _confirm_weighty(
    db: Session, case: EndangermentCase, body: steps.ConfirmWeighty, actor: Actor, at: datetime
) -> Mapping[str, Any]:
    """The urgency is set by both; where they differ, the more urgent class protects."""
    entry = sign(db, case, body.entry_id, (K.PROPOSE_WEIGHTY, K.PROPOSE_NOT_WEIGHTY), body, actor, at)
    _must_be(entry, K.PROPOSE_WEIGHTY)
    case.urgency = rules.more_urgent(Urgency(entry.content["urgency"]), body.urgency)
    return {"entry_id": str(entry.id), "urgency": case.urgency.value}


def _confirm_not_weighty(
    db: Session, case: EndangermentCase, body: steps.ConfirmNotWeighty, actor: Actor, at: datetime
) -> Mapping[str, Any]:
    entry = sign(db, case, body.entry_id, (K.PROPOSE_WEIGHTY, K.PROPOSE_NOT_WEIGHTY), body, actor, at)
    _must_be(entry, K.PROPOSE_NOT_WEIGHTY)
    return {"entry_id": str(entry.id)}


def _check_report(db: Session, case: EndangermentCase, body: steps.CheckReport, *_: Any) -> None:
    intake.report_of(db, body.report_id, case, "/report_id")


def _confirm_report_check(
    db: Session, case: EndangermentCase, body: steps.ConfirmReportCheck, actor: Actor, at: datetime
) -> Mapping[str, Any]:
    entry = sign(db, case, body.entry_id, (K.CHECK_REPORT,), body, actor, at)
    seen = rules.more_urgent(Urgency(entry.content["urgency"]), body.urgency)
    case.urgency = rules.more_urgent(case.urgency, seen)
    return {"entry_id": str(entry.id), "urgency": case.urgency.value}


def _raise_urgency(
    _db: Session, case: EndangermentCase, body: steps.RaiseUrgency, _actor: Actor, _at: datetime
) -> Mapping[str, Any]:
    if rules.more_urgent(case.urgency, body.urgency) is case.urgency:
        de, en = "Das ist nicht dringlicher.", "This is not more urgent."
        raise Invalid.field("/urgency", "not_higher", de, en)
    case.urgency = body.urgency
    return {"urgency": body.urgency.value}


def _propose_lower(_db: Session, case: EndangermentCase, body: steps.ProposeLowerUrgency, *_: Any) -> None:
    if rules.more_urgent(case.urgency, body.urgency) is not case.urgency or body.urgency is case.urgency:
        de, en = "Das ist nicht weniger dringlich.", "This is not less urgent."
        raise Invalid.field("/urgency", "not_lower", de, en)


def _confirm_lower(
    db: Session, case: EndangermentCase, body: steps.ConfirmLowerUrgency, actor: Actor, at: datetime
) -> Mapping[str, Any]:
    """What is due stays due: a deadline that guards a child never moves back."""
    entry = sign(db, case, body.entry_id, (K.PROPOSE_LOWER_URGENCY,), body, actor, at)
    case.urgency = Urgency(entry.content["urgency"])
    return {"entry_id": str(entry.id), "urgency": case.urgency.value}


def _must_be(entry: ProtectionEntry, kind: K) -> None:
    if entry.kind is not kind:
        de, en = "Vorgeschlagen ist das Gegenteil.", "The opposite was proposed."
        raise Invalid.field("/entry_id", "other_proposal", de, en)


def _after_weighty(db: Session, case: EndangermentCase, _body: Any, actor: Actor, at: datetime) -> None:
    duties.meet(db, case.id, (Duty.FIRST_CHECK, Duty.ON_CALL), by=actor.id, at=at)
    duties.start_contact(db, case, case.received_at)


def _after_not_weighty(db: Session, case: EndangermentCase, _body: Any, actor: Actor, at: datetime) -> None:
    duties.meet(db, case.id, tuple(Duty), by=actor.id, at=at)


def _after_report_check(db: Session, case: EndangermentCase, _body: Any, actor: Actor, at: datetime) -> None:
    duties.meet(db, case.id, (Duty.FIRST_CHECK, Duty.ON_CALL), by=actor.id, at=at)
    duties.sharpen(db, case, by=actor.id, at=at)


def _after_raise(db: Session, case: EndangermentCase, _body: Any, actor: Actor, at: datetime) -> None:
    duties.sharpen(db, case, by=actor.id, at=at)


def _after_reopen(db: Session, case: EndangermentCase, _body: Any, _actor: Actor, at: datetime) -> None:
    duties.start_first_check(db, case, case.urgency, at)
    duties.start(db, case, Duty.MOST, MOST, at)


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
}
"""What a step checks and sets before the case moves; returns what the log keeps of it."""
FOLLOW: dict[str, Handler] = {
    "confirm_weighty": _after_weighty,
    "confirm_not_weighty": _after_not_weighty,
    "confirm_report_check": _after_report_check,
    "raise_urgency": _after_raise,
    "reopen": _after_reopen,
}
"""What follows when it has moved: deadlines end and begin."""
