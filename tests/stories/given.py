"""What stories begin with: an agreement both sides have signed, with a standard, a form and terms of billing."""

from typing import Any

from app.policy import Role
from tests.world import Party, World

STANDARD: dict[str, Any] = {
    "code": "HP-01",
    "title": "Hilfeplanung unter Beteiligung der Familie",
    "dimension": "process",
    "text": "Jedes Hilfeplangespräch wird mit dem Kind und seinen Eltern vorbereitet; beide kommen zu Wort.",
    "indicator": "Stellungnahme des Kindes und der Eltern im Protokoll",
    "target": "in 95 von 100 Hilfeplangesprächen",
    "evidence": "Protokoll des Hilfeplangesprächs",
    "service_kinds": ["section_30", "section_31"],
}

DEVELOPMENT_REPORT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Verlaufsbericht",
    "type": "object",
    "required": ["zeitraum", "ziele", "sicht_der_familie", "einschaetzung", "empfehlung"],
    "additionalProperties": False,
    "properties": {
        "zeitraum": {"type": "string", "title": "Berichtszeitraum", "minLength": 4, "maxLength": 100},
        "beteiligte": {
            "type": "array",
            "title": "Wer mitgewirkt hat",
            "maxItems": 20,
            "items": {"type": "string", "maxLength": 100},
        },
        "ziele": {
            "type": "array",
            "title": "Ziele aus dem Hilfeplan",
            "minItems": 1,
            "maxItems": 10,
            "items": {"$ref": "#/$defs/ziel"},
        },
        "sicht_der_familie": {"type": "string", "title": "Sicht der Familie", "minLength": 1, "maxLength": 5000},
        "einschaetzung": {"type": "string", "title": "Fachliche Einschätzung", "minLength": 1, "maxLength": 5000},
        "empfehlung": {
            "title": "Empfehlung",
            "enum": ["fortsetzen", "veraendern", "verringern", "beenden"],
        },
        "stunden_je_woche": {"type": "number", "title": "Empfohlene Stunden je Woche", "minimum": 0, "maximum": 40},
    },
    "$defs": {
        "ziel": {
            "type": "object",
            "required": ["ziel", "beobachtung", "zielerreichung"],
            "additionalProperties": False,
            "properties": {
                "ziel": {"type": "string", "title": "Ziel im Wortlaut des Hilfeplans", "maxLength": 500},
                "beobachtung": {"type": "string", "title": "Was zu beobachten war", "maxLength": 5000},
                "zielerreichung": {
                    "type": "integer",
                    "title": "Zielerreichung (-2 bis +2)",
                    "minimum": -2,
                    "maximum": 2,
                },
            },
        }
    },
}

DEVELOPMENT_REPORT_CONTENT: dict[str, Any] = {
    "zeitraum": "Januar bis Juni 2026",
    "beteiligte": ["Mutter", "Kind", "Bezugsfachkraft"],
    "ziele": [
        {
            "ziel": "Ich gehe jeden Tag zur Schule.",
            "beobachtung": "An 18 von 20 Schultagen war das Kind pünktlich.",
            "zielerreichung": 1,
        }
    ],
    "sicht_der_familie": "Die Mutter erlebt die Morgen als ruhiger.",
    "einschaetzung": "Die Tagesstruktur trägt auch ohne Begleitung.",
    "empfehlung": "verringern",
    "stunden_je_woche": 3.5,
}
"""Content that fits the form."""

BILLING_TERMS: dict[str, Any] = {
    "rate_cents": 6980,
    "unit_minutes": 60,
    "activities": {
        "direct_contact": {"billable": True},
        "collateral_contact": {"billable": True},
        "help_plan_meeting": {"billable": True},
        "report_writing": {"billable": True},
        "documentation": {"billable": True},
        "travel": {"billable": True, "percent": 50},
        "group_session": {"billable": True},
        "team_meeting": {"billable": False},
    },
    "rounding_rule": "exact_minute",
    "no_show_percent": 80,
    "no_show_max_per_month": 2,
    "submission_deadline_days": 15,
}

