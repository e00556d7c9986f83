"""What must be done on a concern until when: begun and ended by acts, calling the provider's line meanwhile."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.db import found
from app.core.deadlines import Deadline, Step
from app.core.ids import new_id
from app.law.calendars import end_of_day
from app.law.periods import due_at
from app.law.protection import Urgency, escalation
from app.modules import alerts, safeguarding
from app.modules.concerns import rules
from app.modules.concerns.codes import ConcernDuty
from app.modules.concerns.models import ProviderConcern
from app.modules.concerns.workflow import CONCERN
from app.modules.organisations import land_of
from app.policy import SYSTEM, Role

outbox.announce(provider_concern__alarm="Kindeswohl beim Träger: Frist erinnert oder verstrichen")


def start(
    db: Session, concern: ProviderConcern, duty: ConcernDuty, since: datetime, *, on: date | None = None
) -> datetime:
    """Let a duty run; returns its end. A duty that runs already begins anew.

    Args:
        on: the agreed day, for duties without a period.
    """
    deadlines.meet(db, concern.id, duty.value, by=SYSTEM.id, at=since)
    land = land_of(db, concern.provider_id)
    period = rules.period_of(duty, is_urgent=concern.is_urgent)
    due = end_of_day(on) if on is not None else due_at(found(period), since, land)
    urgency = Urgency.SAME_DAY if concern.is_urgent or duty is ConcernDuty.NOTIFY else Urgency.WITHIN_WEEK
    deadlines.start(
        db,
        kind=duty.value,
        tenant_id=concern.provider_id,
        provider_id=concern.provider_id,
        subject_kind=CONCERN.name,
        subject_id=concern.id,
        started_at=since,
        due_at=due,
        steps=[Step(step.level, step.fires_at) for step in escalation(since, due, urgency, land)],
        precedence=safeguarding.precedence(urgency),
        source="vereinbarter Tag" if period is None else f"örtliche Vorgabe ({period.source} nennt keine Zahl)",
    )
    return due


def meet(db: Session, concern: ProviderConcern, duties: Iterable[ConcernDuty], *, by: UUID, at: datetime) -> None:
    """The acts are done."""
    for duty in duties:
        deadlines.meet(db, concern.id, duty.value, by=by, at=at)


def escalate(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
    """A step fires: call the people of this level (system); the concern itself never moves by time."""
    concern = found(db.get(ProviderConcern, deadline.subject_id))
    duty = ConcernDuty(deadline.kind)
    people, told = _called(db, concern, level)
    facts = {"alarm": rules.TERMS[duty].alarm.value, "level": level, "duty": duty.value}
    audit.record(
        db,
        tenant_id=concern.provider_id,
        actor=SYSTEM,
        action="provider_concern.alarm",
        subject_kind=CONCERN.name,
        subject_id=concern.id,
        at=at,
        details={**facts, "told": told},
    )
    outbox.emit(
        db,
        "provider_concern.alarm",
        tenant_id=concern.provider_id,
        subject_kind=CONCERN.name,
        subject_id=concern.id,
        audience=concern.audience,
        actor=SYSTEM,
        at=at,
        data={**facts, "number": concern.number},
    )
    urgency = Urgency.SAME_DAY if concern.is_urgent else Urgency.WITHIN_WEEK
    path = f"/v1/concerns/{concern.id}"
    letter = alerts.Letter(concern.provider_id, new_id(), concern.number, urgency, level, path, is_reminder=level == 0)
    alerts.write(db, letter, people, at=at)
    return told


def _called(db: Session, concern: ProviderConcern, level: int) -> tuple[list[UUID], list[str]]:
    """Whom a level calls: the responsible professional (the lead, if gone), and the line; nobody who is shut out."""
    people: list[UUID] = []
    told: list[str] = []
    for role in rules.LINE[level]:
        named = concern.responsible_id if role is None else None
        if named and not alerts.is_at_work(db, concern.provider_id, named):
            named = None
        found_ = [named] if named else alerts.reached(db, concern.provider_id, role or Role.PROVIDER_LEAD, None)
        people += [one for one in found_ if one not in people and one not in concern.excluded_ids]
        told.append(f"provider_professional:{named}" if named else (role or Role.PROVIDER_LEAD).value)
    return people, list(dict.fromkeys(told))
