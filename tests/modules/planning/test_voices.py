"""What others say to a plan: grades, statements, self-assessments; who may, and who may not."""

from typing import Any

import pytest

from app.policy import Role
from tests.stories.planning import CHILD, GOAL, MOTHER, given_confirmed, given_consulted, path_of
from tests.world import World

ANSWERS: dict[str, Any] = {
    "form_number": 1,
    "answered_on": "2026-03-02",
    "mode": "together",
    "with_whom": "Bezugsfachkraft",
    "content": {"wie_geht_es": {"familie": {"wert": 2, "worte": "Wir streiten."}}, "was_hilft": "Ruhe"},
}


def graded(side: str, grade: int = 1, **changes: Any) -> dict[str, Any]:
    return {"side": side, "grades": [{"goal_key": "schule", "grade": grade, **changes}]}


def test_three_views_of_a_goal_are_kept_and_scored(world: World) -> None:
    goals = [GOAL | {"weight": 3}, GOAL | {"key": "ruhe"}]
    path = path_of(given_confirmed(world, goals=goals))
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    empty = caseworker.get(f"{path}/attainment")
    assert (empty["number"], empty["t_score_family"], len(empty["goals"])) == (1, None, 2)
    both = [{"goal_key": "schule", "grade": 2}, {"goal_key": "ruhe", "grade": -1}]
    provider.post(f"{path}/grades", {"side": "provider", "grades": both}, status=200)
    provider.post(f"{path}/grades", graded("provider", 1), status=200)
    caseworker.post(f"{path}/grades", graded("family", -1, text="Noch nicht gut."), status=200)
    seen = caseworker.get(f"{path}/attainment")
    assert [(goal["provider"], goal["family"], goal["youth_office"]) for goal in seen["goals"]] == [
        (1, -1, None),
        (-1, None, None),
    ]
    assert (seen["t_score_provider"], seen["t_score_family"], seen["t_score_youth_office"]) == ("55.82", "40.00", None)
    assert [(one["side"], one["grade"]) for one in seen["history"]] == [
        ("provider", 2), ("provider", -1), ("provider", 1), ("family", -1),
    ]  # fmt: skip
    assert provider.get(f"{path}/attainment") == seen


def test_a_goal_is_closed_by_the_review_and_by_nothing_else(world: World) -> None:
    path = path_of(given_confirmed(world))
    caseworker = world.as_(Role.CASEWORKER)
    problem = caseworker.post(f"{path}/grades", graded("youth_office", status="reached"), status=409)
    assert (problem["type"].rpartition("/")[2], problem["state"]) == ("help-plan-fixed", "active")
    caseworker.act(path, "review")
    problem = caseworker.post(f"{path}/grades", graded("family", status="reached"), status=422)
    assert problem["errors"][0]["pointer"] == "/grades/0/status"
    problem = caseworker.post(f"{path}/grades", graded("youth_office", status="dropped"), status=422)
    assert problem["errors"][0]["pointer"] == "/grades/0/status"
    given = graded("youth_office", -1, status="dropped", text="Das Kind will etwas anderes.")
    caseworker.post(f"{path}/grades", given, status=200)
    goal = caseworker.get(path)["content"]["goals"][0]
    assert (goal["status"], goal["status_reason"]) == ("dropped", "Das Kind will etwas anderes.")
    version = caseworker.get(path)["version"]
    reopened = {**goal, "status": "in_progress", "status_reason": None}
    problem = caseworker.patch(path, {"goals": [reopened]}, version=version, status=422)
    assert problem["errors"][0]["code"] == "not_in_review"
    new = {**GOAL, "key": "malen", "text": "Ich male jeden Tag."}
    caseworker.patch(path, {"goals": [new], "participants": [CHILD, MOTHER]}, version=version)  # what is closed may go
    caseworker.act(path, "confirm")
    assert caseworker.get(path)["content"]["goals"][0]["key"] == "malen"
    assert caseworker.get(f"{path}/attainment")["t_score_youth_office"] is None  # of the new version's goals


@pytest.mark.parametrize(
    ("role", "side"),
    [(Role.PROVIDER_LEAD, "family"), (Role.PROVIDER_LEAD, "youth_office"), (Role.CASEWORKER, "provider")],
)
def test_nobody_grades_in_the_name_of_others(quiet: tuple[World, str], role: Role, side: str) -> None:
    world, path = quiet
    world.as_(role).post(f"{path}/grades", graded(side), status=403)


