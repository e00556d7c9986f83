"""The table of a notice's life: every row is walked by its side, every other step and side is refused."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.core.problems import GuardRefused, TransitionNotAllowed
from app.core.workflow import Row
from app.modules.notices.models import Notice, NoticeDirection
from app.modules.notices.models import NoticeState as S
from app.modules.notices.workflow import NOTICE
from app.policy import SYSTEM, Actor, OrganisationKind, Permission, Role
from tests.modules.notices.given import given_notice, path_of
from tests.world import MORNING, World

ROWS = [
    pytest.param(row.action, source, row, id=f"{row.action}-{source}")
    for row in NOTICE.rows
    for source in sorted(row.sources)
]
KNOWN = {(row.action, source) for row in NOTICE.rows for source in row.sources}
ACTIONS = sorted({row.action for row in NOTICE.rows})
MISSING = [(action, state) for state in S for action in ACTIONS if (action, state) not in KNOWN]
FIELDS: dict[str, dict[str, Any]] = {"answer": {"text": "22 Stunden"}, "withdraw": {"reason": "Falsche Hilfe"}}
ASKING, ASKED = Role.CASEWORKER, Role.PROVIDER_LEAD
TAKERS = {"acknowledge": ASKED, "answer": ASKED, "withdraw": ASKING, "close": ASKING}
WAYS = {
    S.SENT: (),
    S.ACKNOWLEDGED: ("acknowledge",),
    S.ANSWERED: ("acknowledge", "answer"),
    S.CLOSED: ("acknowledge", "answer", "close"),
    S.WITHDRAWN: ("withdraw",),
}


def given_state(world: World, state: S) -> str:
    """A question of the youth office in this state."""
    path = path_of(given_notice(world))
    for action in WAYS[state]:
        world.as_(TAKERS[action]).act(path, action, **FIELDS.get(action, {}))
    return path


def offered(world: World, path: str, role: Role) -> set[str]:
    return {step["action"] for step in world.as_(role).get(path)["allowed_actions"]}


@pytest.mark.parametrize(("action", "source", "row"), ROWS)
def test_every_step_is_its_sides_alone(world: World, action: str, source: S, row: Row) -> None:
    path, taker = given_state(world, source), TAKERS[action]
    other = ASKED if taker is ASKING else ASKING
    assert action in offered(world, path, taker)
    assert action not in offered(world, path, other)
    refused = world.as_(other).act(path, action, status=409, **FIELDS.get(action, {}))
    assert refused["type"] == "/v1/problems/guard-refused"
    assert world.as_(taker).act(path, action, **FIELDS.get(action, {}))["state"] == row.target
    last = world.as_(other).get(f"{path}/transitions")[-1]
    assert (last["action"], last["from_state"], last["to_state"]) == (action, source, row.target)


@pytest.mark.parametrize(("action", "state"), MISSING)
def test_what_is_no_row_is_refused(action: str, state: S) -> None:
    notice = Notice(state=state, direction=NoticeDirection.TO_PROVIDER, answer_by=MORNING)
    for kind in OrganisationKind:
        anybody = Actor(uuid4(), uuid4(), kind, frozenset(Role), frozenset(Permission))
        for actor in (anybody, SYSTEM):
            with pytest.raises(TransitionNotAllowed):
                NOTICE.fire(Session(), notice, action, actor=actor, at=MORNING)


@pytest.mark.parametrize("state", S)
def test_the_api_names_what_is_possible_when_it_refuses(world: World, state: S) -> None:
    path = given_state(world, state)
    for role in (ASKING, ASKED):
        possible = offered(world, path, role)
        for action in (action for action in ACTIONS if (action, state) not in KNOWN):
            problem = world.as_(role).act(path, action, status=409, **FIELDS.get(action, {}))
            assert (problem["state"], set(problem["allowed"])) == (state, possible)


def test_where_nothing_was_asked_nobody_answers_and_either_side_closes(world: World) -> None:
    notice = given_notice(world, "absence")
    path, caseworker = path_of(notice), world.as_(Role.CASEWORKER)
    caseworker.act(path, "acknowledge")
    assert offered(world, path, Role.CASEWORKER) == offered(world, path, Role.PROVIDER_LEAD) == {"close"}
    caseworker.act(path, "answer", text="Danke", status=409)
    assert caseworker.act(path, "close")["state"] == "closed"


def test_what_was_taken_back_can_still_be_read(world: World) -> None:
    path = given_state(world, S.WITHDRAWN)
    read = world.as_(ASKED).get(path)
    assert (read["withdrawn_because"], read["is_overdue"]) == ("Falsche Hilfe", False)
    assert read["text"]


def test_a_step_needs_the_version_that_was_read(world: World) -> None:
    path = given_state(world, S.ACKNOWLEDGED)
    world.as_(ASKED).act(path, "answer", text="22", version=1, status=412)
    world.as_(ASKED).request("POST", f"{path}/transitions", status=428, json={"action": "close"})


def test_a_step_of_somebody_else_does_not_reach_the_database() -> None:
    notice = Notice(state=S.SENT, direction=NoticeDirection.TO_PROVIDER)
    office = Actor(uuid4(), uuid4(), OrganisationKind.YOUTH_OFFICE, frozenset(Role), frozenset(Permission))
    with pytest.raises(GuardRefused):
        NOTICE.fire(Session(), notice, "acknowledge", actor=office, at=MORNING)
