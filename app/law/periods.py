"""Periods of time as the law counts them: data in, the last instant out; no clock, no default.

A new length is a new `Period` with its own validity; none is edited, because old deadlines keep the old one.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.law.calendars import add_working_days, end_of_day, in_utc, legal_date, next_working_day
from app.law.sources import Source

_MONTHS = 12


class Unit(StrEnum):
    """What a period is counted in."""

    CLOCK_MINUTES = "clock_minutes"  # elapsed, from the recorded instant
    CLOCK_HOURS = "clock_hours"  # elapsed: 24 hours are 24 hours, also on a day of 23
    CALENDAR_DAYS = "calendar_days"  # the day of the event not counted, to the end of the last day
    WORKING_DAYS = "working_days"  # the same, counting working days of the Land; 0: to the end of the day itself
    MONTHS = "months"  # to the end of the day with the same number, or the month's last


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time that starts with an event.

    `anchor` names the event. A `protective` period guards a child (or a party's waiting time) and ends where it
    ends; any other whose last day is a Saturday, Sunday or holiday ends with the next working day.
    `first_day_counts` is for periods that start with the beginning of a day (§ 187 Abs. 2 BGB), such as an age.
    Valid from `valid_from` to `valid_to`, both inclusive, by the day of the event.
    """

    name: str
    amount: int
    unit: Unit
    anchor: str
    source: Source
    valid_from: date
    valid_to: date | None = None
    protective: bool = False
    first_day_counts: bool = False


def due_at(period: Period, start: datetime, land: str) -> datetime:
    """The last instant of a period that the event at `start` began, aware UTC.

    Args:
        period: its unit decides whether elapsed time, days of the calendar or working days are counted.
        start: the event, any time zone; its day is that of Berlin.
        land: ISO 3166-2:DE code whose public holidays count, such as `NW`.

    Raises:
        ValueError: `start` has no time zone, or no such Land.

    Law: §§ 187, 188, 193 BGB; § 26 Abs. 1 and 3 SGB X.
    """
    day = legal_date(start)
    if period.unit is Unit.CLOCK_MINUTES:
        return in_utc(start) + timedelta(minutes=period.amount)
    if period.unit is Unit.CLOCK_HOURS:
        return in_utc(start) + timedelta(hours=period.amount)
    last = _last_day(period, day, land)
    return end_of_day(last if period.protective else next_working_day(last, land))


def in_force(periods: Sequence[Period], name: str, on: date) -> Period:
    """The version of a period that counts for an event on a day.

    Raises:
        LookupError: none is in force on that day.
    """
    for period in periods:
        if period.name == name and period.valid_from <= on and (period.valid_to is None or on <= period.valid_to):
            return period
    raise LookupError(f"no period {name} on {on}")


def months_after(day: date, amount: int) -> date:
    """The day of the same number some months later, or that month's last day.

    Law: § 188 Abs. 2 and 3 BGB.
    """
    return _months_later(day, amount, first_day_counts=False)


def years_completed(born_on: date, years: int) -> date:
    """The day with which somebody's year of life is over: the one before the birthday.

    Law: §§ 187 Abs. 2, 188 Abs. 2 BGB.
    """
    return _months_later(born_on, years * _MONTHS, first_day_counts=True)


def _last_day(period: Period, day: date, land: str) -> date:
    """The last day, before any move to a working day."""
    match period.unit:
        case Unit.MONTHS:
            return _months_later(day, period.amount, first_day_counts=period.first_day_counts)
        case Unit.WORKING_DAYS:
            return add_working_days(_day_before(day) if period.first_day_counts else day, period.amount, land)
        case _:
            return (_day_before(day) if period.first_day_counts else day) + timedelta(days=period.amount)


def _months_later(day: date, amount: int, *, first_day_counts: bool) -> date:
    """§ 188 Abs. 2 BGB: the day of the same number, or the one before it; Abs. 3: else the month's last day."""
    number = day.day - 1 if first_day_counts else day.day
    months = day.year * _MONTHS + day.month - 1 + amount
    if number == 0:  # the day before the first of a month
        months, number = months - 1, monthrange((months - 1) // _MONTHS, (months - 1) % _MONTHS + 1)[1]
    year, month = months // _MONTHS, months % _MONTHS + 1
    return date(year, month, min(number, monthrange(year, month)[1]))


def _day_before(day: date) -> date:
    return day - timedelta(days=1)
