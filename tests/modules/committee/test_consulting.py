"""The way of a paper: order, competence, votes, what is put off, amended, rejected, dropped, and followed up."""

from typing import Any
from uuid import uuid4

import pytest

from app.modules.committee.codes import ConsultationState as C
from app.modules.committee.rules import outcome
from app.policy import Role
from tests.modules.committee.given import (
    AMEND,
    PAPER,
    act,
    clerk,
    enter,
    given_body,
    given_draft,
    given_follow_up,
    given_heard,
    given_meeting,
    given_released,
    hold,
    planner,
    station,
)
from tests.world import World


def test_a_station_is_as_public_as_its_body(world: World) -> None:
    open_body, closed = given_body(world), given_body(world, "steuerungsgruppe")
    path = given_draft(world, (open_body, "decide"), (closed, "consult"))
    assert [item["is_public"] for item in planner(world).get(path)["consultations"]] == [True, False]
    body = {"body_id": closed["id"], "competence": "consult", "is_public": True}
    problem = planner(world).post(f"{path}/consultations", body, status=422)
    assert problem["errors"][0]["pointer"] == "/is_public"
    problem = planner(world).patch(station(world, path), {"is_public": True}, version=1, status=422)
    assert problem["errors"][0]["pointer"] == "/is_public"
    meeting = given_meeting(world, open_body, is_public=False).rpartition("/")[2]
    problem = planner(world).patch(station(world, path, 0), {"meeting_id": meeting}, version=1, status=422)
    assert problem["errors"][0]["code"] == "not_public"
    hidden = planner(world).patch(station(world, path, 0), {"meeting_id": meeting, "is_public": False}, version=1)
    problem = planner(world).patch(station(world, path, 0), {"is_public": True}, version=hidden["version"], status=422)
    assert problem["errors"][0]["code"] == "not_public"


def test_a_station_is_planned_for_a_meeting_of_its_body(world: World) -> None:
    body, other = given_body(world), given_body(world, "ag78")
    path = given_draft(world)
    meeting, wrong = given_meeting(world, body), given_meeting(world, other)
    say = {"body_id": body["id"], "competence": "decide"}
    made = planner(world).post(f"{path}/consultations", {**say, "meeting_id": meeting.rpartition("/")[2]})
    assert (made["agenda_number"], made["position"], made["round"]) == (1, 1, 1)
    for bad, pointer in (
        ({**say, "meeting_id": wrong.rpartition("/")[2]}, "/meeting_id"),
        ({**say, "meeting_id": str(uuid4())}, "/meeting_id"),
        ({**say, "body_id": str(uuid4())}, "/body_id"),
    ):
        problem = planner(world).post(f"{path}/consultations", bad, status=422)
        assert problem["errors"][0]["pointer"] == pointer
    assert clerk(world).get(meeting)["agenda"] == []  # the paper is a draft
    off = planner(world).patch(station(world, path), {"meeting_id": None}, version=made["version"])
    assert (off["meeting_id"], off["agenda_number"]) == (None, None)
    again = planner(world).patch(station(world, path), {"competence": "note"}, version=off["version"])
    assert again["competence"] == "note"
    planner(world).patch(station(world, path), {"competence": None}, version=again["version"], status=422)
    planner(world).patch(station(world, path), {"competence": "note"}, version=1, status=412)
    planner(world).get(f"{path}/consultations/{uuid4()}", status=404)
    act(world, meeting, "cancel")
    late = {"meeting_id": meeting.rpartition("/")[2]}
    problem = planner(world).patch(station(world, path), late, version=again["version"], status=409)
    assert problem["type"] == "/v1/problems/meeting-fixed"


