"""Agreements name offers and a handbook: only what the parties have published and can read."""

from typing import Any
from uuid import UUID

from app.policy import OrganisationKind, Role
from tests.modules.agreements.states import amended, take
from tests.modules.agreements.test_documents import paper, words
from tests.modules.handbooks.given import given_released
from tests.modules.offers.given import given_offer as given_service
from tests.modules.offers.given import publish, revise
from tests.stories.given import agreement_body, given_agreement
from tests.world import World

FEE: dict[str, Any] = {"kind": "ambulant_77", "standard_ids": [], "forms": []}


def test_two_offers_of_a_provider_have_a_price_each(world: World) -> None:
    first, second = given_service(world), given_service(world)
    one = given_agreement(world, **FEE, offer_ids=[first["id"]])
    two = given_agreement(world, **FEE, offer_ids=[second["id"]])
    assert {one["state"], two["state"]} == {"in_force"}
    draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, **FEE, offer_ids=[second["id"]]))
    take(world, draft, "open_negotiation")
    problem = take(world, draft, "offer_for_signature", status=409)
    assert two["number"] in problem["detail"]
    assert amended(world, one, valid_from="2026-05-01")["offer_ids"] == [first["id"]]


def test_only_what_a_party_has_published_is_named(world: World) -> None:
    other = world.organisation(OrganisationKind.PROVIDER, "Brücke")
    for offer_id in (given_service(world, provider=other)["id"], str(UUID(int=7))):
        body = agreement_body(world, **FEE, offer_ids=[offer_id])
        problem = world.as_(Role.PLANNER).post("/v1/agreements", body, status=422)
        assert [error["pointer"] for error in problem["errors"]] == ["/offer_ids/0"]


def test_a_provider_that_drafts_for_several_names_their_offers_too(world: World) -> None:
    other = world.organisation(OrganisationKind.PROVIDER, "Brücke")
    both = {"provider_ids": [str(world.provider.id), str(other.id)], "youth_office_id": str(world.youth_office.id)}
    offers = [given_service(world)["id"], given_service(world, provider=other)["id"]]
    body = agreement_body(world, **FEE, **both, offer_ids=offers)
    assert world.as_(Role.PROVIDER_LEAD).post("/v1/agreements", body)["offer_ids"] == offers


def test_a_released_shared_handbook_is_adopted(world: World) -> None:
    version = world.as_(Role.PLANNER).get(given_released(world))["version_id"]
    agreement = given_agreement(world, handbook_version_id=version)
    assert agreement["handbook_version_id"] == version
    body = agreement_body(world, handbook_version_id=str(UUID(int=7)))
    problem = world.as_(Role.PLANNER).post("/v1/agreements", body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/handbook_version_id"]


def test_what_was_signed_does_not_follow_what_is_published_later(world: World) -> None:
    service = given_service(world)
    agreement = given_agreement(world, **FEE, offer_ids=[service["id"]])
    lead, path = world.as_(Role.PROVIDER_LEAD), f"/v1/agreements/{agreement['id']}"
    [before] = lead.get(f"{path}/versions")
    [fixed] = before["content"]["offers"]
    assert (fixed["offer_id"], fixed["number"], fixed["title"]) == (service["id"], 1, service["title"])
    revise(world, service, title="Ganz anders")
    publish(world, service)
    assert lead.get(f"{path}/versions") == [before]
    printed = words(paper(world, agreement))
    assert "Fassung 1" in printed
    assert service["title"] in printed
    assert "Ganz anders" not in printed
