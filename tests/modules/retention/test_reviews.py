"""Who decides what becomes of a file, and what stands against erasing it."""

from typing import Any

import pytest

from app.modules.retention.models import RetentionState
from app.modules.retention.workflow import REVIEW
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.protection.given import Office
from tests.modules.retention.given import (
    ERASURES,
    HOLDS,
    REQUESTS,
    REVIEWS,
    due,
    end,
    erase,
    given_danger,
    given_ended,
    given_person,
    looked,
    propose,
)
from tests.modules.retention.test_erasure import tables_with
from tests.stories.helps import given_help
from tests.world import World

REASON: dict[str, Any] = {"reason": "Verfahren vor dem Verwaltungsgericht"}
STEPS: dict[str, tuple[Role, dict[str, Any]]] = {
    "propose": (Role.CASEWORKER, {"archive": "declined"}),
    "erase": (Role.TEAM_LEAD, {}),
    "reject": (Role.TEAM_LEAD, REASON),
    "restrict": (Role.CASEWORKER, REASON),
    "keep": (Role.CASEWORKER, REASON),
    "reopen": (Role.CASEWORKER, REASON),
}
LEADING = {"proposed": "propose", "restricted": "restrict", "kept": "keep"}


def reasons(problem: Any) -> str:
    return " ".join(problem["reasons"])


@pytest.mark.parametrize("state", RetentionState)
def test_every_step_leads_where_the_table_says_and_nowhere_else(world: World, state: RetentionState) -> None:
    for action, (role, fields) in STEPS.items():
        given_ended(world)
        looked(world)
        review = next(
            one for one in world.as_(Role.CASEWORKER).get(f"{REVIEWS}?limit=200")["items"] if one["state"] == "due"
        )
        path = f"{REVIEWS}/{review['id']}"
        if state is RetentionState.ERASED:
            erase(world, review)
        elif state is not RetentionState.DUE:
            first, said = STEPS[LEADING[state]]
            world.as_(first).act(path, LEADING[state], **said)
        targets = {row.action: row.target for row in REVIEW.rows if state in row.sources}
        if action not in targets:
            world.as_(role).act(path, action, status=409, **fields)
            continue
        if action == "reopen" and state is RetentionState.KEPT:
            (hold,) = [one for one in world.as_(role).get(HOLDS)["items"] if one["number"] == review["number"]]
            assert hold["reason"] == REASON["reason"]
        assert world.as_(role).act(path, action, **fields)["state"] == targets[action]
        if targets[action] is RetentionState.DUE:
            continue
        looked(world)
        if targets[action] is RetentionState.PROPOSED:  # out of the way of the next round
            world.as_(Role.TEAM_LEAD).act(path, "erase")


def test_a_file_is_due_when_the_youngest_is_old_enough_and_not_before(world: World) -> None:
    given_ended(world, identity={"birth_date": "1926-03-03"})  # of age with 2 March; until the end of this day
    looked(world)
    assert world.as_(Role.CASEWORKER).get(REVIEWS)["items"] == []
    world.clock.travel(days=1)
    assert due(world)["kept_until"] == "2026-03-02"
    looked(world)  # laid before people once
    assert len(world.as_(Role.CASEWORKER).get(REVIEWS)["items"]) == 1


def test_the_year_counts_to_its_end_and_without_any_the_end_of_the_help(world: World) -> None:
    given_ended(world, identity=None, birth_year=1925)
    assert due(world)["kept_until"] == "2025-12-30"  # as if born on the last day of the year, of age the day before
    help_ = given_help(world)
    end(world, help_)
    body = {"help_id": help_["id"]}
    opened = world.as_(Role.CASEWORKER).post(REVIEWS, body)
    assert opened["kept_until"] == "2126-03-01"


def test_who_proposes_does_not_decide_and_only_those_of_the_matrix_do(world: World) -> None:
    review = due_of(world)
    path = f"{REVIEWS}/{review['id']}"
    lead = world.as_(Role.TEAM_LEAD)
    lead.act(path, "propose", archive="declined")
    assert lead.get(path)["allowed_actions"] == []
    assert "zweite Person" in reasons(lead.act(path, "erase", status=409))
    world.as_(Role.CASEWORKER).act(path, "erase", status=403)
    assert [one["action"] for one in world.as_(Role.OFFICE_HEAD).get(path)["allowed_actions"]] == ["erase", "reject"]
    assert world.as_(Role.OFFICE_HEAD).act(path, "erase")["state"] == "erased"
    for role in Role:
        for listed, permission in (
            (REVIEWS, Permission.RETENTION_READ),
            (HOLDS, Permission.RETENTION_READ),
            (ERASURES, Permission.ERASURES_READ),
            (REQUESTS, Permission.SUBJECT_REQUESTS_READ),
        ):
            world.as_(role).get(listed, status=200 if permission in GRANTS[role] else 403)


