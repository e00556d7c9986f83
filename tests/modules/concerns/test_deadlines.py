"""What is due on the provider's side, and whom it calls, to the minute."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.policy import Role
from tests.modules.concerns.given import acknowledge, fields_of, given_concern, given_state, step
from tests.world import World


def duty(world: World, path: str, kind: str) -> dict[str, Any]:
    """The newest of a concern's duties of a kind."""
    return dict([one for one in world.as_(Role.PROVIDER_LEAD).get(path)["duties"] if one["duty"] == kind][-1])


def open_duties(world: World, path: str) -> set[str]:
    return {one["duty"] for one in world.as_(Role.PROVIDER_LEAD).get(path)["duties"] if one["met_at"] is None}


def test_a_lead_that_is_not_informed_is_called_and_then_the_management(world: World) -> None:
    world.staff()
    path = given_concern(world)  # Monday 9:00 in Berlin; due at the end of the day
    worker = f"provider_professional:{world.as_(Role.PROVIDER_PROFESSIONAL).account_id}"
    assert duty(world, path, "concern_lead")["due_at"] == "2026-03-02T22:59:59Z"
    wanted = [
        (datetime(2026, 3, 2, 15, 30, tzinfo=UTC), [worker]),
        (datetime(2026, 3, 2, 19, 15, tzinfo=UTC), [worker, "provider_lead"]),
        (datetime(2026, 3, 2, 22, 59, 59, tzinfo=UTC), ["provider_lead", "provider_manager"]),
        (datetime(2026, 3, 3, 22, 59, 59, tzinfo=UTC), ["provider_manager"]),
    ]
    for level, (instant, told) in enumerate(wanted):
        world.clock.set(instant)
        world.clock.travel(seconds=-1)
        world.tick()
        fired = duty(world, path, "concern_lead")["fired"]
        assert [one["level"] for one in fired] == list(range(level))
        world.clock.set(instant)
        world.tick()
        last = duty(world, path, "concern_lead")["fired"][-1]
        assert (last["level"], last["told"]) == (level, told)
        assert last["fired_at"] == instant.isoformat().replace("+00:00", "Z")
    assert duty(world, path, "concern_lead")["is_overdue"]
    assert world.as_(Role.PROVIDER_LEAD).get(path)["state"] == "noticed"  # time moves nothing


def test_only_the_act_itself_ends_the_alarms(world: World) -> None:
    path = given_concern(world)
    step(world, path, "inform_lead")
    world.clock.travel(hours=20)
    world.tick()
    assert duty(world, path, "concern_lead")["fired"] == []


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("noticed", {"concern_lead", "concern_team"}),
        ("team_review", {"concern_team", "concern_isef_request"}),
        ("isef_requested", {"concern_isef"}),
        ("isef_done", {"concern_family"}),
        ("parents_involved", {"concern_plan"}),
        ("plan_active", {"concern_review"}),
        ("plan_review", {"concern_team"}),
        ("ja_notified", {"concern_isef_request", "concern_written"}),
        ("ja_acknowledged", {"concern_isef_request", "concern_written", "concern_feedback"}),
        ("monitoring", {"concern_look"}),
        ("closed_no_concern", set()),
        ("closed_averted", set()),
        ("closed_handed_over", set()),
        ("withdrawn_error", set()),
    ],
)
def test_each_state_has_its_duties(world: World, state: str, kinds: set[str]) -> None:
    assert open_duties(world, given_state(world, state)) == kinds


@pytest.mark.parametrize(
    ("rating", "kinds"),
    [
        ("not_weighty", set()),
        ("weighty", {"concern_family"}),
        ("unclear", {"concern_family"}),
        ("not_avertable", {"concern_family", "concern_notify"}),
    ],
)
def test_what_follows_depends_on_what_the_consultation_gave(world: World, rating: str, kinds: set[str]) -> None:
    path = given_state(world, "isef_requested")
    step(world, path, "record_consultation", rating=rating)
    assert open_duties(world, path) == kinds


