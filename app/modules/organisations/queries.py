"""Reading organisations."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.organisations.models import Organisation, Region
from app.modules.organisations.schemas import OrganisationQuery, RegionQuery


def get_organisation(db: Session, organisation_id: UUID) -> Organisation:
    """One organisation; 404 for none."""
    return found(db.get(Organisation, organisation_id))


def organisations_by_id(db: Session, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """Those of the ids that are organisations; one statement."""
    return {row.id: row for row in db.scalars(select(Organisation).where(Organisation.id.in_(ids)))}


def regions_by_id(db: Session, ids: Collection[UUID]) -> dict[UUID, Region]:
    """Those of the ids that are planning regions, of whichever youth office; one statement."""
    return {region.id: region for region in db.scalars(select(Region).where(Region.id.in_(ids)))}


def land_of(db: Session, organisation_id: UUID) -> str:
    """The federal state whose holidays count for an organisation."""
    return get_organisation(db, organisation_id).land


def list_organisations(db: Session, query: OrganisationQuery) -> tuple[list[Any], str | None, int | None]:
    """A page of the register."""
    rows = select(Organisation)
    if query.kind:
        rows = rows.where(Organisation.kind == query.kind)
    if query.name:
        rows = rows.where(Organisation.name.icontains(query.name, autoescape=True))
    sorts = {"name": Organisation.name, "created_at": Organisation.created_at}
    return paginate(db, rows, query, sorts, Organisation.id)


def list_regions(db: Session, query: RegionQuery) -> tuple[list[Any], str | None, int | None]:
    """A page of planning regions."""
    rows = select(Region)
    if query.youth_office_id:
        rows = rows.where(Region.youth_office_id == query.youth_office_id)
    return paginate(db, rows, query, {"name": Region.name}, Region.id)
