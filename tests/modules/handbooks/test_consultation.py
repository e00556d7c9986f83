"""Handbooks are made jointly: who is asked, who may speak until when, and that everybody gets an answer."""

from typing import Any
from uuid import uuid4

import pytest

from app.modules.handbooks.models import HandbookState
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.handbooks.given import given_draft, given_handbook, given_state, take
from tests.world import World

COMMENT: dict[str, Any] = {"pointer": "/expectations/1/text", "text": "In den Ferien nicht zu halten."}


def test_a_consultation_from_invitation_to_answer(world: World) -> None:
    path = given_draft(world)
    handbook = path.partition("/versions")[0]
    provider, planner = world.as_(Role.PROVIDER_LEAD), world.as_(Role.PLANNER)
    provider.get(handbook, status=404)
    provider.get(path, status=404)
    opened = take(world, path, "open_consultation", invited_ids=[str(world.provider.id)])
    assert (opened["state"], opened["comments_until"]) == ("in_consultation", "2026-03-20")
    read = provider.get(path)
    assert read["allowed_actions"] == []
    assert [item["id"] for item in provider.get("/v1/handbooks")["items"] if item["id"] in handbook] != []
    said = provider.post(f"{path}/comments", COMMENT)
    assert (said["content_hash"], said["verdict"]) == (opened["content_hash"], None)
    world.as_(Role.CASEWORKER).post(f"{path}/comments", {"text": "Gut so."})
    assert [item["text"] for item in provider.get(f"{path}/comments")["items"]] == [COMMENT["text"]]
    every = planner.get(f"{path}/comments?is_answered=false")["items"]
    assert [item["text"] for item in every] == [COMMENT["text"], "Gut so."]
    mine = planner.get(f"{path}/comments?organisation_id={world.provider.id}&sort=-created_at")["items"]
    assert [item["id"] for item in mine] == [said["id"]]
    take(world, path, "close_consultation")
    provider.get(path, status=404)
    assert "2 Anmerkungen" in take(world, path, "release", status=409)["reasons"][0]
    for item in every:
        body = {"verdict": "adopted", "answer": "In den Ferien zehn Arbeitstage."}
        answer(world, f"{path}/comments/{item['id']}", body)
    assert planner.get(f"{path}/comments?is_answered=false")["items"] == []
    told = provider.get(f"{path}/comments/{said['id']}")
    assert (told["verdict"], told["answer"]) == ("adopted", "In den Ferien zehn Arbeitstage.")
    take(world, path, "release")
    assert provider.get(path)["state"] == "released"
    world.tick()
    events = world.as_(Role.PROVIDER_SYNC).get("/v1/events?type=handschlag.handbook_version")["items"]
    assert [event["data"]["to_state"] for event in events] == ["in_consultation", "draft", "released"]
    assert [step["action"] for step in provider.get(f"{path}/transitions")] == [
        "open_consultation",
        "close_consultation",
        "release",
    ]
    events = world.as_(Role.PROVIDER_SYNC).get("/v1/events?type=handschlag.handbook_comment")["items"]
    assert [event["type"] for event in events] == [
        "handschlag.handbook_comment.made",
        "handschlag.handbook_comment.answered",
    ]
    assert COMMENT["text"] not in str(events)


def answer(world: World, path: str, body: dict[str, Any], *, status: int = 200, version: int = 1) -> Any:
    headers = {"If-Match": f'"{version}"'}
    return world.as_(Role.PLANNER).post(f"{path}:answer", body, status=status, headers=headers)


def test_an_answer_is_given_once(world: World) -> None:
    path = given_draft(world)
    take(world, path, "open_consultation")
    said = world.as_(Role.PROVIDER_MANAGER).post(f"{path}/comments", COMMENT)
    comment = f"{path}/comments/{said['id']}"
    body = {"verdict": "declined", "answer": "Nein."}
    answer(world, comment, body, version=2, status=412)
    answer(world, comment, {**body, "verdict": "maybe"}, status=422)
    answer(world, comment, body)
    problem = answer(world, comment, body, version=2, status=409)
    assert "nicht geändert" in problem["reason"]
    headers = {"If-Match": '"2"'}
    world.as_(Role.OFFICE_HEAD).post(f"{comment}:answer", body, status=403, headers=headers)
    answer(world, f"{path}/comments/{uuid4()}", body, status=404)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_comment(world: World, role: Role) -> None:
    path = given_draft(world)
    take(world, path, "open_consultation")
    may = Permission.HANDBOOKS_COMMENT in GRANTS[role]
    world.as_(role).post(f"{path}/comments", COMMENT, status=201 if may else 403)
    assert may == (role in {Role.CASEWORKER, Role.TEAM_LEAD, Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER})


