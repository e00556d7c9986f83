"""Reports of every kind open a case; two professionals look at it, and nobody can be both."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from app.core.kernel import Kernel
from app.policy import Role
from tests.modules.protection.given import CASES, NOT_WEIGHTY, REPORTS, WEIGHTY, Office, report_body
from tests.modules.safeguarding.telling import PATH as NOTIFICATIONS
from tests.modules.safeguarding.telling import acute_body, body_for
from tests.stories.helps import given_help
from tests.world import World


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


@pytest.mark.parametrize("reporter", ["secrecy_holder", "citizen", "police", "court", "anonymous", "self"])
def test_every_kind_of_report_opens_a_case_and_calls_somebody(office: Office, reporter: str) -> None:
    office.receive(reporter=reporter, identity=None)
    case = office.case()
    assert case["state"] == "received"
    assert case["number"].startswith("GF-2026-")
    assert [child["pseudonym"] for child in case["children"]] == ["Kind K-2"]
    due = {duty["kind"]: duty["due_at"] for duty in case["duties"]}
    assert due["protection_first_check"] == "2026-03-02T10:00:00Z"
    assert office.codes(office.lead) == [("A-J-REPORT", 0, "2026-03-02T08:00:00Z")]
    assert office.codes(office.caseworker) == [("A-J-REPORT", 0, "2026-03-02T08:00:00Z")]
    [report] = office.lead.get(f"{office.path}/reports")
    assert (report["reporter"], report["content"]) == (reporter, "Das Kind weint seit Stunden, niemand öffnet.")


def test_a_providers_notification_opens_the_case_with_it(world: World, office: Office) -> None:
    help_ = given_help(world)
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(NOTIFICATIONS, body_for(world, help_))
    [case] = office.lead.get(CASES)["items"]
    assert (case["state"], case["urgency"], case["received_at"]) == ("received", "same_day", told["received_at"])
    [report] = office.lead.get(f"{CASES}/{case['id']}/reports")
    assert (report["reporter"], report["notification_id"], report["wants_feedback"]) == ("provider", told["id"], True)
    assert report["content"] == "Das Kind war um 8 Uhr allein in der Wohnung."
    for role in (Role.PROVIDER_PROFESSIONAL, Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER, Role.PROVIDER_SYNC):
        world.as_(role).get(f"{CASES}/{case['id']}", status=403)
        world.as_(role).get(CASES, status=403)


def test_a_second_notification_of_the_same_child_joins_the_open_case(world: World, office: Office) -> None:
    help_ = given_help(world)
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    provider.post(NOTIFICATIONS, body_for(world, help_, urgency="within_week"))
    world.clock.travel(days=2)
    provider.post(NOTIFICATIONS, body_for(world, help_, urgency="same_day"))
    [case] = office.lead.get(CASES)["items"]
    assert case["urgency"] == "same_day"  # raised, and the first check is reckoned anew
    office.case_id = case["id"]
    open_ = [d["due_at"] for d in office.case()["duties"] if d["kind"] == "protection_first_check" and not d["met_at"]]
    assert min(open_) < "2026-03-04T10:00:01Z"
    provider.post(NOTIFICATIONS, body_for(world, help_, urgency="within_week"))
    assert office.case()["urgency"] == "same_day"
    provider.post(NOTIFICATIONS, body_for(world, help_, child_pseudonym="Kind K-9"))
    assert len(office.lead.get(CASES)["items"]) == 2


def test_an_acute_notification_is_immediate(world: World, office: Office) -> None:
    world.as_(Role.PROVIDER_PROFESSIONAL).post(NOTIFICATIONS, acute_body(world))
    [case] = office.lead.get(CASES)["items"]
    assert (case["urgency"], case["is_acute"]) == ("immediate", True)


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"reporter": "provider"}, "/reporter", "provider"),
    ({"reporter": "anonymous"}, "/identity", "anonymous"),
    ({"reporter": "anonymous", "identity": None, "wants_feedback": True}, "/wants_feedback", "anonymous"),
    ({"received_at": "2026-03-02T08:06:00Z"}, "/received_at", "future"),
    ({"children": [{"pseudonym": "Kind K-2"}, {"pseudonym": "Kind K-2"}]}, "/children/1/pseudonym", "twice"),
    (
        {"children": [{"pseudonym": "Kind K-2", "earlier_id": "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10"}]},
        "/children/0/earlier_id",
        "unknown",
    ),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), FAULTS, ids=[f"{f[1]}-{f[2]}" for f in FAULTS])
def test_faults_of_a_report_are_told_with_their_place(
    office: Office, changes: dict[str, Any], pointer: str, code: str
) -> None:
    refused = office.caseworker.post(REPORTS, report_body(**changes), status=422)
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [(pointer, code)]


MANDATORY = ["reporter", "channel", "content", "children", "whereabouts", "urgency_claim", "procedure_explained"]


@pytest.mark.parametrize("name", [*MANDATORY, "wants_feedback"])
def test_a_report_tells_everything_it_must(office: Office, name: str) -> None:
    body = report_body()
    del body[name]
    refused = office.caseworker.post(REPORTS, body, status=422)
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [(f"/{name}", "missing")]


def test_a_report_cannot_be_changed_not_even_in_the_database(office: Office, kernel: Kernel) -> None:
    office.receive()
    for table in ("endangerment_report", "protection_entry", "protection_signature"):
        for change in (f"UPDATE {table} SET youth_office_id = youth_office_id", f"DELETE FROM {table}"):
            with kernel.engine.connect() as owner, pytest.raises(Exception, match="this row is fixed"):
                owner.execute(text(change))


def test_who_reported_lies_sealed_and_is_read_by_whoever_works_on_the_case(office: Office, kernel: Kernel) -> None:
    office.receive()
    with kernel.engine.connect() as owner:
        dump = owner.scalar(text("SELECT string_agg(r::text, '') FROM endangerment_report AS r"))
    assert "Nachbarin" not in str(dump)
    assert b"Nachbarin".hex() not in str(dump)
    office.assign()
    [report] = office.lead.get(f"{office.path}/reports")
    place = f"{office.path}/reports/{report['id']}/reporter"
    assert office.caseworker.get(place) == {"identity": "Nachbarin, Tel. 0000"}
    office.lead.get(place, status=404)
    log = office.world.as_(Role.DATA_PROTECTION_OFFICER).get("/v1/audit-entries?limit=200")["items"]
    assert "endangerment_case.read_reporter" in {entry["action"] for entry in log}


def test_one_key_opens_one_case(office: Office) -> None:
    for _ in range(2):
        office.caseworker.post(REPORTS, report_body(), headers={"Idempotency-Key": "once"})
    assert len(office.lead.get(CASES)["items"]) == 1


def test_the_first_check_needs_two_persons(office: Office) -> None:
    office.receive()
    office.assign()
    office.act(office.caseworker, "propose_weighty", **WEIGHTY)
    entry = office.last("propose_weighty")
    refused = office.act(office.caseworker, "confirm_weighty", status=409, entry_id=entry["id"], urgency="same_day")
    assert refused["type"].endswith("protection-four-eyes")
    case = office.act(office.second, "confirm_weighty", entry_id=entry["id"], urgency="immediate", dissent="eiliger")
    assert (case["state"], case["urgency"]) == ("assessing", "immediate")  # the more urgent of both counts
    [signature] = office.last("propose_weighty")["signatures"]
    assert (signature["account_id"], signature["dissent"]) == (str(office.second.account_id), "eiliger")
    duties = {duty["kind"]: duty for duty in case["duties"]}
    assert duties["protection_first_check"]["met_at"] == "2026-03-02T08:00:00Z"
    assert duties["protection_contact"]["due_at"] == "2026-03-02T10:00:00Z"


def test_one_person_with_two_roles_is_one_person(world: World, office: Office) -> None:
    admin = world.as_(Role.OFFICE_ADMIN)
    both = office.caseworker
    admin.patch(f"/v1/accounts/{both.account_id}", {"roles": ["caseworker", "team_lead", "on_call"]}, version=1)
    office.receive()
    same = office.assign(status=422, second_id=str(both.account_id))
    assert [error["pointer"] for error in same["errors"]] == ["/second_id"]
    office.assign()
    office.act(both, "propose_not_weighty", **NOT_WEIGHTY)
    entry = office.last("propose_not_weighty")
    office.act(both, "confirm_not_weighty", status=409, entry_id=entry["id"])
    assert office.act(office.lead, "confirm_not_weighty", entry_id=entry["id"])["state"] == "not_weighty"


def test_the_database_refuses_one_person_for_both(office: Office, kernel: Kernel) -> None:
    office.receive()
    office.assign()
    office.act(office.caseworker, "propose_weighty", **WEIGHTY)
    sign = (
        "INSERT INTO protection_signature (entry_id, account_id, youth_office_id, case_id, is_lead, signed_at) "
        "SELECT id, recorded_by, youth_office_id, case_id, false, now() FROM protection_entry WHERE case_id = :case "
        "AND kind = 'propose_weighty'"
    )
    jump = "UPDATE endangerment_case SET state = 'assessing' WHERE id = :case"
    for attempt in (sign, jump):
        with kernel.engine.connect() as owner, pytest.raises(Exception, match=r"two persons|does not sign"):
            owner.execute(text(attempt), {"case": office.case_id})
    both = "UPDATE endangerment_case SET second_id = caseworker_id WHERE id = :case"
    with kernel.engine.connect() as owner, pytest.raises(Exception, match="two_persons"):
        owner.execute(text(both), {"case": office.case_id})


def test_what_was_proposed_is_what_is_confirmed(office: Office) -> None:
    office.receive()
    office.assign()
    office.act(office.caseworker, "propose_weighty", **WEIGHTY)
    first = office.last("propose_weighty")["id"]
    office.act(office.second, "confirm_not_weighty", status=422, entry_id=first)
    office.act(office.caseworker, "propose_not_weighty", **NOT_WEIGHTY)
    gone = office.act(office.second, "confirm_weighty", status=422, entry_id=first, urgency="same_day")
    assert [(error["pointer"], error["code"]) for error in gone["errors"]] == [("/entry_id", "not_pending")]


def test_whoever_is_excluded_sees_the_case_no_more(office: Office) -> None:
    office.receive()
    other = office.world.person(Role.TEAM_LEAD)
    other.get(office.path)
    office.act(office.lead, "exclude", account_id=str(other.account_id), reason="mit der Familie verwandt")
    other.get(office.path, status=404)
    refused = office.assign(status=422, second_id=str(other.account_id))
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/second_id", "excluded")]


def test_only_those_involved_and_their_line_see_a_case(office: Office) -> None:
    office.receive()
    stranger = office.world.person(Role.CASEWORKER)
    stranger.get(office.path)  # nobody works on it yet: whoever is there may
    office.assign()
    for who in (office.caseworker, office.second, office.third, office.lead, office.on_call):
        who.get(office.path)
        who.get(f"{office.path}/entries")
    stranger.get(office.path, status=404)
    office.head.get(office.path)
    office.head.get(f"{office.path}/entries", status=404)  # the head of office needs a break-glass access
    for role in (Role.PLANNER, Role.FINANCE_OFFICER, Role.OFFICE_ADMIN, Role.DATA_PROTECTION_OFFICER):
        office.world.as_(role).get(office.path, status=403)


def test_urgency_rises_by_one_person_and_falls_by_two(office: Office) -> None:
    office.receive(urgency_claim="within_week")
    office.assign()
    office.weighty("within_3_days")
    refused = office.act(office.caseworker, "raise_urgency", status=422, urgency="within_week", reasons="?")
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/urgency", "not_higher")]
    case = office.act(office.caseworker, "raise_urgency", urgency="same_day", reasons="Das Kind ist verletzt.")
    contacts = [duty for duty in case["duties"] if duty["kind"] == "protection_contact"]
    assert [duty["due_at"] for duty in contacts if not duty["met_at"]] == ["2026-03-03T08:00:00Z"]  # from the receipt
    office.act(office.caseworker, "propose_lower_urgency", urgency="within_week", reasons="Das Kind ist versorgt.")
    entry = office.last("propose_lower_urgency")["id"]
    office.act(office.caseworker, "confirm_lower_urgency", status=409, entry_id=entry)
    case = office.act(office.second, "confirm_lower_urgency", entry_id=entry)
    assert case["urgency"] == "within_week"
    contacts = [duty for duty in case["duties"] if duty["kind"] == "protection_contact" and not duty["met_at"]]
    assert [duty["due_at"] for duty in contacts] == ["2026-03-03T08:00:00Z"]  # never moves back


def test_a_stale_reading_and_a_foreign_case_are_refused(office: Office) -> None:
    office.receive()
    office.lead.act(office.path, "exclude", version=9, status=412, account_id=str(office.head.account_id), reason="x")
    other = Office(office.world)
    other.receive()
    report = other.lead.get(f"{other.path}/reports")[0]["id"]
    refused = office.act(office.caseworker, "acknowledge", status=422, report_id=report)
    assert [error["pointer"] for error in refused["errors"]] == ["/report_id"]
    own = office.lead.get(f"{office.path}/reports")[0]["id"]
    office.act(office.caseworker, "acknowledge", report_id=own)
    assert office.last("acknowledge")["content"]["report_id"] == own


@pytest.mark.parametrize(
    ("at", "on_call"),
    [("2026-03-02T08:00:00Z", False), ("2026-03-02T15:00:00Z", True), ("2026-03-07T10:00:00Z", True)],
)
def test_on_call_staff_is_called_when_the_office_is_closed(office: Office, at: str, on_call: bool) -> None:
    office.world.clock.set(datetime.fromisoformat(at).astimezone(UTC))
    office.receive()
    assert bool(office.codes(office.on_call)) is on_call


def test_a_letter_of_yesterday_is_due_since_yesterday(office: Office) -> None:
    office.world.clock.travel(days=2)
    office.receive(channel="letter", received_at="2026-03-02T08:00:00Z")
    [report] = office.lead.get(f"{office.path}/reports")
    assert report["is_late_entry"]
    office.world.tick()
    alarms = office.lead.get("/v1/alarms?sort=raised_at")["items"]
    assert {(alarm["level"], alarm["is_late_entry"]) for alarm in alarms if alarm["level"]} == {(1, True), (2, True)}


def test_reading_a_case_and_the_list_cost_few_statements(office: Office, statements: list[str]) -> None:
    for _ in range(5):
        office.receive()
    statements.clear()
    assert len(office.lead.get(f"{CASES}?open=true")["items"]) == 5
    assert len(statements) == 2  # the actor, the page
    statements.clear()
    office.lead.get(office.path)
    assert len(statements) <= 6  # actor, case, log, children, duties
