"""A help moves to another youth office (§§ 86, 86c SGB VIII): every step, every refusal, late and given back."""

from typing import Any

import pytest

from app.policy import OrganisationKind, Role
from tests.modules.cases.given import handover_body, path_of
from tests.stories.given import given_agreement
from tests.stories.helps import given_help
from tests.world import World


@pytest.fixture
def there(world: World) -> World:
    """The other youth office, which works with the same provider."""
    other = World(world.kernel, world.http, world.clock, world.ticker)
    other.provider = world.provider
    return other


@pytest.fixture
def path(world: World) -> str:
    return path_of(given_help(world))


def _offer(world: World, there: World, path: str, **changes: Any) -> str:
    body = handover_body(there.youth_office, **changes)
    return f"/v1/handovers/{world.as_(Role.CASEWORKER).post(f'{path}/handovers', body)['id']}"


def test_only_a_running_help_goes_to_another_youth_office_on_one_of_its_days(
    world: World, there: World, path: str
) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    for changes, pointer in (
        ({"receiving_office_id": str(world.youth_office.id)}, "/receiving_office_id"),
        ({"receiving_office_id": str(world.provider.id)}, "/receiving_office_id"),
        ({"effective_on": "2026-01-01"}, "/effective_on"),
        ({"effective_on": "2027-01-01"}, "/effective_on"),
    ):
        problem = caseworker.post(f"{path}/handovers", handover_body(there.youth_office, **changes), status=422)
        assert problem["errors"][0]["pointer"] == pointer
    world.as_(Role.TEAM_LEAD).post(f"{path}/handovers", handover_body(there.youth_office), status=403)
    world.as_(Role.PROVIDER_LEAD).post(f"{path}/handovers", handover_body(there.youth_office), status=403)
    caseworker.act(path, "end", ended_on="2026-05-31", reason="planned")
    problem = caseworker.post(f"{path}/handovers", handover_body(there.youth_office), status=409)
    assert problem["type"].endswith("help-closed")


def test_each_side_is_offered_its_own_steps(world: World, there: World, path: str) -> None:
    handover = _offer(world, there, path)
    giver, receiver = world.as_(Role.CASEWORKER), there.as_(Role.CASEWORKER)
    assert [step["action"] for step in giver.get(handover)["allowed_actions"]] == ["withdraw"]
    assert [step["action"] for step in receiver.get(handover)["allowed_actions"]] == ["accept", "decline"]
    assert there.as_(Role.TEAM_LEAD).get(handover)["allowed_actions"] == []
    giver.act(handover, "accept", status=409)
    giver.act(handover, "decline", reason="Nicht zuständig.", status=409)
    for api, turn in ((receiver, True), (there.as_(Role.TEAM_LEAD), False)):
        items = api.get("/v1/worklist?kind=handover_to_answer")["items"]
        assert [(item["path"], item["waiting_for"] == "me") for item in items] == [(handover, turn)]
    assert giver.get("/v1/worklist?kind=handover_to_answer")["items"] == []
    receiver.act(handover, "withdraw", status=409)
    there.as_(Role.TEAM_LEAD).act(handover, "accept", status=403)
    world.as_(Role.PROVIDER_PROFESSIONAL).get(handover, status=403)
    outsider = world.organisation(OrganisationKind.YOUTH_OFFICE, "Drittes")
    world.as_(Role.CASEWORKER, outsider).get(handover, status=404)
    assert world.as_(Role.CASEWORKER, outsider).get("/v1/handovers")["items"] == []
    for api, direction, count in (
        (giver, "outgoing", 1),
        (giver, "incoming", 0),
        (receiver, "incoming", 1),
        (receiver, "outgoing", 0),
    ):
        assert len(api.get(f"/v1/handovers?direction={direction}&state=offered")["items"]) == count


