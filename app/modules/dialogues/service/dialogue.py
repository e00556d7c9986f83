"""A dialogue from its plan to its end."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.db import check_version
from app.core.ids import new_id
from app.core.numbers import next_number
from app.core.patching import apply
from app.core.problems import Invalid, NotFound
from app.core.work import by_the_service
from app.law.calendars import end_of_day, legal_date
from app.modules import agreements, organisations, standards
from app.modules.dialogues import queries, rules
from app.modules.dialogues.errors import DialogueFixed
from app.modules.dialogues.models import (
    DialogueAssessment,
    DialogueConfirmation,
    DialogueParty,
    DialogueState,
    QualityDialogue,
)
from app.modules.dialogues.schemas import (
    AssessmentsIn,
    CancelDialogue,
    ConfirmMinutes,
    DialogueAction,
    DialogueCreate,
    DialoguePatch,
    HoldDialogue,
    MinuteDialogue,
)
from app.modules.dialogues.service.telling import tell, unknown, wait
from app.modules.dialogues.workflow import DIALOGUE
from app.policy import SYSTEM, Actor, OrganisationKind

S = DialogueState
ASSESSMENT_DUE = "dialogue_assessments"
PLANNING = frozenset({S.PLANNED, S.INVITED})
ASSESSING = {True: frozenset({S.INVITED, S.HELD, S.MINUTED}), False: frozenset({S.INVITED})}


def plan(db: Session, body: DialogueCreate, *, actor: Actor, at: datetime) -> QualityDialogue:
    """Plan a dialogue of the own youth office with providers.

    Raises:
        Invalid: a provider, agreement, earlier dialogue or standard is unknown, or the days do not fit.
    """
    standard_ids = _check_references(db, body, actor)
    if body.meeting_at < at:
        raise Invalid.field("/meeting_at", "past", "Der Termin ist vorbei.", "The meeting is over.")
    parties = [actor.organisation_id, *dict.fromkeys(body.provider_ids)]
    dialogue = QualityDialogue(
        **body.model_dump(include={"title", "agreement_id", "follows_id", "period_from", "period_to", "meeting_at"}),
        place=body.place,
        agenda=body.agenda,
        standard_ids=standard_ids,
        assessments_until=rules.assessments_until(legal_date(body.meeting_at), legal_date(at), body.preparation_days),
        youth_office_id=actor.organisation_id,
        number=next_number(db, actor.organisation_id, "QD", legal_date(at).year),
        parties=[DialogueParty(organisation_id=id_, place=place) for place, id_ in enumerate(parties)],
        confirmations=[],
    )
    DIALOGUE.begin(db, dialogue, actor=actor, at=at)
    return dialogue


def change(
    db: Session, dialogue_id: UUID, patch: DialoguePatch, expected: int, *, actor: Actor, at: datetime
) -> QualityDialogue:
    """Move the meeting or its agenda, until it was held.

    Raises:
        DialogueFixed: it was held or cancelled.
    """
    dialogue = queries.get_dialogue(db, dialogue_id, actor, lock=True)
    check_version(dialogue, expected)
    if dialogue.state not in PLANNING:
        raise DialogueFixed(state=dialogue.state.value)
    if not apply(dialogue, patch.model_dump(exclude_unset=True), nullable={"place"}):
        return dialogue
    if dialogue.assessments_until > legal_date(dialogue.meeting_at):
        raise _too_late("/assessments_until")
    dialogue.changed_at = at
    db.flush()
    if dialogue.state is S.INVITED:
        _await_assessments(db, dialogue, at)
    tell(db, dialogue, "changed", actor, at)
    return dialogue


def move(
    db: Session, dialogue_id: UUID, action: DialogueAction, expected: int, *, actor: Actor, at: datetime
) -> QualityDialogue:
    """Take a step: invite, hold, minute, confirm, close, cancel.

    Raises:
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    dialogue = queries.get_dialogue(db, dialogue_id, actor, lock=True)
    check_version(dialogue, expected)
    data = action.model_dump(mode="json", include={"minutes_hash"})
    match action:
        case HoldDialogue():
            dialogue.attendance = _attended(dialogue, action)
        case MinuteDialogue():
            dialogue.minutes, dialogue.minutes_hash = action.minutes, rules.hash_of(action.minutes)
            data["minutes_hash"] = dialogue.minutes_hash
        case CancelDialogue():
            dialogue.cancelled_because = action.reason
    if action.action == "close":
        data["open_measures"] = queries.count_open(db, dialogue.id)
    DIALOGUE.fire(db, dialogue, action.action, actor=actor, at=at, **data)
    if action.action in _CONSEQUENCES:
        _CONSEQUENCES[action.action](db, dialogue, action, actor, at)
    return dialogue


def assess(db: Session, dialogue_id: UUID, body: AssessmentsIn, *, actor: Actor, at: datetime) -> QualityDialogue:
    """Say how far standards are met: a provider of itself, the youth office of a provider.

    Raises:
        DialogueFixed: assessments have not begun, or are over for this side.
        Invalid: a standard is none of this dialogue, or the provider takes no part.
    """
    dialogue = queries.get_dialogue(db, dialogue_id, actor, lock=True)
    if dialogue.state not in ASSESSING[actor.is_youth_office]:
        raise DialogueFixed(state=dialogue.state.value)
    provider_id = _assessed(dialogue, body, actor)
    rows = [
        {
            **one.model_dump(),
            "id": new_id(),
            "dialogue_id": dialogue.id,
            "youth_office_id": dialogue.youth_office_id,
            "provider_id": provider_id,
            "by_youth_office": actor.is_youth_office,
            "assessed_by": actor.id,
            "assessed_at": at,
        }
        for one in body.assessments
    ]
    write = insert(DialogueAssessment).values(rows)
    changed = {name: write.excluded[name] for name in ("rating", "text", "evidence", "assessed_by", "assessed_at")}
    db.execute(write.on_conflict_do_update(constraint="uq_quality_dialogue_assessment", set_=changed))
    tell(db, dialogue, "assessed", actor, at, [dialogue.youth_office_id, provider_id], standards=len(rows))
    return dialogue


