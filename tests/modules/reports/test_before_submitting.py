"""What must have happened before a report is handed in: discussed with the family, countersigned by the lead."""

from typing import Any

import pytest

from app.policy import Role
from tests.modules.reports.given import given_report, given_reporting, path_of, report_body
from tests.world import World

DISCUSSED = [{"kind": "development", "trigger": "before_meeting", "days": 7, "must_be_discussed": True}]
COUNTERSIGNED = [{"kind": "development", "trigger": "before_meeting", "days": 7, "must_be_countersigned": True}]
WITH_FAMILY: dict[str, Any] = {"discussed_on": "2026-03-01", "discussed_with": ["Mutter", "Kind"]}


def test_what_was_discussed_stands_with_the_submission(world: World) -> None:
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    path = path_of(provider.post("/v1/reports", report_body(given_reporting(world, rules=DISCUSSED))))
    assert provider.get(path)["must_be_discussed"] is True
    problem = provider.act(path, "submit", status=422)
    assert problem["errors"][0]["pointer"] == "/discussed_on"
    provider.act(path, "submit", **WITH_FAMILY)
    world.as_(Role.CASEWORKER).act(path, "return", remarks=["Bitte ergänzen"])
    provider.patch(path, {"content": {"beteiligte": None}}, version=3)
    provider.act(path, "submit", not_discussed_reason="Ein Gespräch hätte das Kind gefährdet.")
    first, second = world.as_(Role.CASEWORKER).get(path)["submissions"]
    assert (first["discussed_on"], first["discussed_with"]) == ("2026-03-01", ["Mutter", "Kind"])
    assert first["not_discussed_reason"] is None
    assert (second["discussed_on"], second["discussed_with"]) == (None, None)
    assert second["not_discussed_reason"] == "Ein Gespräch hätte das Kind gefährdet."


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({}, "/discussed_on"),
        ({"discussed_on": "2026-03-01"}, "/discussed_with"),
        ({"discussed_with": ["Mutter"]}, "/discussed_with"),
        (WITH_FAMILY | {"discussed_on": "2026-03-03"}, "/discussed_on"),
        (WITH_FAMILY | {"not_discussed_reason": "Zum Schutz"}, "/not_discussed_reason"),
    ],
)
def test_a_discussion_has_a_day_and_people_or_a_reason_against_it(
    world: World, said: dict[str, Any], pointer: str
) -> None:
    body = report_body(given_reporting(world, rules=DISCUSSED), submit=True)
    problem = world.as_(Role.PROVIDER_SYNC).post("/v1/reports", body | said, status=422)
    assert pointer in {error["pointer"] for error in problem["errors"]}
    world.as_(Role.PROVIDER_SYNC).post("/v1/reports", body | WITH_FAMILY)


def test_without_an_agreement_on_it_nobody_has_to_say(world: World) -> None:
    report = given_report(world)
    assert (report["must_be_discussed"], report["must_be_countersigned"]) == (False, False)
    assert world.as_(Role.CASEWORKER).get(path_of(report))["submissions"][0]["discussed_on"] is None


def test_the_lead_hands_in_what_somebody_else_wrote(world: World) -> None:
    world.staff()
    help_ = given_reporting(world, rules=COUNTERSIGNED)
    author, lead = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.PROVIDER_LEAD)
    report = author.post("/v1/reports", report_body(help_))
    path = path_of(report)
    assert [action["action"] for action in report["allowed_actions"]] == ["withdraw"]
    assert author.act(path, "submit", status=409)["type"].endswith("/guard-refused")
    own = path_of(lead.post("/v1/reports", report_body(help_)))
    assert lead.act(own, "submit", status=409)["type"].endswith("/guard-refused")
    assert "submit" in {action["action"] for action in lead.get(path)["allowed_actions"]}
    assert lead.act(path, "submit")["submitted_by"] == str(lead.account_id)
    world.person(Role.PROVIDER_LEAD).act(own, "submit")
    body = report_body(help_, submit=True)
    assert world.as_(Role.PROVIDER_SYNC).post("/v1/reports", body, status=409)["type"].endswith("/guard-refused")


def test_who_works_alone_countersigns_nobody(world: World) -> None:
    help_ = given_reporting(world, rules=COUNTERSIGNED)
    report = world.as_(Role.PROVIDER_PROFESSIONAL).post("/v1/reports", report_body(help_, submit=True))
    assert (report["state"], report["must_be_countersigned"]) == ("submitted", False)
