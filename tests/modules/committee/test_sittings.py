"""Bodies, who sits in them, meetings, agendas, attendance, minutes."""

from typing import Any
from uuid import uuid4

import pytest

from app.modules.committee.codes import MeetingState
from app.policy import Role
from tests.modules.committee.given import (
    act,
    clerk,
    enter,
    given_body,
    given_meeting,
    given_meeting_in,
    given_released,
    hold,
    members_of,
    planner,
    station,
)
from tests.world import World

MEMBER: dict[str, Any] = {"name": "Eda Ersoy", "function": "member", "valid_from": "2026-01-01"}


@pytest.mark.parametrize(
    ("kind", "is_public"),
    [
        ("jugendhilfeausschuss", True),
        ("fachausschuss", True),
        ("vertretung", True),
        ("unterausschuss", False),
        ("ag78", False),
        ("steuerungsgruppe", False),
    ],
)
def test_a_body_meets_as_is_usual(world: World, kind: str, is_public: bool) -> None:
    assert clerk(world).post("/v1/bodies", {"kind": kind, "name": "G"})["is_public"] == is_public
    other = clerk(world).post("/v1/bodies", {"kind": kind, "name": "H", "is_public": not is_public})
    assert other["is_public"] != is_public


def test_bodies_are_kept(world: World) -> None:
    made = clerk(world).post("/v1/bodies", {"kind": "jugendhilfeausschuss", "name": "JHA"})
    path = f"/v1/bodies/{made['id']}"
    assert clerk(world).get(path) == made
    clerk(world).post("/v1/bodies", {"kind": "ag78", "name": "JHA"}, status=409)
    planner(world).post("/v1/bodies", {"kind": "ag78", "name": "AG"}, status=403)
    changed = clerk(world).patch(path, {"name": "Ausschuss", "dissolved_on": "2026-12-31"}, version=1)
    assert (changed["name"], changed["dissolved_on"]) == ("Ausschuss", "2026-12-31")
    clerk(world).patch(path, {"name": None}, version=2, status=422)
    clerk(world).patch(path, {"name": "X"}, version=1, status=412)
    clerk(world).patch(path, {"is_public": False}, version=2, status=422)
    clerk(world).post("/v1/bodies", {"kind": "ag78", "name": "AG 78"})
    for query, names in {
        "": ["AG 78", "Ausschuss"],
        "?sort=-name": ["Ausschuss", "AG 78"],
        "?kind=ag78": ["AG 78"],
        f"?youth_office_id={uuid4()}": [],
    }.items():
        assert [row["name"] for row in clerk(world).get(f"/v1/bodies{query}")["items"]] == names


def test_members_sit_for_a_time_in_one_function(world: World) -> None:
    body = given_body(world)
    path = f"/v1/bodies/{body['id']}/memberships"
    made = clerk(world).post(path, {**MEMBER, "on_behalf_of": "Caritas"})
    one = f"{path}/{made['id']}"
    assert (made["has_vote"], clerk(world).get(one)) == (True, made)
    advisory = {**MEMBER, "name": "Franz Fuchs", "function": "advisory_member"}
    assert clerk(world).post(path, advisory)["has_vote"] is False
    clerk(world).post(path, {**advisory, "name": "G", "has_vote": True}, status=422)
    problem = clerk(world).post(path, {**MEMBER, "name": "G", "valid_to": "2025-12-31"}, status=422)
    assert problem["errors"][0]["pointer"] == "/valid_to"
    assert "gehört" in clerk(world).post(path, MEMBER, status=409)["reason"]
    chair = {**MEMBER, "name": "Gerd Groß", "function": "chair"}
    assert "Vorsitz" in clerk(world).post(path, chair, status=409)["reason"]
    clerk(world).patch(one, {"valid_to": "2025-12-31"}, version=1, status=422)
    ended = clerk(world).patch(one, {"valid_to": "2026-02-28", "on_behalf_of": None}, version=1)
    assert (ended["valid_to"], ended["on_behalf_of"]) == ("2026-02-28", None)
    clerk(world).patch(one, {"valid_to": "2026-03-31"}, version=1, status=412)
    names = [row["name"] for row in clerk(world).get(f"{path}?on=2026-03-01&sort=-name")["items"]]
    assert names == ["Franz Fuchs", "Dora Dorn", "Cem Celik", "Bodo Busch", "Anke Adler"]
    assert len(clerk(world).get(f"{path}?on=2026-02-28")["items"]) == 6
    assert [row["name"] for row in clerk(world).get(f"{path}?function=chair")["items"]] == ["Anke Adler"]
    clerk(world).get(f"{path}/{uuid4()}", status=404)
    planner(world).post(path, {**MEMBER, "name": "H"}, status=403)


