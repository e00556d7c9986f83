"""Phases of a help: agreed, changed, ended; who takes part through them; what does not go together."""

from typing import Any

import pytest

from app.policy import OrganisationKind, Role
from tests.modules.cases.given import path_of, phase_body
from tests.modules.offers.given import given_offer
from tests.stories.given import given_agreement, sign
from tests.stories.given import given_offer as given_talks
from tests.stories.helps import given_help, many_records, record_body
from tests.world import Party, World

REST: dict[str, Any] = {"change_reason": "So ist es verabredet."}


def given_second(world: World) -> Party:
    """Another provider, with an agreement for ambulatory help."""
    other = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    agreement = given_talks(world, provider_ids=[str(other.id)])
    sign(world, agreement, Role.OFFICE_HEAD)
    sign(world, agreement, Role.PROVIDER_MANAGER, other)
    return other


def _first(world: World, path: str) -> dict[str, Any]:
    return dict(world.as_(Role.CASEWORKER).get(f"{path}/phases")["items"][0])


def test_a_help_begins_with_a_phase_of_what_was_asked_for(world: World) -> None:
    path = path_of(given_help(world))
    phase = _first(world, path)
    assert (phase["setting"], phase["intensity"]) == ("ambulatory", {"amount": "6.00", "unit": "hours_per_week"})
    assert (phase["valid_from"], phase["valid_to"], phase["state"]) == ("2026-01-01", "2026-12-31", "agreed")
    assert [step["action"] for step in phase["allowed_actions"]] == ["end", "cancel"]
    professional = world.as_(Role.PROVIDER_PROFESSIONAL)
    assert professional.get(f"{path}/phases/{phase['id']}")["allowed_actions"] == []
    steps = professional.get(f"{path}/phases/{phase['id']}/transitions")
    assert [step["to_state"] for step in steps] == ["agreed"]


