"""Who does what until when: laid out by plan and minutes, ticked off by those whose it is, shown where it waits."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.modules.planning import TASK, HelpPlanTaskState
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.planning.test_meetings import MEETINGS, MINUTES
from tests.modules.planning.test_walls import as_organisation, joined
from tests.modules.planning.test_work import shown
from tests.stories.helps import given_help
from tests.stories.planning import CHILD, GOAL, MOTHER, given_confirmed, given_held, given_meeting, path_of
from tests.world import World

TASKS = "/v1/help-plan-tasks"
WAKES: dict[str, Any] = {"what": "Wecker stellen", "who": "Kind", "role": "child", "until": "2026-03-15"}
COMES: dict[str, Any] = {"what": "früh kommen", "who": "Bezugsfachkraft", "role": "provider", "until": "2026-03-20"}
CALLS: dict[str, Any] = {"what": "Schule anrufen", "who": "Fachkraft", "role": "youth_office", "until": None}
BODY: dict[str, Any] = {
    "service_kind": "section_31",
    "pseudonym": "Familie Q-18",
    "starts_on": "2026-04-01",
    "ends_on": "2026-12-31",
    "hours_per_week": "6.00",
}
STEPS: dict[str, dict[str, Any]] = {
    "complete": {"note": "Klappt."},
    "reopen": {"note": "Doch nicht."},
    "drop": {"note": "Nicht nötig."},
}


def given_tasks(world: World, help_: Any = None, *tasks: dict[str, Any]) -> dict[str, Any]:
    """A plan in force with tasks of the child, the provider and the youth office, or with others."""
    goal = {**GOAL, "tasks": list(tasks or (WAKES, COMES, CALLS))}
    return given_confirmed(world, help_ or given_help(world), goals=[goal])


def tasks(world: World, query: str = "") -> dict[str, Any]:
    """What is to be done → the task, as the youth office sees it."""
    return {item["what"]: item for item in world.as_(Role.CASEWORKER).get(f"{TASKS}?{query}")["items"]}


def at(task: dict[str, Any]) -> str:
    return f"{TASKS}/{task['id']}"


def test_a_confirmed_plan_lays_out_its_tasks_and_a_review_keeps_what_is_done(world: World) -> None:
    caseworker, path = world.as_(Role.CASEWORKER), path_of(given_tasks(world))
    first = tasks(world)
    assert {name: (one["role"], one["until"], one["state"], one["goal_key"]) for name, one in first.items()} == {
        "Wecker stellen": ("child", "2026-03-15", "open", "schule"),
        "früh kommen": ("provider", "2026-03-20", "open", "schule"),
        "Schule anrufen": ("youth_office", None, "open", "schule"),
    }
    caseworker.act(at(first["Wecker stellen"]), "complete", note="Der Wecker klingelt um sieben.")
    under = caseworker.act(path, "review")
    later, new = {**COMES, "until": "2026-04-20"}, {**CALLS, "what": "Hort suchen"}
    changes = {"participants": [CHILD, MOTHER], "goals": [{**GOAL, "status": "agreed", "tasks": [WAKES, later, new]}]}
    caseworker.patch(path, changes, version=under["version"])
    caseworker.act(path, "confirm")
    now = tasks(world)
    assert {name: (one["until"], one["state"]) for name, one in now.items()} == {
        "Wecker stellen": ("2026-03-15", "done"),
        "früh kommen": ("2026-04-20", "open"),
        "Schule anrufen": (None, "dropped"),
        "Hort suchen": (None, "open"),
    }
    assert now["früh kommen"]["id"] == first["früh kommen"]["id"]
    assert now["Wecker stellen"]["note"] == "Der Wecker klingelt um sieben."
    caseworker.act(path, "end", reason="Ziele erreicht")
    assert {one["state"] for one in tasks(world).values()} == {"done", "dropped"}


def test_with_the_help_its_tasks_and_later_meetings_end_and_stay_to_be_read(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    plan = given_tasks(world, help_)
    held = given_held(world, help_, kind="crisis")
    caseworker.post(f"{MEETINGS}/{held['id']}/minutes", MINUTES | {"agreements": [{**COMES, "what": "anrufen"}]})
    within, after = (
        given_meeting(world, help_, starts_at=f"{day}T09:00:00Z", kind=kind)["id"]
        for day, kind in (("2026-03-30", "closing"), ("2026-04-02", "review"))
    )
    caseworker.act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-03-31", reason="planned")
    assert {one["state"] for one in tasks(world).values()} == {"dropped"}
    assert caseworker.get(path_of(plan))["state"] == "ended"
    states = [caseworker.get(f"{MEETINGS}/{one}")["state"] for one in (held["id"], within, after)]
    assert states == ["held", "scheduled", "cancelled"]
    assert caseworker.get(f"{MEETINGS}/{after}")["reason"] == "Die Hilfe ist beendet."
    assert caseworker.get(f"{MEETINGS}/{after}/transitions")[-1]["action"] == "cancel"
    with world.kernel.work.as_system() as db:
        open_ = "SELECT count(*) FROM deadline WHERE tenant_id = :t AND met_at IS NULL AND kind LIKE 'help_plan%'"
        assert db.scalar(text(open_), {"t": world.youth_office.id}) == 0


def test_with_a_withdrawn_request_its_meetings_are_called_off(world: World) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    given_help(world)
    asked = caseworker.post("/v1/helps", {**BODY, "provider_id": str(world.provider.id)})
    meeting = given_meeting(world, asked, kind="initial")
    caseworker.act(f"/v1/helps/{asked['id']}", "withdraw")
    assert caseworker.get(f"{MEETINGS}/{meeting['id']}")["state"] == "cancelled"


def test_minutes_lay_out_what_was_agreed_and_their_correction_too(world: World) -> None:
    meeting = given_held(world, given_help(world))
    path, caseworker = f"{MEETINGS}/{meeting['id']}/minutes", world.as_(Role.CASEWORKER)
    caseworker.post(path, MINUTES | {"agreements": [WAKES, COMES]})
    assert {one["meeting_id"] for one in tasks(world).values()} == {meeting["id"]}
    caseworker.post(path, MINUTES | {"agreements": [COMES], "correction": "Den Wecker stellt die Mutter."})
    assert {name: one["state"] for name, one in tasks(world).items()} == {
        "Wecker stellen": "dropped",
        "früh kommen": "open",
    }


def test_each_side_ticks_off_its_own_and_the_office_what_families_do(world: World) -> None:
    given_tasks(world)
    child, provider, office = (tasks(world)[one["what"]] for one in (WAKES, COMES, CALLS))
    professional = world.as_(Role.PROVIDER_PROFESSIONAL)
    offered = {one: professional.get(at(task))["allowed_actions"] for one, task in enumerate((child, provider, office))}
    assert [[action["action"] for action in actions] for actions in offered.values()] == [[], ["complete"], []]
    for other in (child, office):
        problem = professional.act(at(other), "complete", status=409)
        assert "jemand anders" in problem["reasons"][0]
    assert professional.act(at(provider), "complete")["state"] == "done"
    professional.act(at(provider), "reopen", status=403, **STEPS["reopen"])
    professional.act(at(child), "drop", status=403, **STEPS["drop"])
    world.as_(Role.TEAM_LEAD).act(at(child), "complete")
    for role in Role:
        if Permission.HELP_PLANS_TAKE_PART not in GRANTS[role]:
            world.as_(role).act(at(office), "complete", version=1, status=403)
    world.tick()
    told = [item["type"] for item in world.as_(Role.PROVIDER_SYNC).get("/v1/events?limit=200")["items"]]
    assert told.count("handschlag.help_plan_task.done") == 2


@pytest.mark.parametrize("action", STEPS)
@pytest.mark.parametrize("state", HelpPlanTaskState)
def test_every_step_leads_where_the_table_says_and_nowhere_else(
    world: World, state: HelpPlanTaskState, action: str
) -> None:
    given_tasks(world, None, WAKES)
    caseworker, path = world.as_(Role.CASEWORKER), at(tasks(world)["Wecker stellen"])
    if state is not HelpPlanTaskState.OPEN:
        caseworker.act(path, {"done": "complete", "dropped": "drop"}[state], **STEPS["drop"])
    targets = {row.action: row.target for row in TASK.rows if state in row.sources}
    assert [one["action"] for one in caseworker.get(path)["allowed_actions"]] == list(targets)
    if action in targets:
        assert caseworker.act(path, action, **STEPS[action])["state"] == targets[action]
        assert caseworker.get(f"{path}/transitions")[-1]["action"] == action
        assert caseworker.get(path)["note"] == STEPS[action]["note"]
    else:
        caseworker.act(path, action, status=409, **STEPS[action])


def test_tasks_are_found_and_called_overdue(world: World, statements: list[str]) -> None:
    help_ = given_help(world)
    plan = given_tasks(world, help_)
    world.clock.travel(days=15)  # 17 March
    for query, names in {
        "overdue=true": {"Wecker stellen"},
        "overdue=false": {"früh kommen", "Schule anrufen"},
        "role=provider": {"früh kommen"},
        "state=done": set(),
        f"help_id={help_['id']}&plan_id={plan['id']}&state=open": {"Wecker stellen", "früh kommen", "Schule anrufen"},
    }.items():
        assert set(tasks(world, query)) == names, query
    caseworker, order = world.as_(Role.CASEWORKER), []
    query = "sort=until&limit=1"
    while query:
        page = caseworker.get(f"{TASKS}?{query}")
        order += [item["what"] for item in page["items"]]
        query = f"sort=until&limit=1&cursor={page['next']}" if page["next"] else ""
    assert order == ["Wecker stellen", "früh kommen", "Schule anrufen"]  # without a day: last
    assert [item["what"] for item in caseworker.get(f"{TASKS}?sort=-until")["items"]] == order[::-1]
    statements.clear()
    caseworker.get(TASKS)
    assert len(statements) == 2  # who am I; the tasks
    table = caseworker.request("GET", TASKS, status=200, headers={"Accept": "text/csv"}).text
    assert "Wecker stellen" in table


def test_tasks_wait_for_those_whose_they_are(world: World) -> None:
    given_tasks(world, None, COMES)
    assert shown(world, Role.PROVIDER_PROFESSIONAL)["help_plan_task"] == "me"
    assert shown(world, Role.PROVIDER_MANAGER).get("help_plan_task", "nothing") == "nothing"
    assert shown(world, Role.CASEWORKER)["help_plan_task"] == "them"
    [item] = world.as_(Role.PROVIDER_LEAD).get("/v1/worklist?kind=help_plan_task")["items"]
    assert item["due_at"] == "2026-03-20T22:59:59Z"
    assert world.as_(Role.PROVIDER_LEAD).get(item["path"])["what"] == "früh kommen"
    world.as_(Role.PROVIDER_LEAD).act(item["path"], "complete")
    assert "help_plan_task" not in shown(world, Role.CASEWORKER)


def test_who_left_the_help_ticks_nothing_off_and_strangers_see_nothing(world: World) -> None:
    help_ = given_help(world)
    other = joined(world, help_["id"], until=date(2026, 3, 10))
    given_tasks(world, help_)
    path, second = at(tasks(world)["früh kommen"]), world.as_(Role.PROVIDER_PROFESSIONAL, other)
    assert second.get(path)["allowed_actions"]
    world.clock.travel(days=50)
    second.get(path)
    second.act(path, "complete", status=404)
    stranger = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    counts = []
    for party in (world.youth_office, world.provider, other, stranger):
        with as_organisation(world, party.id) as db:
            counts.append(db.scalar(text("SELECT count(*) FROM help_plan_task")))
    assert counts == [3, 3, 3, 0]
    late = text("UPDATE help_plan_task SET state = 'done', changed_at = '2026-05-01' WHERE role = 'provider'")
    with as_organisation(world, other.id) as db, pytest.raises(ProgrammingError, match="row-level"):
        db.execute(late)
    with as_organisation(world, world.provider.id) as db, pytest.raises(ProgrammingError, match="row-level"):
        db.execute(text("UPDATE help_plan_task SET state = 'done' WHERE role = 'child'"))
