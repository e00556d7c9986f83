"""How the terms treat a record: whether it is billable, at which price, as time or as a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.core.money import divide_half_up
from app.modules.agreements import (
    FLAT_MODELS,
    GROUP_RATES,
    ActivityCategory,
    BillingModel,
    BillingUnit,
)
from app.modules.billing.rules.clock import is_within
from app.modules.billing.rules.contingent import Arrangement
from app.modules.billing.rules.entries import Entry
from app.modules.billing.rules.history import History, why_unpaid
from app.modules.billing.rules.lines import Step, Unpriced
from app.modules.billing.rules.validity import DatedTerms, TermsOn
from app.modules.billing.rules.words import day_de

DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the terms of one version make of one record.

    `percent` is the share of the minutes that counts, as the reason tells it (0: not billable), `price_percent` the
    share of the price. A unit of a month: the record proves a flat amount and has no price of its own.
    """

    version: DatedTerms
    rate_cents: int
    percent: int
    price_percent: int
    reason: Step
    unit: BillingUnit = BillingUnit.FACHLEISTUNGSSTUNDE

    @property
    def is_billable(self) -> bool:
        """Whether anything of the record is paid."""
        return self.percent > 0


class Treatments:
    """Decides record by record; knows what the price of one owes to the others."""

    def __init__(
        self,
        entries: Sequence[Entry],
        terms_on: TermsOn,
        arrangements: Mapping[UUID, Arrangement],
        before: Iterable[Entry],
    ) -> None:
        """Args: entries: in the order of pricing, because the earliest missed appointments are the paid ones."""
        self._terms_on = terms_on
        self._arrangements = arrangements
        self._found: dict[date, DatedTerms | None] = {}
        self.history = History(before, entries, self.version_of)

    def on(self, day: date) -> DatedTerms | None:
        """The terms of a day."""
        if day not in self._found:
            self._found[day] = self._terms_on(day)
        return self._found[day]

    def version_of(self, entry: Entry) -> DatedTerms | None:
        """The terms of the service date."""
        return self.on(entry.day)

    def of(self, entry: Entry) -> Treatment | Unpriced:
        """The treatment, or why no terms name a price."""
        version = self.on(entry.day)
        if version is None:
            return Unpriced(entry.id, "terms", f"Am {day_de(entry.day)} gilt keine Vereinbarung.")
        rate_cents = _rate(entry, version)
        if rate_cents is None:
            text = f"{entry.service_kind.title_de} gehört nicht zu {version.source}."
            return Unpriced(entry.id, "service_kind", text)
        if version.terms.billing_model in FLAT_MODELS:
            return self._flat(entry, version, rate_cents)
        return self._single(entry, version, rate_cents)

    def _single(self, entry: Entry, version: DatedTerms, rate_cents: int) -> Treatment:
        """A record that has a price of its own."""
        model = version.terms.billing_model
        if model is BillingModel.AREA_BUDGET:
            return _unpaid(version, rate_cents, f"Mit dem Budget nach {version.source} abgegolten.")
        if model is BillingModel.DAILY_RATE_PRESENCE:
            return self._day(entry, version, rate_cents)
        if entry.activity is ActivityCategory.NO_SHOW:
            return self._missed(entry, version, rate_cents)
        return _done(entry, version, rate_cents)

    def _flat(self, entry: Entry, version: DatedTerms, rate_cents: int) -> Treatment | Unpriced:
        if entry.help_id not in self._arrangements:
            text = f"Für die Pauschale nach {version.source} fehlen Zeitraum und Bewilligung der Hilfe."
            return Unpriced(entry.id, "arrangement", text)
        reason = _activity(100, f"Nachweis der Pauschale nach {version.source}.")
        return Treatment(version, rate_cents, 100, 100, reason, BillingUnit.MONTH)

    def _missed(self, entry: Entry, version: DatedTerms, rate_cents: int) -> Treatment:
        reason = self._why_missed_is_unpaid(entry, version)
        percent, text = (
            (0, reason) if reason else (100, f"Ausgefallene Termine sind nach {version.source} abrechenbar.")
        )
        price_percent = version.terms.no_show_percent
        return Treatment(version, rate_cents, percent, price_percent, _activity(percent, text))

    def _why_missed_is_unpaid(self, entry: Entry, version: DatedTerms) -> str | None:
        terms, history, source = version.terms, self.history, version.source
        if not terms.no_show_percent:
            return f"Ausgefallene Termine sind nach {source} nicht abrechenbar."
        if reason := why_unpaid(entry, version):
            return reason
        most = terms.no_show_max_per_month
        if most is not None and history.no_show_number[entry.id] > most:
            return f"Mehr als {most} ausgefallene Termine im Monat zahlt {source} nicht."
        most = terms.no_show_max_consecutive
        if most is not None and history.series_number[entry.id] > most:
            return f"Mehr als {most} ausgefallene Termine nacheinander zahlt {source} nicht."
        weeks = terms.no_show_stop_weeks
        if weeks is not None and (entry.day - history.series_start[entry.id]).days > weeks * DAYS_OF_WEEK:
            return f"Seit mehr als {weeks} Wochen fällt jeder Termin aus; das zahlt {source} nicht."
        return None

    def _day(self, entry: Entry, version: DatedTerms, rate_cents: int) -> Treatment:
        """A day of presence or absence; of several records of one day, one is paid."""
        named = version.terms.activities.get(entry.activity)
        what = f"{entry.activity.title_de} ist nach {version.source}"
        if named is None or not named.billable:
            return _unpaid(version, rate_cents, f"{what} nicht abrechenbar.", BillingUnit.DAY)
        if self.history.day_of[entry.help_id, entry.day] != entry.id:
            return _unpaid(
                version, rate_cents, "Der Tag ist schon mit einem anderen Eintrag berechnet.", BillingUnit.DAY
            )
        rules = version.terms.days
        percent, text = named.percent, f"{what} abrechenbar."
        most = rules.absence_max_days if rules else None
        if entry.activity is ActivityCategory.STANDBY_ABSENCE:
            if most is not None and self.history.absence_number[entry.id] > most:
                text = f"Mehr als {most} Tage nacheinander hält {version.source} keinen Platz frei."
                return _unpaid(version, rate_cents, text, BillingUnit.DAY)
        elif (share := self._first_or_last(entry, version)) is not None:
            name, of_day = share
            percent = divide_half_up(percent * of_day, 100)
            text = f"{name}: nach {version.source} zu {of_day} % abrechenbar."
        counts = 100 if percent else 0
        return Treatment(version, rate_cents, counts, percent, _activity(percent, text), BillingUnit.DAY)

    def _first_or_last(self, entry: Entry, version: DatedTerms) -> tuple[str, int] | None:
        """First and last day of the help; where they are one, it is the first."""
        arrangement, rules = self._arrangements.get(entry.help_id), version.terms.days
        if arrangement is None or rules is None:
            return None
        if entry.day == arrangement.first:
            return "Aufnahmetag", rules.first_day_percent
        return ("Entlassungstag", rules.last_day_percent) if entry.day == arrangement.last else None


