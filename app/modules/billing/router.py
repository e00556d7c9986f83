"""`/v1/service-records`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, MediaType, Now, RawBody, Router, needs
from app.core.imports import ImportQuery, body_schema
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.billing import importing, queries, service
from app.modules.billing.schemas import (
    ImportOut,
    Reversal,
    ServiceRecordIn,
    ServiceRecordOut,
    ServiceRecordQuery,
)
from app.policy import Permission

router = Router(prefix="/service-records", tags=["service-records"])
_IMPORT_BODY = body_schema(ServiceRecordIn, importing.MOST_ROWS)


@router.post("", status_code=201, summary="Leistung erfassen")
@needs(Permission.SERVICE_RECORDS_WRITE)
def record_service(body: ServiceRecordIn, db: Db, actor: CurrentActor, now: Now) -> ServiceRecordOut:
    """Push one entry of the proof of service (Leistungsnachweis) for a help with a released grant (§ 36a SGB VIII).

    `external_id` makes the push repeatable beyond the Idempotency-Key: the same content is found again, other
    content under the same id is refused. Entries do not change; a correction is a reversal and a new entry.
    """
    record_id = service.record(db, body, actor=actor, at=now)
    return ServiceRecordOut.model_validate(queries.get_record(db, record_id, actor))


@router.post(":import", summary="Leistungen importieren", openapi_extra=_IMPORT_BODY)
@needs(Permission.SERVICE_RECORDS_WRITE)
def import_services(
    how: Annotated[ImportQuery, Query()], raw: RawBody, media_type: MediaType, db: Db, actor: CurrentActor, now: Now
) -> ImportOut:
    """Push up to 50,000 entries at once: NDJSON, a JSON array, or CSV with the field names as header.

    Each row is judged like a single push and told about with its pointer. `on_error=refuse` (the default) stores all
    or nothing, `on_error=skip` keeps the good rows, `dry_run=true` stores nothing.
    """
    return importing.import_records(db, raw, media_type, how, actor=actor, at=now)


@router.get("", summary="Leistungen suchen")
@needs(Permission.SERVICE_RECORDS_READ)
def list_services(query: Annotated[ServiceRecordQuery, Query()], db: Db, actor: CurrentActor) -> Page[ServiceRecordOut]:
    """The entries of the own provider, or those for helps of the own youth office."""
    rows, following, total = queries.list_records(db, query, actor)
    return page_of([ServiceRecordOut.model_validate(row) for row in rows], following, total, query)


@router.get("/{record_id}", summary="Leistung lesen")
@needs(Permission.SERVICE_RECORDS_READ)
def get_service(record_id: Id, db: Db, actor: CurrentActor) -> ServiceRecordOut:
    """One service as it was recorded, with its state (Leistungsnachweis)."""
    return ServiceRecordOut.model_validate(queries.get_record(db, record_id, actor))


@router.post("/{record_id}:reverse", summary="Leistung stornieren")
@needs(Permission.SERVICE_RECORDS_WRITE)
def reverse_service(record_id: Id, body: Reversal, db: Db, actor: CurrentActor, now: Now) -> ServiceRecordOut:
    """Take an entry back, with the reason; it stays readable. Not possible once it is on an invoice."""
    return ServiceRecordOut.model_validate(service.reverse(db, record_id, body.reason, actor=actor, at=now))
