"""What waits for whom, in one list over all rooms."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, event, make_url, text

from app.modules.worklists.queries import _TITLES
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.dialogues.given import given_held, given_measure
from tests.modules.notices.given import given_notice, path_of
from tests.modules.reports.given import given_report, report_body
from tests.modules.safeguarding.telling import body_for
from tests.stories.helps import given_help, record_body
from tests.world import World

PATH = "/v1/worklist"
Shown = dict[str, tuple[str, str]]


def shown(world: World, role: Role, query: str = "") -> Shown:
    """Kind → who is at turn, and the number."""
    items = world.as_(role).get(f"{PATH}?limit=200{query}")["items"]
    return {item["kind"]: (item["waiting_for"], item["number"]) for item in items}


def given_work(world: World) -> dict[str, Any]:
    """One of everything that waits."""
    world.staff()
    help_ = given_help(world, ends_on="2026-04-10", hours_per_week="0.10")
    world.as_(Role.CASEWORKER).post("/v1/help-plans", {"help_id": help_["id"]})  # else that would wait, too
    asked = {"provider_id": str(world.provider.id), "service_kind": "section_31", "pseudonym": "Familie Q-18"}
    period = {"starts_on": "2026-03-01", "ends_on": "2026-12-31", "hours_per_week": "4"}
    world.as_(Role.CASEWORKER).post("/v1/helps", asked | period)
    given_notice(world, "special_incident", help_=help_)
    taken = given_notice(world, "request_for_information", help_=help_)
    world.as_(Role.PROVIDER_LEAD).act(path_of(taken), "acknowledge")
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    dates = {"period_from": "2026-01-01", "period_to": "2026-02-28"}
    provider.post("/v1/reports", report_body(help_, submit=True, **dates))
    returned = provider.post("/v1/reports", report_body(help_, submit=True, **dates))
    world.as_(Role.CASEWORKER).act(f"/v1/reports/{returned['id']}", "return", remarks=["Bitte ergänzen"])
    provider.post("/v1/jugendamt-notifications", body_for(world, help_))
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_))
    bill = {"youth_office_id": str(world.youth_office.id), "month": "2026-02"}
    invoice = world.as_(Role.PROVIDER_BILLING).post("/v1/invoices", bill)
    world.as_(Role.PROVIDER_BILLING).act(f"/v1/invoices/{invoice['id']}", "submit")
    given_measure(world, given_held(world))
    return help_


CASEWORKER = {
    "help_to_release": "them",
    "help_ending": "me",
    "report_to_review": "me",
    "report_to_revise": "them",
    "notice_to_acknowledge": "me",
    "notice_to_answer": "them",
    "alarm_open": "me",
    "protection_first_check": "me",
}
LEAD = {
    "help_to_release": "them",
    "help_ending": "them",
    "report_to_review": "them",
    "report_to_revise": "me",
    "notice_to_acknowledge": "them",
    "notice_to_answer": "me",
    "invoice_to_check": "them",
}


def test_everybody_sees_what_is_their_business_and_who_is_at_turn(world: World) -> None:
    given_work(world)
    turns = {
        role: {kind: turn for kind, (turn, _) in shown(world, role).items() if not kind.startswith("measure")}
        for role in Role
        if Permission.WORKLIST_READ in GRANTS[role]
    }
    assert turns == {
        Role.PLANNER: {},
        Role.CASEWORKER: CASEWORKER,
        Role.TEAM_LEAD: CASEWORKER | {"help_ending": "them"},
        Role.OFFICE_HEAD: {"notice_to_acknowledge": "them"},
        Role.ISEF: {},
        Role.DATA_PROTECTION_OFFICER: {},
        Role.PROVIDER_ISEF: {},
        Role.ON_CALL: {"protection_first_check": "me"},
        Role.CHILD_PROTECTION_COORDINATOR: {"protection_first_check": "them"},
        Role.FINANCE_OFFICER: {"help_to_release": "me", "invoice_to_check": "me"},
        Role.PROVIDER_PROFESSIONAL: {kind: turn for kind, turn in LEAD.items() if kind != "invoice_to_check"},
        Role.PROVIDER_LEAD: LEAD,
        Role.PROVIDER_MANAGER: {"notice_to_acknowledge": "them", "invoice_to_check": "them"},
        Role.PROVIDER_BILLING: {"help_to_release": "them", "invoice_to_check": "them"},
    }
    assert "measure_to_do" in shown(world, Role.PLANNER)
    assert "measure_to_do" in shown(world, Role.PROVIDER_LEAD)
    for role in Role:
        if Permission.WORKLIST_READ not in GRANTS[role]:
            world.as_(role).get(PATH, status=403)


def test_items_lead_to_what_they_name_and_the_most_urgent_comes_first(world: World) -> None:
    given_work(world)
    caseworker = world.as_(Role.CASEWORKER)
    items = caseworker.get(PATH)["items"]
    assert [item["due_at"] for item in items] == sorted(item["due_at"] for item in items)
    assert items[0]["kind"] == "help_to_release"  # it was to begin yesterday
    assert items[0]["due_at"] == "2026-03-01T22:59:59Z"
    for item in items:
        assert item["title"]
        assert caseworker.get(item["path"])["number"] == item["number"]
    found, query = [], f"{PATH}?limit=2"
    while query:
        page = caseworker.get(query)
        found += [item["id"] for item in page["items"]]
        query = f"{PATH}?limit=2&cursor={page['next']}" if page["next"] else ""
    assert found == [item["id"] for item in items]
    down = caseworker.get(f"{PATH}?sort=-due_at&include_total=true")
    assert ([item["id"] for item in down["items"]], down["total"]) == (found[::-1], len(found))


def test_filters_narrow_the_list_and_counts_tell_the_whole(world: World) -> None:
    help_ = given_work(world)
    assert set(shown(world, Role.CASEWORKER, "&kind=help_ending")) == {"help_ending"}
    assert set(shown(world, Role.CASEWORKER, "&waiting_for=them")) == {
        "help_to_release",
        "report_to_revise",
        "notice_to_answer",
    }
    assert set(shown(world, Role.CASEWORKER, "&overdue=true")) == {"help_to_release"}
    assert "help_to_release" not in shown(world, Role.CASEWORKER, "&overdue=false")
    assert set(shown(world, Role.CASEWORKER, "&due_before=2026-03-02T12:00:00Z")) == {
        "help_to_release",
        "notice_to_acknowledge",
        "alarm_open",
        "protection_first_check",
    }
    assert "help_to_release" not in shown(world, Role.CASEWORKER, f"&help_id={help_['id']}")
    page = world.as_(Role.CASEWORKER).get(f"{PATH}?kind=help_ending&limit=1")
    counts = {one["kind"]: one for one in page["counts"]}
    assert counts.keys() == CASEWORKER.keys()
    assert [counts["help_to_release"][name] for name in ("for_me", "for_them", "for_them_overdue")] == [0, 1, 1]
    problem = world.as_(Role.CASEWORKER).get(f"{PATH}?kind=poem", status=422)
    assert problem["errors"][0]["pointer"] == "query:kind"


def test_a_caseworker_sees_the_helps_it_leads_and_on_wish_all_of_the_office(world: World) -> None:
    given_work(world)
    colleague = world.person(Role.CASEWORKER)
    kinds = {item["kind"] for item in colleague.get(PATH)["items"]}
    assert kinds == {"protection_first_check"}  # a danger nobody looks into yet is everybody's
    side = {item["kind"] for item in colleague.get(f"{PATH}?scope=side")["items"]}
    assert side == CASEWORKER.keys() - {"alarm_open"}  # the alarm calls who leads the case


def test_what_is_done_waits_no_more(world: World) -> None:
    path = path_of(given_notice(world, "special_incident"))
    assert "notice_to_acknowledge" in shown(world, Role.CASEWORKER)
    world.as_(Role.CASEWORKER).act(path, "acknowledge")
    assert "notice_to_acknowledge" not in shown(world, Role.CASEWORKER)


def test_others_see_nothing_of_it(world: World) -> None:
    given_work(world)
    for side, role in (
        (OrganisationKind.YOUTH_OFFICE, Role.TEAM_LEAD),
        (OrganisationKind.PROVIDER, Role.PROVIDER_LEAD),
    ):
        page = world.as_(role, world.organisation(side, "Fremd")).get(PATH)
        assert (page["items"], page["counts"]) == ([], [])


def test_the_list_is_a_table_too(world: World) -> None:
    given_notice(world, "special_incident")
    answer = world.as_(Role.CASEWORKER).request("GET", PATH, status=200, headers={"Accept": "text/csv"})
    assert "notice_to_acknowledge" in answer.text


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.TEAM_LEAD, Role.PROVIDER_LEAD, Role.FINANCE_OFFICER])
def test_it_costs_three_statements_over_all_rooms(world: World, statements: list[str], role: Role) -> None:
    given_work(world)
    reader = world.as_(role)
    statements.clear()
    reader.get(PATH)
    assert len(statements) == 3  # who asks, the counts, the page


def test_every_kind_has_a_title() -> None:
    assert {"help_ending", "alarm_open", "invoice_to_check", "measure_to_do"} <= _TITLES.keys()
    assert all(_TITLES.values())


FILL = """
INSERT INTO help (id, youth_office_id, provider_id, number, agreement_id, service_kind, pseudonym, caseworker_id,
                  opened_by, state, starts_on, ends_on, ended_on, created_at, changed_at, version)
