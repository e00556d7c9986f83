"""Reading what belongs to a case: care, entrusted notes, emergency accesses, transfers, what waits for whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Select,
    and_,
    exists,
    literal,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.core.audit import AuditEntry
from app.core.db import found
from app.core.deadlines import Deadline
from app.core.pages import paginate
from app.core.worklist import Asked, Source, waiting
from app.modules.protection.codes import Duty
from app.modules.protection.models import (
    ConfidentialNote,
    ConfidentialRelease,
    CustodyMeasure,
    EmergencyAccess,
    EndangermentCase,
    ProtectionTransfer,
)
from app.modules.protection.queries.cases import get_case, involved, known, readable
from app.modules.protection.rules import WAITING
from app.modules.protection.schemas.access import EmergencyAccessQuery
from app.modules.protection.schemas.transfers import TransferQuery
from app.policy import Actor, Permission


def _transfers(actor: Actor) -> Select[ProtectionTransfer]:
    """The cases on their way of which the actor may know at either office."""
    mine = known(actor).with_only_columns(EndangermentCase.id)
    transfer = ProtectionTransfer
    return select(transfer).where(or_(transfer.case_id.in_(mine), transfer.receiving_case_id.in_(mine)))


def get_transfer(db: Session, transfer_id: UUID, actor: Actor) -> ProtectionTransfer:
    """One transfer; 404 for whoever may not know of the case."""
    return found(db.scalar(_transfers(actor).where(ProtectionTransfer.id == transfer_id)))


def list_transfers(db: Session, query: TransferQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of transfers from and to the own youth office."""
    transfer, rows = ProtectionTransfer, _transfers(actor)
    if query.direction is not None:
        side = transfer.receiving_office_id if query.direction == "incoming" else transfer.youth_office_id
        rows = rows.where(side == actor.organisation_id)
    if query.state is not None:
        rows = rows.where(transfer.state == query.state)
    if query.case_id is not None:
        rows = rows.where(or_(transfer.case_id == query.case_id, transfer.receiving_case_id == query.case_id))
    return paginate(db, rows, query, {"created_at": transfer.created_at}, transfer.id)


def custodies_of(db: Session, case: EndangermentCase) -> Sequence[CustodyMeasure]:
    """The children of a case that are or were in care, oldest first."""
    rows = (
        select(CustodyMeasure)
        .where(CustodyMeasure.case_id == case.id)
        .order_by(CustodyMeasure.started_at, CustodyMeasure.id)
    )
    return db.scalars(rows).all()


def get_custody(
    db: Session, custody_id: UUID, actor: Actor, *, lock: bool = False, at: datetime | None = None
) -> tuple[CustodyMeasure, EndangermentCase]:
    """One Inobhutnahme and its case; 404 for whoever may not read the case. `lock`: the case first, then it."""
    case_id = db.scalar(select(CustodyMeasure.case_id).where(CustodyMeasure.id == custody_id))
    case = get_case(db, found(case_id), actor, lock=lock, read=True, at=at)
    rows = select(CustodyMeasure).where(CustodyMeasure.id == custody_id)
    return found(db.scalar(rows.with_for_update(key_share=True) if lock else rows)), case


def notes_of(db: Session, case: EndangermentCase, actor: Actor) -> Sequence[ConfidentialNote]:
    """What was entrusted to the actor, or passed on to them by whom it was entrusted to."""
    passed_on = exists().where(
        ConfidentialRelease.note_id == ConfidentialNote.id, ConfidentialRelease.to_account_id == actor.id
    )
    rows = select(ConfidentialNote).where(
        ConfidentialNote.case_id == case.id, or_(ConfidentialNote.owner_id == actor.id, passed_on)
    )
    return db.scalars(rows.order_by(ConfidentialNote.created_at, ConfidentialNote.id)).all()


def case_of_note(db: Session, note_id: UUID) -> UUID:
    """The case an entrusted note belongs to."""
    return found(db.scalar(select(ConfidentialNote.case_id).where(ConfidentialNote.id == note_id)))


def releases_of(db: Session, note: ConfidentialNote) -> Sequence[ConfidentialRelease]:
    """To whom an entrusted note was passed on."""
    rows = select(ConfidentialRelease).where(ConfidentialRelease.note_id == note.id)
    return db.scalars(rows.order_by(ConfidentialRelease.released_at, ConfidentialRelease.id)).all()


