"""Notices that tests begin with."""

from typing import Any

from app.policy import Role
from tests.stories.helps import given_help
from tests.world import World

PATH = "/v1/notices"
SENDERS = {
    "change_of_professional": Role.PROVIDER_LEAD,
    "change_of_caseworker": Role.CASEWORKER,
    "interruption": Role.PROVIDER_PROFESSIONAL,
    "absence": Role.PROVIDER_PROFESSIONAL,
    "contact_loss": Role.PROVIDER_PROFESSIONAL,
    "special_incident": Role.PROVIDER_PROFESSIONAL,
    "request_for_information": Role.CASEWORKER,
    "change_of_need": Role.PROVIDER_PROFESSIONAL,
    "appointment_change": Role.CASEWORKER,
    "other": Role.TEAM_LEAD,
}
"""Somebody who may send each kind."""
FIELDS: dict[str, dict[str, Any]] = {
    "change_of_professional": {"function": "Bezugsfachkraft", "from_day": "2026-03-09"},
    "change_of_caseworker": {"from_day": "2026-04-01", "substitution_until": "2026-04-10"},
    "interruption": {"from_day": "2026-03-02", "to_day": "2026-03-20", "reason": "clinic"},
    "absence": {"from_day": "2026-03-02", "reason": "illness"},
    "contact_loss": {"missed_on": ["2026-02-25", "2026-02-27"], "attempts": "Zwei Anrufe, ein Besuch"},
    "special_incident": {
        "text": "Auseinandersetzung zwischen zwei Jugendlichen in der Gruppe.",
        "occurred_at": "2026-03-02T06:00:00Z",
        "category": "by_young_people",
        "immediate_measures": "Getrennte Gruppen, ärztliche Untersuchung.",
        "authority_informed": "yes",
        "authority_informed_at": "2026-03-02T07:30:00Z",
    },
    "request_for_information": {"text": "Wie viele Stunden wurden im Februar geleistet?"},
    "change_of_need": {"text": "Die Familie kommt ohne Begleitung durch den Morgen.", "change": "less"},
    "appointment_change": {"planned_at": "2026-03-05T09:00:00Z", "moved_to": "2026-03-06T09:00:00Z"},
    "other": {"text": "Die Außenstelle ist am Freitag geschlossen."},
}


def body_of(help_: dict[str, Any], kind: str, **changes: Any) -> dict[str, Any]:
    """A sound notice of this kind."""
    return {"kind": kind, "help_id": help_["id"], **FIELDS[kind], **changes}


def given_notice(
    world: World, kind: str = "request_for_information", *, by: Role | None = None, help_: Any = None, **changes: Any
) -> dict[str, Any]:
    """A notice that was sent, about a help (made if none is given)."""
    body = body_of(help_ or given_help(world), kind, **changes)
    return dict(world.as_(by or SENDERS[kind]).post(PATH, body))


def path_of(notice: dict[str, Any]) -> str:
    return f"{PATH}/{notice['id']}"
