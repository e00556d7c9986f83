"""Scenarios of the facts that concern the provider's side, over HTTP, alarms to the minute.

The Land has public holidays on Thursday 14 May (Ascension Day) and Monday 25 May 2026; office hours are 8 to 16.
"""

from datetime import UTC, datetime
from uuid import UUID

from app.modules.concerns import follow_feedback
from app.policy import OrganisationKind, Role
from tests.modules.alerts.given import given_shift
from tests.modules.concerns.given import (
    CONTENT,
    acknowledge,
    agree,
    fields_of,
    given_concern,
    step,
)
from tests.modules.safeguarding.telling import PATH, alarms, heard_by
from tests.stories.helps import given_help
from tests.world import World

CONCERNS = "/v1/concerns"


def at(world: World, day: int, hour: int, minute: int = 0) -> None:
    """A time in May 2026, on the clock of Berlin (summer)."""
    world.clock.set(datetime(2026, 5, day, hour - 2, minute, tzinfo=UTC))


def beat_at(world: World, day: int, hour: int, minute: int) -> None:
    """Every beat up to a minute: one just before, one in time."""
    at(world, day, hour, minute)
    world.clock.travel(seconds=-1)
    world.tick()
    world.clock.travel(seconds=1)
    world.tick()


def through_to_review(world: World) -> str:
    """A concern whose plan turned out not to work, on Wednesday 13 May."""
    at(world, 11, 8)
    path = given_concern(world, perceived_at="2026-05-11T05:30:00Z", is_urgent=True)
    for action in ("inform_lead", "request_isef", "record_consultation", "involve_family", "agree_protection_plan"):
        step(world, path, action)
    at(world, 13, 15, 30)
    step(world, path, "review_plan", rating="not_avertable", result="not_averted")
    return path


def test_s3_the_office_is_silent(world: World) -> None:
    """Told on Wednesday 15:50: reminded, warned, lapsed at 16:50 to the minute; on-call staff from 16:00 on."""
    world.staff()
    on_call = world.person(Role.CASEWORKER)
    path = through_to_review(world)
    given_shift(world, on_call, "2026-05-13T16:00:00+02:00", "2026-05-15T08:00:00+02:00")
    at(world, 13, 15, 50)
    told = step(world, path, "notify_ja", urgency="same_day")
    world.tick()
    lead, manager = Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER

    def by_name() -> list[str]:
        calls = heard_by(on_call)
        return [call["raised_at"][11:16] for call in calls if call["account_id"] == str(on_call.account_id)]

    assert by_name() == []
    beat_at(world, 13, 16, 0)
    assert by_name() == ["14:00"]
    beat_at(world, 13, 16, 49)
    assert (alarms(world, lead), alarms(world, manager)) == ([], [])
    beat_at(world, 13, 16, 50)
    assert alarms(world, lead) == alarms(world, manager) == [("A-P-NOACK", 2)]
    beat_at(world, 13, 17, 50)
    assert alarms(world, manager) == [("A-P-NOACK", 2), ("A-P-NOACK", 3)]
    assert world.as_(lead).get(path)["state"] == "ja_notified"  # time moves nothing
    at(world, 13, 19, 10)
    on_call.act(f"{PATH}/{told['notification_ids'][0]}", "acknowledge")
    concern = world.as_(lead).get(path)
    assert concern["state"] == "ja_acknowledged"
    feedback = next(duty for duty in concern["duties"] if duty["duty"] == "concern_feedback")
    assert feedback["due_at"] == "2026-05-29T21:59:59Z"  # ten working days, Ascension and Whit Monday left out
    at(world, 15, 9)
    world.tick()
    assert len(alarms(world, manager)) == 2  # nothing more once it is acknowledged


def test_s3_feedback_is_three_answers_and_nothing_else(world: World) -> None:
    path = through_to_review(world)
    told = step(world, path, "notify_ja")
    acknowledge(world, path)
    with world.kernel.work.as_system() as db:
        notification = UUID(told["notification_ids"][0])
        assert follow_feedback(db, notification, confirmed=True, acted=True, still_active=True, at=world.clock.now)
        assert not follow_feedback(db, UUID(int=1), confirmed=True, acted=True, still_active=True, at=world.clock.now)
    concern = world.as_(Role.PROVIDER_LEAD).get(path)
    assert concern["state"] == "monitoring"
    assert set(concern["feedback"]) == {"indications_confirmed", "ja_acted", "ja_still_active", "received_at"}
    world.clock.travel(days=30)
    world.tick()
    assert alarms(world, Role.PROVIDER_LEAD) == []
    refused = world.as_(Role.PROVIDER_LEAD).act(
        path, "receive_feedback", status=422, **fields_of(world, "receive_feedback", path), assessment="x"
    )
    assert refused["errors"][0]["pointer"] == "/assessment"


