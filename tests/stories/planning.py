"""Help plans that stories begin with."""

from copy import deepcopy
from typing import Any

from app.policy import Role
from tests.stories.given import given_agreement
from tests.stories.helps import given_help
from tests.world import World

Json = dict[str, Any]
CHILD: Json = {
    "role": "child",
    "label": "Kind Q-17",
    "own_words": "Ich will, dass Mama und ich morgens nicht streiten.",
    "understood": "yes",
    "consents": "yes",
}
MOTHER: Json = {
    "role": "mother",
    "attended": True,
    "own_words": "Ich schaffe die Morgen nicht allein.",
    "understood": "yes",
    "consents": "yes",
}
GOAL: Json = {
    "key": "schule",
    "level": "action",
    "owner": "child",
    "life_area": "school_work",
    "text": "Ich gehe jeden Tag zur Schule.",
    "indicator": "Anwesenheit laut Klassenbuch",
    "baseline": "an drei von fünf Tagen",
    "target": "an fünf von fünf Tagen",
    "due_on": "2026-06-30",
    "tasks": [{"what": "Wecker stellen", "who": "Kind", "until": "2026-03-15"}],
}
CONTENT: Json = {
    "need": "Das Kind fehlt oft in der Schule; die Morgen sind von Streit bestimmt.",
    "services": ["Sozialpädagogische Familienhilfe"],
    "intensity": "6 Stunden je Woche",
    "resources": [
        {"kind": "own", "text": "Das Kind geht gern zur Schule.", "why_not_enough": "Es kommt morgens nicht los."},
        {"kind": "family", "text": "Die Großmutter hilft.", "why_not_enough": "Sie arbeitet in Schichten."},
        {"kind": "social_space", "text": "Frühstück im Treff.", "why_not_enough": "Er öffnet erst um neun."},
    ],
    "group_offers": [{"text": "Elterncafé", "is_chosen": False, "reason": "Die Mutter arbeitet nachmittags."}],
    "goals": [GOAL],
    "duties": [{"function": "Bezugsfachkraft", "text": "begleitet die Morgen"}],
    "partners": [{"kind": "school", "function": "Klassenleitung", "agreed": "meldet Fehlzeiten am selben Tag"}],
    "participants": [CHILD, MOTHER],
}
PERSPECTIVE: Json = {
    "kind": "return_home",
    "reasons": "Die Mutter will das Kind zurück, das Kind will nach Hause.",
    "conditions": "Die Wohnung ist gefunden, die Morgen gelingen an Wochenenden.",
    "services_for_parents": "Beratung der Mutter jede Woche (§ 37 SGB VIII)",
    "until": "2026-12-31",
    "progress": "Die Besuche am Wochenende haben begonnen.",
}
DECISION: Json = {
    "professionals": [{"function": "fallführende Fachkraft"}, {"function": "Teamleitung ASD"}],
    "decided_on": "2026-03-02",
    "reasons": "Eigene Kräfte reichen nicht; ambulante Hilfe ist geeignet und notwendig.",
}


def content(**changes: Any) -> Json:
    """A whole plan for a help at home."""
    return deepcopy({**CONTENT, **changes})


def given_residential(world: World, count: int = 1) -> list[Json]:
    """Running helps in a home (§ 34), under the three agreements of § 78b, which reach into no past."""
    terms: Json = {"standard_ids": [], "forms": [], "service_kinds": ["section_34"], "valid_from": "2026-03-02"}
    unpriced: Json = {"billing_terms": None}
    for kind, changes in (("leistung", unpriced), ("entgelt", {}), ("qualitaetsentwicklung", unpriced)):
        given_agreement(world, **terms, kind=kind, retroactive_reason=None, **changes)
    start: Json = {"service_kind": "section_34", "starts_on": "2026-03-02"}
    return [given_help(world, pseudonym=f"Familie W-{place}", **start) for place in range(count)]


def given_plan(world: World, help_: Json | None = None, **changes: Any) -> Json:
    """A draft with everything, of a help that is running (made unless given)."""
    caseworker = world.as_(Role.CASEWORKER)
    plan = caseworker.post("/v1/help-plans", {"help_id": (help_ or given_help(world))["id"]})
    return dict(caseworker.patch(path_of(plan), content(**changes), version=plan["version"]))


def given_consulted(world: World, help_: Json | None = None, **changes: Any) -> Json:
    """A plan the team has decided on and the participants consult about."""
    path = path_of(given_plan(world, help_, **changes))
    caseworker = world.as_(Role.CASEWORKER)
    caseworker.act(path, "decide", **DECISION)
    caseworker.act(path, "consult")
    return dict(caseworker.get(path))


def given_confirmed(world: World, help_: Json | None = None, **changes: Any) -> Json:
    """A plan in force."""
    path = path_of(given_consulted(world, help_, **changes))
    world.as_(Role.CASEWORKER).act(path, "confirm")
    return dict(world.as_(Role.CASEWORKER).get(path))


def given_reviewed(world: World, plan: Json) -> Json:
    """A plan in force again after a review that changed nothing but heard everybody anew."""
    caseworker, path = world.as_(Role.CASEWORKER), path_of(plan)
    under = caseworker.act(path, "review")
    changes: Json = {"participants": [CHILD, MOTHER]}
    if under["perspective"]:
        changes["perspective"] = {"progress": "Die Besuche gelingen."}
    caseworker.patch(path, changes, version=under["version"])
    return dict(caseworker.act(path, "confirm"))


def given_meeting(world: World, help_: Json, **changes: Any) -> Json:
    """A review meeting that is set for the same day at noon."""
    body = {
        "help_id": help_["id"],
        "kind": "review",
        "starts_at": world.clock.now.replace(hour=12).isoformat(),
        "place": "Jugendamt, Raum 3",
        "agenda": ["Wie geht es?", "Ziele"],
        "participants": [{"role": "child", "label": "Kind Q-17"}, {"role": "mother"}],
        **changes,
    }
    return dict(world.as_(Role.CASEWORKER).post("/v1/help-plan-meetings", body))


def given_held(world: World, help_: Json, **changes: Any) -> Json:
    """A meeting that was held with child and mother."""
    path = f"/v1/help-plan-meetings/{given_meeting(world, help_, **changes)['id']}"
    came = [{**CHILD, "attended": True}, MOTHER]
    return dict(world.as_(Role.CASEWORKER).act(path, "hold", participants=came))


def path_of(plan: Json) -> str:
    return f"/v1/help-plans/{plan['id']}"
