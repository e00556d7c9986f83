"""The insoweit erfahrene Fachkraft sees pseudonymised facts and nothing else; what looks like a name is refused."""

import pytest

from app.modules.concerns.identifying import identifying
from app.policy import Role
from tests.modules.concerns.given import (
    CONSULTED,
    ask_isef,
    fields_of,
    given_asked_isef,
    given_concern,
    given_isef,
    step,
)
from tests.world import World

PATH = "/v1/isef-consultations"
TELLING = {
    "name": [
        "Frau Musterfrau ist nachts weg.",
        "Familie Beispiel lebt allein.",
        "Der Junge heißt Karlchen.",
        "Herrn Muster haben wir angerufen.",
        "Lena kommt hungrig.",
        "Mehmets Vater trinkt.",
    ],
    "birth_date": ["geboren am 3.5.2021", "geb. 03.05.21", "Geburtstag 2021-05-03"],
    "address": ["wohnt Lindenstraße 12", "wohnt Am Anger 4", "zuletzt in 40721 Hilden", "Birkenweg 7a"],
    "telephone": ["Telefon 0211 1234567", "unter +49 211 1234567", "02103/72-0815"],
    "email": ["erreichbar: mutter@example.org"],
    "file_number": ["Hilfe HI-2026-0007", "Az. 51/123", "Akte 12/34/2026"],
}
HARMLESS = [
    "Kind, fünf Jahre, kommt seit drei Wochen hungrig in die Gruppe.",
    "Die Frau der Leitung war dabei; Herr K. und Frau M. wurden gehört.",
    "Familie Q-17, Kind K-2, zwei Geschwister, Wohnung mit Schimmel, 3 Zimmer.",
    "Am Dienstag um 9:30 Uhr fehlte das Frühstück zum 3. Mal.",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TELLING.items() for text in texts])
def test_what_could_tell_who_it_is_is_found(kind: str, text: str) -> None:
    assert kind in identifying(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_pseudonyms_ages_and_functions_pass(text: str) -> None:
    assert identifying(text) == []


def test_a_request_that_names_somebody_is_refused_with_the_place(world: World) -> None:
    path = given_concern(world)
    step(world, path, "inform_lead")
    worker, isef = world.as_(Role.PROVIDER_PROFESSIONAL), given_isef(world)
    body = {**fields_of(world, "request_isef", path), "isef_id": isef["id"]}
    refused = worker.act(path, "request_isef", status=422, **{**body, "facts": "Lena wohnt Lindenstraße 12."})
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/facts", "identifying")]
    assert "Lena" not in str(refused)
    refused = worker.act(path, "request_isef", status=422, **{**body, "question": "Was braucht Familie Beispiel?"})
    assert refused["errors"][0]["pointer"] == "/question"
    refused = worker.act(path, "request_isef", status=422, **{**body, "pseudonym": "Lena"})
    assert refused["errors"][0]["pointer"] == "/pseudonym"


def test_only_who_is_qualified_and_not_on_the_case_advises(world: World) -> None:
    path = given_concern(world)
    step(world, path, "inform_lead")
    worker = world.as_(Role.PROVIDER_PROFESSIONAL)
    body = fields_of(world, "request_isef", path)
    own = given_isef(world, account_id=str(worker.account_id))
    ended = given_isef(world, valid_to="2026-02-28")
    foreign = given_isef(world, Role.TEAM_LEAD)  # the office's own, not shared
    for isef, code in ((own, "involved"), (ended, "unknown"), (foreign, "unknown")):
        refused = worker.act(path, "request_isef", status=422, **{**body, "isef_id": isef["id"]})
        assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == ("/isef_id", code)


@pytest.mark.parametrize("role", [Role.PROVIDER_ISEF, Role.ISEF])
def test_she_reads_and_answers_her_consultation_and_nothing_of_the_concern(world: World, role: Role) -> None:
    isef, path = given_asked_isef(world, role), given_concern(world)
    step(world, path, "inform_lead")
    asked = ask_isef(world, path, isef)
    advisor = world.as_(role)
    advisor.get(path, status=403)
    (found,) = advisor.get(PATH)["items"]
    one = advisor.get(f"{PATH}/{found['id']}")
    assert not {"concern_id", "provider_id", "help_id", "requested_by"} & set(one)
    assert advisor.get("/v1/worklist")["items"][0]["kind"] == "isef_consultation"
    headers = {"If-Match": f'"{one["version"]}"'}
    later = {**CONSULTED, "held_at": "2026-03-03T12:00:00Z"}
    refused = advisor.post(f"{PATH}/{one['id']}:answer", later, status=422, headers=headers)
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == ("/held_at", "future")
    advisor.post(f"{PATH}/{one['id']}:answer", CONSULTED, status=412, headers={"If-Match": '"9"'})
    advisor.post(f"{PATH}/{one['id']}:answer", {**CONSULTED, "dissent": "Es eilt."}, status=200, headers=headers)
    concern = world.as_(Role.PROVIDER_LEAD).get(path)
    assert (concern["state"], concern["rating"]) == ("isef_done", "weighty")
    assert [duty["duty"] for duty in concern["duties"] if duty["met_at"] is None] == ["concern_family"]
    entry = world.as_(Role.PROVIDER_LEAD).get(f"{path}/entries?kind=record_consultation")["items"][0]
    assert entry["content"]["dissent"] == "Es eilt."
    assert entry["recorded_by"] == str(advisor.account_id)
    again = advisor.get(f"{PATH}/{one['id']}")["version"]
    refused = advisor.post(f"{PATH}/{one['id']}:answer", CONSULTED, status=409, headers={"If-Match": f'"{again}"'})
    assert refused["type"] == "/v1/problems/consultation-answered"
    assert advisor.get(f"{PATH}?answered=false")["items"] == []
    world.person(role).get(f"{PATH}/{asked['consultation_ids'][0]}", status=404)


def test_what_was_asked_before_a_new_beginning_does_not_count_for_it(world: World) -> None:
    isef, path = given_asked_isef(world), given_concern(world)
    step(world, path, "inform_lead")
    step(world, path, "assess_monitor")
    asked = ask_isef(world, path, isef)
    step(world, path, "new_indication")
    advisor, id_ = world.as_(Role.PROVIDER_ISEF), asked["consultation_ids"][0]
    advisor.post(f"{PATH}/{id_}:answer", CONSULTED, status=200, headers={"If-Match": '"1"'})
    concern = world.as_(Role.PROVIDER_LEAD).get(path)
    assert (concern["state"], concern["consulted_at"]) == ("team_review", None)
