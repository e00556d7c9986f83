"""The calendar of German law: which day it is in Berlin, which days are working days in a Land, when a day ends.

Working days are Monday to Friday without the public holidays of the Land; 24 and 31 December are working days.
Holidays of single municipalities (Augsburg's Friedensfest, Mariä Himmelfahrt in parts of Bavaria, Fronleichnam in
parts of Saxony and Thuringia) are not in it.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

BERLIN = ZoneInfo("Europe/Berlin")
LANDS = frozenset(
    {"BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"}
)  # fmt: skip
_LAST_SECOND = time(23, 59, 59)
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


def in_utc(instant: datetime) -> datetime:
    """The instant in UTC, where sums and differences are elapsed time.

    Raises:
        ValueError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant has a time zone")
    return instant.astimezone(UTC)


def legal_date(instant: datetime) -> date:
    """The day on which an instant falls in Berlin: 23:30 UTC is tomorrow already.

    Raises:
        ValueError: the instant has no time zone.
    """
    return in_utc(instant).astimezone(BERLIN).date()


def end_of_day(day: date) -> datetime:
    """The last second of a day in Berlin, as UTC; days have 23, 24 or 25 hours.

    Law: § 188 Abs. 1 BGB (a period ends with the end of its last day).
    """
    return datetime.combine(day, _LAST_SECOND, BERLIN).astimezone(UTC)


def is_working_day(day: date, land: str) -> bool:
    """Whether the day is neither Saturday, Sunday nor a public holiday of the Land.

    Raises:
        ValueError: no such Land.
    """
    return day.weekday() < _SATURDAY and day not in _public_holidays(land, day.year)


def is_public_holiday(day: date, land: str) -> bool:
    """Whether the day is a public holiday of the Land, on whatever day of the week it falls.

    Raises:
        ValueError: no such Land.
    """
    return day in _public_holidays(land, day.year)


def add_working_days(day: date, amount: int, land: str) -> date:
    """The working day that many working days after (or, negative, before) a day, which is not counted itself.

    No working days are the day itself, whatever day it is.

    Law: § 187 Abs. 1 BGB.
    """
    step = _ONE_DAY if amount > 0 else -_ONE_DAY
    remaining = abs(amount)
    while remaining:
        day += step
        remaining -= is_working_day(day, land)
    return day


def next_working_day(day: date, land: str) -> date:
    """The day itself if it is a working day, else the first working day after it.

    Law: § 193 BGB, § 26 Abs. 3 SGB X.
    """
    while not is_working_day(day, land):
        day += _ONE_DAY
    return day


def previous_working_day(day: date, land: str) -> date:
    """The day itself if it is a working day, else the last working day before it."""
    while not is_working_day(day, land):
        day -= _ONE_DAY
    return day


@lru_cache(maxsize=512)
def _public_holidays(land: str, year: int) -> frozenset[date]:
    if land not in LANDS:
        raise ValueError(f"there is no Land {land!r}")
    return frozenset(holidays.country_holidays("DE", subdiv=land, years=year))
