"""Payment runs: every invoice is paid once, by two persons, and the bank's file says what the run says."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.modules.payments.files import COLUMNS, SCHEMA
from app.modules.payments.models import PaymentRunState as S
from app.modules.payments.workflow import PAYMENT_RUN
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.einvoices.given import OFFICE, PROVIDER, given_details, iban, put
from tests.modules.invoices.given import bill, do, finance, given_draft, given_invoice, path_of
from tests.modules.payments.given import (
    EXECUTED,
    PATH,
    given_credited,
    given_payable,
    given_run,
    orderer,
    propose,
    run_path,
)
from tests.stories.helps import given_help, record_body
from tests.world import World

ACTIONS: dict[str, dict[str, Any]] = {"order": {}, "execute": EXECUTED, "cancel": {"reason": "Falscher Tag"}}
_AGAIN = (
    "INSERT INTO payment_item SELECT gen_random_uuid(), run_id, youth_office_id, provider_id, invoice_id, 9, "
    "amount_cents, creditor_name, iban, false, NULL FROM payment_item WHERE run_id = :id"
)
NS = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}


def _pain(world: World, run: dict[str, Any]) -> Any:
    content = orderer(world).request("GET", f"{run_path(run)}/pain001", status=200).content
    return etree.fromstring(content)


def _told(root: Any, path: str) -> list[str]:
    return [node.text for node in root.iterfind(f".//{path}", NS)]


def _invoice(world: World, start: str, end: str, help_: dict[str, Any]) -> dict[str, Any]:
    """One more approved invoice of a single record."""
    span = {"starts_at": f"2026-02-{start}:00+01:00", "ends_at": f"2026-02-{end}:00+01:00"}
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_, **span))
    made = bill(world)
    world.as_(Role.PROVIDER_BILLING).act(path_of(made), "submit")
    return dict(finance(world).act(path_of(made), "approve"))


def test_from_the_approved_invoice_to_the_booked_payment(world: World) -> None:
    invoice = given_payable(world)
    run = propose(world.as_(Role.FINANCE_OFFICER), invoice)
    assert (run["number"], run["state"], run["total_cents"]) == ("ZL-2026-0001", "draft", invoice["payable_cents"])
    (item,) = run["items"]
    assert (item["iban"], item["creditor_name"]) == (PROVIDER["iban"], PROVIDER["account_holder"])
    assert item["is_new_account"] is True
    assert (run["debtor_iban"], run["debtor_name"]) == (OFFICE["iban"], OFFICE["account_holder"])
    path, billing = run_path(run), world.as_(Role.PROVIDER_BILLING)
    assert orderer(world).act(path, "order")["state"] == "ordered"
    assert billing.get(path_of(invoice))["state"] == "ordered"
    assert orderer(world).act(path, "execute", **EXECUTED)["state"] == "executed"
    paid = billing.get(path_of(invoice))
    assert (paid["state"], paid["paid_on"], paid["payment_reference"]) == ("paid", "2026-03-02", "Beleg 4711")
    steps = [step["to_state"] for step in billing.get(f"{path_of(invoice)}/transitions")]
    assert steps == ["draft", "submitted", "approved", "ordered", "paid"]
    steps = [step["to_state"] for step in orderer(world).get(f"{path}/transitions")]
    assert steps == ["draft", "ordered", "executed"]
    second = _invoice(world, "10T09:00", "10T10:00", given_help(world))
    assert propose(finance(world), second)["items"][0]["is_new_account"] is False


def test_an_account_that_changed_is_marked(world: World) -> None:
    given_run(world, "executed")
    put(world, Role.PROVIDER_BILLING, {**PROVIDER, "iban": iban(7)}, version=1)
    second = _invoice(world, "10T09:00", "10T10:00", given_help(world))
    assert propose(finance(world), second)["items"][0]["is_new_account"] is True


def test_four_eyes(world: World) -> None:
    invoice = given_payable(world)
    preparer, approver = world.as_(Role.FINANCE_OFFICER), finance(world)
    run = propose(preparer, invoice)
    path = run_path(run)
    assert "vorbereitet" in preparer.act(path, "order", status=409)["reasons"][0]
    assert "freigab" in approver.act(path, "order", status=409)["reasons"][0]
    for api in (preparer, approver):
        assert [step["action"] for step in api.get(path)["allowed_actions"]] == ["cancel"]
    assert [step["action"] for step in orderer(world).get(path)["allowed_actions"]] == ["order", "cancel"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", S)
def test_every_step_of_the_table_and_no_other(world: World, state: S, action: str) -> None:
    targets = {row.action: row.target for row in PAYMENT_RUN.rows if state in row.sources}
    assert set(targets) <= set(ACTIONS)
    run = given_run(world, state)
    if action in targets:
        assert orderer(world).act(run_path(run), action, **ACTIONS[action])["state"] == targets[action]
    else:
        problem = orderer(world).act(run_path(run), action, status=409, **ACTIONS[action])
        assert problem["type"].endswith("transition-not-allowed")
        assert orderer(world).get(run_path(run)) == run


def test_a_cancelled_run_makes_its_invoices_payable_again(world: World) -> None:
    invoice = given_payable(world)
    run = given_run(world, "ordered", invoice)
    orderer(world).act(run_path(run), "cancel", version=run["version"], reason="Konto falsch")
    assert finance(world).get(path_of(invoice))["state"] == "approved"
    assert given_run(world, "executed", invoice)["state"] == "executed"


def test_what_is_not_payable_is_refused_with_pointers(world: World) -> None:
    invoice = given_payable(world)
    api = world.as_(Role.FINANCE_OFFICER)
    draft = given_draft(world, given_help(world))
    errors = propose(api, invoice, invoice, {"id": str(uuid4())}, draft, status=422, execute_on="2026-03-01")["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/execute_on", "past"),
        ("/invoice_ids/1", "twice"),
        ("/invoice_ids/2", "unknown"),
        ("/invoice_ids/3", "unknown"),
    ]
    world.as_(Role.PROVIDER_BILLING).act(path_of(draft), "submit")
    assert propose(api, draft, status=422)["errors"][0]["code"] == "not_payable"
    propose(api, invoice)
    assert propose(api, invoice, status=422)["errors"][0]["code"] == "in_a_run"
    assert propose(api, status=422)["errors"][0]["pointer"] == "/invoice_ids"


def test_without_accounts_nothing_is_paid(world: World) -> None:
    invoice = given_payable(world, details=False)
    problem = propose(world.as_(Role.FINANCE_OFFICER), invoice, status=409)
    assert problem["type"].endswith("account-missing")
    assert problem["organisation_ids"] == sorted([str(world.youth_office.id), str(world.provider.id)])


def test_the_day_of_payment_is_after_the_order_and_not_to_come(world: World) -> None:
    run = given_run(world, "ordered")
    for day in ("2026-03-01", "2026-03-03"):
        errors = orderer(world).act(run_path(run), "execute", executed_on=day, reference="x", status=422)["errors"]
        assert errors[0]["pointer"] == "/executed_on"
    errors = orderer(world).act(run_path(run), "execute", executed_on="2026-03-02", reference="", status=422)["errors"]
    assert errors[0]["pointer"] == "/reference"


def test_an_invoice_taken_back_stops_its_run(world: World) -> None:
    invoice = given_payable(world)
    run = given_run(world, "draft", invoice)
    do(world.as_(Role.PROVIDER_BILLING), invoice, ":credit", {"reason": "Falsch"})
    reasons = orderer(world).act(run_path(run), "order", status=409)["reasons"]
    assert invoice["number"] in reasons[0]
    assert orderer(world).act(run_path(run), "cancel", reason="storniert")["state"] == "cancelled"


def test_an_ordered_invoice_is_not_taken_back(world: World) -> None:
    invoice = given_payable(world)
    given_run(world, "ordered", invoice)
    for act in ("correct", "credit"):
        do(world.as_(Role.PROVIDER_BILLING), invoice, f":{act}", {"reason": "x"}, 409)


def test_what_was_paid_and_credited_is_set_off(world: World) -> None:
    invoice = given_payable(world)
    given_run(world, "executed", invoice)
    note = given_credited(world, invoice)
    assert note["payable_cents"] == -invoice["payable_cents"]
    api = world.as_(Role.FINANCE_OFFICER)
    alone = propose(api, note)
    assert "übersteigen" in orderer(world).act(run_path(alone), "order", status=409)["reasons"][0]
    api.act(run_path(alone), "cancel", reason="mit der nächsten Rechnung")
    again = bill(world)  # the same records, with one more
    world.as_(Role.PROVIDER_BILLING).act(path_of(again), "discard")
    more = _invoice(world, "12T09:00", "12T11:00", given_help(world))
    assert more["total_cents"] == invoice["total_cents"] + 13_960
    run = propose(api, more, note)
    assert run["total_cents"] == 13_960
    orderer(world).act(run_path(run), "order")
    root = _pain(world, run)
    assert _told(root, "p:InstdAmt") == ["139.60"]
    assert _told(root, "p:Ustrd") == [f"{more['number']} {note['number']}"]
    orderer(world).act(run_path(run), "execute", **EXECUTED)
    assert {finance(world).get(path_of(one))["state"] for one in (more, note)} == {"paid"}


def test_the_banks_file_says_what_the_run_says(world: World) -> None:
    invoice = given_payable(world)
    run = given_run(world, "draft", invoice)
    problem = orderer(world).get(f"{run_path(run)}/pain001", status=409)
    assert problem["type"].endswith("payment-run-not-ordered")
    orderer(world).act(run_path(run), "order")
    root = _pain(world, run)
    assert root.tag == f"{{{NS['p']}}}Document"
    euros = f"{run['total_cents'] // 100}.{run['total_cents'] % 100:02}"
    assert _told(root, "p:CtrlSum") == [euros, euros]
    assert _told(root, "p:NbOfTxs") == ["1", "1"]
    assert _told(root, "p:MsgId") == _told(root, "p:PmtInfId") == [run["number"]]
    assert _told(root, "p:CreDtTm") == ["2026-03-02T09:00:00"]
    assert _told(root, "p:IBAN") == [OFFICE["iban"], PROVIDER["iban"]]
    assert _told(root, "p:EndToEndId") == [f"{run['number']}-1"]
    assert _told(root, "p:Dt") == ["2026-03-03"]
    world.clock.travel(days=1)
    assert etree.tostring(_pain(world, run)) == etree.tostring(root)
    orderer(world).act(run_path(run), "cancel", reason="x")
    orderer(world).get(f"{run_path(run)}/pain001", status=409)


def test_the_table_for_the_cash_office(world: World) -> None:
    given_details(world, account_holder="=Lindenhof")
    invoice = given_invoice(world, "approved")
    run = given_run(world, "draft", invoice)
    answer = orderer(world).request("GET", f"{run_path(run)}/table", status=200, headers={"Accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert list(row) == list(COLUMNS)
    assert (row["Betrag"], row["Vorgang"], row["Art"]) == ("174,50", "Auszahlung", "380")
    assert (row["Rechnungsnummer"], row["Monat"], row["Kontoinhaber"]) == (invoice["number"], "2026-02", "'=Lindenhof")


def test_whoever_proposes_at_the_same_time_an_invoice_is_in_one_run(world: World) -> None:
    help_ = given_help(world)
    given_details(world)
    invoices = [_invoice(world, f"{day}T09:00", f"{day}T10:00", help_) for day in (10, 11, 12)]
    api = world.as_(Role.FINANCE_OFFICER)

    def act(number: int) -> int:
        chosen = [invoices[number % 3]["id"], invoices[(number + 1) % 3]["id"]]
        headers = {**api.bearer(), "Idempotency-Key": f"r{number}"}
        body = {"invoice_ids": chosen, "execute_on": "2026-03-03"}
        return world.http.post(PATH, json=body, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(act, range(6)))
    assert statuses == [201, 422, 422, 422, 422, 422]
    with world.kernel.engine.connect() as connection:
        connection.execute(text("SET LOCAL ROLE handschlag_system"))
        live = text("SELECT invoice_id FROM payment_item WHERE youth_office_id = :id AND released_at IS NULL")
        ids = list(connection.scalars(live, {"id": world.youth_office.id}))
    assert len(ids) == len(set(ids)) == 2


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE payment_run SET total_cents = total_cents + 1 WHERE id = :id", "total of payment run"),
        ("UPDATE payment_item SET amount_cents = 1 WHERE run_id = :id", "fixed|change"),
        ("UPDATE payment_run SET state = 'ordered' WHERE id = :id", "orderer"),
        ("UPDATE payment_run SET ordered_by = created_by, ordered_at = now() WHERE id = :id", "four_eyes"),
        (_AGAIN, "payment_item_live"),
    ],
)
def test_the_database_pays_nothing_twice_and_nothing_else(world: World, statement: str, refusal: str) -> None:
    run = given_run(world, "draft")
    with world.kernel.engine.connect() as connection:
        connection.execute(text("SET LOCAL ROLE handschlag_system"))
        with pytest.raises(DBAPIError, match=refusal):
            _commit(connection, statement, run["id"])


def _commit(connection: Any, statement: str, run_id: str) -> None:
    connection.execute(text(statement), {"id": run_id})
    connection.commit()


def test_payment_is_the_finance_officers_business(world: World) -> None:
    run = given_run(world, "draft")
    for role in Role:
        reads = 200 if Permission.PAYMENTS_READ in GRANTS[role] else 403
        for path in (PATH, run_path(run), f"{run_path(run)}/transitions", f"{run_path(run)}/table"):
            world.as_(role).request("GET", path, status=reads, headers={"Accept": "*/*"})
        manages = Permission.PAYMENTS_MANAGE in GRANTS[role]
        world.as_(role).get(f"{run_path(run)}/pain001", status=409 if manages else 403)
        world.as_(role).act(run_path(run), "order", version=9, status=412 if manages else 403)
        body = {"invoice_ids": [run["items"][0]["invoice_id"]], "execute_on": "2026-03-03"}
        world.as_(role).post(PATH, body, status=422 if manages else 403)
    stranger = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    other = world.as_(Role.FINANCE_OFFICER, stranger)
    assert other.get(PATH)["items"] == []
    assert propose(other, {"id": run["items"][0]["invoice_id"]}, status=422)["errors"][0]["code"] == "unknown"
    assert len(world.as_(Role.OFFICE_SYNC).get(f"{PATH}?state=draft&sort=execute_on")["items"]) == 1
    assert world.as_(Role.OFFICE_SYNC).get(f"{PATH}?state=ordered")["items"] == []


def test_what_waits_for_payment_is_in_the_worklist(world: World) -> None:
    invoice = given_payable(world)

    def waits(api: Any) -> dict[str, str]:
        return {item["kind"]: item["waiting_for"] for item in api.get("/v1/worklist")["items"]}

    preparer, other = world.as_(Role.FINANCE_OFFICER), orderer(world)
    assert waits(preparer)["invoice_to_pay"] == "me"
    run = propose(preparer, invoice)
    assert "invoice_to_pay" not in waits(preparer)
    assert (waits(preparer)["payment_run_to_order"], waits(other)["payment_run_to_order"]) == ("them", "me")
    other.act(run_path(run), "order")
    assert waits(preparer)["payment_run_to_execute"] == "me"
    assert not {"invoice_to_pay", "payment_run_to_execute"} & set(waits(world.as_(Role.PROVIDER_BILLING)))


def test_statements_do_not_grow_with_the_invoices(world: World, statements: list[str]) -> None:
    world.staff()
    help_ = given_help(world)
    given_details(world)
    counts = []
    for days in ((10,), (11, 12, 13)):
        invoices = [_invoice(world, f"{day}T09:00", f"{day}T10:00", help_) for day in days]
        run = propose(world.as_(Role.FINANCE_OFFICER), *invoices)
        statements.clear()
        world.as_(Role.FINANCE_OFFICER).get(run_path(run))
        world.as_(Role.FINANCE_OFFICER).get(PATH)
        counts.append(len(statements))
    assert counts[0] == counts[1], statements
