"""What the price of a record owes to the others of its help: how many appointments were missed before it, what is left
of a month's cap, whether its day is counted already.

Whatever was billed before goes first, so that a later invoice takes nothing from an earlier one; then the records in
their order. Only a series of missed appointments is told by the calendar alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from app.modules.agreements import FACE_TO_FACE, ActivityCategory
from app.modules.billing.rules.counting import counted
from app.modules.billing.rules.entries import Entry
from app.modules.billing.rules.rounding import MINUTE
from app.modules.billing.rules.validity import DatedTerms

VersionOf = Callable[[Entry], DatedTerms | None]
_DAY = timedelta(days=1)
_PRESENT, _ABSENT = ActivityCategory.PRESENCE_DAY, ActivityCategory.STANDBY_ABSENCE


class History:
    """Counts over the records of each help, billed before or now."""

    def __init__(self, before: Iterable[Entry], entries: Sequence[Entry], version_of: VersionOf) -> None:
        """Args: entries: in the order of pricing."""
        earlier = sorted(before, key=lambda entry: (entry.help_id.int, *entry.order))
        walk = [*earlier, *entries]
        missed = [entry for entry in walk if entry.activity is ActivityCategory.NO_SHOW]
        self.no_show_number = _numbered(entry for entry in missed if why_unpaid(entry, version_of(entry)) is None)
        self.series_number, self.series_start = _series(walk)
        self.minutes_left = _caps(walk, version_of)
        self.day_of = _days(earlier, entries)
        self.absence_number = _absences(walk)
        self.flat_months = {(entry.help_id, entry.day.year, entry.day.month) for entry in earlier}


def why_unpaid(entry: Entry, version: DatedTerms | None) -> str | None:
    """Why a missed appointment is not paid, as far as its record says; None: it is, as far as that goes."""
    terms = version.terms if version else None
    if version is None or terms is None:
        return None
    limit = terms.no_show_notice_hours
    if limit is not None and entry.notice_hours is not None and entry.notice_hours >= limit:
        return f"{entry.notice_hours} Stunden vorher abgesagt; {version.source} bezahlt nur spätere Absagen."
    if terms.no_show_needs_note and not entry.has_note:
        return f"Ohne Anmerkung als Nachweis bezahlt {version.source} keinen ausgefallenen Termin."
    return None


def _numbered(missed: Iterable[Entry]) -> dict[UUID, int]:
    """Missed appointments, counted per help and calendar month."""
    counts: defaultdict[tuple[UUID, int, int], int] = defaultdict(int)
    numbers = {}
    for entry in missed:
        month = (entry.help_id, entry.day.year, entry.day.month)
        counts[month] += 1
        numbers[entry.id] = counts[month]
    return numbers


def _series(walk: Iterable[Entry]) -> tuple[dict[UUID, int], dict[UUID, date]]:
    """How many appointments in a row were missed, this one included, and since when; contact ends a series."""
    numbers: dict[UUID, int] = {}
    starts: dict[UUID, date] = {}
    running: dict[UUID, tuple[int, date]] = {}
    for entry in sorted(walk, key=lambda entry: entry.order):
        if entry.activity is ActivityCategory.NO_SHOW:
            number, start = running.get(entry.help_id, (0, entry.day))
            running[entry.help_id] = (number + 1, start)
            numbers[entry.id], starts[entry.id] = number + 1, start
        elif entry.activity in FACE_TO_FACE:
            running.pop(entry.help_id, None)
    return numbers, starts


def _caps(walk: Iterable[Entry], version_of: VersionOf) -> dict[UUID, int]:
    """What is left of a month's cap for each record of a capped activity, in hundredths of a minute."""
    used: defaultdict[tuple[object, ...], int] = defaultdict(int)
    left = {}
    for entry in walk:
        version = version_of(entry)
        named = version.terms.activities.get(entry.activity) if version else None
        if version is None or named is None or named.max_minutes_per_month is None:
            continue
        month = (entry.help_id, entry.activity, entry.day.year, entry.day.month)
        left[entry.id] = max(named.max_minutes_per_month * MINUTE - used[month], 0)
        used[month] += min(counted(entry, version.terms)[0], left[entry.id])
    return left


def _days(earlier: Sequence[Entry], entries: Sequence[Entry]) -> dict[tuple[UUID, date], UUID]:
    """Which record stands for a day of a help: one that was billed, else of presence, else the first."""
    chosen: dict[tuple[UUID, date], UUID] = {}
    for part in (earlier, entries):
        for activity in (_PRESENT, _ABSENT):
            for entry in part:
                if entry.activity is activity:
                    chosen.setdefault((entry.help_id, entry.day), entry.id)
    return chosen


def _absences(walk: Sequence[Entry]) -> dict[UUID, int]:
    """Which day of an uninterrupted absence a record is."""
    present = {(entry.help_id, entry.day) for entry in walk if entry.activity is _PRESENT}
    absent = {entry.id: (entry.help_id, entry.day) for entry in walk if entry.activity is _ABSENT}
    days = set(absent.values()) - present
    numbers: dict[tuple[UUID, date], int] = {}
    for help_id, day in sorted(days):
        numbers[help_id, day] = numbers.get((help_id, day - _DAY), 0) + 1
    return {id_: numbers.get(day, 1) for id_, day in absent.items()}
