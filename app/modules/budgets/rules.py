"""Shares of a budget."""


def percent_of(cents: int, planned_cents: int) -> int:
    """A share of the planned amount in whole percent, rounded down: 100 is reached with the last cent."""
    return cents * 100 // planned_cents
