"""Plausibility, official codes, and which numbers may be told."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.types import CodeList
from app.modules.protection import Result
from app.modules.statistics import codes
from app.modules.statistics.codes import Informant, NewHelp, Occasion, ParentAge, Service, Sex, Survey, official
from app.modules.statistics.contents import COLUMNS, values_of
from app.modules.statistics.rules import RULES, SMALLEST, broken, told
from tests.modules.statistics.given import KWG, VSM

OF_KWG: dict[str, Any] = {
    "birth_year": 2024,
    "birth_month": 2,
    "repeated": False,
    "informant": None,
    "result": "latent",
    "kinds": ["neglect"],
    "danger_person": "mother",
    "court_called": False,
}
OF_VSM: dict[str, Any] = {
    "birth_year": 2012,
    "birth_month": 2,
    "repeated": False,
    "is_preliminary": False,
    "began_on": "2026-03-02",
    "ended_on": "2026-03-08",
    "days": 6,
    "placement": "facility",
    "objection": False,
    "court_called": False,
    "end_reason": "handover",
}


def values(survey: Survey, **changes: Any) -> dict[str, Any]:
    derived, answers = (OF_KWG, KWG) if survey is Survey.KWG else (OF_VSM, VSM)
    return {
        **values_of(survey, derived, {**answers, "parent2_age": "from_27"} if survey is Survey.KWG else answers),
        "completed_year": 2026,
        "completed_month": 3,
        **changes,
    }


def of_kwg(**changes: Any) -> dict[str, Any]:
    return values(Survey.KWG, **changes)


def of_vsm(**changes: Any) -> dict[str, Any]:
    return values(Survey.VSM, **changes)


BREAKS: dict[str, dict[str, Any]] = {
    "KWG-01": of_kwg(birth_year=None),
    "KWG-02": of_kwg(birth_month=None),
    "KWG-03": of_kwg(birth_year=2026, birth_month=4),
    "KWG-04": of_kwg(birth_year=2005, birth_month=3),
    "KWG-05": of_kwg(birth_year=2008, birth_month=3),
    "KWG-06": of_kwg(kinds=[]),
    "KWG-07": of_kwg(danger_person=None),
    "KWG-08": of_kwg(existing_services=[Service.NONE, Service.AMBULANT]),
    "KWG-09": of_kwg(new_helps=[NewHelp.NONE, NewHelp.AMBULANT]),
    "KWG-10": of_kwg(new_helps=[NewHelp.CONTINUED]),
    "KWG-11": of_kwg(result=Result.ACUTE, new_helps=[NewHelp.NONE]),
    "KWG-12": of_kwg(result=Result.NO_BUT_NEED, kinds=[], danger_person=None, new_helps=[NewHelp.NONE]),
    "KWG-13": of_kwg(informant=Informant.MINOR),
    "KWG-14": of_kwg(parent1_age=ParentAge.UNKNOWN, parent2_age=ParentAge.UNKNOWN),
    "KWG-15": of_kwg(existing_services=[Service.SECTION_35A]),
    "VSM-01": of_vsm(birth_year=None),
    "VSM-02": of_vsm(birth_year=2027),
    "VSM-03": of_vsm(birth_year=2001),
    "VSM-04": of_vsm(following_helps=[NewHelp.NONE, NewHelp.OTHER]),
    "VSM-05": of_vsm(is_preliminary=True),
    "VSM-06": of_vsm(objection=True),
    "VSM-07": of_vsm(birth_month=None),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_is_broken_by_what_it_is_about_and_by_nothing_sound(rule: Any) -> None:
    assert rule.code in {one.code for one in broken(rule.survey, BREAKS[rule.code])}
    assert broken(rule.survey, values(rule.survey)) == []
    assert rule.field in values(rule.survey)


def test_sound_cases_at_the_edge() -> None:
    assert broken(Survey.KWG, of_kwg(birth_year=2026, birth_month=3)) == []  # born in the month
    assert {rule.code for rule in broken(Survey.KWG, of_kwg(birth_year=2008, birth_month=4))} == set()  # 17
    assert broken(Survey.VSM, of_vsm(is_preliminary=True, occasions=[Occasion.UNACCOMPANIED])) == []


def test_codes_are_official() -> None:
    assert [official(one) for one in Sex] == ["1", "2", "3", "7"]
    assert [official(one) for one in Result] == ["1", "2", "3", "4"]
    assert (official(value=True), official(value=False), official(None), official(6)) == ("1", "2", "", "6")
    assert official([NewHelp.NONE, NewHelp.SECTION_19]) == "3,11"
    for name in vars(codes).values():
        if isinstance(name, type) and issubclass(name, CodeList) and name is not CodeList:
            numbers = [official(one) for one in name]
            assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("survey", Survey)
def test_everything_delivered_is_known(survey: Survey) -> None:
    assert set(COLUMNS[survey]) <= set(values(survey))


def test_what_the_procedure_knows_goes_before_what_is_estimated() -> None:
    said = values_of(Survey.KWG, OF_KWG, {**KWG, "birth_year": 2019})
    assert (said["birth_year"], said["informant"]) == (2024, Informant.NEIGHBOUR)
    assert values_of(Survey.KWG, {**OF_KWG, "birth_year": None}, {**KWG, "birth_year": 2019})["birth_year"] == 2019


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9), min_size=1, max_size=5))
def test_no_small_number_can_be_worked_out(counts: dict[str, int]) -> None:
    """Whatever is told, a hidden small number has at least two possible values."""
    shown, total = told(counts)
    assert all(shown[name] in (None, count) for name, count in counts.items())
    assert all(shown[name] is None for name, count in counts.items() if 0 < count < SMALLEST)
    hidden = [name for name in counts if shown[name] is None]
    if not hidden or total is None:
        return
    rest = total - sum(count for count in shown.values() if count is not None)
    possible = [one for one in product(range(1, rest + 1), repeat=len(hidden)) if sum(one) == rest]
    for place, name in enumerate(hidden):
        if counts[name] < SMALLEST:
            assert len({one[place] for one in possible}) > 1


def test_large_numbers_are_told() -> None:
    assert told({"a": 5, "b": 0, "c": 3}) == ({"a": 5, "b": 0, "c": 3}, 8)
    assert told({"a": 5, "b": 1, "c": 9}) == ({"a": None, "b": None, "c": 9}, 15)
    assert told({"a": 2}) == ({"a": None}, None)
