"""Reading the register of § 72a."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.modules.clearances.models import ActivityAssessment, ClearanceCheck, ClearanceState
from app.modules.clearances.schemas import ActivityQuery, ClearanceQuery
from app.policy import Actor, Permission

C = ClearanceCheck
_MAY_START = (ClearanceState.INSPECTED_OK, ClearanceState.RENEWAL_DUE)


def own(actor: Actor) -> Select[ClearanceCheck]:
    """The entries of the own organisation."""
    return select(C).where(C.organisation_id == actor.organisation_id)


def get_check(db: Session, clearance_id: UUID, actor: Actor, *, lock: bool = False) -> ClearanceCheck:
    """One entry; 404 for any other organisation's."""
    wanted = own(actor).where(C.id == clearance_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_checks(db: Session, query: ClearanceQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the register."""
    rows = own(actor)
    if query.state is not None:
        rows = rows.where(C.state == query.state)
    if query.engagement is not None:
        rows = rows.where(C.engagement == query.engagement)
    if query.renew_before is not None:
        rows = rows.where(C.renew_by <= query.renew_before)
    return paginate(db, rows, query, {"person": C.person}, C.id)


def list_activities(db: Session, query: ActivityQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the assessed activities."""
    rows = select(ActivityAssessment).where(ActivityAssessment.organisation_id == actor.organisation_id)
    if query.certificate_required is not None:
        rows = rows.where(ActivityAssessment.certificate_required == query.certificate_required)
    return paginate(db, rows, query, {"activity": ActivityAssessment.activity}, ActivityAssessment.id)


def may_be_deployed(db: Session, organisation_id: UUID, person: str, on: date) -> bool:
    """Whether somebody may be deployed anew on a day: looked at, nothing excludes, not expired."""
    cleared = select(func.count()).where(
        C.organisation_id == organisation_id, C.person == person, C.state.in_(_MAY_START), C.renew_by >= on
    )
    return bool(db.scalar(cleared))


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Certificates that must be looked at (again)."""
    actor = asked.actor
    if not actor.may(Permission.CLEARANCES_READ):
        return []
    columns = waiting(
        "clearance_due",
        subject=C,
        path="/v1/clearance-checks/",
        number=C.person,
        due_at=func.coalesce(end_of(C.renew_by), C.created_at),
        me=actor.may(Permission.CLEARANCES_MANAGE),
    )
    waits = or_(C.state == ClearanceState.REQUESTED, C.state.in_((ClearanceState.RENEWAL_DUE, ClearanceState.EXPIRED)))
    return [own(actor).with_only_columns(*columns).where(waits)]


WORK = Source({"clearance_due": "Führungszeugnis einsehen (§ 72a)"}, _work)
