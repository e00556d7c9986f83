"""The chain of alarms holds: under load, in the night of the clock change, when people are gone, when steps collide."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core import deadlines
from app.core.kernel import Kernel
from app.modules import safeguarding
from app.policy import Role
from app.wiring import HANDLERS
from tests.modules.safeguarding.telling import PATH, acute_body, alarms, body_for, heard_by
from tests.stories.helps import given_help
from tests.world import World


def fired_at(world: World, notification: dict[str, Any]) -> list[tuple[int, str]]:
    """Which steps fired, and when."""
    steps = world.as_(Role.TEAM_LEAD).get(f"{PATH}/{notification['id']}")["deadline"]["steps"]
    return [(step["level"], step["fired_at"]) for step in steps]


def lock_account(world: World, role: Role) -> None:
    account_id = world.youth_office.accounts[role]
    world.as_(Role.OFFICE_ADMIN).patch(f"/v1/accounts/{account_id}", {"is_active": False}, version=1)


def test_acknowledging_while_a_step_fires_waits_for_it_and_is_not_refused(world: World) -> None:
    """The step holds the deadline and points to the notification, the act holds the notification and stops the
    deadline: with the full lock on the notification the two would wait for each other."""
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world))
    world.clock.travel(minutes=31)
    acting: list[threading.Thread] = []

    def slow(db: Any, deadline: deadlines.Deadline, level: int, at: datetime) -> list[str]:
        if str(deadline.subject_id) != told["id"]:  # what other tests of this database left
            return safeguarding.escalate(db, deadline, level, at)
        act = threading.Thread(target=world.as_(Role.TEAM_LEAD).act, args=(f"{PATH}/{told['id']}", "acknowledge"))
        act.start()
        acting.append(act)
        wait_until_blocked(world.kernel)
        return safeguarding.escalate(db, deadline, level, at)

    deadlines.fire_due(world.kernel.work, {**HANDLERS, safeguarding.DEADLINE: slow}, world.clock.now)
    acting[0].join()
    assert fired_at(world, told) == [(0, "2026-03-02T08:31:00Z")]
    world.clock.travel(days=1)
    world.tick()
    assert fired_at(world, told) == [(0, "2026-03-02T08:31:00Z")]
    assert world.as_(Role.TEAM_LEAD).get(f"{PATH}/{told['id']}")["state"] == "acknowledged"


def wait_until_blocked(kernel: Kernel) -> None:
    """Until some transaction waits for another one's row."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(6000):
        with kernel.engine.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.01)
    pytest.fail("nobody waits")


@pytest.mark.parametrize(
    "told_at",
    [
        "2026-03-29T01:30:00+01:00",  # 2:00 becomes 3:00 in Berlin
        "2026-10-25T02:30:00+02:00",  # the hour from 2:00 to 3:00 comes twice
    ],
)
def test_an_hour_is_an_hour_in_the_night_of_the_clock_change(world: World, told_at: str) -> None:
    world.clock.set(datetime.fromisoformat(told_at))
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, acute_body(world))
    start = world.clock.now
    for minute in range(0, 121, 15):
        world.clock.set(start + timedelta(minutes=minute))
        world.tick()
    found = [(level, datetime.fromisoformat(at) - start) for level, at in fired_at(world, told)]
    assert found == [(level, timedelta(minutes=minutes)) for level, minutes in enumerate((30, 45, 60, 120))]


