"""The two tables: every row is walked, every step that is no row is refused, every condition speaks."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.core.problems import PermissionMissing, TransitionNotAllowed
from app.core.workflow import Workflow
from app.modules.handbooks.models import HandbookRollout, HandbookVersion
from app.modules.handbooks.models import HandbookRolloutState as R
from app.modules.handbooks.models import HandbookState as S
from app.modules.handbooks.workflow import ROLLOUT, VERSION
from app.policy import GRANTS, SYSTEM, Actor, OrganisationKind, Permission, Role
from tests.modules.handbooks.given import (
    CONTENT,
    EXPECTATIONS,
    FIELDS,
    OWNERS,
    derived,
    given_district,
    given_districts,
    given_draft,
    given_handbook,
    given_released,
    given_standard,
    given_state,
    step,
    step_fields,
    take,
)
from tests.world import MORNING, World

ROWS = [(row.action, source, row) for row in VERSION.rows for source in sorted(row.sources)]
OF_PEOPLE = [(action, source, row.target) for action, source, row in ROWS if row.needs is not None]
STEPS = [(row.action, source, row.target) for row in ROLLOUT.rows for source in sorted(row.sources)]
ANYBODY = Actor(uuid4(), uuid4(), OrganisationKind.YOUTH_OFFICE, frozenset(Role), frozenset(Permission))


def missing(flow: Workflow) -> list[tuple[str, Any]]:
    actions = {row.action for row in flow.rows}
    known = {(row.action, source) for row in flow.rows for source in row.sources}
    return sorted((action, state) for action in actions for state in flow.states if (action, state) not in known)


@pytest.mark.parametrize(("action", "source", "target"), OF_PEOPLE, ids=[f"{a}-{s}" for a, s, _ in OF_PEOPLE])
def test_every_step_of_a_version_can_be_taken(world: World, action: str, source: S, target: S) -> None:
    path = given_state(world, source)
    offered = world.as_(OWNERS[action]).get(path)["allowed_actions"]
    assert action in {item["action"] for item in offered}
    assert take(world, path, action)["state"] == target
    steps = world.as_(Role.CASEWORKER).get(f"{path}/transitions")
    assert (steps[-1]["action"], steps[-1]["to_state"]) == (action, target)


@pytest.mark.parametrize(("action", "source", "target"), OF_PEOPLE, ids=[f"{a}-{s}" for a, s, _ in OF_PEOPLE])
def test_a_step_of_a_version_needs_its_permission(world: World, action: str, source: S, target: S) -> None:
    path = given_state(world, source)
    for role in (Role.TEAM_LEAD, Role.DATA_PROTECTION_OFFICER):
        problem = world.as_(role).act(path, action, status=403, **FIELDS.get(action, {}))
        assert problem["permission"].startswith("handbooks:")
    assert world.as_(Role.PLANNER).get(path)["state"] == source


@pytest.mark.parametrize("state", S)
def test_what_is_no_step_of_a_version_is_refused(world: World, state: S) -> None:
    path = given_state(world, state)
    for action in OWNERS:
        if (action, state) in missing(VERSION):
            problem = take(world, path, action, status=409)
            assert problem["type"] == "/v1/problems/transition-not-allowed"
            assert problem["state"] == state
            assert action not in problem["allowed"]


@pytest.mark.parametrize(("action", "state"), missing(VERSION))
def test_no_service_takes_a_step_of_a_version_that_is_no_row(action: str, state: S) -> None:
    for actor in (ANYBODY, SYSTEM):
        with pytest.raises(TransitionNotAllowed):
            VERSION.fire(Session(), HandbookVersion(state=state), action, actor=actor, at=MORNING)


@pytest.mark.parametrize(("action", "state"), [("end_consultation", S.IN_CONSULTATION), ("supersede", S.RELEASED)])
def test_nobody_takes_the_steps_of_the_service(world: World, action: str, state: S) -> None:
    with pytest.raises(PermissionMissing):
        VERSION.fire(Session(), HandbookVersion(state=state), action, actor=ANYBODY, at=MORNING)
    take(world, given_state(world, state), "withdraw")
    world.as_(Role.PLANNER).act(given_state_again(world), action, status=422)


def given_state_again(world: World) -> str:
    return given_draft(world, given_handbook(world, code="zweites"))


@pytest.mark.parametrize("flow", [VERSION, ROLLOUT], ids=lambda flow: flow.name)
def test_every_state_can_be_reached(flow: Workflow) -> None:
    reached = {flow.initial}
    for _ in flow.states:
        reached |= {row.target for row in flow.rows if row.sources & reached}
    assert reached == set(flow.states)


def test_release_says_everything_that_is_missing(world: World) -> None:
    vague = given_standard(world, "HP-09", criteria=[], indicator=None)
    body = {**CONTENT, "expectations": EXPECTATIONS[:1], "minimum_standards": [derived(vague)]}
    path = given_draft(world, **body)
    reasons = take(world, path, "release", status=409)["reasons"]
    assert len(reasons) == 2
    assert "Jugendamts" in reasons[0]
    assert "HP-09" in reasons[1]
    planner = world.as_(Role.PLANNER)
    planner.patch(path, {"expectations": EXPECTATIONS[1:], "minimum_standards": None, "handover_points": []}, version=1)
    assert "Trägers" in take(world, path, "release", status=409)["reasons"][0]
    planner.patch(path, {"expectations": [], "key_processes": []}, version=2)
    assert "Schlüsselprozess" in take(world, path, "release", status=409)["reasons"][0]
    assert "Schlüsselprozess" in take(world, path, "open_consultation", status=409)["reasons"][0]
    world.as_(Role.PLANNER).act(path, "release", version=1, status=412)


def test_a_standard_hidden_before_the_release_holds_it_up(world: World) -> None:
    standard_id = given_standard(world)
    path = given_draft(world, minimum_standards=[derived(standard_id)])
    planner = world.as_(Role.PLANNER)
    planner.patch(f"/v1/standards/{standard_id}", {"is_shared": False}, version=1)
    assert "HP-01" in take(world, path, "release", status=409)["reasons"][0]
    planner.patch(f"/v1/standards/{standard_id}", {"is_shared": True}, version=2)
    take(world, path, "release")
    problem = planner.patch(f"/v1/standards/{standard_id}", {"threshold": "10 %"}, version=3, status=409)
    assert "Qualitätshandbuch" in problem["reason"]


def test_planner_and_office_head_release(world: World) -> None:
    for number, role in enumerate((Role.PLANNER, Role.OFFICE_HEAD)):
        path = given_draft(world, given_handbook(world, code=f"h-{number}"))
        released = world.as_(role).act(path, "release")
        assert released["released_by"] == str(world.as_(role).account_id)
        assert world.as_(role).get(path.partition("/versions")[0])["released_number"] == 1


def test_a_version_in_use_is_not_withdrawn(world: World) -> None:
    path = given_released(world)
    handbook = path.partition("/versions")[0]
    (district,) = given_districts(world, "Aplerbeck")
    step(world, handbook, district, "pilot")
    assert "1 Bezirke" in take(world, path, "withdraw", status=409)["reasons"][0]
    step(world, handbook, district, "suspend")
    withdrawn = take(world, path, "withdraw")
    assert withdrawn["withdrawal_reason"] == "Neu begonnen."
    assert world.as_(Role.PLANNER).get(handbook)["released_number"] is None
    problem = step(world, handbook, district, "pilot", status=409)
    assert "nicht freigegeben" in problem["reasons"][0]


@pytest.mark.parametrize(("action", "source", "target"), STEPS, ids=[f"{a}-{s}" for a, s, _ in STEPS])
def test_every_step_of_a_district_can_be_taken(world: World, action: str, source: R, target: R) -> None:
    handbook, district = given_district(world, source)
    path = f"{handbook}/rollout/{district}"
    assert action in {item["action"] for item in world.as_(Role.PLANNER).get(path)["allowed_actions"]}
    newer = {"version_number": 2} if action == "pilot" else {}
    moved = step(world, handbook, district, action, **newer)
    assert (moved["state"], moved["region_id"]) == (target, district)
    assert world.as_(Role.PLANNER).get(path) == moved
    steps = world.as_(Role.TEAM_LEAD).get(f"{path}/transitions")
    assert (steps[-1]["action"], steps[-1]["to_state"]) == (action, target)


@pytest.mark.parametrize("state", R)
def test_what_is_no_step_of_a_district_is_refused(world: World, state: R) -> None:
    handbook, district = given_district(world, state)
    for action, source in missing(ROLLOUT):
        if source is state:
            problem = step(world, handbook, district, action, status=409)
            assert problem["type"] == "/v1/problems/transition-not-allowed"
            assert problem["state"] == state
            assert action not in problem["allowed"]


@pytest.mark.parametrize(("action", "state"), missing(ROLLOUT))
def test_no_service_takes_a_step_of_a_district_that_is_no_row(action: str, state: R) -> None:
    for actor in (ANYBODY, SYSTEM):
        with pytest.raises(TransitionNotAllowed):
            ROLLOUT.fire(Session(), HandbookRollout(state=state), action, actor=actor, at=MORNING)


@pytest.mark.parametrize(
    "role", [role for role in Role if role is not Role.PLANNER and Permission.HANDBOOKS_READ in GRANTS[role]]
)
def test_only_the_planner_steers_districts(world: World, role: Role) -> None:
    handbook = given_released(world).partition("/versions")[0]
    (district,) = given_districts(world, "Aplerbeck")
    somebody = world.as_(role)
    path = f"{handbook}/rollout/{district}"
    assert somebody.get(path)["state"] == "none"
    somebody.act(path, "pilot", status=403, **step_fields(world, "pilot"))
    body = {"version_number": 1, "from_day": "2026-03-02"}
    somebody.post(f"{handbook}/rollout:adopt-all", body, status=403)
