"""Reading notifications and alarms: only those involved and their line."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.deadlines import Deadline, DeadlineFiring
from app.core.pages import paginate
from app.core.worklist import Asked, Source, waiting
from app.modules.safeguarding.models import Alarm, JugendamtNotification, NotificationState
from app.modules.safeguarding.rules import legal_day, stands_in
from app.modules.safeguarding.schemas import AlarmQuery, NotificationQuery
from app.policy import Actor, Permission, Role

DEADLINE = "notification_acknowledgement"
_ACCOUNT = table(  # who is there, of the actor's own organisation
    "account",
    column("id", Uuid),
    column("organisation_id", Uuid),
    column("roles", ARRAY(Text)),
    column("is_active", Boolean),
)


def _at_work(actor: Actor, role: SQLColumnExpression[str] | None = None) -> ColumnElement[bool]:
    """Who can log in, and still holds the role that was called: whoever was moved elsewhere is as good as gone."""
    there = and_(_ACCOUNT.c.organisation_id == actor.organisation_id, _ACCOUNT.c.is_active)
    return there if role is None else and_(there, role == func.any(_ACCOUNT.c.roles))


def _nobody_holds(actor: Actor, roles: Iterable[Role]) -> ColumnElement[bool]:
    held = _ACCOUNT.c.roles.overlap(cast(sorted(roles), ARRAY(Text)))
    return ~exists(select(_ACCOUNT.c.id).where(_at_work(actor), held))


def visible(actor: Actor) -> Select[JugendamtNotification]:
    """The office: the caseworker (all, where none leads or the one is gone) and their line; the provider: author, lead.

    Where the line above is empty every caseworker sees all: somebody at work must be able to act.

    Source: access matrix of the facts; need to know, not organisation-wide.
    """
    rows = select(JugendamtNotification)
    if actor.is_youth_office:
        rows = rows.where(JugendamtNotification.youth_office_id == actor.organisation_id)
        if actor.roles.isdisjoint({Role.TEAM_LEAD, Role.OFFICE_HEAD}):
            leads = JugendamtNotification.caseworker_id
            gone = leads.not_in(select(_ACCOUNT.c.id).where(_at_work(actor, literal(Role.CASEWORKER.value))))
            unled = _nobody_holds(actor, {Role.TEAM_LEAD, Role.OFFICE_HEAD})
            called = select(Alarm.notification_id).where(Alarm.account_id == actor.id)  # by name: whoever is on call
            seen = [leads.is_(None), leads == actor.id, gone, unled, JugendamtNotification.id.in_(called)]
            if Role.ON_CALL in actor.roles:  # whoever is on call acts while the others are at home
                seen.append(JugendamtNotification.state == NotificationState.RECEIVED)
            rows = rows.where(or_(*seen))
        return rows
    rows = rows.where(JugendamtNotification.provider_id == actor.organisation_id)
    if actor.roles.isdisjoint({Role.PROVIDER_LEAD, Role.PROVIDER_SYNC}):
        rows = rows.where(JugendamtNotification.created_by == actor.id)
    return rows


def get_notification(db: Session, notification_id: UUID, actor: Actor, *, lock: bool = False) -> JugendamtNotification:
    """One notification; 404 for whoever is not involved.

    Args:
        lock: for a change. Weaker than FOR UPDATE: a step that fires meanwhile holds the deadline and writes alarms
            that point to the notification; the full lock would let the two wait for each other.
    """
    wanted = visible(actor).where(JugendamtNotification.id == notification_id)
    return found(db.scalar(wanted.with_for_update(key_share=True) if lock else wanted))


def list_notifications(
    db: Session, query: NotificationQuery, actor: Actor, at: datetime
) -> tuple[list[Any], str | None, int | None]:
    """A page of notifications; the most urgent that wait for an answer first."""
    rows = visible(actor)
    for name in ("state", "urgency", "help_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(JugendamtNotification, name) == value)
    if query.overdue is not None:
        late = exists().where(
            Deadline.subject_id == JugendamtNotification.id,
            Deadline.kind == DEADLINE,
            Deadline.met_at.is_(None),
            Deadline.due_at < at,
        )
        rows = rows.where(late if query.overdue else ~late)
    sorts = {"urgency": JugendamtNotification.rank, "received_at": JugendamtNotification.received_at}
    return paginate(db, rows, query, sorts, JugendamtNotification.id)


def earlier_of_same_child(
    db: Session, youth_office_id: UUID, provider_id: UUID, child: str, received_at: datetime
) -> UUID | None:
    """The first notification of the same child on the same day (in Berlin), which a further one supplements."""
    begins, ends = legal_day(received_at)
    rows = (
        select(JugendamtNotification.id)
        .where(
            JugendamtNotification.youth_office_id == youth_office_id,
            JugendamtNotification.provider_id == provider_id,
            JugendamtNotification.child_pseudonym == child,
            JugendamtNotification.duplicate_of.is_(None),
            JugendamtNotification.received_at >= begins,
            JugendamtNotification.received_at < ends,
        )
        .order_by(JugendamtNotification.received_at, JugendamtNotification.id)
        .limit(1)
    )
    return db.scalar(rows)


def deadlines_of(db: Session, notifications: Sequence[JugendamtNotification]) -> dict[UUID, Deadline]:
    """The acknowledgement's deadline of each notification; one statement."""
    ids = [notification.id for notification in notifications]
    rows = select(Deadline).where(Deadline.subject_id.in_(ids), Deadline.kind == DEADLINE)
    return {deadline.subject_id: deadline for deadline in db.scalars(rows)}


