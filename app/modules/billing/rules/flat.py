"""Flat amounts of a month: weekly hours, packages, case groups. The month's records are their proof, not their price.

A month without any record has no line: nothing proves it (assumption; audit offices object to lump sums without
proof). Where terms change within the month, each day is paid by its own terms; a package is then split by days.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from app.core.money import divide_half_up
from app.modules.agreements import FLAT_MODELS, ActivityCategory, BillingModel, BillingUnit, DaysPerMonth, PackageRule
from app.modules.billing.rules import words
from app.modules.billing.rules.contingent import Arrangement, end_of_month, granted_hours
from app.modules.billing.rules.entries import Entry
from app.modules.billing.rules.lines import Line, Step
from app.modules.billing.rules.rounding import as_minutes
from app.modules.billing.rules.treatment import Treatments
from app.modules.billing.rules.validity import DatedTerms

_DAY = timedelta(days=1)
_MINUTES_OF_HOUR, _ONE, _TEN = 60, 100, 10
_TENTHS = {DaysPerMonth.THIRTY: 300, DaysPerMonth.THIRTY_POINT_FOUR: 304}


@dataclass(frozen=True, slots=True)
class _Part:
    """Consecutive days of a month with one flat price: its terms, amount and name."""

    version: DatedTerms
    first: date
    last: date
    active: int  # days on which the help runs and is granted
    monthly_cents: int
    title: str


@dataclass(frozen=True, slots=True)
class _Charge:
    """What a part costs: hundredths of a unit, its price and the amount in cents, and how that came about."""

    unit: BillingUnit
    units: int
    price: int
    amount: int
    steps: tuple[Step, ...]


def flat_lines(entries: Sequence[Entry], treatments: Treatments, arrangement: Arrangement) -> list[Line]:
    """The lines of one help and month whose records come under flat terms."""
    first = entries[0].day.replace(day=1)
    parts = list(_parts(entries[0], treatments, arrangement))
    is_billed = (entries[0].help_id, first.year, first.month) in treatments.history.flat_months
    lines = []
    for part in parts:
        proof = [entry for entry in entries if part.first <= entry.day <= part.last]
        charge = _nothing("Die Pauschale dieses Monats ist schon berechnet.") if is_billed else None
        charge = charge or _charge(part, parts, arrangement)
        if proof or charge.amount:
            lines.append(_line(entries[0], part, proof, charge))
    return lines


def _parts(entry: Entry, treatments: Treatments, arrangement: Arrangement) -> Iterator[_Part]:
    first = entry.day.replace(day=1)
    days = [first + number * _DAY for number in range(end_of_month(first).day)]

    def price_of(day: date) -> tuple[DatedTerms, int, str] | None:
        version = treatments.on(day)
        rate = version.terms.rate_for(entry.service_kind) if version else None
        if version is None or rate is None or version.terms.billing_model not in FLAT_MODELS:
            return None
        return (version, *_group(version, rate, arrangement, day))

    for key, of_part in groupby(((price_of(day), day) for day in days), key=lambda pair: pair[0]):
        part = [day for _, day in of_part]
        if key is not None:
            active = sum(arrangement.granted_on(day) is not None for day in part)
            yield _Part(key[0], part[0], part[-1], active, key[1], key[2])


def _group(version: DatedTerms, rate: int, arrangement: Arrangement, day: date) -> tuple[int, str]:
    """The monthly amount, by case group that of the hours granted on the day, and what it is called."""
    terms = version.terms
    if terms.case_groups is None:
        return rate, terms.billing_model.title_de
    granted = arrangement.granted_on(day)
    hours = granted.hours_per_week if granted else 0
    ordered = sorted(terms.case_groups.groups, key=lambda group: group.from_hours_per_week)
    fitting = [group for group in ordered if group.from_hours_per_week * _ONE <= hours]
    chosen = fitting[-1] if fitting else ordered[0]
    return chosen.monthly_cents, chosen.title


def _charge(part: _Part, parts: Sequence[_Part], arrangement: Arrangement) -> _Charge:
    match part.version.terms.billing_model:
        case BillingModel.WEEKLY_FLAT:
            return _weekly(part, arrangement)
        case BillingModel.CASE_GROUP_FLAT:
            return _by_case_group(part)
        case _:
            return _package(part, parts, arrangement)


def _weekly(part: _Part, arrangement: Arrangement) -> _Charge:
    terms = part.version.terms
    hours = granted_hours(arrangement, part.first, part.last, terms.week_factor, terms.land)
    units = divide_half_up(hours * _MINUTES_OF_HOUR, terms.unit_minutes)
    amount = divide_half_up(units * part.monthly_cents, _ONE)
    steps = (
        words.weekly_hours(part.first, part.last, terms.week_factor, hours),
        words.units(terms.unit_minutes, hours * _MINUTES_OF_HOUR, units),
        words.flat_amount(BillingUnit.FACHLEISTUNGSSTUNDE, units, part.monthly_cents, amount),
    )
    return _Charge(BillingUnit.FACHLEISTUNGSSTUNDE, units, part.monthly_cents, amount, steps)


def _by_case_group(part: _Part) -> _Charge:
    """The whole month, or the published daily value (rounded to cents) for each day of a month that was begun."""
    rules, days = part.version.terms.case_groups, end_of_month(part.first).day
    if part.active == days or rules is None:
        return _months(part, _ONE)
    tenths = _TENTHS.get(rules.days_per_month, days * _TEN)
    daily = divide_half_up(part.monthly_cents * _TEN, tenths)
    amount = part.active * daily
    steps = (
        words.daily_value(part.monthly_cents, tenths, daily),
        words.flat_amount(BillingUnit.DAY, part.active * _ONE, daily, amount),
    )
    return _Charge(BillingUnit.DAY, part.active * _ONE, daily, amount, steps)


def _package(part: _Part, parts: Sequence[_Part], arrangement: Arrangement) -> _Charge:
    rules = part.version.terms.package
    active = sum(other.active for other in parts)
    rule = rules.rule if rules else PackageRule.PRORATED
    if not part.active:
        return _nothing("Die Hilfe lief an diesen Tagen nicht oder war nicht bewilligt.")
    if rules and rule is PackageRule.CUTOFF and (reason := _beyond_cutoff(part, arrangement, rules.cutoff_day)):
        return _nothing(reason)
    whole = end_of_month(part.first).day if rule is PackageRule.PRORATED else active
    return _months(part, _ONE) if part.active == whole else _share(part, whole)


def _beyond_cutoff(part: _Part, arrangement: Arrangement, cutoff: int) -> str | None:
    month, end = part.first.replace(day=1), end_of_month(part.first)
    days = [month + number * _DAY for number in range(end.day)]
    active = [day for day in days if arrangement.granted_on(day)]
    if active[0].day > cutoff:
        return f"Beginn nach dem {cutoff}. des Monats: das Leistungspaket wird nicht bezahlt."
    if active[-1] < end and active[-1].day <= cutoff:
        return f"Ende bis zum {cutoff}. des Monats: das Leistungspaket wird nicht bezahlt."
    return None


def _months(part: _Part, units: int) -> _Charge:
    amount = part.monthly_cents
    step = words.flat_amount(BillingUnit.MONTH, units, amount, amount)
    return _Charge(BillingUnit.MONTH, units, amount, amount, (step,))


def _share(part: _Part, whole: int) -> _Charge:
    """Days of a month: the amount from the month's, not from a rounded daily value."""
    price = divide_half_up(part.monthly_cents, whole)
    amount = divide_half_up(part.monthly_cents * part.active, whole)
    step = words.share_of_month(part.active, whole, part.monthly_cents, amount)
    return _Charge(BillingUnit.DAY, part.active * _ONE, price, amount, (step,))


def _nothing(reason: str) -> _Charge:
    return _Charge(BillingUnit.MONTH, 0, 0, 0, (Step("flat", reason, "", "0 %"),))


def _line(entry: Entry, part: _Part, proof: Sequence[Entry], charge: _Charge) -> Line:
    head = words.flat(part.title, part.version.source, part.first, part.last)
    return Line(
        help_id=entry.help_id,
        service_kind=entry.service_kind,
        activity=ActivityCategory.FLAT_RATE,
        first_day=part.first,
        last_day=part.last,
        record_ids=tuple(record.id for record in proof),
        terms_source=part.version.source,
        minutes_worked=sum(record.minutes for record in proof),
        minutes_billable=as_minutes(0),
        minutes_rounded=as_minutes(0),
        unit=charge.unit,
        unit_minutes=part.version.terms.unit_minutes,
        units=as_minutes(charge.units),
        rate_cents=part.monthly_cents,
        price_cents=charge.price,
        amount_cents=charge.amount,
        steps=(head, words.proof(len(proof)), *charge.steps),
    )
