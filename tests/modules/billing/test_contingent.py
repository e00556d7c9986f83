"""What may be used of granted hours: settlement periods, carry-over, week factors."""

from datetime import date
from typing import Any

import pytest

from app.modules.billing.rules import Allowance, Arrangement, Granted, allowance
from tests.modules.billing.records import terms

YEAR = Arrangement(
    date(2026, 1, 1), date(2026, 12, 31), (Granted(date(2026, 1, 1), date(2026, 12, 31), 400),)
)  # four hours a week
MAY = date(2026, 5, 1)


def allowed(month: date = MAY, billed: int = 0, arrangement: Arrangement = YEAR, **contingent: Any) -> Allowance:
    rules = terms(week_factor="4.33", contingent=contingent)
    return allowance(rules, arrangement, month, lambda first, last: billed)


def test_unused_hours_expire_with_the_month_unless_agreed() -> None:
    assert allowed() == Allowance(MAY, date(2026, 5, 31), 1732)
    assert allowed(settlement="quarter") == allowed()


@pytest.mark.parametrize(
    ("settlement", "first", "last", "hours"),
    [
        ("month", MAY, date(2026, 5, 31), 1732),
        ("quarter", date(2026, 4, 1), date(2026, 6, 30), 5196),
        ("half_year", date(2026, 1, 1), date(2026, 6, 30), 10392),
        ("approval_period", date(2026, 1, 1), date(2026, 12, 31), 20784),
    ],
)
def test_hours_are_used_within_the_settlement_period(settlement: str, first: date, last: date, hours: int) -> None:
    assert allowed(settlement=settlement, carry_over="within_settlement") == Allowance(first, last, hours)


@pytest.mark.parametrize(("billed", "carried"), [(0, 520), (5000, 196), (5196, 0), (6000, 0)])
def test_a_capped_carry_over_takes_what_was_left_of_the_period_before(billed: int, carried: int) -> None:
    found = allowed(settlement="quarter", carry_over="capped", carry_over_cap_percent=10, billed=billed)
    assert found.hours == 5196 + carried


def test_hamburg_pools_the_weekly_hours_of_the_approval_period() -> None:
    half_year = Arrangement(
        date(2026, 1, 5), date(2026, 7, 5), (Granted(date(2026, 1, 5), date(2026, 7, 5), 400),)
    )  # 26 weeks
    rules = terms(contingent={"settlement": "approval_period", "carry_over": "within_settlement"})
    assert allowance(rules, half_year, MAY, lambda first, last: 0).hours == 10400
    assert 10400 * 525 // 10 // 100 == 5460  # person-related minutes: 91 hours


def test_an_approval_period_ends_where_a_day_is_not_granted() -> None:
    grants = (
        Granted(date(2026, 1, 1), date(2026, 3, 31), 400),
        Granted(date(2026, 4, 2), date(2026, 5, 31), 400),
        Granted(date(2026, 6, 1), date(2026, 8, 31), 600),
    )
    arrangement = Arrangement(date(2026, 1, 1), date(2026, 12, 31), grants)
    found = allowed(arrangement=arrangement, settlement="approval_period", carry_over="within_settlement")
    assert (found.first, found.last) == (date(2026, 4, 2), date(2026, 8, 31))
