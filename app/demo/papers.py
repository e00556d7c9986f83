"""What the people of the demonstration write: a standard, a form, an agreement, a report, a notification."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.demo.people import HILDEN

BERLIN = ZoneInfo("Europe/Berlin")

STANDARD = {
    "code": "HP-01",
    "title": "Hilfeplanung unter Beteiligung der Familie",
    "dimension": "process",
    "text": "Jedes Hilfeplangespräch wird mit dem jungen Menschen und seinen Eltern vorbereitet; beide kommen zu Wort.",
    "indicator": "Eigene Worte des Kindes und der Eltern im Protokoll",
    "target": "95 von 100 Gesprächen",
    "evidence": "Protokoll des Hilfeplangesprächs",
}
FORM = {
    "type": "object",
    "required": ["verlauf", "ziele", "sicht_der_familie", "empfehlung"],
    "additionalProperties": False,
    "properties": {
        "verlauf": {"type": "string", "title": "Verlauf", "minLength": 10, "maxLength": 5000},
        "ziele": {
            "type": "array",
            "title": "Ziele aus dem Hilfeplan",
            "minItems": 1,
            "maxItems": 10,
            "items": {
                "type": "object",
                "required": ["ziel", "zielerreichung"],
                "additionalProperties": False,
                "properties": {
                    "ziel": {"type": "string", "title": "Ziel", "maxLength": 500},
                    "zielerreichung": {"type": "integer", "title": "Zielerreichung", "minimum": -2, "maximum": 2},
                },
            },
        },
        "sicht_der_familie": {"type": "string", "title": "Sicht der Familie", "maxLength": 5000},
        "empfehlung": {"title": "Empfehlung", "enum": ["fortsetzen", "veraendern", "verringern", "beenden"]},
    },
}
REPORT = {
    "verlauf": "Die Familie hat die Morgenroutine in drei von vier Wochen gehalten.",
    "ziele": [{"ziel": "Ich gehe jeden Tag pünktlich zur Schule.", "zielerreichung": 1}],
    "sicht_der_familie": "„Morgens ist es jetzt ruhiger“, sagt die Mutter.",
    "empfehlung": "fortsetzen",
}
BILLING_TERMS = {
    "rate_cents": 6980,
    "unit_minutes": 60,
    "activities": {
        "direct_contact": {"billable": True},
        "collateral_contact": {"billable": True},
        "documentation": {"billable": True},
        "travel": {"billable": True, "percent": 50},
        "team_meeting": {"billable": False},
    },
    "rounding_rule": "exact_minute",
    "no_show_percent": 80,
    "no_show_max_per_month": 2,
}


PROVIDER_DETAILS: dict[str, Any] = {
    "street": "Lindenstraße 1",
    "postcode": "40721",
    "city": "Hilden",
    "contact_name": "Abrechnung",
    "contact_phone": "+49 5555 123-45",
    "contact_email": "abrechnung@traeger.example",
    "tax_number": "133/8150/8159",
    "iban": "DE89370400440532013000",
    "address_scheme": "EM",
    "address": "rechnung@traeger.example",
}
OFFICE_DETAILS: dict[str, Any] = {
    "legal_name": "Stadt Hilden, Jugendamt (Demo)",
    "street": "Am Rathaus 1",
    "postcode": "40721",
    "city": "Hilden",
    "iban": "DE02120300000000202051",
    "account_holder": "Stadtkasse Hilden (Demo)",
    "leitweg_id": HILDEN.leitweg_id,
    "address_scheme": "0204",
    "address": HILDEN.leitweg_id,
}
ISEF: dict[str, Any] = {
    "name": "Beratungsstelle Birkenallee, Fachkraft 2",
    "qualification": "Zertifikatskurs insoweit erfahrene Fachkraft",
    "fields": ["early_childhood"],
    "contact": "Telefon der Beratungsstelle",
    "availability": "Montag bis Freitag 9 bis 17 Uhr",
}


CHILD: dict[str, Any] = {
    "role": "child",
    "label": "Kind Q-17",
    "own_words": "Ich will, dass Mama und ich morgens nicht streiten.",
    "understood": "yes",
    "consents": "yes",
}
MOTHER: dict[str, Any] = {
    "role": "mother",
    "attended": True,
    "own_words": "Ich schaffe die Morgen nicht allein.",
    "understood": "yes",
    "consents": "yes",
}


def last_month(today: date) -> tuple[date, date]:
    """First and last day of the month before."""
    end = today.replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end.replace(day=monthrange(end.year, end.month)[1])


def half_year(first: date) -> date:
    """The last day of half a year that begins with a month."""
    months = first.month + 5
    return date(first.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)


def agreement(provider_id: str, standard_id: str, form_version_id: str, valid_from: date) -> dict[str, Any]:
    """A local quality agreement for ambulatory help (§§ 30, 31), with standard, form and terms."""
    return {
        "kind": "local_quality",
        "provider_ids": [provider_id],
        "title": "Qualitätsvereinbarung ambulante Hilfen zur Erziehung",
        "service_kinds": ["section_30", "section_31"],
        "valid_from": valid_from.isoformat(),
        "retroactive_reason": "Anschluss an die ausgelaufene Vereinbarung, vom Ausschuss zur Kenntnis genommen.",
        "preamble": "Stadt und Träger verantworten die Hilfe gemeinsam.",
        "clauses": [
            {
                "key": "hilfeplanung",
                "title": "Hilfeplanung",
                "text": "Der Verlaufsbericht liegt eine Woche vor dem Hilfeplangespräch vor.",
            }
        ],
        "standard_ids": [standard_id],
        "forms": [{"purpose": "development_report", "form_version_id": form_version_id}],
        "billing_terms": BILLING_TERMS,
        "safeguarding_terms": {
            "acknowledge_minutes": {"immediate": 15, "same_day": 60},
            "isef": [
                {
                    "name": "Beratungsstelle Birkenallee, Fachkraft 2",
                    "reachable": "Telefon der Beratungsstelle",
                    "qualification": "Zertifikatskurs insoweit erfahrene Fachkraft",
                }
            ],
        },
    }


def record(help_id: str, run: str, day: date, start: time, minutes: int, activity: str) -> dict[str, Any]:
    """One service record, as the provider's software keeps it."""
    begin = datetime.combine(day, start, BERLIN).astimezone(UTC)
    return {
        "external_id": f"LN-{run}-{uuid4().hex[:8]}",
        "help_id": help_id,
        "worker": "FK-07",
        "activity": activity,
        "starts_at": begin.isoformat(),
        "ends_at": (begin + timedelta(minutes=minutes)).isoformat(),
    }


