"""What may be written down of signs, what is refused, and how concerns are found."""

from typing import Any
from uuid import uuid4

import pytest

from app.modules.concerns.codes import AgeBand
from app.modules.concerns.indicators import CATALOGUE, Indicator
from app.policy import Role
from tests.modules.concerns.given import DANGER, PATH, concern_body, fields_of, given_concern, given_state, step
from tests.stories.helps import given_help
from tests.world import World

NOBODY = str(uuid4())
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"perceived_at": "2026-03-03T08:00:00Z"}, "/perceived_at", "future"),
    ({"help_id": NOBODY}, "/help_id", "unknown"),
    ({"youth_office_id": NOBODY}, "/youth_office_id", "unknown"),
    ({"previous_id": NOBODY}, "/previous_id", "unknown"),
    ({"children": []}, "/children", "too_short"),
    ({"children": [{"pseudonym": "Lena", "age_band": "under_6"}]}, "/children/0/pseudonym", "string_pattern_mismatch"),
    ({"children": [{"pseudonym": "Kind K-1", "age_band": "adult"}]}, "/children/0/age_band", "enum"),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), WRONG)
def test_what_cannot_be_is_refused_with_its_place(
    world: World, changes: dict[str, Any], pointer: str, code: str
) -> None:
    refused = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, concern_body(world, **changes), status=422)
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == (pointer, code)


STEPS: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("noticed", "inform_lead", {"lead_id": NOBODY}, "/lead_id", "unknown"),
    ("noticed", "inform_lead", {"happened_at": "2026-03-02T09:00:00Z"}, "/happened_at", "future"),
    ("team_review", "assess_monitor", {"look_again_on": "2026-03-02"}, "/look_again_on", "past"),
    ("parents_involved", "agree_protection_plan", {"review_on": "2026-03-31"}, "/review_on", "too_late"),
    ("parents_involved", "agree_protection_plan", {"review_on": "2026-03-01"}, "/review_on", "past"),
    ("parents_involved", "agree_protection_plan", {"signatures": []}, "/refusal", "missing"),
    ("plan_active", "review_plan", {}, "/incident", "missing"),
    ("plan_active", "review_plan", {"incident": "x", "rating": "weighty"}, "/result", "contradiction"),
    ("noticed", "declare_immediate_danger", {"youth_office_id": NOBODY}, "/youth_office_id", "unknown"),
    (
        "noticed",
        "declare_immediate_danger",
        {"calls": [{"whom": "112", "at": "2026-03-02T09:00:00Z"}]},
        "/calls/0/at",
        "future",
    ),
    ("noticed", "withdraw_entry_error", {"replaced_by_id": NOBODY}, "/replaced_by_id", "unknown"),
    ("plan_review", "notify_ja", {"urgency": "no_weighty"}, "/urgency", "no_weighty"),
]


@pytest.mark.parametrize(("state", "action", "changes", "pointer", "code"), STEPS)
def test_a_step_that_says_what_cannot_be_is_refused(
    world: World, state: str, action: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    path, lead = given_state(world, state), world.as_(Role.PROVIDER_LEAD)
    if action == "assess_monitor":
        lead = world.person(Role.PROVIDER_LEAD)
    body = {**fields_of(world, action, path), **changes}
    refused = lead.act(path, action, status=422, **body)
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == (pointer, code)
    assert lead.get(path)["state"] == state


def test_acute_danger_needs_an_office_and_nothing_else(world: World) -> None:
    path, worker = given_concern(world, youth_office_id=None), world.as_(Role.PROVIDER_PROFESSIONAL)
    bare = {"reason": DANGER["reason"], "danger_type": DANGER["danger_type"]}
    refused = worker.act(path, "declare_immediate_danger", status=422, **bare)
    assert refused["errors"][0]["pointer"] == "/youth_office_id"
    told = worker.act(path, "declare_immediate_danger", **bare, youth_office_id=str(world.youth_office.id))
    assert told["state"] == "ja_notified"


def test_a_concern_about_a_help_tells_its_office(world: World) -> None:
    help_ = given_help(world)
    path = given_concern(world, help_id=help_["id"], youth_office_id=None)
    told = step(world, path, "declare_immediate_danger", find_child_by="Kind aus der Hilfe, Haustür links")
    seen = world.as_(Role.CASEWORKER).get(f"/v1/jugendamt-notifications/{told['notification_ids'][0]}")
    assert (seen["help_id"], seen["child_pseudonym"]) == (help_["id"], "Kind aus der Hilfe, Haustür links")
    assert "child_pseudonym" in seen["missing"]


def test_concerns_are_found_by_stand_help_and_what_is_late(world: World, statements: list[str]) -> None:
    help_ = given_help(world)
    first, second = given_concern(world), given_concern(world, is_urgent=True, help_id=help_["id"])
    done = given_state(world, "closed_no_concern")
    lead = world.as_(Role.PROVIDER_LEAD)
    ids = {name: path.rpartition("/")[2] for name, path in {"first": first, "second": second, "done": done}.items()}

    def found(query: str) -> list[str]:
        return [item["id"] for item in lead.get(f"{PATH}?{query}")["items"]]

    assert found("") == [ids["second"], ids["first"], ids["done"]]
    assert found("open=false") == found("state=closed_no_concern") == [ids["done"]]
    assert found("open=true&sort=created_at") == [ids["first"], ids["second"]]
    assert found(f"help_id={help_['id']}") == [ids["second"]]
    assert found("overdue=true") == []
    world.clock.travel(days=1)
    assert set(found("overdue=true")) == {ids["first"], ids["second"]}
    assert found("overdue=false") == [ids["done"]]
    statements.clear()
    lead.get(PATH)
    assert len([one for one in statements if one.startswith("SELECT")]) <= 4
    statements.clear()
    lead.get(first)
    assert len(statements) <= 10


def test_the_catalogue_of_signs_is_read_by_age_area_and_weight(world: World) -> None:
    worker = world.as_(Role.PROVIDER_PROFESSIONAL)
    everything = worker.get("/v1/indicators")
    assert {one["code"] for one in everything} == {one.value for one in Indicator} == {str(one) for one in CATALOGUE}
    young = {one["code"] for one in worker.get("/v1/indicators?age_band=under_3")}
    assert "child_bruise_infant" in young
    assert "school_absence" not in young
    assert all(one["weight"] == "acute" for one in worker.get("/v1/indicators?weight=acute"))
    assert {one["group"] for one in worker.get("/v1/indicators?group=medical")} == {"medical"}
    known = worker.get("/v1/code-lists/indicator")["codes"]
    assert {code["code"] for code in known} == {one["code"] for one in everything}
    assert all(any(band in about.ages for about in CATALOGUE.values()) for band in AgeBand)


def test_a_retry_writes_down_once(world: World) -> None:
    worker, key = world.as_(Role.PROVIDER_PROFESSIONAL), {"Idempotency-Key": uuid4().hex}
    body = concern_body(world, danger={"action": "declare_immediate_danger", **DANGER})
    one, two = (worker.post(PATH, body, headers=key) for _ in range(2))
    assert one == two
    assert len(world.as_(Role.TEAM_LEAD).get("/v1/jugendamt-notifications")["items"]) == 1
