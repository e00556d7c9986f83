"""Budgets that tests begin with."""

from typing import Any

from app.modules.budgets import tell
from app.policy import OrganisationKind, Role
from tests.world import World

BUDGETS, ALERTS = "/v1/budgets", "/v1/budget-alerts"
EIGHT_WEEKS_CENTS = 4 * 6980
"""What half an hour a week binds in eight weeks."""


def given_budget(world: World, planned_cents: int = 2 * EIGHT_WEEKS_CENTS, **changes: Any) -> dict[str, Any]:
    """A budget of 2026 for help by a family worker (§ 31)."""
    body = {"service_kind": "section_31", "year": 2026, "planned_cents": planned_cents, **changes}
    return dict(world.as_(Role.FINANCE_OFFICER).post(BUDGETS, body))


def shown(world: World, budget: dict[str, Any], role: Role = Role.FINANCE_OFFICER) -> dict[str, Any]:
    """What became of a budget."""
    return dict(world.as_(role).get(f"{BUDGETS}/{budget['id']}"))


def look(world: World) -> int:
    """The hourly look at all budgets."""
    with world.kernel.work.as_system() as db:
        return tell(db, world.clock.now)


def told(world: World, budget: dict[str, Any]) -> list[int]:
    """At which shares it was told."""
    items = world.as_(Role.FINANCE_OFFICER).get(f"{ALERTS}?budget_id={budget['id']}")["items"]
    return sorted(item["percent"] for item in items)


def given_budget_alert(world: World) -> dict[str, Any]:
    """An alert that a budget is committed; asks for a help that is granted."""
    budget = given_budget(world, 100, service_kind="section_31", year=2026)
    look(world)
    return dict(world.as_(Role.FINANCE_OFFICER).get(f"{ALERTS}?budget_id={budget['id']}&percent=100")["items"][0])


def stranger(world: World) -> Any:
    """The finance officer of another youth office."""
    return world.as_(Role.FINANCE_OFFICER, world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd"))
