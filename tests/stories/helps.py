"""Helps and service records that stories begin with."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from app.policy import Role
from tests.stories.given import given_agreement
from tests.world import Party, World


def given_help(world: World, provider: Party | None = None, **changes: Any) -> dict[str, Any]:
    """A help of § 31 that is granted and running, under an agreement in force (made if there is none)."""
    provider = provider or world.provider
    caseworker = world.as_(Role.CASEWORKER)
    if not caseworker.get(f"/v1/agreements?state=in_force&provider_id={provider.id}")["items"]:
        given_agreement(world, provider_ids=[str(provider.id)])
    body = {
        "provider_id": str(provider.id),
        "service_kind": "section_31",
        "pseudonym": "Familie Q-17",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "hours_per_week": "6.00",
        **changes,
    }
    made = caseworker.post("/v1/helps", body)
    return dict(world.as_(Role.FINANCE_OFFICER).act(f"/v1/helps/{made['id']}", "release"))


def record_body(help_: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A sound record: 90 minutes of direct contact on 3 February 2026."""
    return {
        "external_id": f"LN-{uuid4().hex}",
        "help_id": help_["id"],
        "worker": "FK-07",
        "activity": "direct_contact",
        "starts_at": "2026-02-03T13:00:00+01:00",
        "ends_at": "2026-02-03T14:30:00+01:00",
        **changes,
    }


def many_records(help_: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Records of 50 minutes, one after the other, from 2 January 2026 on."""
    start = datetime.fromisoformat("2026-01-02T06:00:00+00:00")
    made = []
    for number in range(count):
        begin = start + timedelta(minutes=2 * number)
        end = begin + timedelta(minutes=50)
        made.append(record_body(help_, starts_at=begin.isoformat(), ends_at=end.isoformat(), crosses_midnight=True))
    return made
