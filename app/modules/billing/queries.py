"""Reading service records: the provider its own, the youth office those of its helps."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.billing.models import ServiceRecord
from app.modules.billing.schemas import ServiceRecordQuery
from app.policy import Actor


def visible(actor: Actor) -> Select[ServiceRecord]:
    """The records of the actor's organisation."""
    mine = ServiceRecord.youth_office_id if actor.is_youth_office else ServiceRecord.provider_id
    return select(ServiceRecord).where(mine == actor.organisation_id)


def get_record(db: Session, record_id: UUID, actor: Actor, *, lock: bool = False) -> ServiceRecord:
    """One record; 404 for another organisation's."""
    wanted = visible(actor).where(ServiceRecord.id == record_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_records(db: Session, query: ServiceRecordQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of records."""
    rows = visible(actor)
    for name in ("help_id", "provider_id", "worker", "activity"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(ServiceRecord, name) == value)
    if query.first:
        rows = rows.where(ServiceRecord.service_on >= query.first)
    if query.last:
        rows = rows.where(ServiceRecord.service_on <= query.last)
    if query.billed is not None:
        rows = rows.where(ServiceRecord.invoice_id.is_not(None) if query.billed else ServiceRecord.invoice_id.is_(None))
    if query.reversed is not None:
        column = ServiceRecord.reversed_at
        rows = rows.where(column.is_not(None) if query.reversed else column.is_(None))
    return paginate(db, rows, query, {"service_on": ServiceRecord.service_on}, ServiceRecord.id)


def records_for_billing(
    db: Session, youth_office_id: UUID, provider_id: UUID, first: date, last: date
) -> list[ServiceRecord]:
    """The records of a period that are neither billed nor reversed, locked until the transaction ends."""
    rows = (
        select(ServiceRecord)
        .where(
            ServiceRecord.provider_id == provider_id,
            ServiceRecord.youth_office_id == youth_office_id,
            ServiceRecord.service_on.between(first, last),
            ServiceRecord.invoice_id.is_(None),
            ServiceRecord.reversed_at.is_(None),
        )
        .order_by(ServiceRecord.service_on, ServiceRecord.starts_at, ServiceRecord.id)
        .with_for_update()
    )
    return list(db.scalars(rows))
