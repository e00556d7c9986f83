"""District by district, and all of them at once."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.kernel import Kernel
from app.modules import handbooks
from app.modules.handbooks.models import HandbookRolloutState as R
from app.modules.handbooks.models import HandbookVersion
from app.policy import OrganisationKind, Role
from tests.modules.handbooks.given import (
    derived,
    given_district,
    given_districts,
    given_draft,
    given_handbook,
    given_released,
    given_standard,
    step,
    take,
)
from tests.world import World


def states(world: World, handbook: str) -> dict[str, tuple[str, int | None]]:
    rows = world.as_(Role.CASEWORKER).get(f"{handbook}/rollout")["items"]
    return {row["region_name"]: (row["state"], row["version_number"]) for row in rows}


def test_every_district_is_shown_in_one_statement(world: World, statements: list[str]) -> None:
    handbook = given_released(world).partition("/versions")[0]
    names = ["Scharnhorst", "Aplerbeck", "Mengede", "Eving"]
    districts = dict(zip(names, given_districts(world, *names), strict=True))
    given_districts_elsewhere(world)
    step(world, handbook, districts["Mengede"], "pilot")
    planner = world.as_(Role.PLANNER)
    statements.clear()
    page = planner.get(f"{handbook}/rollout?include_total=false")
    assert len(statements) == 2  # who asks, and the districts
    assert [row["region_name"] for row in page["items"]] == sorted(names)
    begun = page["items"][2]
    assert (begun["state"], begun["version_number"], begun["from_day"]) == ("pilot", 1, "2026-03-02")
    assert begun["responsible_id"] == str(world.youth_office.accounts[Role.TEAM_LEAD])
    assert {row["state"] for row in page["items"]} == {"none", "pilot"}
    assert {row["version"] for row in page["items"]} == {0, 2}
    assert [a["action"] for a in page["items"][0]["allowed_actions"]] == ["pilot", "adopt"]
    first = planner.get(f"{handbook}/rollout?limit=3&sort=-region_name&include_total=true")
    second = planner.get(f"{handbook}/rollout?limit=3&sort=-region_name&cursor={first['next']}")
    assert first["total"] == 4
    assert [row["region_name"] for row in [*first["items"], *second["items"]]] == sorted(names, reverse=True)
    assert len(planner.get(f"{handbook}/rollout?state=none")["items"]) == 3
    assert len(planner.get(f"{handbook}/rollout?version_number=1")["items"]) == 1
    assert planner.get(f"{handbook}/rollout?version_number=2")["items"] == []


def given_districts_elsewhere(world: World) -> None:
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.OFFICE_ADMIN, other).post("/v1/regions", {"name": "Anderswo"})


def test_the_state_of_all_districts_is_a_table_too(world: World) -> None:
    handbook = given_released(world).partition("/versions")[0]
    given_districts(world, "Aplerbeck", "Brackel")
    planner = world.as_(Role.PLANNER)
    answer = planner.request("GET", f"{handbook}/rollout", status=200, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row["region_name"], row["state"]) for row in rows] == [("Aplerbeck", "none"), ("Brackel", "none")]
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = planner.request("GET", f"{handbook}/rollout", status=200, headers={"Accept": xlsx})
    assert answer.headers["content-type"] == xlsx


def test_an_office_without_districts_has_an_empty_rollout(world: World) -> None:
    handbook = given_released(world).partition("/versions")[0]
    assert world.as_(Role.PLANNER).get(f"{handbook}/rollout")["items"] == []
    world.as_(Role.PLANNER).get(f"/v1/handbooks/{uuid4()}/rollout", status=404)
    world.as_(Role.PLANNER).get(f"{handbook}/rollout/{uuid4()}", status=404)


def test_an_evaluation_is_kept_with_its_numbers(world: World) -> None:
    handbook, district = given_district(world, R.PILOT)
    figures = [
        {"name": "Zufriedenheit der Familien", "unit": "Schulnote", "before": "2.8", "after": "1.9"},
        {"name": "Kosten externer Aufträge je Fall", "unit": "EUR", "before": None, "after": "-1200.50"},
    ]
    evaluated = step(world, handbook, district, "evaluate", figures=figures, text="Es wirkt.")
    assert evaluated["state"] == "evaluated"
    planner = world.as_(Role.PLANNER)
    found = planner.get(f"{handbook}/evaluations?region_id={district}")["items"]
    assert [(item["text"], item["figures"], item["version_number"]) for item in found] == [("Es wirkt.", figures, 1)]
    assert len(planner.get(f"{handbook}/evaluations")["items"]) == 3
    assert len(planner.get(f"{handbook}/evaluations?version_number=2&sort=-created_at")["items"]) == 1
    problem = step(world, handbook, district, "pilot", from_day="2026-03-01", status=409)
    assert "02.03.2026" in problem["reasons"][0]
    for wrong in ("1e9", "1,5", 1.5, ""):
        bad = [{"name": "K", "after": wrong}]
        step(world, handbook, district, "pilot")
        problem = step(world, handbook, district, "evaluate", figures=bad, status=422)
        assert problem["errors"][0]["pointer"].startswith("/figures/0")
        step(world, handbook, district, "evaluate")


def test_providers_see_the_states_but_not_the_evaluations(world: World) -> None:
    handbook, district = given_district(world, R.EVALUATED)
    provider = world.as_(Role.PROVIDER_LEAD)
    assert provider.get(f"{handbook}/rollout/{district}")["state"] == "evaluated"
    assert provider.get(f"{handbook}/rollout/{district}")["allowed_actions"] == []
    assert provider.get(f"{handbook}/evaluations")["items"] == []
    assert provider.get(f"{handbook}/rollout/{district}/transitions") == []


def test_what_a_step_of_a_district_must_keep(world: World) -> None:
    handbook, district = given_district(world, R.PILOT)
    ahead = step(world, handbook, district, "evaluate", from_day="2026-03-03", status=409)
    assert "Zukunft" in ahead["reasons"][0]
    step(world, handbook, district, "evaluate", text="", status=422)
    step(world, handbook, district, "suspend", reason="", status=422)
    same = step(world, handbook, district, "change_version", version_number=1, status=409)
    assert "schon" in same["reasons"][0]
    unknown = step(world, handbook, district, "change_version", version_number=9, status=422)
    assert unknown["errors"][0]["pointer"] == "/version_number"
    provider = str(world.provider.accounts[Role.PROVIDER_LEAD])
    foreign = step(world, handbook, district, "change_version", responsible_id=provider, status=422)
    assert foreign["errors"][0]["pointer"] == "/responsible_id"
    world.as_(Role.PLANNER).act(
        f"{handbook}/rollout/{district}", "suspend", version=1, status=412, from_day="2026-03-02", reason="R"
    )
    world.as_(Role.PLANNER).act(
        f"{handbook}/rollout/{uuid4()}", "suspend", version=1, status=404, from_day="2026-03-02", reason="R"
    )


def test_a_district_begins_once(world: World) -> None:
    handbook = given_released(world).partition("/versions")[0]
    (district,) = given_districts(world, "Aplerbeck")
    fields: dict[str, Any] = {"version_number": 1, "from_day": "2026-03-02"}
    path = f"{handbook}/rollout/{district}"
    begun = world.as_(Role.PLANNER).act(path, "pilot", version=0, **fields)
    assert begun["responsible_id"] == str(world.as_(Role.PLANNER).account_id)
    world.as_(Role.PLANNER).act(path, "pilot", version=0, status=412, **fields)


def test_nothing_is_adopted_that_nobody_tried(world: World) -> None:
    handbook = given_released(world).partition("/versions")[0]
    districts = given_districts(world, "Aplerbeck", "Brackel")
    planner = world.as_(Role.PLANNER)
    assert "ausgewertet" in step(world, handbook, districts[0], "adopt", status=409)["reasons"][0]
    body = {"version_number": 1, "from_day": "2026-03-02"}
    assert "ausgewertet" in planner.post(f"{handbook}/rollout:adopt-all", body, status=409)["reasons"][0]
    step(world, handbook, districts[0], "pilot")
    assert "ausgewertet" in planner.post(f"{handbook}/rollout:adopt-all", body, status=409)["reasons"][0]
    given_draft(world, handbook)
    draft = planner.post(f"{handbook}/rollout:adopt-all", {**body, "version_number": 2}, status=409)
    assert len(draft["reasons"]) == 2
    problem = planner.post(f"{handbook}/rollout:adopt-all", {**body, "version_number": 3}, status=422)
    assert problem["errors"][0]["pointer"] == "/version_number"
    foreign = {**body, "responsible_id": str(uuid4())}
    problem = planner.post(f"{handbook}/rollout:adopt-all", foreign, status=422)
    assert problem["errors"][0]["pointer"] == "/responsible_id"


def test_the_bulk_step_leaves_alone_what_is_not_free(world: World) -> None:
    handbook = given_handbook(world)
    names = ["a-none", "b-pilot", "c-evaluated", "d-adopted", "e-suspended", "f-newer", "g-tries-newer"]
    ids = dict(zip(names, given_districts(world, *names), strict=True))
    given_released(world, handbook)
    for name in names[1:]:
        step(world, handbook, ids[name], "pilot")
    for name in ("c-evaluated", "d-adopted", "f-newer"):
        step(world, handbook, ids[name], "evaluate")
    step(world, handbook, ids["d-adopted"], "adopt")
    step(world, handbook, ids["e-suspended"], "suspend")
    given_released(world, handbook)
    step(world, handbook, ids["f-newer"], "pilot", version_number=2)
    step(world, handbook, ids["f-newer"], "evaluate")
    step(world, handbook, ids["f-newer"], "adopt", version_number=None)
    step(world, handbook, ids["g-tries-newer"], "change_version")
    step(world, handbook, ids["g-tries-newer"], "evaluate")
    planner = world.as_(Role.PLANNER)
    done = planner.post(f"{handbook}/rollout:adopt-all", {"version_number": 1, "from_day": "2026-04-01"}, status=200)
    assert done["adopted"] == [ids["a-none"], ids["c-evaluated"]]
    assert [(row["region_id"], row["state"]) for row in done["left_out"]] == [
        (ids["b-pilot"], "pilot"),
        (ids["e-suspended"], "suspended"),
        (ids["f-newer"], "adopted"),
        (ids["g-tries-newer"], "evaluated"),
    ]
    done = planner.post(f"{handbook}/rollout:adopt-all", {"version_number": 2, "from_day": "2026-04-01"}, status=200)
    assert done["adopted"] == [ids[name] for name in ("a-none", "c-evaluated", "d-adopted", "g-tries-newer")]
    assert states(world, handbook) == {
        "a-none": ("adopted", 2),
        "b-pilot": ("pilot", 1),
        "c-evaluated": ("adopted", 2),
        "d-adopted": ("adopted", 2),
        "e-suspended": ("suspended", 1),
        "f-newer": ("adopted", 2),
        "g-tries-newer": ("adopted", 2),
    }
    first = planner.get(f"{handbook}/versions/1")
    assert first["state"] == "released"  # one district still tries it
    step(world, handbook, ids["b-pilot"], "change_version")
    assert planner.get(f"{handbook}/versions/1")["state"] == "superseded"


def test_the_bulk_step_is_all_or_nothing(world: World) -> None:
    handbook, _ = given_district(world, R.ADOPTED)
    planner = world.as_(Role.PLANNER)
    before = states(world, handbook)
    body = {"version_number": 2, "from_day": "2026-03-01"}
    problem = planner.post(f"{handbook}/rollout:adopt-all", body, status=409)
    assert "02.03.2026" in problem["reasons"][0]
    assert states(world, handbook) == before


def test_a_failed_trial_leads_back_to_the_version_before(world: World) -> None:
    handbook, district = given_district(world, R.ADOPTED)
    step(world, handbook, district, "pilot", version_number=2)
    step(world, handbook, district, "suspend", reason="Zu viel Papier.")
    shown = world.as_(Role.PLANNER).get(f"{handbook}/rollout/{district}")
    assert (shown["suspension_reason"], shown["version_number"]) == ("Zu viel Papier.", 2)
    back = step(world, handbook, district, "adopt", version_number=1)
    assert (back["state"], back["version_number"], back["suspension_reason"]) == ("adopted", 1, None)


def test_a_version_gives_way_when_a_newer_one_is_in_use_and_nobody_works_by_it(world: World) -> None:
    handbook, district = given_district(world, R.ADOPTED)
    planner = world.as_(Role.PLANNER)
    step(world, handbook, district, "pilot", version_number=2)
    assert planner.get(f"{handbook}/versions/1")["state"] == "released"
    step(world, handbook, district, "evaluate")
    step(world, handbook, district, "adopt", version_number=None)
    assert planner.get(f"{handbook}/versions/1")["state"] == "superseded"
    assert planner.get(f"{handbook}/versions/1/transitions")[-1]["action"] == "supersede"
    assert "nicht freigegeben" in step(world, handbook, district, "pilot", version_number=1, status=409)["reasons"][0]


@pytest.mark.parametrize("state", ["draft", "released", "superseded", "withdrawn", "foreign"])
def test_the_door_hands_out_what_can_be_adopted(world: World, kernel: Kernel, state: str) -> None:
    standard_id = given_standard(world)
    handbook = given_handbook(world)
    path = given_draft(world, handbook, minimum_standards=[derived(standard_id)])
    if state != "draft":
        take(world, path, "release")
    if state == "superseded":
        given_released(world, handbook)
    if state == "withdrawn":
        take(world, path, "withdraw")
    office = uuid4() if state == "foreign" else world.youth_office.id
    version_id = world.as_(Role.PLANNER).get(path)["version_id"]
    with kernel.work.as_system() as db:
        found = handbooks.released_version(db, version_id, office)
        assert (found is not None) == (state in ("released", "superseded"))
        if found is not None:
            assert [str(id_) for id_ in found.standard_ids] == [standard_id]
            assert (found.handbook.is_shared, found.number) == (True, 1)
        assert _is_text(db, version_id)


def _is_text(db: Session, version_id: str) -> bool:
    return db.scalar(select(HandbookVersion.content_hash).where(HandbookVersion.id == version_id)) is not None
