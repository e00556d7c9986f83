"""Reading standards: the own office's, and those that are shared."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.standards.models import Standard
from app.modules.standards.schemas import StandardQuery
from app.policy import Actor


def get_standard(db: Session, standard_id: UUID, actor: Actor) -> Standard:
    """One standard; 404 for what is neither the own office's nor shared."""
    mine = Standard.is_shared | (Standard.youth_office_id == actor.organisation_id)
    return found(db.scalar(select(Standard).where(Standard.id == standard_id, mine)))


def list_standards(db: Session, query: StandardQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of standards."""
    rows = select(Standard).where(Standard.is_shared | (Standard.youth_office_id == actor.organisation_id))
    if query.youth_office_id:
        rows = rows.where(Standard.youth_office_id == query.youth_office_id)
    if query.dimension:
        rows = rows.where(Standard.dimension == query.dimension)
    if query.quality_area:
        rows = rows.where(Standard.quality_area == query.quality_area)
    return paginate(db, rows, query, {"code": Standard.code, "created_at": Standard.created_at}, Standard.id)


def standards_by_id(db: Session, ids: Collection[UUID], youth_office_id: UUID) -> dict[UUID, Standard]:
    """Those of the ids that are standards of this office; one statement."""
    rows = select(Standard).where(Standard.id.in_(ids), Standard.youth_office_id == youth_office_id)
    return {standard.id: standard for standard in db.scalars(rows)}
