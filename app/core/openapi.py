"""The document of the API: what FastAPI generates, plus what it cannot know (problems, security, headers)."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app import __version__
from app.core.exports import CSV, XLSX

DESCRIPTION = """
Handschlag verbindet Jugendämter und freie Träger: Qualitätsvereinbarungen, Hilfeplanung, Berichte,
Fachleistungsstunden und das Verfahren bei Kindeswohlgefährdung (§ 8a SGB VIII).

**Anmelden**: `POST /v1/oauth/token`, danach `Authorization: Bearer …` (hier: Knopf „Authorize“).
**Anlegen und Handeln**: jedes `POST` trägt einen `Idempotency-Key`; ein Wiederholen liefert die erste Antwort.
**Ändern**: `If-Match` mit der gelesenen Fassung (`ETag`). **Listen**: `limit`, `cursor`; auch `text/csv` und XLSX.
**Fehler**: `application/problem+json` (RFC 9457), deutsch oder englisch nach `Accept-Language`; Katalog unter
`/v1/problems`. Tokens follow RFC 8725.
"""

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "maxLength": 200, "description": "stable, listed under /v1/problems"},
        "title": {"type": "string", "maxLength": 200},
        "status": {"type": "integer", "format": "int32", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "maxLength": 2000},
        "instance": {"type": "string", "maxLength": 100},
        "errors": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "maxLength": 1000, "description": "JSON Pointer, or query:name"},
                    "code": {"type": "string", "maxLength": 100},
                    "detail": {"type": "string", "maxLength": 1000},
                },
            },
        },
    },
}
_REFUSALS = {
    "400": "Anfrage nicht lesbar, Parameter unbekannt oder Idempotency-Key fehlt",
    "401": "Nicht angemeldet",
    "403": "Keine Berechtigung",
    "404": "Nicht gefunden oder nicht sichtbar",
    "405": "Methode nicht erlaubt",
    "406": "Format nicht lieferbar",
    "409": "Widerspruch zum Bestand oder Schritt jetzt nicht möglich",
    "412": "Veraltete Fassung",
    "413": "Anfrage zu groß",
    "415": "Inhaltstyp nicht unterstützt",
    "422": "Angaben nicht gültig",
    "428": "If-Match fehlt",
    "429": "Zu viele Anfragen",
    "500": "Interner Fehler",
    "503": "Vorübergehend nicht verfügbar",
}
TAGS = {
    "agreements": "Vereinbarungen vom Entwurf bis zum Ende (§§ 77, 78b ff, 8a Abs. 4, 72a SGB VIII)",
    "negotiations": "Streitpunkte, Positionen, Vorschläge und Anmerkungen zu einem Text",
    "offers": "Leistungsangebote der Träger mit Fassungen und freien Plätzen",
    "standards": "Standards: Schlüsselprozesse, Schnittstellen, Erwartungen, Mindeststandards",
    "forms": "Vordrucke als JSON Schema mit Fassungen",
    "handbooks": "Qualitätshandbücher: Beteiligung, Freigabe, Einführung je Bezirk",
    "quality-dialogues": "Qualitätsdialoge, ihre Einschätzungen und Maßnahmen",
    "committees": "Gremien, Sitzungen, Vorlagen und Beschlüsse",
    "oparl": "Öffentliche Vorlagen und Sitzungen in der Gestalt von OParl 1.1",
    "helps": "Hilfen im Einzelfall und ihre Bewilligungen (§§ 27 ff, 36, 36a SGB VIII)",
    "persons": "Wer die Personen einer Hilfe sind: versiegelt, jedes Lesen mit Zweck (§§ 61 ff SGB VIII)",
    "handovers": "Hilfen auf dem Weg zu einem anderen Jugendamt (§§ 86, 86c SGB VIII)",
    "budgets": "Was für eine Hilfeart im Jahr geplant, gebunden, abgerechnet und bezahlt ist (§ 79 SGB VIII)",
    "grant-consumption": "Was von einer Bewilligung verbraucht ist, und ob sie reicht (§ 36a SGB VIII)",
    "notices": "Was Jugendamt und Träger einander in einer Hilfe mitteilen",
    "service-records": "Leistungsnachweise, einzeln und als Import",
    "reports": "Berichte gegen den vereinbarten Vordruck",
    "invoices": "Rechnungen, ihre Erklärung und Prüfung",
    "e-invoices": "XRechnung und ZUGFeRD, und was Organisationen dafür angeben",
    "payments": "Zahlungsläufe: Anweisung, SEPA-Datei, Zahlung",
    "safeguarding": "Mitteilungen bei Kindeswohlgefährdung und Alarme (§ 8a SGB VIII)",
    "worklist": "Was fällig ist und auf wen es wartet, auch als Kalender",
    "organisations": "Jugendämter, Träger und Planungsregionen",
    "identity": "Anmeldung und Zugänge",
    "events": "Ereignisse als Strom und als Webhooks",
    "audit": "Das Protokoll und seine Prüfung",
    "catalogue": "Was die API von sich selbst sagt: Fehler, Lebensläufe, Codelisten",
    "service": "Für den Betrieb: Zustand, Messwerte, Schlüssel",
}
"""What the chapters of `/docs` are about, in the order of a working relation."""
_METHODS = ("get", "post", "patch", "delete", "put")
_HEADERS = {
    "ETag": ("Fassung, für If-Match", 20),
    "Location": ("Adresse des Angelegten", 300),
    "Link": ('nächste Seite (`rel="next"`), wenn es eine gibt', 2000),
    "Idempotency-Replayed": ("`true`: die erste Antwort auf diesen Idempotency-Key", 4),
    "RateLimit": ("was von der Zuteilung dieser Minute übrig ist", 100),
    "RateLimit-Policy": ("die Zuteilung je Minute", 100),
}
_SECRETS = {"fetch_token", "get_worklist_calendar"}
"""Open operations that check a secret of their own."""


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document; made once per process."""
    if app.openapi_schema is None:
        made = get_openapi(
            title="Handschlag",
            version=__version__,
            openapi_version="3.1.0",
            summary="Eine API für Jugendämter und freie Träger",
            description=DESCRIPTION,
            routes=app.routes,
            tags=[{"name": name, "description": text} for name, text in TAGS.items()],
            servers=[{"url": "/", "description": "dieser Dienst"}],
            license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        )
        _finish(made)
        app.openapi_schema = made
    return app.openapi_schema


