"""Plans over HTTP: written, refused at the right place, found, followed, never waited for in vain."""

from typing import Any
from uuid import uuid4

import pytest

from app.policy import Role
from tests.stories.given import given_agreement
from tests.stories.helps import given_help
from tests.stories.planning import (
    CHILD,
    DECISION,
    GOAL,
    MOTHER,
    PERSPECTIVE,
    given_confirmed,
    given_consulted,
    given_held,
    given_plan,
    given_residential,
    given_reviewed,
    path_of,
)
from tests.world import World


def test_a_help_has_one_open_plan(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    plan = given_plan(world, help_)
    problem = caseworker.post("/v1/help-plans", {"help_id": help_["id"]}, status=409)
    assert "offenen Hilfeplan" in problem["detail"]
    caseworker.act(path_of(plan), "end", reason="Neu begonnen")
    ended = caseworker.get(path_of(plan))
    assert (ended["state"], ended["end_reason"], ended["allowed_actions"]) == ("ended", "Neu begonnen", [])
    assert caseworker.post("/v1/help-plans", {"help_id": help_["id"]})["number"] == "HP-2026-0002"


def test_only_a_help_that_runs_or_is_asked_for_is_planned(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    problem = caseworker.post("/v1/help-plans", {"help_id": str(uuid4())}, status=422)
    assert problem["errors"][0]["pointer"] == "/help_id"
    caseworker.act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-03-02", reason="planned")
    problem = caseworker.post("/v1/help-plans", {"help_id": help_["id"]}, status=409)
    assert problem["type"].endswith("/help-not-planned")


def test_with_the_help_its_plan_ends_and_nobody_waits_for_its_review(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    path = path_of(given_confirmed(world, help_))
    caseworker.act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-03-31", reason="planned")
    plan = caseworker.get(path)
    assert (plan["state"], plan["end_reason"]) == ("ended", "Die Hilfe ist beendet.")
    assert caseworker.get(f"{path}/transitions")[-1]["action"] == "end"
    world.clock.travel(days=120)
    world.tick()
    assert caseworker.get(path)["review_stage"] == "running"


def test_a_plan_ends_with_a_request_that_is_withdrawn(world: World) -> None:
    given_agreement(world)
    caseworker = world.as_(Role.CASEWORKER)
    body = {"service_kind": "section_31", "pseudonym": "Familie Q-18", "provider_id": str(world.provider.id)}
    period = {"starts_on": "2026-04-01", "ends_on": "2026-12-31", "hours_per_week": "4"}
    help_ = caseworker.post("/v1/helps", body | period)
    plan = given_plan(world, help_)
    caseworker.act(f"/v1/helps/{help_['id']}", "withdraw")
    assert caseworker.get(path_of(plan))["end_reason"] == "Der Antrag wurde zurückgezogen."


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"need": ""}, "/need"),
        ({"goals": [{"key": "x"}]}, "/goals/0/level"),
        ({"goals": [GOAL, GOAL]}, "/goals"),
        ({"goals": [{**GOAL, "due_on": "bald"}]}, "/goals/0/due_on"),
        ({"participants": [{"role": "aunt"}]}, "/participants/0/role"),
        ({"participants": [CHILD | {"label": "Max Muster"}]}, "/participants/0/label"),
        ({"participants": [{"role": "school", "function": "Frau Müller"}]}, "/participants/0/function"),
        ({"participants": [CHILD | {"consents": "no"}]}, "/participants/0"),
        ({"perspective": {"until": "2026-12-31"}}, "/perspective/kind"),
        ({"poem": "x"}, "/poem"),
    ],
)
def test_bad_input_is_refused_at_its_place(quiet: tuple[World, str], changes: dict[str, Any], pointer: str) -> None:
    world, path = quiet
    caseworker = world.as_(Role.CASEWORKER)
    problem = caseworker.patch(path, changes, version=caseworker.get(path)["version"], status=422)
    assert pointer in [error["pointer"] for error in problem["errors"]]


def test_the_text_is_changed_part_by_part(world: World) -> None:
    caseworker, plan = world.as_(Role.CASEWORKER), given_plan(world)
    path = path_of(plan)
    changed = caseworker.patch(path, {"partners": None, "perspective": {"kind": "open"}}, version=plan["version"])
    assert (changed["content"]["partners"], changed["content"]["need"]) == ([], plan["content"]["need"])
    changed = caseworker.patch(path, {"perspective": {"reasons": "Wird geklärt."}}, version=changed["version"])
    assert changed["content"]["perspective"]["kind"] == "open"
    caseworker.patch(path, {"need": "x"}, version=plan["version"], status=412)
    gone = caseworker.patch(path, {"perspective": None}, version=changed["version"])
    assert gone["content"]["perspective"] is None


