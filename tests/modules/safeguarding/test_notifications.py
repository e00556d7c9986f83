"""A child in danger: told, called, acknowledged; and what happens when nobody answers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core import deadlines
from app.modules import safeguarding
from app.policy import OrganisationKind, Role
from app.wiring import HANDLERS
from tests.modules.safeguarding.telling import PATH, acute_body, alarms, body_for, heard_by
from tests.stories.helps import given_help
from tests.world import World


def test_the_alarm_reaches_caseworker_and_team_lead_and_the_acknowledgement_stops_the_clock(world: World) -> None:
    help_ = given_help(world)
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    assert told["number"] == "KW-2026-0001"
    assert told["deadline"]["due_at"] == "2026-03-02T09:00:00Z"  # the agreement gives 60 minutes for the same day
    assert told["deadline"]["source"].startswith("Vereinbarung")
    for role in (Role.CASEWORKER, Role.TEAM_LEAD):
        assert alarms(world, role) == [("A-J-NEW", 0)]
    assert alarms(world, Role.OFFICE_HEAD) == []
    path = f"{PATH}/{told['id']}"
    seen = world.as_(Role.CASEWORKER).get(path)
    assert seen["observation"] == "Das Kind war um 8 Uhr allein in der Wohnung."
    world.clock.travel(minutes=20)
    done = world.as_(Role.CASEWORKER).act(path, "acknowledge", note="Wir fahren heute hin.")
    assert (done["state"], done["deadline"]["met_at"]) == ("acknowledged", "2026-03-02T08:20:00Z")
    world.clock.travel(days=3)
    world.tick()
    assert alarms(world, Role.TEAM_LEAD) == [("A-J-NEW", 0)]
    assert world.as_(Role.PROVIDER_PROFESSIONAL).get(path)["acknowledgement"] == "Wir fahren heute hin."


def test_silence_escalates_to_the_minute_up_to_the_head_of_the_office(world: World) -> None:
    help_ = given_help(world)
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    expected = {
        29: {},
        30: {Role.CASEWORKER: ("A-J-UNASSIGNED", 0)},
        45: {Role.CASEWORKER: ("A-J-UNASSIGNED", 1), Role.TEAM_LEAD: ("A-J-UNASSIGNED", 1)},
        60: {
            Role.TEAM_LEAD: ("A-J-UNASSIGNED", 2),
            Role.PROVIDER_LEAD: ("A-P-NOACK", 2),
            Role.PROVIDER_MANAGER: ("A-P-NOACK", 2),
        },
        120: {Role.OFFICE_HEAD: ("A-J-UNASSIGNED", 3), Role.PROVIDER_MANAGER: ("A-P-NOACK", 3)},
    }
    roles = {role for called in expected.values() for role in called}
    start, heard = world.clock.now, {role: len(alarms(world, role)) for role in roles}
    for minute, called in expected.items():
        world.clock.set(start + timedelta(minutes=minute))
        world.tick()
        for role in roles:
            new = alarms(world, role)[heard[role] :]
            assert new == ([called[role]] if role in called else []), (minute, role)
            heard[role] += len(new)
    read = world.as_(Role.TEAM_LEAD).get(f"{PATH}/{told['id']}")
    assert (read["state"], read["deadline"]["is_overdue"], read["deadline"]["level"]) == ("received", True, 3)
    done = world.as_(Role.TEAM_LEAD).act(f"{PATH}/{told['id']}", "acknowledge")
    assert done["state"] == "acknowledged"


def test_what_came_due_while_the_service_was_down_fires_once_and_first_things_first(world: World) -> None:
    help_ = given_help(world)
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    world.clock.travel(minutes=5)
    urgent = body_for(world, help_, urgency="immediate", is_acute=True, acute_reason="Rauch in der Wohnung")
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, {**urgent, "child_pseudonym": "Kind K-3"})
    world.clock.travel(hours=10)
    world.tick()
    world.tick()
    heard = heard_by(world.as_(Role.TEAM_LEAD))
    lapses = [alarm["number"] for alarm in heard if alarm["level"] == 2]
    assert sorted(lapses) == ["KW-2026-0001", "KW-2026-0002"]
    assert len([alarm for alarm in heard if alarm["level"] == 1]) == 2
    head = alarms(world, Role.OFFICE_HEAD)
    assert [call for call in head if call[1] == 3] == [("A-J-UNASSIGNED", 3)] * 2


def test_several_workers_at_once_fire_each_step_once(world: World) -> None:
    help_ = given_help(world)
    for number in range(8):
        body = body_for(world, help_, child_pseudonym=f"Kind K-{number}")
        world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body)
    world.clock.travel(hours=5)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: world.tick(), range(8)))
    assert alarms(world, Role.OFFICE_HEAD) == [("A-J-UNASSIGNED", 3)] * 8
    assert len(alarms(world, Role.TEAM_LEAD)) == 8 * 3


def test_a_step_that_breaks_is_still_due_and_does_not_hold_up_the_others(world: World) -> None:
    help_ = given_help(world)
    first = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    second = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_, child_pseudonym="Kind K-9"))
    world.clock.travel(minutes=31)

    def broken(db: Any, deadline: deadlines.Deadline, level: int, at: datetime) -> list[str]:
        told = safeguarding.escalate(db, deadline, level, at)
        if str(deadline.subject_id) == first["id"]:
            raise RuntimeError("killed before the commit")
        return told

    deadlines.fire_due(world.kernel.work, {**HANDLERS, safeguarding.DEADLINE: broken}, world.clock.now)
    found = world.as_(Role.CASEWORKER).get("/v1/alarms")["items"]
    assert [alarm["notification_id"] for alarm in found if alarm["alarm_code"] == "A-J-UNASSIGNED"] == [second["id"]]
    world.tick()
    assert alarms(world, Role.CASEWORKER).count(("A-J-UNASSIGNED", 0)) == 2


def test_a_call_noted_too_late_alarms_at_once(world: World) -> None:
    help_ = given_help(world)
    body = body_for(world, help_, perceived_at="2026-03-02T06:00:00Z", received_at="2026-03-02T06:30:00Z")
    told = world.as_(Role.PROVIDER_LEAD).post(PATH, body)
    assert told["deadline"] == {
        "due_at": "2026-03-02T07:30:00Z",
        "met_at": None,
        "is_overdue": True,
        "level": None,
        "steps": [],
        "source": told["deadline"]["source"],
    }
    world.tick()
    called = world.as_(Role.TEAM_LEAD).get("/v1/alarms?sort=raised_at")["items"]
    late = {alarm["level"]: alarm["is_late_entry"] for alarm in called if alarm["alarm_code"] == "A-J-UNASSIGNED"}
    assert late == {1: True, 2: True}
    assert alarms(world, Role.OFFICE_HEAD) == []  # half an hour is left until the second lapse
    world.clock.travel(minutes=30)
    world.tick()
    (last,) = world.as_(Role.OFFICE_HEAD).get("/v1/alarms")["items"]
    assert (last["level"], last["is_late_entry"]) == (3, False)  # this one came in time


def test_a_holiday_does_not_move_the_deadline(world: World) -> None:
    help_ = given_help(world)
    world.clock.set(datetime.fromisoformat("2026-05-13T15:50:00+02:00"))  # the day before Ascension
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    assert told["deadline"]["due_at"] == "2026-05-13T14:50:00Z"
    world.tick()  # the office is still open when it hears of it, and will hand it over when it closes
    world.clock.travel(hours=2)
    world.tick()
    assert sorted(alarms(world, Role.OFFICE_HEAD)) == [("A-J-NEW", 0), ("A-J-UNASSIGNED", 3)]


def test_without_an_agreement_the_local_policy_counts(world: World) -> None:
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world))
    assert told["deadline"]["due_at"] == "2026-03-02T09:00:00Z"
    assert told["deadline"]["source"].startswith("örtliche Vorgabe")
    assert alarms(world, Role.CASEWORKER) == [("A-J-NEW", 0)]  # nobody leads the case, so every caseworker is called


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"isef_consulted_on": None}, ["isef_consultation"]),
        ({"parents_informed": None}, ["parents_informed"]),
        ({"parents_informed": "no"}, ["parents_reason"]),
        ({"child_involved": None, "child_reason": None}, ["child_involved"]),
        ({"child_reason": None}, ["child_reason"]),
    ],
)
def test_without_acute_danger_the_earlier_steps_come_first(
    world: World, changes: dict[str, Any], missing: list[str]
) -> None:
    sync = world.as_(Role.PROVIDER_SYNC)
    problem = sync.post(PATH, body_for(world, **changes), status=409)
    assert problem["missing"] == missing
    acute = sync.post(PATH, body_for(world, **changes, is_acute=True, acute_reason="Kind unversorgt allein"))
    assert acute["missing"] == missing


@pytest.mark.parametrize("urgency", ["immediate", "same_day", "within_3_days", "within_week"])
def test_acute_danger_needs_nothing_but_itself(world: World, urgency: str) -> None:
    body = acute_body(world, urgency=urgency, help_id=str(uuid4()))  # a wrong help is no reason to refuse
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body)
    assert told["help_id"] is None
    assert alarms(world, Role.TEAM_LEAD) == [("A-J-NEW", 0)]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"observation": None}, "/observation"),
        ({"urgency": "soon"}, "/urgency"),
        ({"urgency": "no_weighty"}, "/urgency"),
        ({"child_pseudonym": "Erika"}, "/child_pseudonym"),
        ({"perceived_at": "2026-03-03T07:30:00Z"}, "/perceived_at"),
        ({"received_at": "2026-03-02T09:30:00Z"}, "/received_at"),
        ({"received_at": "0001-01-01T00:00:00Z"}, "/received_at"),
        ({"youth_office_id": "01a20924-70b6-740e-99ad-814e90bc8738"}, "/youth_office_id"),
        ({"youth_office_id": None}, "/youth_office_id"),
        ({"help_id": "01a20924-70b6-740e-99ad-814e90bc8738"}, "/help_id"),
        ({"is_acute": True}, "/acute_reason"),
        ({"isef_consulted_on": "2026-03-03"}, "/isef_consulted_on"),
        ({"indications": [{"group": "supervision"}]}, "/indications/0/fact"),
        ({"name_of_child": "E"}, "/name_of_child"),
    ],
)
def test_bad_form_is_refused_at_its_place(world: World, changes: dict[str, Any], pointer: str) -> None:
    professional = world.as_(Role.PROVIDER_PROFESSIONAL)
    problem = professional.post(PATH, body_for(world, **changes), status=422)
    assert problem["errors"][0]["pointer"] == pointer
    assert professional.get(PATH)["items"] == []


@pytest.mark.parametrize("name", ["urgency", "perceived_at", "child_pseudonym", "observation"])
def test_what_is_always_needed_is_asked_for_at_its_place(world: World, name: str) -> None:
    body = {key: value for key, value in acute_body(world).items() if key != name}
    problem = world.as_(Role.PROVIDER_SYNC).post(PATH, body, status=422)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(f"/{name}", "missing")]


@pytest.mark.parametrize("instant", ["1900-01-01T00:00:00Z", "1999-12-31T23:59:59.999999Z"])
def test_no_date_however_old_holds_up_an_alarm(world: World, instant: str) -> None:
    old = {"perceived_at": instant, "received_at": instant}
    for urgency in ("immediate", "within_3_days", "within_week"):
        world.as_(Role.PROVIDER_SYNC).post(PATH, acute_body(world, urgency=urgency, **old))
    world.tick()
    assert alarms(world, Role.OFFICE_HEAD) == [("A-J-UNASSIGNED", 3)] * 3


def test_a_clock_ahead_gives_the_office_no_more_time(world: World) -> None:
    told = world.as_(Role.PROVIDER_SYNC).post(PATH, acute_body(world, received_at="2026-03-02T08:04:00Z"))
    assert told["received_at"] == "2026-03-02T08:00:00Z"
    assert told["due_at"] == "2026-03-02T09:00:00Z"


def test_a_retry_makes_one_case_and_a_second_report_of_the_day_supplements_it(world: World) -> None:
    sync, key = world.as_(Role.PROVIDER_SYNC), {"Idempotency-Key": str(uuid4())}
    body = body_for(world)
    first = sync.post(PATH, body, headers=dict(key))
    assert sync.post(PATH, body, headers=dict(key))["id"] == first["id"]
    second = sync.post(PATH, body_for(world, observation="Noch immer allein."))
    assert second["duplicate_of"] == first["id"]
    assert len(sync.get(PATH)["items"]) == 2


def test_only_those_involved_know(world: World) -> None:
    help_ = given_help(world)
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, help_))
    path = f"{PATH}/{told['id']}"
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.PROVIDER_LEAD).get(path)
    world.as_(Role.OFFICE_HEAD).get(path)
    for stranger in (
        world.as_(Role.PROVIDER_LEAD, provider),
        world.as_(Role.TEAM_LEAD, office),
        world.person(Role.CASEWORKER),  # a colleague who does not lead this case
        world.person(Role.PROVIDER_PROFESSIONAL),
    ):
        stranger.get(path, status=404)
    for role in (Role.FINANCE_OFFICER, Role.PLANNER, Role.PROVIDER_MANAGER, Role.PROVIDER_BILLING):
        world.as_(role).get(path, status=403)
    world.as_(Role.TEAM_LEAD, office).act(path, "acknowledge", version=1, status=404)
    world.as_(Role.PROVIDER_LEAD).act(path, "acknowledge", status=403)
    world.as_(Role.CASEWORKER).act(path, "acknowledge")
    world.as_(Role.CASEWORKER).act(path, "acknowledge", status=409)
    world.as_(Role.CASEWORKER).act(path, "acknowledge", version=1, status=412)


def test_seeing_an_alarm_is_noted_and_stops_nothing(world: World) -> None:
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world))
    lead = world.as_(Role.TEAM_LEAD)
    alarm = lead.get("/v1/alarms?open=true")["items"][0]
    assert lead.post(f"/v1/alarms/{alarm['id']}:see", status=200)["seen_at"] == "2026-03-02T08:00:00Z"
    assert lead.get("/v1/alarms?seen=false")["items"] == []
    assert [one["id"] for one in lead.get("/v1/alarms?open=true&seen=true")["items"]] == [alarm["id"]]
    world.as_(Role.PROVIDER_MANAGER).post(f"/v1/alarms/{alarm['id']}:see", status=404)
    world.clock.travel(minutes=61)
    world.tick()
    assert ("A-J-UNASSIGNED", 2) in alarms(world, Role.TEAM_LEAD)


def test_nothing_told_reaches_events_or_the_audit_log(world: World) -> None:
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, observation="Kennwort Zitronenfalter"))
    world.as_(Role.CASEWORKER).get(f"{PATH}/{told['id']}")
    world.clock.travel(hours=3)
    world.tick()
    with world.kernel.work.as_system() as db:
        for table in ("audit_entry", "event", "alarm", "deadline", "deadline_firing"):
            hits = db.scalar(text(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%Zitronenfalter%'"))
            assert hits == 0, table
        reads = db.scalar(
            text("SELECT count(*) FROM audit_entry WHERE action = 'jugendamt_notification.read' AND subject_id = :id"),
            {"id": told["id"]},
        )
        assert reads == 1


@pytest.mark.parametrize("label", ["Kind Müller", "K-cafe", "A B C", "Junge, ca. 6 Jahre, blaue Jacke"])
def test_no_spelling_of_a_pseudonym_holds_up_an_acute_alarm(world: World, label: str) -> None:
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, acute_body(world, child_pseudonym=label))
    assert "child_pseudonym" in told["missing"]
    assert alarms(world, Role.CASEWORKER) == [("A-J-NEW", 0)]


def test_a_help_of_another_office_is_not_silently_taken_for_the_one_named(world: World) -> None:
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Jugendamt")
    body = body_for(world, given_help(world), youth_office_id=str(other.id))
    problem = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/youth_office_id"]
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, {**body, "is_acute": True, "acute_reason": "allein"})
    assert told["youth_office_id"] == str(world.youth_office.id)
