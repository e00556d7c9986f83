"""Quality dialogues in their states, brought there over HTTP."""

from typing import Any

from app.modules.dialogues.models import DialogueState as S
from app.policy import OrganisationKind, Role
from tests.stories.given import given_standard
from tests.world import Party, World

ATTENDED = "Bereichsleitung"


def plan_body(world: World, *others: Party, **changes: Any) -> dict[str, Any]:
    """A dialogue on 4 May 2026 about the year before, with the provider and others."""
    return {
        "title": "Qualitätsdialog ambulante Hilfen",
        "provider_ids": [str(party.id) for party in (world.provider, *others)],
        "standard_ids": [given_standard(world)["id"]],
        "period_from": "2025-01-01",
        "period_to": "2025-12-31",
        "meeting_at": "2026-05-04T07:00:00Z",
        "agenda": ["Standards der Hilfeplanung", "Berichtswesen"],
        **changes,
    }


def given_planned(world: World, *others: Party, **changes: Any) -> dict[str, Any]:
    return dict(world.as_(Role.PLANNER).post("/v1/quality-dialogues", plan_body(world, *others, **changes)))


def act(world: World, dialogue: dict[str, Any], action: str, *, status: int = 200, **fields: Any) -> dict[str, Any]:
    """Take a step as the planner (or the office head, who confirms)."""
    own: dict[str, dict[str, Any]] = {
        "hold": {"attendance": [{"organisation_id": str(world.provider.id), "function": ATTENDED}]},
        "minute": {"minutes": "Beide Seiten sehen die Hilfeplanung auf gutem Weg."},
        "cancel": {"reason": "Der Standard wird überarbeitet."},
        "confirm": {"function": "Leitung", "minutes_hash": dialogue.get("minutes_hash") or "0" * 64},
    }
    path = f"/v1/quality-dialogues/{dialogue['id']}"
    return dict(world.as_(Role.PLANNER).act(path, action, status=status, **{**own.get(action, {}), **fields}))


def confirm(world: World, dialogue: dict[str, Any], role: Role, party: Party | None = None) -> dict[str, Any]:
    path, text = f"/v1/quality-dialogues/{dialogue['id']}", dialogue["minutes_hash"]
    return dict(world.as_(role, party).act(path, "confirm", function="Leitung", minutes_hash=text))


def given_invited(world: World, *others: Party, **changes: Any) -> dict[str, Any]:
    return act(world, given_planned(world, *others, **changes), "invite")


def given_held(world: World, *others: Party, meeting_at: str | None = None) -> dict[str, Any]:
    """A dialogue whose meeting is today."""
    at = meeting_at or world.clock.now.isoformat()
    return act(world, given_invited(world, *others, meeting_at=at), "hold")


def given_minuted(world: World, *others: Party) -> dict[str, Any]:
    return act(world, given_held(world, *others), "minute")


def given_agreed(world: World) -> dict[str, Any]:
    dialogue = given_minuted(world)
    confirm(world, dialogue, Role.OFFICE_HEAD)
    return confirm(world, dialogue, Role.PROVIDER_LEAD)


def given_state(world: World, state: S) -> dict[str, Any]:
    makers: dict[S, Any] = {
        S.PLANNED: given_planned,
        S.INVITED: given_invited,
        S.HELD: given_held,
        S.MINUTED: given_minuted,
        S.AGREED: given_agreed,
        S.CLOSED: lambda world: act(world, given_agreed(world), "close"),
        S.CANCELLED: lambda world: act(world, given_planned(world), "cancel"),
    }
    return dict(makers[state](world))


def given_measure(world: World, dialogue: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A measure of the provider, due at the end of September."""
    body = {"text": "Vorlage erarbeiten.", "owner_id": str(world.provider.id), "due_on": "2026-09-30", **changes}
    return dict(world.as_(Role.PLANNER).post(f"/v1/quality-dialogues/{dialogue['id']}/measures", body))


def second_provider(world: World) -> Party:
    return world.organisation(OrganisationKind.PROVIDER, "Brücke")
