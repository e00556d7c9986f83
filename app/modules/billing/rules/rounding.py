"""Rounding of minutes, in hundredths of a minute, so that shares of group sessions stay whole numbers.

Half a step counts as a step; nothing rounds to less than nothing; every rule is monotone.
"""

from collections.abc import Callable
from decimal import Decimal

from app.core.money import divide_half_up
from app.modules.agreements import RoundingRule

MINUTE = 100  # hundredths
_QUARTER = 15 * MINUTE
_TEN = 10 * MINUTE
_HALF_HOUR = 30 * MINUTE


def round_minutes(rule: RoundingRule, minutes: Decimal | int) -> Decimal:
    """Minutes rounded by a rule of the agreement; minutes have at most two places."""
    return as_minutes(round_hundredths(rule, int(Decimal(minutes) * MINUTE)))


def round_hundredths(rule: RoundingRule, minutes: int) -> int:
    """The same on hundredths of a minute."""
    return _RULES[rule](minutes)


def as_minutes(hundredths: int) -> Decimal:
    """Hundredths of a minute as minutes with two places."""
    return Decimal(hundredths).scaleb(-2)


def _up(minutes: int, step: int) -> int:
    return -(-minutes // step) * step


def _lwl_10(minutes: int) -> int:
    """Six minutes and less count as they are, everything longer in begun tens of minutes."""
    return minutes if minutes <= 6 * MINUTE else _up(minutes, _TEN)


def _min30_then15(minutes: int) -> int:
    """Half an hour at least, what goes beyond in quarters; nothing stays nothing."""
    if minutes <= 0:
        return 0
    beyond = max(minutes - _HALF_HOUR, 0)
    return _HALF_HOUR + divide_half_up(beyond, _QUARTER) * _QUARTER


_RULES: dict[RoundingRule, Callable[[int], int]] = {
    RoundingRule.EXACT_MINUTE: lambda minutes: minutes,
    RoundingRule.QUARTER_HALF_UP: lambda minutes: divide_half_up(minutes, _QUARTER) * _QUARTER,
    RoundingRule.QUARTER_UP: lambda minutes: _up(minutes, _QUARTER),
    RoundingRule.QUARTER_DOWN: lambda minutes: minutes // _QUARTER * _QUARTER,
    RoundingRule.LWL_10: _lwl_10,
    RoundingRule.MIN30_THEN15_HALF_UP: _min30_then15,
}
