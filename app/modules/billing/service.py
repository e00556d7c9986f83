"""Acting on service records."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core import audit, outbox
from app.core.db import changed_rows
from app.core.problems import Invalid
from app.modules.billing import queries
from app.modules.billing.errors import ExternalIdReused, RecordLocked
from app.modules.billing.models import ServiceRecord
from app.modules.billing.recording import Row, record_rows
from app.modules.billing.rules.records import faults
from app.modules.billing.schemas import ServiceRecordIn
from app.policy import Actor

outbox.announce(
    service_record__recorded="Leistungsnachweis erfasst",
    service_record__reversed="Leistungsnachweis storniert",
)

_SET_BASED = {"synchronize_session": False}


def record(db: Session, body: ServiceRecordIn, *, actor: Actor, at: datetime) -> UUID:
    """Write one service record; the same push again finds it again.

    Raises:
        Invalid: the record is unsound, or its help does not allow it; with pointers.
        ExternalIdReused: something else is recorded under this external id.
    """
    if found := faults(body, at):
        raise Invalid(errors=found)
    outcome = record_rows(db, [Row.of(0, body, actor)], actor=actor, at=at)[0]
    if outcome.is_reused:
        raise ExternalIdReused
    if outcome.id is None:
        raise Invalid(errors=outcome.errors)
    return outcome.id


def reverse(db: Session, record_id: UUID, reason: str, *, actor: Actor, at: datetime) -> ServiceRecord:
    """Take a record back; it stays, marked. A correction is pushed as a new record.

    Raises:
        RecordLocked: it is on an invoice, or reversed already.
    """
    row = queries.get_record(db, record_id, actor, lock=True)
    if row.invoice_id is not None or row.reversed_at is not None:
        raise RecordLocked
    row.reversed_at, row.reversed_by, row.reversal_reason = at, actor.id, reason
    db.flush()
    audit.record(
        db,
        tenant_id=row.youth_office_id,
        actor=actor,
        action="service_record.reverse",
        subject_kind="service_record",
        subject_id=row.id,
        at=at,
    )
    outbox.emit(
        db,
        "service_record.reversed",
        tenant_id=row.youth_office_id,
        subject_kind="service_record",
        subject_id=row.id,
        audience=row.audience,
        actor=actor,
        at=at,
    )
    return row


def mark_billed(db: Session, record_ids: Iterable[UUID], invoice_id: UUID) -> int:
    """Lock records onto an invoice; returns how many were free."""
    free = update(ServiceRecord).where(
        ServiceRecord.id.in_(list(record_ids)),
        ServiceRecord.invoice_id.is_(None),
        ServiceRecord.reversed_at.is_(None),
    )
    return changed_rows(db.execute(free.values(invoice_id=invoice_id), execution_options=_SET_BASED))


def release_billed(db: Session, invoice_id: UUID) -> int:
    """Free the records of an invoice that is given up."""
    held = update(ServiceRecord).where(ServiceRecord.invoice_id == invoice_id)
    return changed_rows(db.execute(held.values(invoice_id=None), execution_options=_SET_BASED))