def _finish(made: dict[str, Any]) -> None:
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {
        "token": {
            "type": "oauth2",
            "description": "Access token (RFC 9068), checked by RFC8725.",
            "flows": {
                "clientCredentials": {"tokenUrl": "/v1/oauth/token", "scopes": {}},
                "password": {"tokenUrl": "/v1/oauth/token", "scopes": {}},
            },
        }
    }
    components["responses"] = {
        f"Problem{status}": {
            "description": text,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, text in _REFUSALS.items()
    }
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string", "maxLength": length}}
        for name, (text, length) in _HEADERS.items()
    }
    for path in made["paths"].values():
        for method, operation in path.items():
            if method in _METHODS:
                _refusals(operation, method)
                _answers(operation, method, schemas)


def _refusals(operation: dict[str, Any], method: str) -> None:
    """Declare every problem an operation can answer with, and its security."""
    parameters = {item["name"]: item["in"] for item in operation.get("parameters", [])}
    for item in operation.get("parameters", []):
        item["required"] = item["required"] or item["name"] in (
            "Idempotency-Key",
            "If-Match",
        )  # the route asks for them
    permission = operation.get("x-permission")
    operation["security"] = [{"token": [permission]}] if permission else []
    conditions = {
        "400 405 406 429 500 503": True,
        "401 403": permission,
        "401": operation.get("operationId") in _SECRETS,
        "404": "path" in parameters.values(),
        "422": parameters or "requestBody" in operation,
        "413 415": "requestBody" in operation,
        "409": method != "get",
        "412 428": "If-Match" in parameters,
    }
    responses = operation.setdefault("responses", {})
    for status in sorted({s for statuses, applies in conditions.items() if applies for s in statuses.split()}):
        if status not in responses or status == "422":
            responses[status] = {"$ref": f"#/components/responses/Problem{status}"}


def _answers(operation: dict[str, Any], method: str, schemas: dict[str, Any]) -> None:
    """Declare what `answers.py` makes of a result: headers, tables for lists."""
    status, answer = next((code, item) for code, item in operation["responses"].items() if code.startswith("2"))
    name = str(answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", ""))
    fields = schemas.get(name.rpartition("/")[2], {}).get("properties", {})
    parameters = operation.get("parameters", [])
    is_page = {"items", "next", "total"} <= fields.keys()
    conditions = {
        "ETag": "version" in fields,
        "Location": status == "201" and "id" in fields,
        "Link": is_page,
        "Idempotency-Replayed": any(item["name"] == "Idempotency-Key" for item in parameters),
        "RateLimit": "x-permission" in operation,
        "RateLimit-Policy": "x-permission" in operation,
    }
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name, applies in conditions.items() if applies}
    if headers:
        answer["headers"] = headers
    if is_page:
        answer["content"] |= {CSV: {"schema": {"type": "string", "maxLength": 10_000_000}}, XLSX: {}}
