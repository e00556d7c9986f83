"""An agreement in each of its states, brought there over HTTP."""

from collections.abc import Callable
from typing import Any

from app.modules.agreements.models import AgreementState as S
from app.policy import OrganisationKind, Role
from tests.api import Api
from tests.stories.given import agreement_body, given_agreement, given_offer, sign
from tests.world import Party, World

OWNERS = {
    "open_negotiation": Role.PLANNER,
    "keep_version": Role.PLANNER,
    "offer_for_signature": Role.PLANNER,
    "reopen": Role.PROVIDER_LEAD,
    "sign": Role.OFFICE_HEAD,
    "withdraw": Role.PLANNER,
    "call_schiedsstelle": Role.PROVIDER_MANAGER,
    "settle": Role.PROVIDER_MANAGER,
    "record_award": Role.OFFICE_HEAD,
    "confirm_award": Role.PROVIDER_MANAGER,
    "dispute_award": Role.PROVIDER_MANAGER,
    "invite_party": Role.PLANNER,
    "remove_party": Role.PLANNER,
    "accede": Role.PROVIDER_MANAGER,
    "leave": Role.PROVIDER_MANAGER,
    "terminate": Role.OFFICE_HEAD,
    "amend": Role.PROVIDER_LEAD,
    "record_review": Role.PROVIDER_LEAD,
    "publish": Role.PLANNER,
    "unpublish": Role.PLANNER,
}
"""Somebody who may take each step."""
NOTICE = {"last_day": "2026-09-30", "reason": "Der Rat hat neue Leitlinien beschlossen."}
SHORT = {"valid_to": "2026-03-31", "continues": True}


def fields_for(world: World, action: str, agreement: dict[str, Any]) -> dict[str, Any]:
    """What belongs to a step besides its name."""
    if action == "invite_party":
        return {"provider_id": str(world.organisation(OrganisationKind.PROVIDER, "Brücke").id)}
    today = world.clock.now.date().isoformat()
    text = {"content_hash": agreement["content_hash"]}
    fields: dict[str, dict[str, Any]] = {
        "sign": {"function": "Leitung", **text},
        "accede": {"function": "Leitung", **text},
        "terminate": NOTICE,
        "leave": NOTICE,
        "keep_version": {"note": "Stand nach der 1. Runde"},
        "call_schiedsstelle": {"board": "Schiedsstelle NRW", "applied_on": today, "issues": "Die Höhe des Entgelts."},
        "record_award": {"reference": "SchSt 12/2026", "decided_on": today, **text},
        "confirm_award": text,
        "dispute_award": {"reason": "Die Schiedsstelle hat noch nicht entschieden."},
        "remove_party": {"provider_id": agreement["provider_ids"][-1], "reason": "Der Träger bietet nichts mehr an."},
        "amend": {"valid_from": "2026-08-01", "kinds": ["rate_update"], "reason": "Neuer Tarifabschluss"},
        "record_review": {"result": "keep", "note": "Beide Seiten sind zufrieden."},
    }
    return fields.get(action, {})


def take(
    world: World,
    agreement: dict[str, Any],
    action: str,
    *,
    status: int = 200,
    party: Party | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Take a step as somebody who may."""
    fields = {**fields_for(world, action, agreement), **fields}
    who = world.as_(OWNERS[action], party)
    return dict(who.act(f"/v1/agreements/{agreement['id']}", action, status=status, **fields))


def read(world: World, agreement: dict[str, Any]) -> dict[str, Any]:
    """The agreement as it is now."""
    return dict(world.as_(Role.PLANNER).get(f"/v1/agreements/{agreement['id']}"))


def amended(world: World, agreement: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The successor of an agreement, signed by both sides."""
    successor_id = take(world, agreement, "amend", **fields)["amendment_id"]
    lead = world.as_(Role.PROVIDER_LEAD)
    path = f"/v1/agreements/{successor_id}"
    lead.act(path, "open_negotiation")
    offered = dict(lead.act(path, "offer_for_signature"))
    sign(world, offered, Role.OFFICE_HEAD)
    return sign(world, offered, Role.PROVIDER_MANAGER)


def given_state(world: World, state: S) -> dict[str, Any]:
    """An agreement in this state, on 2 March 2026 or, where time has to act, later."""
    return _MAKERS[state](world)


def _drafted(world: World) -> dict[str, Any]:
    return dict(world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world)))


