"""What a handbook may say: references lead somewhere, sides are two, keys are unique, and its hash is its name."""

import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.handbooks.given import (
    CONTENT,
    EXPECTATIONS,
    HANDOVER,
    PROCESS,
    derived,
    given_draft,
    given_handbook,
    given_standard,
    take,
)
from tests.world import World

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown part": ({"appendix": []}, "/appendix"),
    "unknown member": ({"chapters": [{"key": "a", "title": "A", "text": "T", "x": 1}]}, "/chapters/0/x"),
    "key with blanks": ({"chapters": [{"key": "a b", "title": "A", "text": "T"}]}, "/chapters/0/key"),
    "key twice": ({"key_processes": [PROCESS, PROCESS]}, "/key_processes"),
    "process without steps": ({"key_processes": [{**PROCESS, "steps": []}]}, "/key_processes/0/steps"),
    "third side": ({"key_processes": [{**PROCESS, "owner_side": "court"}]}, "/key_processes/0/owner_side"),
    "handover of no process": (
        {"handover_points": [{**HANDOVER, "process_key": "fehlt"}]},
        "/handover_points/0/process_key",
    ),
    "handover to oneself": (
        {"handover_points": [{**HANDOVER, "to_side": "provider"}]},
        "/handover_points/0/to_side",
    ),
    "endless deadline": (
        {"handover_points": [{**HANDOVER, "deadline_days": 367}]},
        "/handover_points/0/deadline_days",
    ),
    "expectation of no process": (
        {"expectations": [{**EXPECTATIONS[1], "process_key": "fehlt"}]},
        "/expectations/0/process_key",
    ),
    "expectation of no handover": (
        {"expectations": [EXPECTATIONS[1], {**EXPECTATIONS[0], "handover_key": "fehlt"}]},
        "/expectations/1/handover_key",
    ),
    "expectation of oneself": (
        {"expectations": [{**EXPECTATIONS[0], "holder_side": "provider"}]},
        "/expectations/0/addressee_side",
    ),
    "expectation about nothing": (
        {"expectations": [{**EXPECTATIONS[1], "process_key": None}]},
        "/expectations/0",
    ),
    "expectation about two things": (
        {"expectations": [{**EXPECTATIONS[1], "handover_key": "verlaufsbericht"}]},
        "/expectations/0",
    ),
    "unmeasured expectation": (
        {"expectations": [{name: EXPECTATIONS[0][name] for name in EXPECTATIONS[0] if name != "measured_by"}]},
        "/expectations/0/measured_by",
    ),
    "unknown standard": (
        {"minimum_standards": [derived(str(uuid4()))]},
        "/minimum_standards/0/standard_id",
    ),
    "standard of nothing": (
        {"minimum_standards": [{"standard_id": str(uuid4())}]},
        "/minimum_standards/0",
    ),
}


@pytest.mark.parametrize(("changes", "pointer"), WRONG.values(), ids=WRONG.keys())
def test_what_leads_nowhere_is_refused_with_its_place(world: World, changes: dict[str, Any], pointer: str) -> None:
    handbook = given_handbook(world)
    planner = world.as_(Role.PLANNER)
    problem = planner.post(f"{handbook}/versions", {**CONTENT, **changes}, status=422)
    assert problem["errors"][0]["pointer"] == pointer
    made = planner.post(f"{handbook}/versions", CONTENT)
    problem = planner.patch(f"{handbook}/versions/1", changes, version=made["version"], status=422)
    assert problem["errors"][0]["pointer"] == pointer
    assert planner.get(f"{handbook}/versions/1") == made


