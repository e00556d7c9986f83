"""What differs between two versions of a handbook, part by part. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from app.modules.handbooks.content import NAMES


class Change(NamedTuple):
    """One difference; `pointer` leads into the newer text, for what was removed into the older one."""

    kind: str
    pointer: str
    before: Any
    after: Any


def changes_between(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[Change]:
    """Every difference between two texts, in the order of the parts.

    Items are told apart by their key, so that a chapter that moved is no new chapter; a new order of what stayed is
    told once for the part, as lists of keys.
    """
    return [change for part, name in NAMES.items() for change in _part(part, name, older[part], newer[part])]


def _part(part: str, name: str, older: list[dict[str, Any]], newer: list[dict[str, Any]]) -> Iterator[Change]:
    before = {item[name]: (place, item) for place, item in enumerate(older)}
    after = {item[name]: (place, item) for place, item in enumerate(newer)}
    for key, (place, item) in before.items():
        if key not in after:
            yield Change("removed", f"/{part}/{place}", item, None)
    for key, (place, item) in after.items():
        if key not in before:
            yield Change("added", f"/{part}/{place}", None, item)
        else:
            yield from _members(f"/{part}/{place}", before[key][1], item)
    stayed = [[key for key in one if key in other] for one, other in ((before, after), (after, before))]
    if stayed[0] != stayed[1]:
        yield Change("changed", f"/{part}", *stayed)


def _members(pointer: str, older: dict[str, Any], newer: dict[str, Any]) -> Iterator[Change]:
    for name, value in newer.items():
        if older.get(name) != value:
            yield Change("changed", f"{pointer}/{name}", older.get(name), value)
