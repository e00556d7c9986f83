"""Offers: written, refused, changed, published in versions; capacity reported beside them."""

from typing import Any
from uuid import uuid4

import pytest

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.offers.given import (
    DESCRIPTION,
    PATH,
    given_draft,
    given_offer,
    path_of,
    publish,
    region,
    report_capacity,
    revise,
)
from tests.world import World

NOBODY = str(uuid4())


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"service_kinds": []}, "/service_kinds"),
        ({"service_kinds": ["section_99"]}, "/service_kinds/0"),
        ({"service_kinds": ["section_31", "section_31"]}, "/service_kinds"),
        ({"setting": "outdoor"}, "/setting"),
        ({"staff": [{"qualification": "A", "percent": 80}, {"qualification": "B", "percent": 21}]}, "/staff"),
        ({"staff": [{"qualification": "A", "percent": 10}, {"qualification": "A", "percent": 10}]}, "/staff"),
        ({"staff": [{"qualification": "A", "percent": 0}]}, "/staff/0/percent"),
        ({"staffing_key": "0.00"}, "/staffing_key"),
        ({"staffing_key": 8.5}, "/staffing_key"),
        ({"region_ids": [NOBODY]}, "/region_ids/0"),
        ({"languages": ["deutsch"]}, "/languages/0"),
        ({"accessibility": ["lift"]}, "/accessibility/0"),
        ({"has_protection_concept": "yes"}, "/has_protection_concept"),
        ({"fee": {"rate_cents": -1, "unit": "day"}}, "/fee/rate_cents"),
        ({"fee": {"rate_cents": 1, "unit": None}}, "/fee/unit"),
        ({"state": "published"}, "/state"),
    ],
)
def test_bad_input_is_refused_at_its_place(world: World, changes: dict[str, Any], pointer: str) -> None:
    lead = world.as_(Role.PROVIDER_LEAD)
    problem = lead.post(PATH, {**DESCRIPTION, **changes}, status=422)
    assert pointer in {error["pointer"] for error in problem["errors"]}
    assert lead.get(f"{PATH}?provider_id={world.provider.id}")["items"] == []
    offer = given_draft(world)
    patched = revise(world, offer, status=422, **changes)
    assert pointer in {error["pointer"] for error in patched["errors"]}
    assert lead.get(path_of(offer))["version"] == 1


def test_what_a_set_contains_has_no_order(world: World) -> None:
    kinds = ["section_31", "section_30"]
    offer = given_offer(world, service_kinds=kinds)
    assert offer["legal_basis"] == "§ 30, § 31"
    revise(world, offer, service_kinds=["section_30", "section_31"], languages=["tr", "de"])
    publish_again = world.as_(Role.PROVIDER_LEAD).act(
        path_of(offer), "publish", status=409, youth_office_ids=[str(world.youth_office.id)]
    )
    assert publish_again["type"].endswith("/guard-refused")


def test_a_change_is_merged_and_null_removes(world: World) -> None:
    offer = given_draft(world)
    changed = revise(world, offer, inclusion=None, fee={"note": None}, title="Familienhilfe")
    assert (changed["draft"]["inclusion"], changed["title"]) == (None, "Familienhilfe")
    assert changed["draft"]["fee"] == {"rate_cents": 6980, "unit": "fachleistungsstunde", "note": None}
    assert revise(world, offer, fee=None)["draft"]["fee"] is None
    problem = revise(world, offer, title=None, status=422)
    assert problem["errors"][0]["pointer"] == "/title"


def test_a_change_needs_the_version_that_was_read(world: World) -> None:
    lead, path = world.as_(Role.PROVIDER_LEAD), path_of(given_draft(world))
    assert lead.patch(path, {"title": "A"}, version=1)["version"] == 2
    assert lead.patch(path, {"title": "A"}, version=2)["version"] == 2  # nothing differs
    lead.patch(path, {"title": "B"}, version=1, status=412)
    lead.request("PATCH", path, status=428, json={"title": "B"})
    lead.act(path, "withdraw", version=1, status=412)


