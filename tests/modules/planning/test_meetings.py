"""Meetings over HTTP: set, moved, held, cancelled; minutes kept as written."""

import io
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from app.core.workflow import Move
from app.modules.planning import MEETING, HelpPlanMeeting
from app.policy import Role
from tests.stories.helps import given_help
from tests.stories.planning import CHILD, MOTHER, given_confirmed, given_held, given_meeting, given_plan, path_of
from tests.world import World

MEETINGS = "/v1/help-plan-meetings"
MINUTES = {
    "agenda": ["Ziele"],
    "text": "Die Mutter erlebt die Morgen als ruhiger.",
    "agreements": [{"what": "Wecker stellen", "who": "Mutter", "until": "2026-04-01"}],
}


def test_a_meeting_is_set_moved_and_held(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    meeting = given_meeting(world, help_, starts_at="2026-03-10T14:00:00+01:00")
    path = f"{MEETINGS}/{meeting['id']}"
    assert [action["action"] for action in meeting["allowed_actions"]] == ["move", "hold", "cancel"]
    moved = caseworker.act(path, "move", starts_at="2026-03-12T14:00:00+01:00", reason="Frühschicht")
    assert (moved["state"], moved["starts_at"]) == ("scheduled", "2026-03-12T13:00:00Z")
    seen = world.as_(Role.PROVIDER_PROFESSIONAL).get(path)
    assert (seen["starts_at"], seen["reason"], seen["allowed_actions"]) == (moved["starts_at"], "Frühschicht", [])
    for at in ("2026-03-02T07:00:00Z", "2026-03-01T07:00:00Z"):
        problem = caseworker.act(path, "move", starts_at=at, reason="x", status=409)
        assert "schon vorbei" in problem["reasons"][0]
    early = caseworker.act(path, "hold", participants=[MOTHER], status=409)
    assert "noch nicht da" in early["reasons"][0]
    world.clock.travel(days=10)
    nobody = caseworker.act(path, "hold", participants=[{"role": "mother"}], status=409)
    assert "Niemand" in nobody["reasons"][0]
    held = caseworker.act(path, "hold", participants=[CHILD, MOTHER])
    assert (held["state"], held["allowed_actions"]) == ("held", [])
    assert caseworker.get(path)["participants"][1]["own_words"] == MOTHER["own_words"]
    assert [step["action"] for step in caseworker.get(f"{path}/transitions")] == ["create", "move", "hold"]


def test_a_cancelled_meeting_leaves_the_review_due(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    plan = given_confirmed(world, help_)
    path = f"{MEETINGS}/{given_meeting(world, help_)['id']}"
    assert caseworker.act(path, "cancel", reason="Krankheit")["state"] == "cancelled"
    assert caseworker.act(path, "hold", participants=[MOTHER], status=409)["allowed"] == []
    assert caseworker.get(path_of(plan))["review_due_on"] == "2026-04-01"


def test_the_first_meeting_moves_the_first_review(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    plan = given_plan(world, help_)
    given_held(world, help_, kind="initial")
    assert caseworker.get(path_of(plan))["review_due_on"] == "2026-06-02"
    given_held(world, help_, kind="closing")
    assert caseworker.get(path_of(plan))["review_due_on"] == "2026-06-02"


def test_a_meeting_is_prepared_until_it_is_held(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    meeting = given_meeting(world, help_)
    path = f"{MEETINGS}/{meeting['id']}"
    invited = [{"role": "school", "function": "Klassenleitung", "invited_at": "2026-03-02T08:00:00Z"}]
    changed = caseworker.patch(path, {"place": None, "participants": invited}, version=1)
    assert (changed["place"], changed["agenda"], changed["version"]) == (None, ["Wie geht es?", "Ziele"], 2)
    caseworker.patch(path, {"place": "x"}, version=1, status=412)
    problem = caseworker.patch(path, {"participants": [{"role": "nobody"}]}, version=2, status=422)
    assert problem["errors"][0]["pointer"] == "/participants/0/role"
    caseworker.act(path, "hold", participants=[MOTHER])
    assert caseworker.patch(path, {"place": "x"}, version=3, status=409)["state"] == "held"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"starts_at": "2026-03-01T12:00:00Z"}, "/starts_at"),
        ({"starts_at": "2026-03-10"}, "/starts_at"),
        ({"kind": "party"}, "/kind"),
        ({"help_id": str(uuid4())}, "/help_id"),
        ({"participants": [{"role": "school", "function": "Herr Schulz"}]}, "/participants/0/function"),
    ],
)
def test_bad_input_is_refused_at_its_place(quiet: tuple[World, str], changes: dict[str, Any], pointer: str) -> None:
    world, path = quiet
    help_id = world.as_(Role.CASEWORKER).get(path)["help_id"]
    body = {"help_id": help_id, "kind": "review", "starts_at": "2026-03-10T12:00:00Z", **changes}
    problem = world.as_(Role.CASEWORKER).post(MEETINGS, body, status=422)
    assert problem["errors"][0]["pointer"] == pointer