def test_s3_feedback_that_does_not_come_calls_the_providers_own_line(world: World) -> None:
    world.staff()
    path = through_to_review(world)
    step(world, path, "notify_ja")
    acknowledge(world, path)
    beat_at(world, 29, 23, 59)
    duties = world.as_(Role.PROVIDER_LEAD).get(path)["duties"]
    fired = next(duty["fired"] for duty in duties if duty["duty"] == "concern_feedback")
    assert [one["level"] for one in fired] == [0, 1]
    at(world, 30, 8)
    world.tick()
    duties = world.as_(Role.PROVIDER_LEAD).get(path)["duties"]
    late = next(duty for duty in duties if duty["duty"] == "concern_feedback")
    assert late["alarm_code"] == "A-P-FEEDBACK"
    told = [one["told"] for one in late["fired"][2:]]
    assert told == [["provider_lead", "provider_manager"], ["provider_manager"]]


def test_s9_suspicion_against_staff_shuts_the_accused_out_and_tells_of_one_child_only(world: World) -> None:
    """The accused reads nothing from that moment; another provider of the same child sees nothing either."""
    at(world, 12, 8)
    accused, lead = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.PROVIDER_LEAD)
    path = given_concern(world, perceived_at="2026-05-12T05:00:00Z")
    shut_out = {"part": "excluded", "account_id": str(accused.account_id), "reason": "Vorwurf gegen die Fachkraft"}
    lead.post(f"{path}/people", shut_out, status=200, headers={"If-Match": '"1"'})
    for where in (path, f"{path}/entries", f"{path}/transitions"):
        accused.get(where, status=404)
    assert accused.get(CONCERNS)["items"] == accused.get("/v1/worklist")["items"] == []
    told = step(world, path, "declare_immediate_danger", reason="Vorwurf des Kindes gegen eine Fachkraft")
    notification = world.as_(Role.TEAM_LEAD).get(f"{PATH}/{told['notification_ids'][0]}")
    assert notification["child_pseudonym"] == "Kind K-1"
    other = world.organisation(OrganisationKind.PROVIDER, "Ahornhaus")
    world.as_(Role.PROVIDER_LEAD, other).get(path, status=404)


def test_a_decision_to_notify_that_is_not_carried_out_calls_lead_and_management(world: World) -> None:
    """A-P-NOTIFY: within 24 hours by the clock, Ascension Day or not."""
    world.staff()
    path = through_to_review(world)  # decided on Wednesday 15:30
    beat_at(world, 14, 15, 29)
    duty = world.as_(Role.PROVIDER_LEAD).get(path)["duties"]
    assert [one["level"] for one in next(d for d in duty if d["duty"] == "concern_notify")["fired"]] == [0, 1]
    beat_at(world, 14, 15, 30)
    late = next(d for d in world.as_(Role.PROVIDER_LEAD).get(path)["duties"] if d["duty"] == "concern_notify")
    assert (late["alarm_code"], late["fired"][-1]["fired_at"]) == ("A-P-NOTIFY", "2026-05-14T13:30:00Z")
    assert late["fired"][-1]["told"] == ["provider_lead", "provider_manager"]
    beat_at(world, 14, 16, 30)
    late = next(d for d in world.as_(Role.PROVIDER_LEAD).get(path)["duties"] if d["duty"] == "concern_notify")
    assert late["fired"][-1]["told"] == ["provider_manager"]


def test_billing_and_office_learn_nothing_of_a_concern(world: World) -> None:
    """S10 (d): whoever pays, plans or counts sees neither concern nor its words."""
    help_ = given_help(world)
    path = given_concern(world, help_id=help_["id"], youth_office_id=None)
    step(world, path, "inform_lead")
    agree(world, path, "assess_no_weighty")
    for role in (Role.FINANCE_OFFICER, Role.PLANNER, Role.PROVIDER_BILLING, Role.OFFICE_ADMIN, Role.CASEWORKER):
        world.as_(role).get(path, status=403)
    for role in (Role.CASEWORKER, Role.PROVIDER_BILLING):
        seen = str(world.as_(role).get(f"/v1/helps/{help_['id']}"))
        assert "KS-2026" not in seen
    refused = world.as_(Role.PROVIDER_LEAD).act(path, "notify_ja", status=409, **CONTENT)
    assert refused["missing"] == ["insofa_consultation", "family_involvement"]
