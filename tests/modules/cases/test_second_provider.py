"""Two providers in one help: each reads and writes its own part, and who left keeps what is its own."""

from typing import Any

from app.policy import OrganisationKind, Role
from tests.modules.cases.given import handover_body, path_of, phase_body
from tests.modules.notices.given import body_of
from tests.modules.reports.given import report_body
from tests.stories.given import given_form, given_offer, sign
from tests.stories.helps import given_help, record_body
from tests.world import Party, World

REST: dict[str, Any] = {"change_reason": "So ist es verabredet."}
PURPOSES = ("initial_report", "development_report", "final_report")
RULES: list[dict[str, Any]] = [
    {"kind": "initial", "trigger": "after_start", "days": 70},
    {"kind": "development", "trigger": "every_months", "days": 10, "months": 3},
    {"kind": "final", "trigger": "after_end", "days": 28},
]


def agreed_on(world: World, party: Party, kind: str) -> None:
    """An agreement for one kind of help, with rules of reporting and forms."""
    form = given_form(world)["id"]
    bound = [{"purpose": purpose, "form_version_id": form} for purpose in PURPOSES]
    body = {"provider_ids": [str(party.id)], "service_kinds": [kind], "forms": bound, "report_rules": RULES}
    agreement = given_offer(world, **body)
    sign(world, agreement, Role.OFFICE_HEAD)
    sign(world, agreement, Role.PROVIDER_MANAGER, party)


def given_two(world: World) -> tuple[dict[str, Any], Party, str]:
    """A help of § 31 until June with one provider, of § 30 from July with another, both granted; the first phase."""
    other = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    agreed_on(world, world.provider, "section_31")
    agreed_on(world, other, "section_30")
    help_ = given_help(world)
    path, caseworker = path_of(help_), world.as_(Role.CASEWORKER)
    first = caseworker.get(f"{path}/phases")["items"][0]["id"]
    caseworker.act(f"{path}/phases/{first}", "end", ended_on="2026-06-30", **REST)
    made = caseworker.post(f"{path}/phases", phase_body(other, service_kind="section_30"))
    grant = caseworker.get(f"{path}/grants?phase_id={made['id']}")["items"][0]["id"]
    world.as_(Role.FINANCE_OFFICER).act(f"{path}/grants/{grant}", "release")
    return help_, other, made["id"]


def _owed(world: World, party: Party) -> list[tuple[str, str, str]]:
    items = world.as_(Role.PROVIDER_PROFESSIONAL, party).get("/v1/report-expectations?state=expected")["items"]
    return sorted((item["kind"], item["origin"], item["due_on"]) for item in items)


def test_each_provider_reports_on_its_own_part_by_its_own_agreement(world: World) -> None:
    help_, other, _ = given_two(world)
    there, here = world.as_(Role.PROVIDER_PROFESSIONAL, other), world.as_(Role.PROVIDER_PROFESSIONAL)
    assert _owed(world, other) == [
        ("development", "every_months", "2026-10-12"),  # three months after 1 July, ten days, no Saturday
        ("initial", "after_start", "2026-09-09"),
    ]
    assert _owed(world, world.provider)[1] == ("final", "after_end", "2026-07-28")  # its part ends in June
    world.clock.travel(days=200)
    mine = report_body(help_, period_from="2026-07-01", period_to="2026-08-31", submit=True)
    for period in ({"period_from": "2026-06-30"}, {"period_to": "2027-01-01"}):
        problem = there.post("/v1/reports", {**mine, **period}, status=422)
        error = problem["errors"][0]
        assert (error["pointer"], error["code"]) == (f"/{next(iter(period))}", "outside_help")
    report = there.post("/v1/reports", mine)
    assert report["provider_id"] == str(other.id)
    assert here.post("/v1/reports", mine, status=422)["errors"][0]["code"] == "outside_help"
    here.get(f"/v1/reports/{report['id']}", status=404)
    assert here.get("/v1/reports")["items"] == []
    theirs = world.as_(Role.CASEWORKER).get(f"/v1/reports?help_id={help_['id']}&provider_id={other.id}")
    assert len(theirs["items"]) == 1


