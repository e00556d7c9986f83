"""What is granted changes over time under four eyes; what runs out is told in time."""

from typing import Any

import pytest

from app.policy import Role
from tests.modules.cases.given import path_of, phase_body
from tests.stories.given import given_agreement
from tests.stories.helps import given_help
from tests.world import World


@pytest.fixture
def path(world: World) -> str:
    return path_of(given_help(world))


def _body(world: World, path: str, **changes: Any) -> dict[str, Any]:
    (phase,) = world.as_(Role.CASEWORKER).get(f"{path}/phases")["items"]
    return {"phase_id": phase["id"], "amount": "9.00", "valid_from": "2026-04-01", **changes}


def _course(world: World, path: str) -> list[tuple[str, str, str, str]]:
    grants = world.as_(Role.CASEWORKER).get(f"{path}/grants")["items"]
    return [(one["state"], one["amount"], one["valid_from"], one["valid_to"]) for one in grants]


def test_more_is_granted_from_a_day_on(world: World, path: str) -> None:
    caseworker, finance = world.as_(Role.CASEWORKER), world.as_(Role.FINANCE_OFFICER)
    made = caseworker.post(f"{path}/grants", _body(world, path))
    assert [step["action"] for step in made["allowed_actions"]] == ["withdraw"]
    where, version = f"{path}/grants/{made['id']}", caseworker.get(path)["version"]
    assert [step["action"] for step in finance.get(where)["allowed_actions"]] == ["release"]
    assert finance.act(where, "release")["released_at"] is not None
    assert _course(world, path) == [
        ("released", "6.00", "2026-01-01", "2026-03-31"),
        ("released", "9.00", "2026-04-01", "2026-12-31"),
    ]
    assert caseworker.get(path)["version"] > version, "a help that shows other grants is another version"
    assert [step["to_state"] for step in finance.get(f"{where}/transitions")] == ["prepared", "released"]
    finance.act(where, "release", status=409)


def test_a_grant_that_replaces_another_from_its_first_day_supersedes_it(world: World, path: str) -> None:
    caseworker, finance = world.as_(Role.CASEWORKER), world.as_(Role.FINANCE_OFFICER)
    made = caseworker.post(f"{path}/grants", _body(world, path, valid_from="2026-01-01"))
    finance.act(f"{path}/grants/{made['id']}", "release")
    assert {state[:2] for state in _course(world, path)} == {("superseded", "6.00"), ("released", "9.00")}
    assert [grant["amount"] for grant in caseworker.get(path)["grants"]] == ["9.00"]


def test_less_is_granted_for_the_future_only(world: World, path: str) -> None:
    caseworker, finance = world.as_(Role.CASEWORKER), world.as_(Role.FINANCE_OFFICER)
    made = caseworker.post(f"{path}/grants", _body(world, path, amount="2.00", valid_from="2026-02-01"))
    problem = finance.act(f"{path}/grants/{made['id']}", "release", status=409)
    assert problem["type"].endswith("less-in-the-past")
    caseworker.act(f"{path}/grants/{made['id']}", "withdraw")
    made = caseworker.post(f"{path}/grants", _body(world, path, amount="2.00", valid_from="2026-03-02"))
    finance.act(f"{path}/grants/{made['id']}", "release")


def test_four_eyes_also_where_one_person_has_both_roles(world: World, path: str) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    where = f"{path}/grants/{caseworker.post(f'{path}/grants', _body(world, path))['id']}"
    caseworker.act(where, "release", status=403)
    world.as_(Role.PROVIDER_LEAD).act(where, "withdraw", status=403)
    world.as_(Role.FINANCE_OFFICER).post(f"{path}/grants", _body(world, path), status=403)
    world.as_(Role.FINANCE_OFFICER).act(where, "release", version=9, status=412)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"phase_id": "01a20924-70b6-740e-99ad-814e90bc8738"}, "/phase_id"),
        ({"valid_from": "2027-01-01"}, "/valid_from"),
        ({"valid_to": "2027-01-01"}, "/valid_to"),
        ({"valid_to": "2026-03-01"}, "/valid_to"),
        ({"valid_to": "2026-11-30"}, "/valid_to"),
        ({"amount": "0"}, "/amount"),
    ],
)
def test_a_grant_lies_within_its_phase_and_leaves_no_rest(
    world: World, path: str, changes: dict[str, Any], pointer: str
) -> None:
    problem = world.as_(Role.CASEWORKER).post(f"{path}/grants", _body(world, path, **changes), status=422)
    assert problem["errors"][0]["pointer"] == pointer


