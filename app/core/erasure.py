"""What rooms keep of a family's words and names, and how it is taken out when its time is over.

A room writes its `Traces` and hangs them in at `app/wiring.py`, where those whose rows name others' come first. What is
fixed for everybody else gives way to nothing but this: the service's own role, in a transaction that says that it
erases (`refuse_change` in the database). What stays says that there was something, by numbers, days and amounts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import changed_rows
from app.core.work import by_the_service

PROVIDER_COPY = "provider_copy"
"""What a provider erases itself, of one help."""
GONE = "gelöscht"
"""What stands where a word must stand."""


@dataclass(frozen=True, slots=True)
class Traces:
    """A room's statements by what is erased together; `:id` is whose it is, `:gone` the word for what is gone."""

    statements: Mapping[str, tuple[str, ...]]


def erase(db: Session, traces: Iterable[Traces], matter: str, subject_id: UUID, **more: Any) -> int:
    """Take out everything of one subject; returns how many rows were removed or emptied."""
    rows = 0
    with by_the_service(db):
        db.execute(text("SELECT set_config('handschlag.erasing', 'on', true)"))
        for one in traces:
            for statement in one.statements.get(matter, ()):
                named = {"id": subject_id, "gone": GONE, **more}
                used = {name: value for name, value in named.items() if f":{name}" in statement}
                rows += changed_rows(db.execute(text(statement), used))
        db.execute(text("SELECT set_config('handschlag.erasing', 'off', true)"))
    db.expire_all()
    return rows
