"""The two tables: every row is walked, every step that is no row is refused, whoever tries."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.core.problems import TransitionNotAllowed
from app.core.workflow import Workflow
from app.modules.planning import HELP_PLAN, MEETING, HelpPlan, HelpPlanMeeting
from app.modules.planning import HelpPlanMeetingState as M
from app.modules.planning import HelpPlanState as S
from app.policy import SYSTEM, Actor, OrganisationKind, Permission, Role
from tests.stories.helps import given_help
from tests.stories.planning import (
    CHILD,
    DECISION,
    MOTHER,
    given_confirmed,
    given_consulted,
    given_held,
    given_meeting,
    given_plan,
    path_of,
)
from tests.world import MORNING, World

ANYBODY = Actor(uuid4(), uuid4(), OrganisationKind.YOUTH_OFFICE, frozenset(Role), frozenset(Permission))
FIELDS: dict[str, dict[str, Any]] = {
    "decide": DECISION,
    "end": {"reason": "Ziele erreicht"},
    "move": {"starts_at": "2026-03-20T12:00:00Z", "reason": "Frühschicht"},
    "hold": {"participants": [MOTHER]},
    "cancel": {"reason": "Krankheit"},
}


def plan_in(world: World, state: S) -> str:
    """The path of a plan in a state."""
    caseworker = world.as_(Role.CASEWORKER)
    match state:
        case S.DRAFT | S.TEAM_DECISION:
            path = path_of(given_plan(world))
        case S.IN_CONSULTATION:
            path = path_of(given_consulted(world))
        case _:
            path = path_of(given_confirmed(world))
    if state is S.TEAM_DECISION:
        caseworker.act(path, "decide", **DECISION)
    elif state is S.UNDER_REVIEW:
        under = caseworker.act(path, "review")
        caseworker.patch(path, {"participants": [CHILD, MOTHER]}, version=under["version"])
    elif state is S.ENDED:
        caseworker.act(path, "end", **FIELDS["end"])
    return path


def meeting_in(world: World, state: M) -> str:
    """The path of a meeting in a state."""
    made = given_held if state is M.HELD else given_meeting
    path = f"/v1/help-plan-meetings/{made(world, given_help(world))['id']}"
    if state is M.CANCELLED:
        world.as_(Role.CASEWORKER).act(path, "cancel", reason="Krankheit")
    return path


def rows(flow: Workflow) -> list[tuple[str, Any, Any]]:
    return [(row.action, source, row.target) for row in flow.rows for source in sorted(row.sources)]


def missing(flow: Workflow) -> list[tuple[str, Any]]:
    known = {(action, source) for action, source, _ in rows(flow)}
    actions = sorted({row.action for row in flow.rows})
    return [(action, state) for action in actions for state in flow.states if (action, state) not in known]


@pytest.mark.parametrize(("action", "source", "target"), rows(HELP_PLAN))
def test_every_step_of_a_plan_can_be_taken_by_the_office_only(world: World, action: str, source: S, target: S) -> None:
    path, caseworker = plan_in(world, source), world.as_(Role.CASEWORKER)
    assert action in {item["action"] for item in caseworker.get(path)["allowed_actions"]}
    fields = FIELDS.get(action, {})
    for role in (Role.FINANCE_OFFICER, Role.PLANNER, Role.OFFICE_HEAD, Role.PROVIDER_LEAD):
        world.as_(role).act(path, action, version=1, status=403, **fields)
    assert caseworker.act(path, action, **fields)["state"] == target


@pytest.mark.parametrize("state", S)
def test_what_is_no_step_of_a_plan_is_refused(world: World, state: S) -> None:
    path, caseworker = plan_in(world, state), world.as_(Role.CASEWORKER)
    for action, source in missing(HELP_PLAN):
        if source is state:
            problem = caseworker.act(path, action, status=409, **FIELDS.get(action, {}))
            assert problem["type"] == "/v1/problems/transition-not-allowed", action
            assert action not in problem["allowed"]


@pytest.mark.parametrize(("action", "source", "target"), rows(MEETING))
def test_every_step_of_a_meeting_can_be_taken_by_the_office_only(
    world: World, action: str, source: M, target: M
) -> None:
    path, caseworker = meeting_in(world, source), world.as_(Role.CASEWORKER)
    for role in (Role.FINANCE_OFFICER, Role.PLANNER, Role.PROVIDER_LEAD):
        world.as_(role).act(path, action, version=1, status=403, **FIELDS[action])
    assert caseworker.act(path, action, **FIELDS[action])["state"] == target


@pytest.mark.parametrize("state", [M.HELD, M.CANCELLED])
def test_what_is_over_stays_over(world: World, state: M) -> None:
    path = meeting_in(world, state)
    for action in ("move", "hold", "cancel"):
        problem = world.as_(Role.CASEWORKER).act(path, action, status=409, **FIELDS[action])
        assert (problem["state"], problem["allowed"]) == (state, [])


@pytest.mark.parametrize(("action", "state"), missing(HELP_PLAN) + missing(MEETING))
def test_no_service_takes_a_step_that_is_no_row(action: str, state: Any) -> None:
    flow = HELP_PLAN if isinstance(state, S) else MEETING
    subject: Any = HelpPlan(state=state) if isinstance(state, S) else HelpPlanMeeting(state=state)
    for actor in (ANYBODY, SYSTEM):
        with pytest.raises(TransitionNotAllowed):
            flow.fire(Session(), subject, action, actor=actor, at=MORNING)
