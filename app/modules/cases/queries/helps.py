"""Reading helps: a youth office sees its own, a provider those it takes part in, or took part in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, ScalarSelect, Select, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, with_expression

from app.core.db import found
from app.core.deadlines import Deadline
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.law.calendars import legal_date
from app.law.planning import AFTERCARE_DAYS, HELP_ENDING_DAYS
from app.modules.agreements import ServiceKind
from app.modules.cases.models import (
    GrantState,
    HandoverState,
    Help,
    HelpAssignment,
    HelpGrant,
    HelpHandover,
    HelpPhase,
    HelpState,
    IntensityUnit,
    PhaseState,
)
from app.modules.cases.rules import HOUSED
from app.modules.cases.schemas import HelpQuery
from app.policy import Actor, Permission

ANSWER = "help_handover"
"""The deadline of an office that a help is handed over to."""
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
    for name in ("number", "caseworker_id", "service_kind", "source_system", "external_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Help, name) == value)
    if query.pseudonym is not None:
        rows = rows.where(Help.pseudonym.istartswith(query.pseudonym, autoescape=True))
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
    return [with_expression(Help.left_on, _last_day(actor))]


def _last_day(actor: Actor) -> ScalarSelect[date]:
    return select(func.max(HelpAssignment.valid_to)).where(_part_of(actor)).correlate(Help).scalar_subquery()


def _is_here(actor: Actor, today: date) -> ColumnElement[bool]:
    """Whether a provider takes part, will, or left not long ago."""
    return exists().where(_part_of(actor), HelpAssignment.valid_to + AFTERCARE_DAYS >= today)


def _state_for(actor: Actor, today: date) -> ColumnElement[Any]:
    """The state as the actor knows it: for a provider that left, the help is over."""
    if actor.is_youth_office:
        return Help.state.expression
    return case((or_(_is_here(actor, today), Help.state == HelpState.WITHDRAWN), Help.state), else_=HelpState.ENDED)


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


def kinds_of(db: Session, help_: Help, provider_id: UUID, on: date) -> list[ServiceKind]:
    """The kinds of help that a provider carries out in a help on a day, else at any time, else the help's; never none.

    One help may hold several kinds: the report on a phase follows the agreement on the phase's kind.
    """
    on_the_day = and_(HelpPhase.valid_from <= on, HelpPhase.valid_to >= on)
    of_provider = (HelpPhase.help_id == help_.id, HelpPhase.provider_id == provider_id)
    rows = select(HelpPhase.service_kind).where(*of_provider, HelpPhase.state != PhaseState.CANCELLED)
    main = HelpPhase.service_kind == help_.service_kind
    ordered = db.scalars(rows.order_by(on_the_day.desc(), main.desc(), HelpPhase.valid_from, HelpPhase.id))
    return list(dict.fromkeys([*ordered, help_.service_kind]))


def part_of(db: Session, help_: Help, provider_id: UUID) -> tuple[date, date] | None:
    """A provider's first and last day in a help; None: it has no part in it."""
    parts = (HelpAssignment.help_id == help_.id, HelpAssignment.provider_id == provider_id)
    of = func.min(HelpAssignment.valid_from), func.max(HelpAssignment.valid_to)
    days = db.execute(select(*of).where(*parts).having(func.count() > 0)).one_or_none()
    return None if days is None else (days[0], days[1])


def run_out(db: Session, today: date) -> list[tuple[Help, UUID, date]]:
    """The parts of providers in running helps that ran out lately, by their days alone: help, provider, last day."""
    of, last = HelpAssignment, func.max(HelpAssignment.valid_to)
    parts = select(of.help_id, of.provider_id, last.label("last")).group_by(of.help_id, of.provider_id)
    ended = parts.having(last < today, last + AFTERCARE_DAYS >= today).subquery()
    rows = select(Help, ended.c.provider_id, ended.c.last).join(ended, ended.c.help_id == Help.id)
    rows = rows.where(Help.state == HelpState.ACTIVE).order_by(Help.id, ended.c.provider_id)
    return [(row[0], row[1], row[2]) for row in db.execute(rows)]


def everybody(db: Session, help_: Help) -> list[UUID]:
    """The providers that have, had or will have a part in a help."""
    rows = select(HelpAssignment.provider_id).where(HelpAssignment.help_id == help_.id).distinct()
    return list(db.scalars(rows.order_by(HelpAssignment.provider_id)))


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Helps and grants that wait for their release; and, for who plans or carries them out, those that end soon.

    A provider that left learns of none; for one that takes part its own last day counts.
    """
    actor, rows, today = asked.actor, [], legal_date(asked.at)
    mine, last = visible(actor).where(asked.mine(Help.id)), Help.ends_on.expression
    if actor.is_provider:
        mine, last = mine.where(_is_here(actor, today)), _last_day(actor)
    place: dict[str, Any] = {"subject": Help, "path": "/v1/helps/", "help_id": Help.id}
    if actor.may(Permission.HELPS_READ):
        me = actor.may(Permission.GRANTS_RELEASE)
        release = waiting("help_to_release", due_at=end_of(Help.starts_on), me=me, **place)
        rows.append(mine.with_only_columns(*release).where(Help.state == HelpState.REQUESTED))
        prepared = _first_prepared(actor)
        grant = waiting("grant_to_release", due_at=end_of(prepared), me=me, **place)
        rows.append(mine.with_only_columns(*grant).where(Help.state == HelpState.ACTIVE, prepared.is_not(None)))
    if actor.may(Permission.HELPS_READ) and actor.may(Permission.REPORTS_READ):
        soon = today + timedelta(days=HELP_ENDING_DAYS)
        ending = waiting("help_ending", due_at=end_of(last), me=actor.may(Permission.HELPS_OPEN), **place)
        rows.append(mine.with_only_columns(*ending).where(Help.state == HelpState.ACTIVE, last <= soon))
    if actor.is_youth_office and actor.may(Permission.HANDOVERS_READ):
        rows.append(_to_answer(actor))
    return rows


def _to_answer(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Helps that another office hands over (§ 86c Abs. 2 SGB VIII); nobody here leads them yet."""
    answer = waiting(
        "handover_to_answer",
        subject=HelpHandover,
        number=HelpHandover.help_number,
        path="/v1/handovers/",
        due_at=Deadline.due_at,
        me=actor.may(Permission.HELPS_OPEN),
    )
    to_me = HelpHandover.receiving_office_id == actor.organisation_id
    waits = (Deadline.subject_id == HelpHandover.id, Deadline.kind == ANSWER, Deadline.met_at.is_(None))
    rows = select(*answer).select_from(HelpHandover).join(Deadline, and_(*waits))
    return rows.where(to_me, HelpHandover.state == HandoverState.OFFERED)


def _first_prepared(actor: Actor) -> ScalarSelect[date]:
    """From when on something is granted that nobody released yet; of a provider's own."""
    mine = HelpGrant.youth_office_id if actor.is_youth_office else HelpGrant.provider_id
    prepared = (HelpGrant.help_id == Help.id, HelpGrant.state == GrantState.PREPARED, mine == actor.organisation_id)
    return select(func.min(HelpGrant.valid_from)).where(*prepared).correlate(Help).scalar_subquery()


WORK = Source(
    {
        "help_to_release": "Bewilligung freigeben",
        "grant_to_release": "Änderung der Bewilligung freigeben",
        "help_ending": "Hilfe läuft aus: verlängern oder beenden",
        "handover_to_answer": "Übergabe von einem anderen Jugendamt beantworten",
    },
    _work,
)