def test_another_provider_takes_part_from_its_phase_on(world: World) -> None:
    """It sees the help, its own grant and no other's, and no service record but its own."""
    given_help(world)
    second = given_second(world)
    help_ = given_help(world, pseudonym="Familie Z-1")
    path, caseworker = path_of(help_), world.as_(Role.CASEWORKER)
    there = world.as_(Role.PROVIDER_PROFESSIONAL, second)
    there.get(path, status=404)
    caseworker.act(f"{path}/phases/{_first(world, path)['id']}", "end", ended_on="2026-06-30", **REST)
    made = caseworker.post(f"{path}/phases", phase_body(second))
    assert made["valid_to"] == "2026-12-31"
    shown = there.get(path)
    assert [grant["phase_id"] for grant in shown["grants"]] == [made["id"]]
    assert [item["id"] for item in there.get("/v1/helps")["items"]] == [help_["id"]]
    assert [item["setting"] for item in there.get(f"{path}/phases?sort=-valid_from")["items"]] == ["ambulatory"] * 2
    assert len(there.get(f"{path}/grants")["items"]) == 1
    assert len(world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{path}/grants")["items"]) == 1
    assert len(caseworker.get(f"/v1/helps?provider_id={second.id}")["items"]) == 1

    sync, other = world.as_(Role.PROVIDER_SYNC), world.as_(Role.PROVIDER_SYNC, second)
    world.clock.travel(days=130)
    sync.post("/v1/service-records", record_body(help_))
    at = {"starts_at": "2026-07-02T13:00:00+02:00", "ends_at": "2026-07-02T14:00:00+02:00"}
    refused = other.post("/v1/service-records", record_body(help_, **at), status=422)
    assert refused["errors"][0]["code"] == "not_granted"
    grant = shown["grants"][0]["id"]
    world.as_(Role.FINANCE_OFFICER).act(f"{path}/grants/{grant}", "release")
    other.post("/v1/service-records", record_body(help_, **at))
    refused = sync.post("/v1/service-records", record_body(help_, **at), status=422)
    assert refused["errors"][0]["code"] == "outside_help"
    assert len(other.get("/v1/service-records")["items"]) == 1
    stranger = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    refused = world.as_(Role.PROVIDER_SYNC, stranger).post("/v1/service-records", record_body(help_), status=422)
    assert refused["errors"][0]["code"] == "unknown"


def test_a_provider_that_left_reads_the_help_as_it_was(world: World) -> None:
    """Need to know: 30 days after its part it learns nothing new, and keeps what is its own."""
    second = given_second(world)
    help_ = given_help(world)
    path, caseworker = path_of(help_), world.as_(Role.CASEWORKER)
    leaving = world.as_(Role.PROVIDER_PROFESSIONAL)
    record = world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_))
    caseworker.act(f"{path}/phases/{_first(world, path)['id']}", "end", ended_on="2026-03-31", **REST)
    caseworker.post(f"{path}/phases", phase_body(second, valid_from="2026-04-01"))
    world.clock.travel(days=40)  # 11 April: the closing report is due
    assert leaving.get(path)["state"] == "active"
    assert len(leaving.get(f"{path}/phases")["items"]) == 2
    world.clock.travel(days=30)
    caseworker.act(path, "extend", ends_on="2027-03-31")
    late = caseworker.post(f"{path}/phases", phase_body(second, setting="parent_work"))
    caseworker.post(
        f"{path}/partners", {"kind": "school", "institution": "Grundschule am Park", "valid_from": "2026-05-01"}
    )
    seen = leaving.get(path)
    assert (seen["state"], seen["ends_on"], seen["ended_on"]) == ("ended", "2026-03-31", "2026-03-31")
    assert seen["allowed_actions"] == []
    assert [step["action"] for step in leaving.get(f"{path}/transitions")] == ["create", "release"]
    assert [phase["provider_id"] for phase in leaving.get(f"{path}/phases")["items"]] == [str(world.provider.id)]
    leaving.get(f"{path}/phases/{late['id']}", status=404)
    assert leaving.get(f"{path}/partners")["items"] == []
    assert {grant["valid_to"] for grant in leaving.get(f"{path}/grants")["items"]} == {"2026-03-31"}
    for query, count in {"state=ended": 1, "state=active": 0, "on=2026-03-01": 1, "on=2026-06-01": 0}.items():
        assert len(leaving.get(f"/v1/helps?{query}")["items"]) == count, query
    assert leaving.get(f"/v1/service-records/{record['id']}")["help_id"] == help_["id"]
    assert world.as_(Role.PROVIDER_PROFESSIONAL, second).get(path)["ends_on"] == "2027-03-31"
    world.tick()
    feed = world.as_(Role.PROVIDER_SYNC).get("/v1/events?type=handschlag.help.active")["items"]
    assert len(feed) == 1, "of the release it heard, of the extension not"


RESIDENTIAL = {"service_kind": "section_35", "setting": "residential"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 409),  # the same provider and setting twice: no overlap at all
        ({"combined": True}, 409),
        ({"setting": "parent_work"}, 201),
        ({"setting": "group_offer"}, 201),
        ({"setting": "day_group", "service_kind": "section_30"}, 409),
        ({"setting": "day_group", "service_kind": "section_30", "combined": True}, 201),
        ({"valid_from": "2025-12-31"}, 422),
        ({"valid_to": "2027-01-01"}, 422),
        ({"valid_to": "2026-06-30"}, 422),
        ({"service_kind": "section_28"}, 409),
        ({"intensity": {"amount": "8.00", "unit": "days_per_week"}}, 422),
        ({"change_reason": None}, 422),
    ],
)
def test_what_goes_together_on_one_day(world: World, changes: dict[str, Any], status: int) -> None:
    path = path_of(given_help(world))
    world.as_(Role.CASEWORKER).post(f"{path}/phases", phase_body(world.provider, **changes), status=status)


def test_where_the_child_lives_all_three_agreements_are_needed(world: World) -> None:
    """§ 78a Abs. 1 Nr. 4: the setting makes § 35 residential; what is missing is named."""
    given_agreement(world, service_kinds=["section_31", "section_35"])
    path = path_of(given_help(world))
    body = phase_body(world.provider, service_kind="section_35", setting="residential", combined=True)
    problem = world.as_(Role.CASEWORKER).post(f"{path}/phases", body, status=409)
    assert problem["type"].endswith("payment-basis-missing")
    assert "Qualitätsentwicklungsvereinbarung" in problem["missing"]
    mobile = phase_body(world.provider, service_kind="section_35", setting="parent_work")
    world.as_(Role.CASEWORKER).post(f"{path}/phases", mobile)