def firings_of(db: Session, deadline: Deadline) -> Sequence[DeadlineFiring]:
    """The steps of a deadline that have fired, in order."""
    rows = select(DeadlineFiring).where(DeadlineFiring.deadline_id == deadline.id).order_by(DeadlineFiring.fires_at)
    return db.scalars(rows).all()


def alarms_of(actor: Actor) -> Select[Alarm]:
    """The alarms that call the actor, by account or by role.

    No call goes to nobody: that to somebody who is gone, or no longer works in that role, reaches all of the role;
    that to a role nobody holds reaches the next above in line, and where nobody is above, those below.
    """
    at_work = select(_ACCOUNT.c.id).where(_at_work(actor, Alarm.role)).correlate(Alarm)
    mine = [
        and_(Alarm.account_id == actor.id, Alarm.account_id.in_(at_work)),
        Alarm.role.in_(sorted(actor.roles)) & or_(Alarm.account_id.is_(None), Alarm.account_id.not_in(at_work)),
    ]
    for role, unheld in stands_in(actor.roles).items():
        mine.append(and_(Alarm.role == role.value, _nobody_holds(actor, unheld)))
    return select(Alarm).where(Alarm.organisation_id == actor.organisation_id, or_(*mine))


def alarms_at(db: Session, organisation_ids: Iterable[UUID], number: str, level: int, at: datetime) -> Sequence[Alarm]:
    """The alarms of one call: about one thing, on one level, at an instant (system)."""
    rows = select(Alarm).where(
        Alarm.organisation_id.in_(list(organisation_ids)),
        Alarm.raised_at == at,
        Alarm.number == number,
        Alarm.level == level,
    )
    return db.scalars(rows.order_by(Alarm.id)).all()


def first_alarm(db: Session, notification_id: UUID, organisation_id: UUID) -> Alarm:
    """The call with which a notification began at an organisation (system)."""
    rows = select(Alarm).where(Alarm.notification_id == notification_id, Alarm.organisation_id == organisation_id)
    return found(db.scalar(rows.order_by(Alarm.raised_at, Alarm.id).limit(1)))


def list_alarms(db: Session, query: AlarmQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the actor's alarms."""
    rows = alarms_of(actor)
    if query.seen is not None:
        rows = rows.where(Alarm.seen_at.is_not(None) if query.seen else Alarm.seen_at.is_(None))
    if query.open is not None:
        waits = exists().where(
            JugendamtNotification.id == Alarm.notification_id, JugendamtNotification.state == NotificationState.RECEIVED
        )
        due = exists().where(Deadline.id == Alarm.deadline_id, Deadline.met_at.is_(None))
        rows = rows.where(or_(waits, due) if query.open else ~or_(waits, due))
    return paginate(db, rows, query, {"urgency": Alarm.rank, "raised_at": Alarm.raised_at}, Alarm.id)


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Notifications nobody acknowledged, for those whom an alarm calls, whoever leads the case."""
    actor = asked.actor
    if not actor.may(Permission.ALARMS_READ):
        return []
    called = alarms_of(actor).with_only_columns(Alarm.notification_id).where(Alarm.notification_id.is_not(None))
    due = select(Deadline.due_at).where(Deadline.subject_id == JugendamtNotification.id, Deadline.kind == DEADLINE)
    columns = waiting(
        "alarm_open",
        subject=JugendamtNotification,
        path="/v1/jugendamt-notifications/" if actor.may(Permission.SAFEGUARDING_READ) else "/v1/alarms",
        help_id=JugendamtNotification.help_id,
        due_at=func.coalesce(due.limit(1).scalar_subquery(), JugendamtNotification.received_at),
        me=actor.may(Permission.SAFEGUARDING_ACKNOWLEDGE),
    )
    open_ = JugendamtNotification.state == NotificationState.RECEIVED
    return [select(*columns).where(open_, JugendamtNotification.id.in_(called))]


WORK = Source({"alarm_open": "Mitteilung zu einer Kindeswohlgefährdung bestätigen"}, _work)