SELECT gen_random_uuid(), youth_office_id, provider_id, 'X-' || i, agreement_id, service_kind, pseudonym,
       caseworker_id, opened_by, 'ended', starts_on, ends_on, ends_on, created_at, changed_at, 1
  FROM help, generate_series(1, 3000) AS i WHERE id = :help;
INSERT INTO report (id, youth_office_id, provider_id, help_id, number, kind, form_version_id, period_from, period_to,
                    author_id, state, content_number, submitted_at, submitted_by, accepted_at, accepted_by, created_at,
                    changed_at, must_be_discussed, must_be_countersigned, version)
SELECT gen_random_uuid(), youth_office_id, provider_id, help_id, 'X-' || i, kind, form_version_id, period_from,
       period_to, author_id, 'accepted', 1, submitted_at, submitted_by, submitted_at, help_id, created_at,
       changed_at, false, false, 1
  FROM report, generate_series(1, 3000) AS i WHERE id = :report;
INSERT INTO report_expectation (id, youth_office_id, provider_id, help_id, number, kind, state, origin, counts_from,
                                due_on, report_id, overdue_level, created_at, changed_at, version)
SELECT gen_random_uuid(), youth_office_id, provider_id, help_id, 'X-' || i, kind, 'fulfilled', 'return', period_to,
       period_to, id, 0, created_at, changed_at, 1
  FROM report, generate_series(1, 3000) AS i WHERE id = :report;
