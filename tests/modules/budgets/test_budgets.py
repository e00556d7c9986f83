"""What is planned for a kind of help, and what is committed, billed, paid and to be expected of it."""

from threading import Thread

import pytest

from app.policy import Role
from tests.modules.budgets.given import (
    ALERTS,
    BUDGETS,
    EIGHT_WEEKS_CENTS,
    given_budget,
    given_budget_alert,
    look,
    shown,
    stranger,
    told,
)
from tests.modules.cases.given import path_of, phase_body
from tests.modules.consumption.given import given_small, given_used
from tests.modules.payments.given import given_run
from tests.stories.helps import given_help
from tests.world import World

FIGURES = ("committed_cents", "billed_cents", "paid_cents", "forecast_cents", "percent_committed")


def test_grants_bind_their_hours_at_the_agreed_price(world: World) -> None:
    """Half an hour a week for eight weeks at 69.80 euros; on 2 March nothing runs that could be carried on."""
    budget = given_budget(world)
    assert [budget[name] for name in FIGURES] == [0, 0, 0, 0, 0]
    given_small(world)
    assert [shown(world, budget)[name] for name in FIGURES] == [27920, 0, 0, 27920, 50]
    other = given_budget(world, service_kind="section_30")
    assert shown(world, other)["committed_cents"] == 0
    assert shown(world, given_budget(world, year=2027))["committed_cents"] == 0


def test_what_runs_today_is_carried_on_to_the_end_of_the_year(world: World) -> None:
    """Seven hours a week bind an hour a day: the 89 days of 1 January to 30 March, carried on 365 days."""
    budget = given_budget(world)
    given_help(world, hours_per_week="7.00", starts_on="2026-01-01", ends_on="2026-03-30")
    found = shown(world, budget)
    assert (found["committed_cents"], found["forecast_cents"]) == (89 * 6980, 365 * 6980)
    assert (found["percent_committed"], found["unpriced_grants"]) == (1112, 0)


def test_what_runs_over_the_year_binds_each_year_its_days(world: World) -> None:
    given_help(world, hours_per_week="7.00", starts_on="2026-12-30", ends_on="2027-01-10")
    both = [shown(world, given_budget(world, year=year))["committed_cents"] for year in (2026, 2027)]
    assert both == [2 * 6980, 10 * 6980]


def test_days_without_an_agreed_price_are_counted_not_guessed(world: World) -> None:
    """What is granted by the day has no hourly rate."""
    budget, help_ = given_budget(world), given_small(world)
    days = phase_body(
        world.provider,
        setting="parent_work",
        valid_from="2026-02-01",
        valid_to="2026-02-25",
        intensity={"amount": "2.00", "unit": "days_per_week"},
    )
    phase = world.as_(Role.CASEWORKER).post(f"{path_of(help_)}/phases", {**days, "service_kind": "section_31"})
    grants = world.as_(Role.CASEWORKER).get(f"{path_of(help_)}/grants?phase_id={phase['id']}")["items"]
    world.as_(Role.FINANCE_OFFICER).act(f"{path_of(help_)}/grants/{grants[0]['id']}", "release")
    found = shown(world, budget)
    assert (found["unpriced_grants"], found["committed_cents"]) == (1, EIGHT_WEEKS_CENTS)


def test_a_draft_is_not_billed_and_a_discarded_one_no_longer(world: World) -> None:
    budget = given_budget(world)
    given_used(world, 3)
    provider = world.as_(Role.PROVIDER_BILLING)
    invoice = provider.post("/v1/invoices", {"youth_office_id": str(world.youth_office.id), "month": "2026-02"})
    assert shown(world, budget)["billed_cents"] == 0
    provider.act(f"/v1/invoices/{invoice['id']}", "submit")
    found = shown(world, budget)
    assert (found["billed_cents"], found["paid_cents"]) == (invoice["total_cents"], 0)
    assert found["billed_cents"] > 0


def test_what_is_paid_is_paid_of_the_kind_of_help(world: World) -> None:
    given_run(world, "executed")
    paid = [item for item in world.as_(Role.FINANCE_OFFICER).get("/v1/invoices")["items"] if item["state"] == "paid"]
    found = shown(world, given_budget(world))
    assert found["paid_cents"] == sum(item["approved_cents"] for item in paid) > 0
    assert found["billed_cents"] == sum(item["total_cents"] for item in paid)


def test_finance_and_head_plan_and_others_read_or_not(world: World) -> None:
    budget = given_budget(world, percents=[100, 80])
    assert (budget["percents"], budget["version"]) == ([80, 100], 1)
    path, head = f"{BUDGETS}/{budget['id']}", world.as_(Role.OFFICE_HEAD)
    fresh, plan = {"If-Match": '"1"'}, {"planned_cents": 70_000, "percents": [95]}
    changed = head.post(f"{path}:plan", plan, headers=fresh, status=200)
    assert (changed["planned_cents"], changed["percents"], changed["version"]) == (70_000, [95], 2)
    assert changed["set_by"] == str(head.account_id)
    head.post(f"{path}:plan", plan, headers=fresh, status=412)
    twice = {"planned_cents": 1, "percents": [90, 90]}
    assert head.post(f"{path}:plan", twice, headers=fresh, status=422)["errors"][0]["pointer"] == "/percents"
    assert world.as_(Role.PLANNER).get(path)["planned_cents"] == 70_000
    world.as_(Role.PLANNER).post(f"{path}:plan", plan, headers=fresh, status=403)
    for role in (Role.CASEWORKER, Role.PROVIDER_MANAGER, Role.PROVIDER_BILLING):
        world.as_(role).get(BUDGETS, status=403)
    stranger(world).get(path, status=404)
    stranger(world).post(f"{path}:plan", plan, headers=fresh, status=404)
    assert stranger(world).get(BUDGETS)["items"] == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"planned_cents": 0}, "/planned_cents"),
        ({"planned_cents": 1.5}, "/planned_cents"),
        ({"year": 1999}, "/year"),
        ({"percents": []}, "/percents"),
        ({"percents": [201]}, "/percents/0"),
        ({"percents": [90, 90]}, "/percents"),
        ({"region_id": "01900000-0000-7000-8000-000000000000"}, "/region_id"),
    ],
)
def test_what_is_no_budget_is_refused(world: World, wrong: dict[str, object], pointer: str) -> None:
    body = {"service_kind": "section_31", "year": 2026, "planned_cents": 1, **wrong}
    problem = world.as_(Role.FINANCE_OFFICER).post(BUDGETS, body, status=422)
    assert problem["errors"][0]["pointer"] == pointer


