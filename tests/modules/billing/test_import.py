"""Imports of service records over HTTP: in three formats, judged row by row, repeatable, all or nothing if wanted."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.policy import OrganisationKind, Role
from tests.modules.billing.imports import CSV, JSON, NDJSON, Row, push, rows_for, stored, written
from tests.stories.given import given_offer, sign
from tests.stories.helps import given_help, record_body
from tests.world import World


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


def test_a_bad_row_at_the_end_takes_back_what_was_written_before_it(world: World) -> None:
    rows = rows_for(given_help(world), 1001)  # more than are written at once
    rows[-1]["worker"] = ""
    problem = push(world, written(rows, NDJSON), status=422).json()
    assert [row["index"] for row in problem["rows"]] == [1000]
    assert stored(world) == []


def test_a_key_is_free_again_after_a_refused_import(world: World) -> None:
    rows, key = rows_for(given_help(world), 2), str(uuid4())
    push(world, written([{**rows[0], "worker": ""}], NDJSON), status=422, key=key)
    answer = push(world, written(rows, NDJSON), key=key)
    assert answer.json()["recorded"] == 2
    assert "idempotency-replayed" not in answer.headers


def test_a_rehearsal_names_only_entries_that_can_be_read(world: World) -> None:
    known, new = rows_for(given_help(world), 2)
    push(world, written([known], NDJSON))
    report = push(world, written([known, new, new], NDJSON), query="?dry_run=true").json()
    assert [row["status"] for row in report["rows"]] == ["unchanged", "recorded", "unchanged"]
    assert [row["id"] for row in report["rows"]] == [stored(world)[0]["id"], None, None]


def test_the_same_row_is_the_same_in_every_format(world: World) -> None:
    help_ = given_help(world)
    group = record_body(help_, activity="group_session", participants=4, staff=2, session="S-1", note="Kochgruppe")
    missed = record_body(help_, activity="no_show", notice_hours=3)
    for rows in ([group], [missed], rows_for(help_, 1)):
        first = push(world, written(rows, CSV), CSV).json()["rows"][0]
        for media_type in (NDJSON, JSON):
            again = push(world, written(rows, media_type), media_type).json()["rows"][0]
            assert (again["status"], again["id"]) == ("unchanged", first["id"])


def test_empty_cells_and_blank_lines_of_a_table_say_nothing(world: World) -> None:
    (row,) = rows_for(given_help(world), 1)
    empty = dict.fromkeys(("crosses_midnight", "participants", "staff", "session", "notice_hours", "note"), "")
    table = written([{**row, **empty}], CSV)
    report = push(world, b"\r\n\n" + table.replace(b"\r\n", b"\r\n\r\n") + b"\n\n", CSV).json()
    assert [one["status"] for one in report["rows"]] == ["recorded"]
    assert (stored(world)[0]["staff"], stored(world)[0]["note"]) == (1, None)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"activity": "no_show", "notice_hours": "2,5"}, "/notice_hours"),  # whole hours, no German decimals
        ({"activity": "group_session", "participants": "9" * 5000}, "/participants"),
        ({"activity": "group_session", "participants": "4", "staff": "0"}, "/staff"),
        ({"crosses_midnight": "vielleicht"}, "/crosses_midnight"),
        ({"starts_at": "03.02.2026 13:00"}, "/starts_at"),
        ({"starts_at": "9999-12-31T23:30:00Z", "ends_at": "9999-12-31T23:59:59Z"}, "/starts_at"),
        ({"starts_at": "2999-12-31T22:30:00Z", "ends_at": "2999-12-31T22:59:59Z"}, "/ends_at"),
    ],
)
def test_cells_are_not_bent_to_fit(world: World, changes: Row, pointer: str) -> None:
    (row,) = rows_for(given_help(world), 1, **changes)
    (told,) = push(world, written([row], CSV), CSV, "?on_error=skip").json()["rows"]
    assert (told["index"], told["status"], told["external_id"]) == (0, "refused", row["external_id"])
    assert told["problem"]["errors"][0]["pointer"] == pointer


def test_a_row_longer_than_the_header_and_one_that_is_shorter_are_refused(world: World) -> None:
    rows = rows_for(given_help(world), 2)
    head, long, good, _ = written(rows, CSV).split(b"\r\n")
    report = push(world, b"\n".join([head, long + b";zu;viel", b"L-1;", good]), CSV, "?on_error=skip").json()
    assert [row["status"] for row in report["rows"]] == ["refused", "refused", "recorded"]
    assert report["rows"][0]["problem"]["errors"][0]["pointer"] == "/extra"
    assert {error["code"] for error in report["rows"][1]["problem"]["errors"]} >= {"missing"}


def test_a_member_nobody_knows_is_named(world: World) -> None:
    rows = rows_for(given_help(world), 2)
    rows[1]["minutes/paid"] = 90
    for media_type in (NDJSON, JSON):
        (told,) = push(world, written(rows, media_type), media_type, status=422).json()["rows"]
        error = told["problem"]["errors"][0]
        assert (told["index"], error["pointer"], error["code"]) == (1, "/minutes~1paid", "extra_forbidden")


def test_days_after_the_end_of_a_help_or_of_its_grant_are_refused(world: World) -> None:
    ended, lapsed = given_help(world), given_help(world, pseudonym="Familie Q-18")
    world.as_(Role.CASEWORKER).act(f"/v1/helps/{ended['id']}", "end", ended_on="2026-02-02", reason="planned")
    with world.kernel.work.as_system() as db:  # grants end with their help; one that ends before it is older data
        db.execute(text("UPDATE help_grant SET valid_to = '2026-02-02' WHERE help_id = :id"), {"id": lapsed["id"]})
    rows = rows_for(ended, 1) + rows_for(lapsed, 1)
    on_the_last_day = {"starts_at": "2026-02-02T13:00:00+01:00", "ends_at": "2026-02-02T14:00:00+01:00"}
    rows += rows_for(ended, 1, **on_the_last_day) + rows_for(lapsed, 1, **on_the_last_day)
    report = push(world, written(rows, NDJSON), query="?on_error=skip").json()
    codes = [row["problem"]["errors"][0]["code"] for row in report["rows"][:2]]
    assert codes == ["outside_help", "not_granted"]
    assert [row["status"] for row in report["rows"][2:]] == ["recorded", "recorded"]


def test_providers_of_one_agreement_do_not_share_helps_nor_external_ids(world: World) -> None:
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    agreement = given_offer(world, provider_ids=[str(world.provider.id), str(other.id)])
    sign(world, agreement, Role.OFFICE_HEAD)
    for party in (world.provider, other):
        sign(world, agreement, Role.PROVIDER_MANAGER, party)
    mine, theirs = given_help(world), given_help(world, other)
    rows = [record_body(mine, external_id="LN-1"), record_body(theirs, external_id="LN-2")]
    report = push(world, written(rows, NDJSON), query="?on_error=skip").json()
    assert [row["status"] for row in report["rows"]] == ["recorded", "refused"]
    assert report["rows"][1]["problem"]["errors"][0]["code"] == "unknown"
    same_id = written([record_body(theirs, external_id="LN-1")], NDJSON)
    sync, headers = world.as_(Role.PROVIDER_SYNC, other), {"Content-Type": NDJSON}
    answer = sync.request("POST", "/v1/service-records:import", status=200, content=same_id, headers=headers)
    assert answer.json()["recorded"] == 1


def test_one_file_sent_by_many_at_once_is_stored_once(world: World) -> None:
    body = written(rows_for(given_help(world), 120), NDJSON)
    with ThreadPoolExecutor(4) as pool:
        reports = [answer.json() for answer in pool.map(lambda _: push(world, body), range(4))]
    assert sum(report["recorded"] for report in reports) == 120
    assert sum(report["unchanged"] for report in reports) == 360
    assert len({row["id"] for report in reports for row in report["rows"]}) == 120
