"""`/v1/standards`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.standards import queries, service
from app.modules.standards.schemas import StandardCreate, StandardOut, StandardPatch, StandardQuery
from app.policy import Permission

router = Router(prefix="/standards", tags=["standards"])


@router.post("", status_code=201, summary="Standard schreiben")
@needs(Permission.STANDARDS_MANAGE)
def create_standard(body: StandardCreate, db: Db, actor: CurrentActor, now: Now) -> StandardOut:
    """A standard of quality: how it shows, what proves it (§§ 79, 79a SGB VIII); agreements and handbooks adopt it."""
    return StandardOut.model_validate(service.create_standard(db, body, actor=actor, at=now))


@router.get("", summary="Standards suchen")
@needs(Permission.STANDARDS_READ)
def list_standards(query: Annotated[StandardQuery, Query()], db: Db, actor: CurrentActor) -> Page[StandardOut]:
    """The standards of the own youth office and those that are shared."""
    rows, following, total = queries.list_standards(db, query, actor)
    return page_of([StandardOut.model_validate(row) for row in rows], following, total, query)


@router.get("/{standard_id}", summary="Standard lesen")
@needs(Permission.STANDARDS_READ)
def get_standard(standard_id: Id, db: Db, actor: CurrentActor) -> StandardOut:
    """One standard of quality, with what shows and proves it (§ 79a SGB VIII)."""
    return StandardOut.model_validate(queries.get_standard(db, standard_id, actor))


@router.patch("/{standard_id}", summary="Standard ändern")
@needs(Permission.STANDARDS_MANAGE)
def change_standard(
    standard_id: Id, body: StandardPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> StandardOut:
    """Change a standard (merge patch) as long as no text offered for signature and no handbook contains it."""
    return StandardOut.model_validate(service.change_standard(db, standard_id, body, expected, actor=actor, at=now))
