"""Reports: begun on the form agreed on, submitted, returned, revised, accepted."""

from typing import Any
from uuid import uuid4

import pytest

from app.policy import Role
from tests.modules.reports.given import given_report, path_of, report_body
from tests.stories.given import DEVELOPMENT_REPORT, given_agreement, given_form
from tests.stories.helps import given_help
from tests.world import World


def test_a_report_is_drafted_submitted_and_accepted(world: World) -> None:
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    draft = provider.post("/v1/reports", report_body(given_help(world)))
    path = path_of(draft)
    assert (draft["number"], draft["state"], draft["content_number"]) == ("BE-2026-0001", "draft", 0)
    assert [action["action"] for action in draft["allowed_actions"]] == ["submit", "withdraw"]
    provider.patch(path, {"content": {"empfehlung": "beenden", "stunden_je_woche": None}}, version=1)
    submitted = provider.act(path, "submit")
    assert (submitted["state"], submitted["allowed_actions"]) == ("submitted", [])
    read = caseworker.get(path)
    assert read["content"]["empfehlung"] == "beenden"
    assert "stunden_je_woche" not in read["content"]
    assert [action["action"] for action in read["allowed_actions"]] == ["return", "accept"]
    accepted = caseworker.act(path, "accept")
    assert (accepted["state"], accepted["accepted_by"]) == ("accepted", str(caseworker.account_id))
    steps = provider.get(f"{path}/transitions")
    assert [step["to_state"] for step in steps] == ["draft", "submitted", "accepted"]
    schema = provider.get(read["form"]["path"], headers={"Accept": "application/schema+json"})
    assert schema["title"] == "Verlaufsbericht"


def test_a_program_creates_and_submits_in_one_act_however_often_it_retries(world: World) -> None:
    program, body = world.as_(Role.PROVIDER_SYNC), report_body(given_help(world), submit=True, external_id="B-7")
    key = {"Idempotency-Key": str(uuid4())}
    first = program.post("/v1/reports", body, headers=dict(key))
    again = program.request("POST", "/v1/reports", status=201, json=body, headers=dict(key))
    assert again.json() == first
    assert (first["state"], first["version"]) == ("submitted", 2)
    problem = program.post("/v1/reports", body, status=409)  # another key, the same report
    assert "externe" in problem["detail"] or "Kennung" in problem["detail"]
    assert len(program.get("/v1/reports")["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"content": {}}, {"/content/zeitraum", "/content/ziele", "/content/empfehlung"}),
        ({"content": {"ziele": [{"ziel": "Z", "zielerreichung": 7}]}}, {"/content/ziele/0/zielerreichung"}),
        ({"content": {"ziele": [{"ziel": "Z", "note": 1}]}}, {"/content/ziele/0/note", "/content/ziele/0/beobachtung"}),
        ({"content": {"zeitraum": 2026}}, {"/content/zeitraum"}),
        ({"content": []}, {"/content"}),
        ({"period_to": "2025-12-31"}, {"/period_to"}),
        ({"period_from": "2025-12-31"}, {"/period_from"}),
        ({"period_to": "2027-01-01"}, {"/period_to"}),
        ({"help_id": str(uuid4())}, {"/help_id"}),
        ({"kind": "poem"}, {"/kind"}),
        ({"submit": "yes"}, {"/submit"}),
        ({"external_id": "a b"}, {"/external_id"}),
        ({"author": "me"}, {"/author"}),
    ],
)
def test_bad_input_is_refused_at_its_place(world: World, changes: dict[str, Any], pointers: set[str]) -> None:
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    problem = provider.post("/v1/reports", report_body(given_help(world), **changes), status=422)
    assert pointers <= {error["pointer"] for error in problem["errors"]}
    assert provider.get("/v1/reports")["items"] == []


def test_there_is_no_report_without_a_granted_help_or_an_agreed_form(world: World) -> None:
    given_agreement(world)
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    asked = {"provider_id": str(world.provider.id), "service_kind": "section_31", "pseudonym": "Familie Q-18"}
    period = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "hours_per_week": "4"}
    requested = caseworker.post("/v1/helps", asked | period)
    problem = provider.post("/v1/reports", report_body(requested), status=409)
    assert problem["type"].endswith("/help-not-granted")
    problem = provider.post("/v1/reports", report_body(given_help(world), kind="final"), status=409)
    assert problem["type"].endswith("/no-form-for-report")


def test_a_returned_report_is_revised_and_both_submissions_are_kept(world: World) -> None:
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    path = path_of(given_report(world))
    first = caseworker.get(path)
    refused = caseworker.act(path, "return", remarks=[], status=422)
    assert refused["errors"][0]["pointer"] == "/remarks"
    caseworker.act(path, "return", remarks=["Was sagt das Kind?", "Bitte das zweite Ziel ergänzen."])
    unchanged = provider.act(path, "submit", status=409)
    assert unchanged["type"].endswith("/guard-refused")
    provider.patch(path, {"content": {"sicht_der_familie": "Das Kind mag die Morgen."}}, version=3)
    assert caseworker.get(path)["content"] == first["content"]  # what the provider is writing is its own
    again = provider.act(path, "submit")
    assert (again["content_number"], again["version"]) == (2, 5)
    read = caseworker.get(path)
    assert read["content"]["sicht_der_familie"] == "Das Kind mag die Morgen."
    assert [remark["text"][:8] for remark in read["remarks"]] == ["Was sagt", "Bitte da"]
    assert {remark["content_number"] for remark in read["remarks"]} == {1}
    assert [row["number"] for row in read["submissions"]] == [1, 2]
    kept = [caseworker.get(f"{path}/contents/{number}") for number in (1, 2)]
    assert [row["content"] for row in kept] == [first["content"], read["content"]]
    assert kept[0]["content_hash"] != kept[1]["content_hash"]
    caseworker.get(f"{path}/contents/3", status=404)
    caseworker.act(path, "accept")


