"""Reading helps: a youth office sees its own, a provider those it takes part in, or took part in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, with_expression

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.law.calendars import legal_date
from app.law.planning import AFTERCARE_DAYS, HELP_ENDING_DAYS
from app.modules.cases.models import (
    GrantState,
    Help,
    HelpAssignment,
    HelpGrant,
    HelpGroupOffer,
    HelpHandover,
    HelpPartner,
    HelpPhase,
    HelpState,
    IntensityUnit,
    PhaseState,
)
from app.modules.cases.rules import HOUSED
from app.modules.cases.schemas import GrantQuery, GroupOfferQuery, HandoverQuery, HelpQuery, PartnerQuery, PhaseQuery
from app.policy import Actor, Permission

IN_EFFECT = (GrantState.PREPARED, GrantState.RELEASED)
Listed = tuple[list[Any], str | None, int | None]


def visible(actor: Actor) -> Select[Help]:
    """The helps of the actor's youth office, or those its provider has, had or will have a part in."""
    if actor.is_youth_office:
        return select(Help).where(Help.youth_office_id == actor.organisation_id)
    mine = select(HelpAssignment.help_id).where(HelpAssignment.provider_id == actor.organisation_id)
    return select(Help).where(Help.id.in_(mine))


def get_help(db: Session, help_id: UUID, actor: Actor, *, lock: bool = False) -> Help:
    """One help; 404 unless the actor's organisation takes part in it. `lock`: for a change."""
    wanted = visible(actor).where(Help.id == help_id).options(*_left(actor))
    return found(db.scalar(wanted.with_for_update(of=Help) if lock else wanted))


