"""Pricing: records and terms in, lines that explain themselves out; the order of the steps is fixed.

share of the activity, share of the group, cap of the month, rounding on the agreed level, surcharge on the minutes,
units, rate of the service date, surcharge of the time of day, price of missed appointments, amount half up to cents,
sum of the rounded lines. Whole numbers all the way: hundredths of a minute, hundredths of a unit, cents. Days are
counted (see treatment.py), flat amounts of a month are in flat.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from uuid import UUID

from app.core.money import divide_half_up
from app.modules.agreements import (
    GROUP_RATES,
    ActivityCategory,
    AmountBasis,
    BillingTerms,
    BillingUnit,
    RoundingLevel,
)
from app.modules.billing.rules import words
from app.modules.billing.rules.clock import price_factor
from app.modules.billing.rules.contingent import Arrangement
from app.modules.billing.rules.counting import counted
from app.modules.billing.rules.entries import Entry
from app.modules.billing.rules.flat import flat_lines
from app.modules.billing.rules.lines import Line, Statement, Step, Unpriced
from app.modules.billing.rules.rounding import MINUTE, as_minutes, round_hundredths
from app.modules.billing.rules.treatment import Treatment, Treatments
from app.modules.billing.rules.validity import TermsOn

_Key = tuple[object, ...]
NO_ARRANGEMENTS: Mapping[UUID, Arrangement] = MappingProxyType({})


def price_month(
    entries: Iterable[Entry],
    terms_on: TermsOn,
    arrangements: Mapping[UUID, Arrangement] = NO_ARRANGEMENTS,
    before: Iterable[Entry] = (),
) -> Statement:
    """Price records by the terms of each service date; the order in which they come does not matter.

    Rounding per entry makes a line of each record; per day or per month it makes one line of all records of one
    activity of one help, and that line is what is rounded. Records of several months stay apart by month, so a
    simulation over years is one call.

    Args:
        arrangements: days and grants of each help; flat amounts need them, first and last days are told by them.
        before: records of the same helps that earlier invoices billed: they have used up what there is a month.

    Raises:
        ValueError: a record comes twice.

    Law: SGB VIII §§ 77, 78b ff.: rules and rate are those of the agreement.
    """
    ordered = sorted(entries, key=lambda entry: (entry.help_id.int, *entry.order))
    if len({entry.id for entry in ordered}) != len(ordered):
        raise ValueError("a record comes twice")
    treatments = Treatments(ordered, terms_on, arrangements, before)
    groups: dict[_Key, tuple[Treatment, list[Entry]]] = {}
    unpriced = []
    for entry in ordered:
        treatment = treatments.of(entry)
        if isinstance(treatment, Unpriced):
            unpriced.append(treatment)
        else:
            groups.setdefault(_key(entry, treatment), (treatment, []))[1].append(entry)
    lines: list[Line] = []
    for treatment, group in groups.values():
        if treatment.unit is BillingUnit.MONTH:
            lines += flat_lines(group, treatments, arrangements[group[0].help_id])
        else:
            lines.append(_line(treatment, group, treatments))
    return Statement(tuple(lines), tuple(unpriced))


def _key(entry: Entry, treatment: Treatment) -> _Key:
    """Records with the same key make one line; whatever changes the price is part of it."""
    month = (entry.day.year, entry.day.month)
    if treatment.unit is BillingUnit.MONTH:
        return (entry.help_id, entry.service_kind, month)
    level = treatment.version.terms.rounding_level
    bucket: UUID | object = month
    if treatment.unit is BillingUnit.FACHLEISTUNGSSTUNDE and level is RoundingLevel.PER_ENTRY:
        bucket = entry.id
    elif treatment.unit is BillingUnit.FACHLEISTUNGSSTUNDE and level is RoundingLevel.PER_DAY:
        bucket = entry.day
    version = treatment.version
    how = (treatment.rate_cents, treatment.percent, treatment.price_percent, treatment.reason.text_de)
    return (entry.help_id, entry.service_kind, entry.activity, version.source, version.valid_from, how, bucket)


def _line(treatment: Treatment, entries: Sequence[Entry], treatments: Treatments) -> Line:
    first, terms = entries[0], treatment.version.terms
    if treatment.unit is BillingUnit.DAY:
        billable = rounded = 0
        units, price, amount, steps = _days(treatment, entries)
    else:
        billable, shares, steps = _billable(treatment, entries, treatments)
        rounded = round_hundredths(terms.rounding_rule, billable)
        units = price = amount = 0
        if treatment.is_billable:
            steps.append(words.rounding(terms, billable, rounded))
            units, price, amount = _priced(treatment, entries, shares, rounded, steps)
    return Line(
        help_id=first.help_id,
        service_kind=first.service_kind,
        activity=first.activity,
        first_day=first.day,
        last_day=entries[-1].day,
        record_ids=tuple(entry.id for entry in entries),
        terms_source=treatment.version.source,
        minutes_worked=sum(entry.minutes for entry in entries),
        minutes_billable=as_minutes(billable),
        minutes_rounded=as_minutes(rounded),
        unit=treatment.unit,
        unit_minutes=terms.unit_minutes,
        units=as_minutes(units),
        rate_cents=treatment.rate_cents,
        price_cents=price,
        amount_cents=amount,
        steps=tuple(steps),
    )


def _billable(
    treatment: Treatment, entries: Sequence[Entry], treatments: Treatments
) -> tuple[int, list[int], list[Step]]:
    """The hundredths of a minute that count, together and of each record, with a step for each change."""
    shares, steps = [], [treatment.reason]
    for entry in entries:
        steps.append(words.recorded(entry))
        minutes = 0
        if treatment.is_billable:
            minutes, changes = counted(entry, treatment.version.terms)
            steps += changes
            left = treatments.history.minutes_left.get(entry.id, minutes)
            if left < minutes:
                steps.append(words.capped("je Monat", minutes, left))
                minutes = left
        shares.append(minutes)
    total = sum(shares)
    if len(entries) > 1:
        steps.append(words.together(entries, treatment.version.terms.rounding_level, total))
    return total, shares, steps


def _priced(
    treatment: Treatment, entries: Sequence[Entry], shares: Sequence[int], rounded: int, steps: list[Step]
) -> tuple[int, int, int]:
    """Hundredths of a unit, price of a unit and amount (cents) of the rounded minutes."""
    terms, entry = treatment.version.terms, entries[0]
    missed = entry.activity is ActivityCategory.NO_SHOW
    minutes = rounded
    if terms.surcharge_percent and not missed:
        minutes = divide_half_up(rounded * (100 + terms.surcharge_percent), 100)
        steps.append(words.surcharge(terms.surcharge_percent, rounded, minutes))
    units = divide_half_up(minutes, terms.unit_minutes)
    steps.append(words.units(terms.unit_minutes, minutes, units))
    price = treatment.rate_cents
    of_group = entry.group is not None and terms.group_rule in GROUP_RATES
    steps.append(words.rate(treatment.version.source, entry.service_kind, price, of_group=of_group))
    if missed:
        price = divide_half_up(price * treatment.price_percent, 100)
        steps.append(words.no_show(treatment.price_percent, treatment.rate_cents, price))
    elif terms.time_surcharges:
        price = _at_that_time(price, entries, shares, terms, steps)
    amount = _amount(terms, minutes, units, price)
    steps.append(words.amount(terms, minutes, units, price, amount))
    return units, price, amount


def _at_that_time(
    price: int, entries: Sequence[Entry], shares: Sequence[int], terms: BillingTerms, steps: list[Step]
) -> int:
    """The price of a unit, higher by the surcharges that its minutes have on average."""
    total = sum(shares)
    weighted = sum(
        (share * price_factor(entry, terms) for entry, share in zip(entries, shares, strict=True)), Fraction(0)
    )
    if not total or weighted == total:
        return price
    higher = divide_half_up(price * weighted.numerator, total * weighted.denominator)
    steps.append(words.time_surcharge(price, higher))
    return higher


def _days(treatment: Treatment, entries: Sequence[Entry]) -> tuple[int, int, int, list[Step]]:
    """Hundredths of a day, price of a day and amount (cents); each record stands for a day of its own."""
    steps = [treatment.reason, *(words.recorded(entry) for entry in entries)]
    if not treatment.is_billable:
        return 0, 0, 0, steps
    rate, percent, days = treatment.rate_cents, treatment.price_percent, len(entries)
    steps.append(words.rate(treatment.version.source, entries[0].service_kind, rate, of_group=False))
    price = divide_half_up(rate * percent, 100)
    if percent != 100:
        steps.append(words.day_share(percent, rate, price))
    amount = days * price
    steps.append(words.flat_amount(BillingUnit.DAY, days * 100, price, amount))
    return days * 100, price, amount, steps


def _amount(terms: BillingTerms, minutes: int, units: int, price: int) -> int:
    if terms.amount_basis is AmountBasis.MINUTES:
        return divide_half_up(minutes * price, terms.unit_minutes * MINUTE)
    return divide_half_up(units * price, 100)