def test_what_came_due_while_the_service_was_down_fires_the_most_urgent_first(world: World) -> None:
    for urgency, child in (("within_week", "Kind K-1"), ("same_day", "Kind K-2"), ("immediate", "Kind K-3")):
        world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, acute_body(world, urgency=urgency, child_pseudonym=child))
        world.clock.travel(minutes=7)
    world.clock.travel(days=9)
    world.tick()
    order = text(
        "SELECT d.precedence, f.fires_at FROM event AS e JOIN deadline AS d ON d.subject_id = e.subject_id "
        "JOIN deadline_firing AS f ON f.deadline_id = d.id AND f.level = (e.data ->> 'level')::int "
        "AND d.kind = 'notification_acknowledgement' "
        "WHERE e.type = 'handschlag.alarm.raised' AND e.actor_id = :system AND e.tenant_id = :tenant ORDER BY e.seq"
    )
    with world.kernel.work.as_system() as db:
        fired = [tuple(row) for row in db.execute(order, {"tenant": world.youth_office.id, "system": UUID(int=0)})]
    assert len(fired) == 3 * 4
    assert fired == sorted(fired)
    assert {precedence for precedence, _ in fired} == {0, 1, 3}
    shown = heard_by(world.as_(Role.OFFICE_HEAD), "sort=urgency")
    assert [alarm["urgency"] for alarm in shown] == ["immediate", "same_day", "within_week"]


def test_the_call_to_a_caseworker_who_is_gone_reaches_the_colleagues(world: World) -> None:
    help_ = given_help(world)
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    colleague = world.person(Role.CASEWORKER)
    assert colleague.get("/v1/alarms")["items"] == []
    lock_account(world, Role.CASEWORKER)
    assert [alarm["number"] for alarm in colleague.get("/v1/alarms")["items"]] == [told["number"]]
    assert colleague.act(f"{PATH}/{told['id']}", "acknowledge")["state"] == "acknowledged"


def test_the_call_to_a_role_nobody_holds_reaches_the_next_in_line(world: World) -> None:
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world))
    assert alarms(world, Role.OFFICE_HEAD) == []
    lock_account(world, Role.CASEWORKER)
    assert alarms(world, Role.TEAM_LEAD) == [("A-J-NEW", 0)] * 2
    assert alarms(world, Role.OFFICE_HEAD) == [("A-J-NEW", 0)]
    lock_account(world, Role.TEAM_LEAD)
    assert alarms(world, Role.OFFICE_HEAD) == [("A-J-NEW", 0)] * 2


def test_many_children_at_once_are_all_called_for_by_workers_that_collide(world: World) -> None:
    sync = world.as_(Role.PROVIDER_SYNC)
    told = [sync.post(PATH, acute_body(world, child_pseudonym=f"Kind K-{number}")) for number in range(12)]
    with ThreadPoolExecutor(3) as pool:
        for _ in range(5):
            world.clock.travel(minutes=30)
            list(pool.map(lambda _: world.tick(), range(3)))
    for notification in told:
        assert [level for level, _ in fired_at(world, notification)] == [0, 1, 2, 3]
    assert len(heard_by(world.as_(Role.OFFICE_HEAD))) == 12
    assert sorted(one["number"] for one in told) == [f"KW-2026-{number:04d}" for number in range(1, 13)]


def test_the_call_to_a_caseworker_who_was_moved_elsewhere_reaches_the_colleagues(world: World) -> None:
    help_ = given_help(world)
    colleague = world.person(Role.CASEWORKER)
    moved = world.youth_office.accounts[Role.CASEWORKER]
    world.as_(Role.OFFICE_ADMIN).patch(f"/v1/accounts/{moved}", {"roles": ["committee_clerk"]}, version=1)
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    assert [alarm["number"] for alarm in colleague.get("/v1/alarms")["items"]] == [told["number"]]
    assert colleague.get(f"{PATH}/{told['id']}")["number"] == told["number"]


def test_where_nobody_is_above_the_call_reaches_whoever_is_at_work(world: World) -> None:
    help_ = given_help(world)
    colleague = world.person(Role.CASEWORKER)
    for role in (Role.TEAM_LEAD, Role.OFFICE_HEAD):
        lock_account(world, role)
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    assert [alarm["number"] for alarm in colleague.get("/v1/alarms")["items"]] == [told["number"]]
    assert colleague.act(f"{PATH}/{told['id']}", "acknowledge")["state"] == "acknowledged"
