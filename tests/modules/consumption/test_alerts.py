"""Shares of a grant that are used: told once to both sides, at what the office has set."""

from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core import clock, watches
from app.core.jobs import jobs
from app.policy import OrganisationKind, Role
from tests.modules.consumption.given import ALERTS, STRANGERS, THRESHOLDS, given_alert, given_used, look, record, told
from tests.world import World


def test_each_share_is_told_once_to_both_sides(world: World) -> None:
    help_ = given_used(world, 3)
    look(world)
    assert told(world, help_) == []
    record(world, help_, "2026-02-11T13:00:00+01:00", minutes=30)
    look(world)
    look(world)
    assert told(world, help_) == [80]
    record(world, help_, "2026-02-12T13:00:00+01:00", minutes=30)
    late = [Thread(target=look, args=(world,)) for _ in range(3)]
    for thread in late:
        thread.start()
    for thread in late:
        thread.join()
    assert told(world, help_) == told(world, help_, Role.PROVIDER_PROFESSIONAL) == [80, 100]
    world.tick()
    for role in (Role.OFFICE_SYNC, Role.PROVIDER_SYNC):
        feed = world.as_(role).get("/v1/events?type=handschlag.grant_alert.raised")["items"]
        assert [event["data"]["percent"] for event in feed] == [80, 100]
        assert feed[0]["data"]["notify"] == str(world.as_(Role.CASEWORKER).account_id)


def test_the_worker_looks_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    help_ = given_used(world, 4)
    monkeypatch.setattr(watches, "_works", [world.kernel.work])
    monkeypatch.setattr(clock, "now", lambda: world.clock.now)
    jobs.tasks["consumption.watch"](timestamp=0)
    assert told(world, help_) == [80, 100]


def test_two_shares_passed_at_once_are_both_told_and_stay_told(world: World) -> None:
    help_ = given_used(world, 4)
    look(world)
    assert told(world, help_) == [80, 100]
    for item in world.as_(Role.PROVIDER_SYNC).get(f"/v1/service-records?help_id={help_['id']}")["items"]:
        path = f"/v1/service-records/{item['id']}:reverse"
        world.as_(Role.PROVIDER_SYNC).post(path, {"reason": "Irrtum"}, status=200)
    record(world, help_, "2026-02-20T13:00:00+01:00", minutes=240)
    look(world)
    assert told(world, help_) == [80, 100]
    assert len(world.as_(Role.CASEWORKER).get("/v1/grant-consumption?percent_from=100")["items"]) == 1


def test_an_office_sets_its_own_shares(world: World) -> None:
    finance, help_ = world.as_(Role.FINANCE_OFFICER), given_used(world, 3)
    assert finance.get(THRESHOLDS)["items"] == []
    world.as_(Role.CASEWORKER).post(THRESHOLDS, {"percents": [50]}, status=403)
    world.as_(Role.PROVIDER_LEAD).get(THRESHOLDS, status=403)
    for percents in ([], [50, 50], [0], [201], [50.5], list(range(1, 12))):
        problem = finance.post(THRESHOLDS, {"percents": percents}, status=422)
        assert problem["errors"][0]["pointer"].startswith("/percents")
    made = finance.post(THRESHOLDS, {"percents": [110, 75, 50]})
    assert (made["percents"], made["set_by"]) == ([50, 75, 110], str(finance.account_id))
    look(world)
    assert told(world, help_) == [50, 75], "three of four hours are exactly 75 percent"
    world.as_(Role.OFFICE_HEAD).post(THRESHOLDS, {"percents": [60]})
    assert [item["percents"] for item in finance.get(THRESHOLDS)["items"]] == [[60], [50, 75, 110]]
    look(world)
    assert told(world, help_) == [50, 60, 75]
    stranger = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    assert world.as_(Role.FINANCE_OFFICER, stranger).get(THRESHOLDS)["items"] == []


def test_whoever_has_looked_has_it_off_the_worklist(world: World) -> None:
    alert = given_alert(world)
    path, caseworker = f"{ALERTS}/{alert['id']}", world.as_(Role.CASEWORKER)
    professional = world.as_(Role.PROVIDER_PROFESSIONAL)
    worklist = "/v1/worklist?kind=grant_used"
    items = caseworker.get(worklist)["items"]
    assert (len(items), caseworker.get(items[0]["path"])["number"]) == (2, items[0]["number"])
    world.as_(Role.FINANCE_OFFICER).post(f"{path}:acknowledge", status=403)
    seen = caseworker.post(f"{path}:acknowledge", status=200)
    assert (seen["seen_by"], seen["seen_at"]) == (str(caseworker.account_id), "2026-03-02T08:00:00Z")
    again = world.person(Role.CASEWORKER).post(f"{path}:acknowledge", status=200)
    assert again["seen_by"] == seen["seen_by"]
    assert (len(caseworker.get(worklist)["items"]), len(professional.get(worklist)["items"])) == (1, 2)
    assert professional.get(path)["seen_by"] is None
    assert len(caseworker.get(f"{ALERTS}?seen=true")["items"]) == 1
    assert len(caseworker.get(f"{ALERTS}?seen=false&grant_id={alert['grant_id']}")["items"]) == 1
    professional.post(f"{path}:acknowledge", status=200)
    assert professional.get(path)["seen_by"] == str(professional.account_id)
    for kind, role in STRANGERS.items():
        stranger = world.as_(role, world.organisation(kind, "Fremd"))
        stranger.get(path, status=404)
        stranger.post(f"{path}:acknowledge", status=404)
        assert stranger.get(ALERTS)["items"] == []


@pytest.mark.parametrize("days", [94, 300])
def test_what_ended_long_ago_is_told_no_more(world: World, days: int) -> None:
    help_ = given_used(world, 4)
    world.clock.travel(days=days)  # the grant ended on 25 February, today was 2 March
    look(world)
    assert told(world, help_) == []


def test_one_statement_looks_at_all_grants(world: World, statements: list[str]) -> None:
    look(world)
    given_used(world)
    statements.clear()
    look(world)
    quiet = len(statements)
    for _ in range(2):
        given_used(world, 4)
    statements.clear()
    look(world)
    inserts = [sent for sent in statements if sent.lstrip().startswith("INSERT INTO event")]
    assert (len(statements) - len(inserts), len(inserts)) == (quiet, 1)


def test_requests_write_no_alerts(world: World) -> None:
    """Only the service's own look does: what it wrote, nobody makes up, moves or takes back."""
    alert = given_alert(world)
    with world.kernel.engine.begin() as connection:
        rights = connection.execute(
            text(
                "SELECT has_table_privilege('handschlag_api', 'grant_alert', 'INSERT'),"
                " has_column_privilege('handschlag_api', 'grant_alert', 'percent', 'UPDATE'),"
                " has_table_privilege('handschlag_api', 'grant_alert', 'DELETE')"
            )
        ).one()
    assert (tuple(rights), UUID(alert["id"]).version) == ((False, False, False), 4)
