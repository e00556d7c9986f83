"""Records of the official statistics: begun by the end of a procedure, completed, released, delivered, anonymous."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import text

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.protection.given import CUSTODY, Office
from tests.modules.statistics.given import (
    NUMBERS,
    RECORDS,
    RELEASES,
    VSM,
    complete,
    given_closed,
    looked,
    record_of,
    release,
)
from tests.world import World


def officer(world: World) -> Any:
    return world.as_(Role.STATISTICS_OFFICER)


def test_a_procedure_that_ended_has_a_record_to_be_completed(world: World) -> None:
    office = given_closed(world)
    record = record_of(office)
    assert (record["survey"], record["state"], record["completed_on"]) == ("kwg", "draft", "2026-03-02")
    assert record["derived"] == {
        "birth_year": 2024,
        "birth_month": 2,
        "repeated": False,
        "informant": None,
        "result": "none",
        "kinds": [],
        "danger_person": None,
        "court_called": False,
    }
    looked(world)  # once
    path = f"{RECORDS}/{record['id']}"
    (item,) = office.caseworker.get("/v1/worklist?kind=statistics_to_complete")["items"]
    assert (item["path"], item["waiting_for"], item["due_at"]) == (path, "me", "2026-03-12T22:59:59Z")
    assert [one["action"] for one in record["allowed_actions"]] == ["complete_kwg"]
    done = complete(office, record)
    assert (done["state"], done["findings"]) == ("complete", [])
    assert complete(office, record, sex="male")["answers"]["sex"] == "male"  # until it is released
    assert office.caseworker.get("/v1/worklist?kind=statistics_to_complete")["items"] == []
    assert [one["to_state"] for one in office.caseworker.get(f"{path}/transitions")] == [
        "draft",
        "complete",
        "complete",
    ]


def test_what_cannot_be_right_is_refused_with_its_rule_and_what_is_odd_is_pointed_out(world: World) -> None:
    office = given_closed(world, children=[{"pseudonym": "Kind K-9", "birth_year": None, "birth_month": None}])
    record = record_of(office)
    problem = complete(office, record, new_helps=["continued", "none"], status=422)
    assert {(error["pointer"], error["code"]) for error in problem["errors"]} == {
        ("/answers/birth_year", "kwg-01"),
        ("/answers/birth_month", "kwg-02"),
        ("/answers/new_helps", "kwg-09"),
        ("/answers/new_helps", "kwg-10"),
    }
    done = complete(office, record, birth_year=2021, birth_month=5, informant="minor", parent1_age="unknown")
    assert {(one["code"], one["weight"]) for one in done["findings"]} == {("KWG-13", "warning"), ("KWG-14", "warning")}
    office.caseworker.act(f"{RECORDS}/{record['id']}", "complete_vsm", answers={}, status=422)
    rules = world.as_(Role.PROVIDER_LEAD).get("/v1/statistics-rules")
    assert {"KWG-01", "VSM-01"} <= {rule["code"] for rule in rules}


def test_a_record_of_the_other_survey_is_refused(world: World) -> None:

    office = given_closed(world)
    path = f"{RECORDS}/{record_of(office)['id']}"
    refused = office.caseworker.act(path, "complete_vsm", answers=VSM, status=409)
    assert "andere" in refused["reasons"][0]
    office.caseworker.act(path, "complete_kwg", answers={}, version=99, status=422)


def test_only_what_was_seen_and_assessed_counts(world: World) -> None:
    office = Office(world)
    office.receive()
    looked(world)
    assert office.caseworker.get(RECORDS)["items"] == []


def test_a_second_procedure_of_the_year_is_marked(world: World) -> None:
    first = given_closed(world)
    again = Office(world)
    again.receive()
    with world.kernel.engine.begin() as db:  # the same child, known by its number
        key = "(SELECT statistics_key FROM protection_child WHERE case_id = :a)"
        same = text(f"UPDATE protection_child SET statistics_key = {key} WHERE case_id = :b")
        db.execute(same, {"a": first.case_id, "b": again.case_id})
    again.assign()
    again.weighty()
    again.contact()
    again.assess("none")
    again.close()
    assert record_of(again)["derived"]["repeated"] is True
    assert record_of(first)["derived"]["repeated"] is True  # told of twice in the year


def test_a_procedure_that_is_taken_up_again_drops_its_record(world: World) -> None:
    office = given_closed(world)
    record = record_of(office)
    office.act(office.caseworker, "reopen", reason="neue Tatsachen")
    looked(world)
    states = {one["id"]: one["state"] for one in office.caseworker.get(f"{RECORDS}?limit=200")["items"]}
    assert states[record["id"]] == "withdrawn"


def test_an_ended_custody_has_a_record_of_its_own(world: World) -> None:
    office = Office(world)
    office.receive()
    office.assign()
    office.weighty()
    office.contact()
    office.assess("acute")
    custody = office.take()
    world.clock.travel(days=6)
    path = f"/v1/custody-measures/{custody['id']}"
    for action in ("inform_child", "inform_parents", "no_objection", "start_help_plan", "end"):
        fields = CUSTODY[action] | ({"ended_at": "2026-03-08T08:00:00Z"} if action == "end" else {})
        office.caseworker.act(path, action, **fields)
    record = record_of(office)
    assert (record["survey"], record["derived"]["days"], record["derived"]["objection"]) == ("vsm", 6, False)
    assert complete(office, record)["state"] == "complete"
    made = release(world, survey="vsm", last="2026-03-08")
    told = officer(world).request("GET", f"{RELEASES}/{made['id']}/file", status=200, headers={"Accept": "*/*"}).text
    head, row = told.split("\r\n")[:2]
    assert head == "05158016000000001"
    assert row.endswith(";2;1;2;2024;3;2026;1;2;4;1,4;1;2;6;2;2;2;1;5;6")


def test_once_released_nothing_leads_from_a_record_to_its_case(world: World) -> None:
    office = given_closed(world)
    record = complete(office, record_of(office))
    refused = release(world, status=422, first="2026-03-03")
    assert refused["errors"][0]["pointer"] == "/last"
    assert release(world, status=422, last="2026-03-03")["errors"][0]["pointer"] == "/last"
    assert release(world, status=409, survey="vsm")["type"].endswith("statistics-nothing-to-release")
    given_closed(world)
    looked(world)
    open_ = release(world, status=409)
    assert (open_["type"].rpartition("/")[2], open_["open"]) == ("statistics-drafts-open", 1)

    made = release(world, leaves_drafts=True)
    path = f"{RELEASES}/{made['id']}"
    file = officer(world).request("GET", f"{path}/file", status=200, headers={"Accept": "*/*"})
    assert hashlib.sha256(file.content).hexdigest() == made["sha256"]
    unit, row = file.text.split("\r\n")[:2]
    cells = row.split(";")
    assert unit == cells[0] == "05158016000000001"
    assert (len(cells[1]), ";".join(cells[2:])) == (20, "2;2;2024;3;2026;3;5;2;1;2;2;12;8;4;;;5;2;2")
    for word in ("Kind K-2", "Nachbarin", office.case_id):
        assert word not in file.text

    office.caseworker.get(f"{RECORDS}/{record['id']}", status=404)  # it is nobody's case any more
    office.caseworker.act(f"{RECORDS}/{record['id']}", "complete_kwg", version=3, answers={}, status=422)
    key = cells[1]
    officer(world).act(path, "confirm_delivery", delivered_on="2026-03-03", status=422)
    assert officer(world).act(path, "confirm_delivery", delivered_on="2026-03-02")["state"] == "delivered"
    officer(world).act(path, "confirm_delivery", delivered_on="2026-03-02", status=409)
    assert officer(world).get(f"{path}/transitions")[-1]["action"] == "confirm_delivery"
    with world.kernel.engine.connect() as db:
        row_ = db.scalar(text("SELECT r::text FROM statistics_record AS r WHERE id = :id"), {"id": record["id"]})
        ids = [office.case_id, key, str(office.caseworker.account_id), office.case()["children"][0]["id"]]
        assert not [one for one in ids if one in str(row_)]
        with pytest.raises(Exception, match="fixed"), db.begin_nested():
            db.execute(text("UPDATE statistics_record SET completed_on = completed_on - 1 WHERE id = :id"), record)


def test_who_delivers_learns_of_no_case_and_others_of_no_record(world: World, statements: list[str]) -> None:
    office = given_closed(world)
    record = record_of(office)
    shown = officer(world).get(f"{RECORDS}/{record['id']}")
    assert (shown["case_id"], shown["allowed_actions"]) == (None, [])
    statements.clear()
    (listed,) = officer(world).get(f"{RECORDS}?survey=kwg&state=draft&year=2026&sort=-completed_on")["items"]
    assert len(statements) == 2  # who am I; the records
    assert listed["id"] == record["id"]
    world.person(Role.CASEWORKER).get(f"{RECORDS}/{record['id']}", status=404)
    office.third.get(f"{RECORDS}/{record['id']}")
    for role in Role:
        if Permission.STATISTICS_READ not in GRANTS[role]:
            world.as_(role).get(RECORDS, status=403)
        if Permission.PROTECTION_STATISTICS not in GRANTS[role]:
            world.as_(role).get(RELEASES, status=403)
    elsewhere = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    world.as_(Role.STATISTICS_OFFICER, elsewhere).get(f"{RECORDS}/{record['id']}", status=404)
    statements.clear()
    officer(world).get(RELEASES)
    assert len(statements) == 2


def test_a_year_is_told_in_numbers_and_no_small_ones(world: World) -> None:
    planner = world.as_(Role.PLANNER)
    for _ in range(3):
        office = given_closed(world)
        complete(office, record_of(office))
    office = given_closed(world)
    complete(office, record_of(office), sex="male")
    told = planner.get(f"{NUMBERS}?year=2026")
    assert planner.get(NUMBERS) == told  # the present year
    by = {one["field"]: {row["value"]: row["count"] for row in one["counts"]} for one in told["breakdowns"]}
    assert by["result"] == {"acute": 0, "latent": 0, "no_but_need": 0, "none": 4}
    assert by["sex"] == {"male": None, "female": None, "diverse": 0, "no_entry": 0}
    assert by["age"]["under_3"] == 4
    assert told["total"] == 4
    assert planner.get(f"{NUMBERS}?year=2025&survey=vsm")["total"] == 0
    planner.get(f"{NUMBERS}?year=1", status=422)
    world.as_(Role.PROVIDER_BILLING).get(f"{NUMBERS}?year=2026", status=403)
