"""Periods of child protection (§ 8a SGB VIII): local policy default, no number in the statute.

§ 8a demands an assessment and action in good time and names no hours. The numbers here are common professional
practice (one to three days by urgency: published of a Rhenish youth office; a class of its own for action on the same
day: of a Bavarian one) and hold until the parties of a Schutzvereinbarung agree others. None of them moves to the
next working day: on-call staff acts at weekends too.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.law.calendars import add_working_days, end_of_day, in_utc, legal_date
from app.law.periods import Period, Unit
from app.law.sources import local_policy
from app.policy.codes import CodeList

POLICY = local_policy("SGB VIII", "§ 8a")
_SINCE = date(2000, 1, 1)
_REMINDER_PERCENT, _WARNING_PERCENT = 50, 75
_SECOND_LAPSE = timedelta(hours=1)
_SECOND_LAPSE_WORKING_DAYS = 1


class Urgency(CodeList):
    """How fast a child must be seen.

    Law: § 8a Abs. 1 SGB VIII; local policy default, no number in the statute.
    """

    IMMEDIATE = "immediate", "Sofort, Gefahr im Verzug"
    SAME_DAY = "same_day", "Taggleich, innerhalb von 24 Stunden"
    WITHIN_3_DAYS = "within_3_days", "Innerhalb von drei Tagen"
    WITHIN_WEEK = "within_week", "Innerhalb einer Woche"
    NO_WEIGHTY = "no_weighty", "Keine gewichtigen Anhaltspunkte"


URGENT = frozenset({Urgency.IMMEDIATE, Urgency.SAME_DAY})


class EscalationStep(NamedTuple):
    """A level of alarm and the instant (UTC) at which it fires: 0 reminder, 1 warning, 2 lapse, 3 second lapse."""

    level: int
    fires_at: datetime


def _period(name: str, amount: int, unit: Unit, anchor: str = "receipt of the report") -> Period:
    return Period(name, amount, unit, anchor, POLICY, _SINCE, protective=True)


_FIRST_CHECK: Mapping[Urgency, Period] = {
    Urgency.IMMEDIATE: _period("first_check", 30, Unit.CLOCK_MINUTES),
    Urgency.SAME_DAY: _period("first_check", 2, Unit.CLOCK_HOURS),
    Urgency.WITHIN_3_DAYS: _period("first_check", 0, Unit.WORKING_DAYS),
    Urgency.WITHIN_WEEK: _period("first_check", 1, Unit.WORKING_DAYS),
    Urgency.NO_WEIGHTY: _period("first_check", 3, Unit.WORKING_DAYS),
}
_CONTACT: Mapping[Urgency, Period] = {
    Urgency.IMMEDIATE: _period("direct_contact", 2, Unit.CLOCK_HOURS),
    Urgency.SAME_DAY: _period("direct_contact", 24, Unit.CLOCK_HOURS),
    Urgency.WITHIN_3_DAYS: _period("direct_contact", 3, Unit.CALENDAR_DAYS),
    Urgency.WITHIN_WEEK: _period("direct_contact", 7, Unit.CALENDAR_DAYS),
}
_URGENT_ACKNOWLEDGEMENT = _period("acknowledgement", 1, Unit.CLOCK_HOURS, "receipt of the notification")
_ACKNOWLEDGEMENT = _period("acknowledgement", 0, Unit.WORKING_DAYS, "receipt of the notification")

WRITTEN_NOTIFICATION = _period("written_notification", 1, Unit.WORKING_DAYS, "notification by telephone")
FEEDBACK = _period("feedback", 10, Unit.WORKING_DAYS, "assessment of the youth office")
HELP_PLAN_AFTER_INOBHUTNAHME = _period("help_plan", 5, Unit.WORKING_DAYS, "parents do not object")
COURT_AFTER_OBJECTION = _period("court_after_objection", 1, Unit.WORKING_DAYS, "objection of the parents")


def first_check_period(urgency: Urgency) -> Period:
    """How long the first check by two professionals may take.

    Law: § 8a Abs. 1 SGB VIII; local policy default, no number in the statute.
    """
    return _FIRST_CHECK[urgency]


def contact_period(urgency: Urgency) -> Period | None:
    """How long it may take until the child is seen; None where no contact is due.

    Law: § 8a Abs. 1 Satz 2 Nr. 1 SGB VIII; local policy default, no number in the statute.
    """
    return _CONTACT.get(urgency)


def acknowledgement_period(urgency: Urgency) -> Period:
    """How long the youth office may take to confirm a provider's notification.

    Law: § 8a Abs. 4 SGB VIII; local policy default, no number in the statute.
    """
    return _URGENT_ACKNOWLEDGEMENT if urgency in URGENT else _ACKNOWLEDGEMENT


def escalation(start: datetime, due: datetime, urgency: Urgency, land: str) -> list[EscalationStep]:
    """Who must be alarmed when: half of the time, three quarters, the lapse, and a second lapse after it.

    The second lapse comes an hour later where urgency is counted in hours, else with the end of the next working day.
    Reminder and warning fire on the full minute.

    Raises:
        ValueError: an instant without time zone, or no such Land.

    Law: local policy default, no number in the statute.
    """
    start, due = in_utc(start), in_utc(due)  # in a local zone a sum would follow the clock on the wall
    if urgency in URGENT:
        second = due + _SECOND_LAPSE
    else:
        second = end_of_day(add_working_days(legal_date(due), _SECOND_LAPSE_WORKING_DAYS, land))
    return [
        EscalationStep(0, _part_of(start, due, _REMINDER_PERCENT)),
        EscalationStep(1, _part_of(start, due, _WARNING_PERCENT)),
        EscalationStep(2, due),
        EscalationStep(3, second),
    ]


def _part_of(start: datetime, due: datetime, percent: int) -> datetime:
    """The nearest full minute at that part of the time, never after the lapse."""
    at = start + (due - start) * percent // 100
    return min(_full_minute(at), due)


def _full_minute(at: datetime) -> datetime:
    """A day ends at 23:59:59, which stands for midnight; the nearest minute makes 9:00 of 8:59:59."""
    return (at + timedelta(seconds=30)).replace(second=0, microsecond=0)


LATEST_ACKNOWLEDGEMENT: Mapping[Urgency, int] = {
    Urgency.IMMEDIATE: 120,
    Urgency.SAME_DAY: 24 * 60,
    Urgency.WITHIN_3_DAYS: 3 * 24 * 60,
    Urgency.WITHIN_WEEK: 7 * 24 * 60,
}
"""The most minutes that parties may agree for the youth office's acknowledgement: no longer than the child may wait to
be seen (assumption; the statute names no hours)."""
