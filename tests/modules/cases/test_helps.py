"""Helps: asked for by the caseworker, released by a second person, ended; seen by those who take part."""

from typing import Any

import pytest

from app.policy import OrganisationKind, Role
from tests.stories.given import given_agreement
from tests.stories.helps import given_help
from tests.world import World


def _body(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "provider_id": str(world.provider.id),
        "service_kind": "section_31",
        "pseudonym": "Familie Q-17",
        "starts_on": "2026-02-01",
        "ends_on": "2026-07-31",
        "hours_per_week": "6.50",
        **changes,
    }


def test_a_help_is_asked_for_released_and_ended(world: World) -> None:
    agreement = given_agreement(world)
    caseworker, finance = world.as_(Role.CASEWORKER), world.as_(Role.FINANCE_OFFICER)
    made = caseworker.post("/v1/helps", _body(world))
    assert made["number"] == "HI-2026-0001"
    assert made["agreement_id"] == agreement["id"]
    assert [action["action"] for action in made["allowed_actions"]] == ["withdraw"]
    path = f"/v1/helps/{made['id']}"
    assert [action["action"] for action in finance.get(path)["allowed_actions"]] == ["release"]
    active = finance.act(path, "release")
    assert active["state"] == "active"
    assert active["grants"][0]["released_at"] is not None
    assert active["grants"][0]["hours_per_week"] == "6.50"
    ended = caseworker.act(path, "end", ended_on="2026-05-31", reason="planned")
    assert (ended["state"], ended["ended_on"]) == ("ended", "2026-05-31")
    steps = world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{path}/transitions")
    assert [step["to_state"] for step in steps] == ["requested", "active", "ended"]


def test_without_an_agreement_in_force_there_is_no_help(world: World) -> None:
    given_agreement(world)
    caseworker = world.as_(Role.CASEWORKER)
    for changes in ({"service_kind": "section_35"}, {"starts_on": "2025-12-01"}):
        assert caseworker.post("/v1/helps", _body(world, **changes), status=409)["type"].endswith(
            "no-agreement-for-help"
        )
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    caseworker.post("/v1/helps", _body(world, provider_id=str(other.id)), status=409)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"pseudonym": "Erika Mustermann"}, "/pseudonym"),
        ({"hours_per_week": "0"}, "/hours_per_week"),
        ({"hours_per_week": 6.5}, "/hours_per_week"),
        ({"hours_per_week": "200"}, "/hours_per_week"),
        ({"ends_on": "2026-01-01"}, ""),
        ({"starts_on": "1.2.2026"}, "/starts_on"),
        ({"service_kind": "spfh"}, "/service_kind"),
        ({"caseworker_id": "01a20924-70b6-740e-99ad-814e90bc8738"}, "/caseworker_id"),
        ({"name": "Mustermann"}, "/name"),
    ],
)
def test_bad_input_is_refused_at_its_place(world: World, changes: dict[str, Any], pointer: str) -> None:
    given_agreement(world)
    problem = world.as_(Role.CASEWORKER).post("/v1/helps", _body(world, **changes), status=422)
    assert problem["errors"][0]["pointer"] == pointer
    assert world.as_(Role.CASEWORKER).get("/v1/helps")["items"] == []


def test_steps_out_of_order_and_by_the_wrong_person_are_refused(world: World) -> None:
    given_agreement(world)
    caseworker, finance = world.as_(Role.CASEWORKER), world.as_(Role.FINANCE_OFFICER)
    path = f"/v1/helps/{caseworker.post('/v1/helps', _body(world))['id']}"
    caseworker.act(path, "release", status=403)
    world.as_(Role.PROVIDER_LEAD).act(path, "withdraw", status=403)
    problem = caseworker.act(path, "end", ended_on="2026-03-01", reason="planned", status=409)
    assert problem["allowed"] == ["withdraw"]
    finance.act(path, "release")
    finance.act(path, "release", version=1, status=412)
    assert caseworker.act(path, "withdraw", status=409)["allowed"] == ["extend", "end"]
    late = caseworker.act(path, "end", ended_on="2027-03-01", reason="planned", status=409)
    assert late["type"].endswith("guard-refused")
    assert caseworker.act(path, "end", reason="planned", status=422)["errors"][0]["pointer"] == "/ended_on"
    assert caseworker.act(path, "vanish", status=422)["errors"][0]["pointer"] == "/action"