def test_an_offer_that_is_named_is_one_of_this_provider_for_this_kind(world: World) -> None:
    path, caseworker = path_of(given_help(world)), world.as_(Role.CASEWORKER)
    second = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    foreign, other_kind = given_offer(world, second), given_offer(world, service_kinds=["section_29"])
    right = given_offer(world)
    for offer, code in ((foreign, "unknown"), (other_kind, "service_kind")):
        body = phase_body(world.provider, setting="parent_work", offer_id=offer["id"])
        problem = caseworker.post(f"{path}/phases", body, status=422)
        assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == ("/offer_id", code)
    body = phase_body(world.provider, setting="parent_work", offer_id=right["id"])
    assert caseworker.post(f"{path}/phases", body)["offer_id"] == right["id"]
    ask = {**body, "pseudonym": "Familie O-1", "starts_on": "2026-03-02", "ends_on": "2026-12-31"}
    for name in ("valid_from", "change_reason"):
        del ask[name]
    assert (
        caseworker.post("/v1/helps", {**ask, "offer_id": foreign["id"]}, status=422)["errors"][0]["code"] == "unknown"
    )
    caseworker.post("/v1/helps", {**ask, "hours_per_week": "2.00"}, status=422)
    made = caseworker.post("/v1/helps", ask)
    assert caseworker.get(f"{path_of(made)}/phases")["items"][0]["offer_id"] == right["id"]


def test_a_phase_that_has_not_begun_can_change(world: World) -> None:
    path, caseworker = path_of(given_help(world)), world.as_(Role.CASEWORKER)
    finance = world.as_(Role.FINANCE_OFFICER)
    phase = caseworker.post(f"{path}/phases", phase_body(world.provider, setting="parent_work"))
    where = f"{path}/phases/{phase['id']}"
    amount = {"amount": "3.00", "unit": "hours_per_week"}
    changed = caseworker.patch(where, {"intensity": amount, "valid_from": "2026-08-01"}, version=phase["version"])
    assert (changed["intensity"], changed["valid_from"]) == (amount, "2026-08-01")
    assert changed["version"] > phase["version"]
    grants = caseworker.get(f"{path}/grants?phase_id={phase['id']}&sort=prepared_at")["items"]
    assert sorted((grant["state"], grant["amount"]) for grant in grants) == [
        ("prepared", "3.00"),
        ("withdrawn", "4.00"),
    ]
    caseworker.patch(where, {"place": "Stadtteilhaus"}, version=1, status=412)
    for patch, pointer in (({"valid_to": None}, "/valid_to"), ({"valid_to": "2027-05-01"}, "/valid_to")):
        problem = caseworker.patch(where, patch, version=changed["version"], status=422)
        assert problem["errors"][0]["pointer"] == pointer
    waiting = next(grant for grant in grants if grant["state"] == "prepared")
    finance.act(f"{path}/grants/{waiting['id']}", "release")
    problem = caseworker.patch(where, {"valid_from": "2026-09-01"}, version=changed["version"], status=409)
    assert problem["type"].endswith("phase-begun")
    placed = caseworker.patch(where, {"place": "Stadtteilhaus"}, version=changed["version"])
    assert placed["place"] == "Stadtteilhaus"
    begun = _first(world, path)
    caseworker.patch(f"{path}/phases/{begun['id']}", {"place": "Haus"}, version=begun["version"], status=409)
    world.as_(Role.PROVIDER_LEAD).patch(where, {"place": "x"}, version=placed["version"], status=403)


