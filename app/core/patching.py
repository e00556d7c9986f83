"""PATCH (RFC 7396): what really changes of a row.

A patch that is empty, or says what is so already, changes nothing: no new version, no audit entry, no event.
"""

from collections.abc import Collection, Mapping
from typing import Any

from app.core.problems import FieldError, Invalid


def differing(row: Any, given: Mapping[str, Any], *, nullable: Collection[str] = ()) -> dict[str, Any]:
    """The entries that are not so already; `nullable` names those that may be removed.

    Raises:
        Invalid: an entry is removed that must be there, each with its pointer.
    """
    de, en = "Diese Angabe kann nicht leer sein.", "This cannot be empty."
    gone = [name for name, value in given.items() if value is None and name not in nullable]
    if gone:
        raise Invalid(errors=[FieldError(f"/{name}", "missing", de, en) for name in gone])
    return {name: value for name, value in given.items() if getattr(row, name) != value}


def apply(row: Any, given: Mapping[str, Any], *, nullable: Collection[str] = ()) -> bool:
    """Write what is given into a row; answers whether anything is different now.

    Raises:
        Invalid: as for `differing`.
    """
    changes = differing(row, given, nullable=nullable)
    for name, value in changes.items():
        setattr(row, name, value)
    return bool(changes)