@pytest.mark.parametrize("state", ["team_decision", "active"])
def test_what_was_decided_or_confirmed_stands_still(world: World, state: str) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    plan = given_confirmed(world) if state == "active" else given_plan(world)
    if state == "team_decision":
        plan = caseworker.act(path_of(plan), "decide", **DECISION)
    problem = caseworker.patch(path_of(plan), {"need": "Anders"}, version=plan["version"], status=409)
    assert (problem["type"].rpartition("/")[2], problem["state"]) == ("help-plan-fixed", state)


def test_several_professionals_decide_on_a_help_that_is_to_last(world: World) -> None:
    caseworker, plan = world.as_(Role.CASEWORKER), given_plan(world)
    path = path_of(plan)
    myself = {"function": "Fachkraft", "account_id": str(caseworker.account_id)}
    for alone in ([myself], [myself, myself]):
        problem = caseworker.act(path, "decide", **DECISION | {"professionals": alone}, status=409)
        assert "mehrere Fachkräfte" in problem["reasons"][0]
    stranger = {"function": "Fachkraft", "account_id": str(uuid4())}
    unknown = {"professionals": [myself, stranger], "decided_on": "2026-03-03"}
    problem = caseworker.act(path, "decide", **DECISION | unknown, status=422)
    assert {error["pointer"] for error in problem["errors"]} == {"/professionals/1/account_id", "/decided_on"}
    caseworker.act(path, "decide", **DECISION | {"professionals": [myself, {"function": "Teamleitung"}]})
    decided = caseworker.get(path)
    assert decided["decision"]["still_holds"] is True
    assert decided["decision"]["professionals"][0]["account_id"] == str(caseworker.account_id)


def test_one_may_decide_on_a_short_help(world: World) -> None:
    help_ = given_help(world, ends_on="2026-04-01")
    path = path_of(given_plan(world, help_))
    alone = DECISION | {"professionals": [{"function": "Fachkraft"}]}
    assert world.as_(Role.CASEWORKER).act(path, "decide", **alone)["state"] == "team_decision"


def test_nobody_is_consulted_if_nobody_is_named(world: World) -> None:
    path = path_of(given_plan(world, participants=[]))
    world.as_(Role.CASEWORKER).act(path, "decide", **DECISION)
    problem = world.as_(Role.CASEWORKER).act(path, "consult", status=409)
    assert problem["type"].endswith("/guard-refused")


def test_a_team_lead_may_do_it_too(world: World) -> None:
    path = path_of(given_consulted(world))
    assert world.as_(Role.TEAM_LEAD).act(path, "confirm")["state"] == "active"


def test_the_plan_names_the_day_of_its_review_within_bounds(world: World) -> None:
    caseworker, help_ = world.as_(Role.CASEWORKER), given_help(world)
    plan = given_consulted(world, help_, next_review_on="2026-05-02")  # a Saturday
    assert "later_than_usual" in {hint["code"] for hint in plan["warnings"]}
    path = path_of(plan)
    assert caseworker.act(path, "confirm")["review_due_on"] == "2026-05-04"
    under = caseworker.act(path, "review")
    again = {"participants": [CHILD, MOTHER], "next_review_on": "2026-07-01"}
    caseworker.patch(path, again, version=under["version"])
    problem = caseworker.act(path, "confirm", status=409)  # nobody has met: the review stays due
    assert [error["code"] for error in problem["errors"]] == ["review_open"]
    given_held(world, help_)
    assert caseworker.get(path)["review_due_on"] == "2026-09-02"
    assert caseworker.act(path, "confirm")["review_due_on"] == "2026-07-01"
    versions = caseworker.get(f"{path}/versions")
    assert [version["review_due_on"] for version in versions] == ["2026-05-04", "2026-07-01"]


def test_a_new_version_without_a_meeting_does_not_silence_who_calls(world: World) -> None:
    plan, caseworker = given_confirmed(world), world.as_(Role.CASEWORKER)
    world.clock.travel(days=31)
    world.tick()
    assert given_reviewed(world, plan)["review_stage"] == "team_lead"
    world.clock.travel(days=30)
    world.tick()
    assert caseworker.get(path_of(plan))["review_stage"] == "office_head"


