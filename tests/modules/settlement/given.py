"""A provider's month, and runs that settle it."""

from typing import Any
from uuid import UUID

from app.modules.settlement.jobs import settle_all
from app.policy import Role
from tests.stories.helps import given_help, record_body
from tests.world import World

Json = dict[str, Any]
RUNS = "/v1/settlement-runs"
MONTH = "2026-02"


def record(world: World, help_: Json, day: int, **changes: Any) -> Json:
    """An hour of direct contact in February."""
    span = {"starts_at": f"2026-02-{day:02}T13:00:00+01:00", "ends_at": f"2026-02-{day:02}T14:00:00+01:00"}
    return dict(world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_, **span, **changes)))


def given_month(world: World) -> Json:
    """A help with two hours in February."""
    help_ = given_help(world)
    for day in (3, 5):
        record(world, help_, day)
    return help_


def begin(world: World, mode: str = "draft", role: Role = Role.PROVIDER_BILLING, **changes: Any) -> Json:
    """A run that waits for the worker."""
    return dict(world.as_(role).post(RUNS, {"month": MONTH, "mode": mode, **changes}))


def settled(world: World, mode: str = "draft", role: Role = Role.PROVIDER_BILLING, **changes: Any) -> Json:
    """A run as the worker left it."""
    run = begin(world, mode, role, **changes)
    settle_all(world.kernel.work, UUID(run["id"]))
    return dict(world.as_(role).get(f"{RUNS}/{run['id']}"))


def part(world: World, run: Json, role: Role = Role.PROVIDER_BILLING) -> Json:
    """The only part of a run."""
    (one,) = world.as_(role).get(f"{RUNS}/{run['id']}/parts")["items"]
    return dict(one)