def test_minutes_are_kept_as_written_and_corrected_beside(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    provider = world.as_(Role.PROVIDER_LEAD)
    meeting = given_meeting(world, help_)
    path = f"{MEETINGS}/{meeting['id']}"
    assert caseworker.post(f"{path}/minutes", MINUTES, status=409)["state"] == "scheduled"
    caseworker.act(path, "hold", participants=[CHILD | {"attended": True}, MOTHER])
    provider.get(f"{path}/minutes/document", status=404)
    caseworker.post(f"{path}/minutes", MINUTES | {"correction": "x"}, status=422)
    first = caseworker.post(f"{path}/minutes", MINUTES)
    assert (first["number"], "text" in first) == (1, False)
    problem = caseworker.post(f"{path}/minutes", MINUTES, status=422)
    assert problem["errors"][0]["pointer"] == "/correction"
    caseworker.post(f"{path}/minutes", MINUTES | {"text": "Der Vater war nicht da.", "correction": "Der Vater fehlte."})
    written = provider.get(f"{path}/minutes")
    assert [(one["number"], one["correction"]) for one in written] == [(1, None), (2, "Der Vater fehlte.")]
    assert (written[0]["agreements"][0]["who"], written[0]["content_hash"]) == ("Mutter", first["content_hash"])
    assert provider.get(path)["minutes_number"] == 2
    provider.post(f"{path}/minutes", MINUTES, status=403)
    pdf = provider.request("GET", f"{path}/minutes/document", status=200, headers={"Accept": "*/*"})
    assert pdf.content.startswith(b"%PDF")
    assert "Hilfeplangespraech-2026-03-02-Protokoll.pdf" in pdf.headers["content-disposition"]


def test_each_participant_agrees_with_the_minutes_or_says_with_what_not(world: World, statements: list[str]) -> None:
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    there = [CHILD, MOTHER, {"role": "provider", "function": "Bezugsfachkraft", "attended": True}]
    meeting = f"{MEETINGS}/{given_meeting(world, given_help(world))['id']}"
    caseworker.act(meeting, "hold", participants=there)
    path = f"{meeting}/minutes"
    caseworker.post(path, MINUTES)
    mother = {"role": "mother", "consents": "no", "dissent": "Gestritten wird noch.", "said_on": "2026-03-02"}
    caseworker.post(f"{path}/1/assents", mother)
    own = {"role": "provider", "function": "Bezugsfachkraft", "consents": "yes", "said_on": "2026-03-02"}
    provider.post(f"{path}/1/assents", own)
    last = caseworker.post(f"{path}/1/assents", mother | {"consents": "partly"})
    statements.clear()
    (written,) = provider.get(path)
    assert len(statements) == 3  # who am I; the minutes; what was said to them
    said = [(one["role"], one["consents"], one["dissent"]) for one in written["assents"]]
    assert said == [
        ("mother", "no", mother["dissent"]),
        ("provider", "yes", None),
        ("mother", "partly", mother["dissent"]),
    ]
    assert (last["number"], last["entered_by"]) == (1, str(caseworker.account_id))
    pdf = caseworker.request("GET", f"{path}/document", status=200, headers={"Accept": "*/*"}).content
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "Zum Protokoll" in text
    assert "teilweise" in text

    provider.post(f"{path}/1/assents", mother, status=403)
    caseworker.post(f"{path}/2/assents", mother, status=404)
    for changes, pointer in (
        ({"role": "father"}, "/role"),
        ({"function": "Klassenleitung"}, "/role"),
        ({"said_on": "2026-03-03"}, "/said_on"),
        ({"dissent": None}, ""),
    ):
        problem = caseworker.post(f"{path}/1/assents", {**mother, **changes}, status=422)
        assert problem["errors"][0]["pointer"] == pointer
    world.tick()
    told = [item["type"] for item in world.as_(Role.PROVIDER_SYNC).get("/v1/events?limit=200")["items"]]
    assert told.count("handschlag.help_plan_meeting.assented") == 3


def test_meetings_are_found_by_what_is_known_of_them(world: World) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    given_held(world, help_)
    given_meeting(world, help_, kind="crisis", starts_at="2026-03-20T12:00:00Z")
    for query, count in {
        "": 2,
        "state=held": 1,
        "kind=crisis": 1,
        "kind=initial": 0,
        f"help_id={help_['id']}": 2,
        f"help_id={uuid4()}": 0,
        "starts_from=2026-03-20T12:00:00Z": 1,
        "starts_until=2026-03-20T12:00:00Z": 1,
    }.items():
        assert len(caseworker.get(f"{MEETINGS}?{query}")["items"]) == count, query
    for sort in ("starts_at", "-starts_at", "created_at", "-created_at"):
        assert len(caseworker.get(f"{MEETINGS}?limit=1&sort={sort}")["items"]) == 1


@pytest.fixture
def followed() -> Iterator[list[tuple[str, HelpPlanMeeting]]]:
    """The steps of meetings as a room above hears of them."""
    heard: list[tuple[str, HelpPlanMeeting]] = []

    def hear(_db: Any, meeting: HelpPlanMeeting, move: Move) -> None:
        heard.append((move.action, meeting))

    MEETING.listen(hear)
    yield heard
    MEETING._listeners.remove(hear)


def test_a_room_above_can_follow_a_meeting(world: World, followed: list[tuple[str, HelpPlanMeeting]]) -> None:
    help_, caseworker = given_help(world), world.as_(Role.CASEWORKER)
    path = f"{MEETINGS}/{given_meeting(world, help_)['id']}"
    caseworker.act(path, "move", starts_at="2026-03-12T14:00:00Z", reason="Frühschicht")
    caseworker.act(path, "cancel", reason="Krankheit")
    assert [action for action, _ in followed] == ["create", "move", "cancel"]
    meeting = followed[1][1]
    assert (str(meeting.help_id), meeting.provider_id) == (help_["id"], world.provider.id)
    assert (meeting.youth_office_id, meeting.starts_at.isoformat()) == (
        world.youth_office.id,
        "2026-03-12T14:00:00+00:00",
    )
