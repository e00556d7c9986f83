"""Hours granted, weeks and months of a grant, and how it ends."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.consumption.rules import Granted, forecast, percent_of, spans, start_of
from app.modules.consumption.schemas import Per

EIGHT_WEEKS = Granted(D("0.50"), date(2026, 1, 1), date(2026, 2, 25))


@pytest.mark.parametrize(
    ("today", "used", "at_end", "used_up_on"),
    [
        (date(2025, 12, 31), "1.00", None, None),  # has not begun
        (date(2026, 1, 28), "0.00", None, None),  # nothing used: nothing to carry on
        (date(2026, 1, 28), "2.00", "4.00", None),  # half the time, half the hours
        (date(2026, 1, 28), "2.50", "5.00", date(2026, 2, 14)),  # 4.00 / (2.50 / 28 days) = 44.8 days
        (date(2026, 1, 28), "4.00", "8.00", date(2026, 1, 28)),  # used up today, exactly
        (date(2026, 1, 28), "5.00", "10.00", date(2026, 1, 23)),
        (date(2026, 2, 25), "3.99", "3.99", None),
        (date(2026, 6, 1), "4.01", "4.01", date(2026, 2, 25)),  # afterwards nothing is carried on
    ],
)
def test_the_forecast_carries_on_the_average(
    today: date, used: str, at_end: str | None, used_up_on: date | None
) -> None:
    found = forecast(EIGHT_WEEKS, D(used), today)
    if at_end is None:
        assert found is None
    else:
        assert found is not None
        assert (found.hours_at_end, found.used_up_on) == (D(at_end), used_up_on)
        assert found.is_overrun is (used_up_on is not None)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    weeks, months = list(spans(EIGHT_WEEKS, Per.WEEK)), list(spans(EIGHT_WEEKS, Per.MONTH))
    assert weeks[0] == (date(2026, 1, 1), date(2026, 1, 4))
    assert weeks[1] == (date(2026, 1, 5), date(2026, 1, 11))
    assert weeks[-1] == (date(2026, 2, 23), date(2026, 2, 25))
    assert months == [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 25))]
    assert list(spans(EIGHT_WEEKS, Per.PERIOD)) == [(EIGHT_WEEKS.first, EIGHT_WEEKS.last)]
    assert start_of(weeks[0][0], Per.WEEK) == date(2025, 12, 29)
    assert (start_of(months[1][1], Per.MONTH), start_of(months[1][1], Per.PERIOD)) == (date(2026, 2, 1), None)


@given(
    hours=st.decimals("0.01", "168", places=2),
    first=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    days=st.integers(0, 800),
    per=st.sampled_from(Per),
)
def test_the_parts_of_a_grant_are_the_whole(hours: D, first: date, days: int, per: Per) -> None:
    granted = Granted(hours, first, first + timedelta(days=days))
    parts = list(spans(granted, per))
    assert [part[0] for part in parts[1:]] == [part[1] + timedelta(days=1) for part in parts[:-1]]
    assert (parts[0][0], parts[-1][1]) == (granted.first, granted.last)
    assert abs(sum(granted.hours(*part) for part in parts) - granted.hours()) < D("0.0001")


@pytest.mark.parametrize(
    ("used", "approved", "percent"),
    [("3.999", "4", 99), ("4", "4", 100), ("0", "4", 0), ("9", "4", 225), ("1", "0", 0)],
)
def test_a_hundred_percent_is_reached_with_the_last_minute(used: str, approved: str, percent: int) -> None:
    assert percent_of(D(used), D(approved)) == percent
