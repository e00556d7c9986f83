"""Who does not act is reminded once, the line above is told once; only the act itself stops it."""

from typing import Any

from app.policy import Role
from tests.modules.notices.given import given_notice, path_of
from tests.world import World


def events(world: World, role: Role, kind: str) -> list[dict[str, Any]]:
    """The events of this type in the feed of a side."""
    feed = world.as_(role).get(f"/v1/events?type=handschlag.notice.{kind}&limit=200")
    return [item["data"] for item in feed["items"]]


def told(world: World, path: str) -> list[tuple[str, int, list[str]]]:
    shown = world.as_(Role.PROVIDER_LEAD).get(path)["reminders"]
    return [(one["period"], one["level"], one["told"]) for one in shown]


def test_an_incident_is_quick_also_at_night_and_at_weekends(world: World) -> None:
    world.staff()
    world.clock.travel(days=5, hours=14)  # Saturday, 23:00 in Berlin
    now = world.clock.now
    path = path_of(given_notice(world, "special_incident", occurred_at=now.isoformat()))
    caseworker = world.as_(Role.CASEWORKER)
    world.clock.travel(hours=3, minutes=59)
    world.tick()
    assert told(world, path) == []
    world.clock.travel(minutes=1)
    world.tick()
    first = ("notice_acknowledgement", 0, [f"caseworker:{caseworker.account_id}"])
    assert told(world, path) == [first]
    world.clock.travel(hours=4)
    world.tick()
    world.tick()
    assert told(world, path) == [first, ("notice_acknowledgement", 1, ["team_lead"])]
    assert [one["told"] for one in events(world, Role.OFFICE_SYNC, "escalated")] == ["team_lead"]
    assert events(world, Role.PROVIDER_SYNC, "reminded") == []  # each side's own matter
    assert len(events(world, Role.PROVIDER_SYNC, "sent")) == 1


def test_acknowledging_stops_the_one_and_answering_the_other(world: World) -> None:
    world.staff()
    acknowledged, answered = (path_of(given_notice(world, by=Role.CASEWORKER)) for _ in range(2))
    lead = world.as_(Role.PROVIDER_LEAD)
    for path in (acknowledged, answered):
        lead.act(path, "acknowledge")
    lead.act(answered, "answer", text="22")
    world.clock.travel(days=14)
    world.tick()
    assert (told(world, acknowledged), told(world, answered)) == ([], [])
    world.clock.travel(days=30)
    world.tick()
    levels = [("notice_answer", 0, ["provider_lead"]), ("notice_answer", 1, ["provider_manager"])]
    assert (told(world, acknowledged), told(world, answered)) == (levels, [])


def test_what_is_taken_back_or_closed_waits_for_nobody(world: World) -> None:
    world.staff()
    withdrawn, closed = (path_of(given_notice(world)) for _ in range(2))
    world.as_(Role.CASEWORKER).act(withdrawn, "withdraw", reason="Erledigt")
    world.as_(Role.PROVIDER_LEAD).act(closed, "acknowledge")
    world.as_(Role.CASEWORKER).act(closed, "close")
    world.clock.travel(days=60)
    world.tick()
    assert (told(world, withdrawn), told(world, closed)) == ([], [])


def test_looking_does_not_stop_it_and_after_a_pause_all_of_it_fires_once(world: World) -> None:
    world.staff()
    path = path_of(given_notice(world))
    world.as_(Role.PROVIDER_LEAD).get(path)
    world.as_(Role.PROVIDER_LEAD).post(f"{path}/messages", {"text": "Wir sehen nach."})
    world.clock.travel(days=90)
    world.tick()
    world.tick()
    assert [entry[:2] for entry in told(world, path)] == [
        ("notice_acknowledgement", 0),
        ("notice_acknowledgement", 1),
        ("notice_answer", 0),
        ("notice_answer", 1),
    ]
