"""The highest promise: wherever a case stands, a notification of acute danger is taken and reaches somebody in time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.modules.protection.codes import CaseState as S
from app.policy import Role
from tests.api import Api
from tests.modules.protection.given import CASES, REPORTS, Office, report_body
from tests.modules.protection.test_table import STAGES
from tests.modules.safeguarding.telling import PATH as NOTIFICATIONS
from tests.modules.safeguarding.telling import acute_body, body_for
from tests.stories.helps import given_help
from tests.world import World

NIGHT = datetime(2026, 4, 4, 1, 17, tzinfo=UTC)  # the Saturday before Easter
ENDED = {S.NOT_WEIGHTY, S.TRANSFERRED_OUT, S.CLOSED}


class Told(Office):
    """An office whose case began with a provider's notification."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.help = given_help(world)

    def receive(self, **_: Any) -> Any:
        told = self.world.as_(Role.PROVIDER_LEAD).post(NOTIFICATIONS, body_for(self.world, self.help))
        self.case_id = self.newest()["id"]
        return told

    def newest(self) -> Any:
        """The case that was opened last."""
        return max(self.lead.get(f"{CASES}?limit=200")["items"], key=lambda case: str(case["number"]))

    def close(self, *children: str, status: int = 200) -> Any:
        """The provider has a right to feedback before the end."""
        [report] = self.lead.get(f"{self.path}/reports")
        told: dict[str, Any] = {
            "indications_confirmed": True,
            "has_acted": True,
            "still_active": False,
            "affected_told": True,
        }
        self.file("feedback", report_id=report["id"], **told)
        return super().close(*children, status=status)


@pytest.mark.parametrize("state", STAGES)
@pytest.mark.parametrize("by", ["provider", "citizen"])
def test_acute_danger_is_taken_from_every_state_and_somebody_is_called(world: World, state: S, by: str) -> None:
    office = Told(world)
    STAGES[state](office)
    assert office.case()["state"] == state.value
    world.clock.set(NIGHT)
    world.tick()  # what came due meanwhile has called already
    if by == "provider":
        body = acute_body(world, help_id=office.help["id"], perceived_at="2026-04-04T01:00:00Z")
        del body["youth_office_id"]
        world.as_(Role.PROVIDER_PROFESSIONAL).post(NOTIFICATIONS, body)
    else:
        acute: dict[str, Any] = {"is_acute": True, "urgency_claim": "immediate", "case_id": office.case_id}
        office.lead.post(REPORTS, report_body(**acute))
    case = office.newest()
    assert (case["id"] == office.case_id) is (state not in ENDED)
    assert (case["is_acute"], case["urgency"]) == (True, "immediate")
    called = {role for role in (Role.TEAM_LEAD, Role.ON_CALL) if _called(world.as_(role), NIGHT)}
    assert Role.ON_CALL in called  # the office is closed
    duties = office.lead.get(f"{CASES}/{case['id']}")["duties"]
    [check] = [duty for duty in duties if duty["kind"] == "protection_first_check" and duty["started_at"] == _z(NIGHT)]
    assert check["met_at"] is None
    due = datetime.fromisoformat(check["due_at"])
    assert (due - NIGHT).total_seconds() <= 2 * 60 * 60
    world.clock.set(due)
    world.tick()
    assert any(level >= 2 for level in _called(office.lead, due))


def _called(who: Api, at: datetime) -> list[int]:
    """The levels of the alarms that call somebody at an instant."""
    alarms = who.get("/v1/alarms?sort=-raised_at&limit=200")["items"]
    return [alarm["level"] for alarm in alarms if alarm["raised_at"] == _z(at)]


def _z(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