def test_a_meeting_is_set_and_moved(world: World) -> None:
    body = given_body(world)
    path = given_meeting(world, body, ends_at="2026-03-02T12:00:00Z")
    made = clerk(world).get(path)
    assert (made["state"], made["is_public"], made["agenda"], made["minutes"]) == ("scheduled", True, [], None)
    moved = clerk(world).patch(path, {"place": None, "starts_at": "2026-03-02T11:00:00Z"}, version=1)
    assert (moved["place"], moved["starts_at"]) == (None, "2026-03-02T11:00:00Z")
    problem = clerk(world).patch(path, {"starts_at": "2026-03-02T13:00:00Z"}, version=2, status=422)
    assert problem["errors"][0]["pointer"] == "/ends_at"
    clerk(world).patch(path, {"title": None}, version=2, status=422)
    clerk(world).patch(path, {"title": "X"}, version=1, status=412)
    clerk(world).patch(
        path, {"starts_at": "2026-03-03T11:00:00Z", "ends_at": "2026-03-03T10:00:00Z"}, version=2, status=422
    )
    closed = given_body(world, "ag78")
    say = {"body_id": closed["id"], "title": "S", "starts_at": "2026-03-03T11:00:00Z"}
    assert (
        clerk(world).post("/v1/meetings", {**say, "is_public": True}, status=422)["errors"][0]["pointer"]
        == "/is_public"
    )
    assert clerk(world).post("/v1/meetings", {**say, "body_id": str(uuid4())}, status=422)
    clerk(world).post("/v1/meetings", {**say, "ends_at": "2026-03-03T10:00:00Z"}, status=422)
    planner(world).post("/v1/meetings", say, status=403)
    assert clerk(world).post("/v1/meetings", say)["is_public"] is False


def test_meetings_are_found(world: World) -> None:
    body, other = given_body(world), given_body(world, "ag78")
    given_meeting(world, body, title="A", starts_at="2026-03-05T10:00:00Z")
    act(world, given_meeting(world, other, title="B", starts_at="2026-03-04T10:00:00Z"), "cancel")
    for query, titles in {
        "": ["B", "A"],
        "?sort=-starts_at": ["A", "B"],
        f"?body_id={other['id']}": ["B"],
        "?state=cancelled": ["B"],
        "?starts_from=2026-03-05T00:00:00Z": ["A"],
        "?starts_until=2026-03-05T00:00:00Z": ["B"],
        f"?youth_office_id={uuid4()}": [],
    }.items():
        assert [row["title"] for row in clerk(world).get(f"/v1/meetings{query}")["items"]] == titles


def test_an_agenda_grows_and_its_papers_can_move(world: World) -> None:
    body = given_body(world)
    first, second = (station(world, given_released(world, (body, "decide"), number=n)) for n in "12")
    meeting, later = given_meeting(world, body), given_meeting(world, body)
    enter(world, meeting, first)
    agenda = enter(world, meeting, second)["agenda"]
    assert [(item["number"], item["paper_number"]) for item in agenda] == [(1, "1"), (2, "2")]
    assert enter(world, meeting, second)["agenda"] == agenda
    assert [item["paper_number"] for item in enter(world, later, first)["agenda"]] == ["1"]
    assert [item["number"] for item in clerk(world).get(meeting)["agenda"]] == [2]
    other = given_meeting(world, given_body(world, "fachausschuss"))
    assert enter(world, other, second, status=422)["errors"][0]["pointer"] == "/consultation_id"
    assert enter(world, meeting, f"/{uuid4()}", status=422)["errors"][0]["pointer"] == "/consultation_id"
    body_ = {"consultation_id": second.rpartition("/")[2]}
    clerk(world).post(f"{meeting}/agenda", body_, status=412, headers={"If-Match": '"1"'})
    planner(world).post(f"{meeting}/agenda", body_, status=403, headers={"If-Match": '"1"'})
    act(world, meeting, "cancel")
    assert planner(world).get(second)["meeting_id"] is None
    assert clerk(world).get(meeting)["agenda"] == []
    assert enter(world, meeting, second, status=409)["type"] == "/v1/problems/meeting-fixed"


