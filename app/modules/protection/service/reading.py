"""Reading a case; every reading is written down."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import found
from app.core.sealing import Sealer
from app.modules.protection import queries
from app.modules.protection.models import EndangermentCase, EndangermentReport
from app.modules.protection.service import intake
from app.policy import Actor


def read(
    db: Session, case_id: UUID, what: str, *, actor: Actor, at: datetime, file: bool = True, **details: Any
) -> EndangermentCase:
    """A case to be read, and who read what of it in the log (§ 35 SGB I).

    Args:
        file: its content, not only where it stands.

    Raises:
        NotFound: no such case, or the actor is not involved.
    """
    case = queries.get_case(db, case_id, actor, read=file, at=at)
    note(db, case, f"endangerment_case.read_{what}", actor=actor, at=at, **details)
    return case


def note(db: Session, case: EndangermentCase, action: str, *, actor: Actor, at: datetime, **details: Any) -> None:
    """Write down an act on a case that is no step of its life."""
    audit.record(
        db,
        tenant_id=case.youth_office_id,
        actor=actor,
        action=action,
        subject_kind="endangerment_case",
        subject_id=case.id,
        at=at,
        law="§ 35 SGB I",
        details=details,
    )


def reporter_of(
    db: Session, case_id: UUID, report_id: UUID, sealer: Sealer, *, actor: Actor, at: datetime
) -> str | None:
    """Who reported, for whoever works on the case; the reading is written down.

    Raises:
        NotFound: no such report, or the actor does not work on the case.
    """
    case, report = working_on(db, case_id, report_id, actor=actor)
    note(db, case, "endangerment_case.read_reporter", actor=actor, at=at, report_id=str(report_id))
    return intake.identity_of(report, sealer)


def working_on(
    db: Session, case_id: UUID, report_id: UUID, *, actor: Actor
) -> tuple[EndangermentCase, EndangermentReport]:
    """A report of a case the actor works on, or that nobody works on yet.

    Raises:
        NotFound: no such report, or the actor does not work on the case.
    """
    case = queries.get_case(db, case_id, actor, read=True)
    report = next((one for one in queries.reports_of(db, case) if one.id == report_id), None)
    return case, found(report if actor.id in case.team or not case.team else None)
