"""Dortmund, «Fachstandard plus»: tried in three districts, evaluated, applied in all; then the next version."""

from typing import Any

from app.policy import Role
from tests.modules.handbooks.given import CONTENT, derived, given_districts, given_standard
from tests.world import World

DISTRICTS = ["Aplerbeck", "Brackel", "Eving", "Hombruch", "Hörde", "Huckarde", "Innenstadt-Nord", "Innenstadt-Ost"]
PILOTS = ["Eving", "Hörde", "Scharnhorst"]
DISTRICTS += ["Innenstadt-West", "Lütgendortmund", "Mengede", "Scharnhorst"]
FIGURES = [
    {"name": "Zufriedenheit der Familien", "unit": "Schulnote", "before": "2.9", "after": "2.1"},
    {"name": "Anteil externer Aufträge", "unit": "%", "before": "41.5", "after": "33.0"},
]


def test_a_handbook_from_the_quality_dialogue_to_all_districts(world: World) -> None:
    districts = dict(zip(DISTRICTS, given_districts(world, *DISTRICTS), strict=True))
    handbook = _made_jointly(world)
    _tried_in_three_districts(world, handbook, districts)
    _applied_in_all(world, handbook, districts)
    _second_version_tried_in_one(world, handbook, districts)
    assert world.as_(Role.DATA_PROTECTION_OFFICER).get("/v1/audit-entries?limit=1")["items"] != []


def _made_jointly(world: World) -> str:
    """2016: the planner drafts, a provider comments, the planner answers, the office head releases."""
    planner, provider = world.as_(Role.PLANNER), world.as_(Role.PROVIDER_LEAD)
    body = {"code": "fachstandard-plus", "title": "Fachstandard plus"}
    handbook = f"/v1/handbooks/{planner.post('/v1/handbooks', body)['id']}"
    standard = given_standard(world)
    planner.post(f"{handbook}/versions", {**CONTENT, "minimum_standards": [derived(standard)]})
    first = f"{handbook}/versions/1"
    planner.act(first, "open_consultation", comments_until="2026-03-16", invited_ids=[str(world.provider.id)])
    said = provider.post(f"{first}/comments", {"pointer": "/handover_points/0/deadline_days", "text": "Zehn Tage."})
    world.clock.travel(days=15)
    world.tick()
    assert planner.get(first)["state"] == "draft"
    changed = [{**CONTENT["handover_points"][0], "deadline_days": 10}]
    planner.patch(first, {"handover_points": changed}, version=planner.get(first)["version"])
    answer = {"verdict": "adopted", "answer": "Jetzt zehn Tage."}
    planner.post(f"{first}/comments/{said['id']}:answer", answer, status=200, headers={"If-Match": '"1"'})
    assert world.as_(Role.OFFICE_HEAD).act(first, "release")["state"] == "released"
    read = provider.get(first)["content"]
    assert read["handover_points"][0]["deadline_days"] == 10
    assert {item["addressee_side"] for item in read["expectations"]} == {"youth_office", "provider"}
    assert [item["code"] for item in provider.get(f"{first}/standards")] == ["HP-01"]
    problem = planner.patch(f"/v1/standards/{standard}", {"target": "irgendwann"}, version=1, status=409)
    assert "Qualitätshandbuch" in problem["reason"]
    return handbook


def _tried_in_three_districts(world: World, handbook: str, districts: dict[str, str]) -> None:
    planner = world.as_(Role.PLANNER)
    body = {"version_number": 1, "from_day": "2026-12-01"}
    for name in PILOTS:
        lead = str(world.youth_office.accounts[Role.TEAM_LEAD])
        path = f"{handbook}/rollout/{districts[name]}"
        planner.act(path, "pilot", version_number=1, from_day="2026-04-01", responsible_id=lead)
    assert _standing(world, handbook) == dict.fromkeys(PILOTS, ("pilot", 1)) | _rest("none", None)
    planner.post(f"{handbook}/rollout:adopt-all", body, status=409)  # nobody has evaluated it yet
    world.clock.travel(days=220)
    for name in PILOTS:
        path = f"{handbook}/rollout/{districts[name]}"
        planner.act(path, "evaluate", from_day="2026-10-01", text="Mehr Zeit in den Familien.", figures=FIGURES)
    found = planner.get(f"{handbook}/evaluations")["items"]
    assert [item["figures"] for item in found] == [FIGURES] * 3


def _applied_in_all(world: World, handbook: str, districts: dict[str, str]) -> None:
    """«…wird danach in den Jugendhilfediensten aller Stadtbezirke angewendet, und zwar einheitlich»."""
    body = {"version_number": 1, "from_day": "2027-01-01"}
    done = world.as_(Role.PLANNER).post(f"{handbook}/rollout:adopt-all", body, status=200)
    assert (len(done["adopted"]), done["left_out"]) == (12, [])
    assert set(_standing(world, handbook).values()) == {("adopted", 1)}
    shown = world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{handbook}/rollout/{districts['Mengede']}")
    assert (shown["state"], shown["from_day"]) == ("adopted", "2027-01-01")


def _second_version_tried_in_one(world: World, handbook: str, districts: dict[str, str]) -> None:
    planner = world.as_(Role.PLANNER)
    world.clock.travel(days=365)
    chapter = {"key": "kinderschutz", "title": "Kinderschutz", "text": "Jeder Fall wird zu zweit eingeschätzt."}
    draft = planner.post(
        f"{handbook}/versions",
        {"chapters": [*CONTENT["chapters"], chapter], "change_note": "Kinderschutz ergänzt"},
    )
    assert draft["number"] == 2
    changes: list[dict[str, Any]] = planner.get(f"{handbook}/versions/2/changes?against=1")["changes"]
    assert changes == [{"kind": "added", "pointer": "/chapters/1", "before": None, "after": chapter}]
    planner.act(f"{handbook}/versions/2", "release")
    before = planner.get(f"{handbook}/versions/1")
    planner.act(f"{handbook}/rollout/{districts['Eving']}", "pilot", version_number=2, from_day="2027-11-15")
    others = {name: ("adopted", 1) for name in DISTRICTS if name != "Eving"}
    assert _standing(world, handbook) == {**others, "Eving": ("pilot", 2)}
    assert planner.get(f"{handbook}/versions/1") == before  # still released: eleven districts work by it
    steps = planner.get(f"{handbook}/rollout/{districts['Eving']}/transitions")
    assert [step["to_state"] for step in steps] == ["none", "pilot", "evaluated", "adopted", "pilot"]


def _standing(world: World, handbook: str) -> dict[str, tuple[str, int | None]]:
    rows = world.as_(Role.TEAM_LEAD).get(f"{handbook}/rollout")["items"]
    return {row["region_name"]: (row["state"], row["version_number"]) for row in rows}


def _rest(state: str, number: int | None) -> dict[str, tuple[str, int | None]]:
    return {name: (state, number) for name in DISTRICTS if name not in PILOTS}
