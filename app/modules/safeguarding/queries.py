"""Reading notifications and alarms: only those involved and their line."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.deadlines import Deadline
from app.core.pages import paginate
from app.modules.safeguarding.models import Alarm, JugendamtNotification
from app.modules.safeguarding.schemas import AlarmQuery, NotificationQuery
from app.policy import Actor, Role

DEADLINE = "notification_acknowledgement"
_SAME_DAY = timedelta(hours=24)


def visible(actor: Actor) -> Select[JugendamtNotification]:
    """The office: its caseworker (all, where none leads) and their line; the provider: the author and the lead."""
    rows = select(JugendamtNotification)
    if actor.is_youth_office:
        rows = rows.where(JugendamtNotification.youth_office_id == actor.organisation_id)
        if actor.roles.isdisjoint({Role.TEAM_LEAD, Role.OFFICE_HEAD}):
            leads = JugendamtNotification.caseworker_id
            rows = rows.where(or_(leads.is_(None), leads == actor.id))
        return rows
    rows = rows.where(JugendamtNotification.provider_id == actor.organisation_id)
    if actor.roles.isdisjoint({Role.PROVIDER_LEAD, Role.PROVIDER_SYNC}):
        rows = rows.where(JugendamtNotification.created_by == actor.id)
    return rows


def get_notification(db: Session, notification_id: UUID, actor: Actor, *, lock: bool = False) -> JugendamtNotification:
    """One notification; 404 for whoever is not involved."""
    wanted = visible(actor).where(JugendamtNotification.id == notification_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_notifications(db: Session, query: NotificationQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of notifications."""
    rows = visible(actor)
    for name in ("state", "urgency", "help_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(JugendamtNotification, name) == value)
    sorts = {"received_at": JugendamtNotification.received_at}
    return paginate(db, rows, query, sorts, JugendamtNotification.id)


def earlier_of_same_child(db: Session, provider_id: UUID, child: str, received_at: datetime) -> UUID | None:
    """The provider's first notification of the same child within a day, which a further one supplements."""
    rows = (
        select(JugendamtNotification.id)
        .where(
            JugendamtNotification.provider_id == provider_id,
            JugendamtNotification.child_pseudonym == child,
            JugendamtNotification.duplicate_of.is_(None),
            JugendamtNotification.received_at > received_at - _SAME_DAY,
        )
        .order_by(JugendamtNotification.received_at)
        .limit(1)
    )
    return db.scalar(rows)


def deadline_of(db: Session, notification: JugendamtNotification) -> Deadline:
    """The acknowledgement's deadline."""
    wanted = select(Deadline).where(Deadline.subject_id == notification.id, Deadline.kind == DEADLINE)
    return found(db.scalar(wanted))


def alarms_of(actor: Actor) -> Select[Alarm]:
    """The alarms that call the actor, by account or by role."""
    mine = or_(Alarm.account_id == actor.id, Alarm.account_id.is_(None) & Alarm.role.in_(sorted(actor.roles)))
    return select(Alarm).where(Alarm.organisation_id == actor.organisation_id, mine)


def list_alarms(db: Session, query: AlarmQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the actor's alarms."""
    rows = alarms_of(actor)
    if query.open is not None:
        rows = rows.where(Alarm.seen_at.is_(None) if query.open else Alarm.seen_at.is_not(None))
    return paginate(db, rows, query, {"raised_at": Alarm.raised_at}, Alarm.id)
