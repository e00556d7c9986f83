"""What was agreed to be done, and whether it was."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.db import check_version
from app.core.problems import FieldError, Invalid
from app.core.work import by_the_service
from app.law.calendars import end_of_day, legal_date
from app.modules.dialogues import queries
from app.modules.dialogues.errors import DialogueFixed
from app.modules.dialogues.models import DialogueMeasure, DialogueState
from app.modules.dialogues.schemas import DropMeasure, MeasureAction, MeasureCreate, ReopenMeasure, ReportMeasure
from app.modules.dialogues.service.telling import emit, unknown, wait
from app.modules.dialogues.workflow import MEASURE
from app.policy import SYSTEM, Actor

MEASURE_DUE = "dialogue_measure"
AGREEING = frozenset({DialogueState.HELD, DialogueState.MINUTED})


def agree_measure(
    db: Session, dialogue_id: UUID, body: MeasureCreate, *, actor: Actor, at: datetime
) -> DialogueMeasure:
    """Write down what is to be done; it is part of what the parties confirm.

    Raises:
        DialogueFixed: the meeting was not held yet, or its minutes are agreed.
        Invalid: the owner takes no part, the day is past, or the standard is none of this dialogue.
    """
    dialogue = queries.get_dialogue(db, dialogue_id, actor, lock=True)
    if dialogue.state not in AGREEING:
        raise DialogueFixed(state=dialogue.state.value)
    faults = []
    if body.owner_id not in dialogue.audience:
        faults.append(unknown("/owner_id"))
    if body.standard_id is not None and body.standard_id not in dialogue.standard_ids:
        faults.append(unknown("/standard_id"))
    if body.due_on < legal_date(at):
        faults.append(FieldError("/due_on", "past", "Der Tag ist vorbei.", "The day is over."))
    if faults:
        raise Invalid(errors=faults)
    measure = DialogueMeasure(**body.model_dump(), dialogue_id=dialogue.id, youth_office_id=dialogue.youth_office_id)
    MEASURE.begin(db, measure, actor=actor, at=at)
    _await_measure(db, measure, at)
    return measure


def move_measure(
    db: Session, measure_id: UUID, action: MeasureAction, expected: int, *, actor: Actor, at: datetime
) -> DialogueMeasure:
    """Follow a measure up: reported by its owner, accepted, reopened or dropped by the youth office."""
    measure = queries.get_measure(db, measure_id, actor, lock=True)
    check_version(measure, expected)
    match action:
        case ReportMeasure():
            measure.report = action.report
        case DropMeasure():
            measure.report = action.reason
        case ReopenMeasure():
            measure.due_on, measure.overdue_at = action.due_on, None
    MEASURE.fire(db, measure, action.action, actor=actor, at=at)
    with by_the_service(db):
        deadlines.meet(db, measure.id, MEASURE_DUE, by=actor.id, at=at)
        if isinstance(action, ReopenMeasure):
            _await_measure(db, measure, at)
    return measure


def measure_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """A measure's day is over: its owner and the youth office are told; the deadline stays open until it is done."""
    measure = queries.get_measure(db, deadline.subject_id, SYSTEM, lock=True)
    measure.overdue_at = measure.changed_at = now
    db.flush()
    emit(db, measure, "quality_measure", "overdue", SYSTEM, now, measure.audience)
    return [str(id_) for id_ in measure.audience]


def _await_measure(db: Session, measure: DialogueMeasure, at: datetime) -> None:
    owner = None if measure.owner_id == measure.youth_office_id else measure.owner_id
    wait(db, MEASURE_DUE, measure, owner, end_of_day(measure.due_on), at)
