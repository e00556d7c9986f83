"""`/v1/quality-dialogues` and `/v1/quality-measures`."""

from itertools import groupby
from typing import Annotated

from fastapi import Query, Response

from app.core import documents
from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.dialogues import minutes, queries, service
from app.modules.dialogues.models import DialogueAssessment, DialogueMeasure, DialogueState, QualityDialogue
from app.modules.dialogues.schemas import (
    AssessmentOut,
    AssessmentsIn,
    ComparisonOut,
    ConfirmationOut,
    DialogueAction,
    DialogueCreate,
    DialogueOut,
    DialoguePatch,
    DialogueQuery,
    DialogueSummary,
    MeasureAction,
    MeasureCreate,
    MeasureOut,
    MeasureQuery,
    attendance_of,
)
from app.modules.dialogues.workflow import DIALOGUE, MEASURE
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/quality-dialogues", tags=["quality-dialogues"])
measures = Router(prefix="/quality-measures", tags=["quality-dialogues"])
HEAD = DialogueSummary.model_fields.keys() - {"allowed_actions"}
BEFORE_MEETING = frozenset({DialogueState.PLANNED, DialogueState.INVITED})


def _summary(dialogue: QualityDialogue, actor: Actor) -> DialogueSummary:
    head = {name: getattr(dialogue, name) for name in HEAD}
    return DialogueSummary(**head, allowed_actions=DIALOGUE.allowed(dialogue, actor))


def _out(dialogue: QualityDialogue, actor: Actor) -> DialogueOut:
    now = [one for one in dialogue.confirmations if one.minutes_hash == dialogue.minutes_hash]
    return DialogueOut(
        **{name: getattr(dialogue, name) for name in HEAD},
        agenda=dialogue.agenda,
        standard_ids=dialogue.standard_ids,
        attendance=attendance_of(dialogue.attendance),
        minutes=dialogue.minutes,
        minutes_hash=dialogue.minutes_hash,
        confirmations=[ConfirmationOut.model_validate(one) for one in now],
        cancelled_because=dialogue.cancelled_because,
        allowed_actions=DIALOGUE.allowed(dialogue, actor),
    )


def _measure(measure: DialogueMeasure, actor: Actor) -> MeasureOut:
    head = {name: getattr(measure, name) for name in MeasureOut.model_fields if name != "allowed_actions"}
    return MeasureOut(**head, allowed_actions=MEASURE.allowed(measure, actor))


@router.post("", status_code=201, summary="Qualitätsdialog planen")
@needs(Permission.DIALOGUES_MANAGE)
def plan_dialogue(body: DialogueCreate, db: Db, actor: CurrentActor, now: Now) -> DialogueOut:
    """Plan a dialogue on the quality of help with one or many providers (§ 79a, § 78b Abs. 1 Nr. 3 SGB VIII).

    The standards to be assessed are those of the agreement unless others are named. Assessments are due 42 days
    before the meeting unless said otherwise (an assumption: the agreement should say).
    """
    return _out(service.plan(db, body, actor=actor, at=now), actor)


@router.get("", summary="Qualitätsdialoge suchen")
@needs(Permission.DIALOGUES_READ)
def list_dialogues(query: Annotated[DialogueQuery, Query()], db: Db, actor: CurrentActor) -> Page[DialogueSummary]:
    """The dialogues of the own youth office, or those the own provider takes part in (§ 79a SGB VIII)."""
    rows, following, total = queries.list_dialogues(db, query, actor)
    return page_of([_summary(row, actor) for row in rows], following, total, query)


@router.get("/{dialogue_id}", summary="Qualitätsdialog lesen")
@needs(Permission.DIALOGUES_READ)
def get_dialogue(dialogue_id: Id, db: Db, actor: CurrentActor) -> DialogueOut:
    """One dialogue with its agenda, minutes, and who confirmed them (§ 79a SGB VIII)."""
    return _out(queries.get_dialogue(db, dialogue_id, actor), actor)


