"""Lists show what waits and is most urgent first, in few statements."""

from typing import Any

from app.policy import Role
from tests.modules.safeguarding.telling import PATH, acute_body, body_for, heard_by
from tests.world import World


def told_in_bad_order(world: World) -> list[dict[str, Any]]:
    """Four notifications, the least urgent first; the acknowledged one is acute."""
    sync = world.as_(Role.PROVIDER_SYNC)
    made = [
        sync.post(PATH, body_for(world, urgency="within_week", child_pseudonym="Kind K-1")),
        sync.post(PATH, body_for(world, urgency="immediate", child_pseudonym="Kind K-2")),
        sync.post(PATH, acute_body(world, urgency="same_day", child_pseudonym="Kind K-3")),
        sync.post(PATH, acute_body(world, child_pseudonym="Kind K-4")),
    ]
    world.as_(Role.CASEWORKER).act(f"{PATH}/{made[3]['id']}", "acknowledge")
    return made


def numbers(world: World, query: str = "") -> list[str]:
    return [item["child_pseudonym"][-1] for item in world.as_(Role.TEAM_LEAD).get(PATH + query)["items"]]


def test_what_waits_comes_first_and_acute_danger_before_it_all(world: World) -> None:
    told_in_bad_order(world)
    assert numbers(world) == ["3", "2", "1", "4"]
    assert numbers(world, "?sort=received_at") == ["1", "2", "3", "4"]
    pages, query = [], "?limit=1"
    while query:
        page = world.as_(Role.TEAM_LEAD).get(PATH + query)
        pages += [item["child_pseudonym"][-1] for item in page["items"]]
        query = f"?limit=1&cursor={page['next']}" if page["next"] else ""
    assert pages == ["3", "2", "1", "4"]


def test_filters_narrow_and_overdue_means_not_acknowledged_in_time(world: World) -> None:
    told_in_bad_order(world)
    assert numbers(world, "?overdue=true") == []
    world.clock.travel(minutes=61)
    assert numbers(world, "?overdue=true") == ["3", "2"]
    assert numbers(world, "?overdue=false") == ["1", "4"]
    assert numbers(world, "?state=acknowledged") == ["4"]
    assert numbers(world, "?urgency=within_week") == ["1"]
    overdue = [item["is_overdue"] for item in world.as_(Role.TEAM_LEAD).get(PATH)["items"]]
    assert overdue == [True, True, False, False]


def test_alarms_show_the_unseen_first_then_the_most_urgent_then_the_highest_level(world: World) -> None:
    told_in_bad_order(world)
    world.clock.travel(minutes=61)
    world.tick()
    lead = world.as_(Role.TEAM_LEAD)
    shown = [(alarm["urgency"], alarm["level"]) for alarm in heard_by(lead, "open=true")]
    assert shown == [
        ("immediate", 2),
        ("immediate", 1),
        ("immediate", 0),
        ("same_day", 2),
        ("same_day", 1),
        ("same_day", 0),
        ("within_week", 0),
    ]
    first = heard_by(lead, "open=true")[0]
    lead.post(f"/v1/alarms/{first['id']}:see", status=200)
    assert heard_by(lead, "open=true")[-1]["id"] == first["id"]
    assert len(heard_by(lead, "open=false")) == 1  # of the one that is acknowledged


def test_lists_cost_the_same_however_long_they_are(world: World, statements: list[str]) -> None:
    told_in_bad_order(world)
    lead = world.as_(Role.TEAM_LEAD)
    counts = []
    for path in (f"{PATH}?limit=1", f"{PATH}?limit=4", "/v1/alarms?limit=1", "/v1/alarms?limit=4"):
        statements.clear()
        lead.get(path)
        counts.append(len(statements))
    assert counts == [3, 3, 2, 2]  # who asks, the rows, their deadlines
