"""Reports that tests of this room begin with."""

from copy import deepcopy
from typing import Any

from app.policy import Role
from tests.stories.given import DEVELOPMENT_REPORT_CONTENT, given_agreement, given_form
from tests.stories.helps import given_help
from tests.stories.planning import MOTHER, given_meeting
from tests.world import World


def report_body(help_: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A development report about the first half of 2026 that fits the form."""
    return {
        "help_id": help_["id"],
        "kind": "development",
        "period_from": "2026-01-01",
        "period_to": "2026-06-30",
        "content": deepcopy(DEVELOPMENT_REPORT_CONTENT),
        **changes,
    }


def given_report(world: World, **changes: Any) -> dict[str, Any]:
    """A report that was submitted (or, with `submit=False`, a draft) about a help that is running."""
    body = report_body(given_help(world), **{"submit": True, **changes})
    return dict(world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/reports", body))


def path_of(report: dict[str, Any]) -> str:
    return f"/v1/reports/{report['id']}"


RULES: list[dict[str, Any]] = [
    {"kind": "initial", "trigger": "after_start", "days": 70},
    {"kind": "development", "trigger": "before_meeting", "days": 14},
    {"kind": "joint_preparation", "trigger": "before_meeting", "days": 14},
    {"kind": "development", "trigger": "every_months", "days": 10, "months": 3},
    {"kind": "final", "trigger": "after_end", "days": 28},
]
PATH = "/v1/report-expectations"


def given_reporting(world: World, rules: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """A help that is running under an agreement with rules of reporting, one form for every kind of report."""
    form = given_form(world)["id"]
    purposes = ("initial_report", "development_report", "joint_preparation_report", "final_report")
    bound = [{"purpose": purpose, "form_version_id": form} for purpose in purposes]
    given_agreement(world, forms=bound, report_rules=RULES if rules is None else rules)
    return given_help(world, **changes)


def meet(world: World, help_: dict[str, Any], day: str, **changes: Any) -> str:
    """The path of a review meeting at nine o'clock (UTC) on a day."""
    meeting = given_meeting(world, help_, starts_at=f"{day}T09:00:00Z", **changes)
    return f"/v1/help-plan-meetings/{meeting['id']}"


def follow(world: World, meeting: str, *, day: str | None = None) -> None:
    """The caseworker moves the meeting to eleven o'clock on another day, or calls it off; reports follow."""
    caseworker = world.as_(Role.CASEWORKER)
    if day is None:
        caseworker.act(meeting, "cancel", reason="Das Kind ist in der Klinik.")
    else:
        caseworker.act(meeting, "move", starts_at=f"{day}T11:00:00Z", reason="Frühschicht der Mutter")


def hold(world: World, meeting: str) -> None:
    """The meeting has taken place, with the mother."""
    world.as_(Role.CASEWORKER).act(meeting, "hold", participants=[MOTHER])


def owed(world: World, query: str = "state=expected") -> list[tuple[str, str, str]]:
    """Kind, origin and due day of what the provider sees."""
    items = world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{PATH}?{query}")["items"]
    return [(item["kind"], item["origin"], item["due_on"]) for item in items]


def first_owed(world: World, query: str = "state=expected") -> dict[str, Any]:
    return dict(world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{PATH}?{query}")["items"][0])