def list_helps(db: Session, query: HelpQuery, actor: Actor, today: date) -> Listed:
    """A page of helps."""
    rows = visible(actor).options(*_left(actor))
    for name in ("caseworker_id", "service_kind", "source_system", "external_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Help, name) == value)
    if query.state is not None:
        rows = rows.where(_state_for(actor, today) == query.state)
    if query.provider_id is not None:
        theirs = select(HelpAssignment.help_id).where(HelpAssignment.provider_id == query.provider_id)
        rows = rows.where(Help.id.in_(theirs))
    if query.on:
        own = and_(_part_of(actor), HelpAssignment.valid_from <= query.on, HelpAssignment.valid_to >= query.on)
        covered = and_(Help.starts_on <= query.on, Help.ends_on >= query.on)
        rows = rows.where(covered if actor.is_youth_office else exists().where(own))
    sorts = {name: getattr(Help, name) for name in ("created_at", "number", "starts_on")}
    return paginate(db, rows, query, sorts, Help.id)


def _part_of(actor: Actor) -> ColumnElement[bool]:
    return and_(HelpAssignment.help_id == Help.id, HelpAssignment.provider_id == actor.organisation_id)


def _left(actor: Actor) -> list[Any]:
    """A provider reads with a help the last day of its own part."""
    if actor.is_youth_office:
        return []
    last = select(func.max(HelpAssignment.valid_to)).where(_part_of(actor)).scalar_subquery()
    return [with_expression(Help.left_on, last)]


def _state_for(actor: Actor, today: date) -> ColumnElement[Any]:
    """The state as the actor knows it: for a provider that left, the help is over."""
    if actor.is_youth_office:
        return Help.state.expression
    here = exists().where(_part_of(actor), HelpAssignment.valid_to + AFTERCARE_DAYS >= today)
    return case((or_(here, Help.state == HelpState.WITHDRAWN), Help.state), else_=HelpState.ENDED)


def grants_of(db: Session, help_ids: Iterable[UUID], *, provider_id: UUID | None = None) -> dict[UUID, list[HelpGrant]]:
    """The grants of some helps that are prepared or released, by help, in order of time; one statement.

    Args:
        provider_id: only what is granted for work of this provider.
    """
    grants: dict[UUID, list[HelpGrant]] = {help_id: [] for help_id in help_ids}
    rows = select(HelpGrant).where(HelpGrant.help_id.in_(grants), HelpGrant.state.in_(IN_EFFECT))
    if provider_id is not None:
        rows = rows.where(HelpGrant.provider_id == provider_id)
    for grant in db.scalars(rows.order_by(HelpGrant.valid_from, HelpGrant.id)):
        grants[grant.help_id].append(grant)
    return grants


def takes_part(
    actor: Actor,
    youth_office_id: InstrumentedAttribute[UUID],
    help_id: InstrumentedAttribute[UUID],
    made_at: InstrumentedAttribute[datetime],
) -> ColumnElement[bool]:
    """Whether the actor's side may read a row that concerns everybody in a help.

    The youth office its own; a provider what was made until 30 days after its part in the help ended (`attends_help`
    says the same in the row-level security).
    """
    if actor.is_youth_office:
        return youth_office_id == actor.organisation_id
    last = HelpAssignment.valid_to + AFTERCARE_DAYS
    return exists().where(
        HelpAssignment.help_id == help_id,
        HelpAssignment.provider_id == actor.organisation_id,
        cast(func.timezone("Europe/Berlin", made_at), Date) <= last,
    )


def learns_until(db: Session, help_id: UUID, provider_id: UUID) -> date | None:
    """The last day on which a provider still learns of a help, 30 days after its part; None: it never had one."""
    part = (HelpAssignment.help_id == help_id, HelpAssignment.provider_id == provider_id)
    return db.scalar(select(func.max(HelpAssignment.valid_to) + AFTERCARE_DAYS).where(*part))


def providers_of(db: Session, help_: Help, on: date) -> list[UUID]:
    """The providers that take part in a help on a day."""
    rows = select(HelpAssignment.provider_id).where(
        and_(HelpAssignment.help_id == help_.id, HelpAssignment.period.contains(on))
    )
    return list(db.scalars(rows.order_by(HelpAssignment.provider_id)))


def attending(db: Session, help_: Help, on: date) -> list[UUID]:
    """The providers that learn of what happens to a help on a day: until 30 days after their part, or before it."""
    rows = select(HelpAssignment.provider_id).where(
        HelpAssignment.help_id == help_.id, HelpAssignment.valid_to + AFTERCARE_DAYS >= on
    )
    return sorted(set(db.scalars(rows)))


def housed_by(db: Session, help_id: UUID, provider_id: UUID, on: date) -> bool:
    """Whether the child lives with a provider on a day."""
    rows = exists().where(
        HelpPhase.help_id == help_id,
        HelpPhase.provider_id == provider_id,
        HelpPhase.setting.in_(HOUSED),
        HelpPhase.state != PhaseState.CANCELLED,
        HelpPhase.valid_from <= on,
        HelpPhase.valid_to >= on,
    )
    return bool(db.scalar(select(rows)))


def worked_in(db: Session, help_ids: Iterable[UUID], provider_id: UUID) -> dict[UUID, list[HelpPhase]]:
    """A provider's phases of some helps, by help; those counted in hours first. One statement."""
    phases: dict[UUID, list[HelpPhase]] = {help_id: [] for help_id in help_ids}
    rows = select(HelpPhase).where(
        HelpPhase.help_id.in_(phases), HelpPhase.provider_id == provider_id, HelpPhase.state != PhaseState.CANCELLED
    )
    in_hours = HelpPhase.unit == IntensityUnit.HOURS_PER_WEEK
    for phase in db.scalars(rows.order_by(in_hours.desc(), HelpPhase.valid_from, HelpPhase.id)):
        phases[phase.help_id].append(phase)
    return phases


def assignments_of(db: Session, help_: Help) -> Sequence[HelpAssignment]:
    """Every provider's parts in a help."""
    return db.scalars(select(HelpAssignment).where(HelpAssignment.help_id == help_.id)).all()


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


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Helps that wait for their release; and, for who plans or carries them out, those that end soon."""
    actor, rows = asked.actor, []
    mine = visible(asked.actor).where(asked.mine(Help.id))
    place: dict[str, Any] = {"subject": Help, "path": "/v1/helps/", "help_id": Help.id}
    if actor.may(Permission.HELPS_READ):
        release = waiting(
            "help_to_release", due_at=end_of(Help.starts_on), me=actor.may(Permission.GRANTS_RELEASE), **place
        )
        rows.append(mine.with_only_columns(*release).where(Help.state == HelpState.REQUESTED))
    if actor.may(Permission.HELPS_READ) and actor.may(Permission.REPORTS_READ):
        soon = legal_date(asked.at) + timedelta(days=HELP_ENDING_DAYS)
        ending = waiting("help_ending", due_at=end_of(Help.ends_on), me=actor.may(Permission.HELPS_OPEN), **place)
        rows.append(mine.with_only_columns(*ending).where(Help.state == HelpState.ACTIVE, Help.ends_on <= soon))
    return rows


WORK = Source(
    {"help_to_release": "Bewilligung freigeben", "help_ending": "Hilfe läuft aus: verlängern oder beenden"}, _work
)
