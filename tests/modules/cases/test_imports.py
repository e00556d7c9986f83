"""Helps and grants out of another system: in three formats, judged row by row, repeatable, all or nothing if wanted."""

import csv
import io
import json
from typing import Any

import pytest

from app.policy import OrganisationKind, Role
from tests.modules.cases.given import CSV, JSON, NDJSON, help_row, path_of, phase_body, push
from tests.stories.given import given_agreement
from tests.world import World


@pytest.fixture
def ready(world: World) -> World:
    given_agreement(world)
    return world


def _written(rows: list[dict[str, Any]], kind: str) -> bytes:
    if kind == NDJSON:
        return "\n".join(json.dumps(row) for row in rows).encode()
    if kind == JSON:
        return json.dumps(rows).encode()
    text = io.StringIO()
    writer = csv.DictWriter(
        text, sorted({name for row in rows for name in row} | {"setting", "ended_on"}), delimiter=";"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _statuses(report: dict[str, Any]) -> list[str]:
    return [row["status"] for row in report["rows"]]


@pytest.mark.parametrize("kind", [NDJSON, JSON, CSV])
def test_each_format_makes_the_same_helps(ready: World, kind: str) -> None:
    sync = ready.as_(Role.OFFICE_SYNC)
    rows = [help_row(ready, 1), help_row(ready, 2, place="Familienzentrum")]
    report = push(sync, _written(rows, kind), kind=kind)
    assert (report["received"], report["created"], report["dry_run"]) == (2, 2, False)
    helps = sync.get("/v1/helps?sort=number")["items"]
    assert [item["id"] for item in helps] == [row["id"] for row in report["rows"]]
    assert [item["external_id"] for item in helps] == ["F-1", "F-2"]
    assert {(item["state"], item["grants"][0]["state"]) for item in helps} == {("requested", "prepared")}
    assert sync.get(f"{path_of(helps[1])}/phases")["items"][0]["place"] == "Familienzentrum"
    for again in (NDJSON, JSON, CSV):
        assert _statuses(push(sync, _written(rows, again), kind=again)) == ["unchanged"] * 2
    provider = ready.as_(Role.PROVIDER_PROFESSIONAL)
    assert {item["external_id"] for item in provider.get("/v1/helps")["items"]} == {None}
    ready.tick()
    assert len(sync.get("/v1/events?type=handschlag.help.requested")["items"]) == 2


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"service_kind": "spfh"}, "/service_kind"),
        ({"pseudonym": "Erika Mustermann"}, "/pseudonym"),
        ({"provider_id": None}, "/provider_id"),
        ({"ended_on": "2026-03-01", "end_reason": "planned"}, "/ended_on"),
        ({"caseworker_id": "01a20924-70b6-740e-99ad-814e90bc8738"}, "/caseworker_id"),
        ({"kind": "grant", "help_external_id": "F-9"}, "/help_external_id"),
        ({"name": "Mustermann"}, "/name"),
        ({"ends_on": "2025-12-31"}, ""),
    ],
)
def test_a_bad_row_is_told_at_its_place_and_stops_all_unless_skipped(
    ready: World, changes: dict[str, Any], pointer: str
) -> None:
    sync = ready.as_(Role.OFFICE_SYNC)
    rows = [help_row(ready, 1), help_row(ready, 2, **changes)]
    problem = push(sync, rows, status=422)
    assert problem["type"] == "/v1/problems/import-refused"
    assert problem["rows"][0]["problem"]["errors"][0]["pointer"] == pointer
    assert sync.get("/v1/helps")["items"] == []
    rehearsed = push(sync, rows, "?dry_run=true")
    assert (_statuses(rehearsed), rehearsed["rows"][0]["id"]) == (["created", "refused"], None)
    assert sync.get("/v1/helps")["items"] == []
    assert _statuses(push(sync, rows, "?on_error=skip")) == ["created", "refused"]
    assert sync.get("/v1/helps")["items"][0]["number"] == "HI-2026-0001", "a rehearsal takes no number"


