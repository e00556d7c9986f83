"""Periods around a help: reviews, reminders, and what weekends and holidays do to them."""

from datetime import date

import pytest

from app.law.periods import Period
from app.law.planning import FIRST_REVIEW, LATEST_REVIEW, REVIEW, day_after, weeks_after, weeks_before


@pytest.mark.parametrize(
    ("period", "day", "due"),
    [
        (FIRST_REVIEW, date(2026, 1, 1), date(2026, 4, 1)),
        (FIRST_REVIEW, date(2026, 1, 3), date(2026, 4, 7)),  # 3 April is Good Friday, the 6th Easter Monday
        (REVIEW, date(2026, 5, 1), date(2026, 11, 2)),  # 1 November is a Sunday
        (REVIEW, date(2026, 8, 31), date(2027, 3, 1)),  # 28 February is a Sunday
        (LATEST_REVIEW, date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_a_review_is_due_on_a_working_day_after(period: Period, day: date, due: date) -> None:
    assert day_after(period, day, "NW") == due


def test_a_reminder_gives_way_to_the_working_day_before() -> None:
    assert weeks_before(date(2026, 4, 13), 1, "NW") == date(2026, 4, 2)  # Easter Monday, back over the holidays
    assert weeks_before(date(2026, 4, 15), 1, "NW") == date(2026, 4, 8)
    assert weeks_before(date(2026, 6, 11), 1, "NW") == date(2026, 6, 3)  # Corpus Christi in NW
    assert weeks_before(date(2026, 6, 11), 1, "BE") == date(2026, 6, 4)


def test_an_escalation_gives_way_to_the_working_day_after() -> None:
    assert weeks_after(date(2026, 3, 9), 4, "NW") == date(2026, 4, 7)
