"""Imports of service records over HTTP: in three formats, judged row by row, repeatable, all or nothing if wanted."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.policy import OrganisationKind, Role
from tests.stories.helps import given_help, record_body
from tests.world import World

NDJSON, JSON, CSV = "application/x-ndjson", "application/json", "text/csv"
Row = dict[str, Any]


def rows_for(help_: Row, count: int, **changes: Any) -> list[Row]:
    """Sound rows with external ids of their own."""
    return [record_body(help_, external_id=f"L-{uuid4().hex[:12]}-{number}", **changes) for number in range(count)]


def written(rows: list[Row], media_type: str, delimiter: str = ";") -> bytes:
    """The rows in a format."""
    if media_type == NDJSON:
        return "\n".join(json.dumps(row) for row in rows).encode()
    if media_type == JSON:
        return json.dumps(rows).encode()
    out = io.StringIO()
    table = csv.DictWriter(out, rows[0].keys(), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode()


def push(
    world: World, body: bytes, media_type: str = NDJSON, query: str = "", status: int = 200, key: str | None = None
) -> httpx.Response:
    headers = {"Content-Type": media_type, "Idempotency-Key": key or str(uuid4())}
    path = f"/v1/service-records:import{query}"
    return world.as_(Role.PROVIDER_SYNC).request("POST", path, status=status, content=body, headers=headers)


def stored(world: World) -> list[Row]:
    return list(world.as_(Role.PROVIDER_SYNC).get("/v1/service-records?limit=200")["items"])


@pytest.mark.parametrize("media_type", [NDJSON, JSON, CSV])
def test_each_format_is_stored_and_told_row_by_row(world: World, media_type: str) -> None:
    rows = rows_for(given_help(world), 3)
    report = push(world, written(rows, media_type), media_type).json()
    assert (report["received"], report["recorded"], report["refused"], report["dry_run"]) == (3, 3, 0, False)
    assert [(row["index"], row["status"], row["external_id"]) for row in report["rows"]] == [
        (index, "recorded", row["external_id"]) for index, row in enumerate(rows)
    ]
    assert {row["id"] for row in report["rows"]} == {row["id"] for row in stored(world)}


@pytest.mark.parametrize(("delimiter", "mark"), [(",", b""), (";", b""), (";", b"\xef\xbb\xbf")])
def test_tables_come_with_comma_or_semicolon_and_with_a_byte_order_mark(
    world: World, delimiter: str, mark: bytes
) -> None:
    rows = rows_for(given_help(world), 2, note="Gespräch; mit Komma, und „Anführung“")
    report = push(world, mark + written(rows, CSV, delimiter), CSV).json()
    assert report["recorded"] == 2
    assert {row["note"] for row in stored(world)} == {"Gespräch; mit Komma, und „Anführung“"}


def spoiled(rows: list[Row]) -> list[Row]:
    """Five rows, of which the second, third and last cannot be stored."""
    bad = [{**rows[1], "activity": "kaffee"}, {**rows[2], "ends_at": rows[2]["starts_at"]}, {**rows[4], "worker": ""}]
    return [rows[0], bad[0], bad[1], rows[3], bad[2]]


@pytest.mark.parametrize("media_type", [NDJSON, JSON, CSV])
def test_good_rows_stay_and_bad_ones_are_told_with_pointers(world: World, media_type: str) -> None:
    rows = spoiled(rows_for(given_help(world), 5))
    report = push(world, written(rows, media_type), media_type, "?on_error=skip").json()
    assert [row["status"] for row in report["rows"]] == ["recorded", "refused", "refused", "recorded", "refused"]
    pointers = [row["problem"]["errors"][0]["pointer"] for row in report["rows"] if row["problem"]]
    assert pointers == ["/activity", "/ends_at", "/worker"]
    assert {row["external_id"] for row in stored(world)} == {rows[0]["external_id"], rows[3]["external_id"]}


def test_without_being_asked_to_skip_nothing_is_stored(world: World) -> None:
    rows = spoiled(rows_for(given_help(world), 5))
    problem = push(world, written(rows, NDJSON), status=422).json()
    assert problem["type"] == "/v1/problems/import-refused"
    assert (problem["refused"], problem["received"]) == (3, 5)
    assert [row["index"] for row in problem["rows"]] == [1, 2, 4]
    assert stored(world) == []
    world.tick()
    told = world.as_(Role.OFFICE_SYNC).get("/v1/events?type=handschlag.service_record")["items"]
    assert told == []


@pytest.mark.parametrize("query", ["?dry_run=true", "?dry_run=true&on_error=skip"])
def test_a_rehearsal_tells_the_same_and_stores_nothing(world: World, query: str) -> None:
    rows = spoiled(rows_for(given_help(world), 5))
    report = push(world, written(rows, NDJSON), query=query).json()
    assert (report["recorded"], report["refused"], report["dry_run"]) == (2, 3, True)
    assert stored(world) == []
    real = push(world, written(rows, NDJSON), query="?on_error=skip").json()
    assert [row["status"] for row in real["rows"]] == [row["status"] for row in report["rows"]]


def test_the_same_import_again_stores_nothing_twice(world: World) -> None:
    body, key = written(rows_for(given_help(world), 3), NDJSON), str(uuid4())
    first = push(world, body, key=key)
    again = push(world, body, key=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    anew = push(world, body).json()
    assert (anew["recorded"], anew["unchanged"]) == (0, 3)
    assert [row["id"] for row in anew["rows"]] == [row["id"] for row in first.json()["rows"]]
    assert len(stored(world)) == 3
    push(world, body + b"\n", status=422, key=key)  # another body under the same key


def test_one_external_id_twice_in_a_file_is_one_record(world: World) -> None:
    (row,) = rows_for(given_help(world), 1)
    report = push(world, written([row, row, {**row, "note": "anders"}], NDJSON), query="?on_error=skip").json()
    assert [one["status"] for one in report["rows"]] == ["recorded", "unchanged", "refused"]
    assert report["rows"][2]["problem"]["type"] == "/v1/problems/external-id-reused"
    assert len(stored(world)) == 1


def test_rows_for_others_helps_and_days_outside_the_help_are_refused(world: World) -> None:
    mine = given_help(world)
    other = World(world.kernel, world.http, world.clock, world.ticker)
    theirs = given_help(other)
    outside = record_body(mine, external_id="L-1", starts_at="2025-06-02T08:00:00Z", ends_at="2025-06-02T09:00:00Z")
    foreign = {**record_body(theirs, external_id="L-2")}
    (good,) = rows_for(mine, 1)
    report = push(world, written([outside, foreign, good], NDJSON), query="?on_error=skip").json()
    assert [row["status"] for row in report["rows"]] == ["refused", "refused", "recorded"]
    pointers = [row["problem"]["errors"][0]["pointer"] for row in report["rows"][:2]]
    assert pointers == ["/starts_at", "/help_id"]


def test_a_line_that_is_no_json_spoils_itself_only(world: World) -> None:
    (row,) = rows_for(given_help(world), 1)
    body = b"\n\n{kaputt\n" + json.dumps(row).encode() + b'\n[1]\n{"a": NaN}\n\xff\n\n'
    report = push(world, body, query="?on_error=skip").json()
    assert [one["status"] for one in report["rows"]] == ["refused", "recorded", "refused", "refused", "refused"]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"{}", JSON),
        (b"[", JSON),
        (b"\xff", JSON),
        (b'[{"a": 1, "a": 2}]', JSON),
        (b"", JSON),
        (b"external_id;unbekannt\nL-1;2", CSV),
        (b"external_id;external_id\nL-1;2", CSV),
        (b"external_id\n\xff", CSV),
        (b"external_id\nL\x001", CSV),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(world: World, body: bytes, media_type: str) -> None:
    problem = push(world, body, media_type, status=400).json()
    assert problem["type"] == "/v1/problems/malformed-request"


@pytest.mark.parametrize(("body", "media_type"), [(b"", NDJSON), (b"[]", JSON), (b"external_id;help_id\n", CSV)])
def test_nothing_to_import_is_an_empty_report(world: World, body: bytes, media_type: str) -> None:
    assert push(world, body, media_type).json()["rows"] == []


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data"])
def test_other_formats_are_named(world: World, media_type: str) -> None:
    problem = push(world, b"x", media_type, status=415).json()
    assert NDJSON in problem["detail"]


def test_too_many_rows_are_refused_before_any_is_stored(world: World) -> None:
    problem = push(world, b"{}\n" * 50_001, query="?on_error=skip", status=422).json()
    assert (problem["type"], problem["limit"]) == ("/v1/problems/too-many-rows", 50_000)


def test_many_rows_cost_few_statements_also_from_the_sixth_import_on(world: World, statements: list[str]) -> None:
    """PostgreSQL may change to a generic plan at the sixth execution on a connection; the statement stays one."""
    help_ = given_help(world)
    counts = []
    for _ in range(7):
        body = written(rows_for(help_, 300), NDJSON)
        statements.clear()
        assert push(world, body).json()["recorded"] == 300
        counts.append(len(statements))
    assert len(set(counts)) == 1
    assert counts[0] <= 5  # actor, idempotency, one statement for all rows, the kept answer


def test_an_import_needs_the_right_to_record(world: World) -> None:
    help_ = given_help(world)
    for role in (Role.CASEWORKER, Role.PROVIDER_BILLING):
        headers = {"Content-Type": NDJSON}
        body = written(rows_for(help_, 1), NDJSON)
        world.as_(role).request("POST", "/v1/service-records:import", status=403, content=body, headers=headers)
    stranger = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    report = world.as_(Role.PROVIDER_SYNC, stranger).request(
        "POST",
        "/v1/service-records:import?on_error=skip",
        status=200,
        content=written(rows_for(help_, 1), NDJSON),
        headers={"Content-Type": NDJSON},
    )
    assert report.json()["refused"] == 1
