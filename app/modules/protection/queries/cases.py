"""Reading cases of endangerment: only those involved and their line."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    column,
    exists,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.deadlines import Deadline, DeadlineFiring
from app.core.pages import paginate
from app.modules.protection.codes import Duty
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.models import (
    EmergencyAccess,
    EndangermentCase,
    EndangermentReport,
    ProtectionChild,
    ProtectionEntry,
    ProtectionSignature,
)
from app.modules.protection.rules import ENDED, OPEN, PROFESSIONALS, UNASSESSED, WAITING
from app.modules.protection.schemas.intake import CaseQuery
from app.policy import Actor, Role

_ACCOUNT = table(
    "account",
    column("id", Uuid),
    column("organisation_id", Uuid),
    column("name", Text),
    column("roles", ARRAY(Text)),
    column("is_active", Boolean),
)


_LINE = frozenset({Role.TEAM_LEAD, Role.OFFICE_HEAD, Role.CHILD_PROTECTION_COORDINATOR})


def involved(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor works on the case."""
    return or_(*(column_ == actor.id for column_ in _people()))


def _people() -> tuple[Any, Any, Any]:
    return EndangermentCase.caseworker_id, EndangermentCase.second_id, EndangermentCase.substitute_id


def _nobody_leads(actor: Actor) -> ColumnElement[bool]:
    held = _ACCOUNT.c.roles.overlap(cast([Role.TEAM_LEAD.value, Role.OFFICE_HEAD.value], ARRAY(Text)))
    there = and_(_ACCOUNT.c.organisation_id == actor.organisation_id, _ACCOUNT.c.is_active, held)
    return ~exists(select(_ACCOUNT.c.id).where(there))


def known(actor: Actor) -> Select[EndangermentCase]:
    """The cases of which the actor may know: number, state, who works on it, what is due.

    Caseworkers: their own, and what nobody works on yet (all, where the line above is empty); on-call staff: what is
    not assessed yet besides; team lead, coordinator and head of office: all. Whoever is excluded sees nothing.

    Source: access matrix of the facts (section 9), class C4.
    """
    rows = of_office(actor)
    if actor.roles.isdisjoint(_LINE):
        seen = [involved(actor), EndangermentCase.state.in_(WAITING), _nobody_leads(actor)]
        if Role.ON_CALL in actor.roles:
            seen.append(EndangermentCase.state.in_(UNASSESSED))
        rows = rows.where(or_(*seen))
    return rows


def readable(actor: Actor) -> Select[EndangermentCase]:
    """The cases whose file the actor may read: as `known`, but the head of office needs a break-glass access."""
    rows = known(actor)
    if Role.OFFICE_HEAD in actor.roles and actor.roles.isdisjoint(_LINE - {Role.OFFICE_HEAD}):
        rows = rows.where(involved(actor))
    return rows


def _opened_for(actor: Actor, at: datetime) -> Select[EndangermentCase]:
    """The cases the actor has a break-glass access to now."""
    access = exists().where(
        EmergencyAccess.case_id == EndangermentCase.id,
        EmergencyAccess.account_id == actor.id,
        EmergencyAccess.opened_at <= at,
        EmergencyAccess.ends_at > at,
    )
    return of_office(actor).where(access)


def of_office(actor: Actor) -> Select[EndangermentCase]:
    """The cases of the actor's office from which the actor is not excluded."""
    return select(EndangermentCase).where(
        EndangermentCase.youth_office_id == actor.organisation_id,
        not_(EndangermentCase.excluded_ids.contains([actor.id])),
    )


def get_case(
    db: Session, case_id: UUID, actor: Actor, *, lock: bool = False, read: bool = False, at: datetime | None = None
) -> EndangermentCase:
    """One case; 404 for whoever is not involved.

    Args:
        lock: for a change; weaker than FOR UPDATE, because an alarm that fires meanwhile points to the case.
        read: the file itself is wanted, not only where the case stands.
        at: the instant of a reading, for which a break-glass access counts too.
    """
    wanted = (readable if read else known)(actor).where(EndangermentCase.id == case_id)
    if at is not None:
        ids = _opened_for(actor, at).with_only_columns(EndangermentCase.id)
        wanted = select(EndangermentCase).where(
            EndangermentCase.id == case_id,
            or_(EndangermentCase.id.in_(wanted.with_only_columns(EndangermentCase.id)), EndangermentCase.id.in_(ids)),
        )
    return found(db.scalar(wanted.with_for_update(key_share=True) if lock else wanted))


