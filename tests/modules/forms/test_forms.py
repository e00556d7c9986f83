"""Forms over HTTP: published version by version, tried without submitting, readable for ever."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.kernel import Kernel
from app.policy import OrganisationKind, Role
from tests.stories.given import DEVELOPMENT_REPORT, DEVELOPMENT_REPORT_CONTENT, given_form
from tests.world import World


def test_a_front_end_renders_from_the_schema_in_its_order(world: World) -> None:
    version = given_form(world)
    answer = world.as_(Role.PROVIDER_LEAD).request("GET", f"/v1/forms/{version['form_id']}/schema", status=200)
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == DEVELOPMENT_REPORT
    assert list(answer.json()["properties"]) == list(DEVELOPMENT_REPORT["properties"])


def test_content_is_tried_without_submitting(world: World) -> None:
    lead, path = world.as_(Role.PROVIDER_LEAD), f"/v1/forms/{given_form(world)['form_id']}:validate"
    fits = lead.post(path, {"content": DEVELOPMENT_REPORT_CONTENT}, status=200)
    assert fits == {"valid": True, "number": 1, "errors": []}
    goal = {"ziel": "Schule", "beobachtung": "-", "zielerreichung": 5}
    content = {**DEVELOPMENT_REPORT_CONTENT, "ziele": [goal], "name": "x"}
    del content["empfehlung"]
    tried = lead.post(path, {"content": content}, status=200, headers={"Accept-Language": "en"})
    assert not tried["valid"]
    assert {error["pointer"] for error in tried["errors"]} == {"/empfehlung", "/ziele/0/zielerreichung", "/name"}
    assert "This entry is missing." in {error["detail"] for error in tried["errors"]}


def test_trying_needs_no_idempotency_key(world: World) -> None:
    path = f"/v1/forms/{given_form(world)['form_id']}:validate"
    token = {"Authorization": f"Bearer {world.token(world.provider.accounts[Role.PROVIDER_LEAD])}"}
    assert world.http.post(path, json={"content": {}}, headers=token).status_code == 200


def test_older_versions_stay_readable(world: World) -> None:
    planner, form_id = world.as_(Role.PLANNER), given_form(world)["form_id"]
    shorter = {**DEVELOPMENT_REPORT, "required": ["zeitraum"]}
    assert planner.post(f"/v1/forms/{form_id}/versions", {"schema": shorter})["number"] == 2
    assert planner.get(f"/v1/forms/{form_id}/schema")["required"] == ["zeitraum"]
    assert planner.get(f"/v1/forms/{form_id}/schema?version=1") == DEVELOPMENT_REPORT
    planner.get(f"/v1/forms/{form_id}/schema?version=3", status=404)
    listed = world.as_(Role.PROVIDER_LEAD).get(f"/v1/forms/{form_id}/versions")
    assert [(version["number"], version["form_id"]) for version in listed] == [(1, form_id), (2, form_id)]
    tried = planner.post(f"/v1/forms/{form_id}:validate", {"content": {}, "number": 1}, status=200)
    assert tried["number"] == 1
    assert planner.get(f"/v1/forms/{form_id}")["latest_number"] == 2


def test_a_form_without_a_version_has_no_schema(world: World) -> None:
    form = world.as_(Role.PLANNER).post("/v1/forms", {"code": "leer", "title": "Leer"})
    assert form["latest_number"] == 0
    world.as_(Role.PLANNER).get(f"/v1/forms/{form['id']}/schema", status=404)
    world.as_(Role.PLANNER).post(f"/v1/forms/{form['id']}:validate", {"content": {}}, status=404)


@pytest.mark.parametrize(
    "act", ["UPDATE form_version SET number = 9", "DELETE FROM form_version", "TRUNCATE form_version CASCADE"]
)
def test_a_published_version_never_changes_not_even_for_the_owner(world: World, kernel: Kernel, act: str) -> None:
    given_form(world)
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text(act))


def test_an_unsound_schema_is_refused_with_its_place(world: World) -> None:
    form = world.as_(Role.PLANNER).post("/v1/forms", {"code": "f", "title": "F"})
    path = f"/v1/forms/{form['id']}/versions"
    schema = {"type": "object", "properties": {"a": {"title": "A", "$ref": "http://127.0.0.1:9/x"}}}
    problem = world.as_(Role.PLANNER).post(path, {"schema": schema}, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/schema/properties/a/$ref"]
    assert world.as_(Role.PLANNER).get(f"/v1/forms/{form['id']}")["latest_number"] == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "F"}, "/code"),
        ({"code": "Große Buchstaben", "title": "F"}, "/code"),
        ({"code": "f", "title": ""}, "/title"),
        ({"code": "f", "title": "F", "is_shared": "ja"}, "/is_shared"),
        ({"code": "f", "title": "F", "schema": {}}, "/schema"),
    ],
)
def test_a_form_says_what_is_wrong_with_it(world: World, body: dict[str, Any], pointer: str) -> None:
    problem = world.as_(Role.PLANNER).post("/v1/forms", body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_only_planners_of_the_office_publish(world: World) -> None:
    form_id = given_form(world)["form_id"]
    body = {"schema": DEVELOPMENT_REPORT}
    world.as_(Role.CASEWORKER).post(f"/v1/forms/{form_id}/versions", body, status=403)
    world.as_(Role.PROVIDER_LEAD).post("/v1/forms", {"code": "x", "title": "X"}, status=403)
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.PLANNER, other).post(f"/v1/forms/{form_id}/versions", body, status=404)


def test_a_form_that_is_not_shared_stays_in_the_office(world: World) -> None:
    planner, lead = world.as_(Role.PLANNER), world.as_(Role.PROVIDER_LEAD)
    form = planner.post("/v1/forms", {"code": "intern", "title": "Intern", "is_shared": False})
    planner.post(f"/v1/forms/{form['id']}/versions", {"schema": DEVELOPMENT_REPORT})
    for path in ("", "/schema", "/versions"):
        lead.get(f"/v1/forms/{form['id']}{path}", status=404)
    lead.post(f"/v1/forms/{form['id']}:validate", {"content": {}}, status=404)
    assert lead.get(f"/v1/forms?youth_office_id={world.youth_office.id}")["items"] == []
    mine = planner.get(f"/v1/forms?youth_office_id={world.youth_office.id}&code=intern")["items"]
    assert [item["code"] for item in mine] == ["intern"]


def test_a_code_is_taken_once_per_office(world: World) -> None:
    given_form(world)
    problem = world.as_(Role.PLANNER).post("/v1/forms", {"code": "verlaufsbericht", "title": "V"}, status=409)
    assert "Kennung" in problem["detail"]
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.PLANNER, other).post("/v1/forms", {"code": "verlaufsbericht", "title": "V"})


def test_a_list_costs_the_same_however_long_it_is(world: World, statements: list[str]) -> None:
    planner = world.as_(Role.PLANNER)
    for number in range(5):
        planner.post("/v1/forms", {"code": f"f{number}", "title": "F"})
    statements.clear()
    planner.get(f"/v1/forms?youth_office_id={world.youth_office.id}")
    assert len(statements) <= 3