def test_what_is_not_agreed_is_refused_row_by_row(ready: World) -> None:
    sync = ready.as_(Role.OFFICE_SYNC)
    other = ready.organisation(OrganisationKind.PROVIDER, "Anderer")
    rows = [
        help_row(ready, 1, provider_id=str(other.id)),
        help_row(ready, 2, setting="residential"),
        help_row(ready, 3),
    ]
    rows.append(help_row(ready, 3, pseudonym="Familie I-33"))
    rows.append({**help_row(ready, 4), "service_kind": "section_34"})
    report = push(sync, rows, "?on_error=skip")
    assert _statuses(report) == ["refused", "created", "created", "refused", "refused"]
    kinds = [row["problem"]["type"].rpartition("/")[2] for row in report["rows"] if row["problem"]]
    assert kinds == ["no-agreement-for-help", "invalid", "no-agreement-for-help"]
    assert report["rows"][3]["problem"]["errors"][0]["code"] == "double"


def test_a_request_follows_its_row_until_somebody_plans_on(ready: World) -> None:
    sync, caseworker = ready.as_(Role.OFFICE_SYNC), ready.as_(Role.CASEWORKER)
    path = path_of(push(sync, [help_row(ready)])["rows"][0])
    changed = help_row(ready, pseudonym="Familie N-1", amount="7.00", starts_on="2026-02-01", service_kind="section_30")
    assert _statuses(push(sync, [changed])) == ["updated"]
    help_ = caseworker.get(path)
    assert (help_["pseudonym"], help_["starts_on"], help_["service_kind"]) == (
        "Familie N-1",
        "2026-02-01",
        "section_30",
    )
    assert [(grant["amount"], grant["valid_from"]) for grant in help_["grants"]] == [("7.00", "2026-02-01")]
    caseworker.post(f"{path}/phases", phase_body(ready.provider, setting="parent_work"))
    report = push(sync, [help_row(ready)], "?on_error=skip")
    assert report["rows"][0]["problem"]["errors"][0]["code"] == "planned"
    caseworker.act(path, "withdraw")
    report = push(sync, [help_row(ready)], "?on_error=skip")
    assert report["rows"][0]["problem"]["type"].endswith("help-closed")


def test_a_running_help_is_led_by_another_lasts_longer_or_ends(ready: World) -> None:
    sync, caseworker = ready.as_(Role.OFFICE_SYNC), ready.person(Role.CASEWORKER)
    path = path_of(push(sync, [help_row(ready)])["rows"][0])
    ready.as_(Role.FINANCE_OFFICER).act(path, "release")
    asked: tuple[dict[str, Any], ...] = (
        {"amount": "9.00"},
        {"starts_on": "2026-01-15"},
        {"ends_on": "2026-11-30"},
        {"setting": "day_group"},
    )
    for changes in asked:
        report = push(sync, [help_row(ready, **changes)], "?on_error=skip")
        error = report["rows"][0]["problem"]["errors"][0]
        assert (error["pointer"], error["code"]) == (f"/{next(iter(changes))}", "granted")
    longer: dict[str, Any] = {
        "ends_on": "2027-02-28",
        "caseworker_id": str(caseworker.account_id),
        "pseudonym": "Familie N-1",
    }
    assert _statuses(push(sync, [help_row(ready, **longer)])) == ["updated"]
    help_ = caseworker.get(path)
    assert (help_["ends_on"], help_["caseworker_id"]) == ("2027-02-28", str(caseworker.account_id))
    assert [grant["state"] for grant in help_["grants"]] == ["released", "prepared"]
    too_late = help_row(ready, **longer, ended_on="2027-05-01", end_reason="planned")
    assert push(sync, [too_late], "?on_error=skip")["rows"][0]["problem"]["type"].endswith("guard-refused")
    assert caseworker.get(path)["state"] == "active"
    assert _statuses(push(sync, [help_row(ready, **longer, ended_on="2026-05-31", end_reason="age")])) == ["updated"]
    assert caseworker.get(path)["end_reason"] == "age"


