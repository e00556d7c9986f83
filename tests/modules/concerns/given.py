"""Concerns that tests begin with, and the bodies of their steps."""

from typing import Any

from app.policy import Role
from tests.api import Api
from tests.world import World

PATH = "/v1/concerns"
ISEF: dict[str, Any] = {
    "name": "Beratungsstelle Birkenallee, Fachkraft 2",
    "qualification": "Zertifikatskurs insoweit erfahrene Fachkraft",
    "fields": ["early_childhood", "disability"],
    "contact": "Telefon der Beratungsstelle",
    "availability": "Montag bis Freitag 9 bis 17 Uhr",
    "valid_from": "2025-01-01",
}
INDICATION: dict[str, Any] = {
    "observation": "Das Kind kam zum dritten Mal ohne Frühstück; es sagte: «Mama schläft noch.»",
    "interpretation": "Die Versorgung am Morgen ist nicht gesichert.",
    "indicators": ["child_hungry", "left_alone"],
    "source": "own",
    "observed_by": "FK-07",
}
DANGER: dict[str, Any] = {
    "reason": "Kind (2 Jahre) allein in der Wohnung, niemand öffnet",
    "danger_type": "fehlende Aufsicht",
    "calls": [{"whom": "112", "at": "2026-03-02T07:58:00Z", "result": "unterwegs"}],
    "whereabouts": "in der Wohnung",
    "skipped_because": "Zum Warten ist keine Zeit.",
}
CONTENT: dict[str, Any] = {
    "urgency": "same_day",
    "reasons": ["plan_broken"],
    "assessment": "Die Aufsicht ist trotz des Schutzplans nicht gesichert.",
    "parents_informed": "yes",
    "child_involved": "not_possible",
    "child_reason": "Alter",
    "contact": "Bereichsleitung, Telefon der Einrichtung",
    "siblings_in_household": 1,
    "measures_refused": ["Haushaltshilfe"],
    "custodians": ["Mutter, allein sorgeberechtigt"],
}
FAMILY: dict[str, Any] = {
    "protection_not_endangered": True,
    "who": ["Mutter", "Kind"],
    "child_view": "Möchte, dass morgens jemand da ist.",
    "parents_view": "Die Mutter arbeitet nachts.",
    "problem_acceptance": "accepts",
    "problem_congruence": "partly",
    "cooperation": "accepts",
    "consents_to_information": True,
}
CONSULTED: dict[str, Any] = {
    "participants": ["Fachkraft", "insoweit erfahrene Fachkraft"],
    "rating": "weighty",
    "recommended_steps": ["Gespräch mit der Mutter"],
}
MEASURES = [
    {"what": "Frühstück in der Gruppe", "owner": "FK-07", "due_on": "2026-03-20", "control": "Anwesenheit"},
    {"what": "Großmutter holt ab", "owner": "Mutter", "due_on": "2026-03-20", "control": "Gespräch"},
    {"what": "Beratungsstelle", "owner": "Mutter", "due_on": "2026-03-20", "control": "Bescheinigung"},
]


def concern_body(world: World, **changes: Any) -> dict[str, Any]:
    """Signs that a professional noticed this morning; no help is named."""
    return {
        "youth_office_id": str(world.youth_office.id),
        "children": [{"pseudonym": "Kind K-1", "age_band": "under_6", "birth_year": 2021}],
        "perceived_at": "2026-03-02T07:30:00Z",
        "indication": INDICATION,
        **changes,
    }


def given_concern(world: World, by: Api | None = None, **changes: Any) -> str:
    """The path of a concern that somebody recorded."""
    who = by or world.as_(Role.PROVIDER_PROFESSIONAL)
    return f"{PATH}/{who.post(PATH, concern_body(world, **changes))['id']}"


def given_isef(world: World, by: Role = Role.PROVIDER_LEAD, **changes: Any) -> dict[str, Any]:
    """Somebody who may be consulted."""
    return dict(world.as_(by).post("/v1/isef-profiles", {**ISEF, **changes}))


def given_asked_isef(world: World, role: Role = Role.PROVIDER_ISEF) -> dict[str, Any]:
    """One with an account of her own."""
    owner = Role.PROVIDER_LEAD if role is Role.PROVIDER_ISEF else Role.TEAM_LEAD
    account = str(world.as_(role).account_id)
    return given_isef(world, owner, account_id=account, is_shared=role is Role.ISEF)


def agree(world: World, path: str, about: str, by: Api | None = None) -> None:
    """A second professional agrees to a step."""
    who = by or world.as_(Role.PROVIDER_PROFESSIONAL)
    who.post(f"{path}/entries", {"kind": "second_opinion", "about": about, "agrees": True, "reasons": "Sehe es so"})