def test_a_result_needs_a_released_paper_its_turn_and_a_meeting(world: World) -> None:
    body = given_body(world)
    path = given_draft(world, (body, "recommend"), (body, "decide"))
    first, second = station(world, path, 0), station(world, path, 1)
    version = planner(world).get(second)["version"]
    clerk(world).act(second, "adopt", version=version, status=404)  # no draft for the clerk
    act(world, path, "release")
    problem = act(world, second, "adopt", status=409)
    assert [reason.split()[0] for reason in problem["reasons"]] == ["Eine", "Die", "Es"]
    meeting = given_meeting(world, body)
    enter(world, meeting, first)
    assert "noch nicht gehalten" in act(world, first, "note", status=409)["reasons"][0]
    act(world, meeting, "invite")
    world.clock.travel(hours=3)
    act(world, meeting, "hold", present=[item["id"] for item in _members(world, body)])
    assert "Empfehlung" in act(world, first, "note", status=409)["reasons"][0]
    act(world, first, "adopt")
    assert planner(world).get(path)["state"] == "released"
    act(world, meeting, "minute")
    body_ = {"meeting_id": meeting.rpartition("/")[2]}
    problem = planner(world).patch(second, body_, version=planner(world).get(second)["version"], status=409)
    assert problem["type"] == "/v1/problems/meeting-fixed"


def _members(world: World, body: dict[str, Any]) -> list[dict[str, Any]]:
    return list(clerk(world).get(f"/v1/bodies/{body['id']}/memberships")["items"])


def test_a_minuted_meeting_takes_no_more_results(world: World) -> None:
    body = given_body(world)
    late = given_draft(world, (body, "decide"), number="2")
    path = given_released(world, (body, "decide"))
    meeting = given_meeting(world, body)
    put = {"meeting_id": meeting.rpartition("/")[2]}
    planner(world).patch(station(world, late), put, version=1)
    enter(world, meeting, station(world, path))
    act(world, meeting, "invite")
    world.clock.travel(hours=3)
    act(world, meeting, "hold", present=[item["id"] for item in _members(world, body)])
    act(world, station(world, path), "adopt")
    act(world, meeting, "minute")
    act(world, late, "release")
    assert "Niederschrift" in act(world, station(world, late), "adopt", status=409)["reasons"][0]
    act(world, late, "withdraw")


@pytest.mark.parametrize(
    ("action", "votes", "reason"),
    [
        ("adopt", {"yes": 2, "no": 1, "abstain": 0}, None),
        ("adopt", {"yes": 1, "no": 1, "abstain": 1}, "Stimmen"),
        ("adopt", {"yes": 3, "no": 1, "abstain": 0}, "anwesende"),
        ("adopt_amended", {"yes": 1, "no": 2, "abstain": 0}, "Stimmen"),
        ("reject", {"yes": 1, "no": 1, "abstain": 1}, None),
        ("reject", {"yes": 2, "no": 1, "abstain": 0}, "Stimmen"),
        ("defer", {"yes": 2, "no": 1, "abstain": 1}, "anwesende"),
    ],
)
def test_results_fit_the_votes(world: World, action: str, votes: dict[str, int], reason: str | None) -> None:
    _, path, _ = given_heard(world)
    if reason:
        assert reason in act(world, path, action, status=409, votes=votes)["reasons"][0]
    else:
        told = act(world, path, action, votes=votes)
        assert (told["votes_yes"], told["is_unanimous"]) == (votes["yes"], False)


def test_unanimity_follows_from_the_votes(world: World) -> None:
    _, path, _ = given_heard(world)
    says = {"votes": {"yes": 3, "no": 0}, "is_unanimous": False}
    act(world, path, "adopt", status=422, **says)
    told = act(world, path, "adopt", votes=says["votes"])
    assert (told["is_unanimous"], told["votes_abstain"]) == (True, 0)
    assert told["decision_text"] == PAPER["draft_decision"]


def test_a_result_may_be_unanimous_without_a_count(world: World) -> None:
    _, path, _ = given_heard(world)
    told = act(world, path, "adopt", votes=None, is_unanimous=True, decision_text="So beschlossen.")
    assert (told["is_unanimous"], told["votes_yes"], told["decision_text"]) == (True, None, "So beschlossen.")