@pytest.mark.parametrize(
    "pointer", ["/nothing", "/chapters/1", "/chapters/x", "/chapters/0/title/0", "/youth_office_id"]
)
def test_a_comment_points_to_something(world: World, pointer: str) -> None:
    path = given_draft(world)
    take(world, path, "open_consultation")
    problem = world.as_(Role.CASEWORKER).post(f"{path}/comments", {**COMMENT, "pointer": pointer}, status=422)
    assert problem["errors"][0]["pointer"] == "/pointer"


def test_comments_are_taken_in_consultation_only(world: World) -> None:
    path = given_draft(world)
    caseworker = world.as_(Role.CASEWORKER)
    problem = caseworker.post(f"{path}/comments", COMMENT, status=409)
    assert problem["type"] == "/v1/problems/not-in-consultation"
    take(world, path, "release")
    caseworker.post(f"{path}/comments", COMMENT, status=409)
    world.as_(Role.PROVIDER_LEAD).post(f"{path}/comments", COMMENT, status=409)


def test_time_ends_a_consultation_with_its_last_day(world: World) -> None:
    path = given_draft(world)
    take(world, path, "open_consultation")
    caseworker = world.as_(Role.CASEWORKER)
    world.clock.travel(days=18, hours=14)  # 20 March, 23:00 in Berlin
    world.tick()
    caseworker.post(f"{path}/comments", COMMENT)
    world.clock.travel(hours=1)
    caseworker.post(f"{path}/comments", COMMENT, status=409)  # over, whether or not anybody has noticed
    world.tick()
    ended = caseworker.get(path)
    assert ended["state"] == "draft"
    steps = caseworker.get(f"{path}/transitions")
    assert steps[-1]["action"] == "end_consultation"
    assert world.tick() >= 0
    again = take(world, path, "open_consultation", comments_until="2026-04-10")
    assert again["comments_until"] == "2026-04-10"
    take(world, path, "withdraw")
    world.clock.travel(days=60)
    world.tick()
    assert caseworker.get(path)["state"] == "withdrawn"


def test_what_a_consultation_needs(world: World) -> None:
    path = given_draft(world, given_handbook(world, is_shared=False))
    past = take(world, path, "open_consultation", comments_until="2026-03-01", status=409)
    assert "vorbei" in past["reasons"][0]
    invited = [str(world.provider.id)]
    unshared = take(world, path, "open_consultation", invited_ids=invited, status=409)
    assert "is_shared" in unshared["reasons"][0]
    wrong = [str(world.provider.id), str(uuid4()), str(world.youth_office.id)]
    problem = take(world, path, "open_consultation", invited_ids=wrong, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/invited_ids/1", "/invited_ids/2"]
    take(world, path, "open_consultation")
    world.as_(Role.TEAM_LEAD).post(f"{path}/comments", COMMENT)
    world.as_(Role.PROVIDER_LEAD).get(path, status=404)
    world.as_(Role.PROVIDER_LEAD).post(f"{path}/comments", COMMENT, status=404)


def test_a_provider_reads_neither_drafts_nor_others_comments(world: World) -> None:
    path = given_draft(world)
    handbook = path.partition("/versions")[0]
    take(world, path, "open_consultation")
    said = world.as_(Role.PROVIDER_LEAD).post(f"{path}/comments", COMMENT)
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    somebody = world.as_(Role.PROVIDER_LEAD, other)
    assert somebody.get(f"{path}/comments")["items"] == []
    somebody.get(f"{path}/comments/{said['id']}", status=404)
    answer(world, f"{path}/comments/{said['id']}", {"verdict": "noted", "answer": "Danke."})
    take(world, path, "close_consultation")
    take(world, path, "release")
    world.as_(Role.PLANNER).post(f"{handbook}/versions", {})
    assert [row["number"] for row in somebody.get(f"{handbook}/versions")] == [1]
    for url in (f"{handbook}/versions/2", f"{handbook}/versions/2/changes", f"{handbook}/versions/2/standards"):
        somebody.get(url, status=404)
    somebody.get(f"{handbook}/versions/1/changes?against=2", status=404)
    assert somebody.act(path, "withdraw", status=403, reason="R")["permission"] == "handbooks:release"


def test_what_is_no_longer_shared_is_gone_for_providers(world: World) -> None:
    path = given_state(world, HandbookState.RELEASED)
    handbook = path.partition("/versions")[0]
    provider, planner = world.as_(Role.PROVIDER_LEAD), world.as_(Role.PLANNER)
    provider.get(path)
    planner.patch(handbook, {"is_shared": False}, version=planner.get(handbook)["version"])
    for url in ("", "/versions", "/versions/1", "/rollout", "/evaluations", "/versions/1/comments"):
        provider.get(handbook + url, status=404)
    assert provider.get(f"/v1/handbooks?youth_office_id={world.youth_office.id}")["items"] == []
