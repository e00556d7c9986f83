"""Hints: overlapping, doubled and overlong records of one professional."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.modules.billing.rules import Entry, GroupShare, Hint, duplicates, overlaps, overlong_days
from tests.modules.billing.records import entry

OTHER_HELP, OTHER_WORKER, SESSION = UUID(int=8), UUID(int=9), UUID(int=10)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, 4, hour, minute, tzinfo=UTC)


def ids(hints: tuple[Hint, ...]) -> list[tuple[int, ...]]:
    return [tuple(record_id.int - 1000 for record_id in hint.record_ids) for hint in hints]


class TestOverlaps:
    def test_one_professional_is_not_in_two_places(self) -> None:
        records = [entry(1, 60, started_at=at(8)), entry(2, 60, started_at=at(8, 59), help_id=OTHER_HELP)]
        (hint,) = overlaps(records)
        assert (hint.rule, hint.text_de) == (
            "overlap",
            "Am 04.05.2026 überschneiden sich zwei Einträge derselben Fachkraft.",
        )
        assert ids((hint,)) == [(1, 2)]

    def test_what_touches_does_not_overlap(self) -> None:
        assert overlaps([entry(1, 60, started_at=at(8)), entry(2, 60, started_at=at(9))]) == ()

    def test_a_long_record_overlaps_every_short_one(self) -> None:
        records = [entry(1, 240, started_at=at(8))]
        records += [entry(n, 10, started_at=at(7 + n), help_id=OTHER_HELP) for n in (2, 3, 4, 5)]
        assert ids(overlaps(records)) == [(1, 2), (1, 3), (1, 4)]

    @pytest.mark.parametrize(
        "second",
        [
            entry(2, 60, started_at=at(8, 30), worker_id=OTHER_WORKER),
            entry(2, 60, started_at=at(8, 30), activity="documentation"),
            entry(2, 60, started_at=at(8, 30), activity="no_show"),
        ],
        ids=["other-professional", "indirect", "missed"],
    )
    def test_what_can_be_at_the_same_time_is_no_hint(self, second: Entry) -> None:
        assert overlaps([entry(1, 60, started_at=at(8)), second]) == ()

    def test_one_group_session_in_two_helps_is_no_hint(self) -> None:
        share: dict[str, Any] = {"activity": "group_session", "group": GroupShare(2), "started_at": at(8)}
        linked = [entry(n, 60, help_id=UUID(int=n), session_id=SESSION, **share) for n in (1, 2)]
        assert overlaps(linked) == ()
        unlinked = [entry(n, 60, help_id=UUID(int=n), **share) for n in (1, 2)]
        assert ids(overlaps(unlinked)) == [(1, 2)]

    def test_the_hour_that_comes_twice_is_two_hours(self) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        night: dict[str, Any] = {"day": date(2026, 10, 25)}
        first = entry(1, 60, started_at=datetime(2026, 10, 25, 2, 0, tzinfo=berlin), **night)
        second = entry(2, 60, started_at=datetime(2026, 10, 25, 2, 0, tzinfo=berlin, fold=1), **night)
        assert overlaps([second, first]) == ()

    def test_the_order_of_records_does_not_matter(self) -> None:
        records = [entry(n, 90, started_at=at(7 + n)) for n in range(5)]
        assert overlaps(records) == overlaps(records[::-1])


class TestDuplicates:
    def test_the_same_record_twice_is_a_hint(self) -> None:
        (hint,) = duplicates([entry(1, 60, started_at=at(8)), entry(2, 45, started_at=at(8))])
        assert (hint.rule, hint.text_de) == ("duplicate", "Am 04.05.2026 steht derselbe Eintrag 2-mal.")

    def test_another_help_or_start_is_no_duplicate(self) -> None:
        records = [entry(1, started_at=at(8)), entry(2, started_at=at(9))]
        assert duplicates([*records, entry(3, started_at=at(8), help_id=OTHER_HELP)]) == ()


class TestOverlongDays:
    @pytest.mark.parametrize(("minutes", "found"), [(599, 0), (600, 0), (601, 1)])
    def test_ten_hours_are_the_limit(self, minutes: int, found: int) -> None:
        records = [entry(1, 300, started_at=at(5)), entry(2, minutes - 300, started_at=at(12))]
        assert len(overlong_days(records)) == found

    def test_the_hint_names_the_law(self) -> None:
        (hint,) = overlong_days([entry(1, 700)])
        assert hint.text_de == (
            "Am 04.05.2026 stehen 700 Minuten unmittelbarer Arbeit einer Fachkraft; "
            "mehr als 10 Stunden sind nicht erlaubt (§ 3 Satz 2 ArbZG)."
        )

    def test_a_group_session_counts_once(self) -> None:
        share: dict[str, Any] = {"activity": "group_session", "group": GroupShare(3), "session_id": SESSION}
        assert overlong_days([entry(n, 300, help_id=UUID(int=n), **share) for n in range(3)]) == ()

    def test_indirect_work_is_not_counted(self) -> None:
        assert overlong_days([entry(1, 500), entry(2, 300, activity="documentation")]) == ()