def test_declined_it_stays_where_it_is(world: World, there: World, path: str) -> None:
    handover = _offer(world, there, path)
    declined = there.as_(Role.CASEWORKER).act(handover, "decline", reason="Die Mutter wohnt in Ihrem Bezirk.")
    assert (declined["state"], declined["allowed_actions"]) == ("declined", [])
    seen = world.as_(Role.CASEWORKER).get(handover)
    assert seen["decline_reason"] == "Die Mutter wohnt in Ihrem Bezirk."
    assert world.as_(Role.CASEWORKER).get(path)["state"] == "active"
    there.as_(Role.CASEWORKER).act(handover, "accept", status=409)
    again = _offer(world, there, path)
    taken_back = world.as_(Role.CASEWORKER).act(again, "withdraw")
    assert taken_back["state"] == "withdrawn"
    steps = world.as_(Role.CASEWORKER).get(f"{again}/transitions")
    assert [step["to_state"] for step in steps] == ["offered", "withdrawn"]
    world.clock.travel(days=30)
    world.tick()
    told = there.as_(Role.OFFICE_SYNC).get("/v1/events?type=handschlag.help_handover.unanswered")["items"]
    assert told == [], "who has answered is not reminded"


def test_a_help_that_ends_meanwhile_is_not_offered_any_more(world: World, there: World, path: str) -> None:
    handover = _offer(world, there, path)
    world.as_(Role.CASEWORKER).act(path, "end", ended_on="2026-04-30", reason="planned")
    assert there.as_(Role.CASEWORKER).get(handover)["state"] == "withdrawn"


@pytest.mark.parametrize("day", ["2026-01-01", "2027-01-01"])
def test_it_is_taken_over_on_one_of_its_days(world: World, there: World, path: str, day: str) -> None:
    handover = _offer(world, there, path)
    problem = there.as_(Role.CASEWORKER).act(handover, "accept", takes_over_on=day, status=422)
    assert problem["errors"][0]["pointer"] == "/takes_over_on"
    stranger = str(world.as_(Role.CASEWORKER).account_id)
    problem = there.as_(Role.CASEWORKER).act(handover, "accept", caseworker_id=stranger, status=422)
    assert problem["errors"][0]["pointer"] == "/caseworker_id"
    assert there.as_(Role.CASEWORKER).get("/v1/helps")["items"] == []


def test_granted_late_it_begins_late_and_no_day_is_missing(world: World, there: World, path: str) -> None:
    """§ 86c Abs. 1: until the new office grants it, the former one pays."""
    given_agreement(there)
    handover = _offer(world, there, path)
    new = f"/v1/helps/{there.as_(Role.CASEWORKER).act(handover, 'accept')['new_help_id']}"
    assert there.as_(Role.CASEWORKER).get(new)["starts_on"] == "2026-05-01"
    world.clock.travel(days=70)  # 11 May
    granted = there.as_(Role.FINANCE_OFFICER).act(new, "release")
    assert (granted["starts_on"], granted["grants"][0]["valid_from"]) == ("2026-05-11", "2026-05-11")
    assert world.as_(Role.CASEWORKER).get(path)["ended_on"] == "2026-05-10"
    done = there.as_(Role.CASEWORKER).get(handover)
    assert (done["state"], done["takes_over_on"]) == ("completed", "2026-05-11")
    phases = there.as_(Role.CASEWORKER).get(f"{new}/phases")["items"]
    assert [(phase["valid_from"], phase["valid_to"]) for phase in phases] == [("2026-05-11", "2026-12-31")]
    assert world.as_(Role.CASEWORKER).get(f"{path}/phases")["items"][0]["valid_to"] == "2026-05-10"
    steps = world.as_(Role.CASEWORKER).get(f"{path}/transitions")
    assert steps[-1]["action"] == "move_away"


def test_given_back_it_goes_on_where_it_was(world: World, there: World, path: str) -> None:
    given_agreement(there)
    child = {"role": "child", "pseudonym": "Kind K-2", "identity": {"first_name": "Mia"}}
    world.as_(Role.CASEWORKER).post(f"{path}/persons", child)
    handover, receiver = _offer(world, there, path), there.as_(Role.CASEWORKER)
    new = f"/v1/helps/{receiver.act(handover, 'accept')['new_help_id']}"
    assert receiver.get(f"{new}/persons")["items"][0]["has_identity"]
    receiver.act(new, "withdraw")
    assert receiver.get(handover)["state"] == "declined"
    assert not receiver.get(f"{new}/persons")["items"][0]["has_identity"]
    assert world.as_(Role.CASEWORKER).get(path)["state"] == "active"
    assert world.as_(Role.CASEWORKER).get(f"{path}/persons")["items"][0]["has_identity"]
    _offer(world, there, path)
