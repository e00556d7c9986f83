"""The table of a case, row by row: which steps there are in which state, what each must say, and where it leads."""

from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

import pytest

from app.core.ticker import Ticker
from app.core.workflow import required_fields
from app.modules.protection.codes import CaseState as S
from app.modules.protection.schemas.actions import CaseAction
from app.modules.protection.workflow import CASE
from app.policy import OrganisationKind, Role
from app.wiring import HANDLERS, on_published
from tests.contract.operations import document, example, resolved
from tests.modules.protection.given import CUSTODY, NOT_WEIGHTY, WEIGHTY, Office
from tests.world import Clock, World

ACTIONS = {get_args(one.model_fields["action"].annotation)[0]: one for one in get_args(get_args(CaseAction)[0])}
SYSTEM = {row.action for row in CASE.rows if row.needs is None}
Stage = Callable[[Office], Any]


def _received(office: Office) -> None:
    office.receive()


def _first_check(office: Office) -> None:
    office.receive()
    office.assign()


def _assessing(office: Office) -> None:
    _first_check(office)
    office.weighty()


def _contact(office: Office) -> None:
    _assessing(office)
    office.contact()


def _assessed(office: Office) -> None:
    _contact(office)
    office.assess("acute")


def _planned(office: Office) -> None:
    _assessed(office)
    office.plan()


def _reviewed(office: Office) -> None:
    _planned(office)
    office.review()


def _court(office: Office) -> None:
    _assessed(office)
    office.court()


def _custody(office: Office) -> None:
    _assessed(office)
    office.take()


def _closed(office: Office) -> None:
    _contact(office)
    office.assess("none")
    office.close()


def _reopened(office: Office) -> None:
    _closed(office)
    office.act(office.caseworker, "reopen", reason="neue Tatsachen")


def _not_weighty(office: Office) -> None:
    _first_check(office)
    office.act(office.caseworker, "propose_not_weighty", **NOT_WEIGHTY)
    office.act(office.second, "confirm_not_weighty", entry_id=office.last("propose_not_weighty")["id"])


def _transferred(office: Office) -> None:
    _first_check(office)
    there = World(office.world.kernel, office.world.http, office.world.clock, office.world.ticker)
    transfer_id = office.transfer(there)
    there.as_(Role.TEAM_LEAD).act(f"/v1/protection-transfers/{transfer_id}", "accept")


STAGES: dict[S, Stage] = {
    S.RECEIVED: _received,
    S.FIRST_CHECK: _first_check,
    S.NOT_WEIGHTY: _not_weighty,
    S.ASSESSING: _assessing,
    S.CONTACT_DONE: _contact,
    S.ASSESSED: _assessed,
    S.PLAN_ACTIVE: _planned,
    S.PLAN_REVIEW: _reviewed,
    S.COURT_CALLED: _court,
    S.CUSTODY_ACTIVE: _custody,
    S.CLOSED: _closed,
    S.REOPENED: _reopened,
    S.TRANSFERRED_OUT: _transferred,
}


def other_office(world: World) -> UUID:
    """A youth office besides."""
    return world.organisation(OrganisationKind.YOUTH_OFFICE, "Jugendamt").id


