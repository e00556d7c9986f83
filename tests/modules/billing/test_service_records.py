"""Service records: one by one, repeatable, refused with reasons, corrected by reversal."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.policy import OrganisationKind, Role
from tests.stories.helps import given_help, record_body
from tests.world import MORNING, World

PATH = "/v1/service-records"


def test_a_record_is_pushed_read_and_listed(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    made = sync.post(PATH, record_body(help_))
    assert (made["minutes"], made["service_on"], made["invoice_id"]) == (90, "2026-02-03", None)
    assert world.as_(Role.CASEWORKER).get(f"{PATH}/{made['id']}") == made
    for query, count in {
        f"help_id={help_['id']}": 1,
        "first=2026-02-04": 0,
        "last=2026-02-03": 1,
        "activity=travel": 0,
        "worker=FK-07": 1,
        "billed=true": 0,
        "reversed=false": 1,
    }.items():
        assert len(world.as_(Role.FINANCE_OFFICER).get(f"{PATH}?{query}")["items"]) == count, query


def test_the_same_push_is_found_again_other_content_is_refused(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    body = record_body(help_)
    first = sync.post(PATH, body)
    assert sync.post(PATH, body)["id"] == first["id"]  # another Idempotency-Key, the same external id
    changed = {**body, "ends_at": "2026-02-03T15:00:00+01:00"}
    assert sync.post(PATH, changed, status=409)["type"].endswith("external-id-reused")
    assert len(sync.get(PATH)["items"]) == 1


def test_one_external_id_pushed_by_many_at_once_is_one_record(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    body = record_body(help_)
    with ThreadPoolExecutor(6) as pool:
        ids = {made["id"] for made in pool.map(lambda _: sync.post(PATH, body), range(12))}
    assert len(ids) == 1


def test_one_idempotency_key_at_once_is_one_effect(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    body, key = record_body(help_), {"Idempotency-Key": str(uuid4()), **sync.bearer()}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: world.http.post(PATH, json=body, headers=key), range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"ends_at": "2026-02-03T13:00:00+01:00"}, "/ends_at", "period"),
        ({"ends_at": "2026-02-03T12:00:00+01:00"}, "/ends_at", "period"),
        ({"ends_at": "2026-02-05T12:00:00+01:00", "crosses_midnight": True}, "/ends_at", "duration"),
        ({"ends_at": "2026-02-03T13:00:20+01:00"}, "/ends_at", "duration"),
        (
            {"starts_at": "2026-02-03T23:30:00+01:00", "ends_at": "2026-02-04T00:30:00+01:00"},
            "/crosses_midnight",
            "midnight",
        ),
        ({"starts_at": "2026-03-02T09:30:00Z", "ends_at": "2026-03-02T10:00:00Z"}, "/ends_at", "future"),
        ({"participants": 3}, "/participants", "group"),
        ({"activity": "group_session"}, "/participants", "group"),
        ({"notice_hours": 3}, "/notice_hours", "no_show"),
        ({"activity": "swimming"}, "/activity", "enum"),
        ({"help_id": "01a20924-70b6-740e-99ad-814e90bc8738"}, "/help_id", "unknown"),
        ({"worker": "Erika Mustermann"}, "/worker", "string_pattern_mismatch"),
        ({"starts_at": "2026-02-03T13:00:00"}, "/starts_at", "instant"),
        ({"minutes": 90}, "/minutes", "extra_forbidden"),
    ],
)
def test_bad_records_are_refused_at_their_place(world: World, changes: dict[str, Any], pointer: str, code: str) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    problem = sync.post(PATH, record_body(help_, **changes), status=422)
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)
    assert sync.get(PATH)["items"] == []


def test_a_help_must_run_and_be_granted_on_the_day(world: World) -> None:
    help_, sync, caseworker = given_help(world), world.as_(Role.PROVIDER_SYNC), world.as_(Role.CASEWORKER)
    early = record_body(help_, starts_at="2025-12-31T13:00:00Z", ends_at="2025-12-31T14:00:00Z")
    assert sync.post(PATH, early, status=422)["errors"][0]["code"] == "outside_help"
    caseworker.act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-02-02", reason="planned")
    assert sync.post(PATH, record_body(help_), status=422)["errors"][0]["code"] == "outside_help"
    body = {"provider_id": str(world.provider.id), "service_kind": "section_30", "pseudonym": "Familie Z-1"}
    body |= {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "hours_per_week": "2"}
    waiting = caseworker.post("/v1/helps", body)
    assert sync.post(PATH, record_body(waiting), status=422)["errors"][0]["code"] == "not_running"


def test_minutes_are_those_that_passed_when_the_clocks_change(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    world.clock.set(MORNING.replace(month=10, day=26))
    span = {"starts_at": "2026-10-25T01:30:00+02:00", "ends_at": "2026-10-25T03:30:00+01:00"}
    assert sync.post(PATH, record_body(help_, **span))["minutes"] == 180
    span = {"starts_at": "2026-03-29T01:30:00+01:00", "ends_at": "2026-03-29T03:30:00+02:00"}
    assert sync.post(PATH, record_body(help_, **span))["minutes"] == 60


def test_a_record_is_reversed_and_pushed_anew(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    made = sync.post(PATH, record_body(help_))
    path = f"{PATH}/{made['id']}:reverse"
    assert sync.post(path, {}, status=422)["errors"][0]["pointer"] == "/reason"
    taken = sync.post(path, {"reason": "falscher Tag"}, status=200)
    assert taken["reversal_reason"] == "falscher Tag"
    assert sync.post(path, {"reason": "noch einmal"}, status=409)["type"].endswith("record-locked")
    sync.post(PATH, record_body(help_))


def test_records_are_known_to_their_two_parties_only(world: World) -> None:
    help_ = given_help(world)
    made = world.as_(Role.PROVIDER_SYNC).post(PATH, record_body(help_))
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    stranger = world.as_(Role.PROVIDER_SYNC, provider)
    stranger.get(f"{PATH}/{made['id']}", status=404)
    stranger.post(f"{PATH}/{made['id']}:reverse", {"reason": "x"}, status=404)
    assert stranger.post(PATH, record_body(help_), status=422)["errors"][0]["code"] == "unknown"
    world.as_(Role.CASEWORKER, office).get(f"{PATH}/{made['id']}", status=404)
    world.as_(Role.CASEWORKER).post(PATH, record_body(help_), status=403)
    world.as_(Role.PLANNER).get(PATH, status=403)


def test_the_database_itself_keeps_records_as_they_are(world: World) -> None:
    help_ = given_help(world)
    made = world.as_(Role.PROVIDER_SYNC).post(PATH, record_body(help_))
    with world.kernel.engine.connect() as connection:  # the owner of the tables, whom row-level security binds too
        for statement in ("UPDATE service_record SET minutes = 91", "DELETE FROM service_record"):
            connection.execute(text("SET LOCAL ROLE handschlag_system"))
            with pytest.raises(Exception, match=r"service records are fixed|permission denied"):
                connection.execute(text(f"{statement} WHERE id = :id"), {"id": made["id"]})
            connection.rollback()


def test_a_push_costs_few_statements(world: World, statements: list[str]) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    body = record_body(help_)
    statements.clear()
    sync.post(PATH, body)
    # who am I, known key, write, read back, remember; with BEGIN and COMMIT seven round trips (at most eight)
    assert len(statements) <= 5, statements


def test_what_was_reversed_is_not_pushed_again_as_if_it_counted(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    body = record_body(help_)
    record = sync.post("/v1/service-records", body)
    sync.post(f"/v1/service-records/{record['id']}:reverse", {"reason": "falscher Tag"}, status=200)
    problem = sync.post("/v1/service-records", body, status=422)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/external_id", "reversed")]
    assert sync.post("/v1/service-records", {**body, "external_id": "LN-neu"})["id"] != record["id"]
