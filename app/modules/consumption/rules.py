"""What follows from hours granted and hours used; pure.

A grant is so many hours a week for a period: a day is a seventh of a week, as the check of an invoice counts it.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.modules.consumption.schemas import Per

DEFAULT_PERCENTS = (80, 100)
"""Where an office says nothing else (assumption: a warning while there is time to plan, and when all is used)."""
DAYS_OF_WEEK = 7
ONE_DAY = timedelta(days=1)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Granted:
    """So many hours a week from the first to the last day."""

    hours_per_week: Decimal
    first: date
    last: date

    def hours(self, first: date | None = None, last: date | None = None) -> Decimal:
        """The hours granted within some days; unrounded."""
        days = (min(last or self.last, self.last) - max(first or self.first, self.first)).days + 1
        return self.hours_per_week * max(days, 0) / DAYS_OF_WEEK


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a grant ends if it is used on as it was so far."""

    hours_per_week: Decimal
    hours_at_end: Decimal
    used_up_on: date | None
    is_overrun: bool


def forecast(granted: Granted, used: Decimal, today: date) -> Forecast | None:
    """Carry the average of the days so far to the end of the grant (linear).

    Args:
        used: hours used until today.

    Returns:
        None while nothing can be said: before the first day, and as long as nothing was used. `used_up_on` is the day
        on which the last granted hour is used, None where the grant lasts to its end.
    """
    days = (min(today, granted.last) - granted.first).days + 1
    if days <= 0 or used <= 0:
        return None
    a_day, total = used / days, granted.hours()
    at_end = used + a_day * (granted.last - min(today, granted.last)).days
    is_overrun = at_end > total
    lasts = int(total / a_day)  # whole days
    used_up_on = granted.first + timedelta(days=lasts if total > a_day * lasts else lasts - 1) if is_overrun else None
    return Forecast(rounded(a_day * DAYS_OF_WEEK), rounded(at_end), used_up_on, is_overrun)


def spans(granted: Granted, per: Per) -> Iterator[tuple[date, date]]:
    """The weeks (from Monday on) or months of a grant, the first and the last cut to its days; or the whole."""
    first = granted.first
    while first <= granted.last:
        last = min(_end_of(first, per, granted.last), granted.last)
        yield first, last
        first = last + ONE_DAY


def start_of(day: date, per: Per) -> date | None:
    """The Monday or the first of the month that a day belongs to; None of the whole."""
    if per is Per.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if per is Per.MONTH else None


def _end_of(day: date, per: Per, last: date) -> date:
    if per is Per.WEEK:
        return day + timedelta(days=6 - day.weekday())
    if per is Per.MONTH:
        return day.replace(day=monthrange(day.year, day.month)[1])
    return last


def percent_of(used: Decimal, approved: Decimal) -> int:
    """How much is used, in whole percent, cut off: a hundred is reached with the last minute, not before."""
    return int(used * 100 / approved) if approved > 0 else 0


def rounded(hours: Decimal) -> Decimal:
    """Two places, half up."""
    return hours.quantize(_CENT, rounding=ROUND_HALF_UP)
