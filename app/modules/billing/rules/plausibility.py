"""What looks wrong among records before anybody pays: hints to a person, never a verdict.

Source: findings of audit offices; the overlap of one professional's records is the most telling of all.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.core.money import format_decimal_de
from app.law.working_time import LONGEST_WORKING_DAY_MINUTES, LONGEST_WORKING_DAY_SOURCE
from app.modules.agreements import ActivityCategory
from app.modules.billing.rules.entries import Entry
from app.modules.billing.rules.words import day_de

DIRECT = frozenset(
    {
        ActivityCategory.DIRECT_CONTACT,
        ActivityCategory.COLLATERAL_CONTACT,
        ActivityCategory.HELP_PLAN_MEETING,
        ActivityCategory.GROUP_SESSION,
        ActivityCategory.CO_WORK,
        ActivityCategory.OTHER_PLACE,
    }
)


@dataclass(frozen=True, slots=True)
class Hint:
    """A rule that records do not fit, which records, and one German sentence."""

    rule: str
    record_ids: tuple[UUID, ...]
    text_de: str


def overlaps(entries: Iterable[Entry]) -> tuple[Hint, ...]:
    """Pairs of direct records of one professional that overlap in time without being one group session."""
    hints: list[Hint] = []
    running: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for entry in _by_start(entry for entry in entries if entry.activity in DIRECT):
        still = [other for other in running[entry.worker_id] if other.ended_at > entry.started_at]
        hints.extend(_overlap(other, entry) for other in still if not _is_one_session(other, entry))
        running[entry.worker_id] = [*still, entry]
    return tuple(hints)


def duplicates(entries: Iterable[Entry]) -> tuple[Hint, ...]:
    """Records of one professional for one help that start at the same instant with the same activity."""
    same: defaultdict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in _by_start(entries):
        same[(entry.help_id, entry.worker_id, entry.activity, entry.started_at)].append(entry)
    return tuple(
        Hint("duplicate", _ids(group), f"Am {day_de(group[0].day)} steht derselbe Eintrag {len(group)}-mal.")
        for group in same.values()
        if len(group) > 1
    )


def overlong_days(entries: Iterable[Entry]) -> tuple[Hint, ...]:
    """Days on which one professional's direct minutes exceed the longest working day; a group session counts once.

    Law: ArbZG § 3 Satz 2.
    """
    days: defaultdict[tuple[UUID, date], list[Entry]] = defaultdict(list)
    for entry in _by_start(entry for entry in entries if entry.activity in DIRECT):
        days[(entry.worker_id, entry.day)].append(entry)
    return tuple(_overlong(group) for group in days.values() if _minutes(group) > LONGEST_WORKING_DAY_MINUTES)


def _by_start(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.started_at, entry.id.int))


def _is_one_session(one: Entry, other: Entry) -> bool:
    return one.session_id is not None and one.session_id == other.session_id


def _overlap(one: Entry, other: Entry) -> Hint:
    text = f"Am {day_de(other.day)} überschneiden sich zwei Einträge derselben Fachkraft."
    return Hint("overlap", _ids([one, other]), text)


def _overlong(group: list[Entry]) -> Hint:
    hours = format_decimal_de(LONGEST_WORKING_DAY_MINUTES // 60, 0)
    text = f"Am {day_de(group[0].day)} stehen {_minutes(group)} Minuten unmittelbarer Arbeit einer Fachkraft;"
    text += f" mehr als {hours} Stunden sind nicht erlaubt ({LONGEST_WORKING_DAY_SOURCE})."
    return Hint("overlong_day", _ids(group), text)


def _minutes(entries: list[Entry]) -> int:
    longest: dict[UUID, int] = {}
    for entry in entries:
        session = entry.session_id or entry.id
        longest[session] = max(longest.get(session, 0), entry.minutes)
    return sum(longest.values())


def _ids(entries: list[Entry]) -> tuple[UUID, ...]:
    return tuple(entry.id for entry in entries)
