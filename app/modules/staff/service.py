"""Acting on staff lists."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.ids import new_id
from app.core.problems import Invalid
from app.modules.staff import queries
from app.modules.staff.models import StaffMember
from app.modules.staff.schemas import StaffMemberCreate
from app.policy import Actor


def list_member(db: Session, body: StaffMemberCreate, *, actor: Actor, at: datetime) -> StaffMember:
    """Put a professional on the list.

    Raises:
        Conflict: there is an entry for the professional and a day of the period (by the database).
    """
    member = StaffMember(
        id=new_id(),
        provider_id=actor.organisation_id,
        **body.model_dump(exclude={"worker"}),
        worker=body.worker.lower(),
        recorded_by=actor.id,
        recorded_at=at,
    )
    db.add(member)
    db.flush()
    _record(db, member, "staff_member.list", actor, at)
    return member


def end_member(
    db: Session, member_id: UUID, valid_to: date, expected: int, *, actor: Actor, at: datetime
) -> StaffMember:
    """Say until when an entry holds.

    Raises:
        Invalid: the day lies before the entry begins, or after it ends already.
    """
    member = queries.get_member(db, member_id, actor, lock=True)
    check_version(member, expected)
    if valid_to < member.valid_from or (member.valid_to is not None and valid_to > member.valid_to):
        de, en = "Der Tag liegt nicht im Zeitraum des Eintrags.", "The day is not within the entry's period."
        raise Invalid.field("/valid_to", "period", de, en)
    member.valid_to = valid_to
    db.flush()
    _record(db, member, "staff_member.end", actor, at)
    return member


def _record(db: Session, member: StaffMember, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=member.provider_id,
        actor=actor,
        action=action,
        subject_kind="staff_member",
        subject_id=member.id,
        at=at,
    )
