"""The table of an agreement's life: every row is walked, every step that is no row is refused."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.core.problems import PermissionMissing, TransitionNotAllowed
from app.core.workflow import Row
from app.modules.agreements.models import Agreement
from app.modules.agreements.models import AgreementState as S
from app.modules.agreements.workflow import AGREEMENT
from app.policy import SYSTEM, Actor, OrganisationKind, Permission, Role
from tests.modules.agreements.states import OWNERS, SHORT, fields_for, given_for, given_state, later, take
from tests.stories.given import given_agreement
from tests.world import MORNING, World

ROWS = [(row.action, source, row) for row in AGREEMENT.rows for source in sorted(row.sources)]
OF_PEOPLE = [(action, source, row) for action, source, row in ROWS if row.needs is not None]
OF_TIME = [(action, source) for action, source, row in ROWS if row.needs is None]
ACTIONS = sorted({row.action for row in AGREEMENT.rows})
MISSING = [(action, state) for state in S for action in ACTIONS if (action, state) not in {r[:2] for r in ROWS}]
ANYBODY = Actor(uuid4(), uuid4(), OrganisationKind.YOUTH_OFFICE, frozenset(Role), frozenset(Permission))
NOBODY = replace(ANYBODY, permissions=frozenset())


@pytest.mark.parametrize(("action", "source", "row"), OF_PEOPLE, ids=[f"{a}-{s}" for a, s, _ in OF_PEOPLE])
def test_every_step_of_people_is_taken_with_its_permission_and_not_without(
    world: World, action: str, source: S, row: Row
) -> None:
    agreement, who = given_for(world, action, source)
    path, fields = f"/v1/agreements/{agreement['id']}", fields_for(world, action, agreement)
    assert world.as_(Role.CASEWORKER).act(path, action, status=403, **fields)["permission"] == row.needs
    known = who.get(path)
    assert known["state"] == source
    assert action in {step["action"] for step in known["allowed_actions"]}
    target = S.SIGNED if action == "confirm_award" else row.target  # the award stands for the signatures
    assert who.act(path, action, **fields)["state"] == target


@pytest.mark.parametrize(("action", "source"), OF_TIME)
def test_time_takes_the_other_steps(world: World, action: str, source: S) -> None:
    agreement = _after(world, action, source)
    steps = world.as_(Role.PLANNER).get(f"/v1/agreements/{agreement['id']}/transitions")
    assert (action, source) in {(step["action"], step["from_state"]) for step in steps}


def _after(world: World, action: str, source: S) -> dict[str, Any]:
    """An agreement with which time has dealt in this way."""
    agreement: dict[str, Any]
    if source is S.UNDER_AMENDMENT and action in ("expire", "continue"):
        agreement = given_agreement(world, **{**SHORT, "continues": action == "continue"})
        agreement = later(world, take(world, agreement, "amend", valid_from="2026-04-01"))
    elif source is S.CONTINUING:
        agreement = given_state(world, S.CONTINUING)
        given_agreement(world, standard_ids=[], forms=[], valid_from="2026-09-01", retroactive_reason=None)
        later(world, agreement)
    elif action == "keep":
        agreement = given_state(world, S.UNDER_AMENDMENT)
        world.as_(Role.PROVIDER_LEAD).act(f"/v1/agreements/{agreement['amendment_id']}", "withdraw")
    else:
        ended = {"end": S.TERMINATED, "continue": S.CONTINUING, "supersede": S.SUPERSEDED}
        agreement = given_state(world, ended.get(action, S.EXPIRED))
    return agreement


@pytest.mark.parametrize(("action", "source"), OF_TIME)
def test_nobody_takes_the_steps_of_time(action: str, source: S) -> None:
    with pytest.raises(PermissionMissing):
        AGREEMENT.fire(Session(), Agreement(state=source), action, actor=ANYBODY, at=MORNING)


@pytest.mark.parametrize(("action", "state"), MISSING)
def test_what_is_no_row_is_refused(action: str, state: S) -> None:
    for actor in (NOBODY, SYSTEM):
        with pytest.raises(TransitionNotAllowed) as refused:
            AGREEMENT.fire(Session(), Agreement(state=state), action, actor=actor, at=MORNING)
        assert refused.value.members["state"] == state


@pytest.mark.parametrize("state", S)
def test_what_is_no_row_is_refused_over_http_and_told_what_is(world: World, state: S) -> None:
    agreement = given_state(world, state)
    for action in OWNERS:
        if (action, state) in MISSING:
            problem = take(world, agreement, action, status=409)
            assert problem["type"] == "/v1/problems/transition-not-allowed"
            assert problem["state"] == state
            assert action not in problem["allowed"]
    assert world.as_(Role.PLANNER).get(f"/v1/agreements/{agreement['id']}")["version"] == agreement["version"]


@pytest.mark.parametrize("action", ["conclude", "start", "keep", "end", "expire", "continue", "supersede", "", "SIGN"])
def test_the_steps_of_time_cannot_even_be_asked_for(world: World, action: str) -> None:
    agreement = given_state(world, S.AWAITING_SIGNATURES)
    world.as_(Role.OFFICE_HEAD).act(f"/v1/agreements/{agreement['id']}", action, status=422)


def test_every_state_can_be_reached() -> None:
    reached = {AGREEMENT.initial}
    for _ in S:
        reached |= {row.target for row in AGREEMENT.rows if row.sources & reached}
    assert reached == set(S)