def test_notices_and_records_go_between_the_office_and_the_one_provider(world: World) -> None:
    help_, other, _ = given_two(world)
    there, here = world.as_(Role.PROVIDER_PROFESSIONAL, other), world.as_(Role.PROVIDER_PROFESSIONAL)
    caseworker = world.as_(Role.CASEWORKER)
    notice = caseworker.post("/v1/notices", body_of(help_, "request_for_information", provider_id=str(other.id)))
    there.get(f"/v1/notices/{notice['id']}")
    here.get(f"/v1/notices/{notice['id']}", status=404)
    own = there.post("/v1/notices", body_of(help_, "change_of_need"))
    assert own["provider_id"] == str(other.id)
    assert [item["id"] for item in here.get("/v1/notices")["items"]] == []
    assert len(caseworker.get(f"/v1/notices?help_id={help_['id']}")["items"]) == 2
    world.clock.travel(days=151)
    days = {"starts_at": "2026-07-02T13:00:00+02:00", "ends_at": "2026-07-02T14:00:00+02:00"}
    record = world.as_(Role.PROVIDER_SYNC, other).post("/v1/service-records", record_body(help_, **days))
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_, **days), status=422)
    world.as_(Role.PROVIDER_SYNC).get(f"/v1/service-records/{record['id']}", status=404)
    assert here.get("/v1/service-records")["items"] == []
    problem = caseworker.post(
        "/v1/report-expectations",
        {"help_id": help_["id"], "kind": "development", "due_on": "2026-09-30", "reason": "Wir beraten im Oktober."},
        status=422,
    )
    assert problem["errors"][0]["pointer"] == "/provider_id", "the first one left in June, the second is to be named"


def test_who_left_gets_nothing_new_and_keeps_its_own_for_years(world: World) -> None:
    """Documents stay with who wrote them as long as they are kept; three years on they are read as on the first day."""
    help_, other, _ = given_two(world)
    path, caseworker = path_of(help_), world.as_(Role.CASEWORKER)
    here, there = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.PROVIDER_PROFESSIONAL, other)
    record = world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_))
    notice = here.post("/v1/notices", body_of(help_, "change_of_need"))
    report = here.post("/v1/reports", report_body(help_, submit=True))
    assert _worklist(world, world.provider) == []
    world.clock.travel(days=180)  # 29 August: thirty days of aftercare are over
    assert caseworker.post("/v1/notices", body_of(help_, "request_for_information"), status=409)["type"].endswith(
        "no-part-in-help"
    )
    assert here.post("/v1/notices", body_of(help_, "change_of_need"), status=409)["type"].endswith("no-part-in-help")
    caseworker.act(path, "extend", ends_on="2027-06-30")
    assert _worklist(world, other) == ["grant_to_release"]
    assert "grant_to_release" not in _worklist(world, world.provider)
    known = here.get(path)
    assert (known["state"], known["ends_on"], len(known["grants"])) == ("ended", "2026-06-30", 1)
    assert there.get(path)["ends_on"] == "2027-06-30"
    caseworker.act(path, "end", ended_on="2026-08-28", reason="planned")
    assert ("final", "after_end", "2026-09-25") in _owed(world, other)
    world.clock.travel(days=3 * 365)
    for url in (f"/v1/service-records/{record['id']}", f"/v1/notices/{notice['id']}", f"/v1/reports/{report['id']}"):
        here.get(url)
        there.get(url, status=404)
    assert here.get(f"/v1/reports/{report['id']}")["state"] == "submitted"
    assert len(here.get("/v1/helps?state=ended")["items"]) == 1


def _worklist(world: World, party: Party) -> list[str]:
    items = world.as_(Role.PROVIDER_PROFESSIONAL, party).get("/v1/worklist")["items"]
    return sorted(item["kind"] for item in items if item["kind"].startswith(("help", "grant")))