SAFEGUARDING_TERMS: dict[str, Any] = {
    "acknowledge_minutes": {"immediate": 15, "same_day": 60, "within_3_days": 240},
    "isef": [
        {
            "name": "Beratungsstelle Birkenallee, Fachkraft 2",
            "reachable": "Telefon der Beratungsstelle",
            "qualification": "Zertifikatskurs insoweit erfahrene Fachkraft",
        }
    ],
}


def given_standard(world: World, **changes: Any) -> dict[str, Any]:
    """A shared standard of the office; the one of this code that is there already, unless it should differ."""
    planner = world.as_(Role.PLANNER)
    known = planner.get(f"/v1/standards?youth_office_id={world.youth_office.id}")["items"]
    for standard in known if not changes else []:
        if standard["code"] == STANDARD["code"]:
            return dict(standard)
    return dict(planner.post("/v1/standards", {**STANDARD, **changes}))


def given_form(
    world: World, code: str = "verlaufsbericht", schema: dict[str, Any] = DEVELOPMENT_REPORT
) -> dict[str, Any]:
    """A form of the office with a published version; answers the version (the newest if the form is there already)."""
    planner = world.as_(Role.PLANNER)
    known = planner.get(f"/v1/forms?youth_office_id={world.youth_office.id}&code={code}")["items"]
    if known:
        return dict(planner.get(f"/v1/forms/{known[0]['id']}/versions")[-1])
    form = planner.post("/v1/forms", {"code": code, "title": "Verlaufsbericht"})
    return dict(planner.post(f"/v1/forms/{form['id']}/versions", {"schema": schema}))


def agreement_body(world: World, **changes: Any) -> dict[str, Any]:
    """A draft with everything: standard, form, clauses, terms of billing and safeguarding, from 2026-01-01."""
    body: dict[str, Any] = {
        "kind": "local_quality",
        "provider_ids": [str(world.provider.id)],
        "title": "Qualitätsvereinbarung ambulante Hilfen zur Erziehung",
        "service_kinds": ["section_30", "section_31"],
        "valid_from": "2026-01-01",
        "valid_to": None,
        "notice_period_months": 3,
        "retroactive_reason": "Die bisherige Vereinbarung endete zum Jahreswechsel; der Rat hat am 16.12. beschlossen.",
        "preamble": "Jugendamt und Träger verantworten die Hilfe gemeinsam.",
        "clauses": [
            {
                "key": "hilfeplanung",
                "title": "Hilfeplanung",
                "text": "Der Träger legt den Verlaufsbericht eine Woche vor dem Hilfeplangespräch vor.",
            },
            {
                "key": "gegenseitige-erwartungen",
                "title": "Gegenseitige Erwartungen",
                "text": "Das Jugendamt beantwortet Anfragen des Trägers binnen fünf Arbeitstagen.",
            },
        ],
        "billing_terms": BILLING_TERMS,
        "safeguarding_terms": SAFEGUARDING_TERMS,
        **changes,
    }
    if "standard_ids" not in body:
        body["standard_ids"] = [given_standard(world)["id"]]
    if "forms" not in body:
        body["forms"] = [{"purpose": "development_report", "form_version_id": given_form(world)["id"]}]
    return body


def given_offer(world: World, **changes: Any) -> dict[str, Any]:
    """An agreement on the table, waiting for its signatures."""
    planner = world.as_(Role.PLANNER)
    path = f"/v1/agreements/{planner.post('/v1/agreements', agreement_body(world, **changes))['id']}"
    planner.act(path, "open_negotiation")
    return dict(planner.act(path, "offer_for_signature"))


def sign(world: World, agreement: dict[str, Any], role: Role, party: Party | None = None) -> dict[str, Any]:
    """One party signs exactly what lies on the table."""
    function = "Leitung des Jugendamts" if role is Role.OFFICE_HEAD else "Geschäftsführung"
    path, content_hash = f"/v1/agreements/{agreement['id']}", agreement["content_hash"]
    return dict(world.as_(role, party).act(path, "sign", function=function, content_hash=content_hash))


def given_agreement(world: World, **changes: Any) -> dict[str, Any]:
    """An agreement for § 30 and § 31 that both sides signed, in force from 2026-01-01 without end.

    Args:
        changes: members of the draft's body that differ.
    """
    agreement = given_offer(world, **changes)
    sign(world, agreement, Role.OFFICE_HEAD)
    return sign(world, agreement, Role.PROVIDER_MANAGER)
