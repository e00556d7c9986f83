"""Numbers of persons told to those who may know no case. Pure."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from app.law.planning import SMALLEST_CELL

K = TypeVar("K")


class Told(NamedTuple):
    """What may be told of counts: None where a number, or what would tell it, is kept back."""

    cells: dict[object, int | None]
    total: int | None


def suppress(count: int) -> int | None:
    """A number of one to four persons is not told; none is."""
    return count if count == 0 or count >= SMALLEST_CELL else None


def told_of(counts: Mapping[K, int]) -> Told:
    """Counts and their sum without small numbers; the sum is kept back when a part is, so that nobody subtracts."""
    cells: dict[object, int | None] = {name: suppress(count) for name, count in counts.items()}
    return Told(cells, None if None in cells.values() else sum(counts.values()))


def told_of_part(part: int, told: Told) -> int | None:
    """A number of persons among those counted; also kept back when the rest would be small."""
    shown = suppress(part)
    if shown is not None and told.total is not None and suppress(told.total - part) is None:
        return None
    return shown
