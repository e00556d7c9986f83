"""`/v1/organisations`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.organisations import queries, service
from app.modules.organisations.schemas import (
    OrganisationCreate,
    OrganisationOut,
    OrganisationPatch,
    OrganisationQuery,
    RegionCreate,
    RegionOut,
    RegionQuery,
)
from app.policy import OrganisationKind, Permission

router = Router(tags=["organisations"])


@router.get("/organisations", summary="Organisationen suchen")
@needs(Permission.ORGANISATIONS_READ)
def list_organisations(query: Annotated[OrganisationQuery, Query()], db: Db) -> Page[OrganisationOut]:
    """The register of youth offices and providers that work together here."""
    rows, following, total = queries.list_organisations(db, query)
    return page_of([OrganisationOut.model_validate(row) for row in rows], following, total, query)


@router.get("/organisations/{organisation_id}", summary="Organisation lesen")
@needs(Permission.ORGANISATIONS_READ)
def get_organisation(organisation_id: Id, db: Db) -> OrganisationOut:
    """One youth office or provider (§§ 69, 75 SGB VIII), as everybody who may log in sees it."""
    return OrganisationOut.model_validate(queries.get_organisation(db, organisation_id))


@router.post("/organisations", status_code=201, summary="Freien Träger anlegen")
@needs(Permission.ORGANISATIONS_MANAGE)
def create_organisation(body: OrganisationCreate, db: Db, actor: CurrentActor, now: Now) -> OrganisationOut:
    """A youth office's administrator enters a provider (§ 3, § 4 SGB VIII); its accounts follow separately."""
    made = service.create_organisation(db, OrganisationKind.PROVIDER, body.name, body.land, actor=actor, at=now)
    return OrganisationOut.model_validate(made)


@router.patch("/organisations/{organisation_id}", summary="Eigene Organisation ändern")
@needs(Permission.ACCOUNTS_MANAGE)
def change_organisation(
    organisation_id: Id, body: OrganisationPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> OrganisationOut:
    """Change name or Leitweg-ID of the own organisation (merge patch, RFC 7396)."""
    changed = service.change_organisation(db, organisation_id, body, expected, actor=actor, at=now)
    return OrganisationOut.model_validate(changed)


@router.get("/regions", summary="Planungsregionen suchen")
@needs(Permission.ORGANISATIONS_READ)
def list_regions(query: Annotated[RegionQuery, Query()], db: Db) -> Page[RegionOut]:
    """The planning regions of the youth offices."""
    rows, following, total = queries.list_regions(db, query)
    return page_of([RegionOut.model_validate(row) for row in rows], following, total, query)


@router.post("/regions", status_code=201, summary="Planungsregion anlegen")
@needs(Permission.ORGANISATIONS_MANAGE)
def create_region(body: RegionCreate, db: Db, actor: CurrentActor, now: Now) -> RegionOut:
    """Enter a planning region of the own youth office (§ 80 SGB VIII)."""
    made = service.create_region(db, actor.organisation_id, body.name, actor=actor, at=now)
    return RegionOut.model_validate(made)
