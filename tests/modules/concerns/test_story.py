"""The provider's way from the first sign to its end, over HTTP (scenarios S1 and S2 of the facts)."""

from datetime import UTC, datetime

from app.policy import Role
from tests.modules.concerns.given import (
    CONTENT,
    DANGER,
    FAMILY,
    PATH,
    acknowledge,
    agree,
    ask_isef,
    concern_body,
    fields_of,
    given_asked_isef,
    given_concern,
    step,
)
from tests.world import World


def at(world: World, day: int, hour: int, minute: int = 0) -> None:
    """A time in May 2026, on the clock of Berlin (summer)."""
    world.clock.set(datetime(2026, 5, day, hour - 2, minute, tzinfo=UTC))


def test_a_plan_that_works_ends_without_the_youth_office(world: World) -> None:
    """S1: signs, lead, team, consultation, family, plan, review, averted; no alarm, nothing at the office."""
    world.staff()
    worker, lead = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.PROVIDER_LEAD)
    isef = given_asked_isef(world)
    at(world, 5, 9)  # Tuesday
    path = given_concern(world, perceived_at="2026-05-05T06:30:00Z")
    at(world, 5, 11)
    worker.act(path, "inform_lead", **fields_of(world, "inform_lead", path))
    at(world, 6, 10)
    asked = ask_isef(world, path, isef)
    at(world, 8, 14)  # Friday
    advisor = world.as_(Role.PROVIDER_ISEF)
    consultation = advisor.get(f"/v1/isef-consultations/{asked['consultation_ids'][0]}")
    assert (consultation["pseudonym"], consultation["age_bands"]) == ("ZX-41", ["under_6"])
    advisor.post(
        f"/v1/isef-consultations/{consultation['id']}:answer",
        {"participants": ["Fachkraft"], "rating": "weighty", "recommended_steps": ["Gespräch mit der Mutter"]},
        status=200,
        headers={"If-Match": f'"{consultation["version"]}"'},
    )
    assert worker.get(path)["state"] == "isef_done"
    at(world, 11, 9)  # Monday
    worker.act(path, "involve_family", **FAMILY)
    worker.act(path, "agree_protection_plan", **fields_of(world, "agree_protection_plan", path))
    assert worker.get(path)["review_on"] == "2026-05-25"
    at(world, 25, 10)
    worker.act(path, "review_plan", **fields_of(world, "review_plan", path))
    agree(world, path, "danger_averted")
    assert lead.act(path, "danger_averted", **fields_of(world, "danger_averted", path))["state"] == "closed_averted"
    world.tick()
    closed = worker.get(path)
    assert [duty for duty in closed["duties"] if duty["met_at"] is None or duty["fired"]] == []
    for role in (Role.CASEWORKER, Role.TEAM_LEAD, Role.OFFICE_HEAD):
        world.as_(role).get(path, status=403)
    assert world.as_(Role.TEAM_LEAD).get("/v1/jugendamt-notifications")["items"] == []


def test_help_that_does_not_suffice_is_told_with_what_the_file_holds(world: World) -> None:
    path = given_concern(world)
    for action in ("inform_lead", "request_isef", "record_consultation", "involve_family", "agree_protection_plan"):
        step(world, path, action)
    step(world, path, "review_plan", rating="weighty", result="not_averted")
    told = step(world, path, "notify_ja")
    assert told["state"] == "ja_notified"
    notification = world.as_(Role.TEAM_LEAD).get(f"/v1/jugendamt-notifications/{told['notification_ids'][0]}")
    assert notification["child_pseudonym"] == "Kind K-1"
    assert notification["isef_consulted_on"] == "2026-03-02"
    assert [sign["group"] for sign in notification["indications"]] == ["care_basic", "supervision"]
    assert notification["further"]["measures_refused"] == ["Haushaltshilfe"]
    assert notification["missing"] == []
    acknowledge(world, path)
    assert world.as_(Role.PROVIDER_PROFESSIONAL).get(path)["state"] == "ja_acknowledged"
    step(world, path, "receive_feedback")
    done = step(world, path, "handover_complete")
    assert done["state"] == "closed_handed_over"
    feedback = world.as_(Role.PROVIDER_PROFESSIONAL).get(path)["feedback"]
    assert (feedback["indications_confirmed"], feedback["ja_acted"], feedback["ja_still_active"]) == (True, True, False)


def test_without_consultation_and_without_acute_danger_the_office_is_not_told(world: World) -> None:
    """S2: refused with what is missing, nothing moved, written in the log; acute danger passes at once."""
    path = given_concern(world)
    step(world, path, "inform_lead")
    lead = world.as_(Role.PROVIDER_LEAD)
    refused = lead.act(path, "notify_ja", status=409, **CONTENT)
    assert refused["missing"] == ["insofa_consultation", "family_involvement"]
    assert lead.get(path)["state"] == "team_review"
    told = world.as_(Role.PROVIDER_PROFESSIONAL).act(path, "declare_immediate_danger", **DANGER)
    assert (told["state"], told["is_fast_path"]) == ("ja_notified", True)
    duties = {duty["duty"]: duty for duty in lead.get(path)["duties"] if duty["met_at"] is None}
    assert set(duties) == {"concern_isef_request", "concern_written"}
    notification = world.as_(Role.TEAM_LEAD).get(f"/v1/jugendamt-notifications/{told['notification_ids'][0]}")
    assert (notification["urgency"], notification["is_acute"]) == ("immediate", True)
    assert notification["measures_taken"] == ["Rettungsdienst, Feuerwehr (112): unterwegs"]


def test_acute_danger_is_told_in_the_call_that_writes_it_down(world: World) -> None:
    body = concern_body(world, danger={"action": "declare_immediate_danger", **DANGER})
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body)
    assert told["state"] == "ja_notified"
    assert len(told["notification_ids"]) == 1
