"""What of help planning waits for whom, in the worklist and in the calendar."""

from icalendar import Calendar

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.worklists.test_calendar import FEEDS, fetch
from tests.stories.helps import given_help
from tests.stories.planning import given_confirmed, given_consulted, given_held, given_meeting, path_of
from tests.world import World

PATH = "/v1/worklist"
READ, PART, MANAGE = Permission.HELP_PLANS_READ, Permission.HELP_PLANS_TAKE_PART, Permission.HELP_PLANS_MANAGE


def shown(world: World, role: Role) -> dict[str, str]:
    """Kind → who is at turn, of what help planning has waiting."""
    items = world.as_(role).get(f"{PATH}?limit=200")["items"]
    return {item["kind"]: item["waiting_for"] for item in items if item["kind"].startswith("help_plan")}


def test_each_role_sees_what_waits_and_who_is_at_turn(world: World) -> None:
    help_ = given_help(world)
    path = path_of(given_consulted(world, help_))
    given_held(world, help_, kind="crisis")
    given_meeting(world, help_, kind="closing")
    world.clock.travel(days=2)  # the review is due on 1 April, its first reminder four weeks before
    for role in Role:
        if Permission.WORKLIST_READ not in GRANTS[role]:
            continue
        turns = {permission: "me" if permission in GRANTS[role] else "them" for permission in (PART, MANAGE)}
        seen = {
            "help_plan_review": turns[MANAGE],
            "help_plan_to_agree": turns[MANAGE] if role.side is OrganisationKind.YOUTH_OFFICE else turns[PART],
            "help_plan_meeting": turns[PART],
            "help_plan_minutes": turns[MANAGE],
        }
        assert shown(world, role) == (seen if READ in GRANTS[role] else {}), role

    # Who has said what it thinks waits for the others.
    world.as_(Role.PROVIDER_PROFESSIONAL).post(f"{path}/statements", {"text": "Wir kommen früh."})
    assert shown(world, Role.PROVIDER_LEAD)["help_plan_to_agree"] == "them"
    assert shown(world, Role.CASEWORKER)["help_plan_to_agree"] == "me"


def test_a_running_help_without_a_plan_waits_for_its_caseworker(world: World) -> None:
    help_ = given_help(world)
    assert shown(world, Role.CASEWORKER) == {"help_plan_missing": "me"}
    assert shown(world, Role.PROVIDER_LEAD) == shown(world, Role.FINANCE_OFFICER) == {}
    [item] = world.as_(Role.CASEWORKER).get(f"{PATH}?kind=help_plan_missing")["items"]
    assert (item["path"], item["due_at"]) == (f"/v1/helps/{help_['id']}", "2026-01-15T22:59:59Z")
    world.as_(Role.CASEWORKER).post("/v1/help-plans", {"help_id": help_["id"]})
    assert "help_plan_missing" not in shown(world, Role.CASEWORKER)


def test_what_is_done_waits_no_more(world: World) -> None:
    caseworker, help_ = world.as_(Role.CASEWORKER), given_help(world)
    plan = given_confirmed(world, help_)
    task = caseworker.get("/v1/help-plan-tasks")["items"][0]["id"]
    assert shown(world, Role.CASEWORKER) == {"help_plan_task": "me"}  # its review is further away than the reminder
    caseworker.act(f"/v1/help-plan-tasks/{task}", "complete")
    world.clock.travel(days=2)
    assert shown(world, Role.CASEWORKER) == {"help_plan_review": "me"}
    meeting = f"/v1/help-plan-meetings/{given_held(world, help_)['id']}"
    assert shown(world, Role.CASEWORKER) == {"help_plan_minutes": "me"}
    caseworker.post(f"{meeting}/minutes", {"text": "Es geht voran."})
    assert shown(world, Role.CASEWORKER) == {}
    cancelled = given_meeting(world, help_)
    caseworker.act(f"/v1/help-plan-meetings/{cancelled['id']}", "cancel", reason="Krankheit")
    caseworker.act(path_of(plan), "end", reason="Ziele erreicht")
    world.clock.travel(days=250)
    assert shown(world, Role.CASEWORKER) == {}


def test_the_office_head_is_shown_the_reviews_it_was_called_for_and_no_plan(world: World) -> None:
    plan = given_confirmed(world)
    world.clock.travel(days=31)
    world.tick()
    assert shown(world, Role.OFFICE_HEAD) == {}
    world.clock.travel(days=28)
    world.tick()
    [item] = world.as_(Role.OFFICE_HEAD).get(f"{PATH}?kind=help_plan_review")["items"]
    assert (item["number"], item["is_overdue"], item["waiting_for"]) == (plan["number"], True, "them")
    assert world.as_(Role.OFFICE_HEAD).get(item["path"])["items"][0]["number"] == plan["number"]


def test_items_lead_to_plan_and_meeting_and_stand_in_the_calendar(world: World) -> None:
    help_ = given_help(world)
    plan, meeting = given_consulted(world, help_), given_meeting(world, help_, starts_at="2026-03-10T14:00:00+01:00")
    for role in (Role.CASEWORKER, Role.PROVIDER_PROFESSIONAL):
        items = {item["kind"]: item for item in world.as_(role).get(PATH)["items"]}
        agree, meet = items["help_plan_to_agree"], items["help_plan_meeting"]
        assert (agree["number"], agree["due_at"]) == (plan["number"], "2026-03-16T08:00:00Z")
        assert (meet["number"], meet["due_at"]) == (help_["number"], meeting["starts_at"])
        assert [world.as_(role).get(item["path"])["help_id"] for item in (agree, meet)] == [help_["id"]] * 2
        events = Calendar.from_ical(fetch(world, world.as_(role).post(FEEDS)["url"])).walk("VEVENT")
        assert f"Hilfeplangespräch führen ({help_['number']})" in [str(event["SUMMARY"]) for event in events]
    counts = {one["kind"]: one for one in world.as_(Role.PROVIDER_LEAD).get(PATH)["counts"]}
    assert (counts["help_plan_to_agree"]["for_me"], counts["help_plan_meeting"]["for_me"]) == (1, 1)
    world.clock.travel(days=9)
    counts = {one["kind"]: one for one in world.as_(Role.CASEWORKER).get(PATH)["counts"]}
    assert counts["help_plan_meeting"]["for_me_overdue"] == 1
    colleague = world.person(Role.CASEWORKER)
    assert colleague.get(PATH)["items"] == []