def test_each_provider_bills_its_own_phase_at_its_own_kind_of_help(world: World) -> None:
    help_, other, _ = given_two(world)
    world.clock.travel(days=160)  # 9 August
    for party, month in ((world.provider, "2026-06"), (other, "2026-07")):
        days = {"starts_at": f"{month}-02T13:00:00+02:00", "ends_at": f"{month}-02T14:00:00+02:00"}
        world.as_(Role.PROVIDER_SYNC, party).post("/v1/service-records", record_body(help_, **days))
    made = []
    for party, month in ((world.provider, "2026-06"), (other, "2026-07")):
        bill = {"youth_office_id": str(world.youth_office.id), "month": month}
        made.append(world.as_(Role.PROVIDER_BILLING, party).post("/v1/invoices", bill))
    assert [[line["service_kind"] for line in invoice["lines"]] for invoice in made] == [["section_31"], ["section_30"]]
    assert [finding for invoice in made for finding in invoice["findings"] if finding["severity"] == "block"] == []
    items = world.as_(Role.FINANCE_OFFICER).get(f"/v1/grant-consumption?help_id={help_['id']}&sort=valid_from")["items"]
    assert [(item["provider_id"], item["hours_recorded"]) for item in items] == [
        (str(world.provider.id), "1.00"),
        (str(other.id), "1.00"),
    ]
    world.as_(Role.PROVIDER_BILLING).get(f"/v1/invoices/{made[1]['id']}", status=404)


def test_a_grant_that_changes_before_it_begins_asks_for_no_report_twice(world: World) -> None:
    help_, other, phase = given_two(world)
    path, owed = path_of(help_), _owed(world, other)
    more = {"phase_id": phase, "amount": "5.00", "valid_from": "2026-07-01"}
    grant = world.as_(Role.CASEWORKER).post(f"{path}/grants", more)
    world.as_(Role.FINANCE_OFFICER).act(f"{path}/grants/{grant['id']}", "release")
    assert _owed(world, other) == owed
    world.as_(Role.CASEWORKER).act(f"{path}/phases/{phase}", "end", ended_on="2026-08-31", **REST)
    assert _owed(world, other) == [("final", "after_end", "2026-09-28")], "what was due later fell away"


def test_moved_to_another_youth_office_a_help_is_not_closed(world: World) -> None:
    """What is due later is owed to the office that goes on; nobody closes a help that goes on."""
    agreed_on(world, world.provider, "section_31")
    help_ = given_help(world)
    there = World(world.kernel, world.http, world.clock, world.ticker)
    there.provider = world.provider
    agreed_on(there, world.provider, "section_31")
    offered = world.as_(Role.CASEWORKER).post(f"{path_of(help_)}/handovers", handover_body(there.youth_office))
    accepted = there.as_(Role.CASEWORKER).act(f"/v1/handovers/{offered['id']}", "accept")
    there.as_(Role.FINANCE_OFFICER).act(f"/v1/helps/{accepted['new_help_id']}", "release")
    items = world.as_(Role.PROVIDER_PROFESSIONAL).get("/v1/report-expectations?state=expected")["items"]
    owed = sorted((item["help_id"] == help_["id"], item["kind"], item["due_on"]) for item in items)
    assert owed == [
        (False, "development", "2026-08-11"),  # three months after 1 May
        (False, "initial", "2026-07-10"),
        (True, "development", "2026-04-13"),
        (True, "initial", "2026-03-12"),
    ]


def test_helps_are_found_by_pseudonym_and_number(world: World) -> None:
    given_help(world, pseudonym="Familie K-2")
    given_help(world, pseudonym="Familie K-3")
    help_ = given_help(world, pseudonym="Familie L-1")
    caseworker, stranger = world.as_(Role.CASEWORKER), world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    for query, found in {
        "pseudonym=familie%20k": ["Familie K-2", "Familie K-3"],
        "pseudonym=Familie%20K-2": ["Familie K-2"],
        "pseudonym=%25": [],
        "pseudonym=K-2": [],
        "pseudonym=Familie&state=ended": [],
        "number=HI-2026-9999": [],
        f"number={help_['number']}": ["Familie L-1"],
    }.items():
        items = caseworker.get(f"/v1/helps?{query}")["items"]
        assert sorted(item["pseudonym"] for item in items) == found, query
    assert world.as_(Role.CASEWORKER, stranger).get(f"/v1/helps?number={help_['number']}")["items"] == []
