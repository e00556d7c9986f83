"""Imports: NDJSON, a JSON array or CSV, read row by row; a row that cannot be read spoils itself, not its neighbours.

A room names its row, judges and writes the good ones, and tells what became of each.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, ValidationError

from app.core import strictjson
from app.core.problems import FieldError, Invalid, MalformedRequest, Problem, Text, UnsupportedMediaType
from app.core.types import In
from app.core.validation import field_errors

NDJSON, JSON, CSV = "application/x-ndjson", "application/json", "text/csv"
MOST_TOLD = 1_000
"""So many refused rows are told of when a whole import is refused."""
Row = TypeVar("Row", bound=In)


class ImportRefused(Problem):
    """A row is not valid, and all or nothing was wanted."""

    status, code = 422, "import-refused"
    title = ("Import abgewiesen", "Import refused")
    detail = (
        "{refused} von {received} Zeilen sind nicht gültig; nichts wurde gespeichert.",
        "{refused} of {received} rows are not valid; nothing was stored.",
    )


class TooManyRows(Problem):
    """More rows than one import may have."""

    status, code = 422, "too-many-rows"
    title = ("Zu viele Zeilen", "Too many rows")
    detail = ("Höchstens {limit} Zeilen in einem Import.", "At most {limit} rows in one import.")


class ImportQuery(In):
    """How an import is done."""

    dry_run: Annotated[bool, Field(description="check everything, store nothing")] = False
    on_error: Annotated[
        Literal["refuse", "skip"], Field(description="refuse: all or nothing; skip: the good rows stay")
    ] = "refuse"


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Row]):
    """A row as it was read, or what is wrong with it; `external_id` is told back if it looks like one."""

    row: Row | None
    errors: Sequence[FieldError]
    external_id: str | None


def parsed(body: bytes, media_type: str, row: type[Row], table_row: type[Row], most_rows: int) -> Iterator[Parsed[Row]]:
    """The rows of an import, in their order.

    Args:
        row, table_row: what a row of JSON is, and of a table, where every cell is text.

    Raises:
        UnsupportedMediaType, MalformedRequest, TooManyRows: the whole cannot be read.
    """
    for index, (read, kind) in enumerate(_rows(body, media_type, row, table_row)):
        if index == most_rows:
            raise TooManyRows(limit=most_rows)
        yield _parse(read, kind)


def body_schema(row: type[In], most_rows: int) -> dict[str, Any]:
    """The request body of an import in the API's document."""
    items = row.model_json_schema(ref_template="#/components/schemas/{model}")
    items.pop("$defs", None)  # codes, which other bodies name as well
    text = {"schema": {"type": "string", "maxLength": 67_108_864}}
    rows = {"type": "array", "maxItems": most_rows, "items": items}
    return {"requestBody": {"required": True, "content": {NDJSON: text, JSON: {"schema": rows}, CSV: text}}}


def told(problem: Problem | Sequence[FieldError]) -> dict[str, Any]:
    """A refusal as a row's report shows it."""
    return (problem if isinstance(problem, Problem) else Invalid(errors=problem)).render("de")


def blank(value: Any) -> Any:
    """An empty cell is nothing."""
    return None if value == "" else value


def _rows(body: bytes, media_type: str, row: type[Row], table_row: type[Row]) -> Iterator[tuple[Any, type[Row]]]:
    if media_type == NDJSON:
        yield from ((_line(line), row) for line in body.splitlines() if line.strip())
    elif media_type == JSON:
        yield from ((item, row) for item in _array(body))
    elif media_type == CSV:
        yield from ((record, table_row) for record in _table(body, set(table_row.model_fields)))
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


def _table(body: bytes, known: set[str]) -> Iterator[dict[str, Any]]:
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
        _check_head(reader.fieldnames or (), known)
        for row in reader:
            yield {name: value for name, value in row.items() if value is not None}
    except csv.Error:
        raise MalformedRequest(reason=Text("die Tabelle ist nicht lesbar", "the table cannot be read")) from None


def _check_head(names: Sequence[str], known: set[str]) -> None:
    if set(names) - known or len(set(names)) != len(names):
        raise MalformedRequest(
            reason=Text(
                "die Kopfzeile nennt unbekannte oder doppelte Spalten", "the header has unknown or double columns"
            ),
            known=sorted(known),
        )


def _parse(row: Any, kind: type[Row]) -> Parsed[Row]:
    if isinstance(row, MalformedRequest):
        unreadable = FieldError("", "malformed", "Die Zeile ist nicht lesbar.", "Unreadable row.")
        return Parsed(None, row.errors or (unreadable,), None)
    external_id = row.get("external_id") if isinstance(row, dict) else None
    named = external_id if isinstance(external_id, str) and len(external_id) <= 100 else None
    try:
        return Parsed(kind.model_validate(row), (), named)
    except ValidationError as error:
        return Parsed(None, field_errors(error.errors(include_input=False, include_url=False), row), named)
