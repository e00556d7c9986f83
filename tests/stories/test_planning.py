"""Stories of help planning: the family takes part, a child in care has a way home, nobody is left out silently."""

from io import BytesIO

from pypdf import PdfReader

from app.policy import Role
from tests.stories.helps import given_help
from tests.stories.planning import (
    CHILD,
    DECISION,
    GOAL,
    MOTHER,
    PERSPECTIVE,
    content,
    given_confirmed,
    given_consulted,
    given_held,
    given_plan,
    given_residential,
    path_of,
)
from tests.world import World


def test_a_family_plans_its_help_and_its_dissent_stands_in_the_plan(world: World) -> None:
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    help_ = given_help(world)

    # March: the caseworker drafts; the provider knows nothing yet.
    plan = given_plan(world, help_)
    path = path_of(plan)
    assert (plan["number"], plan["state"], plan["review_due_on"]) == ("HP-2026-0001", "draft", "2026-04-01")
    assert [hint["pointer"] for hint in plan["missing"]] == ["/decision"]
    provider.get(path, status=404)

    # Two professionals decide; the family is consulted, and the mother does not agree with everything.
    caseworker.act(path, "decide", **DECISION)
    consulted = caseworker.act(path, "consult")
    father = {"role": "father", "missing_reason": "refused", "missing_text": "Er möchte nicht dabei sein."}
    mother = {**MOTHER, "consents": "partly", "dissent": "Ich will keine Besuche am Abend."}
    caseworker.patch(path, {"participants": [CHILD, mother, father]}, version=consulted["version"])
    provider.post(f"{path}/statements", {"text": "Wir können morgens ab sechs kommen."})
    caseworker.act(path, "confirm")
    confirmed = caseworker.get(path)
    assert (confirmed["state"], confirmed["latest_number"], confirmed["missing"]) == ("active", 1, [])
    assert confirmed["content"]["goals"][0]["status"] == "agreed"

    # The provider reads what was confirmed, the dissent too.
    seen = provider.get(path)
    dissent = [one["dissent"] for one in seen["content"]["participants"]]
    assert dissent == [None, "Ich will keine Besuche am Abend.", None]
    assert (seen["allowed_actions"], seen["decision"], seen["warnings"]) == ([], None, [])
    document = provider.get(f"{path}/versions/1")["document"]
    assert document["statements"][0]["text"].startswith("Wir können")
    pdf = provider.request("GET", f"{path}/versions/1/document", status=200, headers={"Accept": "*/*"})
    assert pdf.content.startswith(b"%PDF")


def test_a_review_hears_everybody_anew_and_agrees_on_what_was_reached(world: World) -> None:
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    help_ = given_help(world)
    father = {"role": "father", "missing_reason": "refused"}
    path = path_of(given_confirmed(world, help_, participants=[CHILD, MOTHER, father]))
    assert caseworker.get(path)["review_due_on"] == "2026-04-01"

    # April: the young person says how it is; goals are graded by three; the review agrees.
    world.clock.travel(days=30)
    assessment = {
        "form_number": 1,
        "answered_on": "2026-04-01",
        "mode": "together",
        "with_whom": "Bezugsfachkraft",
        "content": {"wie_geht_es": {"familie": {"wert": 2, "worte": "Wir streiten weniger."}}, "was_hilft": "Ruhe"},
    }
    provider.post(f"{path}/self-assessments", assessment)
    given_held(world, help_)
    assert caseworker.get(path)["review_due_on"] == "2026-10-01"
    caseworker.act(path, "review")
    under = caseworker.get(path)
    assert [one["own_words"] for one in under["content"]["participants"]] == [None, None, None]
    provider.post(f"{path}/grades", {"side": "provider", "grades": [{"goal_key": "schule", "grade": 1}]}, status=200)
    caseworker.post(f"{path}/grades", {"side": "family", "grades": [{"goal_key": "schule", "grade": 2}]}, status=200)
    agreed = {"side": "youth_office", "grades": [{"goal_key": "schule", "grade": 1, "status": "partly_reached"}]}
    assert caseworker.post(f"{path}/grades", agreed, status=200)["t_score_youth_office"] == "60.00"
    seen = caseworker.get(f"{path}/attainment")
    assert [seen["goals"][0][side] for side in ("provider", "family", "youth_office")] == [1, 2, 1]
    assert [seen[f"t_score_{side}"] for side in ("provider", "family")] == ["60.00", "70.00"]
    new = {"need": "Die Morgen gelingen oft.", "participants": [CHILD, MOTHER]}
    caseworker.patch(path, new, version=caseworker.get(path)["version"])
    assert "/decision" in {hint["pointer"] for hint in caseworker.get(path)["missing"]}
    caseworker.act(path, "decide", **DECISION | {"decided_on": "2026-04-01"})
    assert caseworker.act(path, "confirm")["latest_number"] == 2
    attained = provider.get(f"{path}/versions/2")["document"]["attainment"]
    assert attained == {"number": 1, "provider": {"schule": 1}, "family": {"schule": 2}, "youth_office": {"schule": 1}}
    pdf = provider.request("GET", f"{path}/versions/2/document", status=200, headers={"Accept": "*/*"}).content
    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert "Zielerreichung seit der 1. Fassung" in printed
    assert "Wir streiten weniger." in printed
    changes = provider.get(f"{path}/versions/2/changes?since=1")["changes"]
    told = {change["pointer"]: (change["before"], change["after"]) for change in changes}
    assert told["/goals/schule/status"] == ("vereinbart", "teilweise erreicht")
    assert told["/need"][1] == "Die Morgen gelingen oft."
    assert "/participants/father-2/role" in told


