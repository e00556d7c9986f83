"""What waits for somebody: each room says which of its things do, and one statement asks all rooms.

A room writes a `Source` beside its queries and hangs it in by `worklists.register` (`app/wiring.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, DateTime, Label, Select, Text, Uuid, cast, func, literal, null, true

from app.policy import Actor

_WHOLE_DAY = timedelta(hours=24, seconds=-1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks what waits, and when; `led`: only of these helps (a caseworker's own)."""

    actor: Actor
    at: datetime
    led: Select[UUID] | None = None

    def mine(self, help_id: Any) -> ColumnElement[bool]:
        """Whether the help is one of those asked for."""
        return true() if self.led is None else help_id.in_(self.led)


@dataclass(frozen=True, slots=True)
class Source:
    """What waits in one room: its kinds with German titles, and for who asks the selects of `waiting` columns.

    The selects hold what the actor may read, and nothing for who may read none of it.
    """

    kinds: Mapping[str, str]
    rows: Callable[[Asked], Sequence[Select[*tuple[Any, ...]]]]


def waiting(
    kind: Any, *, subject: Any, path: Any, due_at: Any, me: Any, help_id: Any = None, number: Any = None
) -> list[Label[Any]]:
    """The columns of something that waits, the same in every room.

    Args:
        kind: one of the source's kinds, or an expression that gives one.
        subject: the table's class; `number` goes before its own number.
        path: where it is read; its id follows a path that ends with a slash; or an expression of the whole.
        due_at: until when it should be done (an instant).
        me: whether it is the asking person who may do it.
    """
    kind = literal(kind) if isinstance(kind, str) else kind
    if isinstance(path, str):
        path = func.concat(literal(path), cast(subject.id, Text) if path.endswith("/") else "")
    me = literal(me) if isinstance(me, bool) else me
    return [
        cast(kind, Text).label("kind"),
        subject.id.label("id"),
        (subject.number if number is None else number).label("number"),
        path.label("path"),
        (cast(null(), Uuid) if help_id is None else help_id).label("help_id"),
        due_at.label("due_at"),
        cast(me, Boolean).label("is_mine"),
    ]


def end_of(day: Any) -> ColumnElement[datetime]:
    """The last second of a day (column) in Berlin, as `law.calendars.end_of_day` says it of a date."""
    return func.timezone("Europe/Berlin", cast(day, DateTime) + _WHOLE_DAY, type_=DateTime(timezone=True))