def test_what_is_put_off_comes_again(world: World) -> None:
    paper, path, meeting = given_heard(world)
    body_id = planner(world).get(path)["body_id"]
    following = given_meeting(world, {"id": body_id}, title="Die nächste")
    problem = act(world, path, "defer", status=422, next_meeting_id=str(uuid4()))
    assert problem["errors"][0]["pointer"] == "/next_meeting_id"
    act(world, path, "defer", next_meeting_id=following.rpartition("/")[2])
    stations = planner(world).get(paper)["consultations"]
    assert [(item["position"], item["round"], item["state"]) for item in stations] == [
        (1, 1, "deferred"),
        (1, 2, "planned"),
    ]
    assert stations[1]["meeting_id"] == following.rpartition("/")[2]
    assert (stations[0]["reason"], stations[0]["decision_text"]) == ("Beratungsbedarf", None)
    act(world, meeting, "minute")
    act(world, following, "invite")
    world.clock.travel(hours=3)
    act(world, following, "hold", present=[item["id"] for item in _members(world, {"id": body_id})])
    act(world, station(world, paper), "adopt")
    ended = planner(world).get(paper)
    assert (ended["state"], ended["decision_text"]) == ("decided", PAPER["draft_decision"])


def test_a_rejection_ends_the_way(world: World) -> None:
    body, council = given_body(world), given_body(world, "vertretung")
    paper = given_released(world, (body, "recommend"), (council, "decide"))
    first, second = station(world, paper, 0), station(world, paper, 1)
    ahead = given_meeting(world, council)
    enter(world, ahead, second)
    before = clerk(world).get(ahead)["version"]
    hold(world, body, first)
    act(world, first, "reject")
    ended = planner(world).get(paper)
    assert (ended["state"], ended["decision_text"]) == ("rejected", "Abgelehnt.")
    assert [item["state"] for item in ended["consultations"]] == ["rejected", "dropped"]
    after = clerk(world).get(ahead)
    assert (after["version"] > before, after["agenda"][0]["state"]) == (True, "dropped")
    steps = planner(world).get(f"{second}/transitions")
    assert steps[-1]["action"] == "lapse"


def test_what_was_amended_is_what_the_next_body_is_asked(world: World) -> None:
    body, council = given_body(world), given_body(world, "vertretung")
    paper = given_released(world, (body, "recommend"), (council, "decide"))
    hold(world, body, station(world, paper, 0))
    act(world, station(world, paper, 0), "adopt_amended")
    hold(world, council, station(world, paper, 1))
    told = act(world, station(world, paper, 1), "adopt")
    assert told["decision_text"] == AMEND["decision_text"]
    assert planner(world).get(paper)["decision_text"] == AMEND["decision_text"]


def test_dropping_the_last_station_ends_the_way_that_was_gone(world: World) -> None:
    body, council = given_body(world), given_body(world, "vertretung")
    paper = given_released(world, (body, "decide"), (council, "decide"))
    hold(world, body, station(world, paper, 0))
    act(world, station(world, paper, 0), "adopt")
    act(world, station(world, paper, 1), "drop")
    assert planner(world).get(paper)["state"] == "decided"
    problem = planner(world).patch(station(world, paper, 1), {"competence": "note"}, version=9, status=412)
    assert problem["status"] == 412
    version = planner(world).get(station(world, paper, 1))["version"]
    problem = planner(world).patch(station(world, paper, 1), {"competence": "note"}, version=version, status=409)
    assert problem["type"] == "/v1/problems/paper-ended"


