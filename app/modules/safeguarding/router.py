"""`/v1/jugendamt-notifications` and `/v1/alarms`."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.safeguarding import queries, service
from app.modules.safeguarding.models import JugendamtNotification
from app.modules.safeguarding.schemas import (
    AcknowledgementDeadline,
    AcknowledgeNotification,
    AlarmOut,
    AlarmQuery,
    Indication,
    NotificationCreate,
    NotificationOut,
    NotificationQuery,
    NotificationSummary,
)
from app.modules.safeguarding.workflow import NOTIFICATION
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(tags=["safeguarding"])
PATH = "/jugendamt-notifications"


def _out(db: Session, notification: JugendamtNotification, actor: Actor, now: datetime) -> NotificationOut:
    deadline = queries.deadline_of(db, notification)
    fired = deadline.steps[: deadline.next_step]
    known = {name: getattr(notification, name) for name in NotificationOut.model_fields if hasattr(notification, name)}
    known["indications"] = [Indication.model_validate(indication) for indication in notification.indications]
    return NotificationOut(
        **known,
        deadline=AcknowledgementDeadline(
            due_at=deadline.due_at,
            met_at=deadline.met_at,
            is_overdue=deadline.met_at is None and deadline.due_at < now,
            level=fired[-1]["level"] if fired else None,
            source=deadline.source,
        ),
        allowed_actions=NOTIFICATION.allowed(notification, actor),
    )


@router.post(PATH, status_code=201, summary="Jugendamt benachrichtigen")
@needs(Permission.SAFEGUARDING_NOTIFY)
def notify_jugendamt(body: NotificationCreate, db: Db, actor: CurrentActor, now: Now) -> NotificationOut:
    """Tell the youth office of signs of danger to a child (§ 8a Abs. 4 SGB VIII, § 4 KKG).

    The caseworker and the team lead are called at once, and a deadline for the acknowledgement runs (from the
    agreement, else local policy). Normally an insoweit erfahrene Fachkraft is consulted and the parents are told
    first, or the reason is given (409 with `missing`). In acute danger (`is_acute`) nothing is demanded but what is
    needed to act.
    """
    return _out(db, service.notify(db, body, actor=actor, at=now), actor, now)


@router.get(PATH, summary="Mitteilungen suchen")
@needs(Permission.SAFEGUARDING_READ)
def list_notifications(
    query: Annotated[NotificationQuery, Query()], db: Db, actor: CurrentActor
) -> Page[NotificationSummary]:
    """The notifications the caller is involved in, or leads those who are."""
    rows, following, total = queries.list_notifications(db, query, actor)
    return page_of([NotificationSummary.model_validate(row) for row in rows], following, total, query)


@router.get(PATH + "/{notification_id}", summary="Mitteilung lesen")
@needs(Permission.SAFEGUARDING_READ)
def get_notification(notification_id: Id, db: Db, actor: CurrentActor, now: Now) -> NotificationOut:
    """One notification with its deadline; every reading is logged (§ 35 SGB I, § 65 SGB VIII)."""
    return _out(db, service.read(db, notification_id, actor=actor, at=now), actor, now)


@router.post(PATH + "/{notification_id}/transitions", summary="Mitteilung bestätigen")
@needs(Permission.SAFEGUARDING_READ)
def move_notification(
    notification_id: Id, body: AcknowledgeNotification, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> NotificationOut:
    """Acknowledge: somebody of the youth office has taken it on. Only this stops the deadline."""
    return _out(db, service.move(db, notification_id, body, expected, actor=actor, at=now), actor, now)


@router.get(PATH + "/{notification_id}/transitions", summary="Verlauf der Mitteilung")
@needs(Permission.SAFEGUARDING_READ)
def list_notification_transitions(notification_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_notification(db, notification_id, actor).id)


@router.get("/alarms", summary="Meine Alarme")
@needs(Permission.ALARMS_READ)
def list_alarms(query: Annotated[AlarmQuery, Query()], db: Db, actor: CurrentActor) -> Page[AlarmOut]:
    """The alarms that call the caller, by name or by role; newest first."""
    rows, following, total = queries.list_alarms(db, query, actor)
    return page_of([AlarmOut.model_validate(row) for row in rows], following, total, query)


@router.post("/alarms/{alarm_id}:see", summary="Alarm gesehen")
@needs(Permission.ALARMS_READ)
def see_alarm(alarm_id: Id, db: Db, actor: CurrentActor, now: Now) -> AlarmOut:
    """Note that the alarm was seen. The deadline goes on: only the act itself ends it."""
    return AlarmOut.model_validate(service.see(db, alarm_id, actor=actor, at=now))
