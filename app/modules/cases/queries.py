"""Reading helps: a youth office sees its own, a provider those it delivers."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, cast, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.law.calendars import legal_date
from app.law.planning import AFTERCARE_DAYS, HELP_ENDING_DAYS
from app.modules.cases.models import Help, HelpAssignment, HelpGrant, HelpState
from app.modules.cases.schemas import HelpQuery
from app.policy import Actor, Permission


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


def end_assignments(db: Session, help_: Help, ended_on: date) -> None:
    """With the help every provider's part in it ends; parts that would begin later fall away."""
    parts = (HelpAssignment.help_id == help_.id, HelpAssignment.valid_to > ended_on)
    started = HelpAssignment.valid_from <= ended_on
    db.execute(update(HelpAssignment).where(*parts, started).values(valid_to=ended_on))


def providers_of(db: Session, help_: Help, on: date) -> list[UUID]:
    """The providers that take part in a help on a day."""
    rows = select(HelpAssignment.provider_id).where(
        and_(HelpAssignment.help_id == help_.id, HelpAssignment.period.contains(on))
    )
    return list(db.scalars(rows.order_by(HelpAssignment.provider_id)))


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
