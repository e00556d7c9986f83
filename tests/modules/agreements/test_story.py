"""The story of an agreement over HTTP: drafted, negotiated, signed by both sides, in force, at an end."""

import hashlib
import json
from typing import Any

import pytest

from app.policy import OrganisationKind, Role
from tests.modules.agreements.states import take
from tests.stories.given import agreement_body, given_agreement, given_offer, sign
from tests.world import World


def test_planner_drafts_both_sides_negotiate_and_sign(world: World) -> None:
    planner, lead = world.as_(Role.PLANNER), world.as_(Role.PROVIDER_LEAD)
    body = agreement_body(world, valid_from="2026-03-02", retroactive_reason=None)
    agreement = planner.post("/v1/agreements", body)
    assert agreement["number"] == "QV-2026-0001"
    assert agreement["youth_office_id"] == str(world.youth_office.id)
    path = f"/v1/agreements/{agreement['id']}"
    planner.act(path, "open_negotiation")
    lead.patch(path, {"billing_terms": {"rate_cents": 7120}}, version=2, status=409)  # the office holds the pen
    changed = planner.patch(path, {"billing_terms": {"rate_cents": 7120}}, version=2)
    assert changed["billing_terms"] == {**agreement["billing_terms"], "rate_cents": 7120}
    assert changed["content_hash"] != agreement["content_hash"]
    offered = lead.act(path, "offer_for_signature")
    assert sign(world, offered, Role.PROVIDER_MANAGER)["state"] == "awaiting_signatures"
    signed = sign(world, offered, Role.OFFICE_HEAD)
    assert signed["state"] == "in_force"
    assert [signature["function"] for signature in signed["signatures"]] == [
        "Geschäftsführung",
        "Leitung des Jugendamts",
    ]
    steps = [step["action"] for step in lead.get(f"{path}/transitions")]
    assert steps == ["create", "open_negotiation", "offer_for_signature", "sign", "sign", "conclude", "start"]


def test_the_provider_may_draft_too(world: World) -> None:
    lead = world.as_(Role.PROVIDER_LEAD)
    body = agreement_body(world, youth_office_id=str(world.youth_office.id))
    agreement = lead.post("/v1/agreements", body)
    path = f"/v1/agreements/{agreement['id']}"
    lead.act(path, "open_negotiation")
    world.as_(Role.PLANNER).act(path, "offer_for_signature")
    sign(world, agreement, Role.OFFICE_HEAD)
    assert sign(world, agreement, Role.PROVIDER_MANAGER)["state"] == "in_force"


def test_one_agreement_joins_an_office_and_several_providers(world: World) -> None:
    second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
    offered = given_offer(world, provider_ids=[str(world.provider.id), str(second.id)])
    sign(world, offered, Role.OFFICE_HEAD)
    assert sign(world, offered, Role.PROVIDER_MANAGER)["state"] == "awaiting_signatures"
    signed = sign(world, offered, Role.PROVIDER_MANAGER, second)
    assert signed["state"] == "in_force"
    assert signed["provider_ids"] == [str(world.provider.id), str(second.id)]
    path = f"/v1/agreements/{signed['id']}"
    notice: dict[str, Any] = {"last_day": "2026-12-31", "reason": "Wir schließen den Standort."}
    refused = world.as_(Role.PROVIDER_MANAGER, second).act(path, "terminate", status=409, **notice)
    assert "nur das Jugendamt" in refused["reasons"][0]
    assert world.as_(Role.OFFICE_HEAD).act(path, "terminate", **notice)["ends_on"] == "2026-12-31"


def test_a_future_start_comes_at_midnight_in_berlin(world: World) -> None:
    signed = given_agreement(world, valid_from="2026-04-01", retroactive_reason=None)
    assert signed["state"] == "signed"
    path = f"/v1/agreements/{signed['id']}"
    planner = world.as_(Role.PLANNER)
    world.clock.set(world.clock.now.replace(month=3, day=31, hour=21, minute=59, second=59))
    world.tick()
    assert planner.get(path)["state"] == "signed"
    world.clock.travel(seconds=1)
    world.tick()
    assert planner.get(path)["state"] == "in_force"
    world.tick()
    assert [step["action"] for step in planner.get(f"{path}/transitions")][-2:] == ["conclude", "start"]


def test_an_agreement_expires_after_its_last_day(world: World) -> None:
    signed = given_agreement(world, valid_to="2026-03-31")
    path, planner = f"/v1/agreements/{signed['id']}", world.as_(Role.PLANNER)
    world.clock.set(world.clock.now.replace(month=3, day=31, hour=21, minute=59, second=59))
    world.tick()
    assert planner.get(path)["state"] == "in_force"
    world.clock.travel(seconds=1)
    world.tick()
    assert planner.get(path)["state"] == "expired"


