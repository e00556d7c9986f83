"""Notifying, acknowledging, and calling somebody when nobody answers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.db import check_version, found
from app.core.deadlines import Deadline
from app.core.ids import new_id
from app.core.numbers import next_number
from app.core.problems import Invalid, NotFound
from app.law.calendars import legal_date
from app.law.protection import Urgency
from app.modules import agreements
from app.modules.cases import Help, get_help
from app.modules.organisations import get_organisation
from app.modules.safeguarding import queries, rules
from app.modules.safeguarding.errors import NotificationIncomplete
from app.modules.safeguarding.models import Alarm, JugendamtNotification
from app.modules.safeguarding.queries import DEADLINE
from app.modules.safeguarding.rules import Call, Called
from app.modules.safeguarding.schemas import AcknowledgeNotification, NotificationCreate
from app.modules.safeguarding.workflow import NOTIFICATION
from app.policy import SYSTEM, Actor, OrganisationKind, Role

outbox.announce(alarm__raised="Alarm ausgelöst")


def notify(db: Session, body: NotificationCreate, *, actor: Actor, at: datetime) -> JugendamtNotification:
    """Tell the youth office; alarms and deadline begin in the same transaction.

    The deadline runs from the receipt: of a telephone call noted later, from the call. Steps already past fire at
    the next beat. In acute danger nothing but the form can refuse: no agreement, no consultation, no running help.

    Raises:
        NotificationIncomplete: not acute, and something § 8a Abs. 4 wants first is missing.
        Invalid: a fault of form, or no such help or youth office.
    """
    if faults := rules.faults_of(body, at):
        raise Invalid(errors=faults)
    missing = rules.missing_of(body)
    if missing and not body.is_acute:
        raise NotificationIncomplete(missing=missing)
    received_at = min(body.received_at or at, at)  # a clock that is ahead must not give the office more time
    help_ = _help(db, body, actor)
    youth_office_id = help_.youth_office_id if help_ else _youth_office(db, body)
    notification = JugendamtNotification(
        **body.model_dump(
            mode="python", exclude={"received_at", "youth_office_id", "help_id", "indications", "further"}
        ),
        indications=[indication.model_dump(mode="json") for indication in body.indications],
        further=body.further.model_dump(mode="json", exclude_defaults=True),
        youth_office_id=youth_office_id,
        provider_id=actor.organisation_id,
        number=next_number(db, youth_office_id, "KW", legal_date(at).year),
        help_id=help_.id if help_ else None,
        caseworker_id=help_.caseworker_id if help_ else None,
        received_at=received_at,
        missing=missing,
        duplicate_of=queries.earlier_of_same_child(
            db, youth_office_id, actor.organisation_id, body.child_pseudonym, received_at
        ),
        created_by=actor.id,
    )
    NOTIFICATION.begin(db, notification, actor=actor, at=at, urgency=body.urgency.value, is_acute=body.is_acute)
    _start_deadline(db, notification)
    _call(db, notification, rules.FIRST_CALL, level=0, actor=actor, at=at)
    return notification


def note_refusal(db: Session, body: NotificationCreate, missing: list[str], *, actor: Actor, at: datetime) -> None:
    """Write down that a notification was refused, and for what; the refusal itself leaves nothing (system)."""
    audit.record(
        db,
        tenant_id=actor.organisation_id,
        actor=actor,
        action="jugendamt_notification.refuse",
        subject_kind="help" if body.help_id else "organisation",
        subject_id=body.help_id or body.youth_office_id or actor.organisation_id,
        at=at,
        law="§ 8a Abs. 4 SGB VIII",
        details={"missing": missing, "urgency": body.urgency.value},
    )


def move(
    db: Session, notification_id: UUID, action: AcknowledgeNotification, expected: int, *, actor: Actor, at: datetime
) -> JugendamtNotification:
    """Acknowledge: the act that stops the deadline."""
    notification = queries.get_notification(db, notification_id, actor, lock=True)
    check_version(notification, expected)
    notification.acknowledged_at, notification.acknowledged_by = at, actor.id
    notification.acknowledgement = action.note
    with db.no_autoflush:
        NOTIFICATION.fire(db, notification, action.action, actor=actor, at=at)
    deadlines.meet(db, notification.id, DEADLINE, by=actor.id, at=at)
    return notification


def read(db: Session, notification_id: UUID, *, actor: Actor, at: datetime) -> JugendamtNotification:
    """One notification; the reading itself is written down."""
    notification = queries.get_notification(db, notification_id, actor)
    audit.record(
        db,
        tenant_id=notification.tenant_id,
        actor=actor,
        action="jugendamt_notification.read",
        subject_kind="jugendamt_notification",
        subject_id=notification.id,
        at=at,
    )
    return notification


def see(db: Session, alarm_id: UUID, *, actor: Actor, at: datetime) -> Alarm:
    """Note that somebody saw an alarm; no deadline stops by being looked at."""
    alarm = found(db.scalar(queries.alarms_of(actor).where(Alarm.id == alarm_id).with_for_update()))
    if alarm.seen_at is None:
        alarm.seen_at, alarm.seen_by = at, actor.id
        db.flush()
    return alarm


def escalate(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
    """A step of the acknowledgement's deadline fires: call the roles of this level (system)."""
    notification = found(db.get(JugendamtNotification, deadline.subject_id))
    due = next(datetime.fromisoformat(step["at"]) for step in deadline.steps if step["level"] == level)
    late_entry = due <= notification.created_at
    return _call(db, notification, rules.ESCALATION[level], level=level, actor=SYSTEM, at=at, late_entry=late_entry)


