"""Calling people: every alarm becomes letters to whom it reaches, and outside office hours whoever is on call too.

Alarms are followed when their event is published: by then they are committed, and the service itself may look up the
people of either side.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.deadlines import Deadline, Step
from app.core.ids import new_id
from app.core.jobs import defer
from app.core.outbox import TYPE_PREFIX, Event
from app.core.workflow import Move
from app.law.protection import URGENT, Urgency
from app.modules import safeguarding
from app.modules.alerts import queries
from app.modules.alerts.delivery import send
from app.modules.alerts.models import AlertMail, MailProgress
from app.modules.organisations import get_organisation
from app.modules.safeguarding import Alarm, AlarmCode, JugendamtNotification
from app.policy import GRANTS, OrganisationKind, Permission, Role

ON_CALL = "alert_on_call"
"""The deadline that hands an urgent notification over to whoever is on call when the office closes."""
_ALARM = f"{TYPE_PREFIX}alarm.raised"
_PATHS = {"jugendamt_notification": "/v1/jugendamt-notifications/"}
_HEADS = {OrganisationKind.YOUTH_OFFICE: Role.OFFICE_HEAD, OrganisationKind.PROVIDER: Role.PROVIDER_MANAGER}


class Letter(NamedTuple):
    """What a letter may say, and about which call it is."""

    organisation_id: UUID
    call_id: UUID
    number: str
    urgency: Urgency
    level: int
    path: str
    is_reminder: bool = False


def follow(db: Session, events: Sequence[Event]) -> None:
    """Send letters for the alarms whose events are published, and call whoever is on call (system)."""
    for event in events:
        if event.type == _ALARM:
            number, level = str(event.data["number"]), int(event.data["level"])
            alarms = safeguarding.alarms_at(db, event.audience, number, level, event.at)
            for organisation_id in dict.fromkeys(alarm.organisation_id for alarm in alarms):
                own = [alarm for alarm in alarms if alarm.organisation_id == organisation_id]
                _follow(db, own, _path(event.subject_kind, event.subject_id), event)


def _path(subject_kind: str, subject_id: UUID) -> str:
    return f"{_PATHS[subject_kind]}{subject_id}" if subject_kind in _PATHS else "/v1/alarms"


def _follow(db: Session, alarms: Sequence[Alarm], path: str, event: Event) -> None:
    """The alarms of one organisation at one instant."""
    first, told = alarms[0], set()
    for alarm in alarms:
        people = queries.reached(db, alarm.organisation_id, Role(alarm.role), alarm.account_id)
        write(db, _letter(alarm, path), people, at=event.at)
        told.update(people)
    closing = queries.hours_of(db, first.organisation_id).closes_at(event.at)
    if closing is None:
        call_on_call(db, first, path, event.at, told)
    elif first.alarm_code is AlarmCode.NEW and first.urgency in URGENT:
        _hand_over_at(db, first, event, closing)


def _letter(alarm: Alarm, path: str) -> Letter:
    return Letter(alarm.organisation_id, alarm.id, alarm.number, alarm.urgency, alarm.level, path)


def write(db: Session, letter: Letter, people: Iterable[UUID], *, at: datetime, is_on_call: bool = False) -> None:
    """One letter to each, once per call; first reminders only to who wants them. Without an address: written down."""
    people = list(people)
    settings = queries.settings_of(db, people)
    for account_id in people:
        chosen = settings.get(account_id)
        if letter.is_reminder and not (chosen and chosen.mail_reminders):
            continue
        row = {
            "id": new_id(),
            "organisation_id": letter.organisation_id,
            "account_id": account_id,
            "call_id": letter.call_id,
            "number": letter.number,
            "urgency": letter.urgency,
            "path": letter.path,
            "level": letter.level,
            "is_on_call": is_on_call,
            "progress": MailProgress.PENDING if chosen and chosen.email else MailProgress.NO_ADDRESS,
            "attempts": 0,
            "created_at": at,
        }
        once = insert(AlertMail).values(row).on_conflict_do_nothing().returning(AlertMail.id)
        mail_id = db.scalar(once)
        if mail_id is not None and row["progress"] is MailProgress.PENDING:
            defer(db, send, mail_id=str(mail_id))


def call_on_call(db: Session, alarm: Alarm, path: str, at: datetime, told: Iterable[UUID] = ()) -> list[str]:
    """Whoever is on call gets the same alarm and a letter; when it is urgent and nobody is, the head of the line."""
    called = []
    for shift in queries.on_call(db, alarm.organisation_id, at):
        role = _role(db, shift.organisation_id, shift.account_id)
        if role is None or shift.account_id in told:
            continue
        copy = safeguarding.call_too(db, alarm, role, shift.account_id, at)
        write(db, _letter(copy, path), [shift.account_id], at=at, is_on_call=True)
        called.append(f"on_call:{shift.account_id}")
    if called or told or alarm.urgency not in URGENT:
        return called
    head = _HEADS[get_organisation(db, alarm.organisation_id).kind]
    copy = safeguarding.call_too(db, alarm, head, None, at)
    write(db, _letter(copy, path), queries.reached(db, alarm.organisation_id, head, None), at=at)
    return [head.value]


def _role(db: Session, organisation_id: UUID, account_id: UUID) -> Role | None:
    """A role in which somebody reads alarms."""
    roles = queries.roles_of(db, organisation_id, account_id)
    return next((role for role in Role if role in roles and Permission.ALARMS_READ in GRANTS[role]), None)


def _hand_over_at(db: Session, alarm: Alarm, event: Event, closing: datetime) -> None:
    """The office is open now: if nobody has acknowledged when it closes, whoever is on call gets it."""
    if event.subject_kind != "jugendamt_notification" or alarm.organisation_id != event.tenant_id:
        return
    deadlines.start(
        db,
        kind=ON_CALL,
        tenant_id=alarm.organisation_id,
        provider_id=None,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        started_at=event.at,
        due_at=closing,
        steps=[Step(0, closing)],
        source="Öffnungszeiten des Jugendamts",
        precedence=safeguarding.precedence(alarm.urgency),
    )


def hand_over(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
    """The office has closed and nobody acknowledged: call whoever is on call (system)."""
    del level  # there is one step only
    alarm = safeguarding.first_alarm(db, deadline.subject_id, deadline.tenant_id)
    return call_on_call(db, alarm, _path(deadline.subject_kind, deadline.subject_id), at)


def follow_notification(db: Session, notification: JugendamtNotification, move: Move) -> None:
    """Acknowledged before the office closes: nothing is handed over."""
    if move.action == "acknowledge":
        deadlines.meet(db, notification.id, ON_CALL, by=move.actor.id, at=move.at)