def list_accesses(db: Session, query: EmergencyAccessQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of break-glass accesses of the office."""
    rows = select(EmergencyAccess).where(EmergencyAccess.youth_office_id == actor.organisation_id)
    if query.reviewed is not None:
        done = EmergencyAccess.reviewed_at.is_not(None)
        rows = rows.where(done if query.reviewed else not_(done))
    return paginate(db, rows, query, {"opened_at": EmergencyAccess.opened_at}, EmergencyAccess.id)


def get_access(db: Session, access_id: UUID, actor: Actor, *, lock: bool = False) -> EmergencyAccess:
    """One break-glass access of the office."""
    rows = select(EmergencyAccess).where(
        EmergencyAccess.id == access_id, EmergencyAccess.youth_office_id == actor.organisation_id
    )
    return found(db.scalar(rows.with_for_update() if lock else rows))


def readings_of(db: Session, access: EmergencyAccess) -> Sequence[AuditEntry]:
    """What the log says was read, or done, in the case by whoever broke the glass, while it was open."""
    rows = select(AuditEntry).where(
        AuditEntry.subject_id == access.case_id,
        AuditEntry.actor_id == access.account_id,
        AuditEntry.action.startswith(f"{EndangermentCase.__tablename__}."),
        AuditEntry.at.between(access.opened_at, access.ends_at),
    )
    return db.scalars(rows.order_by(AuditEntry.at, AuditEntry.written_at)).all()


def case_of_duty(db: Session, deadline: Deadline) -> EndangermentCase:
    """The case a deadline belongs to: its subject, or that of its Inobhutnahme, access or transfer (system)."""
    case_id = deadline.subject_id
    if deadline.subject_kind == "custody_measure":
        case_id = found(db.get(CustodyMeasure, deadline.subject_id)).case_id
    elif deadline.subject_kind == "emergency_access":
        case_id = found(db.get(EmergencyAccess, deadline.subject_id)).case_id
    elif deadline.subject_kind == "protection_transfer":
        case_id = found(db.get(ProtectionTransfer, deadline.subject_id)).case_id
    return found(db.get(EndangermentCase, case_id))


_NO_WORK = frozenset({Duty.ON_CALL, Duty.MOST})


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """What is due in the cases the actor works on, and what nobody works on yet."""
    actor = asked.actor
    if actor.may(Permission.PROTECTION_SUPERVISE):
        return [_to_review(asked)]
    if not actor.may(Permission.PROTECTION_READ):
        return []
    unled = and_(EndangermentCase.state.in_(WAITING), literal(actor.may(Permission.PROTECTION_WORK)))
    columns = waiting(
        Deadline.kind,
        subject=EndangermentCase,
        path="/v1/endangerment-cases/",
        help_id=EndangermentCase.help_id,
        due_at=Deadline.due_at,
        me=or_(involved(actor), unled),
    )
    rows = readable(actor).join(Deadline, Deadline.subject_id == EndangermentCase.id).with_only_columns(*columns)
    return [rows.where(Deadline.met_at.is_(None), Deadline.kind.in_(sorted(WORK.kinds))), _to_hand_over(actor)]


def _to_hand_over(actor: Actor) -> Select[*tuple[Any, ...]]:
    """What must still be done until another office has taken a case over."""
    transfer = ProtectionTransfer
    columns = waiting(
        Deadline.kind,
        subject=transfer,
        path="/v1/protection-transfers/",
        help_id=EndangermentCase.help_id,
        due_at=Deadline.due_at,
        me=and_(involved(actor), Deadline.kind != Duty.HANDOVER_ACCEPTED.value),
    )
    rows = readable(actor).join(transfer, transfer.case_id == EndangermentCase.id)
    rows = rows.join(Deadline, Deadline.subject_id == transfer.id)
    return rows.with_only_columns(*columns).where(Deadline.met_at.is_(None))


def _to_review(asked: Asked) -> Select[*tuple[Any, ...]]:
    """Break-glass accesses at which the data-protection officer has not looked."""
    access = EmergencyAccess
    columns = waiting(
        Deadline.kind,
        subject=access,
        path="/v1/emergency-accesses/",
        help_id=null(),
        due_at=Deadline.due_at,
        me=literal(value=True),
    )
    rows = select(*columns).select_from(access).join(Deadline, Deadline.subject_id == access.id)
    mine = access.youth_office_id == asked.actor.organisation_id
    return rows.where(mine, Deadline.met_at.is_(None), Deadline.kind == Duty.EMERGENCY_REVIEW.value)


WORK = Source({duty.value: duty.title_de for duty in Duty if duty not in _NO_WORK}, _work)
