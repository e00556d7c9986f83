"""What holds for every month, whatever the records and terms are."""

import ast
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.money import divide_half_up
from app.modules import billing
from app.modules.agreements import ActivityCategory, AmountBasis, RoundingLevel, RoundingRule
from app.modules.billing.rules import Entry, GroupShare, dated, price_month, round_minutes
from tests.modules.billing.records import always, entry, version

ACTIVITIES = st.sampled_from(["direct_contact", "travel", "no_show", "group_session", "documentation"])


@st.composite
def months(draw: st.DrawFn) -> list[Entry]:
    records = []
    for number in range(draw(st.integers(0, 12))):
        activity = draw(ACTIVITIES)
        group = GroupShare(draw(st.integers(1, 9)), draw(st.integers(1, 3))) if activity == "group_session" else None
        day = date(2026, 5, 1) + timedelta(days=draw(st.integers(0, 40)))
        records.append(entry(number, draw(st.integers(1, 600)), day=day, activity=activity, group=group))
    return records


@st.composite
def contracts(draw: st.DrawFn) -> dict[str, Any]:
    rule = draw(
        st.sampled_from(["per_head_split", "per_head_split_staff", "split_by_heads_and_staff", "fixed_percent"])
    )
    travel = draw(st.integers(0, 100))
    return {
        "rate_cents": draw(st.integers(0, 20_000)),
        "unit_minutes": draw(st.sampled_from([45, 50, 60, 90])),
        "activities": {
            "direct_contact": {"billable": True},
            "group_session": {"billable": True},
            "travel": {"billable": travel > 0, "percent": travel},
        },
        "rounding_rule": draw(st.sampled_from(RoundingRule)),
        "rounding_level": draw(st.sampled_from(RoundingLevel)),
        "amount_basis": draw(st.sampled_from(AmountBasis)),
        "surcharge_percent": draw(st.integers(0, 30)),
        "no_show_percent": draw(st.integers(0, 100)),
        "no_show_max_per_month": draw(st.none() | st.integers(0, 3)),
        "group_rule": rule,
        "group_percent": draw(st.integers(0, 100)) if rule == "fixed_percent" else None,
    }


@given(months(), contracts())
def test_the_total_is_the_sum_of_the_lines(records: list[Entry], contract: dict[str, Any]) -> None:
    statement = price_month(records, always(**contract))
    assert statement.total_cents == sum(line.amount_cents for line in statement.lines)
    assert statement.units == sum(line.units for line in statement.lines)


@given(months(), contracts(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records: list[Entry], contract: dict[str, Any], random: Any) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    assert price_month(shuffled, always(**contract)) == price_month(records, always(**contract))


@given(months(), contracts())
def test_every_record_is_on_exactly_one_line(records: list[Entry], contract: dict[str, Any]) -> None:
    statement = price_month(records, always(**contract))
    told = [record_id for line in statement.lines for record_id in line.record_ids]
    assert sorted(told) == sorted(record.id for record in records)
    assert sum(line.minutes_worked for line in statement.lines) == sum(record.minutes for record in records)


@given(months(), contracts())
def test_anybody_can_recompute_a_line_from_what_it_shows(records: list[Entry], contract: dict[str, Any]) -> None:
    surcharge, basis = contract["surcharge_percent"], contract["amount_basis"]
    for line in price_month(records, always(**contract)).lines:
        hundredths = int(line.minutes_rounded * 100)
        if line.activity is not ActivityCategory.NO_SHOW:
            hundredths = divide_half_up(hundredths * (100 + surcharge), 100)
        assert int(line.units * 100) == divide_half_up(hundredths, line.unit_minutes)
        if basis is AmountBasis.UNITS:
            assert line.amount_cents == divide_half_up(int(line.units * 100) * line.price_cents, 100)
        else:
            assert line.amount_cents == divide_half_up(hundredths * line.price_cents, line.unit_minutes * 100)


@given(st.decimals(0, 1440, places=2))
def test_down_is_never_more_and_up_never_less_than_exact(minutes: Decimal) -> None:
    down, exact, half, up = (
        round_minutes(RoundingRule(rule), minutes)
        for rule in ("quarter_down", "exact_minute", "quarter_half_up", "quarter_up")
    )
    assert down <= exact <= up
    assert half in (down, up)
    assert abs(half - exact) <= Decimal("7.5")


@given(st.sampled_from(RoundingRule), st.decimals(0, 1440, places=2), st.decimals(0, 1440, places=2))
def test_rounding_is_monotone(rule: RoundingRule, one: Decimal, other: Decimal) -> None:
    less, more = sorted((one, other))
    assert 0 <= round_minutes(rule, less) <= round_minutes(rule, more)


@given(contracts(), st.integers(1, 1439), ACTIVITIES)
def test_a_longer_record_never_costs_less(contract: dict[str, Any], minutes: int, activity: str) -> None:
    shorter, longer = (
        price_month([entry(1, length, activity=activity)], always(**contract)).total_cents
        for length in (minutes, minutes + 1)
    )
    assert 0 <= shorter <= longer


@given(months(), contracts())
def test_exact_minutes_cost_between_rounded_down_and_rounded_up(records: list[Entry], contract: dict[str, Any]) -> None:
    down, exact, up = (
        price_month(records, always(**contract | {"rounding_rule": rule})).total_cents
        for rule in ("quarter_down", "exact_minute", "quarter_up")
    )
    assert down <= exact <= up


@settings(max_examples=30)
@given(months(), st.integers(1, 31))
def test_a_change_of_terms_splits_and_loses_nothing(records: list[Entry], day: int) -> None:
    change = date(2026, 5, day)
    on = dated([version(valid_to=change - timedelta(days=1), source="alt"), version(change, source="neu")])
    lines = price_month(records, on).lines
    assert all((line.terms_source == "alt") == (line.last_day < change) for line in lines)
    assert sum(len(line.record_ids) for line in lines) == len(records)


def test_no_rule_knows_a_float() -> None:
    for path in (Path(billing.__file__).parent / "rules").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path
            assert not (isinstance(node, ast.Name) and node.id == "float"), path
            assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)), path