def test_a_concluded_station_is_not_changed(world: World) -> None:
    body = given_body(world)
    paper = given_released(world, (body, "recommend"), (body, "decide"))
    hold(world, body, station(world, paper, 0))
    done = act(world, station(world, paper, 0), "adopt")
    version = done["version"]
    problem = planner(world).patch(station(world, paper, 0), {"competence": "note"}, version=version, status=409)
    assert problem["type"] == "/v1/problems/consultation-fixed"
    ahead = given_meeting(world, body)
    problem = enter(world, ahead, station(world, paper, 0), status=409)
    assert problem["type"] == "/v1/problems/consultation-fixed"


@pytest.mark.parametrize(
    ("states", "step"),
    [
        ([], None),
        ([C.DROPPED], None),
        ([C.DEFERRED, C.PLANNED], None),
        ([C.NOTED, C.PLANNED], None),
        ([C.NOTED], "note"),
        ([C.NOTED, C.DROPPED], "note"),
        ([C.NOTED, C.ADOPTED], "decide"),
        ([C.DEFERRED, C.ADOPTED_AMENDED], "decide"),
        ([C.ADOPTED, C.NOTED], "decide"),
        ([C.ADOPTED, C.REJECTED, C.PLANNED], "reject"),
    ],
)
def test_how_a_way_ends(states: list[C], step: str | None) -> None:
    assert outcome(states) == step


def test_a_follow_up_is_told_of_on_its_day_and_after(world: World) -> None:
    path = given_follow_up(world)
    told = planner(world).get(path)
    assert (told["state"], told["due_on"], told["text"]) == ("open", "2026-06-30", AMEND["follow_up"]["text"])
    world.clock.travel(days=119, hours=10)  # 29 June, 23:00 in Berlin
    world.tick()
    assert _told(world) == ["paper_follow_up.open"]
    world.clock.travel(hours=1)
    world.tick()
    assert _told(world) == ["paper_follow_up.open", "paper_follow_up.due"]
    assert planner(world).get(path)["state"] == "open"
    world.clock.travel(days=1)
    world.tick()
    assert _told(world)[-1] == "paper_follow_up.overdue"
    assert [row["id"] for row in planner(world).get("/v1/paper-follow-ups?state=overdue")["items"]] == [told["id"]]
    done = act(world, path, "complete")
    assert (done["state"], done["note"], done["done_by"]) == ("done", "Nachverhandelt.", str(planner(world).account_id))
    world.clock.travel(days=400)
    world.tick()
    assert _told(world)[-1] == "paper_follow_up.done"


def _told(world: World) -> list[str]:
    items = planner(world).get("/v1/events?type=handschlag.paper_follow_up")["items"]
    return [item["type"].removeprefix("handschlag.") for item in items]


def test_what_is_done_is_not_told_of(world: World) -> None:
    path = given_follow_up(world)
    act(world, path, "complete")
    world.clock.travel(days=200)
    world.tick()
    assert _told(world) == ["paper_follow_up.open", "paper_follow_up.done"]


def test_a_follow_up_lies_ahead(world: World) -> None:
    _, path, _ = given_heard(world)
    body = {"text": "Nachverhandeln", "due_on": "2026-03-01"}
    problem = act(world, path, "adopt_amended", status=422, follow_up=body)
    assert problem["errors"][0]["pointer"] == "/follow_up/due_on"
    act(world, path, "adopt_amended", follow_up={**body, "due_on": "2026-03-02"})
    items = planner(world).get("/v1/paper-follow-ups?due_until=2026-03-02&sort=-created_at")["items"]
    assert len(items) == 1
    assert planner(world).get("/v1/paper-follow-ups?due_until=2026-03-01")["items"] == []
    assert planner(world).get(f"/v1/paper-follow-ups?paper_id={uuid4()}")["items"] == []


def test_only_who_prepares_papers_sees_follow_ups(world: World) -> None:
    path = given_follow_up(world)
    for role in (Role.COMMITTEE_MEMBER, Role.COMMITTEE_CLERK, Role.PROVIDER_LEAD, Role.CASEWORKER):
        world.as_(role).get(path, status=403)
        world.as_(role).get("/v1/paper-follow-ups", status=403)
