"""Who reads a case without being involved, what stays with one person, and what was known when."""

import io
import json
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from app.modules.protection.codes import ReleaseGround
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.api import Api
from tests.modules.protection.given import CASES, Office
from tests.world import World

ACCESSES, NOTES = "/v1/emergency-accesses", "/v1/confidential-notes"
REASON = {"reason": "Der Rettungsdienst fragt nach dem Kind und seinen Allergien."}
SECRET = "Das Kind hat mir erzählt, wovor es sich fürchtet."


@pytest.fixture
def office(world: World) -> Office:
    """A case three people work on; the head of office has to break the glass to read it."""
    office = Office(world)
    world.as_(Role.DATA_PROTECTION_OFFICER)
    office.receive()
    office.assign()
    office.weighty()
    return office


def entrust(who: Api, office: Office, *, status: int = 201, **changes: Any) -> Any:
    body = {"entrusted_by": "das Kind", "content": SECRET, "shows_danger": False, **changes}
    return who.post(f"{office.path}/confidential-notes", body, status=status)


def pass_on(who: Api, note: Any, *, status: int = 201, **changes: Any) -> Any:
    body = {"ground": "assessment", "reason": "zur Einschätzung gebraucht", **changes}
    return who.post(f"{NOTES}/{note['id']}/releases", body, status=status)


def test_the_glass_is_broken_for_an_hour_with_a_reason_and_everybody_hears_of_it(office: Office) -> None:
    world, head, path = office.world, office.head, office.path
    officer = world.as_(Role.DATA_PROTECTION_OFFICER)
    head.get(f"{path}/entries", status=404)
    short = head.post(f"{path}/emergency-accesses", {"reason": "eilt"}, status=422)
    assert short["errors"][0]["pointer"] == "/reason"
    opened = head.post(f"{path}/emergency-accesses", REASON)
    assert (opened["ends_at"], opened["reviewed_at"]) == ("2026-03-02T09:00:00Z", None)
    assert head.get(f"{path}/entries")
    assert head.get(f"{path}/timeline")
    office.act(head, "record_contact", status=403, **office.contact_body())  # reading, not working
    world.tick()
    for role in (Role.DATA_PROTECTION_OFFICER, Role.TEAM_LEAD):
        alarms = world.as_(role).get("/v1/alarms?limit=200")["items"]
        assert "A-X-BREAKGLASS" in {alarm["alarm_code"] for alarm in alarms}, role
    (item,) = officer.get("/v1/worklist")["items"]
    assert (item["kind"], item["path"]) == ("protection_emergency_review", f"{ACCESSES}/{opened['id']}")

    readings = officer.get(f"{ACCESSES}/{opened['id']}/readings")
    assert [one["action"] for one in readings] == [
        f"endangerment_case.{what}" for what in ("open_emergency", "read_entries", "read_timeline")
    ]
    officer.get(f"{path}/entries", status=403)  # who supervises reads no file
    reviewed = officer.post(f"{ACCESSES}/{opened['id']}:review", {"finding": "Begründet."}, status=200)
    assert reviewed["finding"] == "Begründet."
    again = officer.post(f"{ACCESSES}/{opened['id']}:review", {"finding": "x"}, status=409)
    assert again["type"].endswith("protection-already-reviewed")
    assert officer.get("/v1/worklist")["items"] == []
    world.clock.travel(minutes=61)
    head.get(f"{path}/entries", status=404)


def test_accesses_are_listed_for_the_data_protection_officer_only(office: Office, statements: list[str]) -> None:
    opened = office.head.post(f"{office.path}/emergency-accesses", REASON)
    officer = office.world.as_(Role.DATA_PROTECTION_OFFICER)
    statements.clear()
    (listed,) = officer.get(f"{ACCESSES}?reviewed=false&sort=opened_at")["items"]
    assert len(statements) == 2  # who am I; the accesses
    assert listed == opened == officer.get(f"{ACCESSES}/{opened['id']}")
    assert officer.get(f"{ACCESSES}?reviewed=true")["items"] == []
    for role in Role:
        if Permission.PROTECTION_SUPERVISE not in GRANTS[role]:
            office.world.as_(role).get(ACCESSES, status=403)
    elsewhere = office.world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    office.world.as_(Role.DATA_PROTECTION_OFFICER, elsewhere).get(f"{ACCESSES}/{opened['id']}", status=404)