INSERT INTO notice (id, youth_office_id, provider_id, help_id, number, kind, direction, state, details, told_late,
                    sent_by, acknowledge_by, acknowledged_at, acknowledged_by, created_at, changed_at, version)
SELECT gen_random_uuid(), youth_office_id, provider_id, help_id, 'X-' || i, 'other', direction, 'closed', '{}', false,
       sent_by, acknowledge_by, created_at, sent_by, created_at, created_at, 1
  FROM notice, generate_series(1, 3000) AS i WHERE id = :notice
"""


FILLED = ("help", "report", "report_expectation", "notice")


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.TEAM_LEAD, Role.PROVIDER_LEAD])
def test_what_is_done_costs_nothing(world: World, database_url: str, role: Role) -> None:
    report = given_report(world)
    notice = given_notice(world, "special_incident", help_={"id": report["help_id"]})
    ids = {"help": report["help_id"], "report": report["id"], "notice": notice["id"]}
    with world.kernel.work.as_system() as db:
        for statement in FILL.split(";"):
            db.execute(text(statement), {name: value for name, value in ids.items() if f":{name}" in statement})
    _analyse(database_url)
    party = world.provider if role is Role.PROVIDER_LEAD else world.youth_office
    for statement, parameters in _asked(world, role):
        plan = _plan(world, str(party.id), statement, parameters)
        for table in FILLED:
            assert f"Seq Scan on {table}" not in plan, plan
        assert max(_removed(plan), default=0) < 50, plan


def _removed(plan: str) -> Iterator[int]:
    """How many rows of the filled tables were read in vain; what other tests left in others is as it happens."""
    scanned = ""
    for line in plan.splitlines():
        if found := re.search(r"Scan.* on (\w+)", line):
            scanned = found[1]
        elif "Rows Removed" in line and scanned in FILLED:
            yield int(line.rpartition(":")[2])


def _analyse(database_url: str) -> None:
    engine = create_engine(make_url(database_url).set(username="postgres"))
    with engine.begin() as connection:
        for table in FILLED:
            connection.execute(text(f"ANALYZE {table}"))
    engine.dispose()


def _asked(world: World, role: Role) -> list[tuple[str, Any]]:
    """The two statements of the worklist, with their values."""
    sent: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "UNION ALL" in statement:
            sent.append((statement, parameters))

    event.listen(world.kernel.engine, "before_cursor_execute", note)
    world.as_(role).get(PATH)
    event.remove(world.kernel.engine, "before_cursor_execute", note)
    assert len(sent) == 2
    return sent


def _plan(world: World, organisation_id: str, statement: str, parameters: Any) -> str:
    """The plan as a request of this organisation gets it, row-level security included."""
    with world.kernel.engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # tables are small here, and large in a county
        connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
        connection.execute(text("SELECT set_config('handschlag.organisation', :id, true)"), {"id": organisation_id})
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}", parameters)
        return "\n".join(row[0] for row in rows)
