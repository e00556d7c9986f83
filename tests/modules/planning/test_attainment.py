"""Goal attainment scaling: the published numbers, and what holds for all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.planning.rules.attainment import latest_grades, t_score

GRADED = st.lists(st.tuples(st.integers(-2, 2), st.integers(1, 5)), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("grades", "weights", "score"),
    [
        ([0, 1, -1], [1, 1, 1], "50.00"),
        ([1, 1, 0], [1, 1, 1], "59.13"),
        ([2, -1, 0, 1], [3, 1, 1, 2], "63.94"),
        ([-2, -2], [1, 1], "25.19"),
        ([0], [5], "50.00"),
        ([2], [1], "70.00"),
    ],
)
def test_the_published_numbers(grades: list[int], weights: list[int], score: str) -> None:
    assert t_score(grades, weights) == Decimal(score)


def test_nothing_graded_is_no_score() -> None:
    assert t_score([], []) is None


@pytest.mark.parametrize(("grades", "weights"), [([1], []), ([1, 1], [1]), ([1], [0]), ([1], [-1])])
def test_every_grade_has_its_weight(grades: list[int], weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weight"):
        t_score(grades, weights)


def scored(graded: list[tuple[int, int]]) -> Decimal:
    score = t_score([grade for grade, _ in graded], [weight for _, weight in graded])
    assert score is not None
    return score


@given(GRADED, st.randoms())
def test_the_order_of_goals_does_not_matter(graded: list[tuple[int, int]], random: object) -> None:
    shuffled = list(graded)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert scored(shuffled) == scored(graded)


@given(GRADED)
def test_the_opposite_lies_as_far_on_the_other_side(graded: list[tuple[int, int]]) -> None:
    opposite = scored([(-grade, weight) for grade, weight in graded])
    assert abs(scored(graded) + opposite - 100) <= Decimal("0.01")


@given(GRADED, st.integers(2, 9))
def test_only_the_ratio_of_weights_counts(graded: list[tuple[int, int]], factor: int) -> None:
    assert scored([(grade, weight * factor) for grade, weight in graded]) == scored(graded)


@given(GRADED, st.data())
def test_a_better_grade_never_lowers_the_score(graded: list[tuple[int, int]], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(graded) - 1))
    grade, weight = graded[place]
    better = [*graded[:place], (min(grade + 1, 2), weight), *graded[place + 1 :]]
    assert scored(better) >= scored(graded)


@given(GRADED)
def test_a_score_is_within_what_the_scale_allows(graded: list[tuple[int, int]]) -> None:
    assert Decimal(13) < scored(graded) < Decimal(87)


def test_the_last_grade_of_each_side_counts() -> None:
    told = latest_grades([("family", "a", -1), ("provider", "a", 0), ("family", "a", 2), ("family", "b", 1)])
    assert told == {"provider": {"a": 0}, "family": {"a": 2, "b": 1}, "youth_office": {}}