def test_there_is_one_budget_a_year_kind_and_region(world: World) -> None:
    given_budget(world)
    body = {"service_kind": "section_31", "year": 2026, "planned_cents": 1}
    finance = world.as_(Role.FINANCE_OFFICER)
    finance.post(BUDGETS, body, status=409)
    region = world.as_(Role.OFFICE_ADMIN).post("/v1/regions", {"name": "Nord"})
    mine = given_budget(world, region_id=region["id"])
    finance.post(BUDGETS, {**body, "region_id": region["id"]}, status=409)
    foreign = {**body, "region_id": region["id"]}
    assert stranger(world).post(BUDGETS, foreign, status=422)["errors"][0]["pointer"] == "/region_id"
    given_small(world)
    assert shown(world, mine)["committed_cents"] == 0, "a phase without an offer lies in no region"
    for query, count in {
        "": 2,
        "?has_region=true": 1,
        "?has_region=false": 1,
        f"?region_id={region['id']}": 1,
        "?year=2025": 0,
        "?service_kind=section_31": 2,
        "?service_kind=section_30": 0,
        "?percent_from=90": 0,
        "?sort=planned_cents&limit=1": 1,
        "?sort=-service_kind": 2,
    }.items():
        assert len(finance.get(f"{BUDGETS}{query}")["items"]) == count, query


def test_each_share_is_told_once_for_each_plan(world: World) -> None:
    budget = given_budget(world, EIGHT_WEEKS_CENTS * 100 // 95)
    look(world)
    assert told(world, budget) == []
    given_small(world)
    looks = [Thread(target=look, args=(world,)) for _ in range(3)]
    for one in looks:
        one.start()
    for one in looks:
        one.join()
    assert told(world, budget) == [90]
    finance = world.as_(Role.FINANCE_OFFICER)
    plan, fresh = {"planned_cents": EIGHT_WEEKS_CENTS}, {"If-Match": '"1"'}
    finance.post(f"{BUDGETS}/{budget['id']}:plan", plan, headers=fresh, status=200)
    look(world)
    look(world)
    assert told(world, budget) == [90, 90, 100]
    assert len(finance.get(f"{BUDGETS}?percent_from=100")["items"]) == 1
    world.tick()
    feed = world.as_(Role.OFFICE_SYNC).get("/v1/events?type=handschlag.budget_alert.raised")["items"]
    assert sorted(event["data"]["percent"] for event in feed) == [90, 90, 100]
    assert world.as_(Role.PROVIDER_SYNC).get("/v1/events?type=handschlag.budget_alert.raised")["items"] == []


def test_whoever_has_looked_has_it_off_the_worklist(world: World) -> None:
    given_small(world)
    alert = given_budget_alert(world)
    finance, path = world.as_(Role.FINANCE_OFFICER), f"{ALERTS}/{alert['id']}"
    items = finance.get("/v1/worklist?kind=budget_reached")["items"]
    assert (len(items), items[0]["number"]) == (2, "Budget 2026 section_31")
    assert finance.get(path)["committed_cents"] == EIGHT_WEEKS_CENTS
    world.as_(Role.PLANNER).post(f"{path}:acknowledge", status=403)
    stranger(world).post(f"{path}:acknowledge", status=404)
    seen = finance.post(f"{path}:acknowledge", status=200)
    assert seen["seen_by"] == str(finance.account_id)
    world.clock.travel(hours=1)
    again = world.as_(Role.OFFICE_HEAD).post(f"{path}:acknowledge", status=200)
    assert (again["seen_by"], again["seen_at"]) == (seen["seen_by"], seen["seen_at"])
    assert len(finance.get("/v1/worklist?kind=budget_reached")["items"]) == 1
    assert len(finance.get(f"{ALERTS}?seen=false&percent=90")["items"]) == 1
    assert len(finance.get(f"{ALERTS}?seen=true")["items"]) == 1


def test_the_list_costs_the_same_whatever_its_length(world: World, statements: list[str]) -> None:
    finance, counts = world.as_(Role.FINANCE_OFFICER), []
    for year in (2026, 2027):
        given_budget(world, year=year)
        given_small(world, pseudonym=f"Familie B-{year}")
        statements.clear()
        finance.get(BUDGETS)
        counts.append(len(statements))
    assert counts == [3, 3]  # who am I, the budgets, their figures
    table = finance.request("GET", BUDGETS, status=200, headers={"Accept": "text/csv"})
    assert table.text.splitlines()[0].startswith(("id", "\ufeffid"))
