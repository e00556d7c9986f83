"""The story of an agreement over HTTP: drafted, negotiated, signed by both, in force."""

from app.policy import Role
from tests.stories.given import given_agreement
from tests.world import World


def test_draft_negotiate_sign_in_force(world: World) -> None:
    agreement = given_agreement(world)
    assert agreement["state"] == "in_force"
    assert agreement["number"] == "QV-2026-0001"
    path = f"/v1/agreements/{agreement['id']}/transitions"
    steps = [step["action"] for step in world.as_(Role.PROVIDER_LEAD).get(path)]
    assert steps == ["create", "open_negotiation", "offer_for_signature", "sign", "sign", "conclude", "start"]
