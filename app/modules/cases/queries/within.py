"""Reading what helps are made of: phases, grants, partners, group offers, handovers, and what was imported."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from app.core.db import found
from app.core.pages import paginate
from app.modules.cases.models import (
    Help,
    HelpGrant,
    HelpGroupOffer,
    HelpHandover,
    HelpPartner,
    HelpPhase,
)
from app.modules.cases.queries.helps import IN_EFFECT, Listed, takes_part
from app.modules.cases.schemas import GrantQuery, GroupOfferQuery, HandoverQuery, PartnerQuery, PhaseQuery
from app.policy import Actor


def phases_of(db: Session, help_: Help) -> list[HelpPhase]:
    """Every phase of a help in order of time, with the help; the youth office's view."""
    rows = select(HelpPhase).where(HelpPhase.help_id == help_.id).options(joinedload(HelpPhase.help))
    return list(db.scalars(rows.order_by(HelpPhase.valid_from, HelpPhase.id)))


def _phases(help_: Help, actor: Actor) -> Select[HelpPhase]:
    """Own phases, and those of others while the actor takes part."""
    shared = takes_part(actor, HelpPhase.youth_office_id, HelpPhase.help_id, HelpPhase.changed_at)
    own = HelpPhase.provider_id == actor.organisation_id
    return select(HelpPhase).where(HelpPhase.help_id == help_.id, or_(own, shared)).options(joinedload(HelpPhase.help))


def get_phase(db: Session, help_: Help, phase_id: UUID, actor: Actor) -> HelpPhase:
    """One phase of a help; its help is locked where it is to change."""
    return found(db.scalar(_phases(help_, actor).where(HelpPhase.id == phase_id)))


def list_phases(db: Session, help_: Help, query: PhaseQuery, actor: Actor) -> Listed:
    """A page of the phases of a help."""
    rows = _phases(help_, actor)
    for name in ("state", "provider_id", "setting"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(HelpPhase, name) == value)
    if query.on:
        rows = rows.where(HelpPhase.valid_from <= query.on, HelpPhase.valid_to >= query.on)
    sorts = {"valid_from": HelpPhase.valid_from, "created_at": HelpPhase.created_at}
    return paginate(db, rows, query, sorts, HelpPhase.id)


def _grants(help_: Help, actor: Actor) -> Select[HelpGrant]:
    """What is granted; to a provider only its own, which others get is not for it to know."""
    mine = HelpGrant.youth_office_id if actor.is_youth_office else HelpGrant.provider_id
    rows = select(HelpGrant).where(HelpGrant.help_id == help_.id, mine == actor.organisation_id)
    return rows.options(joinedload(HelpGrant.help))


def get_grant(db: Session, help_: Help, grant_id: UUID, actor: Actor) -> HelpGrant:
    """One grant of a help."""
    return found(db.scalar(_grants(help_, actor).where(HelpGrant.id == grant_id)))


def list_grants(db: Session, help_: Help, query: GrantQuery, actor: Actor) -> Listed:
    """A page of everything that was ever granted for a help."""
    rows = _grants(help_, actor)
    for name in ("phase_id", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(HelpGrant, name) == value)
    sorts = {"valid_from": HelpGrant.valid_from, "prepared_at": HelpGrant.prepared_at}
    return paginate(db, rows, query, sorts, HelpGrant.id)


def grants_of_phases(db: Session, phase_ids: Iterable[UUID]) -> list[HelpGrant]:
    """What is prepared or released for some phases, with the help."""
    rows = select(HelpGrant).where(HelpGrant.phase_id.in_(list(phase_ids)), HelpGrant.state.in_(IN_EFFECT))
    return list(db.scalars(rows.options(joinedload(HelpGrant.help)).order_by(HelpGrant.valid_from)))


def _partners(help_: Help, actor: Actor) -> Select[HelpPartner]:
    shared = takes_part(actor, HelpPartner.youth_office_id, HelpPartner.help_id, HelpPartner.changed_at)
    return select(HelpPartner).where(HelpPartner.help_id == help_.id, shared)


