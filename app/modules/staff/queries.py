"""Reading staff lists: a provider its own, a youth office those of the providers it has agreements with."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, cast, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.agreements import Agreement
from app.modules.staff.models import StaffMember
from app.modules.staff.schemas import StaffMemberQuery
from app.policy import Actor


def visible(actor: Actor) -> Select[StaffMember]:
    """The entries an actor's organisation may read."""
    if not actor.is_youth_office:
        return select(StaffMember).where(StaffMember.provider_id == actor.organisation_id)
    mine = Agreement.youth_office_id == actor.organisation_id
    partners = select(Agreement).where(mine, Agreement.parties.any(organisation_id=StaffMember.provider_id))
    return select(StaffMember).where(partners.exists())


def get_member(db: Session, member_id: UUID, actor: Actor, *, lock: bool = False) -> StaffMember:
    """One entry; 404 for one the actor's organisation may not read."""
    wanted = visible(actor).where(StaffMember.id == member_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_members(db: Session, query: StaffMemberQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of entries."""
    rows = visible(actor)
    for name in ("provider_id", "employment"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(StaffMember, name) == value)
    if query.worker is not None:
        rows = rows.where(StaffMember.worker == query.worker.lower())
    if query.on is not None:
        rows = rows.where(StaffMember.period.op("@>")(cast(query.on, Date)))
    sorts = {"worker": StaffMember.worker, "valid_from": StaffMember.valid_from}
    return paginate(db, rows, query, sorts, StaffMember.id)


def staff_of(db: Session, provider_id: UUID, workers: Collection[str]) -> list[StaffMember]:
    """What a provider's list says of some professionals; one statement."""
    rows = select(StaffMember).where(
        StaffMember.provider_id == provider_id, StaffMember.worker.in_({worker.lower() for worker in workers})
    )
    return list(db.scalars(rows.order_by(StaffMember.worker, StaffMember.valid_from)))
