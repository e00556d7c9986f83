"""What the API says of itself: problems, life cycles, code lists, pictures."""

from xml.etree import ElementTree as ET

from app.core.workflow import Workflow
from tests.world import World


def test_every_problem_can_be_looked_up_where_its_type_points(world: World) -> None:
    stranger = world.stranger()
    listed = stranger.get("/v1/problems")
    assert {"not-found", "stale-version", "no-agreement-for-help"} <= {problem["code"] for problem in listed}
    refusal = stranger.get("/v1/me", status=401)
    assert stranger.get(refusal["type"])["title_de"] == refusal["title"]
    stranger.get("/v1/problems/no-such-thing", status=404)


def test_life_cycles_are_published_as_data(world: World) -> None:
    stranger = world.stranger()
    assert {flow["name"] for flow in stranger.get("/v1/workflows")} == set(Workflow.catalogue)
    flow = stranger.get("/v1/workflows/invoice")
    approve = next(step for step in flow["steps"] if step["action"] == "approve")
    assert approve["permission"] == "invoices:approve"
    assert approve["sides"] == ["youth_office"]
    assert any("four eyes" in condition for condition in approve["conditions"])
    stranger.get("/v1/workflows/none", status=404)


def test_life_cycles_are_drawn(world: World) -> None:
    for name, flow in Workflow.catalogue.items():
        answer = world.stranger().request(
            "GET", f"/v1/workflows/{name}/diagram", status=200, headers={"Accept": "image/svg+xml"}
        )
        assert answer.headers["content-type"] == "image/svg+xml"
        drawn = ET.fromstring(answer.text)  # noqa: S314  # our own picture
        texts = {element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")}
        assert {state.value for state in flow.states} <= texts


def test_code_lists_have_german_titles(world: World) -> None:
    stranger = world.stranger()
    names = {item["name"] for item in stranger.get("/v1/code-lists")}
    assert {"service-kind", "activity-category", "urgency", "role"} <= names
    codes = {code["code"]: code["title_de"] for code in stranger.get("/v1/code-lists/service-kind")["codes"]}
    assert codes["section_31"] == "Sozialpädagogische Familienhilfe (§ 31)"
    stranger.get("/v1/code-lists/none", status=404)


def test_machines_find_the_api(world: World) -> None:
    answer = world.http.get("/.well-known/api-catalog")
    assert answer.headers["content-type"] == "application/linkset+json"
    assert answer.json()["linkset"][0]["service-desc"][0]["href"] == "/openapi.json"