@pytest.mark.parametrize("missing", ["description", "target_group", "aims", "method", "staff"])
def test_what_is_published_is_described(world: World, missing: str) -> None:
    description = {name: value for name, value in DESCRIPTION.items() if name != missing}
    lead = world.as_(Role.PROVIDER_LEAD)
    path = path_of(lead.post(PATH, description))
    readers = [str(world.youth_office.id)]
    problem = lead.act(path, "publish", status=409, youth_office_ids=readers)
    assert len(problem["reasons"]) == 1
    lead.patch(path, {missing: DESCRIPTION[missing]}, version=1)
    assert lead.act(path, "publish", youth_office_ids=readers)["number"] == 1


def test_who_publishes_names_readers_that_are_youth_offices(world: World) -> None:
    lead, offer = world.as_(Role.PROVIDER_LEAD), given_draft(world)
    office, provider = str(world.youth_office.id), str(world.provider.id)
    path = path_of(offer)
    assert "Leser" in str(lead.act(path, "publish", status=409, youth_office_ids=[])["reasons"])
    assert lead.act(path, "publish", status=422)["errors"][0]["pointer"] == "/youth_office_ids"
    for strangers, pointer in (
        ([office, provider], "/youth_office_ids/1"),
        ([NOBODY], "/youth_office_ids/0"),
        ([office, office], "/youth_office_ids"),
    ):
        problem = lead.act(path, "publish", status=422, youth_office_ids=strangers)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert publish(world, offer, youth_office_ids=[], to_all_providers=True)["state"] == "published"


def test_each_office_knows_the_versions_published_to_it(world: World) -> None:
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Nachbaramt")
    first, second = world.as_(Role.CASEWORKER), world.as_(Role.CASEWORKER, other)
    both = [str(world.youth_office.id), str(other.id)]
    offer = given_offer(world)
    path = path_of(offer)
    second.get(path, status=404)
    revise(world, offer, fee={"rate_cents": 7000})
    publish(world, offer, youth_office_ids=both)
    assert [row["number"] for row in first.get(f"{path}/versions")["items"]] == [2, 1]
    assert [row["number"] for row in second.get(f"{path}/versions")["items"]] == [2]
    assert second.get(f"{path}/changes")["items"] == []
    assert [row["number"] for row in first.get(f"{path}/changes")["items"]] == [2]
    revise(world, offer, fee={"rate_cents": 7100})
    publish(world, offer, youth_office_ids=[str(world.youth_office.id)])
    second.get(path, status=404)  # not named any more
    assert second.get(PATH)["items"] == []
    revise(world, offer, fee={"rate_cents": 7200})
    publish(world, offer, youth_office_ids=both)
    [change] = second.get(f"{path}/changes")["items"]  # from what it knew to what it knows
    assert (change["number"], change["differences"][0]["before"], change["differences"][0]["after"]) == (4, 7000, 7200)
    world.tick()
    told = world.as_(Role.OFFICE_SYNC, other).get("/v1/events")["items"]
    kinds = [event["type"].removeprefix("handschlag.offer.") for event in told]
    assert kinds == ["published", "withdrawn", "published"]


def test_new_readers_alone_make_a_version_and_no_change(world: World) -> None:
    offer = given_offer(world)
    assert publish(world, offer, to_all_providers=True)["number"] == 2
    assert world.as_(Role.CASEWORKER).get(f"{path_of(offer)}/changes")["items"] == []
    world.as_(Role.PROVIDER_LEAD).act(
        path_of(offer), "publish", status=409, youth_office_ids=[str(world.youth_office.id)], to_all_providers=True
    )


def test_versions_and_changes_come_in_pages(world: World) -> None:
    offer = given_offer(world)
    for cents in (7000, 7100, 7200):
        revise(world, offer, fee={"rate_cents": cents})
        publish(world, offer)
    reader, path = world.as_(Role.CASEWORKER), path_of(offer)
    seen, query = [], "?limit=2"
    while query:
        page = reader.get(f"{path}/changes{query}")
        seen += [(row["number"], row["differences"][0]["before"]) for row in page["items"]]
        query = f"?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == [(4, 7100), (3, 7000), (2, 6980)]
    assert [row["number"] for row in reader.get(f"{path}/versions?sort=number")["items"]] == [1, 2, 3, 4]
    assert [row["number"] for row in reader.get(f"{path}/changes?sort=number")["items"]] == [2, 3, 4]


