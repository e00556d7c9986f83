"""`/v1/jugendamt-notifications` and `/v1/alarms`."""

from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.deadlines import Deadline
from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.safeguarding import queries, rules, service
from app.modules.safeguarding.errors import NotificationIncomplete
from app.modules.safeguarding.models import JugendamtNotification
from app.modules.safeguarding.schemas import (
    AcknowledgementDeadline,
    AcknowledgeNotification,
    AlarmOut,
    AlarmQuery,
    FiredStep,
    NotificationCreate,
    NotificationOut,
    NotificationQuery,
    NotificationReceipt,
    NotificationSummary,
)
from app.modules.safeguarding.workflow import NOTIFICATION
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(tags=["safeguarding"])
PATH = "/jugendamt-notifications"
T = TypeVar("T", bound=NotificationReceipt)


def _summary(notification: JugendamtNotification, deadline: Deadline, now: datetime) -> NotificationSummary:
    known = {
        name: getattr(notification, name) for name in NotificationSummary.model_fields if hasattr(notification, name)
    }
    return NotificationSummary(**known, due_at=deadline.due_at, is_overdue=rules.is_overdue(deadline, now))


def _deadline(db: Session, deadline: Deadline, actor: Actor, now: datetime) -> AcknowledgementDeadline:
    """The deadline as the caller may know it: how far it has come inside the office is the office's matter."""
    fired = [] if actor.is_provider else queries.firings_of(db, deadline)
    return AcknowledgementDeadline(
        due_at=deadline.due_at,
        met_at=deadline.met_at,
        is_overdue=rules.is_overdue(deadline, now),
        level=max((step.level for step in fired), default=None),
        steps=[FiredStep.model_validate(step) for step in fired],
        source=deadline.source,
    )


def _out(db: Session, notification: JugendamtNotification, kind: type[T], actor: Actor, now: datetime) -> T:
    deadline = queries.deadlines_of(db, [notification])[notification.id]
    known = {name: getattr(notification, name) for name in kind.model_fields if hasattr(notification, name)}
    return kind.model_validate(
        {
            **known,
            "due_at": deadline.due_at,
            "is_overdue": rules.is_overdue(deadline, now),
            "deadline": _deadline(db, deadline, actor, now),
            "allowed_actions": NOTIFICATION.allowed(notification, actor),
        }
    )


@router.post(PATH, status_code=201, summary="Jugendamt benachrichtigen")
@needs(Permission.SAFEGUARDING_NOTIFY)
def notify_jugendamt(
    body: NotificationCreate, db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> NotificationReceipt:
    """Tell the youth office of signs of danger to a child (§ 8a Abs. 4 SGB VIII, § 4 KKG).

    The caseworker and the team lead are called at once, and a deadline for the acknowledgement runs (from the
    agreement, else local policy). Normally an insoweit erfahrene Fachkraft is consulted and the parents are told
    first, or the reason is given (409 with `missing`). In acute danger (`is_acute`) nothing is demanded but what is
    needed to act.
    """
    try:
        notification = service.notify(db, body, actor=actor, at=now)
    except NotificationIncomplete as refusal:
        with kernel.work.as_system() as log:  # the refused transaction ends without a trace
            service.note_refusal(log, body, refusal.members["missing"], actor=actor, at=now)
        raise
    return _out(db, notification, NotificationReceipt, actor, now)


@router.get(PATH, summary="Mitteilungen suchen")
@needs(Permission.SAFEGUARDING_READ)
def list_notifications(
    query: Annotated[NotificationQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[NotificationSummary]:
    """The notifications the caller is involved in, or leads those who are; what waits and is most urgent first."""
    rows, following, total = queries.list_notifications(db, query, actor, now)
    known = queries.deadlines_of(db, rows)
    return page_of([_summary(row, known[row.id], now) for row in rows], following, total, query)


@router.get(PATH + "/{notification_id}", summary="Mitteilung lesen")
@needs(Permission.SAFEGUARDING_READ)
def get_notification(notification_id: Id, db: Db, actor: CurrentActor, now: Now) -> NotificationOut:
    """One notification with its deadline; every reading is logged (§ 35 SGB I, § 65 SGB VIII)."""
    return _out(db, service.read(db, notification_id, actor=actor, at=now), NotificationOut, actor, now)


@router.post(PATH + "/{notification_id}/transitions", summary="Mitteilung bestätigen")
@needs(Permission.SAFEGUARDING_READ)
def move_notification(
    notification_id: Id, body: AcknowledgeNotification, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> NotificationReceipt:
    """Acknowledge: somebody of the youth office has taken it on. Only this stops the deadline."""
    notification = service.move(db, notification_id, body, expected, actor=actor, at=now)
    return _out(db, notification, NotificationReceipt, actor, now)


@router.get(PATH + "/{notification_id}/transitions", summary="Verlauf der Mitteilung")
@needs(Permission.SAFEGUARDING_READ)
def list_notification_transitions(notification_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_notification(db, notification_id, actor).id)


@router.get("/alarms", summary="Meine Alarme")
@needs(Permission.ALARMS_READ)
def list_alarms(query: Annotated[AlarmQuery, Query()], db: Db, actor: CurrentActor) -> Page[AlarmOut]:
    """The alarms that call the caller, by name or by role; unseen and most urgent first."""
    rows, following, total = queries.list_alarms(db, query, actor)
    return page_of([AlarmOut.model_validate(row) for row in rows], following, total, query)


@router.post("/alarms/{alarm_id}:see", summary="Alarm gesehen")
@needs(Permission.ALARMS_READ)
def see_alarm(alarm_id: Id, db: Db, actor: CurrentActor, now: Now) -> AlarmOut:
    """Note that the alarm was seen. The deadline goes on: only the act itself ends it."""
    return AlarmOut.model_validate(service.see(db, alarm_id, actor=actor, at=now))