def test_two_grants_for_one_time_are_not_prepared(world: World, path: str) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    caseworker.post(f"{path}/grants", _body(world, path))
    problem = caseworker.post(f"{path}/grants", _body(world, path, valid_from="2026-06-01"), status=409)
    assert "vorbereitet" in problem["detail"]


def test_before_the_help_runs_its_grants_wait_for_the_help(world: World) -> None:
    given_agreement(world)
    caseworker, finance = world.as_(Role.CASEWORKER), world.as_(Role.FINANCE_OFFICER)
    body = {
        "provider_id": str(world.provider.id),
        "service_kind": "section_31",
        "pseudonym": "Familie Q-17",
        "starts_on": "2026-02-01",
        "ends_on": "2026-07-31",
        "hours_per_week": "6.50",
    }
    path = path_of(caseworker.post("/v1/helps", body))
    (grant,) = caseworker.get(f"{path}/grants")["items"]
    problem = finance.act(f"{path}/grants/{grant['id']}", "release", status=409)
    assert problem["type"].endswith("guard-refused")
    caseworker.act(f"{path}/grants/{grant['id']}", "withdraw")
    assert finance.act(path, "release", status=409)["type"].endswith("nothing-granted")
    assert caseworker.get(path)["state"] == "requested"
    (phase,) = caseworker.get(f"{path}/phases")["items"]
    again = {"phase_id": phase["id"], "amount": "6.00", "valid_from": "2026-02-01"}
    caseworker.post(f"{path}/grants", again)
    assert finance.act(path, "release")["state"] == "active"


def test_an_extension_is_prepared_and_released_like_any_grant(world: World, path: str) -> None:
    caseworker, finance = world.as_(Role.CASEWORKER), world.as_(Role.FINANCE_OFFICER)
    assert caseworker.act(path, "extend", ends_on="2026-12-31", status=409)["type"].endswith("guard-refused")
    finance.act(path, "extend", ends_on="2027-03-31", status=403)
    longer = caseworker.act(path, "extend", ends_on="2027-03-31")
    assert (longer["ends_on"], longer["state"]) == ("2027-03-31", "active")
    waiting = next(grant for grant in longer["grants"] if grant["state"] == "prepared")
    assert (waiting["valid_from"], waiting["valid_to"]) == ("2027-01-01", "2027-03-31")
    finance.act(f"{path}/grants/{waiting['id']}", "release")
    assert world.as_(Role.PROVIDER_PROFESSIONAL).get("/v1/helps?on=2027-02-01")["items"] != []


def test_no_extension_without_an_agreement_for_the_time(world: World) -> None:
    given_agreement(world, valid_to="2026-12-31")
    path = path_of(given_help(world))
    problem = world.as_(Role.CASEWORKER).act(path, "extend", ends_on="2027-03-31", status=409)
    assert problem["type"].endswith("no-agreement-for-help")
    assert world.as_(Role.CASEWORKER).get(path)["ends_on"] == "2026-12-31"


def _told(world: World, what: str) -> list[Any]:
    world.tick()
    return list(world.as_(Role.OFFICE_SYNC).get(f"/v1/events?type=handschlag.help.{what}")["items"])


def test_that_the_time_runs_out_is_told_eight_weeks_before_and_on_the_day(world: World, path: str) -> None:
    world.clock.travel(days=246)  # 3 November
    assert _told(world, "expiring") == []
    world.clock.travel(days=3)
    assert len(_told(world, "expiring")) == 1
    world.as_(Role.CASEWORKER).act(path, "extend", ends_on="2027-03-31")
    world.clock.travel(days=60)
    assert _told(world, "expired") == [], "the extension began a deadline of its own"
    world.clock.travel(days=90)
    assert len(_told(world, "expiring")) == 2
    assert len(_told(world, "expired")) == 1
    assert len(world.as_(Role.PROVIDER_SYNC).get("/v1/events?type=handschlag.help.expiring")["items"]) == 2


def test_nobody_is_warned_of_a_help_that_is_over(world: World, path: str) -> None:
    world.as_(Role.CASEWORKER).act(path, "end", ended_on="2026-05-31", reason="planned")
    world.clock.travel(days=400)
    assert _told(world, "expiring") == _told(world, "expired") == []


def test_days_and_nights_are_no_hours(world: World, path: str) -> None:
    phase = phase_body(world.provider, setting="parent_work", intensity={"amount": "2.00", "unit": "days_per_week"})
    world.as_(Role.CASEWORKER).post(f"{path}/phases", phase)
    grants = world.as_(Role.CASEWORKER).get(path)["grants"]
    assert [grant["hours_per_week"] for grant in grants] == ["6.00", "0.00"]
