"""Builders of records and terms, with defaults of a plain contract."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.modules.agreements import ActivityCategory, BillingTerms, ServiceKind
from app.modules.billing.rules import DatedTerms, Entry, GroupShare, TermsOn, dated

HELP, WORKER = UUID(int=1), UUID(int=2)
DAY = date(2026, 5, 4)
SOURCE = "QV-2026-0007, Fassung 2"
PLAIN = {"direct_contact": {"billable": True}, "group_session": {"billable": True}}


def terms(**changes: Any) -> BillingTerms:
    return BillingTerms.model_validate({"rate_cents": 6980, "activities": PLAIN} | changes)


def version(valid_from: date = date(2000, 1, 1), valid_to: date | None = None, **changes: Any) -> DatedTerms:
    return DatedTerms(changes.pop("source", SOURCE), terms(**changes), valid_from, valid_to)


def always(**changes: Any) -> TermsOn:
    return dated([version(**changes)])


def entry(number: int = 1, minutes: int = 60, *, day: date = DAY, hour: int = 8, **changes: Any) -> Entry:
    activity = ActivityCategory(changes.pop("activity", "direct_contact"))
    if activity is ActivityCategory.GROUP_SESSION:
        changes.setdefault("group", GroupShare(5, 2))
    return Entry(
        id=UUID(int=1000 + number),
        help_id=changes.pop("help_id", HELP),
        worker_id=changes.pop("worker_id", WORKER),
        service_kind=ServiceKind(changes.pop("service_kind", "section_31")),
        activity=activity,
        day=day,
        started_at=changes.pop("started_at", datetime.combine(day, time(hour), UTC) + timedelta(minutes=number)),
        minutes=minutes,
        **changes,
    )
