"""Granted hours: what hours per week are in a month, and what may be used of them by the end of a month."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.core.money import divide_half_up
from app.law.calendars import is_working_day
from app.modules.agreements import BillingTerms, CarryOver, SettlementPeriod, WeekFactor

HUNDRED = 100
_DAYS_OF_WEEK = 7
_WORKING_DAYS_OF_WEEK = 5
_DAY = timedelta(days=1)
_WEEKS = {
    WeekFactor.FACTOR_4_3: Fraction(43, 10),
    WeekFactor.FACTOR_4_33: Fraction(433, 100),
    WeekFactor.FACTOR_52_12: Fraction(52, 12),
    WeekFactor.FACTOR_4_345: Fraction(4345, 1000),
}
_MONTHS = {SettlementPeriod.QUARTER: 3, SettlementPeriod.HALF_YEAR: 6}


@dataclass(frozen=True, slots=True)
class Granted:
    """Hours per week (hundredths) granted from one day to another, both inclusive."""

    first: date
    last: date
    hours_per_week: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A help as far as flat amounts, day rates and contingents depend on it: its days and what is granted."""

    first: date
    last: date
    grants: tuple[Granted, ...] = ()

    def granted_on(self, day: date) -> Granted | None:
        """What is granted for a day of the help; None: nothing, or the help does not run."""
        if not self.first <= day <= self.last:
            return None
        return next((grant for grant in self.grants if grant.first <= day <= grant.last), None)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many hundredths of an hour may be used from one day to another."""

    first: date
    last: date
    hours: int


def end_of_month(first: date) -> date:
    """The last day of the month in which a day lies."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def granted_hours(
    arrangement: Arrangement, first: date, last: date, factor: WeekFactor = WeekFactor.BY_DAYS, land: str | None = None
) -> int:
    """Hundredths of an hour granted within a period, half up.

    By days, a week's hours are spread over seven days (28 days are exactly four weeks). A factor gives each month the
    same number of weeks; of a month that is granted in part its share by calendar days. Working days are Monday to
    Friday, without the holidays of the Land where the agreement names one (assumption).
    """
    total = Fraction(0)
    for grant in arrangement.grants:
        begin = max(first, grant.first, arrangement.first)
        end = min(last, grant.last, arrangement.last)
        total += sum(grant.hours_per_week * _weeks(factor, land, *part) for part in _by_month(begin, end))
    return divide_half_up(total.numerator, total.denominator)


def allowance(
    terms: BillingTerms, arrangement: Arrangement, month: date, billed: Callable[[date, date], int]
) -> Allowance:
    """What may be used by the invoice of a month, on all invoices of the allowance's days together.

    Where unused hours expire with the month, that is the month; else the settlement period, whose hours may be used
    in any of its months (Hamburg: hours per week are an average). Hours carried over from the settlement period
    before are those it did not use, up to the agreed share of its own.

    Args:
        month: its first day.
        billed: hundredths of an hour billed from one day (the first of a month) to another.
    """
    rules = terms.contingent
    if rules.carry_over is CarryOver.NONE:
        first, last = month, end_of_month(month)
    else:
        first, last = settlement_period(rules.settlement, arrangement, month)
    hours = granted_hours(arrangement, first, last, terms.week_factor, terms.land)
    if rules.carry_over is CarryOver.CAPPED and rules.settlement is not SettlementPeriod.APPROVAL_PERIOD:
        before = settlement_period(rules.settlement, arrangement, first - _DAY)
        was_granted = granted_hours(arrangement, *before, terms.week_factor, terms.land)
        most = divide_half_up(was_granted * (rules.carry_over_cap_percent or 0), HUNDRED)
        hours += min(max(was_granted - billed(*before), 0), most)
    return Allowance(first, last, hours)


def settlement_period(kind: SettlementPeriod, arrangement: Arrangement, day: date) -> tuple[date, date]:
    """First and last day of the settlement period around a day.

    Calendar quarters and half-years; an approval period is what is granted without a gap around the month.
    """
    month = day.replace(day=1)
    if kind is SettlementPeriod.APPROVAL_PERIOD:
        return _approval_period(arrangement, month)
    months = _MONTHS.get(kind, 1)
    first = month.replace(month=(month.month - 1) // months * months + 1)
    return first, end_of_month(first.replace(month=first.month + months - 1))


def _approval_period(arrangement: Arrangement, month: date) -> tuple[date, date]:
    first, last = month, end_of_month(month)
    ordered = sorted(arrangement.grants, key=lambda grant: grant.first)
    for grant in reversed(ordered):
        if grant.first <= last and grant.last >= first - _DAY:
            first = min(first, grant.first)
    for grant in ordered:
        if grant.first <= last + _DAY and grant.last >= first:
            last = max(last, grant.last)
    return first, last


def _by_month(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, end_of_month(first))
        yield first, end
        first = end + _DAY


def _weeks(factor: WeekFactor, land: str | None, first: date, last: date) -> Fraction:
    days = (last - first).days + 1
    if factor is WeekFactor.BY_DAYS:
        return Fraction(days, _DAYS_OF_WEEK)
    if factor is WeekFactor.WORKDAYS_5:
        working = sum(_is_working(first + number * _DAY, land) for number in range(days))
        return Fraction(working, _WORKING_DAYS_OF_WEEK)
    return _WEEKS[factor] * Fraction(days, end_of_month(first).day)


def _is_working(day: date, land: str | None) -> bool:
    return is_working_day(day, land) if land else day.isoweekday() <= _WORKING_DAYS_OF_WEEK


def instalments(annual_cents: int, number: int) -> Sequence[int]:
    """The instalments of a budget in cents, equal but for the last, which takes what rounding left."""
    each = annual_cents // number
    return [*[each] * (number - 1), annual_cents - each * (number - 1)]
