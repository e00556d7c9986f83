"""How the terms treat a record: whether it is billable, which share counts, at which price."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.core.money import divide_half_up
from app.modules.agreements import ActivityCategory, GroupRule
from app.modules.billing.rules.entries import Entry, GroupShare
from app.modules.billing.rules.lines import Step, Unpriced
from app.modules.billing.rules.validity import DatedTerms, TermsOn
from app.modules.billing.rules.words import day_de


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the terms of one version make of one record.

    `percent` is the share of the minutes that counts (0: not billable), `price_percent` the share of the price.
    """

    version: DatedTerms
    rate_cents: int
    percent: int
    price_percent: int
    reason: Step

    @property
    def is_billable(self) -> bool:
        """Whether anything of the record is paid."""
        return self.percent > 0


class Treatments:
    """Decides record by record; knows which missed appointments of the month are within the agreed number."""

    def __init__(self, entries: Iterable[Entry], terms_on: TermsOn) -> None:
        """Args: entries: in the order of pricing, because the earliest missed appointments are the paid ones."""
        self._terms_on = terms_on
        self._found: dict[date, DatedTerms | None] = {}
        self._no_show_number = _numbered(entries)

    def of(self, entry: Entry) -> Treatment | Unpriced:
        """The treatment, or why no terms name a price."""
        if entry.day not in self._found:
            self._found[entry.day] = self._terms_on(entry.day)
        version = self._found[entry.day]
        if version is None:
            return Unpriced(entry.id, "terms", f"Am {day_de(entry.day)} gilt keine Vereinbarung.")
        rate_cents = _rate(entry, version)
        if rate_cents is None:
            text = f"{entry.service_kind.title_de} gehört nicht zu {version.source}."
            return Unpriced(entry.id, "service_kind", text)
        if entry.activity is ActivityCategory.NO_SHOW:
            return self._missed(entry, version, rate_cents)
        return _done(entry, version, rate_cents)

    def _missed(self, entry: Entry, version: DatedTerms, rate_cents: int) -> Treatment:
        terms, most = version.terms, version.terms.no_show_max_per_month
        if not terms.no_show_percent:
            percent, text = 0, f"Ausgefallene Termine sind nach {version.source} nicht abrechenbar."
        elif most is not None and self._no_show_number[entry.id] > most:
            percent, text = 0, f"Mehr als {most} ausgefallene Termine im Monat zahlt {version.source} nicht."
        else:
            percent, text = 100, f"Ausgefallene Termine sind nach {version.source} abrechenbar."
        return Treatment(version, rate_cents, percent, terms.no_show_percent, _activity(percent, text))


def group_share(version: DatedTerms, group: GroupShare, minutes: int) -> int:
    """One participant's hundredths of a minute of a group session."""
    terms = version.terms
    match terms.group_rule:
        case GroupRule.PER_HEAD_SPLIT:
            return divide_half_up(minutes, group.participants)
        case GroupRule.PER_HEAD_SPLIT_STAFF:
            return divide_half_up(minutes * group.staff, group.participants)
        case GroupRule.SPLIT_BY_HEADS_AND_STAFF:
            return divide_half_up(minutes, group.participants * group.staff)
        case GroupRule.FIXED_PERCENT:
            return divide_half_up(minutes * (terms.group_percent or 0), 100)
        case _:  # a rate of its own: the minutes stay
            return minutes


def _done(entry: Entry, version: DatedTerms, rate_cents: int) -> Treatment:
    named = version.terms.activities.get(entry.activity)
    what = f"{entry.activity.title_de} ist nach {version.source}"
    if named is None or not named.billable:
        return Treatment(version, rate_cents, 0, 100, _activity(0, f"{what} nicht abrechenbar."))
    text = f"{what} abrechenbar."
    return Treatment(version, rate_cents, named.percent, 100, _activity(named.percent, text))


def _activity(percent: int, text: str) -> Step:
    return Step("activity", text, "", f"{percent} %")


def _rate(entry: Entry, version: DatedTerms) -> int | None:
    agreed = version.terms.rate_for(entry.service_kind)
    if agreed is not None and entry.group and version.terms.group_rule is GroupRule.GROUP_RATE:
        return version.terms.group_rate_cents
    return agreed


def _numbered(entries: Iterable[Entry]) -> dict[UUID, int]:
    """Missed appointments, counted per help and calendar month."""
    counted: defaultdict[tuple[UUID, int, int], int] = defaultdict(int)
    numbers = {}
    for entry in entries:
        if entry.activity is ActivityCategory.NO_SHOW:
            month = (entry.help_id, entry.day.year, entry.day.month)
            counted[month] += 1
            numbers[entry.id] = counted[month]
    return numbers