def _done(entry: Entry, version: DatedTerms, rate_cents: int) -> Treatment:
    terms = version.terms
    named = terms.activities.get(entry.activity)
    what = f"{entry.activity.title_de} ist nach {version.source}"
    if named is None or not named.billable:
        return _unpaid(version, rate_cents, f"{what} nicht abrechenbar.")
    text = f"{what} abrechenbar."
    if terms.contact_windows and not is_within(entry, terms.contact_windows):
        if not entry.has_note:
            return _unpaid(version, rate_cents, f"Außerhalb der Zeiten, die {version.source} nennt, ohne Begründung.")
        text = f"{what} abrechenbar; außerhalb der vereinbarten Zeiten, mit Begründung."
    return Treatment(version, rate_cents, named.percent, 100, _activity(named.percent, text))


def _unpaid(
    version: DatedTerms, rate_cents: int, text: str, unit: BillingUnit = BillingUnit.FACHLEISTUNGSSTUNDE
) -> Treatment:
    return Treatment(version, rate_cents, 0, 100, _activity(0, text), unit)


def _activity(percent: int, text: str) -> Step:
    return Step("activity", text, "", f"{percent} %")


def _rate(entry: Entry, version: DatedTerms) -> int | None:
    """The rate of the group, the activity, the professional or the kind of help: the first that is agreed."""
    terms = version.terms
    agreed = terms.rate_for(entry.service_kind)
    if agreed is None:
        return None
    if entry.group and terms.group_rule in GROUP_RATES:
        return terms.group_rate_cents
    named = terms.activities.get(entry.activity)
    if named is not None and named.rate_cents is not None:
        return named.rate_cents
    of_staff = terms.rate_for_staff(entry.qualification, entry.employment)
    return agreed if of_staff is None else of_staff
