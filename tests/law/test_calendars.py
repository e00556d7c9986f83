"""The calendar: Berlin's day, working days of a Land, the end of a day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.calendars import LANDS, add_working_days, end_of_day, is_working_day, legal_date, next_working_day

DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))
ANY_LAND = st.sampled_from(sorted(LANDS))
ASCENSION, WHIT_MONDAY = date(2026, 5, 14), date(2026, 5, 25)


class TestLegalDate:
    @pytest.mark.parametrize(
        ("instant", "day"),
        [
            ("2026-01-15T22:59:59+00:00", date(2026, 1, 15)),
            ("2026-01-15T23:00:00+00:00", date(2026, 1, 16)),
            ("2026-07-15T21:59:59+00:00", date(2026, 7, 15)),
            ("2026-07-15T22:00:00+00:00", date(2026, 7, 16)),
            ("2025-12-31T23:30:00+00:00", date(2026, 1, 1)),
            ("2026-03-28T23:00:00+00:00", date(2026, 3, 29)),
            ("2026-03-29T22:00:00+00:00", date(2026, 3, 30)),
            ("2026-10-24T22:00:00+00:00", date(2026, 10, 25)),
            ("2026-10-25T22:59:59+00:00", date(2026, 10, 25)),
            ("2026-10-25T23:00:00+00:00", date(2026, 10, 26)),
        ],
    )
    def test_the_day_is_berlins(self, instant: str, day: date) -> None:
        assert legal_date(datetime.fromisoformat(instant)) == day

    def test_any_zone_tells_the_same_day(self) -> None:
        tokyo = datetime(2026, 5, 5, 6, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
        assert legal_date(tokyo) == date(2026, 5, 4)

    def test_a_naive_instant_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            legal_date(datetime(2026, 5, 4))  # noqa: DTZ001


class TestEndOfDay:
    @pytest.mark.parametrize(
        ("day", "end", "hours"),
        [
            (date(2026, 1, 15), "2026-01-15T22:59:59+00:00", 24),
            (date(2026, 7, 15), "2026-07-15T21:59:59+00:00", 24),
            (date(2026, 3, 29), "2026-03-29T21:59:59+00:00", 23),
            (date(2026, 10, 25), "2026-10-25T22:59:59+00:00", 25),
        ],
    )
    def test_days_have_23_24_or_25_hours(self, day: date, end: str, hours: int) -> None:
        assert end_of_day(day) == datetime.fromisoformat(end)
        assert end_of_day(day).tzinfo is UTC
        assert end_of_day(day) - end_of_day(day - timedelta(days=1)) == timedelta(hours=hours)

    @given(DAYS)
    def test_it_is_the_last_second_of_that_day(self, day: date) -> None:
        assert legal_date(end_of_day(day)) == day
        assert legal_date(end_of_day(day) + timedelta(seconds=1)) == day + timedelta(days=1)


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("day", "land", "expected"),
        [
            (date(2026, 5, 13), "NW", True),
            (ASCENSION, "NW", False),
            (date(2026, 5, 15), "NW", True),
            (date(2026, 5, 16), "NW", False),  # Saturday
            (date(2026, 5, 17), "NW", False),  # Sunday
            (WHIT_MONDAY, "NW", False),
            (date(2026, 6, 4), "NW", False),  # Fronleichnam
            (date(2026, 6, 4), "BE", True),
            (date(2026, 3, 8), "BE", False),
            (date(2027, 3, 8), "BE", False),  # Frauentag, a Monday
            (date(2027, 3, 8), "NW", True),
            (date(2026, 11, 18), "SN", False),  # Buß- und Bettag
            (date(2026, 11, 18), "BY", True),
            (date(2025, 10, 31), "SN", False),  # Reformationstag
            (date(2025, 10, 31), "BY", True),
            (date(2026, 1, 6), "BY", False),  # Heilige Drei Könige
            (date(2026, 1, 6), "NW", True),
            (date(2026, 12, 24), "NW", True),
            (date(2026, 12, 31), "NW", True),
        ],
    )
    def test_holidays_are_those_of_the_land(self, day: date, land: str, expected: bool) -> None:
        assert is_working_day(day, land) is expected

    @pytest.mark.parametrize("land", sorted(LANDS))
    def test_every_land_has_its_holidays(self, land: str) -> None:
        assert not is_working_day(date(2026, 12, 25), land)

    @pytest.mark.parametrize("land", ["XX", "nw", "Augsburg", ""])
    def test_an_unknown_land_is_refused(self, land: str) -> None:
        with pytest.raises(ValueError, match="no Land"):
            is_working_day(date(2026, 5, 4), land)

    @pytest.mark.parametrize(
        ("day", "amount", "expected"),
        [
            (ASCENSION, 5, date(2026, 5, 21)),
            (ASCENSION, 10, date(2026, 5, 29)),
            (date(2026, 5, 16), 1, date(2026, 5, 18)),
            (date(2026, 5, 13), 1, date(2026, 5, 15)),
            (date(2026, 5, 22), 1, date(2026, 5, 26)),
            (date(2026, 5, 16), 0, date(2026, 5, 16)),
            (date(2026, 5, 18), -1, date(2026, 5, 15)),
            (date(2026, 5, 15), -1, date(2026, 5, 13)),
            (date(2026, 12, 31), 1, date(2027, 1, 4)),
        ],
    )
    def test_counting_skips_weekends_and_holidays(self, day: date, amount: int, expected: date) -> None:
        assert add_working_days(day, amount, "NW") == expected

    @given(DAYS, st.integers(1, 40), ANY_LAND)
    def test_one_day_more_is_later_and_a_working_day(self, day: date, amount: int, land: str) -> None:
        last = add_working_days(day, amount, land)
        assert is_working_day(last, land)
        assert add_working_days(day, amount - 1, land) < last
        between = (day + timedelta(days=n) for n in range(1, (last - day).days + 1))
        assert sum(is_working_day(each, land) for each in between) == amount

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (date(2026, 5, 15), date(2026, 5, 15)),
            (ASCENSION, date(2026, 5, 15)),
            (date(2026, 5, 23), date(2026, 5, 26)),
            (date(2026, 4, 3), date(2026, 4, 7)),
        ],
    )
    def test_the_next_working_day_may_be_the_day_itself(self, day: date, expected: date) -> None:
        assert next_working_day(day, "NW") == expected
