"""Imports: NDJSON, a JSON array or CSV, judged row by row, written in chunks, told row by row."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.core import strictjson
from app.core.problems import FieldError, Invalid, MalformedRequest, Problem, Text, UnsupportedMediaType
from app.core.validation import field_errors
from app.core.work import rehearsal
from app.modules.billing.errors import ExternalIdReused, ImportRefused, TooManyRows
from app.modules.billing.recording import Outcome, record_rows
from app.modules.billing.rules.records import faults
from app.modules.billing.schemas import ImportOut, ImportQuery, RowOut, ServiceRecordIn, ServiceRecordRow
from app.policy import Actor

MOST_ROWS = 50_000
CHUNK = 1_000
NDJSON, JSON, CSV = "application/x-ndjson", "application/json", "text/csv"
Parsed = tuple[ServiceRecordIn | None, Sequence[FieldError], str | None]


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
        raise ImportRefused(refused=report.refused, received=report.received, rows=bad[:1000])
    return report


def _write_all(db: Session, body: bytes, media_type: str, *, actor: Actor, at: datetime) -> list[RowOut]:
    rows: list[RowOut] = []
    chunk: list[Parsed] = []
    for parsed in _parsed(body, media_type, at):
        chunk.append(parsed)
        if len(chunk) == CHUNK:
            rows += _write(db, chunk, len(rows), actor=actor, at=at)
            chunk = []
    return rows + _write(db, chunk, len(rows), actor=actor, at=at)


def _parsed(body: bytes, media_type: str, at: datetime) -> Iterator[Parsed]:
    for index, (row, kind) in enumerate(_rows(body, media_type)):
        if index == MOST_ROWS:
            raise TooManyRows(limit=MOST_ROWS)
        yield _parse(row, kind, at)


def _rows(body: bytes, media_type: str) -> Iterator[tuple[Any, type[ServiceRecordIn]]]:
    if media_type == NDJSON:
        yield from ((_line(line), ServiceRecordIn) for line in body.splitlines() if line.strip())
    elif media_type == JSON:
        yield from ((item, ServiceRecordIn) for item in _array(body))
    elif media_type == CSV:
        yield from ((record, ServiceRecordRow) for record in _table(body))
    else:
        raise UnsupportedMediaType(expected=f"{NDJSON}, {JSON}, {CSV}")


def _array(body: bytes) -> list[Any]:
    array = strictjson.loads(body)
    if not isinstance(array, list):
        raise MalformedRequest(reason=Text("erwartet wird eine Liste", "an array is expected"))
    return array


def _line(line: bytes) -> Any:
    """A line that is no JSON spoils itself, not its neighbours."""
    try:
        return strictjson.loads(line)
    except MalformedRequest as problem:
        return problem


def _table(body: bytes) -> Iterator[dict[str, Any]]:
    """Rows of a CSV with a header: semicolon or comma, UTF-8 with or without BOM."""
    try:
        text = body.decode("utf-8-sig").lstrip("\r\n")
    except UnicodeDecodeError:
        raise MalformedRequest(reason=Text("kein gültiges UTF-8", "not valid UTF-8")) from None
    if "\x00" in text:
        raise MalformedRequest(reason=Text("ein Zeichen ist nicht erlaubt", "a character is not allowed"))
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", restkey="extra")
    try:
        _check_head(reader.fieldnames or ())
        for row in reader:
            yield {name: value for name, value in row.items() if value is not None}
    except csv.Error:
        raise MalformedRequest(reason=Text("die Tabelle ist nicht lesbar", "the table cannot be read")) from None


def _check_head(names: Sequence[str]) -> None:
    if set(names) - set(ServiceRecordRow.model_fields) or len(set(names)) != len(names):
        raise MalformedRequest(
            reason=Text(
                "die Kopfzeile nennt unbekannte oder doppelte Spalten", "the header has unknown or double columns"
            ),
            known=sorted(ServiceRecordRow.model_fields),
        )


def _parse(row: Any, kind: type[ServiceRecordIn], at: datetime) -> Parsed:
    if isinstance(row, MalformedRequest):
        return (
            None,
            row.errors or (FieldError("", "malformed", "Die Zeile ist nicht lesbar.", "Unreadable row."),),
            None,
        )
    external_id = row.get("external_id") if isinstance(row, dict) else None
    told = external_id if isinstance(external_id, str) and len(external_id) <= 100 else None
    try:
        record = kind.model_validate(row)
    except ValidationError as error:
        return None, field_errors(error.errors(include_input=False, include_url=False), row), told
    return record, faults(record, at), told


def _write(db: Session, chunk: Sequence[Parsed], offset: int, *, actor: Actor, at: datetime) -> list[RowOut]:
    good = [record for record, errors, _ in chunk if record is not None and not errors]
    outcomes = iter(record_rows(db, good, actor=actor, at=at)) if good else iter(())
    told = []
    for index, (record, errors, external_id) in enumerate(chunk, start=offset):
        outcome = next(outcomes) if record is not None and not errors else Outcome(errors=tuple(errors))
        told.append(_told(index, outcome, external_id))
    return told


def _told(index: int, outcome: Outcome, external_id: str | None) -> RowOut:
    if outcome.id is not None:
        status = "recorded" if outcome.is_new else "unchanged"
        return RowOut(index=index, status=status, id=outcome.id, external_id=external_id)  # type: ignore[arg-type]
    problem: Problem = ExternalIdReused() if outcome.is_reused else Invalid(errors=outcome.errors)
    return RowOut(index=index, status="refused", external_id=external_id, problem=problem.render("de"))


def _forget_ids(rows: list[RowOut]) -> None:
    """What was only rehearsed cannot be found under its id afterwards; what was known before can."""
    rehearsed = {row.id for row in rows if row.status == "recorded"}
    for row in rows:
        if row.id in rehearsed:
            row.id = None


def _report(rows: list[RowOut], *, dry_run: bool) -> ImportOut:
    count = {status: sum(row.status == status for row in rows) for status in ("recorded", "unchanged", "refused")}
    return ImportOut(received=len(rows), dry_run=dry_run, rows=rows, **count)