def due_of(world: World) -> Any:
    given_ended(world)
    return due(world)


def test_while_a_period_runs_nothing_is_erased_but_restricted(world: World) -> None:
    caseworker, help_ = world.as_(Role.CASEWORKER), given_help(world)
    path = f"/v1/helps/{help_['id']}"
    person = given_person(world, help_, identity={"first_name": "Mia", "birth_date": "2016-05-01"})
    running = caseworker.post(REVIEWS, {"help_id": help_["id"]}, status=409)
    assert running["type"] == "/v1/problems/file-not-closed"
    end(world, help_)
    review = caseworker.post(REVIEWS, {"help_id": help_["id"]})
    caseworker.post(REVIEWS, {"help_id": help_["id"]}, status=409)
    at = f"{REVIEWS}/{review['id']}"
    assert "Aufzubewahren bis 30.04.2116" in reasons(caseworker.act(at, "propose", archive="declined", status=409))
    caseworker.act(at, "restrict", **REASON)
    disclose = f"{path}/persons/{person['id']}:disclose"
    for purpose, status in (("planning", 403), ("contact", 403), ("court", 200), ("subject_request", 200)):
        caseworker.post(disclose, {"purpose": purpose, "reason": "Antrag der Person"}, status=status)
    world.as_(Role.PROVIDER_LEAD).post(disclose, {"purpose": "planning"}, status=403)
    caseworker.act(at, "reopen", **REASON)
    caseworker.post(disclose, {"purpose": "planning"}, status=200)


def test_a_hold_prevents_erasure_until_it_is_lifted_or_over(world: World, statements: list[str]) -> None:
    caseworker, help_ = world.as_(Role.CASEWORKER), given_ended(world)
    hold = caseworker.post(HOLDS, {"help_id": help_["id"], **REASON})
    review = due(world)
    path = f"{REVIEWS}/{review['id']}"
    assert "Sperre" in reasons(caseworker.act(path, "propose", archive="declined", status=409))
    assert [one["id"] for one in caseworker.get(f"{HOLDS}?in_force=true&help_id={help_['id']}")["items"]] == [
        hold["id"]
    ]
    lift: dict[str, Any] = {"headers": {"If-Match": '"1"'}, "status": 200}
    caseworker.post(f"{HOLDS}/{hold['id']}:lift", headers={"If-Match": '"9"'}, status=412)
    assert caseworker.post(f"{HOLDS}/{hold['id']}:lift", **lift)["lifted_by"] == str(caseworker.account_id)
    again = caseworker.post(f"{HOLDS}/{hold['id']}:lift", headers={"If-Match": '"2"'}, status=409)
    assert again["type"] == "/v1/problems/hold-lifted"
    assert caseworker.get(f"{HOLDS}?in_force=true")["items"] == []

    propose(world, review)
    late = caseworker.post(HOLDS, {"help_id": help_["id"], **REASON, "until": "2026-03-10"})
    assert late["until"] == "2026-03-10"
    lead = world.as_(Role.TEAM_LEAD)
    assert "Sperre" in reasons(lead.act(path, "erase", status=409))  # placed after the proposal, it still counts
    lead.act(path, "reject", reason="Sperre")
    caseworker.act(path, "keep", reason="Rechtsstreit", until="2026-03-10")
    looked(world)
    assert caseworker.get(path)["state"] == "kept"
    assert "vorbei" in reasons(
        caseworker.act(f"{REVIEWS}/{due_of_another(world)}", "keep", reason="x", until="2026-03-01", status=409)
    )
    world.clock.travel(days=9)
    looked(world)
    assert caseworker.get(path)["state"] == "due"
    assert caseworker.get(f"{path}/transitions")[-1]["action"] == "reopen"
    statements.clear()
    caseworker.get(REVIEWS)
    assert len(statements) == 2  # who am I; the reviews
    statements.clear()
    caseworker.get(HOLDS)
    assert len(statements) == 2


def due_of_another(world: World) -> str:
    help_ = given_ended(world)
    looked(world)
    items = world.as_(Role.CASEWORKER).get(f"{REVIEWS}?help_id={help_['id']}&state=due&sort=-created_at")["items"]
    return str(items[0]["id"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"help_id": "00000000-0000-7000-8000-000000000000"}, "/help_id"),
        ({"help_id": None, "case_id": "00000000-0000-7000-8000-000000000000"}, "/case_id"),
        ({"help_id": None}, "/help_id"),
        ({"until": "2026-03-01"}, "/until"),
    ],
)
def test_a_hold_names_what_it_is_about(world: World, changes: dict[str, Any], pointer: str) -> None:
    body = {"help_id": given_help(world)["id"], **REASON, **changes}
    problem = world.as_(Role.CASEWORKER).post(HOLDS, body, status=422)
    assert problem["errors"][0]["pointer"] == pointer


