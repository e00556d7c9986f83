"""Papers: what they say, whom they name, when they are fixed."""

from typing import Any
from uuid import uuid4

import pytest

from app.policy import OrganisationKind, Role
from tests.modules.committee.given import PAPER, act, clerk, given_body, given_draft, given_released, planner
from tests.stories.given import agreement_body
from tests.world import World


def test_a_paper_says_what_it_was_given(world: World) -> None:
    made = planner(world).post("/v1/papers", PAPER)
    assert {name: made[name] for name in PAPER} == PAPER
    assert (made["state"], made["consultations"], made["annexes"]) == ("draft", [], [])
    assert made["allowed_actions"][0]["action"] == "withdraw"
    path = f"/v1/papers/{made['id']}"
    assert planner(world).get(path) == made
    assert world.as_(Role.OFFICE_HEAD).get(path)["allowed_actions"][0]["fields"] == ["signature"]


def test_the_number_is_unique_in_the_office(world: World) -> None:
    planner(world).post("/v1/papers", PAPER)
    problem = planner(world).post("/v1/papers", PAPER, status=409)
    assert "Nummer" in problem["reason"]
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.PLANNER, other).post("/v1/papers", PAPER)


def test_a_draft_is_changed_and_parts_are_taken_away(world: World) -> None:
    path = given_draft(world, annexes=[{"title": "Konzept", "text": "Ein Text."}])
    changed = planner(world).patch(path, {"subject": "Neu", "financial_effects": None, "annexes": None}, version=1)
    assert (changed["subject"], changed["financial_effects"], changed["annexes"]) == ("Neu", None, [])
    planner(world).patch(path, {"subject": "Neuer"}, version=1, status=412)
    problem = planner(world).patch(path, {"subject": None, "reasons": None, "is_public": None}, version=2, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/subject", "/reasons", "/is_public"]
    world.as_(Role.OFFICE_HEAD).patch(path, {"subject": "X"}, version=2, status=403)


def test_a_released_paper_is_not_changed(world: World) -> None:
    path = given_released(world, (given_body(world), "decide"))
    released = planner(world).get(path)
    assert (released["signature"], released["state"]) == ("Birte Ahlers", "released")
    problem = planner(world).patch(path, {"subject": "Neu"}, version=released["version"], status=409)
    assert problem["type"] == "/v1/problems/paper-fixed"


@pytest.mark.parametrize(
    ("kind", "ways", "reason"),
    [
        ("beschlussvorlage", [], "Beratungsfolge"),
        ("beschlussvorlage", ["note"], "entscheidet"),
        ("mitteilungsvorlage", ["note", "decide"], "Kenntnis"),
        ("antrag", ["recommend"], None),
        ("mitteilungsvorlage", ["note"], None),
    ],
)
def test_what_a_release_needs(world: World, kind: str, ways: list[str], reason: str | None) -> None:
    body = given_body(world)
    path = given_draft(world, *((body, way) for way in ways), kind=kind)
    if reason is None:
        assert act(world, path, "release")["state"] == "released"
    else:
        assert reason in act(world, path, "release", status=409)["reasons"][0]


def test_a_paper_names_what_its_office_knows(world: World) -> None:
    agreement = planner(world).post("/v1/agreements", agreement_body(world, kind="ambulant_77"))["id"]
    first = planner(world).post("/v1/papers", {**PAPER, "number": "1"})["id"]
    annexes = [{"title": "Text", "agreement_id": agreement, "agreement_version": 1}]
    body = {**PAPER, "agreement_id": agreement, "related_paper_id": first, "annexes": annexes}
    made = planner(world).post("/v1/papers", body)
    assert (made["agreement_id"], made["related_paper_id"]) == (agreement, first)
    assert made["annexes"][0]["agreement_version"] == 1
    assert [row["id"] for row in planner(world).get(f"/v1/papers?agreement_id={agreement}")["items"]] == [made["id"]]
    wrong = {
        "agreement_id": str(uuid4()),
        "related_paper_id": made["id"],
        "annexes": [{**annexes[0], "agreement_version": 2}, {**annexes[0], "agreement_id": str(uuid4())}],
    }
    problem = planner(world).patch(f"/v1/papers/{made['id']}", wrong, version=1, status=422)
    assert [error["pointer"] for error in problem["errors"]] == [
        "/agreement_id",
        "/related_paper_id",
        "/annexes/0/agreement_version",
        "/annexes/1/agreement_id",
    ]
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.PLANNER, other).post("/v1/papers", {**PAPER, "related_paper_id": first}, status=422)


@pytest.mark.parametrize(
    "annex",
    [
        {"title": "leer"},
        {"title": "beides", "text": "T", "agreement_id": str(uuid4()), "agreement_version": 1},
        {"title": "ohne Fassung", "agreement_id": str(uuid4())},
        {"title": "nur Fassung", "agreement_version": 1},
    ],
)
def test_an_annex_is_one_thing(world: World, annex: dict[str, Any]) -> None:
    problem = planner(world).post("/v1/papers", {**PAPER, "annexes": [annex]}, status=422)
    assert problem["errors"][0]["pointer"] == "/annexes/0"


def test_papers_are_found(world: World) -> None:
    body, other = given_body(world), given_body(world, "ag78")
    given_released(world, (body, "decide"), number="B")
    given_draft(world, (other, "decide"), number="A", kind="antrag")
    listed = planner(world).get("/v1/papers?sort=number&include_total=true")
    assert ([row["number"] for row in listed["items"]], listed["total"]) == (["A", "B"], 2)
    for query, numbers in {
        "state=released": ["B"],
        "kind=antrag": ["A"],
        f"body_id={other['id']}": ["A"],
        f"youth_office_id={uuid4()}": [],
        "sort=-number": ["B", "A"],
    }.items():
        assert [row["number"] for row in planner(world).get(f"/v1/papers?{query}")["items"]] == numbers
    first = planner(world).get("/v1/papers?sort=number&limit=1")
    second = planner(world).get(f"/v1/papers?sort=number&limit=1&cursor={first['next']}")
    assert [first["items"][0]["number"], second["items"][0]["number"]] == ["A", "B"]


def test_who_does_not_prepare_papers_sees_no_draft(world: World) -> None:
    draft = given_draft(world, (given_body(world), "decide"))
    for role in (Role.COMMITTEE_MEMBER, Role.COMMITTEE_CLERK, Role.OFFICE_SYNC, Role.PROVIDER_LEAD):
        world.as_(role).get(draft, status=404)
        assert draft.rpartition("/")[2] not in str(world.as_(role).get("/v1/papers"))
        world.as_(role).get(f"{draft}/transitions", status=404)
    act(world, draft, "release")
    for role in (Role.COMMITTEE_MEMBER, Role.COMMITTEE_CLERK, Role.OFFICE_SYNC, Role.PROVIDER_LEAD):
        assert world.as_(role).get(draft)["state"] == "released"
    assert clerk(world).get(f"{draft}/transitions")[-1]["action"] == "release"


def test_a_withdrawn_paper_leaves_its_agendas(world: World) -> None:
    body = given_body(world)
    path = given_released(world, (body, "recommend"), (body, "decide"))
    act(world, path, "withdraw")
    withdrawn = planner(world).get(path)
    assert (withdrawn["state"], withdrawn["withdrawal_reason"]) == ("withdrawn", "Überholt")
    assert {item["state"] for item in withdrawn["consultations"]} == {"dropped"}
    body_ = {"body_id": body["id"], "competence": "note"}
    problem = planner(world).post(f"{path}/consultations", body_, status=409)
    assert problem["type"] == "/v1/problems/paper-ended"
