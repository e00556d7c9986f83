"""Laying an entry to the file, and standing behind somebody else's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.problems import Invalid
from app.core.sealing import Sealer
from app.modules.protection import queries, rules
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.errors import FourEyes
from app.modules.protection.models import EndangermentCase, ProtectionEntry, ProtectionSignature
from app.policy import Actor

_NOT_TOLD = {"action", "kind", "happened_at"}
SECRET = {"address", "identity", "note_ids"}
"""What a step says that lies sealed elsewhere, and in no entry."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody takes a step of a case: what it says, who, when."""

    db: Session
    case: EndangermentCase
    body: Any
    actor: Actor
    at: datetime
    sealer: Sealer

    @property
    def happened_at(self) -> datetime:
        """When it happened: now, unless the step says otherwise."""
        return getattr(self.body, "happened_at", None) or self.at


Handler = Callable[[Act], Mapping[str, Any] | None]


def write(act: Act, kind: K, **more: Any) -> ProtectionEntry:
    """Lay an entry to the file; it stays as it is.

    Args:
        more: what the service adds to what was said, such as the id of what came of it.
    """
    entry = ProtectionEntry(
        youth_office_id=act.case.youth_office_id,
        case_id=act.case.id,
        kind=kind,
        happened_at=act.happened_at,
        recorded_at=act.at,
        recorded_by=act.actor.id,
        is_late=rules.is_late(act.happened_at, act.at),
        content={**act.body.model_dump(mode="json", exclude=_NOT_TOLD | SECRET), **more},
        corrects_id=getattr(act.body, "corrects_id", None),
    )
    act.db.add(entry)
    act.db.flush()
    return entry


def sign(act: Act, *kinds: K) -> ProtectionEntry:
    """Stand behind what somebody else wrote: the newest entry of these kinds, which the step names.

    Raises:
        Invalid: no such entry here, or a newer one took its place.
        FourEyes: the same person; the database refuses it as well.
    """
    entry = queries.last_entry(act.db, act.case, kinds)
    if entry is None or entry.id != act.body.entry_id:
        raise Invalid.field(
            "/entry_id", "not_pending", "Das ist nicht der Eintrag, der aussteht.", "Not the entry that is pending."
        )
    if entry.recorded_by == act.actor.id:
        raise FourEyes
    act.db.add(
        ProtectionSignature(
            entry_id=entry.id,
            account_id=act.actor.id,
            youth_office_id=act.case.youth_office_id,
            case_id=act.case.id,
            is_lead=rules.is_line(act.actor),
            dissent=getattr(act.body, "dissent", None),
            signed_at=act.at,
        )
    )
    act.db.flush()
    return entry


def unknown_child(pointer: str) -> Invalid:
    """No such child in this case."""
    return Invalid.field(pointer, "unknown", "Dieses Kind gibt es hier nicht.", "There is no such child here.")


def must_have_child(act: Act, child_id: UUID) -> None:
    """The child named belongs to the case.

    Raises:
        Invalid: it does not.
    """
    if child_id not in {child.id for child in queries.children_of(act.db, act.case)}:
        raise unknown_child("/child_id")
