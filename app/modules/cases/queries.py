"""Reading helps: a youth office sees its own, a provider those it delivers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.cases.models import Help, HelpGrant
from app.modules.cases.schemas import HelpQuery
from app.policy import Actor


def visible(actor: Actor) -> Select[Help]:
    """The helps an actor's organisation takes part in."""
    mine = Help.youth_office_id if actor.is_youth_office else Help.provider_id
    return select(Help).where(mine == actor.organisation_id)


def get_help(db: Session, help_id: UUID, actor: Actor, *, lock: bool = False) -> Help:
    """One help; 404 unless the actor's organisation takes part in it. `lock`: for a change."""
    wanted = visible(actor).where(Help.id == help_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_helps(db: Session, query: HelpQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of helps."""
    rows = visible(actor)
    for name in ("state", "provider_id", "caseworker_id", "service_kind"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Help, name) == value)
    if query.on:
        rows = rows.where(Help.starts_on <= query.on, Help.ends_on >= query.on)
    sorts = {name: getattr(Help, name) for name in ("created_at", "number", "starts_on")}
    return paginate(db, rows, query, sorts, Help.id)


def grants_of(db: Session, help_ids: Iterable[UUID]) -> dict[UUID, list[HelpGrant]]:
    """The grants of some helps, by help, in order of time; one statement."""
    grants: dict[UUID, list[HelpGrant]] = {help_id: [] for help_id in help_ids}
    rows = select(HelpGrant).where(HelpGrant.help_id.in_(grants)).order_by(HelpGrant.valid_from)
    for grant in db.scalars(rows):
        grants[grant.help_id].append(grant)
    return grants