@pytest.mark.parametrize(
    ("result", "rating", "kind"),
    [
        ("averted", "not_weighty", "concern_team"),
        ("continue", "weighty", "concern_plan"),
        ("not_averted", "not_avertable", "concern_notify"),
    ],
)
def test_what_follows_depends_on_what_the_review_gave(world: World, result: str, rating: str, kind: str) -> None:
    path = given_state(world, "plan_active")
    step(world, path, "review_plan", result=result, rating=rating)
    assert open_duties(world, path) == {kind}


def test_an_urgent_consultation_is_due_in_a_day_by_the_clock(world: World) -> None:
    world.clock.set(datetime(2026, 3, 28, 9, 0, tzinfo=UTC))  # the night of the shorter day follows
    path = given_concern(world, is_urgent=True)
    step(world, path, "inform_lead")
    step(world, path, "request_isef")
    assert duty(world, path, "concern_isef")["due_at"] == "2026-03-29T09:00:00Z"


def test_working_days_are_those_of_the_land(world: World) -> None:
    world.clock.set(datetime(2026, 5, 13, 9, 0, tzinfo=UTC))  # Wednesday before Ascension Day
    path = given_concern(world)
    assert duty(world, path, "concern_team")["due_at"] == "2026-05-19T21:59:59Z"  # Friday, Monday, Tuesday


def test_feedback_is_expected_and_shown(world: World) -> None:
    path = given_state(world, "ja_acknowledged")
    assert duty(world, path, "concern_feedback")["due_at"] == "2026-03-16T22:59:59Z"
    step(world, path, "receive_feedback")
    assert "concern_feedback" not in open_duties(world, path)


def test_what_was_missing_in_acute_danger_is_told_the_next_working_day(world: World) -> None:
    path = given_state(world, "ja_notified")
    assert duty(world, path, "concern_written")["due_at"] == "2026-03-03T22:59:59Z"
    step(world, path, "supplement")  # still without a consultation: told, not complete
    assert "concern_written" in open_duties(world, path)
    step(world, path, "request_isef")
    step(world, path, "record_consultation")
    lead = world.as_(Role.PROVIDER_LEAD)
    supplemented = lead.act(path, "supplement", **fields_of(world, "supplement", path))
    assert len(supplemented["notification_ids"]) == 3
    newest = lead.get(f"/v1/jugendamt-notifications/{supplemented['notification_ids'][-1]}")
    assert newest["duplicate_of"] == supplemented["notification_ids"][0]
    acknowledge(world, path)


def test_a_reminder_and_an_alarm_are_told_to_the_provider_alone(world: World) -> None:
    path = given_concern(world)
    world.clock.travel(hours=12)
    world.tick()
    feed = world.as_(Role.PROVIDER_ADMIN).get("/v1/events")["items"]
    alarms = [event["data"] for event in feed if event["type"] == "handschlag.provider_concern.alarm"]
    number = world.as_(Role.PROVIDER_LEAD).get(path)["number"]
    assert [(one["alarm"], one["level"], one["number"]) for one in alarms] == [("A-P-LEAD", n, number) for n in (0, 1)]
    office = world.as_(Role.OFFICE_ADMIN).get("/v1/events")["items"]
    assert [event for event in office if "concern" in event["type"]] == []


def test_the_worklist_says_what_is_due_to_whom(world: World) -> None:
    path = given_concern(world)
    turns = {}
    for role in (Role.PROVIDER_PROFESSIONAL, Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER):
        (item,) = world.as_(role).get("/v1/worklist")["items"]
        turns[role] = (item["kind"], item["path"])
    assert turns[Role.PROVIDER_PROFESSIONAL] == turns[Role.PROVIDER_LEAD] == ("concern_due", path)
    assert turns[Role.PROVIDER_MANAGER] == ("concern_due", "/v1/concerns")