@pytest.mark.parametrize(
    ("grades", "pointer"),
    [
        ([{"goal_key": "anderes", "grade": 1}], "/grades/0/goal_key"),
        ([{"goal_key": "schule", "grade": 1}, {"goal_key": "schule", "grade": 2}], "/grades/1/goal_key"),
        ([{"goal_key": "schule", "grade": 3}], "/grades/0/grade"),
        ([{"goal_key": "schule", "grade": 0.5}], "/grades/0/grade"),
        ([], "/grades"),
    ],
)
def test_grades_that_cannot_be_are_refused(quiet: tuple[World, str], grades: list[Any], pointer: str) -> None:
    world, path = quiet
    body = {"side": "provider", "grades": grades}
    problem = world.as_(Role.PROVIDER_LEAD).post(f"{path}/grades", body, status=422)
    assert problem["errors"][0]["pointer"] == pointer


def test_nothing_is_graded_before_something_is_confirmed(world: World) -> None:
    path = path_of(given_consulted(world))
    world.as_(Role.PROVIDER_LEAD).post(f"{path}/grades", graded("provider"), status=409)
    world.as_(Role.CASEWORKER).get(f"{path}/attainment", status=404)


def test_a_provider_speaks_for_itself_and_the_next_version_carries_it(world: World) -> None:
    path = path_of(given_consulted(world))
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    said = provider.post(f"{path}/statements", {"text": "Wir raten zu mehr Zeit."})
    assert (said["number"], said["provider_id"]) == (1, str(world.provider.id))
    caseworker.post(f"{path}/statements", {"text": "Nein."}, status=403)
    assert [one["text"] for one in caseworker.get(f"{path}/statements")] == ["Wir raten zu mehr Zeit."]
    caseworker.act(path, "confirm")
    provider.post(f"{path}/statements", {"text": "Danke."})
    carried = provider.get(f"{path}/versions/1")["document"]["statements"]
    assert [one["text"] for one in carried] == ["Wir raten zu mehr Zeit."]
    caseworker.act(path, "end", reason="Erreicht")
    for what, body in {"statements": {"text": "Schade."}, "self-assessments": ANSWERS}.items():
        assert provider.post(f"{path}/{what}", body, status=409)["type"].endswith("/help-plan-fixed")


def test_a_young_person_says_how_it_is_more_than_once(world: World) -> None:
    path = path_of(given_consulted(world))
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    first = provider.post(f"{path}/self-assessments", ANSWERS)
    assert (first["entered_by"], "content" in first) == (str(provider.account_id), False)
    world.clock.travel(days=30)
    later = {"wie_geht_es": {"familie": {"wert": 4}, "freunde": {"wert": 5}}}
    alone = {"answered_on": "2026-04-01", "mode": "alone", "with_whom": None, "content": later}
    caseworker.post(f"{path}/self-assessments", ANSWERS | alone)
    listed = provider.get(f"{path}/self-assessments")["items"]
    assert [one["answered_on"] for one in listed] == ["2026-04-01", "2026-03-02"]
    assert len(provider.get(f"{path}/self-assessments?limit=1&sort=answered_on")["items"]) == 1
    family, friends = caseworker.get(f"{path}/self-assessments/courses")
    assert (family["difference"], friends["difference"]) == (2, None)
    caseworker.act(path, "confirm")
    carried = caseworker.get(f"{path}/versions/1")["document"]["self_assessment"]
    assert (carried["answered_on"], carried["content"]) == ("2026-04-01", later)
    pdf = caseworker.request("GET", f"{path}/versions/1/document", status=200, headers={"Accept": "*/*"})
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"form_number": 2}, "/form_number"),
        ({"answered_on": "2026-03-03"}, "/answered_on"),
        ({"content": {}}, "/content/wie_geht_es"),
        ({"content": {"wie_geht_es": {"familie": {"wert": 0}}}}, "/content/wie_geht_es/familie/wert"),
        ({"mode": "alone"}, "/with_whom"),
        ({"with_whom": "Frau Müller"}, "/with_whom"),
    ],
)
def test_answers_that_do_not_fit_are_refused(quiet: tuple[World, str], changes: dict[str, Any], pointer: str) -> None:
    world, path = quiet
    problem = world.as_(Role.CASEWORKER).post(f"{path}/self-assessments", ANSWERS | changes, status=422)
    assert pointer in [error["pointer"] for error in problem["errors"]]


def test_the_form_is_there_to_be_filled_in(world: World) -> None:
    shown = world.as_(Role.PROVIDER_PROFESSIONAL).get("/v1/self-assessment-form")
    assert (shown["number"], shown["json_schema"]["title"]) == (1, "Wie es mir geht")
    world.as_(Role.CASEWORKER).get("/v1/self-assessment-form?number=7", status=422)
