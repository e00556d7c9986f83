"""Imports of service records: judged row by row, written in chunks, told row by row."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.imports import MOST_TOLD, ImportQuery, ImportRefused, Parsed, parsed, told
from app.core.work import rehearsal
from app.modules.billing.errors import ExternalIdReused
from app.modules.billing.recording import Outcome, record_rows
from app.modules.billing.rules.records import faults
from app.modules.billing.schemas import ImportOut, RowOut, ServiceRecordIn, ServiceRecordRow
from app.policy import Actor

MOST_ROWS = 50_000
CHUNK = 1_000


def import_records(
    db: Session, body: bytes, media_type: str, how: ImportQuery, *, actor: Actor, at: datetime
) -> ImportOut:
    """Write the rows of a table; the report names what became of each.

    Raises:
        UnsupportedMediaType, MalformedRequest, TooManyRows: nothing was read.
        ImportRefused: a row is not valid and `on_error=refuse`; carries the report, nothing was stored.
    """
    with rehearsal(db) if how.dry_run else nullcontext():
        rows = _write_all(db, body, media_type, actor=actor, at=at)
    if how.dry_run:
        _forget_ids(rows)
    report = _report(rows, dry_run=how.dry_run)
    if report.refused and how.on_error == "refuse" and not how.dry_run:
        bad = [row.model_dump(mode="json") for row in rows if row.status == "refused"]
        raise ImportRefused(refused=report.refused, received=report.received, rows=bad[:MOST_TOLD])
    return report


def _write_all(db: Session, body: bytes, media_type: str, *, actor: Actor, at: datetime) -> list[RowOut]:
    rows: list[RowOut] = []
    chunk: list[Parsed[ServiceRecordIn]] = []
    for read in parsed(body, media_type, ServiceRecordIn, ServiceRecordRow, MOST_ROWS):
        chunk.append(replace(read, errors=faults(read.row, at)) if read.row is not None else read)
        if len(chunk) == CHUNK:
            rows += _write(db, chunk, len(rows), actor=actor, at=at)
            chunk = []
    return rows + _write(db, chunk, len(rows), actor=actor, at=at)


def _write(
    db: Session, chunk: Sequence[Parsed[ServiceRecordIn]], offset: int, *, actor: Actor, at: datetime
) -> list[RowOut]:
    good = [read.row for read in chunk if read.row is not None and not read.errors]
    outcomes = iter(record_rows(db, good, actor=actor, at=at)) if good else iter(())
    rows = []
    for index, read in enumerate(chunk, start=offset):
        sound = read.row is not None and not read.errors
        rows.append(_told(index, next(outcomes) if sound else Outcome(errors=tuple(read.errors)), read.external_id))
    return rows


def _told(index: int, outcome: Outcome, external_id: str | None) -> RowOut:
    if outcome.id is not None:
        status = "recorded" if outcome.is_new else "unchanged"
        return RowOut(index=index, status=status, id=outcome.id, external_id=external_id)  # type: ignore[arg-type]
    problem = told(ExternalIdReused() if outcome.is_reused else outcome.errors)
    return RowOut(index=index, status="refused", external_id=external_id, problem=problem)


def _forget_ids(rows: list[RowOut]) -> None:
    """What was only rehearsed cannot be found under its id afterwards; what was known before can."""
    rehearsed = {row.id for row in rows if row.status == "recorded"}
    for row in rows:
        if row.id in rehearsed:
            row.id = None


def _report(rows: list[RowOut], *, dry_run: bool) -> ImportOut:
    count = {status: sum(row.status == status for row in rows) for status in ("recorded", "unchanged", "refused")}
    return ImportOut(received=len(rows), dry_run=dry_run, rows=rows, **count)
