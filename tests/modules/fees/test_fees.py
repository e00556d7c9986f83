"""Calculations of fees over HTTP: computed, versioned, offered, compared, exported; nobody else reads them."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.policy import OrganisationKind, Role
from tests.modules.fees.test_rules import K1, PERSONNEL
from tests.stories.given import agreement_body
from tests.world import World

PATH = "/v1/fee-calculations"
WIDE: dict[str, Any] = {"overhead": {"percent": "20.00", "base": "personnel_and_material"}}
LEAN: dict[str, Any] = {"overhead": {"percent": "10.00", "base": "personnel_and_material"}}


def _create(world: World, **changes: Any) -> dict[str, Any]:
    body = {"title": "SPFH 2026", "basis": K1 | changes}
    return dict(world.as_(Role.PROVIDER_MANAGER).post(PATH, body))


def _revise(world: World, made: dict[str, Any], status: int = 201, version: int | None = None, **changes: Any) -> Any:
    match = {"If-Match": f'"{version or made["version"]}"'}
    path = f"{PATH}/{made['id']}/versions"
    return world.as_(Role.PROVIDER_MANAGER).post(path, {"basis": K1 | changes}, status=status, headers=match)


def _talks(world: World) -> str:
    planner = world.as_(Role.PLANNER)
    made = planner.post("/v1/agreements", agreement_body(world, kind="ambulant_77"))
    planner.act(f"/v1/agreements/{made['id']}", "open_negotiation")
    return str(made["id"])


def test_a_price_is_computed_and_nothing_kept(world: World) -> None:
    for role in (Role.PLANNER, Role.PROVIDER_BILLING):
        result = world.as_(role).post(f"{PATH}:calculate", K1, status=200)
        assert (result["rate_cents"], result["billable_hours"]) == (6834, "1272.96")
        assert result["steps"][-1]["text_de"].replace("\u00a0", " ") == (
            "87.000,00 € ÷ 1.272,96 Stunden, kaufmännisch auf Cent"
        )
    assert world.as_(Role.PROVIDER_MANAGER).get(PATH)["items"] == []


def test_aachen_sees_step_by_step_what_half_the_overhead_does(world: World) -> None:
    made = _create(world, **WIDE)
    assert made["current"]["rate_cents"] == 7212
    _revise(world, made, **LEAN)
    manager = world.as_(Role.PROVIDER_MANAGER)
    told = manager.get(f"{PATH}/{made['id']}/comparison?number=1&other_number=2")
    assert (told["difference_cents"], told["percent"]) == (-601, "-8.33")
    assert {step["key"]: step["difference"] for step in told["steps"]} == {
        "overhead": "-765000",
        "cost": "-765000",
        "rate": "-601",
    }
    other = _create(world, **LEAN)
    across = manager.get(f"{PATH}/{made['id']}/comparison?number=1&other_id={other['id']}&other_number=1")
    assert across["difference_cents"] == -601
    manager.get(f"{PATH}/{made['id']}/comparison?number=1&other_number=9", status=404)


def test_versions_stay_as_they_were_computed(world: World) -> None:
    made = _create(world)
    second = _revise(world, made, **LEAN)
    assert (second["current"]["number"], second["version"] > made["version"]) == (2, True)
    manager = world.as_(Role.PROVIDER_MANAGER)
    path = f"{PATH}/{made['id']}/versions"
    assert [one["rate_cents"] for one in manager.get(path)] == [6834, 6611]
    assert manager.get(f"{path}/1")["basis"]["overhead"]["percent"] == "15.00"
    assert _revise(world, second, status=409, **LEAN)["type"].endswith("calculation-unchanged")
    _revise(world, made, status=412, version=1)
    manager.post(path, {"basis": K1}, status=428)
    with world.kernel.engine.connect() as connection, pytest.raises(DBAPIError, match="fee_version"):
        connection.execute(text("UPDATE fee_version SET rate_cents = 1"))


def test_what_is_offered_is_read_by_the_youth_office_and_nothing_else(world: World) -> None:
    made = _create(world, **WIDE)
    agreement_id = _talks(world)
    path, finance = f"{PATH}/{made['id']}", world.as_(Role.FINANCE_OFFICER)
    finance.get(path, status=404)
    manager = world.as_(Role.PROVIDER_MANAGER)
    offered = manager.act(path, "offer", agreement_id=agreement_id)
    assert (offered["state"], offered["agreement_ids"]) == ("offered", [agreement_id])
    assert finance.get(path)["current"]["rate_cents"] == 7212
    _revise(world, offered, **LEAN)
    assert finance.get(path)["current"]["number"] == 1  # the second version is the provider's own still
    assert [one["number"] for one in finance.get(f"{path}/versions")] == [1]
    finance.get(f"{path}/versions/2", status=404)
    manager.act(path, "offer", agreement_id=agreement_id)
    assert finance.get(path)["current"]["rate_cents"] == 6611
    assert finance.get(f"{path}/comparison?number=1&other_number=2")["difference_cents"] == -601
    assert manager.act(path, "offer", agreement_id=agreement_id, status=409)["type"].endswith("conflict")
    steps = manager.get(f"{path}/transitions")
    assert [step["to_state"] for step in steps] == ["draft", "offered", "offered"]
    assert len(finance.get(f"{PATH}?agreement_id={agreement_id}&state=offered")["items"]) == 1
    assert finance.get(f"{PATH}?state=draft")["items"] == []


def test_walls(world: World) -> None:
    made = _create(world)
    path, agreement_id = f"{PATH}/{made['id']}", _talks(world)
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    stranger = world.as_(Role.PROVIDER_MANAGER, provider)
    for place in (
        "",
        "/versions",
        "/versions/1",
        "/versions/1/steps",
        "/comparison?number=1&other_number=1",
        "/transitions",
    ):
        stranger.get(f"{path}{place}", status=404)
    world.as_(Role.PLANNER, office).get(path, status=404)
    own = stranger.post(PATH, {"title": "Eigene", "basis": K1})
    stranger.act(f"{PATH}/{own['id']}", "offer", agreement_id=agreement_id, status=404)  # no party of these talks
    world.as_(Role.PROVIDER_MANAGER).act(path, "offer", agreement_id=agreement_id)
    stranger.get(path, status=404)
    world.as_(Role.PLANNER).post(PATH, {"title": "x", "basis": K1}, status=403)
    world.as_(Role.PLANNER).get(f"{path}/transitions", status=403)
    for role in (Role.CASEWORKER, Role.PROVIDER_PROFESSIONAL):
        world.as_(role).get(path, status=403)
        world.as_(role).post(f"{PATH}:calculate", K1, status=403)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"costs": []}, "/costs"),
        ({"costs": [{**PERSONNEL, "kind": "material"}]}, "/costs"),
        ({"costs": [{**PERSONNEL, "cents": 1.5}]}, "/costs/0/cents"),
        ({"overhead": {"preset": "kgst_office", "percent": "15.00"}}, "/overhead/percent"),
        ({"overhead": {"percent": "101.00"}}, "/overhead/percent"),
        ({"mix": [{"title": "x", "percent": "100.00", "rate_cents": 1}]}, "/mix"),
        ({"working_time": {"weekly_hours": "0.00"}}, "/working_time/weekly_hours"),
        ({"working_time": {"weekly_hours": "39.00", "vacation": 300}}, "/working_time/vacation"),
        ({"reductions": {"case_specific_percent": "100.00"}}, "/reductions/subject_specific_percent"),
        ({"reductions": {"utilisation_percent": "0.00"}}, "/reductions/utilisation_percent"),
        ({"direct_minutes": 61}, "/direct_minutes"),
    ],
    ids=str,
)
def test_refusals_name_the_field(world: World, changes: dict[str, Any], pointer: str) -> None:
    refused = world.as_(Role.PROVIDER_MANAGER).post(f"{PATH}:calculate", K1 | changes, status=422)
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


def test_steps_come_as_a_table(world: World) -> None:
    path = f"{PATH}/{_create(world)['id']}/versions"
    manager = world.as_(Role.PROVIDER_MANAGER)
    answer = manager.request("GET", f"{path}/1/steps", status=200, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert (rows[-1]["key"], rows[-1]["value"]) == ("rate", "6834")
    assert len(manager.get(f"{path}/1/steps")["items"]) == len(rows)
    manager.get(f"{path}/7/steps", status=404)


def test_statements_do_not_grow(world: World, statements: list[str]) -> None:
    made = _create(world)
    manager = world.as_(Role.PROVIDER_MANAGER)
    counts: dict[str, list[int]] = {"list": [], "read": []}
    for number in range(2):
        for name, path in (("list", PATH), ("read", f"{PATH}/{made['id']}")):
            statements.clear()
            manager.get(path)
            counts[name].append(len(statements))
        _create(world)
        made = _revise(world, made, costs=[{**PERSONNEL, "cents": 5_000_000 + number}])
    assert all(one == other for one, other in counts.values())
