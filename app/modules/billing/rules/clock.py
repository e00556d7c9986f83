"""What the clock on the wall says of a record: in which agreed hours it lies, which of its minutes cost more."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from app.law.calendars import BERLIN, in_utc, is_public_holiday
from app.modules.agreements import BillingTerms, TimeSurcharges, TimeWindow
from app.modules.billing.rules.entries import Entry

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_SATURDAY, _SUNDAY = 6, 7
HUNDRED = 100


def is_within(entry: Entry, windows: Sequence[TimeWindow]) -> bool:
    """Whether the whole record lies in one of the windows of its weekday."""
    return any(
        _at(entry.day, window.starts) <= entry.started_at and entry.ended_at <= _at(entry.day, window.ends)
        for window in windows
        if window.weekday == entry.day.isoweekday()
    )


def touches(entry: Entry, windows: Sequence[TimeWindow]) -> bool:
    """Whether a minute of the record lies in one of the windows of its weekday."""
    return any(
        _at(entry.day, window.starts) < entry.ended_at and entry.started_at < _at(entry.day, window.ends)
        for window in windows
        if window.weekday == entry.day.isoweekday()
    )


def price_factor(entry: Entry, terms: BillingTerms) -> Fraction:
    """By how much a record's minutes cost more on average: 5/4 where all are paid with a surcharge of 25 %."""
    rules = terms.time_surcharges
    if rules is None:
        return Fraction(1)
    extra = sum(minutes * percent for minutes, percent in surcharged(entry, rules, terms.land))
    return 1 + Fraction(extra, HUNDRED * entry.minutes)


def surcharged(entry: Entry, rules: TimeSurcharges, land: str | None) -> Iterator[tuple[int, int]]:
    """The pieces of a record as minutes and the surcharge they have, in order; the highest surcharge counts."""
    at = entry.started_at
    while at < entry.ended_at:
        day = at.astimezone(BERLIN).date()
        bounds = [_at(day, rules.night_starts), _at(day, rules.night_ends), _at(day + _DAY, time())]
        end = min([entry.ended_at, *(bound for bound in bounds if bound > at)])
        # Minutes are counted from the start of the record, so that its pieces add up to it.
        minutes = (end - entry.started_at) // _MINUTE - (at - entry.started_at) // _MINUTE
        yield minutes, max(_by_day(day, rules, land), rules.night_percent if _is_night(at, rules) else 0)
        at = end


def _by_day(day: date, rules: TimeSurcharges, land: str | None) -> int:
    of_weekday = {_SATURDAY: rules.saturday_percent, _SUNDAY: rules.sunday_percent}.get(day.isoweekday(), 0)
    return max(of_weekday, rules.holiday_percent if land and is_public_holiday(day, land) else 0)


def _is_night(at: datetime, rules: TimeSurcharges) -> bool:
    now = at.astimezone(BERLIN).time()
    if rules.night_starts <= rules.night_ends:
        return rules.night_starts <= now < rules.night_ends
    return now >= rules.night_starts or now < rules.night_ends


def _at(day: date, clock: time) -> datetime:
    return in_utc(datetime.combine(day, clock, BERLIN))