def test_a_review_that_nobody_makes_calls_the_head_of_office(office: Office) -> None:
    office.third.post(f"{office.path}/emergency-accesses", REASON)
    office.world.clock.travel(days=14)
    office.world.tick()
    alarms = office.head.get("/v1/alarms?limit=200")["items"]
    assert "A-X-BREAKGLASS" in {alarm["alarm_code"] for alarm in alarms}


def test_whoever_is_excluded_breaks_no_glass(office: Office) -> None:
    related = office.world.person(Role.CASEWORKER)
    office.act(office.lead, "exclude", account_id=str(related.account_id), reason="verwandt")
    related.post(f"{office.path}/emergency-accesses", REASON, status=404)
    office.world.as_(Role.PROVIDER_LEAD).post(f"{office.path}/emergency-accesses", REASON, status=403)


def test_nobody_changes_an_access_or_what_was_entrusted(office: Office) -> None:
    office.head.post(f"{office.path}/emergency-accesses", REASON)
    entrust(office.caseworker, office)
    with office.world.kernel.engine.connect() as db:
        for statement in (
            "UPDATE emergency_access SET ends_at = ends_at + interval '1 day'",
            "UPDATE confidential_note SET entrusted_by = 'x'",
            "DELETE FROM confidential_note",
        ):
            with pytest.raises(Exception, match="fixed"), db.begin_nested():
                db.execute(text(statement))


def test_what_was_entrusted_stays_with_whom_it_was_told(office: Office) -> None:
    note = entrust(office.caseworker, office)
    assert set(note) == {"id", "owner_id", "created_at"}
    path = f"{NOTES}/{note['id']}"
    assert office.caseworker.get(path)["content"] == SECRET
    office.head.post(f"{office.path}/emergency-accesses", REASON)
    for other in (office.second, office.third):
        assert other.get(f"{office.path}/confidential-notes") == []
        other.get(path, status=404)
        pass_on(other, note, recipient="Gericht", status=404)
    office.lead.get(path, status=403 if Permission.PROTECTION_WORK not in GRANTS[Role.TEAM_LEAD] else 404)
    office.head.get(path, status=403)
    stranger = office.world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    office.world.as_(Role.CASEWORKER, stranger).get(path, status=404)

    released = pass_on(office.caseworker, note, to_account_id=str(office.second.account_id))
    assert released["ground"] == "assessment"
    assert office.second.get(path)["content"] == SECRET
    assert office.second.get(path)["releases"] == []  # to whom else is the owner's business
    assert office.caseworker.get(path)["releases"] == [released]
    pass_on(office.second, note, recipient="Gericht", status=404)
    office.third.get(path, status=404)


def test_it_is_passed_on_for_a_ground_of_the_law_to_one(office: Office) -> None:
    note, danger = entrust(office.caseworker, office), entrust(office.caseworker, office, shows_danger=True)
    someone: dict[str, Any] = {"to_account_id": str(office.second.account_id)}

    def pointers(**changes: Any) -> list[str]:
        return [error["pointer"] for error in pass_on(office.caseworker, note, status=422, **changes)["errors"]]

    assert pointers() == ["/recipient"]
    assert pointers(recipient="Gericht", **someone) == ["/recipient"]
    assert pointers(ground="successor", **someone) == ["/ground"]  # without signs of danger it stays
    clerk = office.world.as_(Role.FINANCE_OFFICER)
    assert pointers(to_account_id=str(clerk.account_id)) == ["/to_account_id"]
    assert (
        pass_on(office.caseworker, danger, ground="successor", **someone)["to_account_id"] == someone["to_account_id"]
    )
    for ground in ReleaseGround:
        if ground is not ReleaseGround.SUCCESSOR:
            pass_on(office.caseworker, note, ground=ground.value, recipient="Familiengericht")


def test_what_was_entrusted_is_nowhere_else(office: Office) -> None:
    """Not in the timeline, the court file, events, the log, kept answers or a dump of the database."""
    world = office.world
    note = entrust(office.caseworker, office)
    office.caseworker.get(f"{NOTES}/{note['id']}")
    pass_on(office.caseworker, note, to_account_id=str(office.second.account_id))
    world.tick()
    shown = [
        office.caseworker.get(f"{office.path}/timeline"),
        office.caseworker.get(f"{office.path}/entries"),
        world.as_(Role.OFFICE_SYNC).get("/v1/events?limit=200"),
        world.as_(Role.DATA_PROTECTION_OFFICER).get("/v1/audit-entries?limit=200"),
    ]
    with world.kernel.engine.connect() as db:
        tables = db.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        dump = [row for name in tables for row in db.scalars(text(f'SELECT t::text FROM "{name}" AS t'))]
    everything = json.dumps(shown, ensure_ascii=False) + "\n".join(dump) + court_file(office)
    assert SECRET not in everything
    assert SECRET.encode().hex() not in everything