def assessments_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The last day for assessments is over: those that are missing are told."""
    dialogue = queries.get_dialogue(db, deadline.subject_id, SYSTEM)
    given = queries.list_assessments(db, dialogue, SYSTEM)
    done = {one.provider_id for one in given if not one.by_youth_office}
    missing = [id_ for id_ in dialogue.provider_ids if id_ not in done]
    deadlines.meet(db, dialogue.id, ASSESSMENT_DUE, by=SYSTEM.id, at=now)
    for provider_id in missing:
        tell(db, dialogue, "assessment_missing", SYSTEM, now, [dialogue.youth_office_id, provider_id])
    return [str(id_) for id_ in missing]


def _check_references(db: Session, body: DialogueCreate, actor: Actor) -> list[UUID]:
    """The standards to be assessed; refuses what does not exist."""
    known = organisations.organisations_by_id(db, body.provider_ids)
    faults = [
        unknown(f"/provider_ids/{place}")
        for place, id_ in enumerate(body.provider_ids)
        if id_ not in known or known[id_].kind is not OrganisationKind.PROVIDER
    ]
    wanted = body.standard_ids or []
    if body.agreement_id is not None:
        try:
            agreement = agreements.get_agreement(db, body.agreement_id, actor)
        except NotFound:
            faults.append(unknown("/agreement_id"))
        else:
            if body.standard_ids is None:
                wanted = [UUID(id_) for id_ in agreement.current.content["standard_ids"]]
    if body.follows_id is not None:
        try:
            queries.get_dialogue(db, body.follows_id, actor)
        except NotFound:
            faults.append(unknown("/follows_id"))
    shared = {id_ for id_, one in standards.standards_by_id(db, wanted, actor.organisation_id).items() if one.is_shared}
    faults += [unknown(f"/standard_ids/{place}") for place, id_ in enumerate(wanted) if id_ not in shared]
    if faults:
        raise Invalid(errors=faults)
    return list(dict.fromkeys(wanted))


def _attended(dialogue: QualityDialogue, action: HoldDialogue) -> list[Any]:
    faults = [
        unknown(f"/attendance/{place}/organisation_id")
        for place, one in enumerate(action.attendance)
        if one.organisation_id not in dialogue.audience
    ]
    if faults:
        raise Invalid(errors=faults)
    return [one.model_dump(mode="json") for one in action.attendance]


def _assessed(dialogue: QualityDialogue, body: AssessmentsIn, actor: Actor) -> UUID:
    """Whom the assessments are about."""
    provider_id = (body.provider_id if actor.is_youth_office else actor.organisation_id) or actor.organisation_id
    faults = [] if provider_id in dialogue.provider_ids else [unknown("/provider_id")]
    seen: set[UUID] = set()
    for place, one in enumerate(body.assessments):
        if one.standard_id not in dialogue.standard_ids or one.standard_id in seen:
            faults.append(unknown(f"/assessments/{place}/standard_id"))
        seen.add(one.standard_id)
    if body.provider_id not in (None, provider_id):
        faults.append(unknown("/provider_id"))
    if faults:
        raise Invalid(errors=faults)
    return provider_id


def _invite(db: Session, dialogue: QualityDialogue, _action: Any, _actor: Actor, at: datetime) -> None:
    _await_assessments(db, dialogue, at)


def _confirm(db: Session, dialogue: QualityDialogue, action: ConfirmMinutes, actor: Actor, at: datetime) -> None:
    """Add the confirmation; the last one agrees the minutes."""
    dialogue.confirmations.append(
        DialogueConfirmation(
            organisation_id=actor.organisation_id,
            minutes_hash=action.minutes_hash,
            account_id=actor.id,
            function=action.function,
            confirmed_at=at,
        )
    )
    db.flush()
    if rules.confirmed_by(dialogue) >= set(dialogue.audience):
        with by_the_service(db):
            DIALOGUE.fire(db, dialogue, "agree", actor=SYSTEM, at=at)


def _stop_waiting(db: Session, dialogue: QualityDialogue, _action: Any, actor: Actor, at: datetime) -> None:
    deadlines.meet(db, dialogue.id, ASSESSMENT_DUE, by=actor.id, at=at)


_CONSEQUENCES: dict[str, Callable[[Session, QualityDialogue, Any, Actor, datetime], None]] = {
    "invite": _invite,
    "confirm": _confirm,
    "hold": _stop_waiting,
    "cancel": _stop_waiting,
}


def _await_assessments(db: Session, dialogue: QualityDialogue, at: datetime) -> None:
    deadlines.meet(db, dialogue.id, ASSESSMENT_DUE, by=dialogue.youth_office_id, at=at)
    wait(db, ASSESSMENT_DUE, dialogue, None, end_of_day(dialogue.assessments_until), at)


def _too_late(pointer: str) -> Invalid:
    return Invalid.field(
        pointer, "too_late", "Einschätzungen liegen vor dem Termin vor.", "Assessments are in before the meeting."
    )