def test_plans_are_found_by_what_is_known_of_them(world: World) -> None:
    first, second = given_help(world), given_help(world, pseudonym="Familie Q-18")
    given_confirmed(world, first)
    given_plan(world, second)
    caseworker = world.as_(Role.CASEWORKER)
    for query, count in {
        "": 2,
        "state=active": 1,
        "state=ended": 0,
        f"help_id={second['id']}": 1,
        "review_due_until=2026-04-01": 2,
        "review_due_until=2026-03-31": 0,
    }.items():
        assert len(caseworker.get(f"/v1/help-plans?{query}")["items"]) == count, query
    for sort in ("review_due_on", "-review_due_on", "number", "-number", "created_at", "-created_at"):
        page = caseworker.get(f"/v1/help-plans?limit=1&sort={sort}")
        other = caseworker.get(f"/v1/help-plans?limit=1&sort={sort}&cursor={page['next']}")
        assert {one["items"][0]["number"] for one in (page, other)} == {"HP-2026-0001", "HP-2026-0002"}
        assert "content" not in page["items"][0]
    table = caseworker.request("GET", "/v1/help-plans", status=200, headers={"Accept": "text/csv"}).text
    assert "HP-2026-0001" in table
    assert "Morgen" not in table
    assert len(world.as_(Role.PROVIDER_LEAD).get("/v1/help-plans")["items"]) == 1


def test_lists_and_reads_cost_the_same_whatever_their_length(world: World, statements: list[str]) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    plan = given_confirmed(world)
    given_held(world, {"id": plan["help_id"]})
    counts = []
    for number in (18, 19):
        for path in (
            "/v1/help-plans",
            "/v1/help-plan-reviews",
            "/v1/help-plan-meetings",
            path_of(plan) + "/versions",
            path_of(plan) + "/self-assessments",
        ):
            statements.clear()
            caseworker.get(path)
            counts.append((path, len(statements)))
        given_held(world, given_help(world, pseudonym=f"Familie Q-{number}"))
        given_plan(world, given_help(world, pseudonym=f"Familie R-{number}"))
    assert counts[:5] == counts[5:]
    assert [count for _, count in counts[:3]] == [2, 2, 2]  # who asks, and the page
    statements.clear()
    caseworker.get("/v1/perspectives")
    assert len(statements) == 3  # and the plans of the page's helps
    statements.clear()
    caseworker.get(path_of(plan))
    assert len(statements) <= 5


def test_versions_are_compared(world: World) -> None:
    plan, caseworker = given_confirmed(world), world.as_(Role.CASEWORKER)
    path = path_of(plan)
    first = caseworker.get(f"{path}/versions/1/changes")
    assert (first["since"], {change["kind"] for change in first["changes"]}) == (0, {"added"})
    given_reviewed(world, plan)
    assert caseworker.get(f"{path}/versions/2/changes")["changes"] == []
    back = caseworker.get(f"{path}/versions/1/changes?since=2")
    assert (back["since"], back["number"]) == (2, 1)
    caseworker.get(f"{path}/versions/3", status=404)
    caseworker.get(f"{path}/versions/1/changes?since=9", status=404)


def test_perspectives_are_found_and_counted(world: World) -> None:
    given_agreement(world)
    caseworker = world.as_(Role.CASEWORKER)
    helps = given_residential(world, 6)
    given_help(world)
    paths = [path_of(given_confirmed(world, help_, perspective=PERSPECTIVE)) for help_ in helps[:5]]
    for query, count in {
        "": 6,
        "perspective=return_home": 5,
        "perspective=open": 0,
        "stated=false": 1,
        "stated=true": 5,
        "overdue=true": 1,
        "overdue=false": 5,
    }.items():
        assert len(caseworker.get(f"/v1/perspectives?{query}")["items"]) == count, query
    for sort in ("starts_on", "-starts_on", "number", "-number"):
        assert len(caseworker.get(f"/v1/perspectives?limit=3&sort={sort}")["items"]) == 3
    summary = world.as_(Role.PLANNER).get("/v1/perspectives/summary")
    counts = {row["perspective"]: row["count"] for row in summary["counts"]}
    assert (counts["return_home"], counts[None], counts["open"]) == (5, None, 0)
    assert (summary["total"], summary["overdue"], summary["returned_home"]) == (None, None, 0)
    for path in paths:
        caseworker.act(path, "end", reason="Wieder zu Hause", outcome="return_home")
    assert world.as_(Role.OFFICE_HEAD).get("/v1/perspectives/summary")["returned_home"] == 5
    provider = world.as_(Role.PROVIDER_LEAD)
    assert {item["plan_id"] for item in provider.get("/v1/perspectives")["items"]} == {None}