def month_of_records(help_id: str, run: str, first: date, last: date) -> list[dict[str, Any]]:
    """Visits on Tuesdays and Thursdays, with travel and documentation."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    made = []
    for day in (day for day in days if day.weekday() in (1, 3)):
        made.append(record(help_id, run, day, time(15, 0), 90, "direct_contact"))
        made.append(record(help_id, run, day, time(14, 30), 30, "travel"))
        made.append(record(help_id, run, day, time(16, 45), 20, "documentation"))
    return made


def notification(help_id: str, at: datetime, **changes: Any) -> dict[str, Any]:
    """Signs of danger to a child, with everything § 8a Abs. 4 asks for."""
    return {
        "help_id": help_id,
        "urgency": "immediate",
        "perceived_at": at.isoformat(),
        "child_pseudonym": "Kind K-2",
        "child_birth_year": at.year - 2,
        "observation": "Das Kind war allein in der Wohnung und weinte; die Tür war offen.",
        "indications": [
            {
                "group": "supervision",
                "fact": "Kind allein angetroffen",
                "observed_at": at.isoformat(),
                "observed_by": "FK-07",
                "source": "own",
            }
        ],
        "is_acute": True,
        "acute_reason": "Zweijähriges Kind unbeaufsichtigt",
        **changes,
    }


def concern(youth_office_id: str, at: datetime) -> dict[str, Any]:
    """Signs that a professional noticed an hour ago: what was seen, apart from what one makes of it."""
    return {
        "youth_office_id": youth_office_id,
        "children": [{"pseudonym": "Kind K-7", "age_band": "under_6", "birth_year": at.year - 5}],
        "perceived_at": (at - timedelta(hours=1)).isoformat(),
        "indication": {
            "observation": "Das Kind kam zum dritten Mal ohne Frühstück; es sagte: „Mama schläft noch.“",
            "interpretation": "Die Versorgung am Morgen ist nicht gesichert.",
            "indicators": ["child_hungry"],
            "source": "own",
            "observed_by": "FK-07",
        },
    }


def help_plan(first: date) -> dict[str, Any]:
    """A plan for a help at home: need, what is there already, one aim, and how those it is about see it."""
    return {
        "need": "Das Kind fehlt oft in der Schule; die Morgen sind von Streit bestimmt.",
        "services": ["Sozialpädagogische Familienhilfe"],
        "intensity": "6 Stunden je Woche",
        "resources": [
            {"kind": "own", "text": "Das Kind geht gern zur Schule.", "why_not_enough": "Es kommt morgens nicht los."},
            {"kind": "family", "text": "Die Großmutter hilft.", "why_not_enough": "Sie arbeitet in Schichten."},
            {"kind": "social_space", "text": "Frühstück im Treff.", "why_not_enough": "Er öffnet erst um neun."},
        ],
        "group_offers": [{"text": "Elterncafé", "is_chosen": False, "reason": "Die Mutter arbeitet nachmittags."}],
        "goals": [
            {
                "key": "schule",
                "level": "action",
                "owner": "child",
                "life_area": "school_work",
                "text": "Ich gehe jeden Tag zur Schule.",
                "indicator": "Anwesenheit laut Klassenbuch",
                "baseline": "an drei von fünf Tagen",
                "target": "an fünf von fünf Tagen",
                "due_on": half_year(first).isoformat(),
                "tasks": [{"what": "Wecker stellen", "who": "Kind", "until": half_year(first).isoformat()}],
            }
        ],
        "duties": [{"function": "Bezugsfachkraft", "text": "begleitet die Morgen"}],
        "partners": [{"kind": "school", "function": "Klassenleitung", "agreed": "meldet Fehlzeiten am selben Tag"}],
        "participants": [CHILD, MOTHER],
    }
