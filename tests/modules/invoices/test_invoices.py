"""Invoices: a month billed once, explained line by line, checked, approved by a second person."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.policy import OrganisationKind, Role
from tests.stories.given import BILLING_TERMS, given_agreement
from tests.stories.helps import given_help, record_body
from tests.world import World

PATH = "/v1/invoices"


def _record(
    world: World, help_: dict[str, Any], day: int, start: str = "13:00", end: str = "14:30", **changes: Any
) -> Any:
    span = {"starts_at": f"2026-02-{day:02}T{start}:00+01:00", "ends_at": f"2026-02-{day:02}T{end}:00+01:00"}
    return world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_, **span, **changes))


def _bill(world: World, status: int = 201, **changes: Any) -> Any:
    body = {"youth_office_id": str(world.youth_office.id), "month": "2026-02", **changes}
    return world.as_(Role.PROVIDER_BILLING).post(PATH, body, status=status)


def test_a_month_is_billed_explained_and_approved(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 3)
    _record(world, help_, 5, "09:00", "09:20", activity="travel")
    _record(world, help_, 6, "09:00", "10:00", activity="team_meeting")
    invoice = _bill(world)
    assert invoice["number"] == "RE-2026-0001"
    amounts = {line["activity"]: line["amount_cents"] for line in invoice["lines"]}
    assert amounts == {"direct_contact": 10470, "travel": 1187, "team_meeting": 0}  # 1.50, 0.17 and 0 hours at 69.80
    assert invoice["total_cents"] == sum(amounts.values())
    assert invoice["findings"] == []
    path = f"{PATH}/{invoice['id']}"
    told = world.as_(Role.PROVIDER_BILLING).get(f"{path}/explanation")["text"]
    for words in ("RE-2026-0001", "69,80", "104,70", "1,50", "QV-2026-0001", "nicht abrechenbar", "116,57"):
        assert words in told.replace("\u00a0", " "), told
    world.as_(Role.PROVIDER_BILLING).act(path, "submit")
    approver = world.person(Role.FINANCE_OFFICER)
    assert approver.act(path, "approve")["state"] == "approved"
    steps = world.as_(Role.PROVIDER_MANAGER).get(f"{path}/transitions")
    assert [step["to_state"] for step in steps] == ["draft", "submitted", "approved"]
    record_id = invoice["lines"][0]["record_ids"][0]
    sync = world.as_(Role.PROVIDER_SYNC)
    sync.post(f"/v1/service-records/{record_id}:reverse", {"reason": "zu spät"}, status=409)


def test_nothing_is_billed_twice(world: World) -> None:
    help_ = given_help(world)
    assert _bill(world, status=409)["type"].endswith("nothing-to-bill")
    _record(world, help_, 3)
    first = _bill(world)
    assert _bill(world, status=409)["type"].endswith("nothing-to-bill")
    _record(world, help_, 4)
    second = _bill(world)
    assert {line["record_ids"][0] for line in first["lines"]}.isdisjoint(
        line["record_ids"][0] for line in second["lines"]
    )


def test_two_at_once_make_one_invoice(world: World) -> None:
    help_ = given_help(world)
    for day in range(2, 8):
        _record(world, help_, day)
    body = {"youth_office_id": str(world.youth_office.id), "month": "2026-02"}
    billing = world.as_(Role.PROVIDER_BILLING)

    def bill(number: int) -> int:
        headers = {**billing.bearer(), "Idempotency-Key": f"k{number}"}
        return world.http.post(PATH, json=body, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(bill, range(4)))
    assert statuses == [201, 409, 409, 409]


def test_the_same_records_make_the_same_lines(world: World) -> None:
    help_ = given_help(world)
    for day in (9, 3, 5):
        _record(world, help_, day)
    first = _bill(world)
    world.as_(Role.PROVIDER_BILLING).act(f"{PATH}/{first['id']}", "discard")
    second = _bill(world)
    assert second["lines"] == first["lines"]
    assert second["number"] != first["number"]


def test_a_finding_blocks_until_it_is_accepted_with_a_reason(world: World) -> None:
    help_ = given_help(world, hours_per_week="1.00")
    for day in range(2, 6):
        _record(world, help_, day)  # six hours against four granted in 28 days
    invoice = _bill(world)
    assert [(finding["rule"], finding["severity"]) for finding in invoice["findings"]] == [("INV-05", "block")]
    assert "6,00" in invoice["findings"][0]["text_de"] and "4,00" in invoice["findings"][0]["text_de"]  # noqa: PT018
    path = f"{PATH}/{invoice['id']}"
    submitted = world.as_(Role.PROVIDER_BILLING).act(path, "submit")  # checked again: the finding is a new one
    approver = world.person(Role.FINANCE_OFFICER)
    problem = approver.act(path, "approve", status=409)
    assert "Befunde" in problem["reasons"][0]
    override = f"{path}/findings/{submitted['findings'][0]['id']}:override"
    world.as_(Role.PROVIDER_BILLING).post(override, {"reason": "x"}, status=403)
    assert approver.post(override, {}, status=422)["errors"][0]["pointer"] == "/reason"
    accepted = approver.post(override, {"reason": "Mehrbedarf mit dem ASD abgestimmt"}, status=200)
    assert accepted["findings"][0]["override_reason"].startswith("Mehrbedarf")
    approver.post(override, {"reason": "noch einmal"}, status=409)
    assert world.person(Role.FINANCE_OFFICER).act(path, "approve")["state"] == "approved"


def test_checks_find_overlaps_doubles_and_long_days(world: World) -> None:
    one, other = given_help(world), given_help(world, pseudonym="Familie R-2")
    _record(world, one, 3)
    _record(world, other, 3, "14:00", "15:00")
    _record(world, one, 4, "06:00", "17:00")
    _record(world, one, 5, worker="FK-08")
    _record(world, one, 5, worker="FK-08")
    rules = sorted({finding["rule"] for finding in _bill(world)["findings"]})
    assert rules == ["INV-06", "INV-09", "INV-17", "INV-28"]


def test_late_billing_is_pointed_out(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 3)
    world.clock.travel(days=20)  # 22 March; the agreement gives 15 days after the end of the month
    assert [finding["rule"] for finding in _bill(world)["findings"]] == ["INV-19"]


def test_a_record_of_a_day_the_help_has_since_lost_is_found(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 20)
    world.as_(Role.CASEWORKER).act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-02-10", reason="moved")
    assert [finding["rule"] for finding in _bill(world)["findings"]] == ["INV-13"]


def test_whoever_released_the_grant_does_not_approve(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 3)
    path = f"{PATH}/{_bill(world)['id']}"
    world.as_(Role.PROVIDER_BILLING).act(path, "submit")
    problem = world.as_(Role.FINANCE_OFFICER).act(path, "approve", status=409)
    assert problem["type"].endswith("guard-refused")


def test_returned_resubmitted_and_refused_steps(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 3)
    path = f"{PATH}/{_bill(world)['id']}"
    billing, finance = world.as_(Role.PROVIDER_BILLING), world.person(Role.FINANCE_OFFICER)
    finance.get(path, status=404)  # a draft is the provider's own business
    assert billing.act(path, "approve", status=409)["allowed"] == ["submit", "discard"]
    billing.act(path, "submit")
    assert finance.act(path, "return", status=422)["errors"][0]["pointer"] == "/reason"
    returned = finance.act(path, "return", reason="Bitte die Fahrzeiten prüfen.")
    assert returned["return_reason"] == "Bitte die Fahrzeiten prüfen."
    billing.act(path, "submit")
    billing.act(path, "discard", status=409)
    finance.act(path, "approve", version=1, status=412)
    finance.act(path, "approve")
    finance.act(path, "return", reason="doch nicht", status=409)


def test_an_invoice_is_known_to_those_it_concerns(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 3)
    path = f"{PATH}/{_bill(world)['id']}"
    world.as_(Role.PROVIDER_BILLING).act(path, "submit")
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.PROVIDER_BILLING, provider).get(path, status=404)
    world.as_(Role.FINANCE_OFFICER, office).get(path, status=404)
    for role in (Role.PLANNER, Role.PROVIDER_PROFESSIONAL):
        world.as_(role).get(path, status=403)
    for query, count in {"state=submitted": 1, "state=approved": 0, "month=2026-02": 1, "month=2026-03": 0}.items():
        assert len(world.as_(Role.FINANCE_OFFICER).get(f"{PATH}?{query}")["items"]) == count


@pytest.mark.parametrize(
    ("changes", "pointer"), [({"month": "2026-13"}, "/month"), ({"youth_office_id": 1}, "/youth_office_id")]
)
def test_bad_input(world: World, changes: dict[str, Any], pointer: str) -> None:
    assert _bill(world, status=422, **changes)["errors"][0]["pointer"] == pointer


def test_the_database_keeps_total_and_lines(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 3)
    invoice = _bill(world)
    with world.kernel.engine.connect() as connection:
        for statement, refusal in {
            "UPDATE invoice SET total_cents = total_cents + 1 WHERE id = :id": "total of invoice",
            "UPDATE invoice_line SET amount_cents = 0 WHERE invoice_id = :id": "permission denied|fixed",
            "DELETE FROM invoice_line WHERE invoice_id = :id": "permission denied|fixed",
        }.items():
            connection.execute(text("SET LOCAL ROLE handschlag_system"))
            with pytest.raises(DBAPIError, match=refusal):
                _commit(connection, statement, invoice["id"])
            connection.rollback()


def _commit(connection: Connection, statement: str, invoice_id: str) -> None:
    connection.execute(text(statement), {"id": invoice_id})
    connection.commit()


def test_statements_do_not_grow_with_the_records(world: World, statements: list[str]) -> None:
    world.staff()
    help_ = given_help(world, hours_per_week="40.00")
    counts = []
    for days in (range(1, 4), range(4, 24)):  # the first of February is a Sunday: both find something
        for day in days:
            _record(world, help_, day)
        statements.clear()
        _bill(world)
        counts.append(len(statements))
    assert counts[0] == counts[1], counts
    assert BILLING_TERMS["rate_cents"] == 6980


def _approved(world: World, invoice: dict[str, Any]) -> Any:
    path = f"{PATH}/{invoice['id']}"
    world.as_(Role.PROVIDER_BILLING).act(path, "submit")
    return world.person(Role.FINANCE_OFFICER).act(path, "approve")


def _rules(invoice: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in invoice["findings"]]


def test_a_grant_is_not_overdrawn_by_several_invoices(world: World) -> None:
    help_ = given_help(world, hours_per_week="1.00")  # four hours in February
    _record(world, help_, 3, "08:00", "11:00")
    assert _approved(world, _bill(world))["findings"] == []
    _record(world, help_, 4, "08:00", "11:00")
    second = _bill(world)
    assert _rules(second) == ["INV-05"]
    assert "6,00" in second["findings"][0]["text_de"]
    world.as_(Role.PROVIDER_BILLING).act(f"{PATH}/{second['id']}", "discard")
    _record(world, help_, 5, "08:00", "08:30")
    world.as_(Role.PROVIDER_SYNC).post(
        f"/v1/service-records/{second['lines'][0]['record_ids'][0]}:reverse", {"reason": "falsch"}, status=200
    )
    assert _rules(_bill(world)) == []


def test_a_copy_on_a_later_invoice_is_found(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 3)
    _bill(world)
    _record(world, help_, 3, worker="fk-07")
    assert "INV-06" in _rules(_bill(world))


def test_an_invoice_is_checked_again_when_it_is_submitted(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 17)
    draft = _bill(world)
    assert draft["findings"] == []
    world.as_(Role.CASEWORKER).act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-02-02", reason="moved")
    submitted = world.as_(Role.PROVIDER_BILLING).act(f"{PATH}/{draft['id']}", "submit")
    assert _rules(submitted) == ["INV-13"]
    problem = world.person(Role.FINANCE_OFFICER).act(f"{PATH}/{draft['id']}", "approve", status=409)
    assert "Befunde" in problem["reasons"][0]


def test_who_overrides_a_finding_does_not_approve(world: World) -> None:
    help_ = given_help(world, hours_per_week="0.10")
    _record(world, help_, 3)
    invoice = _bill(world)
    path = f"{PATH}/{invoice['id']}"
    submitted = world.as_(Role.PROVIDER_BILLING).act(path, "submit")
    one, other = world.person(Role.FINANCE_OFFICER), world.person(Role.FINANCE_OFFICER)
    one.post(f"{path}/findings/{submitted['findings'][0]['id']}:override", {"reason": "Mehrbedarf"}, status=200)
    assert "übergangen" in one.act(path, "approve", status=409)["reasons"][0]
    assert other.act(path, "approve")["state"] == "approved"


def test_a_help_is_billed_at_the_price_it_was_opened_under(world: World) -> None:
    """A second price with the same provider, for another offer, is not the price of this help."""
    help_ = given_help(world)
    dear = {**BILLING_TERMS, "rate_cents": 99_900}
    fee: dict[str, Any] = {
        "kind": "entgelt",
        "billing_terms": dear,
        "standard_ids": [],
        "forms": [],
        "retroactive_reason": None,
    }
    given_agreement(world, **fee, valid_from="2026-03-02")
    world.clock.travel(days=40)
    span = {"starts_at": "2026-03-10T09:00:00+01:00", "ends_at": "2026-03-10T10:00:00+01:00"}
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_, **span))
    invoice = _bill(world, month="2026-03")
    assert [line["rate_cents"] for line in invoice["lines"]] == [BILLING_TERMS["rate_cents"]]


def test_no_provider_approves_its_own_invoice_even_in_sql(world: World) -> None:
    help_ = given_help(world)
    _record(world, help_, 3)
    invoice = _bill(world)
    world.as_(Role.PROVIDER_BILLING).act(f"{PATH}/{invoice['id']}", "submit")
    with world.kernel.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL ROLE handschlag_api")
        own = text("SELECT set_config('handschlag.organisation', :id, true)")
        connection.execute(own, {"id": str(world.provider.id)})
        with pytest.raises(DBAPIError, match="only the youth office"):
            connection.execute(text("UPDATE invoice SET state = 'approved' WHERE id = :id"), {"id": invoice["id"]})