def list_cases(db: Session, query: CaseQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of cases, the most urgent first."""
    rows = known(actor)
    for name in ("state", "urgency", "help_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(EndangermentCase, name) == value)
    if query.open is not None:
        rows = rows.where(EndangermentCase.state.in_(OPEN if query.open else ENDED))
    if query.mine is not None:
        rows = rows.where(involved(actor) if query.mine else not_(involved(actor)))
    sorts = {"urgency": EndangermentCase.rank, "received_at": EndangermentCase.received_at}
    return paginate(db, rows, query, sorts, EndangermentCase.id)


def lock_case(db: Session, case_id: UUID | None) -> EndangermentCase:
    """A case by its id, locked for a change (system)."""
    wanted = select(EndangermentCase).where(EndangermentCase.id == case_id)
    return found(db.scalar(wanted.with_for_update(key_share=True)))


def children_of(db: Session, case: EndangermentCase) -> Sequence[ProtectionChild]:
    """The children of a case, by pseudonym."""
    rows = select(ProtectionChild).where(ProtectionChild.case_id == case.id).order_by(ProtectionChild.pseudonym)
    return db.scalars(rows).all()


def reports_of(db: Session, case: EndangermentCase) -> Sequence[EndangermentReport]:
    """The reports of a case, oldest first."""
    rows = select(EndangermentReport).where(EndangermentReport.case_id == case.id)
    return db.scalars(rows.order_by(EndangermentReport.received_at, EndangermentReport.id)).all()


def entries_of(db: Session, case: EndangermentCase, as_of: datetime | None = None) -> Sequence[ProtectionEntry]:
    """The entries of a case in the order in which they were written; `as_of`: those known then."""
    rows = select(ProtectionEntry).where(ProtectionEntry.case_id == case.id)
    if as_of is not None:
        rows = rows.where(ProtectionEntry.recorded_at <= as_of)
    return db.scalars(rows.order_by(ProtectionEntry.recorded_at, ProtectionEntry.id)).all()


def signatures_of(
    db: Session, case: EndangermentCase, as_of: datetime | None = None
) -> dict[UUID, list[ProtectionSignature]]:
    """Who stands behind the entries of a case, by entry."""
    rows = select(ProtectionSignature).where(ProtectionSignature.case_id == case.id)
    if as_of is not None:
        rows = rows.where(ProtectionSignature.signed_at <= as_of)
    found_: dict[UUID, list[ProtectionSignature]] = {}
    for signature in db.scalars(rows.order_by(ProtectionSignature.signed_at)):
        found_.setdefault(signature.entry_id, []).append(signature)
    return found_


def last_entry(db: Session, case: EndangermentCase, kinds: Iterable[K]) -> ProtectionEntry | None:
    """The newest entry of these kinds."""
    rows = select(ProtectionEntry).where(ProtectionEntry.case_id == case.id, ProtectionEntry.kind.in_(list(kinds)))
    return db.scalar(rows.order_by(ProtectionEntry.recorded_at.desc(), ProtectionEntry.id.desc()).limit(1))


def is_signed(db: Session, entry_id: UUID) -> bool:
    """Whether somebody else stands behind an entry."""
    return db.scalar(select(exists().where(ProtectionSignature.entry_id == entry_id))) or False


def case_of_notification(db: Session, notification_id: UUID) -> EndangermentCase | None:
    """The case a provider's notification belongs to (system)."""
    rows = select(EndangermentCase).join(EndangermentReport, EndangermentReport.case_id == EndangermentCase.id)
    return db.scalar(rows.where(EndangermentReport.notification_id == notification_id))


def last_case_of_child(db: Session, help_id: UUID, pseudonym: str) -> EndangermentCase | None:
    """The newest case of a child in a help (system)."""
    rows = select(EndangermentCase).join(ProtectionChild, ProtectionChild.case_id == EndangermentCase.id)
    rows = rows.where(EndangermentCase.help_id == help_id, ProtectionChild.pseudonym == pseudonym)
    return db.scalar(rows.order_by(EndangermentCase.received_at.desc()).limit(1))


def find_child(db: Session, child_id: UUID, office_id: UUID) -> ProtectionChild | None:
    """A child in any case of the office."""
    rows = select(ProtectionChild).where(ProtectionChild.id == child_id, ProtectionChild.youth_office_id == office_id)
    return db.scalar(rows)


def roles_at_work(db: Session, office_id: UUID, account_ids: Sequence[UUID]) -> dict[UUID, Role]:
    """In which role each of these people is at work here; whoever is gone or works elsewhere is left out."""
    rows = select(_ACCOUNT.c.id, _ACCOUNT.c.roles).where(
        _ACCOUNT.c.id.in_(account_ids), _ACCOUNT.c.organisation_id == office_id, _ACCOUNT.c.is_active
    )
    at_work = {}
    for account_id, roles in db.execute(rows):
        role = next((role for role in PROFESSIONALS if role.value in roles), None)
        if role is not None:
            at_work[account_id] = role
    return at_work


def duties_of(db: Session, subject_ids: Iterable[UUID]) -> list[tuple[Deadline, int | None]]:
    """The deadlines of a case and what belongs to it, with the level each has reached; what is due first, first."""
    rows = (
        select(Deadline, DeadlineFiring.level)
        .outerjoin(DeadlineFiring, DeadlineFiring.deadline_id == Deadline.id)
        .where(Deadline.subject_id.in_(list(subject_ids)))
        .order_by(Deadline.due_at, Deadline.id, DeadlineFiring.level)
    )
    reached: dict[UUID, tuple[Deadline, int | None]] = {}
    for deadline, level in db.execute(rows):
        reached[deadline.id] = (deadline, level)
    return list(reached.values())


def names_of(db: Session, account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What people are called."""
    rows = select(_ACCOUNT.c.id, _ACCOUNT.c.name).where(_ACCOUNT.c.id.in_(list(account_ids)))
    return {row.id: row.name for row in db.execute(rows)}


def open_duties(db: Session, subject_id: UUID, kinds: Iterable[Duty]) -> Sequence[Deadline]:
    """What must still be done."""
    rows = select(Deadline).where(
        Deadline.subject_id == subject_id, Deadline.kind.in_([duty.value for duty in kinds]), Deadline.met_at.is_(None)
    )
    return db.scalars(rows).all()