def get_partner(db: Session, help_: Help, partner_id: UUID, actor: Actor) -> HelpPartner:
    """One partner of a help."""
    return found(db.scalar(_partners(help_, actor).where(HelpPartner.id == partner_id)))


def list_partners(db: Session, help_: Help, query: PartnerQuery, actor: Actor) -> Listed:
    """A page of the partners of a help."""
    rows = _partners(help_, actor)
    if query.kind:
        rows = rows.where(HelpPartner.kind == query.kind)
    if query.on:
        open_end = or_(HelpPartner.valid_to.is_(None), HelpPartner.valid_to >= query.on)
        rows = rows.where(HelpPartner.valid_from <= query.on, open_end)
    return paginate(db, rows, query, {"valid_from": HelpPartner.valid_from}, HelpPartner.id)


def list_group_offers(db: Session, help_: Help, query: GroupOfferQuery, actor: Actor) -> Listed:
    """A page of the group offers that were considered."""
    shared = takes_part(actor, HelpGroupOffer.youth_office_id, HelpGroupOffer.help_id, HelpGroupOffer.created_at)
    rows = select(HelpGroupOffer).where(HelpGroupOffer.help_id == help_.id, shared)
    if query.is_chosen is not None:
        rows = rows.where(HelpGroupOffer.is_chosen == query.is_chosen)
    return paginate(db, rows, query, {"considered_on": HelpGroupOffer.considered_on}, HelpGroupOffer.id)


def _handovers(actor: Actor) -> Select[HelpHandover]:
    me = actor.organisation_id
    return select(HelpHandover).where(or_(HelpHandover.youth_office_id == me, HelpHandover.receiving_office_id == me))


def get_handover(db: Session, handover_id: UUID, actor: Actor, *, lock: bool = False) -> HelpHandover:
    """One handover; 404 unless the actor's youth office gives or receives."""
    wanted = _handovers(actor).where(HelpHandover.id == handover_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_handovers(db: Session, query: HandoverQuery, actor: Actor) -> Listed:
    """A page of handovers from and to the own youth office."""
    rows = _handovers(actor)
    if query.direction == "incoming":
        rows = rows.where(HelpHandover.receiving_office_id == actor.organisation_id)
    elif query.direction == "outgoing":
        rows = rows.where(HelpHandover.youth_office_id == actor.organisation_id)
    if query.state:
        rows = rows.where(HelpHandover.state == query.state)
    if query.help_id:
        rows = rows.where(or_(HelpHandover.help_id == query.help_id, HelpHandover.new_help_id == query.help_id))
    sorts = {"created_at": HelpHandover.created_at, "effective_on": HelpHandover.effective_on}
    return paginate(db, rows, query, sorts, HelpHandover.id)


def handover_to(db: Session, help_: Help) -> HelpHandover | None:
    """The accepted handover that a help came from, locked."""
    wanted = select(HelpHandover).where(HelpHandover.new_help_id == help_.id)
    return db.scalar(wanted.with_for_update())


def open_handover(db: Session, help_: Help) -> HelpHandover | None:
    """The handover that a help is in now, locked."""
    wanted = select(HelpHandover).where(
        HelpHandover.help_id == help_.id, HelpHandover.state.in_(("offered", "accepted"))
    )
    return db.scalar(wanted.with_for_update())


def imported(
    db: Session, kind: type[Help] | type[HelpGrant], keys: Iterable[tuple[str, str]], actor: Actor
) -> dict[tuple[str, str], Any]:
    """What is known of an import by (system, external id); one statement."""
    systems: dict[str, list[str]] = {}
    for system, external_id in keys:
        systems.setdefault(system, []).append(external_id)
    known: dict[tuple[str, str], Any] = {}
    for system, ids in systems.items():
        rows = select(kind).where(
            kind.youth_office_id == actor.organisation_id, kind.source_system == system, kind.external_id.in_(ids)
        )
        found_rows: Iterable[Any] = db.scalars(rows)
        known |= {(system, row.external_id): row for row in found_rows}
    return known