def test_the_team_lead_says_who_leads_a_case(world: World) -> None:
    """Who leads it may read who its persons are: nobody takes a case."""
    path, other = f"/v1/helps/{given_help(world)['id']}", world.person(Role.CASEWORKER)
    team_lead = world.as_(Role.TEAM_LEAD)
    other.act(path, "assign", caseworker_id=str(other.account_id), status=403)
    assert [action["action"] for action in team_lead.get(path)["allowed_actions"]] == ["assign"]
    problem = team_lead.act(path, "assign", caseworker_id=str(team_lead.account_id), status=422)
    assert problem["errors"][0]["pointer"] == "/caseworker_id"
    assert team_lead.act(path, "assign", caseworker_id=str(other.account_id))["caseworker_id"] == str(other.account_id)
    other.act(path, "end", ended_on="2026-05-31", reason="planned")
    team_lead.act(path, "assign", caseworker_id=str(other.account_id), status=409)


def test_a_help_is_known_to_its_two_parties_only(world: World) -> None:
    path = f"/v1/helps/{given_help(world)['id']}"
    world.as_(Role.PROVIDER_PROFESSIONAL).get(path)
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.PROVIDER_PROFESSIONAL, provider).get(path, status=404)
    world.as_(Role.CASEWORKER, office).get(path, status=404)
    world.as_(Role.FINANCE_OFFICER, office).act(path, "release", version=1, status=404)
    world.as_(Role.PLANNER).get(path, status=403)
    assert world.as_(Role.CASEWORKER, office).get("/v1/helps")["items"] == []


def test_helps_are_found_by_what_is_known_of_them(world: World) -> None:
    given_help(world)
    caseworker = world.as_(Role.CASEWORKER)
    for query, count in {
        "state=active": 1,
        "state=ended": 0,
        f"provider_id={world.provider.id}": 1,
        f"caseworker_id={caseworker.account_id}": 1,
        "service_kind=section_31": 1,
        "on=2026-06-01": 1,
        "on=2027-06-01": 0,
    }.items():
        assert len(caseworker.get(f"/v1/helps?{query}")["items"]) == count, query


def test_a_list_costs_the_same_whatever_its_length(world: World, statements: list[str]) -> None:
    given_help(world)
    caseworker = world.as_(Role.CASEWORKER)
    counts = []
    for number in range(2):
        given_help(world, pseudonym=f"Familie R-{number}")
        statements.clear()
        caseworker.get("/v1/helps")
        counts.append(len(statements))
    assert counts == [3, 3], statements  # who am I, the helps, their grants


SET = {"standard_ids": [], "forms": [], "service_kinds": ["section_34"], "retroactive_reason": None}


def test_residential_help_needs_all_three_agreements(world: World) -> None:
    """§ 78b Abs. 1 SGB VIII: service, fee and quality development; without one of them nothing is paid."""
    caseworker = world.as_(Role.CASEWORKER)
    body = _body(world, service_kind="section_34", starts_on="2026-03-02")
    given_agreement(world, **SET, kind="entgelt", valid_from="2026-03-02")
    problem = caseworker.post("/v1/helps", body, status=409)
    assert problem["type"].endswith("payment-basis-missing")
    assert "Leistungsvereinbarung" in problem["detail"]
    assert "Qualitätsentwicklungsvereinbarung" in problem["detail"]
    for kind in ("leistung", "qualitaetsentwicklung"):
        caseworker.post("/v1/helps", body, status=409)
        given_agreement(world, **SET, kind=kind, billing_terms=None, valid_from="2026-03-02")
    made = caseworker.post("/v1/helps", body)
    assert world.as_(Role.FINANCE_OFFICER).act(f"/v1/helps/{made['id']}", "release")["state"] == "active"


def test_a_refusal_speaks_the_readers_language(world: World) -> None:
    given_agreement(world)
    caseworker = world.as_(Role.CASEWORKER)
    path = f"/v1/helps/{caseworker.post('/v1/helps', _body(world))['id']}"
    problem = caseworker.act(path, "end", status=409, ended_on="2026-03-01", reason="planned")
    assert problem["detail"] == "Im Zustand «beantragt, Bewilligung offen» gibt es diesen Schritt nicht."
    problem = caseworker.get("/v1/helps?sort=x", status=422)
    assert " oder " in problem["errors"][0]["detail"]
    assert " or " not in problem["errors"][0]["detail"]
