"""What holds under every billing model, whatever was agreed: fuzzed terms, fuzzed months."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.modules.agreements import (
    FACE_TO_FACE,
    ActivityCategory,
    BillingModel,
    BillingTerms,
    CarryOver,
    DaysPerMonth,
    Employment,
    PackageRule,
    RoundingLevel,
    RoundingRule,
    SettlementPeriod,
    WeekFactor,
)
from app.modules.billing.rules import (
    Arrangement,
    DatedTerms,
    Entry,
    Granted,
    GroupShare,
    Statement,
    allowance,
    dated,
    granted_hours,
    price_month,
)
from tests.modules.billing.records import entry

M = BillingModel
RECORDED = sorted(set(ActivityCategory) - {ActivityCategory.FLAT_RATE})
FIRST, SPAN = date(2026, 5, 1), 60
percent = st.integers(0, 100)
cents = st.integers(0, 30_000)
TIMES = st.fixed_dictionaries({"night_percent": percent, "sunday_percent": percent})
maybe = st.none() | st.integers(0, 5)


@st.composite
def activities(draw: st.DrawFn, model: BillingModel) -> dict[str, Any]:
    if model is M.DAILY_RATE_PRESENCE:
        absence = draw(st.integers(1, 100))
        return {"presence_day": {"billable": True}, "standby_absence": {"billable": True, "percent": absence}}
    direct = model in {M.FACE_TO_FACE, M.FACE_TO_FACE_WINDOW, M.F2F_DIVISOR, M.DIRECT_PLUS_SURCHARGE}
    allowed = FACE_TO_FACE if direct else [*FACE_TO_FACE, "travel", "documentation", "preparation"]
    chosen = draw(st.lists(st.sampled_from(sorted(allowed)), min_size=1, unique=True))
    return {
        name: {
            "billable": True,
            "percent": draw(st.integers(1, 100)),
            "flat_minutes": draw(st.none() | st.integers(1, 60)),
            "max_minutes": draw(st.none() | st.integers(1, 300)),
            "max_minutes_per_month": draw(st.none() | st.integers(0, 600)),
            "rate_cents": draw(st.none() | cents),
        }
        for name in chosen
    }


@st.composite
def contracts(draw: st.DrawFn) -> BillingTerms:
    model = draw(st.sampled_from(BillingModel))
    rule = draw(st.sampled_from(["per_head_split", "per_head_split_staff", "fixed_percent", "group_hour_rate"]))
    settings_of = draw(st.sampled_from(CarryOver))
    body: dict[str, Any] = {
        "billing_model": model,
        "rate_cents": draw(cents),
        "unit_minutes": draw(st.sampled_from([45, 50, 60])),
        "activities": draw(activities(model)),
        "rounding_rule": draw(st.sampled_from(["exact_minute", "quarter_up", "lwl_10", "min30_then15_half_up"])),
        "rounding_level": draw(st.sampled_from(["per_entry", "per_day", "per_month"])),
        "amount_basis": draw(st.sampled_from(["units", "minutes"])),
        "surcharge_percent": draw(st.integers(1, 30)),
        "time_surcharges": draw(
            st.none() | st.fixed_dictionaries({"night_percent": percent, "sunday_percent": percent})
        ),
        "land": draw(st.none() | st.sampled_from(["NW", "BY"])),
        "week_factor": draw(st.sampled_from(WeekFactor)),
        "contingent": {
            "settlement": draw(st.sampled_from(SettlementPeriod)),
            "carry_over": settings_of,
            "carry_over_cap_percent": draw(percent) if settings_of is CarryOver.CAPPED else None,
        },
        "no_show_percent": draw(percent),
        "no_show_max_per_month": draw(maybe),
        "no_show_notice_hours": draw(maybe),
        "no_show_max_consecutive": draw(maybe),
        "no_show_stop_weeks": draw(maybe),
        "no_show_needs_note": draw(st.booleans()),
        "group_rule": rule,
        "group_percent": draw(percent) if rule == "fixed_percent" else None,
        "group_rate_cents": draw(cents) if rule == "group_hour_rate" else None,
        "staff_rates": draw(st.lists(st.fixed_dictionaries({"rate_cents": cents}), max_size=2)),
    }
    of_model: dict[BillingModel, dict[str, Any]] = {
        M.FACE_TO_FACE_WINDOW: {"contact_windows": [{"weekday": 1, "starts": "08:00", "ends": "12:00"}]},
        M.MONTHLY_PACKAGE: {"package": {"rule": draw(st.sampled_from(PackageRule)), "cutoff_day": 20}},
        M.CASE_GROUP_FLAT: {
            "case_groups": {
                "groups": [
                    {"title": "1", "monthly_cents": draw(cents)},
                    {"title": "2", "from_hours_per_week": "6.00", "monthly_cents": draw(cents)},
                ],
                "days_per_month": draw(st.sampled_from(DaysPerMonth)),
            }
        },
        M.DAILY_RATE_PRESENCE: {
            "days": {
                "first_day_percent": draw(percent),
                "last_day_percent": draw(percent),
                "absence_max_days": draw(maybe),
            }
        },
        M.AREA_BUDGET: {"budget": {"annual_cents": draw(cents)}},
    }
    return BillingTerms.model_validate(body | of_model.get(model, {}))


@st.composite
def months(draw: st.DrawFn) -> list[Entry]:
    records = []
    for number in range(draw(st.integers(0, 10))):
        activity = draw(st.sampled_from(RECORDED))
        is_group = activity is ActivityCategory.GROUP_SESSION
        records.append(
            entry(
                number,
                draw(st.integers(1, 600)),
                day=FIRST + timedelta(days=draw(st.integers(0, SPAN - 1))),
                hour=draw(st.integers(0, 22)),
                help_id=UUID(int=draw(st.integers(1, 2))),
                activity=activity,
                group=GroupShare(draw(st.integers(1, 9)), draw(st.integers(1, 3))) if is_group else None,
                notice_hours=draw(maybe) if activity is ActivityCategory.NO_SHOW else None,
                has_note=draw(st.booleans()),
                employment=draw(st.none() | st.sampled_from(Employment)),
            )
        )
    return records


@st.composite
def arrangements(draw: st.DrawFn) -> dict[UUID, Arrangement]:
    first = FIRST + timedelta(days=draw(st.integers(-40, 30)))
    last = first + timedelta(days=draw(st.integers(0, 90)))
    change = first + (last - first) // 2
    grants: tuple[Granted, ...] = (Granted(first, change, draw(st.integers(1, 4000))),)
    if change < last:
        grants += (Granted(change + timedelta(days=1), last, draw(st.integers(1, 4000))),)
    return {UUID(int=number): Arrangement(first, last, grants) for number in (1, 2)}


def always(terms: BillingTerms) -> Any:
    return dated([DatedTerms("QV-2026-0001", terms, date(2000, 1, 1))])


def sound(statement: Statement) -> None:
    """Whole cents, nothing negative, every sum the sum of its parts, every step told."""
    assert statement.total_cents == sum(line.amount_cents for line in statement.lines)
    for line in statement.lines:
        for value in (line.amount_cents, line.price_cents, line.rate_cents, line.minutes_worked):
            assert type(value) is int
            assert value >= 0
        for part in (line.units, line.minutes_billable, line.minutes_rounded):
            assert type(part) is Decimal
            assert part >= 0
            assert part == part.quantize(Decimal("0.01"))
        assert line.steps
        assert all(step.text_de for step in line.steps)


@settings(max_examples=60, deadline=None)
@given(months(), contracts(), arrangements(), st.randoms(use_true_random=False))
def test_no_terms_crash_or_lose_a_record_and_order_does_not_matter(
    records: list[Entry], terms: BillingTerms, helps: dict[UUID, Arrangement], random: Any
) -> None:
    statement = price_month(records, always(terms), helps)
    sound(statement)
    told = [record_id for line in statement.lines for record_id in line.record_ids]
    told += [unpriced.record_id for unpriced in statement.unpriced]
    assert sorted(told) == sorted(record.id for record in records)
    shuffled = list(records)
    random.shuffle(shuffled)
    assert price_month(shuffled, always(terms), helps) == statement


@settings(max_examples=50, deadline=None)
@given(months(), contracts(), arrangements(), st.integers(0, SPAN))
def test_two_invoices_never_pay_more_than_one(
    records: list[Entry], terms: BillingTerms, helps: dict[UUID, Arrangement], cut: int
) -> None:
    """What a month allows once is not there again for whoever splits the month; rounding of lines aside."""
    exact = terms.model_copy(
        update={"rounding_rule": RoundingRule.EXACT_MINUTE, "rounding_level": RoundingLevel.PER_ENTRY}
    )
    change = FIRST + timedelta(days=cut)
    early, late = [one for one in records if one.day < change], [one for one in records if one.day >= change]
    whole = price_month(records, always(exact), helps)
    first = price_month(early, always(exact), helps)
    second = price_month(late, always(exact), helps, before=early)
    if terms.billing_model not in (M.WEEKLY_FLAT, M.MONTHLY_PACKAGE, M.CASE_GROUP_FLAT):
        assert first.units + second.units == whole.units
    assert first.total_cents + second.total_cents == whole.total_cents


@settings(max_examples=30, deadline=None)
@given(months(), contracts(), arrangements())
def test_a_month_priced_again_after_itself_pays_no_flat_amount_twice(
    records: list[Entry], terms: BillingTerms, helps: dict[UUID, Arrangement]
) -> None:
    again = price_month(records, always(terms), helps, before=[_copy(one) for one in records])
    flat = [line for line in again.lines if line.activity is ActivityCategory.FLAT_RATE]
    days = [line for line in again.lines if line.unit.value == "day"]
    assert sum(line.amount_cents for line in [*flat, *days]) == 0


def _copy(one: Entry) -> Entry:
    values = {name: getattr(one, name) for name in Entry.__slots__}
    return Entry(**{**values, "id": UUID(int=one.id.int + 10**9)})


@settings(max_examples=40, deadline=None)
@given(contracts(), arrangements(), st.integers(0, 5000))
def test_an_allowance_is_whole_and_covers_its_month(
    terms: BillingTerms, helps: dict[UUID, Arrangement], billed: int
) -> None:
    found = allowance(terms, helps[UUID(int=1)], FIRST, lambda first, last: billed)
    assert type(found.hours) is int
    assert found.hours >= 0
    assert found.first <= FIRST <= found.last


@given(arrangements(), st.integers(1, 30))
def test_hours_by_days_do_not_change_when_a_month_is_split(helps: dict[UUID, Arrangement], cut: int) -> None:
    arrangement, last = helps[UUID(int=1)], date(2026, 5, 31)
    middle = date(2026, 5, cut)
    parts = [
        granted_hours(arrangement, FIRST, middle),
        granted_hours(arrangement, middle + timedelta(days=1), last),
    ]
    assert abs(sum(parts) - granted_hours(arrangement, FIRST, last)) <= 1  # each part is rounded once