def fields_of(office: Office, action: str) -> dict[str, Any]:
    """What a step says, as it fits the case now."""
    report = office.lead.get(f"{office.path}/reports")[0]["id"]
    plan, today = office.plan_body(), str(office.world.clock.now.date())
    kept = [{"what": "Arztbesuch", "fulfilment": "partly"}]
    closing: dict[str, Any] = {"children": [], "reasons": "x", "last_contact_on": None, "follow_up": "x"}
    team = {"caseworker_id": office.caseworker, "second_id": office.second, "substitute_id": office.third}
    people = {name: str(who.account_id) for name, who in team.items()}
    return {
        "acknowledge": {"report_id": report},
        "assign": people,
        "reassign": {**people, "reason": "Urlaub"},
        "exclude": {"account_id": str(office.world.person(Role.CASEWORKER).account_id), "reason": "verwandt"},
        "propose_weighty": WEIGHTY,
        "propose_not_weighty": NOT_WEIGHTY,
        "check_report": {"report_id": report, "urgency": "same_day", "reasons": "x"},
        "raise_urgency": {"urgency": "immediate", "reasons": "x"},
        "propose_lower_urgency": {"urgency": "within_week", "reasons": "x"},
        "record_contact": office.contact_body(),
        "record_failed_attempt": {"tried": "x", "alternative": "kita"},
        "skip_direct_impression": {"reason": "x"},
        "assess": office.assessment_body("acute"),
        "propose_closing": closing,
        "agree_plan": plan,
        "review_plan": {"fulfilments": kept, "child_seen": True, "observations": "x"},
        "continue_plan": {"reasons": "x", "review_on": today},
        "plan_broken": {"new_facts": "x"},
        "call_court": office.court_body(),
        "court_event": {"what": "x", "hearing_on": None, "guardian_appointed": False},
        "court_decided": {"outcome": "interim", "content": "x", "guardian_appointed": False},
        "court_refrains": {"reasons": "x", "plan": plan},
        "take_into_custody": office.custody_body() if office.children else {},
        "reopen": {"reason": "x"},
        "prepare_transfer": {"receiving_office_id": str(other_office(office.world)), "reason": "x", "is_acute": False},
    }[action]


CONFIRMS: dict[str, tuple[str, dict[str, Any]]] = {
    "confirm_weighty": ("propose_weighty", {"urgency": "same_day"}),
    "confirm_not_weighty": ("propose_not_weighty", {}),
    "confirm_report_check": ("check_report", {"urgency": "same_day"}),
    "confirm_lower_urgency": ("propose_lower_urgency", {}),
    "sign_assessment": ("assess", {}),
    "conclude_assessment": ("assess", {}),
    "close_children": ("propose_closing", {}),
    "close": ("propose_closing", {}),
}
"""What confirms which proposal."""


def prepare(office: Office, action: str) -> dict[str, Any]:
    """Whatever must stand before the step, and what the step then says."""
    if action not in CONFIRMS:
        return fields_of(office, action)
    proposal, more = CONFIRMS[action]
    before = fields_of(office, proposal)
    if action == "close" and office.case()["state"] == "plan_review":
        office.assess("none")
    if action == "close" and office.case()["state"] == "assessed":
        office.assess("none")
    if action == "close_children":
        protect(office)
        before = {**before, "children": office.children}
    office.act(office.caseworker, proposal, **before)
    return {"entry_id": office.last(proposal)["id"], **more}


def protect(office: Office) -> None:
    """What a child needs before its procedure ends."""
    state = office.case()["state"]
    if state == "custody_active":
        # one child is in care and stays; the other has no need
        office.receive(case_id=office.case_id, children=[{"pseudonym": "Kind K-3"}])
    if state in {"assessed", "plan_review"}:
        office.assess("none")


def actor_of(office: Office, action: str) -> Any:
    if action in CONFIRMS and not action.startswith("close"):
        return office.second
    if action == "take_into_custody":
        return office.caseworker
    needs = next(row.needs for row in CASE.rows if row.action == action)
    lead = (needs is not None and "lead" in needs.value) or action in {"assign", "reassign"}
    return office.lead if lead else office.caseworker


HARD = {("take_into_custody", S.CUSTODY_ACTIVE), ("close_children", S.CUSTODY_ACTIVE)}
"""Steps that need a second child: they have tests of their own."""
ROWS = [
    (state, row.action, row.target)
    for row in CASE.rows
    for state in sorted(row.sources)
    if row.needs is not None and state in STAGES and (row.action, state) not in HARD
]
LEADING_ON = [row for row in ROWS if row[0] is not row[2]]


