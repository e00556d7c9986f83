"""What is owed: begun by help and meeting, moved, fulfilled, waived; reminded and escalated exactly once."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.modules.reports import close_parts
from app.modules.reports.models import ExpectationState
from app.modules.reports.workflow import EXPECTATION
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.reports.given import (
    PATH,
    first_owed,
    follow,
    given_reporting,
    hold,
    meet,
    owed,
    path_of,
    report_body,
)
from tests.stories.helps import given_help
from tests.world import World


def test_a_release_calls_for_what_is_agreed_after_the_start(world: World) -> None:
    given_reporting(world)
    assert owed(world) == [("initial", "after_start", "2026-03-12"), ("development", "every_months", "2026-04-13")]
    row = first_owed(world)
    assert (row["number"], row["days"], row["counts_from"]) == ("BP-2026-0001", 70, "2026-01-01")
    assert row["agreement_id"] is not None
    assert row["allowed_actions"] == []


def test_without_a_rule_the_default_holds_where_a_form_is_bound(world: World) -> None:
    help_ = given_reporting(world, rules=[])
    assert owed(world) == [("initial", "after_start", "2026-03-05")]  # 26 February is over: three working days
    meet(world, help_, "2026-06-10")
    assert owed(world, "kind=development") == [("development", "before_meeting", "2026-06-03")]
    assert first_owed(world)["agreement_id"] is None
    world.as_(Role.CASEWORKER).act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-05-29", reason="planned")
    assert owed(world, "state=expected") == [
        ("initial", "after_start", "2026-03-05"),
        ("final", "after_end", "2026-06-26"),
    ]


def test_where_no_form_is_agreed_on_nothing_is_owed(world: World) -> None:
    help_ = given_help(world)  # its agreement binds a form for development reports only
    meet(world, help_, "2026-06-10")
    world.as_(Role.CASEWORKER).act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-06-30", reason="planned")
    assert owed(world) == [("development", "before_meeting", "2026-06-03")]


def test_reports_follow_the_meeting_wherever_it_goes(world: World) -> None:
    meeting = meet(world, given_reporting(world, rules=MEETINGS), "2026-06-24")
    assert {row[2] for row in owed(world)} == {"2026-06-10"}
    follow(world, meeting, day="2026-06-24")  # another hour of the same day: nothing is told twice
    follow(world, meeting, day="2026-06-18")  # the 4th is Corpus Christi
    assert {row[2] for row in owed(world)} == {"2026-06-03"}
    follow(world, meeting, day="2026-03-09")
    assert owed(world) == [
        ("development", "before_meeting", "2026-03-05"),
        ("joint_preparation", "before_meeting", "2026-03-05"),
    ]
    steps = world.as_(Role.CASEWORKER).get(f"{PATH}/{first_owed(world)['id']}/transitions")
    assert [step["action"] for step in steps] == ["create", "move", "move"]
    follow(world, meeting)
    assert owed(world) == []
    assert len(owed(world, "state=cancelled")) == 2


def test_reports_are_owed_beyond_the_meeting(world: World) -> None:
    meeting = meet(world, given_reporting(world, rules=MEETINGS), "2026-03-20")
    world.clock.travel(days=18)
    hold(world, meeting)
    assert {row[2] for row in owed(world)} == {"2026-03-06"}


def test_no_report_is_asked_for_before_a_meeting_in_a_crisis_or_about_a_help_not_granted(world: World) -> None:
    help_ = given_reporting(world, rules=MEETINGS)
    for kind in ("initial", "crisis"):
        meet(world, help_, "2026-06-24", kind=kind)
    body = {name: help_[name] for name in ("provider_id", "service_kind", "starts_on", "ends_on")}
    asked = {**body, "pseudonym": "Familie Q-21", "hours_per_week": "2"}
    waiting = world.as_(Role.CASEWORKER).post("/v1/helps", asked)
    meet(world, waiting, "2026-06-24")
    assert owed(world) == []
    world.as_(Role.FINANCE_OFFICER).act(f"/v1/helps/{waiting['id']}", "release")
    assert {row[2] for row in owed(world)} == {"2026-06-10"}  # the meeting was set before the grant was released


MEETINGS = [
    {"kind": "development", "trigger": "before_meeting", "days": 14},
    {"kind": "joint_preparation", "trigger": "before_meeting", "days": 14},
]


def test_what_was_submitted_or_waived_stays_when_the_meeting_moves(world: World) -> None:
    help_ = given_reporting(world, rules=MEETINGS)
    meeting = meet(world, help_, "2026-06-24")
    world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/reports", report_body(help_, submit=True))
    path = f"{PATH}/{first_owed(world)['id']}"
    waived = world.as_(Role.CASEWORKER).act(path, "waive", reason="Das Kind ist in der Klinik.")
    assert (waived["state"], waived["waived_because"]) == ("waived", "Das Kind ist in der Klinik.")
    follow(world, meeting, day="2026-07-24")
    assert owed(world, "state=fulfilled") == [("development", "before_meeting", "2026-06-10")]
    follow(world, meeting)
    assert (owed(world), len(owed(world, "state=cancelled"))) == ([], 0)


def test_a_series_goes_on_until_the_help_ends(world: World) -> None:
    rules = [{"kind": "development", "trigger": "every_months", "days": 0, "months": 3}]
    help_ = given_reporting(world, rules=rules)
    assert owed(world) == [("development", "every_months", "2026-04-01")]
    world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/reports", report_body(help_, submit=True))
    assert owed(world) == [("development", "every_months", "2026-07-01")]
    world.clock.travel(days=130)  # 10 July: overdue, and the next is on its way
    world.tick()
    assert owed(world) == [("development", "every_months", "2026-07-01"), ("development", "every_months", "2026-10-01")]
    world.as_(Role.CASEWORKER).act(f"{PATH}/{first_owed(world)['id']}", "waive", reason="Nachgeholt im Gespräch")
    assert owed(world) == [("development", "every_months", "2026-10-01")]
    world.as_(Role.CASEWORKER).act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-07-10", reason="planned")
    assert owed(world) == []


def test_a_part_that_simply_runs_out_is_closed_by_a_report_too(world: World) -> None:
    help_ = given_reporting(world, rules=[{"kind": "final", "trigger": "after_end", "days": 28}], ends_on="2026-03-31")
    look = world.kernel.work.as_system
    with look() as db:
        close_parts(db, world.clock.now)
    assert owed(world) == []
    world.clock.travel(days=31)  # 2 April
    for _ in range(2):  # asked for once
        with look() as db:
            close_parts(db, world.clock.now)
    assert owed(world) == [("final", "after_end", "2026-04-28")]
    path, caseworker = f"/v1/helps/{help_['id']}", world.as_(Role.CASEWORKER)
    caseworker.act(path, "extend", ends_on="2026-04-30")  # it goes on after all
    assert owed(world) == []
    world.clock.travel(days=29)
    with look() as db:
        close_parts(db, world.clock.now)
    assert owed(world) == [("final", "after_end", "2026-05-28")]
    caseworker.act(path, "end", ended_on="2026-04-30", reason="planned")
    assert owed(world) == [("final", "after_end", "2026-05-28")]


def test_a_report_fulfils_what_it_names_else_the_oldest(world: World) -> None:
    help_ = given_reporting(world, rules=MEETINGS[:1])
    meet(world, help_, "2026-06-24")
    meet(world, help_, "2026-09-24")
    earlier, later = world.as_(Role.CASEWORKER).get(PATH)["items"]
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    named = provider.post("/v1/reports", report_body(help_, expectation_id=later["id"]))
    assert named["expectation_id"] == later["id"]
    assert len(owed(world)) == 2  # a draft fulfils nothing
    provider.act(path_of(named), "submit")
    assert first_owed(world)["id"] == earlier["id"]
    again = provider.post("/v1/reports", report_body(help_, submit=True))
    assert owed(world) == []
    assert world.as_(Role.CASEWORKER).get(f"{PATH}/{earlier['id']}")["report_id"] == again["id"]
    for wrong in (later["id"], str(uuid4())):
        problem = provider.post("/v1/reports", report_body(help_, expectation_id=wrong), status=422)
        assert problem["errors"][0]["pointer"] == "/expectation_id"


def test_a_report_that_came_back_is_owed_again_a_week_later(world: World) -> None:
    help_ = given_reporting(world, rules=MEETINGS[:1])
    meet(world, help_, "2026-06-24")
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    path = path_of(provider.post("/v1/reports", report_body(help_, submit=True)))
    caseworker.act(path, "return", remarks=["Was sagt das Kind?"])
    assert owed(world) == [("development", "before_meeting", "2026-03-09")]
    provider.patch(path, {"content": {"sicht_der_familie": "Das Kind mag die Morgen."}}, version=3)
    provider.act(path, "submit")
    assert (owed(world), len(owed(world, "state=fulfilled"))) == ([], 1)
    unasked = path_of(provider.post("/v1/reports", report_body(help_, submit=True)))
    caseworker.act(unasked, "return", remarks=["Bitte ergänzen"])
    assert owed(world) == [("development", "return", "2026-03-09")]
    provider.patch(unasked, {"content": {"beteiligte": None}}, version=3)
    provider.act(unasked, "submit")
    assert owed(world) == []


def test_the_office_asks_for_one_more_report(world: World) -> None:
    help_ = given_reporting(world, rules=MEETINGS)
    body = {"help_id": help_["id"], "kind": "development", "due_on": "2026-03-20", "reason": "Wechsel der Schule"}
    caseworker = world.as_(Role.CASEWORKER)
    asked = caseworker.post(PATH, body)
    assert (asked["origin"], asked["reason"], asked["is_overdue"]) == ("request", "Wechsel der Schule", False)
    assert [action["action"] for action in asked["allowed_actions"]] == ["waive"]
    for changes, pointer in (
        ({"due_on": "2026-03-04"}, "/due_on"),
        ({"help_id": str(uuid4())}, "/help_id"),
        ({"provider_id": str(uuid4())}, "/provider_id"),
        ({"kind": "poem"}, "/kind"),
    ):
        problem = caseworker.post(PATH, body | changes, status=422)
        assert pointer in {error["pointer"] for error in problem["errors"]}
    world.as_(Role.PROVIDER_LEAD).post(PATH, body, status=403)
    ended = caseworker.act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-03-02", reason="planned")
    assert first_owed(world)["id"] == asked["id"]  # asked for by hand, it is taken back by hand
    caseworker.post(PATH, body | {"help_id": ended["id"]})
    other = {"provider_id": str(world.provider.id), "service_kind": "section_31", "pseudonym": "Familie Q-18"}
    requested = caseworker.post(
        "/v1/helps", other | {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "hours_per_week": "4"}
    )
    assert caseworker.post(PATH, body | {"help_id": requested["id"]}, status=409)["type"].endswith("/help-not-granted")


def told(world: World, type_: str) -> list[tuple[int, str]]:
    """Level and audience of every such event."""
    names = {world.youth_office.id: "office", world.provider.id: "provider"}
    with world.kernel.work.as_system() as db:
        rows = db.execute(
            text("SELECT data, audience FROM event WHERE type = :type AND tenant_id = :tenant ORDER BY seq"),
            {"type": f"handschlag.report_expectation.{type_}", "tenant": world.youth_office.id},
        ).all()
    return [(row.data["level"], "+".join(names[id_] for id_ in row.audience)) for row in rows]


def test_who_does_not_report_is_reminded_and_told_on_once_each(world: World) -> None:
    meet(world, given_reporting(world, rules=MEETINGS[:1]), "2026-06-24")  # due on 10 June
    expected = {}
    for days, level, query in ((92, 0, "overdue=false"), (9, 1, "overdue=true"), (5, 2, "overdue=true"), (9, 3, "")):
        world.clock.travel(days=days)
        world.tick()
        world.tick()
        row = first_owed(world, query)
        expected[row["overdue_level"]] = row["is_overdue"]
        assert row["overdue_level"] == level
    assert expected == {0: False, 1: True, 2: True, 3: True}
    assert told(world, "reminder") == [(0, "provider")]
    assert told(world, "overdue") == [(1, "provider")]
    assert told(world, "escalated") == [(2, "office+provider"), (3, "office+provider")]
    world.clock.travel(days=60)
    world.tick()
    assert len(told(world, "escalated")) == 2
    with world.kernel.work.as_system() as db:
        called = db.scalars(
            text(
                "SELECT told FROM deadline_firing f JOIN deadline d ON d.id = f.deadline_id WHERE subject_id = :id "
                "ORDER BY level"
            ),
            {"id": first_owed(world)["id"]},
        ).all()
    assert called == [
        ["provider_professional"],
        ["provider_professional", "provider_lead"],
        ["caseworker"],
        ["team_lead"],
    ]


@pytest.mark.parametrize("act", ["submit", "waive", "cancel"])
def test_only_the_act_itself_stops_the_deadline(world: World, act: str) -> None:
    help_ = given_reporting(world, rules=MEETINGS[:1])
    meeting = meet(world, help_, "2026-06-24")
    world.clock.travel(days=101)
    world.tick()
    row = first_owed(world)
    world.as_(Role.CASEWORKER).get(f"{PATH}/{row['id']}")  # looking at it stops nothing
    if act == "submit":
        world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/reports", report_body(help_, submit=True))
    elif act == "waive":
        world.as_(Role.TEAM_LEAD).act(f"{PATH}/{row['id']}", "waive", reason="Entbehrlich")
    else:
        follow(world, meeting)
    world.clock.travel(days=60)
    world.tick()
    assert (len(told(world, "overdue")), told(world, "escalated")) == (1, [])


def test_a_moved_meeting_starts_the_deadline_anew(world: World) -> None:
    meeting = meet(world, given_reporting(world, rules=MEETINGS[:1]), "2026-06-24")
    world.clock.travel(days=101)
    world.tick()
    follow(world, meeting, day="2026-08-26")
    row = first_owed(world)
    assert (row["due_on"], row["overdue_level"], row["is_overdue"]) == ("2026-08-12", 0, False)
    world.clock.travel(days=65)
    world.tick()
    assert (len(told(world, "reminder")), len(told(world, "overdue")), told(world, "escalated")) == (2, 2, [])


@pytest.mark.parametrize("state", ExpectationState)
def test_steps_lead_where_the_table_says_and_nowhere_else(world: World, state: ExpectationState) -> None:
    rows = {(row.action, source): row.target for row in EXPECTATION.rows for source in row.sources}
    assert set(rows) == {
        ("fulfil", ExpectationState.EXPECTED),
        ("move", ExpectationState.EXPECTED),
        ("cancel", ExpectationState.EXPECTED),
        ("waive", ExpectationState.EXPECTED),
        ("reopen", ExpectationState.FULFILLED),
    }
    assert all(row.needs is None for row in EXPECTATION.rows if row.action != "waive")
    if state is ExpectationState.EXPECTED:
        return
    help_ = given_reporting(world, rules=MEETINGS[:1])
    meeting = meet(world, help_, "2026-06-24")
    path = f"{PATH}/{first_owed(world)['id']}"
    caseworker = world.as_(Role.CASEWORKER)
    if state is ExpectationState.FULFILLED:
        world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/reports", report_body(help_, submit=True))
    elif state is ExpectationState.WAIVED:
        caseworker.act(path, "waive", reason="Entbehrlich")
    else:
        follow(world, meeting)
    row = caseworker.get(path)
    assert (row["state"], row["allowed_actions"]) == (state.value, [])
    assert caseworker.act(path, "waive", reason="Doch nicht", status=409)["state"] == state.value


def test_who_waives_names_version_and_reason(world: World) -> None:
    meet(world, given_reporting(world, rules=MEETINGS[:1]), "2026-06-24")
    path = f"{PATH}/{first_owed(world)['id']}"
    caseworker = world.as_(Role.CASEWORKER)
    assert caseworker.act(path, "waive", status=422)["errors"][0]["pointer"] == "/reason"
    caseworker.act(path, "waive", version=7, reason="Alt", status=412)
    caseworker.request("POST", f"{path}/transitions", status=428, json={"action": "waive", "reason": "Ohne Fassung"})
    world.as_(Role.PROVIDER_LEAD).act(path, "waive", reason="Keine Zeit", status=403)
    assert world.as_(Role.PROVIDER_LEAD).get(path)["allowed_actions"] == []


def test_only_who_works_with_the_case_knows_what_is_owed(world: World) -> None:
    meet(world, given_reporting(world, rules=MEETINGS[:1]), "2026-06-24")
    path = f"{PATH}/{first_owed(world)['id']}"
    for role in Role:
        status = 200 if Permission.REPORTS_READ in GRANTS[role] else 403
        for url in (PATH, path, f"{path}/transitions"):
            world.as_(role).get(url, status=status)
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    for api in (world.as_(Role.CASEWORKER, office), world.as_(Role.PROVIDER_LEAD, provider)):
        api.get(path, status=404)
        assert api.get(PATH)["items"] == []
    world.as_(Role.CASEWORKER, office).act(path, "waive", version=1, reason="Fremd", status=404)


def test_expectations_are_found_and_listed_as_a_table(world: World, statements: list[str]) -> None:
    help_ = given_reporting(world, rules=MEETINGS)
    meet(world, help_, "2026-06-24")
    caseworker = world.as_(Role.CASEWORKER)
    statements.clear()
    assert len(caseworker.get(PATH)["items"]) == 2
    count = len(statements)
    meet(world, help_, "2026-09-24")
    statements.clear()
    assert len(caseworker.get(PATH)["items"]) == 4
    assert len(statements) == count == 2  # who asks, and the page
    for query, number in {
        "state=expected": 4,
        "state=waived": 0,
        "overdue=true": 0,
        "overdue=false": 4,
        "due_before=2026-06-10": 0,
        "due_before=2026-06-11": 2,
        "kind=development": 2,
        f"help_id={help_['id']}": 4,
        f"help_id={uuid4()}": 0,
        f"provider_id={world.provider.id}": 4,
        f"provider_id={uuid4()}": 0,
    }.items():
        assert len(caseworker.get(f"{PATH}?{query}")["items"]) == number, query
    days: dict[str, list[Any]] = {}
    for sort in ("due_on", "-due_on", "created_at", "-created_at"):
        found, query = [], f"{PATH}?limit=3&sort={sort}"
        while query:
            page = caseworker.get(query)
            found += [item["due_on"] for item in page["items"]]
            query = f"{PATH}?limit=3&sort={sort}&cursor={page['next']}" if page["next"] else ""
        days[sort] = found
    assert days["due_on"] == sorted(days["due_on"]) == days["-due_on"][::-1]
    table = caseworker.request("GET", PATH, status=200, headers={"Accept": "text/csv"}).text
    assert table.lstrip("\ufeff").startswith("id;number;kind;state;")
    assert "BP-2026-0001" in table
