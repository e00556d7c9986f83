"""What a service record must be, as far as it can be told from itself."""

from datetime import datetime, timedelta
from uuid import uuid5

from app.core.problems import FieldError
from app.law.calendars import legal_date
from app.modules.agreements import ActivityCategory, Employment, ServiceKind
from app.modules.billing.models import ServiceRecord
from app.modules.billing.rules.entries import Entry, GroupShare
from app.modules.billing.schemas import ServiceRecordIn

LONGEST = timedelta(hours=24)
CLOCK_SKEW = timedelta(minutes=5)
"""How far the provider's clock may be ahead of ours."""


def faults(record: ServiceRecordIn, now: datetime) -> list[FieldError]:
    """Everything that is wrong with a record in itself; whether its help allows it, the database knows."""
    return [*_time_faults(record, now), *_activity_faults(record)]


def minutes_of(record: ServiceRecordIn) -> int:
    """The minutes that really passed (also in the nights when the clocks change)."""
    return int((record.ends_at - record.starts_at).total_seconds() // 60)


def entry_of(
    record: ServiceRecord,
    service_kind: ServiceKind,
    qualification: str | None = None,
    employment: Employment | None = None,
) -> Entry:
    """A stored record as the pricing rules see it, with what the professional was on that day."""
    is_group = record.activity is ActivityCategory.GROUP_SESSION
    return Entry(
        id=record.id,
        help_id=record.help_id,
        worker_id=uuid5(record.provider_id, record.worker.casefold()),
        service_kind=service_kind,
        activity=record.activity,
        day=record.service_on,
        started_at=record.starts_at,
        minutes=record.minutes,
        group=GroupShare(record.participants or 1, record.staff) if is_group else None,
        session_id=uuid5(record.provider_id, f"session:{record.session}") if record.session else None,
        notice_hours=record.notice_hours,
        has_note=bool(record.note),
        qualification=qualification,
        employment=employment,
    )


def _time_faults(record: ServiceRecordIn, now: datetime) -> list[FieldError]:
    if record.ends_at <= record.starts_at:
        text = ("Das Ende liegt nicht nach dem Beginn.", "The end is not after the start.")
        return [FieldError("/ends_at", "period", *text)]
    found = []
    if record.ends_at - record.starts_at > LONGEST or minutes_of(record) < 1:
        text = ("Ein Eintrag dauert 1 Minute bis 24 Stunden.", "A record lasts from 1 minute to 24 hours.")
        found.append(FieldError("/ends_at", "duration", *text))
    if record.ends_at > now + CLOCK_SKEW:  # told before the day is asked for: the calendar ends with the year 9999
        text = ("Der Eintrag liegt in der Zukunft.", "The record lies in the future.")
        return [*found, FieldError("/ends_at", "future", *text)]
    last_instant = record.ends_at - timedelta(microseconds=1)
    if legal_date(record.starts_at) != legal_date(last_instant) and not record.crosses_midnight:
        text = (
            "Der Eintrag geht über Mitternacht; das ist mit crosses_midnight ausdrücklich anzugeben.",
            "The record crosses midnight; crosses_midnight must say so.",
        )
        found.append(FieldError("/crosses_midnight", "midnight", *text))
    return found


def _activity_faults(record: ServiceRecordIn) -> list[FieldError]:
    found = []
    if record.activity is ActivityCategory.FLAT_RATE:
        text = ("Eine Pauschale wird nicht erfasst, nur berechnet.", "A flat rate is charged, not recorded.")
        found.append(FieldError("/activity", "flat_rate", *text))
    is_group = record.activity is ActivityCategory.GROUP_SESSION
    if is_group != (record.participants is not None):
        text = (
            "Anwesende gehören zu einer Gruppe, und nur zu ihr.",
            "Participants belong to a group session, and to it alone.",
        )
        found.append(FieldError("/participants", "group", *text))
    if record.notice_hours is not None and record.activity is not ActivityCategory.NO_SHOW:
        text = ("Eine Absagefrist gehört zu einem ausgefallenen Termin.", "Notice belongs to a missed appointment.")
        found.append(FieldError("/notice_hours", "no_show", *text))
    return found