def test_what_others_lean_on_cannot_be_taken_away(world: World) -> None:
    path = given_draft(world, minimum_standards=[derived(given_standard(world))])
    planner = world.as_(Role.PLANNER)
    problem = planner.patch(path, {"expectations": None}, version=1, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/minimum_standards/0/expectation_keys/0"]
    problem = planner.patch(path, {"key_processes": []}, version=1, status=422)
    assert {error["pointer"] for error in problem["errors"]} == {
        "/handover_points/0/process_key",
        "/expectations/1/process_key",
        "/minimum_standards/0/process_keys/0",
    }


def test_a_minimum_standard_is_the_offices_own_and_readable_for_all(world: World) -> None:
    hidden = given_standard(world, "HP-02", is_shared=False)
    handbook = given_handbook(world)
    body = {**CONTENT, "minimum_standards": [derived(hidden)]}
    problem = world.as_(Role.PLANNER).post(f"{handbook}/versions", body, status=422)
    assert problem["errors"][0]["code"] == "not_shared"
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    body = {"code": "X-1", "title": "T", "dimension": "process", "text": "T"}
    foreign = world.as_(Role.PLANNER, other).post("/v1/standards", body)["id"]
    body = {**CONTENT, "minimum_standards": [derived(foreign)]}
    problem = world.as_(Role.PLANNER).post(f"{handbook}/versions", body, status=422)
    assert problem["errors"][0]["code"] == "unknown"


def test_the_hash_can_be_computed_by_anybody(world: World) -> None:
    path = given_draft(world)
    version = world.as_(Role.PLANNER).get(path)
    text = {
        "youth_office_id": str(world.youth_office.id),
        "handbook": "fachstandard-plus",
        "number": 1,
        **version["content"],
    }
    canonical = json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == version["content_hash"]
    changed = world.as_(Role.PLANNER).patch(path, {"chapters": None, "change_note": "ohne"}, version=1)
    assert changed["content_hash"] != version["content_hash"]
    assert (changed["content"]["chapters"], changed["change_note"], changed["version"]) == ([], "ohne", 2)
    assert world.as_(Role.PLANNER).patch(path, {"change_note": None}, version=2)["change_note"] is None


def test_the_standards_of_a_version_are_told_in_full(world: World, statements: list[str]) -> None:
    ids = [given_standard(world, code) for code in ("HP-02", "HP-01")]
    path = given_draft(world, minimum_standards=[derived(id_) for id_ in ids])
    planner = world.as_(Role.PLANNER)
    statements.clear()
    told = planner.get(f"{path}/standards")
    assert len(statements) == 3  # who asks, the version, its standards
    assert [item["code"] for item in told] == ["HP-02", "HP-01"]
    assert told[0]["criteria"] == ["Stellungnahme im Protokoll"]
    assert (told[0]["quality_area"], told[0]["threshold"]) == ("development", "90 %")
    assert told[0]["expectation_keys"] == ["bericht-rechtzeitig"]


def test_a_draft_begins_as_a_copy_of_the_last_released_version(world: World) -> None:
    handbook = given_handbook(world)
    first = given_draft(world, handbook)
    planner = world.as_(Role.PLANNER)
    problem = planner.post(f"{handbook}/versions", {}, status=409)
    assert problem["type"] == "/v1/problems/handbook-draft-exists"
    take(world, first, "release")
    second = planner.post(f"{handbook}/versions", {"chapters": [], "change_note": "gestrafft"})
    assert second["number"] == 2
    assert second["content"]["key_processes"] == planner.get(first)["content"]["key_processes"]
    assert second["content"]["chapters"] == []
    take(world, f"{handbook}/versions/2", "withdraw")
    third = planner.post(f"{handbook}/versions", {})
    assert third["content"] == planner.get(first)["content"]
    assert [row["state"] for row in planner.get(f"{handbook}/versions")] == ["released", "withdrawn", "draft"]


def test_differences_are_told_with_place_before_and_after(world: World) -> None:
    more = {"key": "zweites", "title": "Zweites", "text": "Z"}
    path = given_draft(world, chapters=[*CONTENT["chapters"], more])
    take(world, path, "release")
    handbook = path.partition("/versions")[0]
    third = {"key": "drittes", "title": "Drittes", "text": "D"}
    changed = {**PROCESS, "name": "Hilfeplanung und Beteiligung", "steps": PROCESS["steps"][:1]}
    body = {"chapters": [third, more, CONTENT["chapters"][0]], "key_processes": [changed], "expectations": []}
    planner = world.as_(Role.PLANNER)
    planner.post(f"{handbook}/versions", body)
    told = planner.get(f"{handbook}/versions/2/changes?against=1")
    assert (told["number"], told["against"]) == (2, 1)
    assert [(change["kind"], change["pointer"]) for change in told["changes"]] == [
        ("added", "/chapters/0"),
        ("changed", "/chapters"),
        ("changed", "/key_processes/0/name"),
        ("changed", "/key_processes/0/steps"),
        ("removed", "/expectations/0"),
        ("removed", "/expectations/1"),
    ]
    assert told["changes"][1]["before"] == ["leitgedanken", "zweites"]
    assert told["changes"][1]["after"] == ["zweites", "leitgedanken"]
    assert told["changes"][2] == {
        "kind": "changed",
        "pointer": "/key_processes/0/name",
        "before": "Hilfeplanung",
        "after": "Hilfeplanung und Beteiligung",
    }
    assert planner.get(f"{handbook}/versions/2/changes") == told
    assert planner.get(f"{handbook}/versions/2/changes?against=2")["changes"] == []
    assert {change["kind"] for change in planner.get(f"{handbook}/versions/1/changes")["changes"]} == {"added"}
    planner.get(f"{handbook}/versions/2/changes?against=7", status=404)


def test_only_a_draft_is_changed(world: World) -> None:
    path = given_draft(world)
    planner = world.as_(Role.PLANNER)
    planner.patch(path, {"chapters": []}, version=7, status=412)
    take(world, path, "open_consultation")
    problem = planner.patch(path, {"chapters": []}, version=2, status=409)
    assert (problem["type"], problem["state"]) == ("/v1/problems/handbook-text-fixed", "in_consultation")
    take(world, path, "close_consultation")
    take(world, path, "release")
    assert planner.patch(path, {"chapters": []}, version=4, status=409)["state"] == "released"


def test_the_handbook_itself(world: World) -> None:
    handbook = given_handbook(world)
    planner = world.as_(Role.PLANNER)
    made = planner.get(handbook)
    assert (made["version"], made["released_number"], made["is_shared"]) == (1, None, True)
    assert planner.patch(handbook, {"title": "Neu"}, version=1)["title"] == "Neu"
    assert planner.patch(handbook, {"title": None}, version=2, status=422)["errors"][0]["pointer"] == "/title"
    planner.patch(handbook, {"title": "x"}, version=1, status=412)
    planner.post("/v1/handbooks", {"code": "fachstandard-plus", "title": "Zweites"}, status=409)
    given_handbook(world, code="a-zweites", title="Zweites")
    listed = planner.get("/v1/handbooks")["items"]
    assert [item["code"] for item in listed] == ["a-zweites", "fachstandard-plus"]
    assert [item["title"] for item in planner.get("/v1/handbooks?sort=-title")["items"]] == ["Zweites", "Neu"]
    assert [item["id"] for item in planner.get("/v1/handbooks?code=fachstandard-plus")["items"]] == [made["id"]]
    first = planner.get("/v1/handbooks?limit=1")
    second = planner.get(f"/v1/handbooks?limit=1&cursor={first['next']}")
    assert [first["items"][0]["code"], second["items"][0]["code"]] == ["a-zweites", "fachstandard-plus"]


@pytest.mark.parametrize(
    "role", [role for role in Role if role is not Role.PLANNER and Permission.HANDBOOKS_READ in GRANTS[role]]
)
def test_only_the_planner_writes(world: World, role: Role) -> None:
    path = given_draft(world)
    handbook = path.partition("/versions")[0]
    somebody = world.as_(role)
    somebody.post("/v1/handbooks", {"code": "x", "title": "X"}, status=403)
    somebody.post(f"{handbook}/versions", {}, status=403)
    somebody.patch(handbook, {"title": "X"}, version=2, status=403)
    somebody.patch(path, {"chapters": []}, version=1, status=403)
    somebody.get(handbook, status=200 if role.side is OrganisationKind.YOUTH_OFFICE else 404)