def test_a_child_in_residential_care_has_a_way_home_that_is_measured(world: World) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    [help_] = given_residential(world)
    [listed] = caseworker.get("/v1/perspectives?overdue=true")["items"]
    assert (listed["help_id"], listed["plan_id"], listed["perspective"]) == (help_["id"], None, None)

    # Silence is refused; a return home needs conditions, services for the parents, a time, and progress.
    path = path_of(given_consulted(world, help_))
    problem = caseworker.act(path, "confirm", status=409)
    assert [error["pointer"] for error in problem["errors"]] == ["/perspective"]
    caseworker.patch(path, {"perspective": {"kind": "return_home"}}, version=caseworker.get(path)["version"])
    problem = caseworker.act(path, "confirm", status=409)
    assert {error["pointer"].rpartition("/")[2] for error in problem["errors"]} == set(PERSPECTIVE) - {"kind"}
    caseworker.patch(path, {"perspective": PERSPECTIVE}, version=caseworker.get(path)["version"])
    caseworker.act(path, "confirm")
    [listed] = caseworker.get("/v1/perspectives?perspective=return_home&overdue=false")["items"]
    assert (listed["until"], listed["is_overdue"]) == ("2026-12-31", False)

    # The time passes without a return: the plan must name another perspective.
    world.clock.travel(days=306)
    world.tick()
    assert caseworker.get("/v1/perspectives?overdue=true")["items"][0]["help_id"] == help_["id"]
    caseworker.act(path, "review")
    under = caseworker.get(path)
    assert under["content"]["perspective"]["progress"] is None
    told = {"progress": "Die Wohnung fehlt.", "until": "2027-06-30"}
    changes = {"participants": [CHILD, MOTHER], "perspective": told}
    caseworker.patch(path, changes, version=under["version"])
    problem = caseworker.act(path, "confirm", status=409)
    assert [error["pointer"] for error in problem["errors"]] == ["/perspective/kind"]
    other = {"kind": "other_family", "reasons": "Die Wohnung kam nicht.", "adoption_check": "Kommt nicht in Betracht."}
    caseworker.patch(path, {"perspective": other}, version=caseworker.get(path)["version"])
    assert caseworker.act(path, "confirm")["perspective"] == "other_family"

    # The planner sees numbers, and none so small that it tells of a child.
    summary = world.as_(Role.PLANNER).get("/v1/perspectives/summary")
    counts = {row["perspective"]: row["count"] for row in summary["counts"]}
    assert (counts["other_family"], counts["return_home"], summary["total"]) == (None, 0, None)
    world.as_(Role.PLANNER).get("/v1/perspectives", status=403)


def test_a_plan_without_the_child_is_refused_until_it_says_why(world: World) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    path = path_of(given_consulted(world, participants=[MOTHER]))
    problem = caseworker.act(path, "confirm", status=409)
    assert problem["type"] == "/v1/problems/help-plan-incomplete"
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/participants", "child_missing")]
    silent = {"role": "child", "label": "Kind Q-17"}
    version = caseworker.get(path)["version"]
    caseworker.patch(path, {"participants": [silent, MOTHER]}, version=version)
    problem = caseworker.act(path, "confirm", status=409)
    assert [error["pointer"] for error in problem["errors"]] == ["/participants/0/own_words"]
    caseworker.patch(path, {"participants": [silent | {"missing_reason": "too_young"}, MOTHER]}, version=version + 1)
    caseworker.act(path, "confirm")
    confirmed = caseworker.get(path)
    assert confirmed["content"]["participants"][0]["missing_reason"] == "too_young"


def test_a_review_that_does_not_come_is_called_for_until_it_is_held(world: World) -> None:
    world.staff()
    caseworker, lead, head = (world.as_(role) for role in (Role.CASEWORKER, Role.TEAM_LEAD, Role.OFFICE_HEAD))
    help_ = given_help(world)
    plan = given_confirmed(world, help_)  # due on 1 April
    stages = {}
    for days in (2, 22, 6, 1, 28):
        world.clock.travel(days=days)
        world.tick()
        stages[world.clock.now.date().isoformat()] = caseworker.get(path_of(plan))["review_stage"]
    assert list(stages.values()) == ["reminded", "reminded", "due", "team_lead", "office_head"], stages
    [called] = lead.get("/v1/help-plan-reviews?stage=office_head")["items"]
    assert called == head.get("/v1/help-plan-reviews")["items"][0]
    head.get(path_of(plan), status=403)
    assert world.as_(Role.PROVIDER_LEAD).get(path_of(plan))["review_stage"] is None

    # A crisis meeting is no review; a review is.
    given_held(world, help_, kind="crisis")
    assert caseworker.get(path_of(plan))["review_stage"] == "office_head"
    world.clock.travel(days=1)
    given_held(world, help_)
    now = caseworker.get(path_of(plan))
    assert (now["review_stage"], now["review_due_on"]) == ("running", "2026-11-02")  # the 1st is a Sunday
    assert head.get("/v1/help-plan-reviews")["items"] == []


def test_goals_stay_until_a_review_closes_them(world: World) -> None:
    caseworker = world.as_(Role.CASEWORKER)
    path = path_of(given_confirmed(world))
    under = caseworker.act(path, "review")
    problem = caseworker.patch(path, {"goals": []}, version=under["version"], status=422)
    assert problem["errors"][0]["code"] == "lost"
    problem = caseworker.patch(path, {"goals": [{**GOAL, "status": "reached"}]}, version=under["version"], status=422)
    assert problem["errors"][0]["pointer"] == "/goals/0/status"
    assert content()["goals"] == [GOAL]
