"""A case goes to the youth office that has become competent (§ 8a Abs. 6 SGB VIII), and no hour lies between."""

from typing import Any

import pytest

from app.policy import Role
from tests.api import Api
from tests.modules.protection.given import Office
from tests.world import World

PATH = "/v1/protection-transfers"
SUMMARY = "Säugling unterernährt, Eltern arbeiten teilweise mit."
FAMILY = "Familie Beispiel, Neue Straße 5"


@pytest.fixture
def office(world: World) -> Office:
    """A latent danger, with a plan."""
    made = Office(world)
    made.receive()
    made.assign()
    made.weighty()
    made.contact()
    made.assess("latent")
    made.plan()
    return made


@pytest.fixture
def there(world: World) -> World:
    return World(world.kernel, world.http, world.clock, world.ticker)


class Transfer:
    """A case on its way."""

    def __init__(self, office: Office, there: World) -> None:
        self.office, self.there = office, there
        self.path = ""

    def prepare(self, **changes: Any) -> Any:
        body: dict[str, Any] = {
            "receiving_office_id": str(self.there.youth_office.id),
            "reason": "Umzug",
            "is_acute": False,
        }
        self.office.act(self.office.caseworker, "prepare_transfer", **{**body, **changes})
        [row] = self.office.caseworker.get(f"{PATH}?direction=outgoing&case_id={self.office.case_id}")["items"]
        self.path = f"{PATH}/{row['id']}"
        return row

    def act(self, who: Api, action: str, *, status: int = 200, **fields: Any) -> Any:
        return who.act(self.path, action, status=status, **fields)

    def announce(self) -> Any:
        return self.act(self.office.caseworker, "announce", spoken_to="Frau Muster, Teamleitung")

    def send(self, *, status: int = 200, who: Api | None = None, **changes: Any) -> Any:
        body: dict[str, Any] = {
            "summary": SUMMARY,
            "identity": FAMILY,
            "new_residence": "Neustadt",
            "entry_ids": [self.office.last("assess")["id"]],
            "note_ids": [],
        }
        return self.act(who or self.office.caseworker, "send", status=status, **{**body, **changes})

    def discuss(self, *, status: int = 200, **changes: Any) -> Any:
        body: dict[str, Any] = {
            "family": "yes",
            "participants": "beide Jugendämter, Mutter",
            "result": "Übernahme vereinbart",
        }
        return self.act(self.office.caseworker, "discuss", status=status, **{**body, **changes})

    @property
    def lead(self) -> Api:
        return self.there.as_(Role.TEAM_LEAD)

    @property
    def received(self) -> Any:
        """The case it became at the other office."""
        return self.lead.get(f"/v1/endangerment-cases/{self.lead.get(self.path)['case_id']}")

    def due(self) -> dict[str, str]:
        duties = self.office.lead.get(self.path)["duties"]
        return {duty["kind"]: duty["due_at"] for duty in duties if duty["met_at"] is None}

    def codes(self, who: Api) -> list[tuple[str, int, str]]:
        alarms = who.get("/v1/alarms?sort=raised_at&limit=200")["items"]
        return [(a["alarm_code"], a["level"], a["raised_at"]) for a in alarms if a["alarm_code"].startswith("A-T-")]


@pytest.fixture
def transfer(office: Office, there: World) -> Transfer:
    return Transfer(office, there)


def entrust(office: Office, content: str, *, shows_danger: bool, who: Api | None = None) -> str:
    told = {"entrusted_by": "das Kind", "content": content, "shows_danger": shows_danger}
    return str((who or office.caseworker).post(f"{office.path}/confidential-notes", told)["id"])


def test_a_family_moves_to_another_town(office: Office, transfer: Transfer) -> None:
    """Script S7 of the facts: late acceptance calls both team leads, the plan's review stays due until then."""
    told, kept = (
        entrust(office, "Der Vater schlägt.", shows_danger=True),
        entrust(office, "Kummer.", shows_danger=False),
    )
    row = transfer.prepare()
    assert (row["state"], row["case_id"]) == ("prepared", office.case_id)
    assert transfer.due() == {"protection_handover": "2026-03-09T22:59:59Z"}  # five working days
    refused = transfer.send(status=422, note_ids=[told, kept])
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/note_ids/1", "no_danger")]
    transfer.lead.get(transfer.path, status=404)  # nothing was sent yet
    assert transfer.send(note_ids=[told])["state"] == "sent"
    assert transfer.due()["protection_handover_accepted"] == "2026-03-05T22:59:59Z"  # three working days
    assert transfer.discuss()["state"] == "discussed"
    assert "protection_handover" not in transfer.due()
    assert transfer.codes(office.lead) == []
    office.world.clock.travel(days=4)
    office.world.ticker.beat()
    late = ("A-T-NOACCEPT", 2, office.world.clock.now.isoformat().replace("+00:00", "Z"))
    assert late in transfer.codes(office.lead)
    assert late in transfer.codes(transfer.lead)
    assert office.case()["state"] == "plan_active"
    open_duties = [duty["kind"] for duty in office.case()["duties"] if duty["met_at"] is None]
    assert "protection_plan_review" in open_duties
    assert transfer.act(transfer.lead, "accept")["state"] == "accepted"
    case = office.case()
    assert case["state"] == "transferred_out"
    assert [duty for duty in case["duties"] if duty["met_at"] is None] == []
    assert transfer.due() == {}
    assert case["children"][0]["closed_at"] is not None  # its assessment is counted here
    assert office.last("transfer_step")["content"] == {"step": "accept", "transfer_id": row["id"]}