def fields_of(world: World, action: str, path: str) -> dict[str, Any]:
    """A sound body of each step, whatever day it is."""
    day = world.clock.now.date()
    weeks = {weeks: day.fromordinal(day.toordinal() + 7 * weeks).isoformat() for weeks in (1, 2)}
    bodies: dict[str, Any] = {
        "inform_lead": {"lead_id": str(world.as_(Role.PROVIDER_LEAD).account_id), "form": "talk"},
        "assess_no_weighty": {"participants": ["Leitung", "Fachkraft"], "reasons": "Einmalige Beobachtung"},
        "assess_monitor": {
            "participants": ["Leitung", "Fachkraft"],
            "reasons": "Noch unklar",
            "look_again_on": weeks[1],
        },
        "request_isef": {"pseudonym": "ZX-41", "question": "Wie weiter?", "facts": "Kind, fünf Jahre, kommt hungrig."},
        "record_consultation": {**CONSULTED, "responsibility_stays": True},
        "involve_family": FAMILY,
        "skip_family_involvement": {"reason_code": "endangers_protection", "reason": "Verdacht gegen den Partner"},
        "agree_protection_plan": {
            "measures": MEASURES,
            "review_on": weeks[2],
            "consequences_told": True,
            "signatures": ["Mutter"],
        },
        "review_plan": {
            "results": [{"what": "Frühstück", "fulfilment": "fulfilled"}],
            "rating": "not_weighty",
            "result": "averted",
        },
        "danger_averted": {"reasons": "Der Plan trägt.", "follow_up_on": weeks[1]},
        "declare_immediate_danger": {**DANGER, "calls": []},
        "notify_ja": CONTENT,
        "supplement": CONTENT,
        "receive_feedback": {"indications_confirmed": True, "ja_acted": True, "ja_still_active": False},
        "new_indication": {"observation": "Das Kind fehlt seit drei Tagen."},
        "handover_complete": {"residual_tasks": ["Abschlussgespräch"], "contact_arrangement": "über die Leitung"},
        "reopen": {"reason": "Neue Beobachtung"},
        "withdraw_entry_error": {"cause": "duplicate", "reason": "Doppelt eingetragen"},
    }
    return dict(bodies[action])


def ask_isef(world: World, path: str, isef: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Ask an insoweit erfahrene Fachkraft (made if none is given)."""
    isef = isef or given_isef(world)
    body = {**fields_of(world, "request_isef", path), "isef_id": isef["id"], **changes}
    return dict(world.as_(Role.PROVIDER_PROFESSIONAL).act(path, "request_isef", **body))


def step(world: World, path: str, action: str, by: Api | None = None, **changes: Any) -> dict[str, Any]:
    """Take a step soundly: the second opinion is there before where it is needed."""
    who = by or world.as_(Role.PROVIDER_LEAD)
    if action in {"assess_no_weighty", "assess_monitor", "skip_family_involvement", "danger_averted"}:
        agree(world, path, action)
    if action == "request_isef":
        return ask_isef(world, path, **changes)
    body = {**fields_of(world, action, path), **changes}
    if action == "record_consultation":
        body["consultation_id"] = who.get(path)["consultation_ids"][-1]
    if action == "review_plan":
        body.setdefault("incident", "Rückmeldung der Gruppe")
    return dict(who.act(path, action, **body))


def acknowledge(world: World, path: str) -> None:
    """The youth office acknowledges whatever it was told of the concern."""
    lead = world.as_(Role.TEAM_LEAD)
    for id_ in world.as_(Role.PROVIDER_LEAD).get(path)["notification_ids"]:
        notification = f"/v1/jugendamt-notifications/{id_}"
        if lead.get(notification)["state"] == "received":
            lead.act(notification, "acknowledge")


WAYS: dict[str, tuple[str, ...]] = {
    "noticed": (),
    "team_review": ("inform_lead",),
    "isef_requested": ("inform_lead", "request_isef"),
    "isef_done": ("inform_lead", "request_isef", "record_consultation"),
    "parents_involved": ("inform_lead", "request_isef", "record_consultation", "involve_family"),
    "plan_active": (
        "inform_lead",
        "request_isef",
        "record_consultation",
        "involve_family",
        "agree_protection_plan",
    ),
    "plan_review": (
        "inform_lead",
        "request_isef",
        "record_consultation",
        "involve_family",
        "agree_protection_plan",
        "review_plan",
    ),
    "ja_notified": ("declare_immediate_danger",),
    "ja_acknowledged": ("declare_immediate_danger", "ack"),
    "monitoring": ("inform_lead", "assess_monitor"),
    "closed_no_concern": ("inform_lead", "assess_no_weighty"),
    "closed_averted": (
        "inform_lead",
        "request_isef",
        "record_consultation",
        "involve_family",
        "agree_protection_plan",
        "review_plan",
        "danger_averted",
    ),
    "closed_handed_over": ("inform_lead", "assess_monitor", "handover_complete"),
    "withdrawn_error": ("withdraw_entry_error",),
}


def given_state(world: World, state: str) -> str:
    """The path of a concern in this state."""
    path = given_concern(world)
    for action in WAYS[state]:
        if action == "ack":
            acknowledge(world, path)
        else:
            step(world, path, action)
    assert world.as_(Role.PROVIDER_LEAD).get(path)["state"] == state
    return path
