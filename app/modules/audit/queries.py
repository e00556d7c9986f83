"""Reading the own organisation's log."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.audit import AuditEntry
from app.core.pages import paginate
from app.modules.audit.schemas import AuditQuery
from app.policy import Actor


def list_entries(db: Session, query: AuditQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the log."""
    rows = select(AuditEntry).where(AuditEntry.tenant_id == actor.organisation_id)
    for name in ("subject_id", "actor_id", "action"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(AuditEntry, name) == value)
    if query.since:
        rows = rows.where(AuditEntry.at >= query.since)
    if query.until:
        rows = rows.where(AuditEntry.at < query.until)
    return paginate(db, rows, query, {"at": AuditEntry.at}, AuditEntry.id)
