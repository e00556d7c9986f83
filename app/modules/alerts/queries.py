"""Reading addresses, hours, the roster and the letters; and finding whom a call reaches."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Select, Text, Uuid, column, select, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.alerts.models import AlertMail, AlertSettings, DutyShift, OfficeHours
from app.modules.alerts.rules import DEFAULT_WEEK, Hours, Span
from app.modules.alerts.schemas import AlertMailQuery, ShiftQuery
from app.modules.organisations import land_of
from app.modules.safeguarding import stands_in
from app.policy import Actor, Role

_ACCOUNT = table(
    "account",
    column("id", Uuid),
    column("organisation_id", Uuid),
    column("kind", Text),
    column("roles", ARRAY(Text)),
    column("is_active", Boolean),
)


def settings_of(db: Session, account_ids: Iterable[UUID]) -> dict[UUID, AlertSettings]:
    """Where alarms reach these people; one statement."""
    rows = select(AlertSettings).where(AlertSettings.account_id.in_(list(account_ids)))
    return {row.account_id: row for row in db.scalars(rows)}


def office_hours(db: Session, organisation_id: UUID) -> OfficeHours | None:
    """What an organisation has said of its hours."""
    return db.get(OfficeHours, organisation_id)


def hours_of(db: Session, organisation_id: UUID) -> Hours:
    """An organisation's hours, or the default."""
    said, land = office_hours(db, organisation_id), land_of(db, organisation_id)
    return Hours(said.week if said else DEFAULT_WEEK, frozenset(said.closed_on if said else ()), land)


def on_call(db: Session, organisation_id: UUID, at: datetime) -> Sequence[DutyShift]:
    """Who is on call at an instant and can still log in."""
    there = select(_ACCOUNT.c.id).where(_ACCOUNT.c.is_active)
    rows = _shifts(organisation_id, Span(at, at)).where(DutyShift.account_id.in_(there))
    return db.scalars(rows.order_by(DutyShift.starts_at, DutyShift.id)).all()


def shifts_within(db: Session, organisation_id: UUID, span: Span) -> list[Span]:
    """The times within a span that somebody is on call."""
    return [Span(row.starts_at, row.ends_at) for row in db.scalars(_shifts(organisation_id, span))]


def _shifts(organisation_id: UUID, span: Span) -> Select[DutyShift]:
    return select(DutyShift).where(
        DutyShift.organisation_id == organisation_id,
        DutyShift.cancelled_at.is_(None),
        DutyShift.starts_at <= span.ends_at,
        DutyShift.ends_at > span.starts_at,
    )


def get_shift(db: Session, shift_id: UUID, actor: Actor) -> DutyShift:
    """One shift of the own organisation, for a change."""
    own = select(DutyShift).where(DutyShift.id == shift_id, DutyShift.organisation_id == actor.organisation_id)
    return found(db.scalar(own.with_for_update()))


def list_shifts(db: Session, query: ShiftQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the roster."""
    rows = select(DutyShift).where(DutyShift.organisation_id == actor.organisation_id)
    if query.account_id is not None:
        rows = rows.where(DutyShift.account_id == query.account_id)
    if query.ends_after is not None:
        rows = rows.where(DutyShift.ends_at > query.ends_after)
    if query.starts_before is not None:
        rows = rows.where(DutyShift.starts_at < query.starts_before)
    return paginate(db, rows, query, {"starts_at": DutyShift.starts_at}, DutyShift.id)


def get_mail(db: Session, mail_id: UUID, actor: Actor) -> AlertMail:
    """One letter of the own organisation, for another attempt."""
    own = select(AlertMail).where(AlertMail.id == mail_id, AlertMail.organisation_id == actor.organisation_id)
    return found(db.scalar(own.with_for_update()))


def list_mails(db: Session, query: AlertMailQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the letters."""
    rows = select(AlertMail).where(AlertMail.organisation_id == actor.organisation_id)
    if query.progress is not None:
        rows = rows.where(AlertMail.progress == query.progress)
    if query.account_id is not None:
        rows = rows.where(AlertMail.account_id == query.account_id)
    return paginate(db, rows, query, {"created_at": AlertMail.created_at}, AlertMail.id)


def reached(db: Session, organisation_id: UUID, role: Role, account_id: UUID | None) -> list[UUID]:
    """The people whom a call reaches, as `/v1/alarms` shows it to them: no call goes to nobody (system).

    The one who is named and still works in that role; else all of the role; else whoever stands in for it.
    """
    people = _people(db, organisation_id)
    if account_id is not None and any(one.id == account_id and role.value in one.roles for one in people):
        return [account_id]
    held = {Role(name) for one in people for name in one.roles}
    if role in held:
        return [one.id for one in people if role.value in one.roles]
    return [one.id for one in people if _takes(one, role, held)]


def is_at_work(db: Session, organisation_id: UUID, account_id: UUID) -> bool:
    """Whether somebody can still log in (system)."""
    return bool(roles_of(db, organisation_id, account_id))


def roles_of(db: Session, organisation_id: UUID, account_id: UUID) -> set[Role]:
    """The roles somebody of an organisation holds now (system)."""
    return {Role(name) for one in _people(db, organisation_id) if one.id == account_id for name in one.roles}


def _takes(person: Any, role: Role, held: set[Role]) -> bool:
    taken = stands_in(Role(name) for name in person.roles)
    return role in taken and not taken[role] & held


def _people(db: Session, organisation_id: UUID) -> Sequence[Any]:
    rows = select(_ACCOUNT.c.id, _ACCOUNT.c.roles).where(
        _ACCOUNT.c.organisation_id == organisation_id, _ACCOUNT.c.is_active, _ACCOUNT.c.kind == "person"
    )
    return db.execute(rows.order_by(_ACCOUNT.c.id)).all()
