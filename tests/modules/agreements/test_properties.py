"""Whatever people try in whatever order: nothing is in force that not all have signed."""

from uuid import uuid4

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.policy import OrganisationKind, Role
from tests.api import Api
from tests.stories.given import agreement_body
from tests.world import World

CONCLUDED = {"signed", "in_force", "notice_given", "terminated", "expired"}
SIDES = {
    "office": (Role.PLANNER, Role.OFFICE_HEAD),
    "provider": (Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER),
}
STEPS = [
    "open_negotiation",
    "change",
    "offer_for_signature",
    "sign",
    "sign an older text",
    "reopen",
    "withdraw",
    "terminate",
]
attempts = st.lists(st.tuples(st.sampled_from(sorted(SIDES)), st.sampled_from(STEPS)), min_size=3, max_size=14)
STRAIGHT = [
    ("office", "open_negotiation"),
    ("provider", "offer_for_signature"),
    ("office", "sign"),
    ("provider", "sign"),
    ("office", "terminate"),
]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts)
@example(STRAIGHT)
@example([*STRAIGHT[:3], ("office", "reopen"), ("office", "offer_for_signature"), ("provider", "sign")])
@example([*STRAIGHT[:3], ("office", "sign"), ("office", "sign an older text")])
def test_in_force_implies_that_all_have_signed_this_very_text(world: World, tried: list[tuple[str, str]]) -> None:
    provider = world.organisation(OrganisationKind.PROVIDER, "Lindenhof")  # one per example: nothing overlaps
    body = agreement_body(world, provider_ids=[str(provider.id)], standard_ids=[], forms=[])
    office = world.as_(Role.PLANNER)
    agreement = office.post("/v1/agreements", body)
    path, first_text = f"/v1/agreements/{agreement['id']}", agreement["content_hash"]
    for side, step in tried:
        _attempt(
            [world.as_(role, provider if side == "provider" else None) for role in SIDES[side]], path, step, first_text
        )
        now = office.get(path)
        if now["state"] in CONCLUDED:
            signed = {signature["organisation_id"] for signature in now["signatures"]}
            assert signed == {str(world.youth_office.id), str(provider.id)}
            current = office.get(f"{path}/versions")[-1]
            assert current["content_hash"] == now["content_hash"]
            assert current["offered_at"] is not None


def _attempt(people: list[Api], path: str, step: str, first_text: str) -> None:
    """Try a step as the drafter or the signatory of a side; a refusal is fine, a failure is not."""
    drafter, signatory = people
    now = drafter.get(path)
    if step == "change":
        answer = _send(drafter, "PATCH", path, now["version"], {"title": f"Fassung {now['version']}"})
    else:
        fields = {"action": step.split(maxsplit=1)[0]}
        if step.startswith("sign"):
            fields |= {"function": "F", "content_hash": now["content_hash"] if step == "sign" else first_text}
        if step == "terminate":
            fields |= {"last_day": "2026-12-31", "reason": "R"}
        who = signatory if step.startswith(("sign", "terminate")) else drafter
        answer = _send(who, "POST", f"{path}/transitions", now["version"], fields)
    assert answer.status_code in (200, 409), answer.text


def _send(who: Api, method: str, path: str, version: int, body: dict[str, str]) -> httpx.Response:
    """A request whose refusal is an answer too."""
    assert who._token is not None
    headers = {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid4()), "Authorization": f"Bearer {who._token()}"}
    return who.http.request(method, path, json=body, headers=headers)