def test_a_fee_that_comes_and_goes_is_a_change_of_its_members(world: World) -> None:
    offer = given_offer(world, fee=None)
    reader, path = world.as_(Role.FINANCE_OFFICER), path_of(offer)
    assert reader.get(path)["rate_cents"] is None
    revise(world, offer, fee={"rate_cents": 18000, "unit": "day"})
    publish(world, offer)
    differences = reader.get(f"{path}/changes")["items"][0]["differences"]
    assert [(row["pointer"], row["before"], row["after"]) for row in differences] == [
        ("/fee/rate_cents", None, 18000),
        ("/fee/unit", None, "day"),
    ]
    assert differences[0]["title"].startswith("Entgeltsatz")


@pytest.mark.parametrize(
    ("free", "changes", "pointer"),
    [
        ("9", {}, "/free"),
        ("1.5", {}, "/free"),
        ("1", {"total": "7.5"}, "/total"),
        ("1", {"unit": "beds"}, "/unit"),
        ("-1", {}, "/free"),
        ("1", {"as_of": "2026-03-03"}, "/as_of"),
        ("1", {"as_of": "2026-02-27"}, "/as_of"),
    ],
)
def test_an_impossible_capacity_is_refused(world: World, free: str, changes: dict[str, Any], pointer: str) -> None:
    offer = given_offer(world)
    report_capacity(world, offer, "2", as_of="2026-02-28")
    problem = report_capacity(world, offer, free, status=422, **changes)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert world.as_(Role.CASEWORKER).get(path_of(offer))["capacity_free"] == "2.00"


def test_capacity_is_reported_often_and_told_when_it_changes(world: World) -> None:
    offer = given_offer(world)
    for free in ("12.5", "12.5", "4"):
        report_capacity(world, offer, free, unit="fachleistungsstunde_per_week", total="120")
        world.clock.travel(days=1)
    read = world.as_(Role.CASEWORKER).get(path_of(offer))
    assert (read["capacity_free"], read["capacity_as_of"], read["number"], read["version"]) == (
        "4.00",
        "2026-03-04",
        1,
        5,
    )
    history = world.as_(Role.PLANNER).get(f"{path_of(offer)}/capacity?sort=as_of")["items"]
    assert [(row["as_of"], row["free"]) for row in history] == [
        ("2026-03-02", "12.50"),
        ("2026-03-03", "12.50"),
        ("2026-03-04", "4.00"),
    ]
    world.tick()
    types = [event["type"] for event in world.as_(Role.OFFICE_SYNC).get("/v1/events")["items"]]
    assert types.count("handschlag.offer.capacity_changed") == 2


def test_a_repeated_report_counts_once(world: World) -> None:
    offer = given_offer(world)
    key = {"Idempotency-Key": str(uuid4())}
    body = {"unit": "places", "total": "8", "free": "1"}
    sync = world.as_(Role.PROVIDER_SYNC)
    first = sync.post(f"{path_of(offer)}/capacity", body, headers=dict(key))
    assert sync.post(f"{path_of(offer)}/capacity", body, headers=dict(key)) == first
    assert len(sync.get(f"{path_of(offer)}/capacity")["items"]) == 1


@pytest.mark.parametrize("role", [role for role in Role if Permission.OFFERS_READ in GRANTS[role]])
def test_readers_read_and_three_roles_manage(world: World, role: Role) -> None:
    offer = given_offer(world)
    path, api = path_of(offer), world.as_(role)
    for url in (PATH, path, *(f"{path}/{part}" for part in ("versions", "changes", "capacity", "transitions"))):
        api.get(url)
    may = Permission.OFFERS_MANAGE in GRANTS[role]
    assert may == (role in {Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER, Role.PROVIDER_SYNC})
    assert bool(api.get(path)["allowed_actions"]) == may
    api.post(PATH, DESCRIPTION, status=201 if may else 403)
    api.patch(path, {"title": "Neu"}, version=2, status=200 if may else 403)
    api.act(path, "withdraw", version=3, status=200 if may else 403)
    body = {"unit": "places", "total": "8", "free": "1"}
    api.post(f"{path}/capacity", body, status=201 if may else 403)


def test_regions_may_be_of_several_offices(world: World) -> None:
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Nachbaramt")
    theirs = world.as_(Role.OFFICE_ADMIN, other).post("/v1/regions", {"name": "West"})["id"]
    offer = given_offer(world, region_ids=[region(world, "Ost"), theirs])
    assert len(offer["region_ids"]) == 2
