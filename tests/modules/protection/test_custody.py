"""A child in care (§ 42 SGB VIII): what must follow at once, objection, court, liberty, the end."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.kernel import Kernel
from app.core.ticker import Ticker
from app.modules.protection.codes import CustodyState
from app.modules.protection.workflow import CUSTODY
from app.policy import Role
from app.wiring import HANDLERS, on_published
from tests.modules.protection.given import CUSTODY as BODIES
from tests.modules.protection.given import Office
from tests.modules.protection.test_procedure import pointers
from tests.world import Clock, World


@pytest.fixture
def office(world: World) -> Office:
    return _assessed(world)


def _assessed(world: World) -> Office:
    made = Office(world)
    made.receive()
    made.assign()
    made.weighty()
    made.contact()
    made.assess("acute")
    return made


def due(custody: Any) -> dict[str, str]:
    return {duty["kind"]: duty["due_at"] for duty in custody["duties"] if duty["met_at"] is None}


def at(office: Office, instant: str) -> None:
    office.world.clock.set(datetime.fromisoformat(instant).astimezone(UTC))


def test_child_and_parents_are_told_at_once(office: Office) -> None:
    custody = office.take()
    assert office.case()["state"] == "custody_active"
    assert due(custody) == {
        "protection_child_informed": "2026-03-02T12:00:00Z",
        "protection_parents_informed": "2026-03-02T20:00:00Z",
        "protection_custody_long": "2026-05-31T21:59:59Z",
    }
    office.custody(custody, "inform_child")
    custody = office.custody(custody, "inform_parents")
    assert set(due(custody)) == {"protection_custody_long"}
    custody = office.custody(custody, "no_objection")
    assert due(custody)["protection_custody_plan"] == "2026-03-09T22:59:59Z"
    custody = office.custody(custody, "start_help_plan")
    assert custody["state"] == "help_planning"
    office.custody(custody, "end", reason="help_decision")
    assert office.case()["state"] == "assessed"
    assert office.gaps() == []


@pytest.mark.parametrize("how", ["object", "unreachable"])
def test_objection_leads_to_handing_over_or_to_the_court(office: Office, how: str) -> None:
    custody = office.take()
    if how == "object":
        office.custody(custody, "inform_parents")
    custody = office.custody(custody, how)
    assert due(custody)["protection_custody_court"] == "2026-03-03T22:59:59Z"
    custody = office.custody(custody, "call_court")
    assert "protection_custody_court" not in due(custody)
    custody = office.custody(custody, "court_decides")
    assert (custody["state"], custody["court_outcome"]) == ("help_planning", "orders_to_parents")
    office.custody(custody, "end")
    assert office.gaps() == ["/children/0/plan"]  # handed over: a plan is needed before the end
    office.world.clock.travel(minutes=1)
    office.plan()
    assert office.gaps() == []


def test_faults_of_taking_into_care(office: Office) -> None:
    stranger = "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10"
    refused = office.act(office.caseworker, "take_into_custody", status=422, **office.custody_body(child_id=stranger))
    assert pointers(refused) == [("/child_id", "unknown")]
    office.assess("latent")
    refused = office.act(office.caseworker, "take_into_custody", status=422, **office.custody_body())
    assert pointers(refused) == [("/ground", "not_acute")]
    custody = office.take(ground="self_report")
    again = office.act(office.caseworker, "take_into_custody", status=422, **office.custody_body())
    assert ("/child_id", "in_care") in pointers(again)
    refused = office.custody(custody, "end", status=422, ended_at="2026-03-01T08:00:00Z")
    assert pointers(refused) == [("/ended_at", "before_start")]
    for action in ("order_liberty", "end_liberty"):
        assert pointers(office.custody(custody, action, status=422)) == [("/action", "no_liberty")]
    office.custody(custody, "end")
    assert office.custody(custody, "end", status=409)["type"].endswith("transition-not-allowed")


def test_an_unaccompanied_child_is_reported_to_the_land(office: Office) -> None:
    custody = office.take(ground="unaccompanied_minor")
    assert due(custody)["protection_unaccompanied"] == "2026-03-11T22:59:59Z"
    assert "protection_parents_informed" not in due(custody)
    assert "protection_unaccompanied" not in due(office.custody(custody, "report_unaccompanied"))


def test_the_address_lies_sealed(office: Office, kernel: Kernel) -> None:
    office.take()
    with kernel.engine.connect() as owner:
        for table in ("custody_measure", "protection_entry", "audit_entry", "idempotency_key"):
            dump = owner.exec_driver_sql(f"SELECT string_agg(t::text, '') FROM {table} AS t").scalar()
            assert "Musterweg" not in str(dump)


@pytest.mark.parametrize(
    ("starts", "limit"),
    [
        ("2026-03-06T21:00:00+00:00", "2026-03-07T22:59:59Z"),
        ("2026-03-28T22:00:00+01:00", "2026-03-29T21:59:59Z"),  # a day of 23 hours
        ("2026-10-24T22:00:00+02:00", "2026-10-25T22:59:59Z"),  # a day of 25 hours
    ],
)
def test_liberty_ends_with_the_next_day(office: Office, starts: str, limit: str) -> None:
    at(office, starts)
    assert office.take(liberty=True)["liberty_must_end_at"] == limit


def test_liberty_taken_too_long_is_told_and_stays_told(office: Office) -> None:
    """Script S5 of the facts."""
    at(office, "2026-03-06T22:00:00+01:00")
    custody = office.take(liberty=True)
    at(office, "2026-03-07T17:29:00+01:00")
    office.world.tick()
    assert "A-C-LIBERTY" not in {code for code, _, _ in office.codes(office.head)}
    at(office, "2026-03-07T17:30:00+01:00")
    office.world.tick()
    assert ("A-C-LIBERTY", 4, "2026-03-07T16:30:00Z") in office.codes(office.head)
    at(office, "2026-03-08T00:00:00+01:00")
    office.world.tick()
    called = [code for code, _, _ in office.codes(office.head)]
    assert called.count("A-C-LIBERTY") == 2
    custody = office.lead.get(f"/v1/custody-measures/{custody['id']}")
    assert custody["liberty_ended_at"] is None  # nothing ends by itself
    at(office, "2026-03-08T02:00:00+01:00")
    custody = office.custody(custody, "end_liberty")
    assert custody["liberty_violated"] is True
    officer = office.world.as_(Role.DATA_PROTECTION_OFFICER)
    assert [code for code, _, _ in office.codes(officer)] == ["A-C-LIBERTY"]


def test_a_court_order_allows_it_longer(office: Office) -> None:
    custody = office.take(liberty=True)
    custody = office.custody(custody, "order_liberty")
    assert "protection_liberty" not in due(custody)
    office.world.clock.travel(days=5)
    assert office.custody(custody, "end_liberty")["liberty_violated"] is False


REACHED: dict[str, list[str]] = {
    "started": [],
    "parents_informed": ["inform_parents"],
    "objection": ["inform_parents", "object"],
    "no_objection": ["inform_parents", "no_objection"],
    "unreachable": ["unreachable"],
    "court_pending": ["unreachable", "call_court"],
    "help_planning": ["inform_parents", "no_objection", "start_help_plan"],
    "ended": ["end"],
}


@pytest.mark.parametrize("state", CustodyState)
def test_every_row_of_the_table_and_no_other(office: Office, state: CustodyState) -> None:
    table = {row.action: row.target for row in CUSTODY.rows if state in row.sources}
    for action in BODIES:
        custody = office.take(liberty=True)
        for step in REACHED[state.value]:
            custody = office.custody(custody, step)
        assert custody["state"] == state.value
        assert {allowed["action"] for allowed in custody["allowed_actions"]} == set(table)
        if action in table:
            done = office.custody(custody, action)
            assert done["state"] == table[action].value
        else:
            refused = office.custody(custody, action, status=409)
            assert refused["type"].endswith("transition-not-allowed")
        if office.lead.get(f"/v1/custody-measures/{custody['id']}")["state"] != "ended":
            office.custody(custody, "end")


@pytest.fixture(scope="module")
def in_care(kernel: Kernel, http: Any) -> tuple[Office, Any]:
    """A child in care; a body that lacks something is refused before anybody looks where it stands."""
    made = _assessed(World(kernel, http, Clock(), Ticker(kernel.work, HANDLERS, on_published, 1)))
    return made, made.take(liberty=True)


@pytest.mark.parametrize(
    ("action", "name"), [(action, name) for action, body in BODIES.items() for name in body] + [("end", "ended_at")]
)
def test_every_step_says_what_it_must(in_care: tuple[Office, Any], action: str, name: str) -> None:
    office, custody = in_care
    body = {"ended_at": "2026-03-02T08:00:00Z"} if action in {"end", "end_liberty"} else {}
    body = {"action": action, **body, **BODIES[action]}
    del body[name]
    headers = {"If-Match": '"1"'}
    path = f"/v1/custody-measures/{custody['id']}/transitions"
    refused = office.caseworker.post(path, body, status=422, headers=headers)
    assert pointers(refused) == [(f"/{name}", "missing")]