def test_what_is_sent_opens_a_case_and_calls_somebody_there(office: Office, transfer: Transfer) -> None:
    note = entrust(office, "Der Vater schlägt.", shows_danger=True)
    transfer.prepare()
    sent = transfer.send(note_ids=[note])
    assert sent["case_id"] == office.case_id
    case = transfer.received
    assert (case["state"], case["urgency"]) == ("received", "same_day")
    assert case["id"] != office.case_id
    assert [child["pseudonym"] for child in case["children"]] == ["Kind K-2"]
    assert "protection_first_check" in {duty["kind"] for duty in case["duties"]}
    caseworker = transfer.there.as_(Role.CASEWORKER)
    assert "A-J-REPORT" in {alarm["alarm_code"] for alarm in caseworker.get("/v1/alarms")["items"]}
    path = f"/v1/endangerment-cases/{case['id']}/reports"
    [report] = caseworker.get(path)
    assert (report["reporter"], report["content"], report["whereabouts"]) == ("youth_office", SUMMARY, "Neustadt")
    dossier = caseworker.get(f"{path}/{report['id']}/dossier")["dossier"]
    assert dossier["identity"] == FAMILY
    assert dossier["number"] == office.case()["number"]
    assert [child["result"] for child in dossier["children"]] == ["latent"]
    assert [entry["content"]["instrument"] for entry in dossier["entries"]] == ["Kinderschutzbogen"]
    assert dossier["entrusted"] == [{"entrusted_by": "das Kind", "content": "Der Vater schlägt."}]
    log = transfer.there.as_(Role.DATA_PROTECTION_OFFICER).get(f"/v1/audit-entries?subject_id={case['id']}&limit=200")[
        "items"
    ]
    assert "endangerment_case.read_dossier" in {entry["action"] for entry in log}
    releases = office.caseworker.get(f"/v1/confidential-notes/{note}")["releases"]
    assert [release["ground"] for release in releases] == ["successor"]


def test_names_lie_sealed_and_reach_nobody_but_who_works_there(office: Office, transfer: Transfer) -> None:
    transfer.prepare()
    transfer.send()
    received = transfer.received
    there = transfer.there
    assert FAMILY not in str(office.lead.get(f"{office.path}/entries"))
    assert FAMILY not in str(transfer.lead.get(f"/v1/endangerment-cases/{received['id']}/timeline"))
    assert received["id"] not in str(office.lead.get(transfer.path))
    assert office.case_id not in str(transfer.lead.get(transfer.path))
    office.caseworker.get(f"/v1/endangerment-cases/{received['id']}", status=404)
    [report] = transfer.lead.get(f"/v1/endangerment-cases/{received['id']}/reports")
    dossier = f"/v1/endangerment-cases/{received['id']}/reports/{report['id']}/dossier"
    people = {name: there.person(Role.CASEWORKER) for name in ("caseworker_id", "second_id", "substitute_id")}
    ids: dict[str, Any] = {name: str(one.account_id) for name, one in people.items()}
    transfer.lead.act(f"/v1/endangerment-cases/{received['id']}", "assign", **ids)
    assert people["second_id"].get(dossier)["dossier"]["identity"] == FAMILY
    for who in (transfer.lead, there.as_(Role.CASEWORKER), there.as_(Role.OFFICE_HEAD), office.caseworker):
        who.get(dossier, status=404)
    there.as_(Role.FINANCE_OFFICER).get(PATH, status=403)


