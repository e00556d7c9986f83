"""Outside office hours calls reach whoever is on call: by clock time, holiday, and roster."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from app.modules.alerts.rules import DEFAULT_WEEK, Hours, Span, gaps
from app.policy import GRANTS, Permission, Role
from tests.api import Api
from tests.modules.alerts.given import given_shift, with_address
from tests.modules.alerts.mailserver import Postbox, letters_to
from tests.modules.safeguarding.telling import PATH, acute_body, body_for, heard_by
from tests.world import World

SHIFTS, HOURS, NOW = "/v1/duty-shifts", "/v1/office-hours", "/v1/on-call"
NW = Hours(DEFAULT_WEEK, frozenset({date(2026, 5, 15)}), "NW")


def utc(day: int, hour: int, minute: int = 0, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "closes"),
    [
        (utc(13, 6), utc(13, 14)),  # Wednesday 8:00 in summer
        (utc(13, 5, 59), None),
        (utc(13, 13, 59), utc(13, 14)),
        (utc(13, 14), None),
        (utc(14, 8), None),  # Ascension Day
        (utc(15, 8), None),  # closed besides
        (utc(16, 8), None),  # Saturday
        (utc(27, 7, 30, 3), utc(27, 15, 0, 3)),  # Friday before the clocks go forward
        (utc(30, 6, 30, 3), utc(30, 14, 0, 3)),  # Monday after: an hour earlier by the sun
        (utc(26, 7, 30, 10), utc(26, 15, 0, 10)),  # Monday after they go back
    ],
)
def test_an_office_is_open_by_the_clock_on_the_wall(instant: datetime, closes: datetime | None) -> None:
    assert NW.closes_at(instant) == closes
    assert NW.is_open(instant) == (closes is not None)


@pytest.mark.parametrize(
    ("month", "day", "hours"),
    [(3, 28, 23), (10, 24, 25), (5, 16, 24)],
)
def test_the_weekend_of_a_change_of_clocks_is_covered_whole(month: int, day: int, hours: int) -> None:
    """From Saturday noon to Sunday noon by the clock are 23, 25 or 24 hours; a shift of as many leaves no gap."""
    begins = datetime(2026, month, day, 10, tzinfo=UTC)
    ends = datetime.fromtimestamp(begins.timestamp() + 3600 * hours, UTC)
    whole = Span(begins, ends)
    assert gaps(NW, [whole], whole) == []
    assert gaps(NW, [], whole) == [whole]
    part = Span(begins, datetime.fromtimestamp(begins.timestamp() + 3600 * (hours - 1), UTC))
    assert gaps(NW, [part], whole) == [Span(part.ends_at, ends)]


def test_gaps_are_what_neither_office_nor_roster_covers() -> None:
    span = Span(utc(13, 0), utc(14, 22))
    night = Span(utc(13, 13, 30), utc(14, 6))
    assert gaps(NW, [night], span) == [Span(utc(13, 0), utc(13, 6)), Span(utc(14, 6), utc(14, 22))]


def office_is_staffed(world: World) -> tuple[Api, str]:
    """Everybody is there; one more caseworker has an address and is on call over Ascension Day."""
    world.staff()
    on_call = world.person(Role.CASEWORKER)
    address = with_address(world, Role.CASEWORKER, on_call)
    world.clock.set(utc(11, 8))
    given_shift(world, on_call, "2026-05-13T16:00:00+02:00", "2026-05-15T08:00:00+02:00")
    return on_call, address


def test_who_is_on_call_gets_what_comes_outside_office_hours(world: World, mails: Callable[[], Postbox]) -> None:
    on_call, address = office_is_staffed(world)
    world.clock.set(utc(14, 9))
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, acute_body(world, perceived_at="2026-05-14T08:55:00Z"))
    world.tick()
    calls = heard_by(on_call, "seen=false")
    assert {call["number"] for call in calls} == {told["number"]}
    assert told["number"] in {item["number"] for item in on_call.get("/v1/worklist?kind=alarm_open")["items"]}
    acknowledged = on_call.act(f"{PATH}/{told['id']}", "acknowledge")
    assert acknowledged["state"] == "acknowledged"
    assert letters_to(mails(), address)


def test_inside_office_hours_nobody_on_call_is_disturbed(world: World) -> None:
    on_call, _ = office_is_staffed(world)
    world.clock.set(utc(12, 9))
    help_body = body_for(world, urgency="within_3_days", perceived_at="2026-05-12T08:00:00Z")
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, {**help_body, "indications": []})
    world.tick()
    calls = on_call.get("/v1/alarms")["items"]
    assert {call["account_id"] for call in calls} == {None}  # the call to all caseworkers, none by name


def test_what_is_urgent_and_not_acknowledged_when_the_office_closes_goes_to_who_is_on_call(world: World) -> None:
    """S3: told on Wednesday 15:50, the office closes at 16:00."""
    on_call, _ = office_is_staffed(world)
    world.clock.set(utc(13, 13, 50))
    body = body_for(world, perceived_at="2026-05-13T13:00:00Z", isef_consulted_on="2026-05-12")
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, {**body, "indications": []})
    world.tick()

    def by_name() -> list[str]:
        calls = heard_by(on_call)
        return [call["raised_at"] for call in calls if call["account_id"] == str(on_call.account_id)]

    assert by_name() == []
    world.clock.set(utc(13, 13, 59))
    world.tick()
    assert by_name() == []
    world.clock.set(utc(13, 14))
    world.tick()
    assert by_name() == ["2026-05-13T14:00:00Z"]
    world.clock.set(utc(13, 14, 50))  # and every alarm from now on
    world.tick()
    assert by_name()[-1] == "2026-05-13T14:50:00Z"


def test_what_was_acknowledged_is_not_handed_over(world: World) -> None:
    on_call, _ = office_is_staffed(world)
    world.clock.set(utc(13, 13, 50))
    body = body_for(world, perceived_at="2026-05-13T13:00:00Z", isef_consulted_on="2026-05-12")
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, {**body, "indications": []})
    world.tick()
    world.as_(Role.TEAM_LEAD).act(f"{PATH}/{told['id']}", "acknowledge")
    world.clock.set(utc(13, 14))
    world.tick()
    assert {call["account_id"] for call in heard_by(on_call)} == {None}


def test_when_nobody_is_on_call_the_head_of_the_office_is_called(world: World) -> None:
    world.staff()
    world.clock.set(utc(13, 13, 50))
    body = body_for(world, perceived_at="2026-05-13T13:00:00Z", isef_consulted_on="2026-05-12")
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, {**body, "indications": []})
    world.tick()
    assert world.as_(Role.OFFICE_HEAD).get("/v1/alarms")["items"] == []
    world.clock.set(utc(13, 14))
    world.tick()
    assert [call["role"] for call in world.as_(Role.OFFICE_HEAD).get("/v1/alarms")["items"]] == ["office_head"]


def test_a_shift_that_was_cancelled_calls_nobody(world: World) -> None:
    on_call, _ = office_is_staffed(world)
    lead = world.as_(Role.TEAM_LEAD)
    (shift,) = lead.get(SHIFTS)["items"]
    assert lead.post(f"{SHIFTS}/{shift['id']}:cancel", status=200)["cancelled_at"] == "2026-05-11T08:00:00Z"
    assert lead.post(f"{SHIFTS}/{shift['id']}:cancel", status=409)["type"] == "/v1/problems/shift-over"
    seen = lead.get(f"{NOW}?at=2026-05-14T09:00:00Z")
    assert (seen["is_office_open"], seen["on_call"]) == (False, [])
    world.clock.set(utc(14, 9))
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, acute_body(world, perceived_at="2026-05-14T08:55:00Z"))
    world.tick()
    assert {call["account_id"] for call in heard_by(on_call)} == {None}


def test_the_roster_names_who_is_reached_and_when_nobody_is(world: World) -> None:
    on_call, _ = office_is_staffed(world)
    lead = world.as_(Role.TEAM_LEAD)
    seen = lead.get(f"{NOW}?at=2026-05-14T09:00:00Z")
    assert [one["account_id"] for one in seen["on_call"]] == [str(on_call.account_id)]
    assert seen["gaps"][0] == {"starts_at": "2026-05-15T14:00:00Z", "ends_at": "2026-05-18T06:00:00Z"}
    later = "2026-05-16T09:00:00Z"
    given_shift(world, on_call, later, "2026-05-17T09:00:00Z")
    assert len(lead.get(f"{SHIFTS}?ends_after=2026-05-15T12:00:00Z")["items"]) == 1
    assert len(lead.get(f"{SHIFTS}?starts_before={later}&account_id={on_call.account_id}")["items"]) == 1
    body = {"starts_at": later, "ends_at": "2026-05-17T09:00:00Z", "reachable": "x"}
    for who, pointer in ((world.as_(Role.PLANNER), "/account_id"), (world.as_(Role.PROVIDER_LEAD), "/account_id")):
        refused = lead.post(SHIFTS, {**body, "account_id": str(who.account_id)}, status=422)
        assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == (pointer, "unknown")
    over = {"account_id": str(on_call.account_id), **body, "starts_at": "2026-05-01T09:00:00Z"}
    refused = lead.post(SHIFTS, {**over, "ends_at": "2026-05-02T09:00:00Z"}, status=422)
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == ("/ends_at", "past")
    lead.post(SHIFTS, {**over, "ends_at": "2026-04-30T09:00:00Z"}, status=422)


def test_hours_are_each_organisations_own(world: World) -> None:
    lead = world.as_(Role.TEAM_LEAD)
    default = lead.get(HOURS)
    assert (default["is_default"], default["version"], default["week"]["1"]) == (True, 0, [["08:00", "16:00"]])
    week = {"1": [["14:00", "18:00"], ["08:00", "12:00"]], "6": [["10:00", "12:00"]]}
    said = lead.patch(HOURS, {"week": week, "closed_on": ["2026-12-24"]}, version=0)
    assert said["week"]["1"] == [["08:00", "12:00"], ["14:00", "18:00"]]
    assert lead.get(f"{NOW}?at=2026-03-07T10:00:00Z")["is_office_open"]  # a Saturday
    assert not lead.get(f"{NOW}?at=2026-03-03T10:00:00Z")["is_office_open"]
    lead.patch(HOURS, {"closed_on": []}, version=0, status=412)
    changed = lead.patch(HOURS, {"closed_on": []}, version=said["version"])
    assert changed["closed_on"] == []
    for wrong in ({"1": [["16:00", "08:00"]]}, {"8": [["08:00", "16:00"]]}, {"1": [["8", "16"]]}):
        lead.patch(HOURS, {"week": wrong}, version=changed["version"], status=422)
    assert world.as_(Role.PROVIDER_LEAD).get(HOURS)["is_default"]


def test_who_plans_and_who_reads(world: World) -> None:
    times = {"starts_at": "2026-05-16T09:00:00Z", "ends_at": "2026-05-17T09:00:00Z"}
    body = {"account_id": str(world.as_(Role.CASEWORKER).account_id), **times, "reachable": "x"}
    for role in Role:
        api, reads = world.as_(role), Permission.DUTY_READ in GRANTS[role]
        for path in (SHIFTS, HOURS, NOW):
            api.get(path, status=200 if reads else 403)
        if Permission.DUTY_MANAGE not in GRANTS[role]:
            api.post(SHIFTS, body, status=403)
            api.patch(HOURS, {}, version=0, status=403)
