"""`/v1/audit-entries` and `/v1/audit-verification`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Now, Router, needs
from app.core.pages import Page, page_of
from app.modules.audit import service
from app.modules.audit.schemas import AuditEntryOut, AuditQuery, BrokenOut, VerificationOut
from app.policy import Permission

router = Router(tags=["audit"])


@router.get("/audit-entries", summary="Protokoll lesen")
@needs(Permission.AUDIT_READ)
def list_audit_entries(
    query: Annotated[AuditQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[AuditEntryOut]:
    """The log of the own organisation's cases (Art. 5 Abs. 2 DSGVO, § 78 SGB X): acts and readings, no content.

    Reading the log is itself written into it.
    """
    rows, following, total = service.read_log(db, query, actor=actor, at=now)
    return page_of([AuditEntryOut.model_validate(row) for row in rows], following, total, query)


@router.get("/audit-verification", summary="Protokoll prüfen")
@needs(Permission.AUDIT_READ)
def verify_audit_log(db: Db, actor: CurrentActor, now: Now) -> VerificationOut:
    """Recompute the hash chains of the own log and name the first broken entry of each."""
    result = service.verify_log(db, actor=actor, at=now)
    broken = [BrokenOut.model_validate(item) for item in result.broken]
    return VerificationOut(whole=not broken, entries=result.entries, lanes=result.lanes, broken=broken)
