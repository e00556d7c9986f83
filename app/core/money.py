"""Money: integer cents (EUR), exact in between, rounded half up at named places, written the German way."""

from decimal import ROUND_HALF_UP, Decimal


def divide_half_up(numerator: int, denominator: int) -> int:
    """The quotient of two whole numbers, commercially rounded to a whole number; a half moves away from zero.

    Raises:
        ValueError: the denominator is not positive.
    """
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def round_half_up_cents(cents: Decimal) -> int:
    """An exact amount in cents as whole cents, commercially rounded; a half moves away from zero."""
    return int(cents.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def format_decimal_de(number: Decimal | int, places: int = 2) -> str:
    """A number with decimal comma and points between thousands: 1.234,56."""
    rounded = Decimal(number).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{rounded:,}".translate(str.maketrans(",.", ".,"))


def format_euro_de(cents: int) -> str:
    """Cents as euros with decimal comma: 1.234,56 €; the blank before the sign does not break."""
    return f"{format_decimal_de(Decimal(cents).scaleb(-2))}\u00a0€"
