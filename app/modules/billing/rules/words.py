"""The German sentences of a line's explanation; they state values, they compute none."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.core.money import format_decimal_de, format_euro_de
from app.modules.agreements import (
    AmountBasis,
    BillingTerms,
    BillingUnit,
    GroupRule,
    RoundingLevel,
    ServiceKind,
    WeekFactor,
)
from app.modules.billing.rules.entries import Entry, GroupShare
from app.modules.billing.rules.lines import Step
from app.modules.billing.rules.rounding import MINUTE, as_minutes

_DIVISION = {
    GroupRule.PER_HEAD_SPLIT: "{minutes} ÷ {participants} Anwesende",
    GroupRule.PER_HEAD_SPLIT_STAFF: "{minutes} × {staff} Fachkräfte ÷ {participants} Anwesende",
    GroupRule.SPLIT_BY_HEADS_AND_STAFF: "{minutes} ÷ {participants} Anwesende ÷ {staff} Fachkräfte",
    GroupRule.FIXED_PERCENT: "{percent} % von {minutes}",
    GroupRule.GROUP_HOUR_RATE: "{minutes} ÷ {participants} Anwesende, der Entgeltsatz ist ein eigener",
    GroupRule.GROUP_RATE: "{minutes} bleiben, der Entgeltsatz ist ein eigener",
}


def day_de(day: date) -> str:
    """A day as 04.05.2026."""
    return f"{day:%d.%m.%Y}"


def minutes_de(hundredths: int) -> str:
    """Hundredths of a minute as 95 min or 33,33 min."""
    whole = hundredths % MINUTE == 0
    return f"{format_decimal_de(as_minutes(hundredths), 0 if whole else 2)}\u00a0min"


def units_de(hundredths: int) -> str:
    """Hundredths of a unit as 1,75."""
    return format_decimal_de(as_minutes(hundredths))


def recorded(entry: Entry) -> Step:
    """A record as it was written."""
    return Step("recorded", f"Eintrag vom {day_de(entry.day)}.", "", minutes_de(entry.minutes * MINUTE))


def share(percent: int, before: int, after: int) -> Step:
    """A part of the minutes counts."""
    return Step("share", f"Davon zählen {percent} %.", minutes_de(before), minutes_de(after))


def flat_minutes(before: int, after: int) -> Step:
    """An activity counts with a flat number of minutes."""
    return Step("flat_minutes", "Pauschale Minuten je Eintrag.", minutes_de(before), minutes_de(after))


def capped(of_what: str, before: int, after: int) -> Step:
    """An activity counts up to a limit."""
    return Step("cap", f"Höchstgrenze {of_what} erreicht.", minutes_de(before), minutes_de(after))


def group(terms: BillingTerms, shared: GroupShare, before: int, after: int) -> Step:
    """One participant's share of a group session."""
    division = _DIVISION[terms.group_rule].format(
        minutes=minutes_de(before),
        participants=shared.participants,
        staff=shared.staff,
        percent=terms.group_percent,
    )
    return Step("group", f"Gruppe: {division}.", minutes_de(before), minutes_de(after))


def together(entries: Sequence[Entry], level: RoundingLevel, total: int) -> Step:
    """The records of a line added up."""
    return Step("sum", f"{len(entries)} Einträge zusammen ({_small(level.title_de)}).", "", minutes_de(total))


def rounding(terms: BillingTerms, before: int, after: int) -> Step:
    """The rounding rule of the agreement."""
    text = f"Rundung {_small(terms.rounding_level.title_de)}: {_small(terms.rounding_rule.title_de)}."
    return Step("rounding", text, minutes_de(before), minutes_de(after))


def surcharge(percent: int, before: int, after: int) -> Step:
    """The surcharge for indirect work."""
    return Step("surcharge", f"Zuschlag von {percent} % auf die Minuten.", minutes_de(before), minutes_de(after))


def units(unit_minutes: int, before: int, after: int) -> Step:
    """Minutes as Fachleistungsstunden."""
    text = f"{minutes_de(before)} ÷ {unit_minutes} Minuten je Fachleistungsstunde, auf zwei Stellen."
    return Step("units", text, minutes_de(before), units_de(after))


def rate(source: str, kind: ServiceKind, cents: int, *, of_group: bool) -> Step:
    """The agreed rate of the service date."""
    what = "Gruppen" if of_group else kind.title_de
    return Step("rate", f"Entgeltsatz am Leistungstag für {what} nach {source}.", "", format_euro_de(cents))


def no_show(percent: int, before: int, after: int) -> Step:
    """A missed appointment costs a part of the price; its duration stays."""
    text = f"Ausgefallener Termin: {percent} % des Preises; die Dauer bleibt, kein Zuschlag."
    return Step("no_show", text, format_euro_de(before), format_euro_de(after))


def time_surcharge(before: int, after: int) -> Step:
    """Minutes at night or on a Sunday cost more; the price is that of all minutes on average."""
    text = "Zuschläge nach Tageszeit, im Mittel der Minuten."
    return Step("time_surcharge", text, format_euro_de(before), format_euro_de(after))


def day_share(percent: int, before: int, after: int) -> Step:
    """A day that costs a part of the day rate."""
    return Step("day_share", f"Davon {percent} % des Tagessatzes.", format_euro_de(before), format_euro_de(after))


def flat(title: str, source: str, first: date, last: date) -> Step:
    """A flat amount, and the days it is for."""
    return Step("flat", f"{title} vom {day_de(first)} bis {day_de(last)} nach {source}.", "", "")


def proof(records: int) -> Step:
    """What proves a flat amount."""
    return Step("proof", f"Nachgewiesen mit {records} {'Eintrag' if records == 1 else 'Einträgen'}.", "", "")


def weekly_hours(first: date, last: date, factor: WeekFactor, hundredths: int) -> Step:
    """Granted hours per week as hours of the days."""
    text = f"Bewilligte Wochenstunden vom {day_de(first)} bis {day_de(last)}, umgerechnet: {factor.title_de}."
    return Step("weekly_hours", text, "", units_de(hundredths))


def daily_value(monthly: int, tenths: int, daily: int) -> Step:
    """The daily value of a monthly amount."""
    days = format_decimal_de(Decimal(tenths).scaleb(-1), 1)
    text = f"Tageswert: {format_euro_de(monthly)} ÷ {days} Tage, kaufmännisch auf Cent."
    return Step("daily_value", text, format_euro_de(monthly), format_euro_de(daily))


def share_of_month(days: int, whole: int, monthly: int, cents: int) -> Step:
    """A part of a monthly amount."""
    text = f"{days} von {whole} Tagen: {format_euro_de(monthly)} × {days} ÷ {whole}, kaufmännisch auf Cent."
    return Step("amount", text, format_euro_de(monthly), format_euro_de(cents))


def flat_amount(unit: BillingUnit, unit_count: int, price: int, cents: int) -> Step:
    """Days or months times their price."""
    text = f"{units_de(unit_count)} {unit.title_de} × {format_euro_de(price)}."
    return Step("amount", text, format_euro_de(price), format_euro_de(cents))


def amount(terms: BillingTerms, minutes: int, unit_count: int, price: int, cents: int) -> Step:
    """The amount of the line."""
    if terms.amount_basis is AmountBasis.MINUTES:
        quantity = f"{minutes_de(minutes)} ÷ {terms.unit_minutes}"
    else:
        quantity = units_de(unit_count)
    text = f"{quantity} × {format_euro_de(price)}, kaufmännisch auf Cent."
    return Step("amount", text, format_euro_de(price), format_euro_de(cents))


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]
