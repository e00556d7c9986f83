"""Looking into the log is itself an act."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core import audit
from app.core.audit import Verified
from app.modules.audit import queries
from app.modules.audit.schemas import AuditQuery
from app.policy import Actor


def read_log(db: Session, query: AuditQuery, *, actor: Actor, at: datetime) -> tuple[list[Any], str | None, int | None]:
    """A page of the own log; that it was read is written down."""
    page = queries.list_entries(db, query, actor)
    asked = query.model_dump(mode="json", exclude_none=True, exclude={"limit", "cursor", "include_total", "sort"})
    _record(db, "audit.read", actor, at, asked)
    return page


def verify_log(db: Session, *, actor: Actor, at: datetime) -> Verified:
    """Recompute the own chains; that it was done is written down, with what was found."""
    result = audit.verify(db, actor.organisation_id)
    _record(db, "audit.verify", actor, at, {"entries": result.entries, "broken": len(result.broken)})
    return result


def _record(db: Session, action: str, actor: Actor, at: datetime, details: dict[str, Any]) -> None:
    audit.record(
        db,
        tenant_id=actor.organisation_id,
        actor=actor,
        action=action,
        subject_kind="organisation",
        subject_id=actor.organisation_id,
        at=at,
        details=details,
    )
