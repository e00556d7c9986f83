"""Grants and hours that tests of consumption begin with."""

from datetime import datetime, timedelta
from typing import Any

from app.modules.consumption import tell
from app.policy import OrganisationKind, Role
from tests.stories.helps import given_help, record_body
from tests.world import World

CONSUMPTION, ALERTS, THRESHOLDS = "/v1/grant-consumption", "/v1/grant-alerts", "/v1/grant-thresholds"
STRANGERS = {OrganisationKind.PROVIDER: Role.PROVIDER_LEAD, OrganisationKind.YOUTH_OFFICE: Role.CASEWORKER}


def given_small(world: World, **changes: Any) -> dict[str, Any]:
    """A help of half an hour a week for eight weeks: four hours are granted."""
    days = {"starts_on": "2026-01-01", "ends_on": "2026-02-25", "hours_per_week": "0.50"}
    return given_help(world, **{**days, **changes})


def record(world: World, help_: dict[str, Any], *starts: str, minutes: int = 90) -> list[dict[str, Any]]:
    """Records of direct contact, one from each instant on."""
    made = []
    for start in starts:
        end = datetime.fromisoformat(start) + timedelta(minutes=minutes)
        body = record_body(help_, starts_at=start, ends_at=end.isoformat())
        made.append(world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", body))
    return made


def given_used(world: World, hours: int = 3) -> dict[str, Any]:
    """A help of which so many of four hours are used, on different days of February."""
    help_ = given_small(world)
    record(world, help_, *(f"2026-02-{3 + number:02d}T13:00:00+01:00" for number in range(hours)), minutes=60)
    return help_


def look(world: World) -> int:
    """The hourly look at all grants."""
    with world.kernel.work.as_system() as db:
        return tell(db, world.clock.now)


def consumption(world: World, help_: dict[str, Any], role: Role = Role.CASEWORKER) -> dict[str, Any]:
    """What of the help's only grant is used."""
    return dict(world.as_(role).get(f"{CONSUMPTION}?help_id={help_['id']}")["items"][0])


def told(world: World, help_: dict[str, Any], role: Role = Role.CASEWORKER) -> list[int]:
    """At which shares it was told."""
    items = world.as_(role).get(f"{ALERTS}?help_id={help_['id']}&sort=raised_at")["items"]
    return sorted(item["percent"] for item in items)


def given_alert(world: World) -> dict[str, Any]:
    """An alert that four fifths are used."""
    help_ = given_used(world, 4)
    look(world)
    return dict(world.as_(Role.CASEWORKER).get(f"{ALERTS}?help_id={help_['id']}&percent=80")["items"][0])
