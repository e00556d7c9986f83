"""Pricing: records and terms in, lines that explain themselves out; the order of the steps is fixed.

share of the activity, share of the group, rounding on the agreed level, surcharge, units, rate of the service date,
price of missed appointments, amount half up to cents, sum of the rounded lines. Whole numbers all the way:
hundredths of a minute, hundredths of a unit, cents.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from app.core.money import divide_half_up
from app.modules.agreements import ActivityCategory, AmountBasis, BillingTerms, GroupRule, RoundingLevel
from app.modules.billing.rules import words
from app.modules.billing.rules.entries import Entry
from app.modules.billing.rules.lines import Line, Statement, Step, Unpriced
from app.modules.billing.rules.rounding import MINUTE, as_minutes, round_hundredths
from app.modules.billing.rules.treatment import Treatment, Treatments, group_share
from app.modules.billing.rules.validity import TermsOn

_Key = tuple[object, ...]


def price_month(entries: Iterable[Entry], terms_on: TermsOn) -> Statement:
    """Price records by the terms of each service date; the order in which they come does not matter.

    Rounding per entry makes a line of each record; per day or per month it makes one line of all records of one
    activity of one help, and that line is what is rounded. Records of several months stay apart by month, so a
    simulation over years is one call.

    Raises:
        ValueError: a record comes twice.

    Law: SGB VIII §§ 77, 78b ff.: rules and rate are those of the agreement.
    """
    ordered = sorted(entries, key=lambda entry: (entry.help_id.int, *entry.order))
    if len({entry.id for entry in ordered}) != len(ordered):
        raise ValueError("a record comes twice")
    treatments = Treatments(ordered, terms_on)
    groups: dict[_Key, tuple[Treatment, list[Entry]]] = {}
    unpriced = []
    for entry in ordered:
        treatment = treatments.of(entry)
        if isinstance(treatment, Unpriced):
            unpriced.append(treatment)
        else:
            groups.setdefault(_key(entry, treatment), (treatment, []))[1].append(entry)
    return Statement(tuple(_line(treatment, group) for treatment, group in groups.values()), tuple(unpriced))


def _key(entry: Entry, treatment: Treatment) -> _Key:
    """Records with the same key make one line; whatever changes the price is part of it."""
    level = treatment.version.terms.rounding_level
    bucket: UUID | object = (entry.day.year, entry.day.month)
    if level is RoundingLevel.PER_ENTRY:
        bucket = entry.id
    elif level is RoundingLevel.PER_DAY:
        bucket = entry.day
    version = treatment.version
    how = (treatment.rate_cents, treatment.percent, treatment.price_percent)
    return (entry.help_id, entry.service_kind, entry.activity, version.source, version.valid_from, how, bucket)


def _line(treatment: Treatment, entries: Sequence[Entry]) -> Line:
    first, terms = entries[0], treatment.version.terms
    billable, steps = _billable(treatment, entries)
    rounded = round_hundredths(terms.rounding_rule, billable)
    units = price = amount = 0
    if treatment.is_billable:
        steps.append(words.rounding(terms, billable, rounded))
        units, price, amount = _priced(treatment, first, rounded, steps)
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
        unit_minutes=terms.unit_minutes,
        units=as_minutes(units),
        rate_cents=treatment.rate_cents,
        price_cents=price,
        amount_cents=amount,
        steps=tuple(steps),
    )


def _billable(treatment: Treatment, entries: Sequence[Entry]) -> tuple[int, list[Step]]:
    """The hundredths of a minute that count, with a step for everything that changed them."""
    total, steps = 0, [treatment.reason]
    for entry in entries:
        steps.append(words.recorded(entry))
        minutes = entry.minutes * treatment.percent  # percent of minutes are hundredths
        if treatment.percent not in (0, 100):
            steps.append(words.share(treatment.percent, entry.minutes * MINUTE, minutes))
        if entry.group and treatment.is_billable:
            shared = group_share(treatment.version, entry.group, minutes)
            steps.append(words.group(treatment.version.terms, entry.group, minutes, shared))
            minutes = shared
        total += minutes
    if len(entries) > 1:
        steps.append(words.together(entries, treatment.version.terms.rounding_level, total))
    return total, steps


def _priced(treatment: Treatment, entry: Entry, rounded: int, steps: list[Step]) -> tuple[int, int, int]:
    """Hundredths of a unit, price of a unit and amount (cents) of the rounded minutes."""
    terms, missed = treatment.version.terms, entry.activity is ActivityCategory.NO_SHOW
    minutes = rounded
    if terms.surcharge_percent and not missed:
        minutes = divide_half_up(rounded * (100 + terms.surcharge_percent), 100)
        steps.append(words.surcharge(terms.surcharge_percent, rounded, minutes))
    units = divide_half_up(minutes, terms.unit_minutes)
    steps.append(words.units(terms.unit_minutes, minutes, units))
    price = treatment.rate_cents
    of_group = entry.group is not None and terms.group_rule is GroupRule.GROUP_RATE
    steps.append(words.rate(treatment.version.source, entry.service_kind, price, of_group=of_group))
    if missed:
        price = divide_half_up(price * treatment.price_percent, 100)
        steps.append(words.no_show(treatment.price_percent, treatment.rate_cents, price))
    amount = _amount(terms, minutes, units, price)
    steps.append(words.amount(terms, minutes, units, price, amount))
    return units, price, amount


def _amount(terms: BillingTerms, minutes: int, units: int, price: int) -> int:
    if terms.amount_basis is AmountBasis.MINUTES:
        return divide_half_up(minutes * price, terms.unit_minutes * MINUTE)
    return divide_half_up(units * price, 100)
