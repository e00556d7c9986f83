"""The price of a Fachleistungsstunde to the cent: real figures R1 to R15, constructed cases K1 to K4."""

import ast
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.money import divide_half_up
from app.core.problems import Invalid
from app.modules import fees
from app.modules.fees.rules import FeeResult, calculate, change_percent, differences
from app.modules.fees.schemas import FeeBasis

YEAR: dict[str, Any] = {
    "weekly_hours": "39.00",
    "vacation": 30,
    "regeneration": 2,
    "sickness": 10,
    "training": 5,
}
PERSONNEL = {"kind": "personnel", "title": "Fachkraft", "cents": 7_000_000, "evidence": "TVöD SuE"}
MATERIAL = {"kind": "material", "title": "Sachkosten", "cents": 650_000, "evidence": "Jahresabschluss"}
TWENTY = {"subject_specific_percent": "12.50", "case_specific_percent": "7.50"}
K1: dict[str, Any] = {
    "working_time": YEAR,
    "reductions": TWENTY,
    "costs": [PERSONNEL, MATERIAL],
    "overhead": {"percent": "15.00"},
}


def fee(**changes: Any) -> FeeResult:
    return calculate(FeeBasis.model_validate(K1 | changes))


def value(result: FeeResult, key: str) -> str:
    return next(step.value for step in result.steps if step.key == key)


def codes(result: FeeResult) -> list[str]:
    return [hint.code for hint in result.hints]


class TestConstructedCases:
    def test_k1a_a_standard_post(self) -> None:
        result = fee()
        told = {step.key: step.value for step in result.steps}
        assert (told["working_days"], told["present_days"]) == ("251", "204")
        assert (told["daily_hours"], told["net_hours"], told["billable_hours"]) == ("7.80", "1591.20", "1272.96")
        assert (told["overhead"], told["cost"]) == ("1050000", "8700000")
        assert (result.rate_cents, result.cost_cents, result.billable_hours) == (6834, 8_700_000, "1272.96")

    def test_k1b_indirect_time_billed_apart(self) -> None:
        assert fee(reductions={}).rate_cents == 5468

    def test_k1c_and_r14_utilisation(self) -> None:
        result = fee(reductions=TWENTY | {"utilisation_percent": "95.00"})
        assert (result.rate_cents, result.rate_cents - fee().rate_cents) == (7194, 360)
        assert codes(result) == ["UTILISATION"]

    def test_k1d_a_quarter_for_all_but_contact(self) -> None:
        assert fee(reductions={"case_specific_percent": "25.00"}).rate_cents == 7290

    def test_k2_aachen_halves_the_overhead(self) -> None:
        before, after = (
            fee(overhead={"percent": percent, "base": "personnel_and_material"}) for percent in ("20.00", "10.00")
        )
        assert (before.cost_cents, before.rate_cents) == (9_180_000, 7212)
        assert (after.cost_cents, after.rate_cents) == (8_415_000, 6611)
        changed = {one.key: one for one in differences(_steps(before), _steps(after))}
        assert set(changed) == {"overhead", "cost", "rate"}
        assert (changed["overhead"].difference, changed["overhead"].percent) == ("-765000", "-50.00")
        assert (changed["rate"].difference, changed["rate"].percent) == ("-601", "-8.33")

    def test_k3_and_r15_an_office_by_the_kgst(self) -> None:
        costs = [PERSONNEL, {**MATERIAL, "cents": 970_000}]
        time = YEAR | {"net_hours": "1590.00"}
        result = fee(working_time=time, costs=costs, reductions={}, overhead={"preset": "kgst_office"})
        assert (value(result, "overhead"), result.cost_cents, result.rate_cents) == ("1400000", 9_370_000, 5893)
        other = fee(costs=costs, overhead={"preset": "kgst_non_office"})
        assert value(other, "overhead") == "1050000"

    def test_k4_two_qualifications(self) -> None:
        mix = [{"title": "Erzieherin", "percent": "20.00", "rate_cents": 5500}]
        result = fee(mix=mix)
        assert (value(result, "rate"), result.rate_cents) == ("6834", 6567)