def call_too(db: Session, alarm: Alarm, role: Role, account_id: UUID | None, at: datetime) -> Alarm:
    """The same alarm to somebody else, such as whoever is on call (system)."""
    kept = {column.key: getattr(alarm, column.key) for column in Alarm.__table__.columns}
    changed = {"id": new_id(), "role": role.value, "account_id": account_id, "raised_at": at}
    copy = Alarm(**{**kept, **changed, "seen_at": None, "seen_by": None})
    db.add(copy)
    db.flush()
    audit.record(
        db,
        tenant_id=alarm.organisation_id,
        actor=SYSTEM,
        action="alarm.call_too",
        subject_kind="alarm",
        subject_id=alarm.id,
        at=at,
        details={"told": f"{role.value}:{account_id}" if account_id else role.value},
    )
    return copy


def give_feedback(
    db: Session, notification_id: UUID, *, confirmed: bool, acted: bool, still_active: bool, at: datetime
) -> None:
    """Tell the provider what the law lets it know, and nothing else (system).

    Law: § 4 Abs. 4 KKG, § 64 Abs. 4 SGB VIII.
    """
    notification = found(db.get(JugendamtNotification, notification_id, with_for_update={"key_share": True}))
    notification.feedback_at, notification.indications_confirmed = at, confirmed
    notification.has_acted, notification.still_active = acted, still_active
    NOTIFICATION.fire(db, notification, "give_feedback", actor=SYSTEM, at=at)


def _start_deadline(db: Session, notification: JugendamtNotification) -> None:
    land = get_organisation(db, notification.youth_office_id).land
    agreement = agreements.find_in_force(
        db,
        youth_office_id=notification.youth_office_id,
        provider_id=notification.provider_id,
        service_kind=None,
        on=legal_date(notification.received_at),
    )
    agreed = agreement.safeguarding_terms if agreement else {}
    due, source = rules.acknowledge_by(notification.urgency, notification.received_at, agreed, land)
    deadlines.start(
        db,
        kind=DEADLINE,
        tenant_id=notification.youth_office_id,
        provider_id=notification.provider_id,
        subject_kind="jugendamt_notification",
        subject_id=notification.id,
        started_at=notification.received_at,
        due_at=due,
        steps=rules.steps_of(notification.urgency, notification.received_at, due, land),
        source=source,
        precedence=rules.precedence(notification.urgency),
    )


