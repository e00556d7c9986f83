"""Reading calculations: a provider its own, a youth office the versions that were offered to it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.fees.models import FeeCalculation, FeeOffer, FeeVersion
from app.modules.fees.schemas import FeeCalculationQuery
from app.policy import Actor


def visible(actor: Actor) -> Select[FeeCalculation]:
    """The calculations an actor's organisation may read."""
    if actor.is_youth_office:
        offered = exists().where(
            FeeOffer.calculation_id == FeeCalculation.id, FeeOffer.youth_office_id == actor.organisation_id
        )
        return select(FeeCalculation).where(offered)
    return select(FeeCalculation).where(FeeCalculation.provider_id == actor.organisation_id)


def get_calculation(db: Session, calculation_id: UUID, actor: Actor, *, lock: bool = False) -> FeeCalculation:
    """One calculation; 404 for one the actor's organisation may not read."""
    wanted = visible(actor).where(FeeCalculation.id == calculation_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_calculations(
    db: Session, query: FeeCalculationQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of calculations."""
    rows = visible(actor)
    for name in ("provider_id", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(FeeCalculation, name) == value)
    if query.agreement_id is not None:
        in_it = exists().where(
            FeeOffer.calculation_id == FeeCalculation.id, FeeOffer.agreement_id == query.agreement_id
        )
        rows = rows.where(in_it)
    sorts = {"created_at": FeeCalculation.created_at, "title": FeeCalculation.title}
    return paginate(db, rows, query, sorts, FeeCalculation.id)


def versions_of(db: Session, calculation: FeeCalculation, actor: Actor) -> list[FeeVersion]:
    """The versions the actor may read, oldest first; one statement."""
    rows = select(FeeVersion).where(FeeVersion.calculation_id == calculation.id, _readable(actor))
    return list(db.scalars(rows.order_by(FeeVersion.number)))


def get_version(db: Session, calculation: FeeCalculation, number: int | None, actor: Actor) -> FeeVersion:
    """One version, the newest unless one is named; 404 for none that the actor may read."""
    rows = select(FeeVersion).where(FeeVersion.calculation_id == calculation.id, _readable(actor))
    if number is not None:
        rows = rows.where(FeeVersion.number == number)
    return found(db.scalar(rows.order_by(FeeVersion.number.desc()).limit(1)))


def agreements_of(db: Session, calculation: FeeCalculation, actor: Actor) -> list[UUID]:
    """The agreements in whose negotiation it was brought, as far as the actor is a side of them."""
    mine = FeeOffer.youth_office_id if actor.is_youth_office else FeeOffer.provider_id
    rows = select(FeeOffer.agreement_id).where(FeeOffer.calculation_id == calculation.id, mine == actor.organisation_id)
    return sorted(set(db.scalars(rows)))


def _readable(actor: Actor) -> ColumnElement[bool]:
    if not actor.is_youth_office:
        return FeeVersion.provider_id == actor.organisation_id
    return exists().where(
        FeeOffer.calculation_id == FeeVersion.calculation_id,
        FeeOffer.number == FeeVersion.number,
        FeeOffer.youth_office_id == actor.organisation_id,
    )
