"""An agreement in each of its states, brought there over HTTP."""

from typing import Any

from app.modules.agreements.models import AgreementState as S
from app.policy import Role
from tests.stories.given import agreement_body, given_agreement, given_offer
from tests.world import World

OWNERS = {
    "open_negotiation": Role.PLANNER,
    "offer_for_signature": Role.PLANNER,
    "reopen": Role.PROVIDER_LEAD,
    "sign": Role.OFFICE_HEAD,
    "terminate": Role.OFFICE_HEAD,
    "withdraw": Role.PLANNER,
}
"""Somebody who may take each step."""


def fields_for(action: str, agreement: dict[str, Any]) -> dict[str, Any]:
    """What belongs to a step besides its name."""
    if action == "sign":
        return {"function": "Leitung des Jugendamts", "content_hash": agreement["content_hash"]}
    if action == "terminate":
        return {"last_day": "2026-06-30", "reason": "Der Rat hat neue Leitlinien beschlossen."}
    return {}


def take(world: World, agreement: dict[str, Any], action: str, *, status: int = 200, **fields: Any) -> dict[str, Any]:
    """Take a step as somebody who may."""
    path = f"/v1/agreements/{agreement['id']}"
    fields = {**fields_for(action, agreement), **fields}
    return dict(world.as_(OWNERS[action]).act(path, action, status=status, **fields))


def given_state(world: World, state: S) -> dict[str, Any]:
    """An agreement in this state, on 2 March 2026 or, where time has to act, later."""
    if state in (S.DRAFT, S.IN_NEGOTIATION, S.WITHDRAWN):
        drafted = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world))
        step = {S.IN_NEGOTIATION: "open_negotiation", S.WITHDRAWN: "withdraw"}.get(state)
        return take(world, drafted, step) if step else dict(drafted)
    if state is S.AWAITING_SIGNATURES:
        return given_offer(world)
    if state is S.SIGNED:
        return given_agreement(world, valid_from="2026-04-01", retroactive_reason=None)
    if state is S.EXPIRED:
        agreement = given_agreement(world, valid_to="2026-03-31")
        return _later(world, agreement)
    agreement = given_agreement(world)
    if state is S.IN_FORCE:
        return agreement
    agreement = take(world, agreement, "terminate")
    return agreement if state is S.NOTICE_GIVEN else _later(world, agreement)


def _later(world: World, agreement: dict[str, Any]) -> dict[str, Any]:
    world.clock.travel(days=150)
    world.tick()
    return dict(world.as_(Role.PLANNER).get(f"/v1/agreements/{agreement['id']}"))