def court_file(office: Office) -> str:
    answer = office.caseworker.request("GET", f"{office.path}/court-file", status=200, headers={"Accept": "*/*"})
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_the_timeline_tells_what_was_known_when(office: Office) -> None:
    world, path = office.world, office.path
    before = world.clock.now
    world.clock.travel(hours=30)
    office.contact(happened_at="2026-03-02T09:30:00Z")
    wrong = office.last("record_contact")
    world.clock.travel(minutes=10)
    office.file("correction", corrects_id=wrong["id"], reason="Verwechslung", text="Die Wohnung ist warm.")
    now = office.caseworker.get(f"{path}/timeline")
    contact = next(one for one in now if one["title"] == wrong["title"] and one["kind"] == "entry")
    assert (contact["happened_at"], contact["known_at"]) == ("2026-03-02T09:30:00Z", "2026-03-03T14:00:00Z")
    assert (contact["is_late"], contact["corrected"]) == (True, True)
    assert [one["known_at"] for one in now] == sorted(one["known_at"] for one in now)
    then = office.caseworker.get(f"{path}/timeline?as_of={before.isoformat().replace('+00:00', 'Z')}")
    assert {one["kind"] for one in then} == {"report", "entry", "signature"}
    assert contact["subject_id"] not in {one["subject_id"] for one in then}
    between = office.caseworker.get(f"{path}/timeline?as_of=2026-03-03T14:05:00Z")
    assert next(one for one in between if one["subject_id"] == contact["subject_id"])["corrected"] is False


def test_the_timeline_takes_few_statements(office: Office, statements: list[str]) -> None:
    statements.clear()
    office.caseworker.get(f"{office.path}/timeline")
    assert len(statements) == 6  # who am I; the case; the log; signatures, reports, entries


def test_the_court_gets_the_file_as_one_document_without_who_reported(office: Office) -> None:
    office.contact()
    office.assess("acute")
    office.take()
    told = court_file(office)
    number = office.case()["number"]
    for word in (
        f"Gefährdungsakte {number}",
        "Familiengericht",
        "Kind K-2",
        "02/2024",
        "Das Kind weint seit Stunden",
        "Hausbesuch zu zweit",
        "Die Wohnung ist kalt.",
        "Kind: Kind K-2",
        "Leitung unterrichtet am 02.03.2026, 09:00",
        "Inobhutnahme",
        "§ 65 SGB VIII",
        "Berichtigungen stehen als eigene Einträge",
    ):
        assert word in told, word
    assert "Nachbarin" not in told
    entries = office.world.as_(Role.DATA_PROTECTION_OFFICER).get("/v1/audit-entries?limit=200")["items"]
    (made,) = [one for one in entries if one["action"] == "endangerment_case.make_court_file"]
    assert len(made["details"]["sha256"]) == 64
    office.head.get(f"{CASES}/{office.case_id}/court-file", status=403)


READS = {
    "state": "",
    "reports": "/reports",
    "entries": "/entries",
    "missing": "/missing",
    "custody": "/custody-measures",
    "timeline": "/timeline",
    "steps": "/transitions",
}


@pytest.mark.parametrize("what", READS)
def test_each_role_reads_what_the_matrix_gives_it(office: Office, what: str) -> None:
    """Access matrix of the facts (section 9): class C4 for where a case stands, C5 for its file."""
    world = office.world
    file = what not in {"state", "steps"}
    for role in Role:
        who = world.person(role, world.youth_office if role.side is OrganisationKind.YOUTH_OFFICE else world.provider)
        expected = 403
        if Permission.PROTECTION_READ in GRANTS[role]:
            line = {Role.TEAM_LEAD, Role.CHILD_PROTECTION_COORDINATOR}
            knows = {*line, Role.OFFICE_HEAD, Role.ON_CALL}
            expected = 200 if role in line or (role in knows and not file) else 404
            if role is Role.ON_CALL:
                expected = 200  # what is not assessed yet may need somebody at night
        who.get(f"{office.path}{READS[what]}", status=expected)