def test_phases_end_within_their_days_and_fall_away_before_them(world: World) -> None:
    path, caseworker = path_of(given_help(world)), world.as_(Role.CASEWORKER)
    first = _first(world, path)
    where = f"{path}/phases/{first['id']}"
    assert caseworker.act(where, "cancel", **REST, status=409)["type"].endswith("guard-refused")
    assert caseworker.act(where, "end", ended_on="2027-01-01", **REST, status=409)["type"].endswith("guard-refused")
    world.as_(Role.PROVIDER_LEAD).act(where, "end", ended_on="2026-05-01", **REST, status=403)
    later = caseworker.post(f"{path}/phases", phase_body(world.provider, setting="parent_work"))
    gone = caseworker.act(f"{path}/phases/{later['id']}", "cancel", **REST)
    assert (gone["state"], gone["allowed_actions"]) == ("cancelled", [])
    caseworker.act(f"{path}/phases/{later['id']}", "end", ended_on="2026-08-01", **REST, status=409)
    ended = caseworker.act(where, "end", ended_on="2026-05-31", **REST)
    assert (ended["state"], ended["valid_to"]) == ("ended", "2026-05-31")
    assert [grant["valid_to"] for grant in caseworker.get(path)["grants"]] == ["2026-05-31"]
    assert caseworker.get(f"{path}/phases?state=cancelled&setting=parent_work")["items"][0]["id"] == later["id"]
    assert caseworker.get(f"{path}/phases?on=2026-07-01&state=ended")["items"] == []
    assert len(caseworker.get(f"{path}/phases?provider_id={world.provider.id}")["items"]) == 2


def test_with_a_help_its_phases_end_and_nothing_new_begins(world: World) -> None:
    path, caseworker = path_of(given_help(world)), world.as_(Role.CASEWORKER)
    later = phase_body(world.provider, setting="parent_work")
    caseworker.post(f"{path}/phases", later)
    caseworker.act(path, "end", ended_on="2026-05-31", reason="planned")
    phases = caseworker.get(f"{path}/phases")["items"]
    assert [(phase["state"], phase["allowed_actions"]) for phase in phases] == [("ended", []), ("cancelled", [])]
    assert [grant["state"] for grant in caseworker.get(f"{path}/grants")["items"]] == ["released", "withdrawn"]
    assert caseworker.post(f"{path}/phases", later, status=409)["type"].endswith("help-closed")
    grant = {"phase_id": phases[0]["id"], "amount": "5.00", "valid_from": "2026-04-01"}
    assert caseworker.post(f"{path}/grants", grant, status=409)["type"].endswith("help-closed")
    partner = {"kind": "school", "institution": "Grundschule am Park", "valid_from": "2026-05-01"}
    assert caseworker.post(f"{path}/partners", partner, status=409)["type"].endswith("help-closed")


def test_a_request_that_is_withdrawn_leaves_nothing_open(world: World) -> None:
    given_agreement(world)
    caseworker = world.as_(Role.CASEWORKER)
    body = {
        "provider_id": str(world.provider.id),
        "service_kind": "section_31",
        "pseudonym": "Familie W-1",
        "starts_on": "2026-02-01",
        "ends_on": "2026-07-31",
        "hours_per_week": "6.50",
    }
    path = path_of(caseworker.post("/v1/helps", body))
    caseworker.act(path, "withdraw")
    assert [phase["state"] for phase in caseworker.get(f"{path}/phases")["items"]] == ["cancelled"]
    assert [grant["state"] for grant in caseworker.get(f"{path}/grants")["items"]] == ["withdrawn"]
    assert world.as_(Role.PROVIDER_PROFESSIONAL).get(path)["state"] == "withdrawn"


def test_lists_of_a_provider_cost_the_same_whatever_their_length(world: World, statements: list[str]) -> None:
    help_ = given_help(world)
    professional, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    path, counts = path_of(help_), []
    for number in range(2):
        given_help(world, pseudonym=f"Familie R-{number}")
        later = phase_body(world.provider, setting="parent_work" if number else "group_offer")
        caseworker.post(f"{path}/phases", later)
        for url in ("/v1/helps", f"{path}/phases", f"{path}/grants", f"{path}/partners", f"{path}/group-offers"):
            statements.clear()
            professional.get(url)
            counts.append(len(statements))
    assert counts == [3] * 10  # who am I, the helps and their grants; the help and what belongs to it


def test_many_records_of_two_providers_are_pushed_apart(world: World) -> None:
    second = given_second(world)
    help_ = given_help(world)
    rows = many_records(help_, 3)
    for party, status in ((world.provider, 201), (second, 422)):
        for row in rows:
            world.as_(Role.PROVIDER_SYNC, party).post("/v1/service-records", row, status=status)
