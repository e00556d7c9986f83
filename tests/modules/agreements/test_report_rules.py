"""Rules of reporting in an agreement: agreed, compared, printed; each on a form."""

import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.policy import Role
from tests.stories.given import agreement_body, given_agreement, given_form
from tests.world import World

RULE: dict[str, Any] = {"kind": "development", "trigger": "before_meeting", "days": 14, "must_be_discussed": True}


def test_rules_are_agreed_and_printed(world: World) -> None:
    agreement = given_agreement(
        world, report_rules=[RULE, {"kind": "development", "trigger": "every_months", "days": 10, "months": 3}]
    )
    assert [rule["months"] for rule in agreement["report_rules"]] == [None, 3]
    path = f"/v1/agreements/{agreement['id']}/versions/1/document"
    pdf = world.as_(Role.PROVIDER_LEAD).request("GET", path, status=200).content
    told = re.sub(r"[\s\u00ad-]", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))
    assert "Berichtswesen" in told
    assert "spätestens14Kalendertagevorher;mitderFamiliebesprochen" in told
    assert "alle3Monate;fällig10KalendertagenachAblauf" in told


def test_a_changed_rule_is_told_by_itself(world: World) -> None:
    planner = world.as_(Role.PLANNER)
    path = f"/v1/agreements/{planner.post('/v1/agreements', agreement_body(world, report_rules=[RULE]))['id']}"
    planner.act(path, "open_negotiation")
    planner.act(path, "keep_version", note="erster Vorschlag")
    planner.patch(path, {"report_rules": [RULE | {"days": 7}]}, version=planner.get(path)["version"])
    changes = planner.get(f"{path}/versions/2/changes")["fields"]
    assert [(row["pointer"], row["before_text"], row["after_text"]) for row in changes] == [
        (
            "/report_rules/development-before_meeting",
            "spätestens 14\u00a0Kalendertage vorher; mit der Familie besprochen",
            "spätestens 7\u00a0Kalendertage vorher; mit der Familie besprochen",
        )
    ]


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ([RULE, RULE | {"days": 7}], "/report_rules"),
        ([RULE | {"days": 366}], "/report_rules/0/days"),
        ([RULE | {"kind": "poem"}], "/report_rules/0/kind"),
        ([RULE | {"months": 3}], "/report_rules/0"),
        ([RULE | {"trigger": "every_months"}], "/report_rules/0"),
    ],
)
def test_rules_that_say_nothing_are_refused(world: World, rules: list[dict[str, Any]], pointer: str) -> None:
    problem = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, report_rules=rules), status=422)
    assert pointer in {error["pointer"] for error in problem["errors"]}


def test_what_is_owed_has_a_form(world: World) -> None:
    planner = world.as_(Role.PLANNER)
    body = agreement_body(world, report_rules=[RULE | {"kind": "final", "trigger": "after_end"}])
    path = f"/v1/agreements/{planner.post('/v1/agreements', body)['id']}"
    planner.act(path, "open_negotiation")
    refused = planner.act(path, "offer_for_signature", status=409)
    assert refused["reasons"] == ["Für eine Berichtspflicht ist kein Vordruck vereinbart."]
    forms = [{"purpose": "final_report", "form_version_id": given_form(world)["id"]}]
    planner.patch(path, {"forms": forms}, version=planner.get(path)["version"])
    planner.act(path, "offer_for_signature")
