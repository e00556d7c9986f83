"""The price of a Fachleistungsstunde from cost and time: every step told, nothing rounded but what is shown. Pure.

Source: facts 5.1 (structure of the Alzey-Worms guidelines, of Hamburg's auditors and of the Paritätische's list).
Law: SGB VIII § 77 Abs. 1, § 78c Abs. 2.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.core.money import divide_half_up, format_decimal_de, format_euro_de
from app.core.problems import Invalid
from app.modules.fees.schemas import CostKind, FeeBasis, OverheadBase, OverheadPreset, ReductionBase

COST_JUMP_PERCENT = 10
"""Costs that rose more than this in a year are asked about (facts 5.2, R9)."""
_PRESETS = {OverheadPreset.KGST_OFFICE: Fraction(20), OverheadPreset.KGST_NON_OFFICE: Fraction(15)}
_WORKING_DAYS_OF_WEEK, _HUNDRED, _MINUTES_OF_HOUR = 5, 100, 60


@dataclass(frozen=True, slots=True)
class FeeStep:
    """One step: what it is called, how it came about, its value with two places (cents: whole) and its unit."""

    key: str
    title_de: str
    text_de: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class FeeHint:
    """What a reader should ask about."""

    code: str
    text_de: str


@dataclass(frozen=True, slots=True)
class FeeResult:
    """The price in cents, with everything that led to it."""

    rate_cents: int
    rate_per_direct_hour_cents: int
    cost_cents: int
    billable_hours: str
    steps: tuple[FeeStep, ...]
    hints: tuple[FeeHint, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass
class _Sheet:
    """The steps so far."""

    steps: list[FeeStep] = field(default_factory=list)

    def days(self, key: str, title: str, text: str, value: int) -> int:
        self.steps.append(FeeStep(key, title, text, str(value), "days"))
        return value

    def hours(self, key: str, title: str, text: str, value: Fraction) -> Fraction:
        self.steps.append(FeeStep(key, title, text, two_places(value), "hours"))
        return value

    def cents(self, key: str, title: str, text: str, value: int) -> int:
        self.steps.append(FeeStep(key, title, text, str(value), "cents"))
        return value


def calculate(basis: FeeBasis) -> FeeResult:
    """Compute the price of an hour, half up to cents; hours are exact and only shown with two places.

    Raises:
        Invalid: no time is left that could be sold; with a pointer.
    """
    sheet = _Sheet()
    gross, net = _working_time(basis, sheet)
    billable = _billable_hours(basis, gross, net, sheet)
    cost = _cost(basis, sheet)
    own = sheet.cents(
        "rate",
        "Entgeltsatz",
        f"{format_euro_de(cost)} ÷ {_hours_de(billable)} Stunden, kaufmännisch auf Cent",
        _half_up(Fraction(cost) * _reciprocal(billable)),
    )
    rate = _mixed(basis, own, sheet)
    direct = divide_half_up(rate * _MINUTES_OF_HOUR, basis.direct_minutes)
    if basis.direct_minutes != _MINUTES_OF_HOUR:
        text = f"{format_euro_de(rate)} × 60 ÷ {basis.direct_minutes} Minuten; erst so sind Sätze vergleichbar"
        sheet.cents("rate_per_direct_hour", "Je Stunde direkten Kontakts", text, direct)
    hints = tuple(_hints(basis, gross, net))
    return FeeResult(rate, direct, cost, two_places(billable), tuple(sheet.steps), hints)


def _working_time(basis: FeeBasis, sheet: _Sheet) -> tuple[Fraction, Fraction]:
    """Gross and net hours of the year."""
    time = basis.working_time
    daily = Fraction(time.weekly_hours) * Fraction(1, _WORKING_DAYS_OF_WEEK)
    working = time.days_of_year - time.weekend_days - time.holidays
    absent = time.vacation + time.regeneration + time.sickness + time.training
    if working <= 0 or working <= absent:
        pointer = "/working_time/days_of_year" if working <= 0 else "/working_time/vacation"
        raise Invalid.field(pointer, "no_time", "Es bleiben keine Arbeitstage.", "No working days are left.")
    text = f"{_places_de(time.weekly_hours)} Wochenstunden ÷ {_WORKING_DAYS_OF_WEEK}"
    sheet.hours("daily_hours", "Stunden je Arbeitstag", text, daily)
    text = f"{time.days_of_year} Tage − {time.weekend_days} Samstage und Sonntage − {time.holidays} Feiertage"
    sheet.days("working_days", "Arbeitstage", text, working)
    text = f"{working} Tage × {_hours_de(daily)} Stunden"
    gross = sheet.hours("gross_hours", "Bruttojahresarbeitszeit", text, daily * working)
    text = (
        f"{working} − {time.vacation} Urlaub − {time.regeneration} Regeneration − {time.sickness} Krankheit "
        f"− {time.training} Fortbildung"
    )
    present = sheet.days("present_days", "Anwesenheitstage", text, working - absent)
    text = f"{present} Tage × {_hours_de(daily)} Stunden"
    net = sheet.hours("net_hours", "Nettojahresarbeitszeit (bereinigt)", text, daily * present)
    if time.net_hours is not None:
        title = "Vereinbarte Nettojahresarbeitszeit"
        net = sheet.hours("agreed_net_hours", title, "wie vereinbart, statt der errechneten", Fraction(time.net_hours))
    return gross, net


def _billable_hours(basis: FeeBasis, gross: Fraction, net: Fraction, sheet: _Sheet) -> Fraction:
    rules = basis.reductions
    of_base = net if rules.base is ReductionBase.NET else gross
    percent = _reduction_percent(basis)
    reduced = net - of_base * percent * Fraction(1, _HUNDRED)
    if reduced <= 0:
        de, en = "Nach Abzug der Minderzeiten bleibt keine Zeit.", "No time is left after the reductions."
        raise Invalid.field("/reductions/subject_specific_percent", "no_time", de, en)
    if percent:
        text = (
            f"{_hours_de(net)} − {_places_de(rules.subject_specific_percent)} % fachspezifisch − "
            f"{_places_de(rules.case_specific_percent)} % fallspezifisch {rules.base.title_de}"
        )
        sheet.hours("reduced_hours", "Zeit für Fälle", text, reduced)
    billable = reduced * Fraction(rules.utilisation_percent) * Fraction(1, _HUNDRED)
    text = f"{_hours_de(reduced)} × {_places_de(rules.utilisation_percent)} % Auslastung"
    return sheet.hours("billable_hours", "Abrechenbare Stunden", text, billable)


def _cost(basis: FeeBasis, sheet: _Sheet) -> int:
    """Cents of the year, item by item, with the share for administration and lead."""
    sums: dict[CostKind, int] = dict.fromkeys(CostKind, 0)
    for place, item in enumerate(basis.costs, 1):
        text = f"Nachweis: {item.evidence}" if item.evidence else "ohne Nachweis"
        sheet.cents(f"cost_{place}_{item.kind.value}", f"{item.kind.title_de}: {item.title}", text, item.cents)
        sums[item.kind] += item.cents
    percent = overhead_percent(basis)
    of_base = sums[CostKind.PERSONNEL]
    if basis.overhead.base is OverheadBase.PERSONNEL_AND_MATERIAL:
        of_base += sums[CostKind.MATERIAL]
    overhead = _half_up(of_base * percent * Fraction(1, _HUNDRED))
    share = f"{_fraction_de(percent)} % {basis.overhead.base.title_de}"
    sheet.cents("overhead", "Verwaltung und Leitung", f"{share}: {format_euro_de(of_base)}", overhead)
    told = [format_euro_de(cents) for cents in (*(cents for cents in sums.values() if cents), overhead)]
    return sheet.cents("cost", "Kosten im Jahr", " + ".join(told), sum(sums.values()) + overhead)


def _mixed(basis: FeeBasis, own: int, sheet: _Sheet) -> int:
    """The rate of all qualifications together, by their share of the hours."""
    if not basis.mix:
        return own
    others = sum((Fraction(part.percent) for part in basis.mix), Fraction(0))
    parts = [(_HUNDRED - others, own), *((Fraction(part.percent), part.rate_cents) for part in basis.mix)]
    text = " + ".join(f"{_fraction_de(percent)} % × {format_euro_de(cents)}" for percent, cents in parts)
    mixed = _half_up(sum((percent * cents for percent, cents in parts), Fraction(0)) * Fraction(1, _HUNDRED))
    return sheet.cents("mixed_rate", "Entgeltsatz aller Qualifikationen", text, mixed)


def overhead_percent(basis: FeeBasis) -> Fraction:
    """The share for administration and lead."""
    return _PRESETS.get(basis.overhead.preset, Fraction(basis.overhead.percent))


def _reduction_percent(basis: FeeBasis) -> Fraction:
    return Fraction(basis.reductions.subject_specific_percent) + Fraction(basis.reductions.case_specific_percent)


def _hints(basis: FeeBasis, gross: Fraction, net: Fraction) -> Iterator[FeeHint]:
    """What auditors ask about: time paid twice, costs that jump or have no proof, reductions beyond what is agreed."""
    rules = basis.reductions
    for twice in sorted(set(rules.contain) & set(rules.billed_apart)):
        text = f"{twice.title_de} ist in den Minderzeiten enthalten und daneben abrechenbar: doppelt finanziert."
        yield FeeHint("CALC-DOUBLE", text)
    for item in basis.costs:
        if item.previous_cents and (change := change_percent(item.previous_cents, item.cents)) > COST_JUMP_PERCENT:
            yield FeeHint("COST-JUMP", f"{item.title}: {_places_de(change)} % mehr als im Vorjahr.")
        if item.evidence is None:
            yield FeeHint("COST-UNPROVEN", f"{item.title}: ohne Nachweis.")
    lost = (net if rules.base is ReductionBase.NET else gross) * _reduction_percent(basis) * Fraction(1, _HUNDRED)
    if rules.cap_percent is not None and lost * _HUNDRED > gross * Fraction(rules.cap_percent):
        text = f"Die Minderzeiten überschreiten {_places_de(rules.cap_percent)} % der Bruttojahresarbeitszeit."
        yield FeeHint("REDUCTION-CAP", text)
    if rules.utilisation_percent < _HUNDRED:
        text = "Die Auslastung ist unter 100 % angesetzt; bei ambulanten Hilfen ist das ein Thema der Rechnungshöfe."
        yield FeeHint("UTILISATION", text)


def change_percent(before: int, after: int) -> Decimal:
    """By how many percent a value changed, two places half up.

    Raises:
        ValueError: there was nothing before.
    """
    return Decimal(divide_half_up((after - before) * _HUNDRED * _HUNDRED, before)).scaleb(-2)


@dataclass(frozen=True, slots=True)
class FeeDifference:
    """A step that is not the same in two versions."""

    key: str
    title_de: str
    unit: str
    before: str | None
    after: str | None
    difference: str | None
    percent: str | None


def differences(before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]]) -> list[FeeDifference]:
    """What differs between the steps of two versions, in the order of the newer one, then what fell away."""
    old, new = ({step["key"]: step for step in steps} for steps in (before, after))
    keys: Iterable[str] = [*new, *(key for key in old if key not in new)]
    return [
        _difference(old.get(key), new.get(key))
        for key in keys
        if key not in old or key not in new or old[key]["value"] != new[key]["value"]
    ]


def _difference(old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> FeeDifference:
    step = new or old or {}
    was, is_ = (None if one is None else Decimal(one["value"]) for one in (old, new))
    change = is_ - was if was is not None and is_ is not None else None
    percent = change_percent(int(was * _HUNDRED), int(is_ * _HUNDRED)) if was and is_ is not None else None
    return FeeDifference(
        key=step["key"],
        title_de=step["title_de"],
        unit=step["unit"],
        before=old["value"] if old else None,
        after=new["value"] if new else None,
        difference=None if change is None else str(change),
        percent=None if percent is None else str(percent),
    )


def two_places(value: Fraction) -> str:
    """An exact number as a decimal string with two places, half up."""
    return str(Decimal(_half_up(value * _HUNDRED)).scaleb(-2))


def _half_up(value: Fraction) -> int:
    return divide_half_up(value.numerator, value.denominator)


def _reciprocal(value: Fraction) -> Fraction:
    return Fraction(value.denominator, value.numerator)


def _hours_de(value: Fraction) -> str:
    return _places_de(Decimal(two_places(value)))


def _fraction_de(value: Fraction) -> str:
    return _places_de(Decimal(two_places(value)))


def _places_de(value: Decimal) -> str:
    """With decimal comma, and only the places that say something."""
    whole = value == value.to_integral_value()
    return format_decimal_de(value, 0 if whole else 2)
