"""People with addresses, and shifts."""

from typing import Any
from uuid import uuid4

from app.policy import Role
from tests.api import Api
from tests.world import World

ME = "/v1/me/alert-settings"


def with_address(world: World, role: Role, who: Api | None = None, **settings: Any) -> str:
    """Somebody's address, entered by themselves."""
    address = f"{role.value}-{uuid4().hex[:8]}@stadt.example"
    (who or world.as_(role)).patch(ME, {"email": address, **settings}, version=0)
    return address


def given_shift(world: World, who: Api, starts_at: str, ends_at: str, by: Role = Role.TEAM_LEAD) -> dict[str, Any]:
    """Somebody on call."""
    body = {"account_id": str(who.account_id), "starts_at": starts_at, "ends_at": ends_at, "reachable": "Diensthandy"}
    return dict(world.as_(by).post("/v1/duty-shifts", body))