def test_a_meeting_goes_in_order(world: World) -> None:
    body = given_body(world)
    meeting = given_meeting(world, body)
    assert "Tagesordnung" in act(world, meeting, "invite", status=409)["reasons"][0]
    path = station(world, given_released(world, (body, "decide")))
    enter(world, meeting, path)
    act(world, meeting, "invite")
    assert "nicht begonnen" in act(world, meeting, "hold", status=409)["reasons"][0]
    world.clock.travel(hours=2)
    members = members_of(world, body)
    bad = {"present": [members[0], str(uuid4())], "excused": [members[1], members[0]]}
    problem = act(world, meeting, "hold", status=422, **bad)
    assert [error["pointer"] for error in problem["errors"]] == ["/present/1", "/excused/1"]
    held = act(world, meeting, "hold", present=members[:2], excused=members[2:])
    assert [(row["name"], row["is_present"], row["has_vote"]) for row in held["attendance"]] == [
        ("Anke Adler", True, True),
        ("Bodo Busch", True, True),
        ("Cem Celik", False, True),
        ("Dora Dorn", False, False),
    ]
    assert "1 Vorlagen" in act(world, meeting, "minute", status=409)["reasons"][0]
    act(world, path, "adopt", votes={"yes": 2, "no": 0})
    minuted = act(world, meeting, "minute")
    assert (minuted["minutes"], minuted["state"]) == ("Anwesend waren drei Mitglieder.", "minuted")
    late = given_meeting(world, body, starts_at="2026-03-01T10:00:00Z")
    enter(world, late, station(world, given_released(world, (body, "decide"), number="2")))
    assert "Zukunft" in act(world, late, "invite", status=409)["reasons"][0]


def test_who_left_before_was_not_there(world: World) -> None:
    body = given_body(world)
    gone = members_of(world, body)[3]
    clerk(world).patch(f"/v1/bodies/{body['id']}/memberships/{gone}", {"valid_to": "2026-03-01"}, version=1)
    meeting = given_meeting(world, body)
    enter(world, meeting, station(world, given_released(world, (body, "decide"))))
    act(world, meeting, "invite")
    world.clock.travel(hours=3)
    act(world, meeting, "hold", status=422, present=[gone])


@pytest.mark.parametrize("state", [MeetingState.HELD, MeetingState.MINUTED, MeetingState.CANCELLED])
def test_what_is_over_is_not_moved(world: World, state: MeetingState) -> None:
    path = given_meeting_in(world, state)
    version = clerk(world).get(path)["version"]
    problem = clerk(world).patch(path, {"title": "X"}, version=version, status=409)
    assert problem["type"] == "/v1/problems/meeting-fixed"


def test_members_and_providers_read_meetings(world: World) -> None:
    body = given_body(world)
    paper = given_released(world, (body, "decide"))
    hidden = given_released(world, (body, "decide"), number="N 2", is_public=False)
    meeting = hold(world, body, station(world, paper), station(world, hidden))
    for path in (paper, hidden):
        act(world, station(world, path), "adopt")
    act(world, meeting, "minute")
    member, provider = world.as_(Role.COMMITTEE_MEMBER), world.as_(Role.PROVIDER_LEAD)
    full = member.get(meeting)
    assert (len(full["agenda"]), len(full["attendance"]), full["minutes"] is None) == (2, 4, False)
    assert full["allowed_actions"] == []
    part = provider.get(meeting)
    assert ([item["paper_number"] for item in part["agenda"]], part["attendance"]) == (["WP 14-20 SV 51/318"], [])
    assert part["minutes"] is None
    assert provider.get(f"{meeting}/transitions") == []
    provider.get(f"/v1/bodies/{body['id']}")
    provider.get(f"/v1/bodies/{body['id']}/memberships", status=404)
    provider.get(hidden, status=404)
    ahead = given_meeting(world, body)
    for api in (member, provider):
        assert api.act(ahead, "cancel", version=1, status=403, reason="R")["permission"] == "committee:record"
