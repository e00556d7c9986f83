"""Goal attainment scaling: one number for how far several goals are attained. Pure."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from app.modules.planning.codes import GradingSide

CORRELATION = Decimal("0.3")
"""How far goals of one person move together: the value Kiresuk and Sherman (1968) give."""
_MEAN, _SPREAD, _CENT = Decimal(50), Decimal(10), Decimal("0.01")


def t_score(grades: Sequence[int], weights: Sequence[int]) -> Decimal | None:
    """The T-score of grades from -2 to +2 with their weights, to two places; 50: as expected. None without a grade.

    T = 50 + 10·Σwx / √((1-r)·Σw² + r·(Σw)²)

    Raises:
        ValueError: not as many weights as grades, or a weight below 1.
    """
    if len(grades) != len(weights) or any(weight < 1 for weight in weights):
        raise ValueError("every grade has a weight of at least 1")
    if not grades:
        return None
    attained = sum(weight * grade for weight, grade in zip(weights, grades, strict=True))
    squares, whole = sum(weight * weight for weight in weights), sum(weights)
    spread = ((1 - CORRELATION) * squares + CORRELATION * whole * whole).sqrt()
    return (_MEAN + _SPREAD * attained / spread).quantize(_CENT, ROUND_HALF_UP)


def latest_grades(grades: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """The last grade of each goal by side; given as side, goal and grade, oldest first."""
    latest: dict[str, dict[str, int]] = {side.value: {} for side in GradingSide}
    for side, goal, grade in grades:
        latest[side][goal] = grade
    return latest
