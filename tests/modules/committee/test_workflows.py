"""The four tables: every row is walked, every step that is no row is refused, nobody takes the service's steps."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.core.problems import PermissionMissing, TransitionNotAllowed
from app.core.workflow import Workflow
from app.modules.committee.codes import ConsultationState, FollowUpState, MeetingState, PaperState
from app.modules.committee.models import CommitteeMeeting, Paper, PaperConsultation, PaperFollowUp
from app.modules.committee.workflow import CONSULTATION, FOLLOW_UP, MEETING, PAPER
from app.policy import SYSTEM, Actor, OrganisationKind, Permission, Role
from tests.modules.committee.given import (
    FIELDS,
    OWNERS,
    given_follow_up,
    given_meeting_in,
    given_paper_in,
    given_station_in,
)
from tests.world import MORNING, World

GIVEN: dict[str, Callable[[World, Any], str]] = {
    PAPER.name: given_paper_in,
    CONSULTATION.name: given_station_in,
    MEETING.name: given_meeting_in,
    FOLLOW_UP.name: given_follow_up,
}
ROWS: dict[str, Callable[[Any], Any]] = {
    PAPER.name: lambda state: Paper(state=state),
    CONSULTATION.name: lambda state: PaperConsultation(state=state),
    MEETING.name: lambda state: CommitteeMeeting(state=state),
    FOLLOW_UP.name: lambda state: PaperFollowUp(state=state),
}
FLOWS = (PAPER, CONSULTATION, MEETING, FOLLOW_UP)
ANYBODY = Actor(uuid4(), uuid4(), OrganisationKind.YOUTH_OFFICE, frozenset(Role), frozenset(Permission))


def steps(*, of_people: bool) -> list[Any]:
    return [
        pytest.param(flow, row.action, source, row.target, id=f"{flow.name}-{row.action}-{source}")
        for flow in FLOWS
        for row in flow.rows
        for source in sorted(row.sources)
        if (row.needs is not None) == of_people
    ]


def missing() -> list[Any]:
    found = []
    for flow in FLOWS:
        known = {(row.action, source) for row in flow.rows for source in row.sources}
        actions = sorted({row.action for row in flow.rows})
        found += [
            pytest.param(flow, action, state, id=f"{flow.name}-{action}-{state}")
            for action in actions
            for state in flow.states
            if (action, state) not in known
        ]
    return found


def owner(flow: Workflow, action: str, state: Any) -> Role:
    if (flow.name, action) == ("paper", "withdraw"):
        return Role.PLANNER if state is PaperState.DRAFT else Role.OFFICE_HEAD
    return OWNERS[action]


def given(world: World, flow: Workflow, action: str, source: Any) -> str:
    """A thing in this state on which nothing but the table could refuse the step."""
    path = GIVEN[flow.name](world, source)
    if (flow.name, action) == ("paper_consultation", "note"):
        world.as_(Role.PLANNER).patch(path, {"competence": "consult"}, version=version(world, path))
    if (flow.name, action) == ("committee_meeting", "hold"):
        world.clock.travel(hours=3)
    return path


def version(world: World, path: str) -> int:
    return int(world.as_(Role.PLANNER).get(path)["version"])


@pytest.mark.parametrize(("flow", "action", "source", "target"), steps(of_people=True))
def test_every_step_can_be_taken(world: World, flow: Workflow, action: str, source: Any, target: Any) -> None:
    path = given(world, flow, action, source)
    api = world.as_(owner(flow, action, source))
    reader = world.as_(Role.PLANNER)
    now = version(world, path)
    taken = api.act(path, action, version=now, **FIELDS.get(action, {}))
    assert taken["state"] == target
    past = reader.get(f"{path}/transitions")
    assert (action, target.value) in {(step["action"], step["to_state"]) for step in past}


@pytest.mark.parametrize(("flow", "action", "source", "target"), steps(of_people=True))
def test_a_step_is_offered_to_who_may_and_refused_to_others(
    world: World, flow: Workflow, action: str, source: Any, target: Any
) -> None:
    path = GIVEN[flow.name](world, source)
    role = owner(flow, action, source)
    seen = world.as_(Role.PLANNER).get(path)
    assert seen["state"] == source
    offered = {item["action"] for item in world.as_(role).get(path)["allowed_actions"]}
    assert action in offered
    other = Role.OFFICE_HEAD if role is not Role.OFFICE_HEAD else Role.PLANNER
    problem = world.as_(other).act(path, action, version=seen["version"], status=403, **FIELDS.get(action, {}))
    assert problem["permission"].startswith("committee:")
    assert target.value != source.value


@pytest.mark.parametrize(("flow", "action", "source", "target"), steps(of_people=False))
def test_nobody_takes_the_steps_of_the_service(flow: Workflow, action: str, source: Any, target: Any) -> None:
    with pytest.raises(PermissionMissing):
        flow.fire(Session(), ROWS[flow.name](source), action, actor=ANYBODY, at=MORNING)
    assert target in flow.states


@pytest.mark.parametrize(("flow", "action", "state"), missing())
def test_no_service_takes_a_step_that_is_no_row(flow: Workflow, action: str, state: Any) -> None:
    for actor in (ANYBODY, SYSTEM):
        with pytest.raises(TransitionNotAllowed):
            flow.fire(Session(), ROWS[flow.name](state), action, actor=actor, at=MORNING)


@pytest.mark.parametrize(
    ("flow", "state"),
    [
        pytest.param(flow, state, id=f"{flow.name}-{state}")
        for flow, states in (
            (PAPER, PaperState),
            (CONSULTATION, ConsultationState),
            (MEETING, MeetingState),
            (FOLLOW_UP, FollowUpState),
        )
        for state in states
    ],
)
def test_what_is_no_step_is_refused(world: World, flow: Workflow, state: Any) -> None:
    path = GIVEN[flow.name](world, state)
    known = {row.action for row in flow.rows if state in row.sources}
    for action in sorted({row.action for row in flow.rows if row.needs is not None} - known):
        api = world.as_(owner(flow, action, state))
        problem = api.act(path, action, version=version(world, path), status=409, **FIELDS.get(action, {}))
        assert problem["type"] == "/v1/problems/transition-not-allowed"
        assert problem["state"] == state
        assert action not in problem["allowed"]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_every_state_can_be_reached(flow: Workflow) -> None:
    reached = {flow.initial}
    for _ in flow.states:
        reached |= {row.target for row in flow.rows if row.sources & reached}
    assert reached == set(flow.states)
