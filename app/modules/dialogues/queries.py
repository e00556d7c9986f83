"""Reading quality dialogues: the youth office its own, a provider those it takes part in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, literal, select
from sqlalchemy.orm import Session, selectinload

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.modules.dialogues.models import (
    DialogueAssessment,
    DialogueMeasure,
    DialogueParty,
    MeasureState,
    QualityDialogue,
)
from app.modules.dialogues.schemas import DialogueQuery, MeasureQuery
from app.policy import Actor, Permission


def visible(actor: Actor) -> Select[QualityDialogue]:
    """The dialogues an actor's organisation takes part in; the system sees all."""
    rows = select(QualityDialogue).options(selectinload(QualityDialogue.parties))
    if actor.is_system:
        return rows
    if actor.is_youth_office:
        return rows.where(QualityDialogue.youth_office_id == actor.organisation_id)
    mine = select(DialogueParty.dialogue_id).where(DialogueParty.organisation_id == actor.organisation_id)
    return rows.where(QualityDialogue.id.in_(mine))


def get_dialogue(db: Session, dialogue_id: UUID, actor: Actor, *, lock: bool = False) -> QualityDialogue:
    """One dialogue with who confirmed its minutes; 404 unless the actor's organisation takes part."""
    wanted = visible(actor).where(QualityDialogue.id == dialogue_id)
    wanted = wanted.options(selectinload(QualityDialogue.confirmations))
    return found(db.scalar(wanted.with_for_update(of=QualityDialogue) if lock else wanted))


def list_dialogues(db: Session, query: DialogueQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of dialogues."""
    rows = visible(actor)
    if query.state:
        rows = rows.where(QualityDialogue.state == query.state)
    if query.agreement_id:
        rows = rows.where(QualityDialogue.agreement_id == query.agreement_id)
    if query.provider_id:
        theirs = select(DialogueParty.dialogue_id).where(DialogueParty.organisation_id == query.provider_id)
        rows = rows.where(QualityDialogue.id.in_(theirs))
    sorts = {"meeting_at": QualityDialogue.meeting_at, "number": QualityDialogue.number}
    return paginate(db, rows, query, sorts, QualityDialogue.id)


def list_assessments(db: Session, dialogue: QualityDialogue, actor: Actor) -> Sequence[DialogueAssessment]:
    """The assessments of a dialogue; to a provider its own, and what the youth office says of it."""
    rows = select(DialogueAssessment).where(DialogueAssessment.dialogue_id == dialogue.id)
    if actor.is_provider:
        rows = rows.where(DialogueAssessment.provider_id == actor.organisation_id)
    order = (DialogueAssessment.provider_id, DialogueAssessment.standard_id, DialogueAssessment.by_youth_office)
    return db.scalars(rows.order_by(*order).limit(10_000)).all()


def get_measure(db: Session, measure_id: UUID, actor: Actor, *, lock: bool = False) -> DialogueMeasure:
    """One measure; 404 for organisations it does not concern."""
    wanted = visible_measures(actor).where(DialogueMeasure.id == measure_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_measures(db: Session, query: MeasureQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of measures, the most urgent first."""
    rows = visible_measures(actor)
    for name in ("dialogue_id", "owner_id", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(DialogueMeasure, name) == value)
    if query.due_until:
        rows = rows.where(DialogueMeasure.due_on <= query.due_until)
    return paginate(db, rows, query, {"due_on": DialogueMeasure.due_on}, DialogueMeasure.id)


def count_open(db: Session, dialogue_id: UUID) -> int:
    """Measures of a dialogue that are neither done nor given up."""
    unfinished = DialogueMeasure.state.in_((MeasureState.OPEN, MeasureState.REPORTED))
    rows = select(func.count()).where(DialogueMeasure.dialogue_id == dialogue_id, unfinished)
    return db.scalar(rows) or 0


def visible_measures(actor: Actor) -> Select[DialogueMeasure]:
    """To a provider: its own and those of the youth office; never another provider's."""
    rows = select(DialogueMeasure)
    if actor.is_system:
        return rows
    if actor.is_youth_office:
        return rows.where(DialogueMeasure.youth_office_id == actor.organisation_id)
    mine = select(DialogueParty.dialogue_id).where(DialogueParty.organisation_id == actor.organisation_id)
    office = DialogueMeasure.owner_id == DialogueMeasure.youth_office_id
    return rows.where(
        (DialogueMeasure.owner_id == actor.organisation_id) | (office & DialogueMeasure.dialogue_id.in_(mine))
    )


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Measures that are to be done, and those whose result the youth office is to look at."""
    actor = asked.actor
    if not actor.may(Permission.DIALOGUES_READ):
        return []
    number = select(QualityDialogue.number).where(QualityDialogue.id == DialogueMeasure.dialogue_id).scalar_subquery()
    place: dict[str, Any] = {
        "subject": DialogueMeasure,
        "number": number,
        "path": "/v1/quality-measures/",
        "due_at": end_of(DialogueMeasure.due_on),
    }
    own = and_(DialogueMeasure.owner_id == actor.organisation_id, literal(actor.may(Permission.DIALOGUES_TAKE_PART)))
    do = waiting("measure_to_do", me=own, **place)
    accept = waiting("measure_to_accept", me=actor.may(Permission.DIALOGUES_MANAGE), **place)
    return [
        visible_measures(actor).with_only_columns(*do).where(DialogueMeasure.state == MeasureState.OPEN),
        visible_measures(actor).with_only_columns(*accept).where(DialogueMeasure.state == MeasureState.REPORTED),
    ]


WORK = Source({"measure_to_do": "Maßnahme erledigen", "measure_to_accept": "Erledigung ansehen"}, _work)
