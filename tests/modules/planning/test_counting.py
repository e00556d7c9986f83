"""Numbers of persons: small ones are not told, nor is what would tell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.planning.rules.counting import suppress, told_of, told_of_part


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, None), (4, None), (5, 5), (17, 17)])
def test_one_to_four_are_not_told(count: int, told: int | None) -> None:
    assert suppress(count) == told


def test_a_sum_is_kept_back_with_its_parts() -> None:
    assert told_of({"a": 7, "b": 3}) == ({"a": 7, "b": None}, None)
    assert told_of({"a": 7, "b": 0, "c": 5}) == ({"a": 7, "b": 0, "c": 5}, 12)


@pytest.mark.parametrize(
    ("part", "told"),
    [(0, 0), (3, None), (6, 6), (9, None), (12, 12)],
    ids=["none", "few", "some", "all but few", "all"],
)
def test_a_part_is_kept_back_when_the_rest_is_small(part: int, told: int | None) -> None:
    assert told_of_part(part, told_of({"a": 7, "b": 5})) == told


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12), min_size=1))
def test_nobody_finds_a_small_number_by_subtracting(counts: dict[str, int]) -> None:
    told = told_of(counts)
    hidden = [count for name, count in counts.items() if told.cells[name] is None]
    assert all(1 <= count <= 4 for count in hidden)
    assert not hidden or told.total is None