def test_an_open_procedure_prevents_erasure_and_what_the_provider_kept_goes_with_its_word(world: World) -> None:
    help_ = given_help(world)
    given_person(world, help_)
    given_danger(world, help_)
    end(world, help_)
    review = due(world)
    path = f"{REVIEWS}/{review['id']}"
    refused = world.as_(Role.CASEWORKER).act(path, "propose", archive="declined", status=409)
    assert "§ 8a" in reasons(refused)
    office = Office(world)
    (case,) = office.lead.get("/v1/endangerment-cases")["items"]
    office.case_id = case["id"]
    office.assign()
    office.weighty()
    office.contact()
    office.assess("none")
    told: dict[str, Any] = {
        "indications_confirmed": False,
        "has_acted": False,
        "still_active": False,
        "affected_told": True,
    }
    office.file("feedback", report_id=office.lead.get(f"{office.path}/reports")[0]["id"], **told)
    office.close()
    erase(world, review)
    assert {"concern_entry", "provider_concern"} <= tables_with(world, "")
    (asked,) = world.as_(Role.PROVIDER_MANAGER).get(ERASURES)["items"]
    world.as_(Role.PROVIDER_MANAGER).act(f"{ERASURES}/{asked['id']}", "confirm", erased_on="2026-03-02")
    assert not {"concern_entry", "provider_concern"} & tables_with(world, "")


def test_a_procedure_without_a_help_is_kept_ten_years_and_held_by_its_own(world: World) -> None:
    office = Office(world)
    office.receive()
    office.assign()
    office.weighty()
    office.contact()
    office.assess("none")
    office.close()
    lead = world.as_(Role.TEAM_LEAD)
    hold = lead.post(HOLDS, {"case_id": office.case_id, **REASON})
    world.clock.set(world.clock.now.replace(year=2036))
    looked(world)
    assert lead.get(REVIEWS)["items"] == []
    world.clock.travel(days=1)
    looked(world)
    (review,) = lead.get(f"{REVIEWS}?matter=endangerment_file")["items"]
    assert (review["kept_until"], review["help_id"], review["subject_id"]) == ("2036-03-02", None, office.case_id)
    path = f"{REVIEWS}/{review['id']}"
    assert "Sperre" in reasons(lead.act(path, "propose", archive="taken", status=409))
    lead.post(f"{HOLDS}/{hold['id']}:lift", headers={"If-Match": '"1"'}, status=200)
    lead.act(path, "propose", archive="taken")
    world.as_(Role.OFFICE_HEAD).act(path, "erase")
    lead.get(office.path, status=404)
    assert not {"protection_entry", "endangerment_report", "protection_child"} & tables_with(world, office.case_id)


def test_what_is_due_waits_in_the_worklist(world: World) -> None:
    review = due_of(world)
    seen = {}
    for role in (Role.CASEWORKER, Role.TEAM_LEAD, Role.OFFICE_HEAD, Role.PROVIDER_LEAD):
        items = world.as_(role).get("/v1/worklist?limit=200")["items"]
        seen[role] = {item["kind"]: item["waiting_for"] for item in items if item["kind"].startswith("retention")}
    due_ = {"retention_to_decide": "me"}
    assert seen == {
        Role.CASEWORKER: due_,
        Role.TEAM_LEAD: due_,
        Role.OFFICE_HEAD: {"retention_to_decide": "them"},
        Role.PROVIDER_LEAD: {},
    }
    propose(world, review)
    (item,) = world.as_(Role.OFFICE_HEAD).get("/v1/worklist?kind=retention_to_approve")["items"]
    assert (item["path"], item["waiting_for"]) == (f"{REVIEWS}/{review['id']}", "me")


def test_another_office_sees_nothing_of_it(world: World) -> None:
    review = due_of(world)
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    stranger = world.as_(Role.TEAM_LEAD, other)
    stranger.get(f"{REVIEWS}/{review['id']}", status=404)
    stranger.act(f"{REVIEWS}/{review['id']}", "propose", archive="declined", version=1, status=404)
    assert stranger.get(REVIEWS)["items"] == []


def test_the_rules_are_published_with_their_sources(world: World) -> None:
    rules = world.as_(Role.PROVIDER_LEAD).get("/v1/retention-rules")
    assert [(one["matter"], one["years"], one["source"]) for one in rules] == [
        ("help_file", 70, "§ 9b SGB VIII"),
        ("endangerment_file", 10, "§ 84 Abs. 2 SGB X"),
        ("billing_file", 8, "§ 147 Abs. 3 und 4 AO"),
    ]
