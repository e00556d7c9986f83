"""The table of an offer's life: every row is walked, every step that is no row is refused."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.core.problems import TransitionNotAllowed
from app.core.workflow import Row
from app.modules.offers.models import Offer
from app.modules.offers.models import OfferState as S
from app.modules.offers.workflow import OFFER
from app.policy import SYSTEM, Actor, OrganisationKind, Permission, Role
from tests.modules.offers.given import given_draft, given_offer, path_of, revise
from tests.world import MORNING, World

ROWS = [(row.action, source, row) for row in OFFER.rows for source in sorted(row.sources)]
NAMES = [f"{action}-{source}" for action, source, _ in ROWS]
ACTIONS = sorted({row.action for row in OFFER.rows})
MISSING = [(action, state) for state in S for action in ACTIONS if (action, state) not in {r[:2] for r in ROWS}]
ANYBODY = Actor(uuid4(), uuid4(), OrganisationKind.PROVIDER, frozenset(Role), frozenset(Permission))


def given_state(world: World, state: S) -> dict[str, Any]:
    """An offer in this state, with something new to publish."""
    if state is S.DRAFT:
        return given_draft(world)
    offer = given_offer(world)
    if state is S.WITHDRAWN:
        return dict(world.as_(Role.PROVIDER_LEAD).act(path_of(offer), "withdraw"))
    return revise(world, offer, title="Familienhilfe")


def fields_for(world: World, action: str) -> dict[str, Any]:
    return {"youth_office_ids": [str(world.youth_office.id)]} if action == "publish" else {}


@pytest.mark.parametrize(("action", "source", "row"), ROWS, ids=NAMES)
def test_every_step_can_be_taken(world: World, action: str, source: S, row: Row) -> None:
    path, lead = path_of(given_state(world, source)), world.as_(Role.PROVIDER_LEAD)
    assert action in {step["action"] for step in lead.get(path)["allowed_actions"]}
    assert lead.act(path, action, **fields_for(world, action))["state"] == row.target
    last = lead.get(f"{path}/transitions")[-1]
    assert (last["action"], last["from_state"], last["to_state"]) == (action, source, row.target)


@pytest.mark.parametrize(("action", "source", "row"), ROWS, ids=NAMES)
def test_a_step_needs_its_permission(world: World, action: str, source: S, row: Row) -> None:
    offer = given_state(world, source)
    fields = fields_for(world, action)
    problem = world.as_(Role.PROVIDER_BILLING).act(
        path_of(offer), action, version=offer["version"], status=403, **fields
    )
    assert problem["permission"] == row.needs


@pytest.mark.parametrize(("action", "state"), MISSING)
def test_what_is_no_row_is_refused(world: World, action: str, state: S) -> None:
    for actor in (ANYBODY, SYSTEM):
        with pytest.raises(TransitionNotAllowed):
            OFFER.fire(Session(), Offer(state=state), action, actor=actor, at=MORNING)
    path, lead = path_of(given_state(world, state)), world.as_(Role.PROVIDER_LEAD)
    problem = lead.act(path, action, status=409, **fields_for(world, action))
    assert (problem["type"], problem["state"]) == ("/v1/problems/transition-not-allowed", state)
    assert action not in problem["allowed"]


@pytest.mark.parametrize("action", ["create", "", "PUBLISH", "delete"])
def test_there_are_no_other_steps(world: World, action: str) -> None:
    world.as_(Role.PROVIDER_LEAD).act(path_of(given_offer(world)), action, status=422)


def test_a_withdrawn_draft_can_still_be_published(world: World) -> None:
    lead, path = world.as_(Role.PROVIDER_LEAD), path_of(given_draft(world))
    assert lead.act(path, "withdraw")["number"] == 0
    world.as_(Role.CASEWORKER).get(path, status=404)
    assert lead.act(path, "publish", **fields_for(world, "publish"))["number"] == 1
