"""Reading the registers."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.registers.models import IsefProfile
from app.modules.registers.schemas import IsefQuery
from app.policy import Actor


def _qualified(on: date) -> ColumnElement[bool]:
    return and_(IsefProfile.valid_from <= on, or_(IsefProfile.valid_to.is_(None), IsefProfile.valid_to >= on))


def consultable(actor: Actor) -> Select[IsefProfile]:
    """Those an organisation may consult: its own and the shared ones."""
    mine = IsefProfile.organisation_id == actor.organisation_id
    return select(IsefProfile).where(or_(mine, IsefProfile.is_shared))


def get_isef(db: Session, isef_id: UUID, actor: Actor) -> IsefProfile:
    """One entry; 404 unless own or shared."""
    return found(db.scalar(consultable(actor).where(IsefProfile.id == isef_id)))


def get_own_isef(db: Session, isef_id: UUID, actor: Actor) -> IsefProfile:
    """One entry of the own organisation, for a change."""
    own = select(IsefProfile).where(IsefProfile.organisation_id == actor.organisation_id, IsefProfile.id == isef_id)
    return found(db.scalar(own.with_for_update()))


def find_qualified(db: Session, isef_id: UUID, actor: Actor, on: date) -> IsefProfile | None:
    """The one an organisation may consult on a day, or None."""
    return db.scalar(consultable(actor).where(IsefProfile.id == isef_id, _qualified(on)))


def has_qualified(db: Session, organisation_id: UUID, on: date) -> bool:
    """Whether an organisation names anybody qualified on a day."""
    wanted = exists().where(IsefProfile.organisation_id == organisation_id, _qualified(on))
    return bool(db.scalar(select(wanted)))


def list_isef(db: Session, query: IsefQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the register."""
    rows = consultable(actor)
    if query.own is not None:
        mine = IsefProfile.organisation_id == actor.organisation_id
        rows = rows.where(mine if query.own else ~mine)
    if query.field is not None:
        rows = rows.where(IsefProfile.fields.contains([query.field.value]))
    if query.on is not None:
        rows = rows.where(_qualified(query.on))
    return paginate(db, rows, query, {"name": IsefProfile.name}, IsefProfile.id)
