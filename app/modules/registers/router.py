"""`/v1/isef-profiles`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.registers import queries, service
from app.modules.registers.schemas import IsefCreate, IsefOut, IsefPatch, IsefQuery
from app.policy import Permission

router = Router(prefix="/isef-profiles", tags=["registers"])


@router.post("", status_code=201, summary="Insoweit erfahrene Fachkraft eintragen")
@needs(Permission.ISEF_MANAGE)
def enter_isef(body: IsefCreate, db: Db, actor: CurrentActor, now: Now) -> IsefOut:
    """Enter who may be consulted on signs of danger (§ 8a Abs. 4 Satz 1 Nr. 2, § 8b SGB VIII).

    With an account of the own organisation she answers here herself; without one the asking professional writes the
    consultation down. A shared entry (such as the pool of a youth office) may be consulted by every provider.
    """
    return IsefOut.model_validate(service.enter_isef(db, body, actor=actor, at=now))


@router.get("", summary="Insoweit erfahrene Fachkräfte suchen")
@needs(Permission.ISEF_READ)
def list_isef(query: Annotated[IsefQuery, Query()], db: Db, actor: CurrentActor) -> Page[IsefOut]:
    """Those the own organisation may consult: its own and the shared ones (§ 8b SGB VIII)."""
    rows, following, total = queries.list_isef(db, query, actor)
    return page_of([IsefOut.model_validate(row) for row in rows], following, total, query)


@router.get("/{isef_id}", summary="Insoweit erfahrene Fachkraft lesen")
@needs(Permission.ISEF_READ)
def get_isef(isef_id: Id, db: Db, actor: CurrentActor) -> IsefOut:
    """One entry with qualification, fields and how to reach her (§ 8a Abs. 4 SGB VIII)."""
    return IsefOut.model_validate(queries.get_isef(db, isef_id, actor))


@router.patch("/{isef_id}", summary="Eintrag ändern")
@needs(Permission.ISEF_MANAGE)
def change_isef(isef_id: Id, body: IsefPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> IsefOut:
    """Change an own entry, or end it by a day (§ 8a Abs. 4 SGB VIII); held consultations stay as they were."""
    return IsefOut.model_validate(service.change_isef(db, isef_id, body, expected, actor=actor, at=now))
