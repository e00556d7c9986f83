"""Standards: written by the planner, read by all who work with the office, fixed once adopted."""

from typing import Any

from app.policy import OrganisationKind, Role
from tests.world import World

HELP_PLANNING: dict[str, Any] = {
    "code": "HP-01",
    "title": "Hilfeplanung mit Beteiligung",
    "dimension": "process",
    "text": "Eltern und junge Menschen nehmen an jedem Hilfeplangespräch teil.",
    "indicator": "Anteil der Gespräche mit Beteiligung",
    "target": "95 %",
    "evidence": "Protokoll",
}


def test_planner_writes_and_provider_reads(world: World) -> None:
    made = world.as_(Role.PLANNER).post("/v1/standards", HELP_PLANNING)
    read = world.as_(Role.PROVIDER_PROFESSIONAL).get(f"/v1/standards/{made['id']}")
    assert read == made
    listed = world.as_(Role.CASEWORKER).get(f"/v1/standards?youth_office_id={world.youth_office.id}")
    assert [item["code"] for item in listed["items"]] == ["HP-01"]


def test_unshared_standards_stay_in_the_house(world: World) -> None:
    made = world.as_(Role.PLANNER).post("/v1/standards", {**HELP_PLANNING, "is_shared": False})
    world.as_(Role.PROVIDER_PROFESSIONAL).get(f"/v1/standards/{made['id']}", status=404)


def test_change_and_its_refusals(world: World) -> None:
    planner = world.as_(Role.PLANNER)
    made = planner.post("/v1/standards", HELP_PLANNING)
    path = f"/v1/standards/{made['id']}"
    assert planner.patch(path, {"target": "100 %"}, version=1)["target"] == "100 %"
    assert planner.patch(path, {"indicator": None}, version=2)["indicator"] is None
    problem = planner.patch(path, {"title": None}, version=3, status=422)
    assert problem["errors"][0]["pointer"] == "/title"
    planner.patch(path, {"code": "X"}, version=3, status=422)
    world.as_(Role.CASEWORKER).patch(path, {"target": "1"}, version=3, status=403)
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.PLANNER, other).patch(path, {"target": "1"}, version=3, status=404)


def test_code_is_taken_once(world: World) -> None:
    world.as_(Role.PLANNER).post("/v1/standards", HELP_PLANNING)
    world.as_(Role.PLANNER).post("/v1/standards", HELP_PLANNING, status=409)


def test_a_standard_says_what_two_observers_see(world: World) -> None:
    planner = world.as_(Role.PLANNER)
    plain = planner.post("/v1/standards", HELP_PLANNING)
    assert (plain["quality_area"], plain["threshold"], plain["criteria"]) == (None, None, [])
    more = {"quality_area": "goal_attainment", "threshold": "80 %", "criteria": ["Ziele im Wortlaut der Familie"]}
    made = planner.post("/v1/standards", {**HELP_PLANNING, "code": "HP-02", **more})
    assert {name: made[name] for name in more} == more
    path = f"/v1/standards?youth_office_id={world.youth_office.id}&quality_area="
    assert [item["code"] for item in planner.get(f"{path}goal_attainment")["items"]] == ["HP-02"]
    assert planner.get(f"{path}structure")["items"] == []
    changed = planner.patch(f"/v1/standards/{made['id']}", {"quality_area": None, "criteria": ["A", "B"]}, version=1)
    assert (changed["quality_area"], changed["criteria"]) == (None, ["A", "B"])
    problem = planner.patch(f"/v1/standards/{made['id']}", {"criteria": None}, version=2, status=422)
    assert problem["errors"][0]["pointer"] == "/criteria"
    planner.post("/v1/standards", {**HELP_PLANNING, "code": "HP-03", "quality_area": "other"}, status=422)
