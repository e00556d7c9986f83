"""Arrangements that tests begin with."""

import json
from typing import Any

from app.policy import OrganisationKind, Role
from tests.api import Api
from tests.world import Party, World

NDJSON, JSON, CSV = "application/x-ndjson", "application/json", "text/csv"


def path_of(help_: dict[str, Any]) -> str:
    return f"/v1/helps/{help_['id']}"


def phase_body(provider: Party, **changes: Any) -> dict[str, Any]:
    """Four hours of ambulatory help from July on."""
    return {
        "provider_id": str(provider.id),
        "service_kind": "section_31",
        "setting": "ambulatory",
        "intensity": {"amount": "4.00", "unit": "hours_per_week"},
        "valid_from": "2026-07-01",
        "change_reason": "Die Hilfeplanung sieht den nächsten Schritt vor.",
        **changes,
    }


def handover_body(receiver: Party, **changes: Any) -> dict[str, Any]:
    return {
        "receiving_office_id": str(receiver.id),
        "reason": "parents_moved",
        "effective_on": "2026-05-01",
        **changes,
    }


def help_row(world: World, number: int = 1, **changes: Any) -> dict[str, Any]:
    """A help as another system tells of it."""
    return {
        "source_system": "fachverfahren",
        "external_id": f"F-{number}",
        "provider_id": str(world.provider.id),
        "service_kind": "section_31",
        "pseudonym": f"Familie I-{number}",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "amount": "5.00",
        **changes,
    }


def push(
    api: Api, rows: list[dict[str, Any]] | bytes, query: str = "", *, kind: str = NDJSON, status: int = 200
) -> Any:
    """Import rows of helps and grants."""
    body = rows if isinstance(rows, bytes) else "\n".join(json.dumps(row) for row in rows).encode()
    url = f"/v1/helps:import{query}"
    return api.request("POST", url, status=status, content=body, headers={"Content-Type": kind}).json()


def given_arrangement(world: World, help_: dict[str, Any]) -> dict[str, str]:
    """One of everything that belongs to a help; answers their ids as paths name them."""
    caseworker, path = world.as_(Role.CASEWORKER), path_of(help_)
    (phase,) = caseworker.get(f"{path}/phases")["items"]
    (grant,) = caseworker.get(f"{path}/grants")["items"]
    partner = {"kind": "school", "institution": "Grundschule am Park", "valid_from": "2026-03-02"}
    person = {"role": "child", "pseudonym": "Kind K-2", "identity": {"first_name": "Mia", "last_name": "Beispiel"}}
    receiver = world.organisation(OrganisationKind.YOUTH_OFFICE, "Nachbar")
    made = caseworker.post(f"{path}/persons", person)
    caseworker.post(f"{path}/persons/{made['id']}:disclose", {"purpose": "contact"}, status=200)
    return {
        "phase_id": phase["id"],
        "grant_id": grant["id"],
        "partner_id": caseworker.post(f"{path}/partners", partner)["id"],
        "person_id": made["id"],
        "handover_id": caseworker.post(f"{path}/handovers", handover_body(receiver))["id"],
    }
