"""What the stories of this room begin with."""

from typing import Any

from app.policy import Role
from tests.api import Api
from tests.world import World

PATH = "/v1/jugendamt-notifications"


def body_for(world: World, help_: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A notification with everything § 8a Abs. 4 asks for."""
    place = {"help_id": help_["id"]} if help_ else {"youth_office_id": str(world.youth_office.id)}
    return {
        **place,
        "urgency": "same_day",
        "perceived_at": "2026-03-02T07:30:00Z",
        "child_pseudonym": "Kind K-2",
        "observation": "Das Kind war um 8 Uhr allein in der Wohnung.",
        "assessment": "Die Aufsicht ist nicht gesichert.",
        "indications": [
            {
                "group": "supervision",
                "fact": "Kind (2 Jahre) allein angetroffen",
                "observed_at": "2026-03-02T07:30:00Z",
                "observed_by": "FK-07",
                "source": "own",
            }
        ],
        "parents_informed": "yes",
        "child_involved": "not_possible",
        "child_reason": "Alter",
        "isef_consulted_on": "2026-03-01",
        **changes,
    }


def acute_body(world: World, **changes: Any) -> dict[str, Any]:
    """Acute danger, told with nothing but what is needed to act."""
    return {
        "youth_office_id": str(world.youth_office.id),
        "urgency": "immediate",
        "is_acute": True,
        "acute_reason": "Kind schreit, niemand öffnet",
        "perceived_at": "2026-03-02T07:59:00Z",
        "child_pseudonym": "Kind K-2",
        "observation": "Schreie seit einer Stunde",
        **changes,
    }


def alarms(world: World, role: Role) -> list[tuple[str, int]]:
    """What calls the account of this role about notifications."""
    return [(alarm["alarm_code"], alarm["level"]) for alarm in heard_by(world.as_(role))]


def heard_by(who: Api, query: str = "sort=raised_at") -> list[dict[str, Any]]:
    """The alarms about notifications; the cases they open have alarms of their own."""
    found = who.get(f"/v1/alarms?limit=200&{query}")["items"]
    return [alarm for alarm in found if alarm["notification_id"]]