def test_nobody_takes_a_case_by_importing_it(ready: World) -> None:
    mine, other = ready.as_(Role.CASEWORKER), ready.person(Role.CASEWORKER)
    push(mine, [help_row(ready)])
    taken = [help_row(ready, caseworker_id=str(other.account_id))]
    report = push(other, taken, "?on_error=skip")
    assert report["rows"][0]["problem"]["type"].endswith("permission-missing")
    assert _statuses(push(ready.as_(Role.OFFICE_SYNC), taken)) == ["updated"]


def test_grants_come_with_their_help_or_later(ready: World) -> None:
    sync, finance = ready.as_(Role.OFFICE_SYNC), ready.as_(Role.FINANCE_OFFICER)
    grant = {
        "kind": "grant",
        "source_system": "fachverfahren",
        "external_id": "B-1",
        "help_external_id": "F-1",
        "amount": "8.00",
        "starts_on": "2026-04-01",
        "ends_on": "2026-12-31",
    }
    path = path_of(push(sync, [help_row(ready)])["rows"][0])
    finance.act(path, "release")
    report = push(sync, [grant, help_row(ready)])
    assert _statuses(report) == ["created", "unchanged"]
    where = f"{path}/grants/{report['rows'][0]['id']}"
    assert finance.get(where)["external_id"] == "B-1"
    assert _statuses(push(sync, [{**grant, "amount": "8.50"}])) == ["updated"]
    assert finance.act(where, "release")["amount"] == "8.50"
    changed = push(sync, [{**grant, "amount": "9.50"}], "?on_error=skip")
    assert changed["rows"][0]["problem"]["errors"][0]["code"] == "granted"
    elsewhere = {**grant, "external_id": "B-2", "unit": "days_per_week", "amount": "5.00"}
    assert push(sync, [elsewhere], "?on_error=skip")["rows"][0]["problem"]["errors"][0]["code"] == "no_phase"
    beyond = {**grant, "external_id": "B-3", "ends_on": "2026-11-30"}
    assert push(sync, [beyond], "?on_error=skip")["rows"][0]["problem"]["errors"][0]["code"] == "leaves_a_rest"


def test_a_thousand_rows_cost_few_statements(ready: World, statements: list[str]) -> None:
    sync, counts = ready.as_(Role.OFFICE_SYNC), []
    for size in (20, 300):
        rows = [help_row(ready, 1000 * size + number) for number in range(size)]
        statements.clear()
        assert push(sync, rows)["created"] == size
        counts.append(len(statements))
        statements.clear()
        assert push(sync, rows)["unchanged"] == size
        assert len(statements) <= 5, statements  # actor, idempotency, what is known, the kept answer
    assert counts[1] <= counts[0] + 4, counts  # the library sends many rows in a few batches
    assert counts[0] <= 20, counts


def test_who_may_not_open_helps_may_not_import_them(ready: World) -> None:
    for role in (Role.TEAM_LEAD, Role.FINANCE_OFFICER, Role.PROVIDER_SYNC):
        push(ready.as_(role), [help_row(ready)], status=403)
    push(ready.as_(Role.OFFICE_SYNC), b"a;b\n1;2", kind=CSV, status=400)
    push(ready.as_(Role.OFFICE_SYNC), b"{}\n" * 10_001, status=422)


def test_a_foreign_offices_ids_are_its_own(ready: World) -> None:
    push(ready.as_(Role.OFFICE_SYNC), [help_row(ready)])
    there = World(ready.kernel, ready.http, ready.clock, ready.ticker)
    there.provider = ready.provider
    given_agreement(there)
    assert _statuses(push(there.as_(Role.OFFICE_SYNC), [help_row(there)])) == ["created"]