def call_office(
    db: Session,
    calls: Sequence[Called],
    *,
    youth_office_id: UUID,
    case_id: UUID,
    number: str,
    urgency: Urgency,
    level: int,
    at: datetime,
    actor: Actor = SYSTEM,
    deadline_id: UUID | None = None,
    late_entry: bool = False,
) -> list[str]:
    """Call people of the office about a case of endangerment, as about a notification; returns who was called.

    Args:
        deadline_id: what must be done; the alarm counts as open until it is.
    """
    alarms = [
        Alarm(
            organisation_id=youth_office_id,
            case_id=case_id,
            deadline_id=deadline_id,
            number=number,
            urgency=urgency,
            alarm_code=call.alarm,
            level=level,
            role=call.role.value,
            account_id=call.account_id,
            is_late_entry=late_entry,
            raised_at=at,
        )
        for call in dict.fromkeys(calls)
    ]
    return _raise(
        db, alarms, youth_office_id, "endangerment_case", case_id, actor=actor, at=at, audience=[youth_office_id]
    )


def _call(
    db: Session,
    notification: JugendamtNotification,
    calls: Sequence[Call],
    *,
    level: int,
    actor: Actor,
    at: datetime,
    late_entry: bool = False,
) -> list[str]:
    """Raise one alarm per role, and for all of them one event and one entry in the log; returns who was called."""
    alarms = [_alarm(notification, call, level=level, at=at, late_entry=late_entry) for call in calls]
    audience = [notification.youth_office_id, *(alarm.organisation_id for alarm in alarms)]
    office, kind = notification.youth_office_id, "jugendamt_notification"
    return _raise(db, alarms, office, kind, notification.id, actor=actor, at=at, audience=audience)


def _raise(
    db: Session,
    alarms: Sequence[Alarm],
    office: UUID,
    kind: str,
    subject_id: UUID,
    *,
    actor: Actor,
    at: datetime,
    audience: Sequence[UUID],
) -> list[str]:
    """Lay the alarms of one call down, and for all of them one event and one entry in the log."""
    if not alarms:
        return []
    db.add_all(alarms)
    first = alarms[0]
    told = [f"{alarm.role}:{alarm.account_id}" if alarm.account_id else alarm.role for alarm in alarms]
    outbox.emit(
        db,
        "alarm.raised",
        tenant_id=office,
        subject_kind=kind,
        subject_id=subject_id,
        audience=audience,
        actor=actor,
        at=at,
        data={"level": first.level, "urgency": first.urgency.value, "number": first.number},
    )
    audit.record(
        db,
        tenant_id=office,
        actor=actor,
        action="alarm.raise",
        subject_kind=kind,
        subject_id=subject_id,
        at=at,
        details={"level": first.level, "told": told, "late_entry": first.is_late_entry},
    )
    return told


def _alarm(notification: JugendamtNotification, call: Call, *, level: int, at: datetime, late_entry: bool) -> Alarm:
    of_office = call.role.side is OrganisationKind.YOUTH_OFFICE
    return Alarm(
        organisation_id=notification.youth_office_id if of_office else notification.provider_id,
        notification_id=notification.id,
        number=notification.number,
        urgency=notification.urgency,
        alarm_code=call.alarm,
        level=level,
        role=call.role.value,
        account_id=notification.caseworker_id if call.role is Role.CASEWORKER else None,
        is_late_entry=late_entry,
        raised_at=at,
    )


def _help(db: Session, body: NotificationCreate, actor: Actor) -> Help | None:
    """The help named, whose office is told; in acute danger a wrong one refuses nothing when the office is named."""
    if body.help_id is None:
        return None
    try:
        help_ = get_help(db, body.help_id, actor)
    except NotFound:
        if body.is_acute and body.youth_office_id:
            return None
        raise Invalid.field("/help_id", "unknown", "Diese Hilfe gibt es nicht.", "There is no such help.") from None
    if not body.is_acute and body.youth_office_id not in (None, help_.youth_office_id):
        raise Invalid.field(
            "/youth_office_id", "other", "Die Hilfe gehört zu einem anderen Jugendamt.", "The help is another office's."
        )
    return help_


def _youth_office(db: Session, body: NotificationCreate) -> UUID:
    unknown = Invalid.field("/youth_office_id", "unknown", "Dieses Jugendamt gibt es nicht.", "No such youth office.")
    if body.youth_office_id is None:
        raise unknown
    try:
        office = get_organisation(db, body.youth_office_id)
    except NotFound:
        raise unknown from None
    if office.kind is not OrganisationKind.YOUTH_OFFICE:
        raise unknown
    return office.id