@pytest.mark.parametrize(("state", "action", "target"), LEADING_ON, ids=[f"{s.value}-{a}" for s, a, _ in LEADING_ON])
def test_every_row_leads_where_the_table_says(world: World, state: S, action: str, target: S) -> None:
    office = Office(world)
    STAGES[state](office)
    _take(office, state, action, target)


@pytest.mark.parametrize("state", STAGES)
def test_every_other_row_stays(world: World, state: S) -> None:
    """Steps that leave the state as it is, one after the other in the order of the table."""
    office = Office(world)
    STAGES[state](office)
    for source, action, target in ROWS:
        if source is target is state:
            _take(office, state, action, target)


def _take(office: Office, state: S, action: str, target: S) -> None:
    fields = prepare(office, action)
    assert office.case()["state"] == state.value, action
    case = office.act(actor_of(office, action), action, **fields)
    assert case["state"] == target.value, action


@pytest.mark.parametrize("state", STAGES)
def test_what_the_table_does_not_have_is_refused(world: World, state: S) -> None:
    office = Office(world)
    STAGES[state](office)
    there = {row.action for row in CASE.rows if state in row.sources}
    offered = {
        step["action"] for who in (office.lead, office.caseworker) for step in who.get(office.path)["allowed_actions"]
    }
    assert offered == there - SYSTEM
    schemas = document()["components"]["schemas"]
    for action, model in ACTIONS.items():
        if action in there:
            continue
        body = {**example(schemas[model.__name__]), "action": action}
        headers = {"If-Match": f'"{office.case()["version"]}"'}
        refused = office.lead.post(f"{office.path}/transitions", body, status=409, headers=headers)
        assert refused["type"].endswith("transition-not-allowed"), action
        assert refused["state"] == state.value


MANDATORY = [(action, name) for action, model in ACTIONS.items() for name in required_fields(model)]


@pytest.fixture(scope="module")
def anywhere(kernel: Any, http: Any) -> Office:
    """A case; a body that lacks something is refused before anybody looks where the case stands."""
    world = World(kernel, http, Clock(), Ticker(kernel.work, HANDLERS, on_published, 1))
    office = Office(world)
    office.receive()
    return office


@pytest.mark.parametrize(("action", "name"), MANDATORY, ids=[f"{a}-{n}" for a, n in MANDATORY])
def test_every_step_says_what_it_must(anywhere: Office, action: str, name: str) -> None:
    schema = document()["components"]["schemas"][ACTIONS[action].__name__]
    body = {**example(resolved(schema)), "action": action}
    del body[name]
    refused = anywhere.lead.post(f"{anywhere.path}/transitions", body, status=422, headers={"If-Match": '"1"'})
    assert (f"/{name}", "missing") in [(error["pointer"], error["code"]) for error in refused["errors"]]


def test_a_second_child_is_taken_into_care_and_a_third_ends_apart(world: World) -> None:
    """The two steps that stay in the state of care."""
    office = Office(world)
    office.receive(children=[{"pseudonym": f"Kind K-{place}"} for place in (1, 2, 3)])
    office.assign()
    office.weighty()
    office.contact()
    office.assess("acute", "acute", "none")
    first, second, third = office.children
    office.take(child_id=first)
    office.take(child_id=second)
    assert office.close(third)["state"] == "custody_active"
    for custody in office.lead.get(f"{office.path}/custody-measures"):
        assert office.case()["state"] == "custody_active"
        office.custody(custody, "end", **{**CUSTODY["end"], "reason": "help_decision"})
    assert office.case()["state"] == "assessed"


def test_the_systems_rows_nobody_takes(world: World) -> None:
    assert {"additional_report", "custody_ended", "give_back", "transfer"} == SYSTEM
    office = Office(world)
    office.receive()
    for action in SYSTEM:
        body, headers = {"action": action}, {"If-Match": '"1"'}
        office.lead.post(f"{office.path}/transitions", body, status=422, headers=headers)