class TestRealFigures:
    def test_r1_hamburg_parts_the_hour(self) -> None:
        result = fee(working_time=YEAR | {"net_hours": "1.00"}, reductions={"subject_specific_percent": "12.50"})
        assert Decimal(value(result, "reduced_hours")) == Decimal("0.88")  # 52.5 of 60 minutes, shown with two places
        per_hour = fee(working_time=YEAR | {"net_hours": "60.00"}, reductions={"subject_specific_percent": "12.50"})
        assert per_hour.billable_hours == "52.50"

    def test_r2_hours_of_a_post_in_hamburg(self) -> None:
        assert divide_half_up(472_910 * 100 * 100, 29_095) == 162_540  # 1,625.40

    def test_r5_erlangen(self) -> None:
        steps = [(7394, 8850), (8850, 9340), (7394, 9340), (5600, 5698), (5835, 5600)]
        assert [str(change_percent(*step)) for step in steps] == ["19.69", "5.54", "26.32", "1.75", "-4.03"]

    def test_r6_fuerth(self) -> None:
        steps = [(5220, 5670), (5670, 5920), (6656, 6980), (5058, 5320)]
        assert [str(change_percent(*step)) for step in steps] == ["8.62", "4.41", "4.87", "5.18"]

    def test_r8_paid_and_delivered(self) -> None:
        agreed, delivered, volume = 6, 4, 210_000_00
        assert volume - divide_half_up(volume * delivered, agreed) == 70_000_00

    @pytest.mark.parametrize(("before", "after", "percent"), [(18_100, 28_600, "58.01"), (57_200, 72_800, "27.27")])
    def test_r9_costs_that_jump_are_asked_about(self, before: int, after: int, percent: str) -> None:
        assert str(change_percent(before, after)) == percent
        result = fee(costs=[{**PERSONNEL, "cents": after * 100, "previous_cents": before * 100}])
        assert codes(result) == ["COST-JUMP"]
        assert codes(fee(costs=[{**PERSONNEL, "cents": 110, "previous_cents": 100}])) == []

    def test_r10_net_hours_of_the_bavarian_rule(self) -> None:
        time = {"weekly_hours": "39.00", "holidays": 11, "vacation": 30, "sickness": 10}  # 250 working days
        assert value(fee(working_time=time), "net_hours") == "1638.00"

    @pytest.mark.parametrize(("minutes", "rate", "normal"), [(60, 3500, 3500), (45, 4000, 5333), (45, 4500, 6000)])
    def test_r11_rates_compare_by_the_hour_of_contact(self, minutes: int, rate: int, normal: int) -> None:
        time = YEAR | {"net_hours": "100.00"}
        costs = [{**PERSONNEL, "cents": rate * 100}]
        result = fee(working_time=time, costs=costs, overhead={}, reductions={}, direct_minutes=minutes)
        assert (result.rate_cents, result.rate_per_direct_hour_cents) == (rate, normal)

    def test_r12_a_time_study_of_lower_saxony(self) -> None:
        assert divide_half_up(9_800 * 60 * 100, 22_000) == 2673
        assert divide_half_up(9_800 * 100, 130) == 7538


class TestHints:
    def test_what_is_billed_apart_is_not_in_the_price_too(self) -> None:
        twice = {"contain": ["travel", "documentation"], "billed_apart": ["travel"]}
        result = fee(reductions=TWENTY | twice)
        assert codes(result) == ["CALC-DOUBLE"]
        assert "Fahrt- und Wegezeit" in result.hints[0].text_de

    def test_a_cost_needs_proof(self) -> None:
        assert codes(fee(costs=[{**PERSONNEL, "evidence": None}])) == ["COST-UNPROVEN"]

    @pytest.mark.parametrize(("percent", "found"), [("20.00", []), ("25.00", ["REDUCTION-CAP"])])
    def test_a_cap_on_the_gross_year(self, percent: str, found: list[str]) -> None:
        rules = {"case_specific_percent": percent, "base": "gross", "cap_percent": "20.00"}
        assert codes(fee(reductions=rules)) == found

    def test_reductions_of_the_gross_year_cost_more(self) -> None:
        assert fee(reductions=TWENTY | {"base": "gross"}).billable_hours == "1199.64"


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"working_time": YEAR | {"weekend_days": 360}}, "/working_time/days_of_year"),
            ({"working_time": YEAR | {"vacation": 300}}, "/working_time/vacation"),
            ({"reductions": {"case_specific_percent": "100.00"}}, "/reductions/subject_specific_percent"),
        ],
    )
    def test_without_time_there_is_no_price(self, changes: dict[str, Any], pointer: str) -> None:
        with pytest.raises(Invalid) as refused:
            fee(**changes)
        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_every_step_tells_how_in_german(self) -> None:
        for step in fee().steps:
            assert step.title_de
            assert step.text_de
        assert "1.591,20 − 12,50 % fachspezifisch" in next(s.text_de for s in fee().steps if s.key == "reduced_hours")


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10**9),
    st.integers(0, 10**8),
    st.decimals(0, 49, places=2),
    st.decimals(0, 49, places=2),
    st.decimals(1, 100, places=2),
    st.decimals(0, 100, places=2),
)
def test_a_price_is_whole_cents_and_rises_with_cost(
    personnel: int, material: int, one: Decimal, other: Decimal, used: Decimal, overhead: Decimal
) -> None:
    def at(cents: int) -> FeeResult:
        costs = [{**PERSONNEL, "cents": cents}, {**MATERIAL, "cents": material}]
        reductions = {
            "subject_specific_percent": f"{one:.2f}",
            "case_specific_percent": f"{other:.2f}",
            "utilisation_percent": f"{used:.2f}",
        }
        return fee(costs=costs, reductions=reductions, overhead={"percent": f"{overhead:.2f}"})

    low, high = at(personnel), at(personnel + 100_000)
    assert type(low.rate_cents) is int
    assert 0 <= low.rate_cents <= high.rate_cents
    assert low.cost_cents == int(value(low, "cost"))


def test_no_rule_knows_a_float() -> None:
    for node in ast.walk(ast.parse((Path(fees.__file__).parent / "rules.py").read_text("utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))


def _steps(result: FeeResult) -> list[dict[str, str]]:
    return list(result.as_json()["steps"])
