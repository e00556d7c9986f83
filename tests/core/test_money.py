"""Money is rounded half up, away from zero, and written the German way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import divide_half_up, format_decimal_de, format_euro_de, round_half_up_cents


@pytest.mark.parametrize(
    ("cents", "rounded"),
    [("1462.75", 1463), ("0.5", 1), ("0.49", 0), ("1.5", 2), ("2.5", 3), ("-0.5", -1), ("-1.49", -1), ("0", 0)],
)
def test_a_half_cent_counts_as_a_cent(cents: str, rounded: int) -> None:
    assert round_half_up_cents(Decimal(cents)) == rounded


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_both_ways_of_rounding_agree(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    assert divide_half_up(numerator, denominator) == round_half_up_cents(exact)


def test_a_denominator_is_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        divide_half_up(1, 0)


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "0,00\u00a0€"),
        (5, "0,05\u00a0€"),
        (6980, "69,80\u00a0€"),
        (123456, "1.234,56\u00a0€"),
        (100000000, "1.000.000,00\u00a0€"),
        (-14560, "-145,60\u00a0€"),
    ],
)
def test_euros_are_written_with_comma_and_points(cents: int, text: str) -> None:
    assert format_euro_de(cents) == text


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [(Decimal("1.33"), 2, "1,33"), (Decimal("1234.5"), 0, "1.235"), (90, 0, "90"), (Decimal("0.125"), 2, "0,13")],
)
def test_numbers_are_written_with_comma_and_points(number: Decimal | int, places: int, text: str) -> None:
    assert format_decimal_de(number, places) == text
