"""Reports that tests of this room begin with."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from app.core.workflow import Move
from app.modules.reports import follow_meeting
from app.policy import Role
from tests.stories.given import DEVELOPMENT_REPORT_CONTENT, given_agreement, given_form
from tests.stories.helps import given_help
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


@dataclass
class State:
    """A code, as a workflow's state has it."""

    value: str


@dataclass
class Meeting:
    """A help-plan meeting, as far as reports look at it."""

    help_id: UUID
    starts_at: datetime
    state: State = field(default_factory=lambda: State("scheduled"))
    id: UUID = field(default_factory=uuid4)


def meet(world: World, help_: dict[str, Any], day: str) -> Meeting:
    """A meeting at ten o'clock on a day."""
    meeting = Meeting(UUID(help_["id"]), datetime.fromisoformat(f"{day}T09:00:00+00:00"))
    follow(world, meeting)
    return meeting


def follow(world: World, meeting: Meeting, *, day: str | None = None, state: str | None = None) -> None:
    """The meeting moves or ends, and reports follow, as when the caseworker moved it."""
    if day is not None:
        meeting.starts_at = datetime.fromisoformat(f"{day}T09:00:00+00:00")
    if state is not None:
        meeting.state = State(state)
    account_id = world.youth_office.accounts[Role.CASEWORKER]
    claims = world.kernel.tokens.open(world.token(account_id), now=int(world.clock.now.timestamp()))
    with world.kernel.work.as_actor(claims) as (db, actor):
        follow_meeting(db, meeting, Move("move", actor, world.clock.now))


def owed(world: World, query: str = "state=expected") -> list[tuple[str, str, str]]:
    """Kind, origin and due day of what the provider sees."""
    items = world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{PATH}?{query}")["items"]
    return [(item["kind"], item["origin"], item["due_on"]) for item in items]


def first_owed(world: World, query: str = "state=expected") -> dict[str, Any]:
    return dict(world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{PATH}?{query}")["items"][0])
