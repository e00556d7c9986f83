"""The 28 rules of the check: each fires on what it is for, and on nothing else; the table is published."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.law.service_kinds import ServiceKind
from app.modules import billing
from app.modules.agreements import ActivityCategory, BillingTerms, Employment
from app.modules.billing import DatedTerms, ServiceRecord
from app.modules.cases import Help, HelpGrant
from app.modules.cases.models import IntensityUnit
from app.modules.invoices.checks import CHECKS, Facts
from app.modules.invoices.models import InvoiceLine, Severity
from app.modules.invoices.rules import arrangements_of
from app.modules.staff import StaffMember
from app.policy import Role
from tests.modules.billing.towns import BREMEN, billable
from tests.stories.given import given_agreement, given_form
from tests.stories.helps import given_help, record_body
from tests.world import World

OFFICE, PROVIDER, HELP, OTHER = (UUID(int=n) for n in (1, 2, 3, 4))
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
SOURCE = "EV-2026-0001"
PLAIN = {"rate_cents": 6980, "activities": billable("direct_contact", "group_session", "travel", "documentation")}
BY_RULE = {check.rule: check for check in CHECKS}
_number = iter(range(1000, 10**6))


def record(day: int = 2, start: str = "09:00", minutes: int = 60, month: int = 3, **changes: Any) -> ServiceRecord:
    starts = datetime.fromisoformat(f"2026-{month:02}-{day:02}T{start}:00+01:00").astimezone(UTC)
    activity = ActivityCategory(changes.pop("activity", "direct_contact"))
    return ServiceRecord(
        **{
            "id": UUID(int=next(_number)),
            "provider_id": PROVIDER,
            "youth_office_id": OFFICE,
            "help_id": HELP,
            "worker": "FK-07",
            "activity": activity,
            "starts_at": starts,
            "ends_at": starts + timedelta(minutes=minutes),
            "service_on": date(2026, month, day),
            "minutes": minutes,
            "participants": 3 if activity is ActivityCategory.GROUP_SESSION else None,
            "staff": 1,
            "recorded_at": starts + timedelta(hours=4),
        }
        | changes
    )


def the_help(id_: UUID = HELP, **changes: Any) -> Help:
    body = {"id": id_, "number": "H-2026-0001", "service_kind": ServiceKind.SECTION_31}
    return Help(**body | {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "ended_on": None} | changes)


def grant(**changes: Any) -> HelpGrant:
    body: dict[str, Any] = {
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
        "amount": Decimal("20.00"),
        "unit": IntensityUnit.HOURS_PER_WEEK,
        "released_at": datetime(2026, 1, 2, tzinfo=UTC),
    }
    return HelpGrant(**body | changes)


def facts(*records: ServiceRecord, terms: dict[str, Any] | None = None, **changes: Any) -> Facts:
    """Facts of a sound month, but for what a test changes."""
    helps = changes.pop("helps", {HELP: the_help(), OTHER: the_help(OTHER, number="H-2026-0002")})
    grants = changes.pop("grants", {id_: [grant()] for id_ in helps})
    version = DatedTerms(
        SOURCE, BillingTerms.model_validate(PLAIN | (terms or {})), date(2026, 1, 1), None, UUID(int=9)
    )
    arrangements = arrangements_of(helps, grants)
    staff = changes.get("staff", ())

    def entry(one: ServiceRecord) -> billing.Entry:
        listed = next((member for member in staff if member.is_of(one.worker, one.service_on)), None)
        told = (listed.qualification, listed.employment) if listed else ()
        return billing.entry_of(one, helps[one.help_id].service_kind, *told)

    entries = [entry(one) for one in records]
    statement = billing.price_month(entries, billing.dated([version]), arrangements)
    body: dict[str, Any] = {
        "first": FIRST,
        "last": LAST,
        "today": date(2026, 4, 2),
        "records": records,
        "of_provider": records,
        "helps": helps,
        "grants": grants,
        "kinds": {one.id: helps[one.help_id].service_kind for one in records},
        "statement": statement,
        "charged": statement.lines,
        "terms": [version],
        "arrangements": arrangements,
        "history": records,
        "land": "NW",
    }
    return Facts(**body | changes)


def charged(seen: Facts, **changes: Any) -> Facts:
    """The first line of the invoice was written otherwise."""
    line = seen.statement.lines[0]
    values = {name: getattr(line, name) for name in type(line).__slots__} | changes
    return Facts(**{name: getattr(seen, name) for name in Facts.__slots__} | {"charged": [InvoiceLine(**values)]})


def confirmed(one: ServiceRecord) -> Facts:
    return facts(one, terms={"client_confirmation_required": True}, confirmed=frozenset({one.id}))


def many(count: int = 12, **changes: Any) -> list[ServiceRecord]:
    return [record(day, minutes=60 + day, **changes) for day in range(2, 2 + count)]


def listed(**changes: Any) -> StaffMember:
    body = {"worker": "fk-07", "qualification": "Erzieherin", "employment": Employment.EMPLOYEE}
    return StaffMember(**body | {"valid_from": date(2026, 1, 1), "valid_to": None} | changes)


RATES = [{"qualification": "Erzieherin", "rate_cents": 3700}]
FREE = [*RATES, {"employment": "freelancer", "rate_cents": 3000}]
MISSED = {"no_show_percent": 100, "no_show_max_per_month": 1}
FLAT = BREMEN

FIRES: dict[str, list[Callable[[], Facts]]] = {
    "INV-01": [
        lambda: facts(record(), terms={"service_kinds": {"section_30": {}}}),
        lambda: facts(record(), unpayable={ServiceKind.SECTION_31: "Entgeltvereinbarung"}),
    ],
    "INV-02": [
        lambda: facts(record(), grants={HELP: []}),
        lambda: facts(record(), grants={HELP: [grant(released_at=None)]}),
        lambda: facts(record(20), grants={HELP: [grant(valid_to=date(2026, 3, 10))]}),
    ],
    "INV-03": [lambda: charged(facts(record()), rate_cents=7000)],
    "INV-04": [lambda: charged(facts(record()), service_kind=ServiceKind.SECTION_34)],
    "INV-05": [
        lambda: facts(record(minutes=300), grants={HELP: [grant(amount=Decimal("1.00"))]}),
        lambda: facts(
            record(minutes=120),
            grants={HELP: [grant(amount=Decimal("1.00"))]},
            billed_before={HELP: {FIRST: 300}},
        ),
    ],
    "INV-06": [lambda: facts(record(), record())],
    "INV-07": [lambda: facts(record(), terms={"client_confirmation_required": True})],
    "INV-08": [
        lambda: facts(record(), terms={"staff_list_required": True}),
        lambda: facts(record(20), terms={"staff_rates": RATES}, staff=[listed(valid_to=date(2026, 3, 10))]),
        lambda: facts(record(), terms={"staff_rates": RATES}, staff=[listed(qualification="Verkauf")]),
    ],
    "INV-09": [lambda: facts(record(), record(start="09:30", help_id=OTHER))],
    "INV-10": [
        lambda: facts(record(session="S1"), record(session="S1", help_id=OTHER)),
        lambda: facts(
            *(record(activity="group_session", session="S1", participants=1, help_id=id_) for id_ in (HELP, OTHER))
        ),
        lambda: facts(record(activity="group_session"), terms={"group_min_participants": 4}),
        lambda: facts(record(activity="group_session"), terms={"group_max_participants": 2}),
    ],
    "INV-11": [
        lambda: facts(record(activity="documentation"), terms=FLAT),
        lambda: charged(facts(record()), activity=ActivityCategory.FLAT_RATE),
    ],
    "INV-12": [lambda: facts(record(), terms=FLAT)],
    "INV-13": [
        lambda: facts(record(20), helps={HELP: the_help(ended_on=date(2026, 3, 10))}),
        lambda: facts(record(), history=[record(activity="standby_absence")]),
    ],
    "INV-14": [
        lambda: charged(facts(record(activity="no_show"), terms=MISSED), price_cents=7000),
        lambda: charged(facts(record(activity="no_show")), price_cents=6980, amount_cents=6980),
        lambda: facts(record(2, activity="no_show"), record(4, activity="no_show"), terms=MISSED),
    ],
    "INV-15": [
        lambda: charged(
            facts(record(activity="travel"), terms={"activities": billable("direct_contact")}), amount_cents=1
        ),
        lambda: facts(record(), record(activity="travel", start="10:00", minutes=30)),
        lambda: facts(record(), record(activity="travel", start="10:00", minutes=10), terms={"travel_max_percent": 10}),
    ],
    "INV-16": [
        lambda: facts(record(), record(activity="documentation", start="10:00"), terms={"indirect_max_percent": 40})
    ],
    "INV-17": [
        lambda: facts(record(minutes=601)),
        lambda: facts(*(record(day, minutes=500) for day in range(2, 8))),
        lambda: facts(record(start="21:30")),
        lambda: facts(record(start="05:00")),
        lambda: facts(record(1)),  # a Sunday
    ],
    "INV-18": [
        lambda: facts(*(record(day) for day in range(2, 14))),
        lambda: facts(*many(note="Kontakt")),
        lambda: facts(*many(recorded_at=datetime(2026, 4, 1, 9, tzinfo=UTC))),
        lambda: facts(record(recorded_at=datetime(2026, 3, 20, tzinfo=UTC)), terms={"late_entry_days": 7}),
    ],
    "INV-19": [
        lambda: facts(record(), today=date(2026, 4, 20), terms={"submission_deadline_days": 15}),
        lambda: facts(record(), today=date(2026, 7, 1), terms={"exclusion_months": 3}),
    ],
    "INV-20": [
        lambda: charged(facts(record()), amount_cents=6981),
        lambda: charged(facts(record()), units=Decimal("1.01")),
        lambda: charged(facts(record(), record(3)), record_ids=[UUID(int=77)]),
    ],
    "INV-21": [
        lambda: facts(record(), terms={"report_withholds_payment": True}, overdue_reports={HELP: ["Verlaufsbericht"]})
    ],
    "INV-22": [
        lambda: facts(
            record(activity="co_work"), terms={"activities": billable("co_work"), "co_work_needs_approval": True}
        )
    ],
    "INV-23": [
        lambda: facts(
            record(2, "12:30"),
            terms={"publicly_funded_windows": [{"weekday": 1, "starts": "12:00", "ends": "16:00"}]},
        )
    ],
    "INV-24": [lambda: facts(*(record(day, activity="group_session") for day in (2, 3, 4, 5)))],
    "INV-25": [
        lambda: charged(
            facts(record(), terms={"staff_rates": FREE}, staff=[listed(employment=Employment.FREELANCER)]),
            rate_cents=3700,
        )
    ],
    "INV-26": [lambda: facts(record(), grants={HELP: [grant(released_at=datetime(2025, 2, 1, tzinfo=UTC))]})],
    "INV-27": [lambda: facts(record(), binding_from={UUID(int=9): date(2026, 3, 10)})],
    "INV-28": [lambda: facts(record(minutes=361))],
}
SILENT: dict[str, list[Callable[[], Facts]]] = {
    "INV-03": [lambda: charged(facts(record()))],
    "INV-05": [lambda: facts(record(minutes=240), grants={HELP: [grant(amount=Decimal("1.00"))]})],
    "INV-06": [lambda: facts(record(), record(start="10:00"))],
    "INV-07": [lambda: confirmed(record())],
    "INV-08": [
        lambda: facts(record(), terms={"staff_list_required": True}, staff=[listed()]),
        lambda: facts(record(), terms={"staff_rates": RATES}, staff=[listed()]),
    ],
    "INV-09": [
        lambda: facts(record(), record(start="10:00", help_id=OTHER)),
        lambda: facts(*(record(activity="group_session", session="S1", help_id=id_) for id_ in (HELP, OTHER))),
    ],
    "INV-10": [
        lambda: facts(*(record(activity="group_session", session="S1", help_id=id_) for id_ in (HELP, OTHER))),
        lambda: facts(
            record(activity="group_session"), terms={"group_min_participants": 3, "group_max_participants": 3}
        ),
    ],
    "INV-11": [lambda: facts(record(), terms=FLAT)],
    "INV-12": [lambda: facts(*(record(day, minutes=300) for day in range(2, 12)), terms=FLAT)],
    "INV-14": [
        lambda: facts(record(2, activity="no_show"), record(3), record(4, activity="no_show"), terms=MISSED),
    ],
    "INV-15": [
        lambda: facts(record(), record(activity="travel", start="10:00", minutes=20)),
        lambda: facts(record(), record(activity="travel", start="10:00", minutes=50), terms={"travel_max_percent": 50}),
    ],
    "INV-16": [
        lambda: facts(record(), record(activity="documentation", start="10:00"), terms={"indirect_max_percent": 50})
    ],
    "INV-17": [
        lambda: facts(record(minutes=600)),
        lambda: facts(*(record(day, minutes=480) for day in range(2, 8))),
        lambda: facts(record(1, note="Rückkehr vom Wochenende")),
        lambda: facts(record(start="06:00"), record(start="21:00")),
    ],
    "INV-18": [
        lambda: facts(*many()),
        lambda: facts(*(record(day) for day in range(2, 13))),
        lambda: facts(record(recorded_at=datetime(2026, 3, 9, 9, tzinfo=UTC)), terms={"late_entry_days": 7}),
    ],
    "INV-19": [
        lambda: facts(record(), today=date(2026, 4, 15), terms={"submission_deadline_days": 15}),
        lambda: facts(record(), today=date(2026, 6, 30), terms={"exclusion_months": 3}),
    ],
    "INV-21": [
        lambda: facts(record(), terms={"report_withholds_payment": True}),
        lambda: facts(record(), overdue_reports={HELP: ["Verlaufsbericht"]}),
    ],
    "INV-22": [lambda: facts(record(activity="co_work"), terms={"activities": billable("co_work")})],
    "INV-23": [
        lambda: facts(
            record(2, "16:00"),
            terms={"publicly_funded_windows": [{"weekday": 1, "starts": "12:00", "ends": "16:00"}]},
        )
    ],
    "INV-24": [lambda: facts(*(record(day, activity="group_session") for day in (2, 3, 4, 9)))],
    "INV-25": [lambda: facts(record(), terms={"staff_rates": FREE}, staff=[listed(employment=Employment.FREELANCER)])],
    "INV-27": [lambda: facts(record(20), binding_from={UUID(int=9): date(2026, 3, 10)})],
    "INV-28": [lambda: facts(record(minutes=360)), lambda: facts(record(minutes=400, activity="documentation"))],
}


def found(rule: str, seen: Facts) -> list[Any]:
    return list(BY_RULE[rule].find(seen))


def test_the_table_has_all_rules_once_and_in_order() -> None:
    assert [check.rule for check in CHECKS] == [f"INV-{number:02}" for number in range(1, 29)]
    assert set(FIRES) == set(BY_RULE)
    for check in CHECKS:
        assert check.title_de
        assert check.source
        assert check.find.__doc__


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FIRES.items() for case in cases])
def test_a_rule_fires(rule: str, case: Callable[[], Facts]) -> None:
    seen = case()
    findings = found(rule, seen)
    assert findings
    own = {one.id for one in seen.records} | {UUID(int=77)}
    for finding in findings:
        assert finding.text_de.endswith((".", ")"))
        assert len(finding.text_de) < 400
        assert set(finding.record_ids) <= own


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in SILENT.items() for case in cases])
def test_a_rule_does_not_fire_on_what_is_agreed(rule: str, case: Callable[[], Facts]) -> None:
    assert found(rule, case()) == []


def test_a_sound_month_has_no_finding() -> None:
    seen = facts(record(), record(3, "14:00", 45), record(3, "15:00", 10, activity="documentation"))
    assert [check.rule for check in CHECKS if list(check.find(seen))] == []


def weights(rule: str, seen: Iterable[Any]) -> set[Severity]:
    return {finding.severity or BY_RULE[rule].severity for finding in seen}


def test_what_is_asked_about_and_what_is_not_paid() -> None:
    late, excluded = (case() for case in FIRES["INV-19"])
    assert weights("INV-19", found("INV-19", late)) == {Severity.WARN}
    assert weights("INV-19", found("INV-19", excluded)) == {Severity.BLOCK}
    assert weights("INV-16", found("INV-16", FIRES["INV-16"][0]())) == {Severity.WARN, Severity.BLOCK}
    in_rate, much, more_than_agreed = (weights("INV-15", found("INV-15", case())) for case in FIRES["INV-15"])
    assert (in_rate, much, more_than_agreed) == ({Severity.BLOCK}, {Severity.WARN}, {Severity.BLOCK})


def test_agreements_say_how_an_overrun_weighs() -> None:
    def overrun(how: str) -> Any:
        seen = facts(
            record(minutes=300),
            grants={HELP: [grant(amount=Decimal("1.00"))]},
            terms={"contingent": {"overrun": how}},
        )
        (finding,) = found("INV-05", seen)
        return finding

    assert [overrun(how).severity for how in ("block", "warn", "needs_prior_consent")] == [None, Severity.WARN, None]
    assert "vorherige Zustimmung" in overrun("needs_prior_consent").text_de


def test_a_settlement_period_may_use_its_hours_in_any_month() -> None:
    tight = {HELP: [grant(amount=Decimal("1.00"))]}
    pooled = {"contingent": {"settlement": "quarter", "carry_over": "within_settlement"}}
    assert found("INV-05", facts(record(minutes=300), grants=tight, terms=pooled)) == []
    used = {HELP: {date(2026, 1, 1): 500, date(2026, 2, 1): 500}}
    (finding,) = found("INV-05", facts(record(minutes=300), grants=tight, terms=pooled, billed_before=used))
    assert "01.01.2026 bis 31.03.2026" in finding.text_de


def test_only_who_is_named_accepts_a_finding(world: World) -> None:
    terms = {"activities": billable("direct_contact", "co_work"), "co_work_needs_approval": True}
    given_agreement(world, billing_terms={"rate_cents": 6980, **terms, "report_withholds_payment": True})
    help_ = given_help(world)
    sync, billing = world.as_(Role.PROVIDER_SYNC), world.as_(Role.PROVIDER_BILLING)
    sync.post("/v1/service-records", record_body(help_, activity="co_work"))
    sync.post("/v1/service-records", record_body(help_, worker="FK-08"))
    sync.post("/v1/service-records", record_body(help_, worker="FK-08"))
    drafted = billing.post("/v1/invoices", {"youth_office_id": str(world.youth_office.id), "month": "2026-02"})
    path = f"/v1/invoices/{drafted['id']}"
    findings = {finding["rule"]: finding["id"] for finding in billing.act(path, "submit")["findings"]}
    assert set(findings) == {"INV-06", "INV-09", "INV-22"}
    reason = {"reason": "Im Hilfeplan vereinbart"}
    finance, caseworker = world.as_(Role.FINANCE_OFFICER), world.as_(Role.CASEWORKER)
    second = f"{path}/findings/{findings['INV-22']}:override"
    assert finance.post(second, reason, status=403)["type"].endswith("finding-not-yours")
    accepted = caseworker.post(second, reason, status=200)["findings"]
    assert {finding["rule"] for finding in accepted if finding["overridden_at"]} == {"INV-22"}
    doubled = f"{path}/findings/{findings['INV-06']}:override"
    for api in (finance, caseworker):
        api.post(doubled, reason, status=403)


def test_an_overdue_report_is_pointed_out_where_it_withholds_payment(world: World) -> None:
    rules = [{"kind": "development", "trigger": "after_start", "days": 10}]
    purposes = [{"purpose": "development_report", "form_version_id": given_form(world)["id"]}]
    terms = {"rate_cents": 6980, "activities": billable("direct_contact"), "report_withholds_payment": True}
    given_agreement(world, forms=purposes, report_rules=rules, billing_terms=terms)
    help_ = given_help(world)
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_))
    world.clock.travel(days=30)
    body = {"youth_office_id": str(world.youth_office.id), "month": "2026-02"}
    (finding,) = world.as_(Role.PROVIDER_BILLING).post("/v1/invoices", body)["findings"]
    assert (finding["rule"], finding["severity"]) == ("INV-21", "warn")


def test_the_table_is_published(world: World) -> None:
    rules = world.as_(Role.PROVIDER_BILLING).get("/v1/check-rules")
    assert [rule["rule"] for rule in rules] == [check.rule for check in CHECKS]
    by_rule = {rule["rule"]: rule for rule in rules}
    assert by_rule["INV-22"]["overriders"] == ["caseworker", "team_lead"]
    assert by_rule["INV-20"]["overriders"] == []
    assert by_rule["INV-17"]["severity"] == "warn"
    world.as_(Role.PLANNER).get("/v1/check-rules", status=403)
