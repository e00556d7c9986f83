"""`/v1/staff-members`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.staff import queries, service
from app.modules.staff.schemas import StaffMemberCreate, StaffMemberEnd, StaffMemberOut, StaffMemberQuery
from app.policy import Permission

router = Router(prefix="/staff-members", tags=["staff"])


@router.post("", status_code=201, summary="Fachkraft auf die Personalliste setzen")
@needs(Permission.STAFF_MANAGE)
def list_staff_member(body: StaffMemberCreate, db: Db, actor: CurrentActor, now: Now) -> StaffMemberOut:
    """Which key stands for which qualification and employment, from when on (§ 72 Abs. 1, § 78b SGB VIII).

    Rates by qualification and the check of invoices (INV-08, INV-25) go by this list; it names nobody.
    """
    return StaffMemberOut.model_validate(service.list_member(db, body, actor=actor, at=now))


@router.get("", summary="Personalliste lesen")
@needs(Permission.STAFF_READ)
def list_staff_members(
    query: Annotated[StaffMemberQuery, Query()], db: Db, actor: CurrentActor
) -> Page[StaffMemberOut]:
    """The own list; a youth office reads those of the providers it has agreements with (§§ 77, 78b SGB VIII)."""
    rows, following, total = queries.list_members(db, query, actor)
    return page_of([StaffMemberOut.model_validate(row) for row in rows], following, total, query)


@router.get("/{member_id}", summary="Eintrag der Personalliste lesen")
@needs(Permission.STAFF_READ)
def get_staff_member(member_id: Id, db: Db, actor: CurrentActor) -> StaffMemberOut:
    """One entry (§§ 77, 78b SGB VIII)."""
    return StaffMemberOut.model_validate(queries.get_member(db, member_id, actor))


@router.post("/{member_id}:end", summary="Eintrag der Personalliste beenden")
@needs(Permission.STAFF_MANAGE)
def end_staff_member(
    member_id: Id, body: StaffMemberEnd, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> StaffMemberOut:
    """Say until when an entry holds; another qualification is a new entry (§ 72 Abs. 1 SGB VIII)."""
    return StaffMemberOut.model_validate(
        service.end_member(db, member_id, body.valid_to, expected, actor=actor, at=now)
    )
