"""The table of a concern's life: every row is walked, every other step refused, and who may take which."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.core.problems import PermissionMissing, TransitionNotAllowed
from app.core.workflow import Row
from app.modules.concerns.codes import OPEN
from app.modules.concerns.codes import ConcernState as S
from app.modules.concerns.models import ProviderConcern
from app.modules.concerns.workflow import CONCERN
from app.policy import SYSTEM, Actor, OrganisationKind, Permission, Role
from tests.modules.concerns.given import WAYS, acknowledge, agree, fields_of, given_concern, given_state, step
from tests.world import MORNING, World

ROWS = [
    pytest.param(row.action, source, row, id=f"{row.action}-{source}")
    for row in CONCERN.rows
    for source in sorted(row.sources)
    if row.needs is not None
]
KNOWN = {(row.action, source) for row in CONCERN.rows for source in row.sources}
ACTIONS = sorted({row.action for row in CONCERN.rows})
MISSING = [(action, state) for state in S for action in ACTIONS if (action, state) not in KNOWN]
INCOMPLETE = {S.TEAM_REVIEW, S.ISEF_REQUESTED, S.ISEF_DONE, S.MONITORING}
"""Where a notification without acute danger lacks something, because the way here skipped it."""


@pytest.mark.parametrize(("action", "source", "row"), ROWS)
def test_every_row_is_walked(world: World, action: str, source: S, row: Row) -> None:
    path = given_state(world, source)
    if action == "notify_ja" and source in INCOMPLETE:
        refused = world.as_(Role.PROVIDER_LEAD).act(path, action, status=409, **fields_of(world, action, path))
        assert refused["missing"]
        return
    if action == "record_consultation" and not world.as_(Role.PROVIDER_LEAD).get(path)["consultation_ids"]:
        step(world, path, "request_isef")
    if action == "record_consultation" and source is not S.ISEF_REQUESTED and "request_isef" in WAYS[source]:
        step(world, path, "request_isef")
    done = step(world, path, action)
    assert done["state"] == row.target
    last = world.as_(Role.PROVIDER_LEAD).get(f"{path}/transitions")[-1]
    assert (last["action"], last["to_state"]) == (action, row.target)
    kinds = [entry["kind"] for entry in world.as_(Role.PROVIDER_LEAD).get(f"{path}/entries")["items"]]
    assert action in kinds


@pytest.mark.parametrize(("action", "state"), MISSING)
def test_what_is_no_row_is_refused(action: str, state: S) -> None:
    concern = ProviderConcern(state=state)
    anybody = Actor(uuid4(), uuid4(), OrganisationKind.PROVIDER, frozenset(Role), frozenset(Permission))
    for actor in (anybody, SYSTEM):
        with pytest.raises(TransitionNotAllowed):
            CONCERN.fire(Session(), concern, action, actor=actor, at=MORNING)


@pytest.mark.parametrize("state", S)
def test_no_office_takes_a_step(state: S) -> None:
    office = Actor(uuid4(), uuid4(), OrganisationKind.YOUTH_OFFICE, frozenset(Role), frozenset(Permission))
    assert CONCERN.allowed(ProviderConcern(state=state, changed_at=MORNING), office) == []
    for row in CONCERN.rows:
        if state in row.sources:
            with pytest.raises(PermissionMissing):
                CONCERN.fire(Session(), ProviderConcern(state=state), row.action, actor=office, at=MORNING)


@pytest.mark.parametrize("state", sorted(OPEN | {S.CLOSED_AVERTED, S.CLOSED_NO_CONCERN, S.CLOSED_HANDED_OVER}))
def test_acute_danger_passes_from_everywhere_and_reaches_the_office(world: World, state: S) -> None:
    path = given_state(world, state)
    before = len(world.as_(Role.PROVIDER_LEAD).get(path)["notification_ids"])
    told = step(world, path, "declare_immediate_danger", by=world.as_(Role.PROVIDER_PROFESSIONAL))
    assert told["state"] == "ja_notified"
    assert len(told["notification_ids"]) == before + 1
    calls = world.as_(Role.TEAM_LEAD).get("/v1/alarms?sort=-raised_at")["items"]
    assert calls[0]["notification_id"] == told["notification_ids"][-1]


LEADS = {row.action for row in CONCERN.rows if row.needs is Permission.CONCERNS_LEAD}


@pytest.mark.parametrize("action", sorted(LEADS))
def test_some_steps_are_the_leads_alone(world: World, action: str) -> None:
    source = next(min(row.sources) for row in CONCERN.rows if row.action == action)
    path = given_state(world, source)
    worker = world.as_(Role.PROVIDER_PROFESSIONAL)
    assert action not in {one["action"] for one in worker.get(path)["allowed_actions"]}
    body = fields_of(world, action, path)
    if action == "notify_ja":  # what is missing speaks first
        path = given_state(world, "plan_review")
    worker.act(path, action, status=403, **body)


@pytest.mark.parametrize("action", ["assess_no_weighty", "skip_family_involvement", "danger_averted"])
def test_two_different_professionals_stand_behind_what_ends_a_worry(world: World, action: str) -> None:
    source = next(max(row.sources) for row in CONCERN.rows if row.action == action)
    path, lead = given_state(world, source), world.as_(Role.PROVIDER_LEAD)
    body = fields_of(world, action, path)
    assert lead.act(path, action, status=409, **body)["type"] == "/v1/problems/guard-refused"
    agree(world, path, action, by=lead)  # the same person's agreement is none
    lead.act(path, action, status=409, **body)
    worker = world.as_(Role.PROVIDER_PROFESSIONAL)
    no = {"kind": "second_opinion", "about": action, "agrees": False, "reasons": "Ich sehe das anders."}
    agree(world, path, action)
    worker.post(f"{path}/entries", no)  # who changes her mind agrees no more
    lead.act(path, action, status=409, **body)
    agree(world, path, action)
    lead.act(path, action, **body)
    log = lead.get(f"{path}/transitions")[-1]
    assert log["action"] == action


def test_an_agreement_to_what_was_weighed_before_does_not_count_anew(world: World) -> None:
    path, lead = given_state(world, "monitoring"), world.as_(Role.PROVIDER_LEAD)
    agree(world, path, "assess_no_weighty")
    world.clock.travel(minutes=1)
    step(world, path, "new_indication")
    lead.act(path, "assess_no_weighty", status=409, **fields_of(world, "assess_no_weighty", path))
    assert lead.get(path)["consulted_at"] is None


def test_half_a_year_after_its_end_a_new_concern_begins(world: World) -> None:
    path, lead = given_state(world, "closed_no_concern"), world.as_(Role.PROVIDER_LEAD)
    world.clock.travel(days=200)
    lead.act(path, "reopen", status=409, **fields_of(world, "reopen", path))
    new = given_concern(world, by=lead, perceived_at="2026-09-01T08:00:00Z", previous_id=path.rpartition("/")[2])
    assert lead.get(new)["previous_id"] == path.rpartition("/")[2]


def test_without_the_parents_there_is_no_agreed_plan(world: World) -> None:
    path = given_state(world, "isef_done")
    step(world, path, "skip_family_involvement")
    lead = world.as_(Role.PROVIDER_LEAD)
    body = fields_of(world, "agree_protection_plan", path)
    assert lead.act(path, "agree_protection_plan", status=409, **body)["type"] == "/v1/problems/guard-refused"
    content: dict[str, Any] = {"parents_informed": "no", "parents_reason": "Der Schutz wäre gefährdet."}
    assert step(world, path, "notify_ja", **content)["state"] == "ja_notified"


def test_a_review_that_still_sees_danger_does_not_end_in_averted(world: World) -> None:
    path, lead = given_state(world, "plan_active"), world.as_(Role.PROVIDER_LEAD)
    step(world, path, "review_plan", rating="weighty", result="continue")
    agree(world, path, "danger_averted")
    lead.act(path, "danger_averted", status=409, **fields_of(world, "danger_averted", path))
    assert step(world, path, "agree_protection_plan")["state"] == "plan_active"


def test_the_office_acknowledges_every_child_before_the_concern_moves_on(world: World) -> None:
    children = [{"pseudonym": f"Kind K-{n}", "age_band": "under_6"} for n in (1, 2)]
    path, lead = given_concern(world, children=children), world.as_(Role.PROVIDER_LEAD)
    told = step(world, path, "declare_immediate_danger")
    assert len(told["notification_ids"]) == 2
    office = world.as_(Role.TEAM_LEAD)
    office.act(f"/v1/jugendamt-notifications/{told['notification_ids'][0]}", "acknowledge")
    assert lead.get(path)["state"] == "ja_notified"
    acknowledge(world, path)
    assert lead.get(path)["state"] == "ja_acknowledged"


def test_a_step_needs_the_version_that_was_read(world: World) -> None:
    path, lead = given_concern(world), world.as_(Role.PROVIDER_LEAD)
    lead.act(path, "inform_lead", version=7, status=412, **fields_of(world, "inform_lead", path))
    lead.request("POST", f"{path}/transitions", status=428, json={"action": "reopen", "reason": "x"})
