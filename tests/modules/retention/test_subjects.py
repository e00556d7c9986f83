"""A person asks: what is told, what is withheld and why, and until when."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from app.policy import OrganisationKind, Role
from tests.modules.retention.given import REQUESTS, REVIEWS, SECRET, due, given_ended, given_full, given_person
from tests.stories.helps import given_help
from tests.world import World


def ask(world: World, help_: Any, person_id: str, kind: str = "access") -> Any:
    body = {"help_id": help_["id"], "person_id": person_id, "kind": kind, "received_on": "2026-03-02"}
    return world.as_(Role.CASEWORKER).post(REQUESTS, body)


def test_a_person_is_told_its_own_and_what_is_withheld_and_why(world: World) -> None:
    help_, caseworker = given_full(world), world.as_(Role.CASEWORKER)
    mother = {"role": "mother", "pseudonym": "Mutter Q-17", "identity": {"first_name": "Erika"}}
    caseworker.post(f"/v1/helps/{help_['id']}/persons", mother)
    request = ask(world, help_, help_["person_id"])
    assert (request["due_on"], request["state"]) == ("2026-04-02", "open")
    told = caseworker.get(f"{REQUESTS}/{request['id']}/access")
    parts = {part["title"]: part["rows"] for part in told["told"]}
    assert parts["Wer Sie sind"] == [{"first_name": SECRET, "birth_date": "1920-05-01", "address": f"{SECRET}weg 1"}]
    assert parts["Empfänger"] == [{"Träger": world.provider.name}]
    said = parts["Ihre Beteiligung an der Hilfeplanung"]
    assert said[0]["mit eigenen Worten"].startswith("Ich will, dass Mama")
    assert said[-1]["womit nicht"] == SECRET
    assert len(parts["Wer Ihre Angaben eingesehen hat"]) == 2  # the first reading, and this one
    assert [row["Text"].split()[0] for row in parts["Texte, die zur Hilfe vorliegen"]] == [
        "Hilfeplan,",
        "Protokoll",
        "Entwicklungsbericht",
    ]
    withheld = {part["title"]: (part["count"], part["law"]) for part in told["withheld"]}
    assert withheld == {
        "Angaben zu anderen Personen der Hilfe": (1, "Art. 15 Abs. 4 DSGVO"),
        "Worte anderer Beteiligter": (2, "Art. 15 Abs. 4 DSGVO"),
        "Wortlaut von Plänen, Protokollen und Berichten": (3, "§ 25 Abs. 3 SGB X"),
    }
    assert (told["is_complete"], told["kept_until"], told["controller"]) == (
        False,
        "2020-04-30",
        world.youth_office.name,
    )
    assert "Erika" not in str(told)
    assert "Ich schaffe die Morgen" not in str(told)  # the mother's words

    pdf = caseworker.request(
        "GET", f"{REQUESTS}/{request['id']}/access/document", status=200, headers={"Accept": "*/*"}
    ).content
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    for word in ("Auskunft nach Art. 15", SECRET, "Was nicht mitgeteilt wird", "Datenschutzaufsicht"):
        assert word in text
    entries = world.as_(Role.DATA_PROTECTION_OFFICER).get("/v1/audit-entries?limit=200")["items"]
    assert [one["action"] for one in entries].count("subject_request.tell") == 2
    assert SECRET not in str(entries)


def test_a_request_is_extended_once_then_answered_or_refused(world: World, statements: list[str]) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    person = given_person(world, help_)
    request = ask(world, help_, person["id"], "erasure")
    path = f"{REQUESTS}/{request['id']}"
    (item,) = caseworker.get("/v1/worklist?kind=subject_to_answer")["items"]
    assert (item["path"], item["due_at"]) == (path, "2026-04-02T21:59:59Z")
    longer = caseworker.act(path, "extend", reason="Die Akte ist alt und liegt auf Papier.")
    assert (longer["due_on"], longer["is_extended"]) == ("2026-06-02", True)
    assert [one["action"] for one in longer["allowed_actions"]] == ["answer", "refuse"]
    assert "schon verlängert" in caseworker.act(path, "extend", reason="x", status=409)["reasons"][0]
    assert caseworker.get(f"{path}/access", status=404)["type"] == "/v1/problems/no-access-request"
    assert caseworker.act(path, "refuse", reason="§ 9b SGB VIII")["state"] == "refused"
    caseworker.act(path, "answer", status=409)
    for action in ("extend", "refuse"):
        caseworker.act(path, action, reason="x", status=409)
    other = ask(world, help_, person["id"], "restriction")
    assert caseworker.act(f"{REQUESTS}/{other['id']}", "answer")["state"] == "answered"
    assert len(caseworker.get(f"{REQUESTS}?kind=restriction&state=answered")["items"]) == 1
    assert caseworker.get(f"{path}/transitions")[-1]["action"] == "refuse"
    statements.clear()
    caseworker.get(REQUESTS)
    assert len(statements) == 2  # who am I; the requests


def test_an_open_request_stands_against_erasure(world: World) -> None:
    help_ = given_ended(world)
    (person,) = world.as_(Role.CASEWORKER).get(f"/v1/helps/{help_['id']}/persons")["items"]
    request, review = ask(world, help_, person["id"]), due(world)
    path = f"{REVIEWS}/{review['id']}"
    problem = world.as_(Role.CASEWORKER).act(path, "propose", archive="declined", status=409)
    assert "noch nicht beantwortet" in problem["reasons"][0]
    world.as_(Role.CASEWORKER).act(f"{REQUESTS}/{request['id']}", "answer")
    world.as_(Role.CASEWORKER).act(path, "propose", archive="declined")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"help_id": "00000000-0000-7000-8000-000000000000"}, "/help_id"),
        ({"person_id": "00000000-0000-7000-8000-000000000000"}, "/person_id"),
        ({"received_on": "2026-03-03"}, "/received_on"),
    ],
)
def test_a_request_names_whose_it_is(world: World, changes: dict[str, str], pointer: str) -> None:
    help_ = given_help(world)
    person = given_person(world, help_)
    body = {"help_id": help_["id"], "person_id": person["id"], "kind": "access", "received_on": "2026-03-02"}
    problem = world.as_(Role.CASEWORKER).post(REQUESTS, {**body, **changes}, status=422)
    assert problem["errors"][0]["pointer"] == pointer


def test_who_does_not_lead_the_case_tells_nothing(world: World) -> None:
    help_ = given_help(world)
    path = f"{REQUESTS}/{ask(world, help_, given_person(world, help_)['id'])['id']}"
    world.person(Role.CASEWORKER).get(f"{path}/access", status=403)
    world.as_(Role.DATA_PROTECTION_OFFICER).get(path)
    world.as_(Role.DATA_PROTECTION_OFFICER).get(f"{path}/access", status=403)
    stranger = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    world.as_(Role.TEAM_LEAD, stranger).get(f"{path}/access", status=404)