def test_what_was_down_for_months_catches_up_in_order(world: World) -> None:
    signed = given_agreement(world, valid_from="2026-04-01", valid_to="2026-05-31", retroactive_reason=None)
    world.clock.travel(days=200)
    world.tick()
    steps = world.as_(Role.PLANNER).get(f"/v1/agreements/{signed['id']}/transitions")
    assert [step["action"] for step in steps][-2:] == ["start", "expire"]


def test_notice_keeps_its_period_and_the_agreement_holds_until_its_last_day(world: World) -> None:
    agreement = given_agreement(world, notice_period_months=3)
    refused = take(world, agreement, "terminate", status=409, last_day="2026-06-01")
    assert refused["reasons"] == ["Die Kündigungsfrist läuft bis 02.06.2026."]
    noticed = take(world, agreement, "terminate", last_day="2026-06-02")
    assert (noticed["state"], noticed["ends_on"]) == ("notice_given", "2026-06-02")
    assert noticed["notice_reason"]
    world.clock.travel(days=92)
    world.tick()
    path = f"/v1/agreements/{agreement['id']}"
    assert world.as_(Role.PLANNER).get(path)["state"] == "notice_given"
    world.clock.travel(days=1)
    world.tick()
    assert world.as_(Role.PLANNER).get(path)["state"] == "terminated"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"last_day": "2026-03-31", "is_extraordinary": True}, "Anpassung"),
        ({"last_day": "2026-03-01", "is_extraordinary": True, "is_adaptation_tried": True}, "Vergangenheit"),
        ({"last_day": "2027-01-01"}, "nach dem vereinbarten Ende"),
    ],
)
def test_notice_is_refused(world: World, fields: dict[str, Any], reason: str) -> None:
    agreement = given_agreement(world, valid_to="2026-12-31")
    problem = take(world, agreement, "terminate", status=409, **fields)
    assert reason in problem["reasons"][0]


def test_extraordinary_notice_after_an_adaptation_was_tried(world: World) -> None:
    agreement = given_agreement(world, valid_to="2026-12-31")
    fields: dict[str, Any] = {"last_day": "2026-03-02", "is_extraordinary": True, "is_adaptation_tried": True}
    take(world, agreement, "terminate", **fields)
    world.clock.travel(days=1)
    world.tick()
    assert world.as_(Role.PLANNER).get(f"/v1/agreements/{agreement['id']}")["state"] == "terminated"


def test_reopening_begins_the_next_version_and_keeps_the_old_with_its_signature(world: World) -> None:
    offered = given_offer(world)
    path, lead = f"/v1/agreements/{offered['id']}", world.as_(Role.PROVIDER_LEAD)
    sign(world, offered, Role.OFFICE_HEAD)
    again = lead.act(path, "reopen")
    assert (again["state"], again["text_number"], again["signatures"]) == ("in_negotiation", 2, [])
    changed = {"title": "Qualitätsvereinbarung, zweiter Entwurf"}
    world.as_(Role.PLANNER).patch(path, changed, version=again["version"])
    offered = lead.act(path, "offer_for_signature")
    sign(world, offered, Role.PROVIDER_MANAGER)
    assert sign(world, offered, Role.OFFICE_HEAD)["state"] == "in_force"
    first, second = lead.get(f"{path}/versions")
    assert (first["number"], len(first["signatures"])) == (1, 1)
    assert (second["number"], len(second["signatures"])) == (2, 2)
    assert first["content"]["title"] != second["content"]["title"]


def test_anybody_can_check_what_was_signed(world: World) -> None:
    agreement = given_agreement(world)
    (version,) = world.as_(Role.PROVIDER_MANAGER).get(f"/v1/agreements/{agreement['id']}/versions")
    canonical = json.dumps(version["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == version["content_hash"] == agreement["content_hash"]
    assert version["content"]["agreement"] == agreement["number"]
    assert version["content"]["provider_ids"] == [str(world.provider.id)]
    assert version["content"]["billing_terms"]["rate_cents"] == 6980


def test_both_sides_learn_of_every_step(world: World) -> None:
    agreement = given_agreement(world)
    world.tick()
    for role in (Role.OFFICE_SYNC, Role.PROVIDER_SYNC):
        steps = world.as_(role).get(f"/v1/agreements/{agreement['id']}/transitions")
        assert steps[-1]["to_state"] == "in_force"


def test_a_signature_tells_who_signed_as_they_were_called_then(world: World) -> None:
    agreement = given_agreement(world)
    [office, provider] = sorted(
        agreement["signatures"], key=lambda one: one["organisation_id"] != agreement["youth_office_id"]
    )
    assert (office["name"], provider["name"]) == (Role.OFFICE_HEAD.title_de, Role.PROVIDER_MANAGER.title_de)
    head = f"/v1/accounts/{office['account_id']}"
    world.as_(Role.OFFICE_ADMIN).patch(head, {"name": "Neue Leitung"}, version=1)
    [version] = world.as_(Role.PLANNER).get(f"/v1/agreements/{agreement['id']}/versions")
    assert Role.OFFICE_HEAD.title_de in {signature["name"] for signature in version["signatures"]}
