"""Imports of service records: judged row by row, written in chunks, told row by row."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime
from itertools import islice

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.imports import MOST_TOLD, ImportQuery, ImportRefused, parsed, told
from app.core.problems import FieldError
from app.core.work import rehearsal
from app.modules.billing.errors import ExternalIdReused
from app.modules.billing.recording import Outcome, Row, record_rows
from app.modules.billing.rules.records import faults
from app.modules.billing.schemas import ImportOut, RowOut, ServiceRecordIn, ServiceRecordRow
from app.policy import Actor

MOST_ROWS = 50_000
CHUNK = 1_000
_PLAN_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")
"""A plan kept from the sixth chunk on would be one for the table as it was then: it may grow by fifty thousand rows."""
Judged = tuple[Row | None, Sequence[FieldError], str | None]
"""A sound row, or what is wrong with it; and the external id to tell of it."""


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
    db.execute(_PLAN_ANEW)
    for chunk in _ahead(_chunks(_judged(body, media_type, actor, at))):
        rows += _write(db, chunk, len(rows), actor=actor, at=at)
    return rows


def _ahead(chunks: Iterator[list[Judged]]) -> Iterator[list[Judged]]:
    """The next chunk is read while the database writes the one before."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = reader.submit(next, chunks, None)
            yield chunk


def _chunks(judged: Iterator[Judged]) -> Iterator[list[Judged]]:
    while chunk := list(islice(judged, CHUNK)):
        yield chunk


def _judged(body: bytes, media_type: str, actor: Actor, at: datetime) -> Iterator[Judged]:
    for index, read in enumerate(parsed(body, media_type, ServiceRecordIn, ServiceRecordRow, MOST_ROWS)):
        wrong = faults(read.row, at) if read.row is not None else read.errors
        sound = None if read.row is None or wrong else Row.of(index, read.row, actor)
        yield sound, wrong, read.external_id


def _write(db: Session, chunk: Sequence[Judged], offset: int, *, actor: Actor, at: datetime) -> list[RowOut]:
    good = [row for row, _, _ in chunk if row is not None]
    outcomes = record_rows(db, good, actor=actor, at=at) if good else {}
    return [
        _told(index, outcomes[index] if row is not None else Outcome(errors=tuple(errors)), external_id)
        for index, (row, errors, external_id) in enumerate(chunk, start=offset)
    ]


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