@router.patch("/{dialogue_id}", summary="Qualitätsdialog verlegen")
@needs(Permission.DIALOGUES_MANAGE)
def change_dialogue(
    dialogue_id: Id, body: DialoguePatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> DialogueOut:
    """Move the meeting, its place or agenda until it was held (merge patch); all parties learn of it (§ 79a)."""
    return _out(service.change(db, dialogue_id, body, expected, actor=actor, at=now), actor)


@router.post("/{dialogue_id}/transitions", summary="Qualitätsdialog weiterführen")
@needs(Permission.DIALOGUES_READ)
def move_dialogue(
    dialogue_id: Id, body: DialogueAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> DialogueOut:
    """Invite, hold the meeting, lay minutes, confirm them, close, or cancel (§ 79a SGB VIII).

    A confirmation binds the hash of the minutes; other minutes need new confirmations. When every party has confirmed,
    the minutes stand. A dialogue is closed when its measures are done or given up.
    """
    return _out(service.move(db, dialogue_id, body, expected, actor=actor, at=now), actor)


@router.get("/{dialogue_id}/transitions", summary="Verlauf des Qualitätsdialogs")
@needs(Permission.DIALOGUES_READ)
def list_dialogue_transitions(dialogue_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_dialogue(db, dialogue_id, actor).id)


@router.get(
    "/{dialogue_id}/minutes/document",
    summary="Protokoll als PDF",
    response_class=Response,
    responses=documents.DOCUMENT,
)
@needs(Permission.DIALOGUES_READ)
def get_minutes_document(dialogue_id: Id, db: Db, actor: CurrentActor) -> Response:
    """The minutes as they are filed: attendance, agenda, text, measures, and who confirmed them (§ 79a SGB VIII).

    Of the measures those the caller may read. Minutes that not all have confirmed are marked as a draft.
    """
    return documents.answer(*minutes.print_minutes(db, dialogue_id, actor=actor))


@router.post("/{dialogue_id}/assessments", summary="Standards einschätzen")
@needs(Permission.DIALOGUES_TAKE_PART)
def assess_standards(
    dialogue_id: Id, body: AssessmentsIn, db: Db, actor: CurrentActor, now: Now
) -> list[ComparisonOut]:
    """Say how far standards are met: a provider of itself until the meeting, the youth office of a provider.

    Assessments are between the provider and the youth office; each side sees the other's view once the meeting was
    held, the youth office sees the provider's at once (§ 79a SGB VIII).
    """
    dialogue = service.assess(db, dialogue_id, body, actor=actor, at=now)
    return _compared(dialogue, list(queries.list_assessments(db, dialogue, actor)), actor)


@router.get("/{dialogue_id}/assessments", summary="Einschätzungen vergleichen")
@needs(Permission.DIALOGUES_READ)
def list_assessments(dialogue_id: Id, db: Db, actor: CurrentActor) -> list[ComparisonOut]:
    """Both sides' views of each standard, side by side; a provider sees its own only (§ 79a SGB VIII)."""
    dialogue = queries.get_dialogue(db, dialogue_id, actor)
    return _compared(dialogue, list(queries.list_assessments(db, dialogue, actor)), actor)


def _compared(dialogue: QualityDialogue, given: list[DialogueAssessment], actor: Actor) -> list[ComparisonOut]:
    if actor.is_provider and dialogue.state in BEFORE_MEETING:
        given = [one for one in given if not one.by_youth_office]
    pairs = groupby(given, lambda one: (one.provider_id, one.standard_id))
    return [_comparison(list(views)) for _, views in pairs]


def _comparison(views: list[DialogueAssessment]) -> ComparisonOut:
    sides = {one.by_youth_office: one for one in views}
    own, office = sides.get(False), sides.get(True)
    return ComparisonOut(
        provider_id=views[0].provider_id,
        standard_id=views[0].standard_id,
        by_provider=None if own is None else AssessmentOut.model_validate(own),
        by_youth_office=None if office is None else AssessmentOut.model_validate(office),
        difference=None if own is None or office is None else office.rating.step - own.rating.step,
    )


@router.post("/{dialogue_id}/measures", status_code=201, summary="Maßnahme vereinbaren")
@needs(Permission.DIALOGUES_MANAGE)
def agree_measure(dialogue_id: Id, body: MeasureCreate, db: Db, actor: CurrentActor, now: Now) -> MeasureOut:
    """Write down what is to be done, by whom and until when, after the meeting (§ 79a SGB VIII)."""
    return _measure(service.agree_measure(db, dialogue_id, body, actor=actor, at=now), actor)


@measures.get("", summary="Maßnahmen suchen")
@needs(Permission.DIALOGUES_READ)
def list_measures(query: Annotated[MeasureQuery, Query()], db: Db, actor: CurrentActor) -> Page[MeasureOut]:
    """What was agreed to be done, the most urgent first; a provider sees its own and the youth office's (§ 79a)."""
    rows, following, total = queries.list_measures(db, query, actor)
    return page_of([_measure(row, actor) for row in rows], following, total, query)


@measures.get("/{measure_id}", summary="Maßnahme lesen")
@needs(Permission.DIALOGUES_READ)
def get_measure(measure_id: Id, db: Db, actor: CurrentActor) -> MeasureOut:
    """One measure and how it stands (§ 79a SGB VIII)."""
    return _measure(queries.get_measure(db, measure_id, actor), actor)


@measures.post("/{measure_id}/transitions", summary="Maßnahme nachhalten")
@needs(Permission.DIALOGUES_TAKE_PART)
def move_measure(
    measure_id: Id, body: MeasureAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> MeasureOut:
    """Report a measure as done (its owner), accept, reopen or drop it (the youth office; § 79a SGB VIII)."""
    return _measure(service.move_measure(db, measure_id, body, expected, actor=actor, at=now), actor)


@measures.get("/{measure_id}/transitions", summary="Verlauf der Maßnahme")
@needs(Permission.DIALOGUES_READ)
def list_measure_transitions(measure_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_measure(db, measure_id, actor).id)