def _superseded(world: World) -> dict[str, Any]:
    agreement = given_agreement(world)
    amended(world, agreement, valid_from="2026-04-01")
    return later(world, agreement)


_MAKERS: dict[S, Callable[[World], dict[str, Any]]] = {
    S.DRAFT: _drafted,
    S.IN_NEGOTIATION: lambda world: take(world, _drafted(world), "open_negotiation"),
    S.WITHDRAWN: lambda world: take(world, _drafted(world), "withdraw"),
    S.BEFORE_SCHIEDSSTELLE: lambda world: take(world, stuck(world), "call_schiedsstelle"),
    S.AWAITING_SIGNATURES: given_offer,
    S.SIGNED: lambda world: given_agreement(world, valid_from="2026-04-01", retroactive_reason=None),
    S.IN_FORCE: given_agreement,
    S.UNDER_AMENDMENT: lambda world: take(world, given_agreement(world), "amend"),
    S.NOTICE_GIVEN: lambda world: take(world, given_agreement(world), "terminate"),
    S.TERMINATED: lambda world: later(world, take(world, given_agreement(world), "terminate"), days=250),
    S.EXPIRED: lambda world: later(world, given_agreement(world, valid_to="2026-03-31")),
    S.CONTINUING: lambda world: later(world, given_agreement(world, **SHORT)),
    S.SUPERSEDED: _superseded,
}


def stuck(world: World, **changes: Any) -> dict[str, Any]:
    """A service agreement (§ 78b) whose negotiation has led nowhere for more than six weeks."""
    body = {"kind": "leistung", "valid_from": "2026-07-01", "retroactive_reason": None, "billing_terms": None}
    draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, **{**body, **changes}))
    draft = take(world, draft, "open_negotiation")
    world.clock.travel(days=43)
    return draft


def given_for(world: World, action: str, state: S) -> tuple[dict[str, Any], Api]:
    """An agreement in a state in which somebody can take this step, and that somebody."""
    joint = {"provider_ids": [str(world.provider.id), str(world.organisation(OrganisationKind.PROVIDER, "Brücke").id)]}
    who = world.as_(OWNERS[action])
    if action == "accede":
        agreement, guest = given_state(world, state), world.organisation(OrganisationKind.PROVIDER, "Brücke")
        return take(world, agreement, "invite_party", provider_id=str(guest.id)), world.as_(OWNERS[action], guest)
    if action == "call_schiedsstelle":
        return stuck(world), who
    if action.endswith("_award") and state is S.AWAITING_SIGNATURES:
        return take(world, given_state(world, S.BEFORE_SCHIEDSSTELLE), "record_award"), who
    if action == "remove_party":
        drafted = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, **joint))
        return (drafted if state is S.DRAFT else take(world, drafted, "open_negotiation")), who
    if action == "leave":
        agreement = joined(world)
        return (agreement if state is S.IN_FORCE else take(world, agreement, "amend")), who
    return given_state(world, state), who


def joined(world: World, **changes: Any) -> dict[str, Any]:
    """An agreement in force with two providers."""
    second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
    offered = given_offer(world, provider_ids=[str(world.provider.id), str(second.id)], **changes)
    sign(world, offered, Role.OFFICE_HEAD)
    sign(world, offered, Role.PROVIDER_MANAGER, second)
    return sign(world, offered, Role.PROVIDER_MANAGER)


def later(world: World, agreement: dict[str, Any], days: int = 150) -> dict[str, Any]:
    """The same after a long time."""
    world.clock.travel(days=days)
    world.tick()
    return read(world, agreement)