def test_acute_danger_is_told_by_telephone_within_the_hour_and_sent_the_same_day(
    office: Office, transfer: Transfer
) -> None:
    transfer.prepare(is_acute=True)
    due = {"protection_handover": "2026-03-02T09:00:00Z", "protection_handover_sent": "2026-03-02T22:59:59Z"}
    assert transfer.due() == due
    office.world.clock.travel(hours=1)
    office.world.ticker.beat()
    assert ("A-T-HANDOVER", 2, "2026-03-02T09:00:00Z") in transfer.codes(office.lead)
    transfer.announce()
    assert set(transfer.due()) == {"protection_handover_sent"}
    transfer.send()
    assert set(transfer.due()) == {"protection_handover_accepted"}
    assert transfer.received["is_acute"]


def test_an_office_that_is_not_competent_says_so_and_the_case_stays(office: Office, transfer: Transfer) -> None:
    transfer.prepare()
    transfer.send()
    received = transfer.received
    transfer.act(transfer.there.as_(Role.CASEWORKER), "reject", status=403, reason="wohnt nicht hier")
    assert transfer.act(transfer.lead, "reject", reason="wohnt nicht hier")["rejection"] == "wohnt nicht hier"
    after = transfer.lead.get(f"/v1/endangerment-cases/{received['id']}")
    assert after["state"] == "transferred_out"
    assert [duty for duty in after["duties"] if duty["met_at"] is None] == []
    assert office.case()["state"] == "plan_active"
    assert "A-T-NOACCEPT" in {code for code, _, _ in transfer.codes(office.caseworker)}
    assert office.last("transfer_step")["content"]["reason"] == "wohnt nicht hier"
    again: dict[str, Any] = {"receiving_office_id": str(transfer.there.youth_office.id), "reason": "doch"}
    assert office.act(office.caseworker, "prepare_transfer", is_acute=False, **again)["state"] == "plan_active"


def test_before_anything_is_sent_it_can_be_taken_back(office: Office, transfer: Transfer) -> None:
    transfer.prepare()
    transfer.announce()
    body: dict[str, Any] = {
        "receiving_office_id": str(transfer.there.youth_office.id),
        "reason": "Umzug",
        "is_acute": False,
    }
    twice = office.act(office.caseworker, "prepare_transfer", status=409, **body)
    assert "wird schon abgegeben" in twice["detail"]
    assert transfer.act(office.caseworker, "withdraw")["state"] == "withdrawn"
    assert transfer.due() == {}
    again = transfer.act(office.caseworker, "withdraw", status=409)
    assert again["type"].endswith("transition-not-allowed")


def test_what_cannot_be_passed_on(office: Office, transfer: Transfer) -> None:
    here = office.world
    for wrong in (here.youth_office.id, here.provider.id):
        body: dict[str, Any] = {"receiving_office_id": str(wrong), "reason": "x", "is_acute": False}
        refused = office.act(office.caseworker, "prepare_transfer", status=422, **body)
        assert refused["errors"][0]["pointer"] == "/receiving_office_id"
    transfer.prepare()
    others = entrust(office, "geheim", shows_danger=True, who=office.second)
    foreign = "00000000-0000-4000-8000-000000000000"
    refused = transfer.send(status=422, entry_ids=[foreign], note_ids=[others])
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
        ("/entry_ids/0", "unknown"),
        ("/note_ids/0", "unknown"),
    ]
    here.person(Role.CASEWORKER).get(transfer.path, status=404)
    transfer.send()
    refused = transfer.discuss(status=422, family="refused")
    assert [e["pointer"] for e in refused["errors"]] == ["/family_reason"]
    refused = transfer.discuss(status=422, happened_at="2026-03-04T08:00:00Z")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/happened_at", "future")]
    for who, action in ((office.lead, "accept"), (transfer.lead, "withdraw")):
        refused = transfer.act(who, action, status=409)
        assert refused["type"].endswith(("guard-refused", "transition-not-allowed"))
    assert [step["action"] for step in office.caseworker.get(transfer.path)["allowed_actions"]] == ["discuss"]
    assert [step["action"] for step in transfer.lead.get(transfer.path)["allowed_actions"]] == ["accept", "reject"]


def test_a_child_in_care_keeps_the_case_where_it_is(office: Office, transfer: Transfer) -> None:
    transfer.prepare()
    transfer.send()
    office.review()
    office.act(office.caseworker, "plan_broken", new_facts="Termin versäumt")
    office.assess("acute")
    custody = office.take()
    refused = transfer.act(transfer.lead, "accept", status=409)
    assert refused["type"].endswith("protection-custody-running")
    office.custody(custody, "end", reason="help_decision")
    assert transfer.act(transfer.lead, "accept")["state"] == "accepted"


def test_a_further_report_after_the_transfer_opens_a_new_procedure(office: Office, transfer: Transfer) -> None:
    former = office.case_id
    transfer.prepare()
    transfer.send()
    transfer.act(transfer.lead, "accept")
    assert office.receive(case_id=former)["case_id"] != former
    assert office.case()["predecessor_id"] == former