def test_a_report_stays_with_the_form_it_was_begun_on(world: World) -> None:
    provider, planner = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.PLANNER)
    old = given_form(world)
    binding = {"purpose": "development_report", "form_version_id": old["id"]}
    given_agreement(world, forms=[binding], valid_to="2026-06-30")
    body = report_body(given_help(world))
    path = path_of(provider.post("/v1/reports", body))
    stricter = {**DEVELOPMENT_REPORT, "required": [*DEVELOPMENT_REPORT["required"], "beteiligte"]}
    versions = f"/v1/forms/{old['form_id']}/versions"
    new = planner.post(versions, {"schema": stricter})
    binding = {"purpose": "development_report", "form_version_id": new["id"]}
    given_agreement(world, forms=[binding], standard_ids=[], valid_from="2026-07-01", retroactive_reason=None)

    provider.patch(path, {"content": {"beteiligte": None}}, version=1)  # the new form would refuse
    assert provider.act(path, "submit")["form_version_id"] == old["id"]
    assert world.as_(Role.CASEWORKER).get(path)["form"]["number"] == 1

    later = {**body, "period_from": "2026-07-01", "period_to": "2026-09-30"}
    less = {name: value for name, value in body["content"].items() if name != "beteiligte"}
    problem = provider.post("/v1/reports", {**later, "content": less}, status=422)
    assert problem["errors"][0]["pointer"] == "/content/beteiligte"
    assert provider.post("/v1/reports", later)["form_version_id"] == new["id"]


def test_steps_out_of_order_and_by_the_wrong_side_are_refused(world: World) -> None:
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    path = path_of(given_report(world))
    assert provider.act(path, "withdraw", status=409)["allowed"] == []
    provider.act(path, "accept", status=403)
    provider.act(path, "return", remarks=["Nein"], status=403)
    assert caseworker.act(path, "submit", status=409)["allowed"] == ["return", "accept"]
    caseworker.act(path, "accept", version=1, status=412)
    caseworker.request("POST", f"{path}/transitions", status=428, json={"action": "accept"})
    fixed = provider.patch(path, {"content": {"empfehlung": "beenden"}}, version=2, status=409)
    assert fixed["type"].endswith("/report-fixed")
    world.as_(Role.TEAM_LEAD).act(path, "accept")
    assert caseworker.act(path, "return", remarks=["Doch nicht"], status=409)["state"] == "accepted"


def test_a_change_is_checked_against_form_and_version(world: World) -> None:
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    path = path_of(given_report(world, submit=False))
    problem = provider.patch(path, {"content": {"ziele": [], "einschaetzung": None}}, version=1, status=422)
    assert {error["pointer"] for error in problem["errors"]} == {"/content/ziele", "/content/einschaetzung"}
    assert provider.patch(path, {"content": {"beteiligte": ["Vater"]}}, version=1)["version"] == 2
    provider.patch(path, {"content": {"beteiligte": ["Mutter"]}}, version=1, status=412)
    assert provider.get(path)["content"]["beteiligte"] == ["Vater"]


def test_a_draft_that_is_thrown_away_leaves_no_content(world: World) -> None:
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    path = path_of(given_report(world, submit=False))
    assert provider.act(path, "withdraw")["state"] == "withdrawn"
    assert provider.get(path)["content"] is None
    world.as_(Role.CASEWORKER).get(path, status=404)


def test_reports_are_found_by_what_is_known_of_them(world: World) -> None:
    report = given_report(world)
    world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/reports", report_body({"id": report["help_id"]}))
    for query, count in {
        "": 1,
        "state=submitted": 1,
        "state=draft": 0,
        "kind=development": 1,
        "kind=final": 0,
        f"help_id={report['help_id']}": 1,
        f"help_id={uuid4()}": 0,
        f"provider_id={world.provider.id}": 1,
        f"provider_id={uuid4()}": 0,
    }.items():
        assert len(world.as_(Role.CASEWORKER).get(f"/v1/reports?{query}")["items"]) == count, query
    provider = world.as_(Role.PROVIDER_LEAD)
    for sort in ("number", "-number", "period_to", "-period_to", "created_at", "-created_at"):
        first = provider.get(f"/v1/reports?limit=1&sort={sort}")
        second = provider.get(f"/v1/reports?limit=1&sort={sort}&cursor={first['next']}")
        numbers = {page["items"][0]["number"] for page in (first, second)}
        assert numbers == {"BE-2026-0001", "BE-2026-0002"}
        assert "content" not in first["items"][0]


def test_a_list_costs_the_same_whatever_its_length(world: World, statements: list[str]) -> None:
    report = given_report(world)
    counts = []
    for _ in range(2):
        statements.clear()
        world.as_(Role.CASEWORKER).get("/v1/reports")
        counts.append(len(statements))
        world.as_(Role.PROVIDER_SYNC).post("/v1/reports", report_body({"id": report["help_id"]}, submit=True))
    assert counts == [2, 2]  # who asks, and the page
