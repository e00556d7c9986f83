"""Corrected invoices and credit notes: everything is billed once, whatever is retried or raced."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError

from app.policy import Role
from tests.modules.invoices.given import PATH, bill, cut, do, finance, given_invoice, path_of
from tests.world import World


def _records(invoice: dict[str, Any]) -> set[str]:
    return {id_ for line in invoice["lines"] for id_ in line["record_ids"]}


def _billed_on(world: World) -> set[str | None]:
    items = world.as_(Role.PROVIDER_BILLING).get("/v1/service-records?billed=true")["items"]
    return {item["invoice_id"] for item in items}


def test_a_correction_replaces_the_invoice_and_reverses_what_was_wrong(world: World) -> None:
    invoice = given_invoice(world, "returned")
    billing, path = world.as_(Role.PROVIDER_BILLING), path_of(invoice)
    wrong = invoice["lines"][1]["record_ids"]
    stranger = {"reason": "x", "reverse_record_ids": [*wrong, str(uuid4())]}
    assert do(billing, invoice, ":correct", stranger, 422)["errors"][0]["pointer"] == "/reverse_record_ids/1"
    made = do(billing, invoice, ":correct", {"reason": "Doppelt erfasst", "reverse_record_ids": wrong})
    assert (made["kind"], made["corrects_id"], made["state"]) == ("correction", invoice["id"], "draft")
    assert made["number"] != invoice["number"]
    assert made["correction_reason"] == "Doppelt erfasst"
    assert _records(made) == _records(invoice) - set(wrong)
    assert billing.get(path)["state"] == "replaced"
    assert billing.get(f"/v1/service-records/{wrong[0]}")["reversed_at"]
    do(billing, invoice, ":correct", {"reason": "noch einmal"}, 409)
    billing.act(path_of(made), "submit")
    assert finance(world).act(path_of(made), "approve")["payable_cents"] == made["total_cents"]
    kinds = {item["kind"] for item in billing.get(f"{PATH}?kind=correction")["items"]}
    assert kinds == {"correction"}


def test_a_correction_that_leaves_nothing_changes_nothing(world: World) -> None:
    invoice = given_invoice(world, "returned")
    billing = world.as_(Role.PROVIDER_BILLING)
    body = {"reason": "Alles falsch", "reverse_record_ids": sorted(_records(invoice))}
    assert do(billing, invoice, ":correct", body, 409)["type"].endswith("nothing-to-bill")
    assert billing.get(path_of(invoice)) == invoice


def test_a_credit_note_frees_the_records_and_cancels_what_was_not_paid(world: World) -> None:
    invoice = given_invoice(world, "approved")
    billing, office = world.as_(Role.PROVIDER_BILLING), finance(world)
    note = do(billing, invoice, ":credit", {"reason": "Falsches Jugendamt"})
    assert (note["kind"], note["corrects_id"], note["state"]) == ("credit_note", invoice["id"], "submitted")
    assert note["number"].startswith("GS-2026-")
    assert note["total_cents"] == invoice["total_cents"]
    assert billing.get(path_of(invoice))["state"] == "credited"
    assert _billed_on(world) == set()
    again = bill(world)
    assert _records(again) == _records(invoice)
    assert _billed_on(world) == {again["id"]}
    for action, fields in (
        ("withdraw", {}),
        ("return", {"reason": "x"}),
        ("query", {"questions": [{"question": "?"}]}),
    ):
        side = billing if action == "withdraw" else office
        assert side.act(path_of(note), action, status=409, **fields)["type"].endswith("guard-refused")
    assert {step["action"] for step in office.get(path_of(note))["allowed_actions"]} == {"approve", "start_check"}
    assert office.act(path_of(note), "approve")["payable_cents"] == 0
    do(billing, invoice, ":credit", {"reason": "noch einmal"}, 409)
    do(billing, note, ":credit", {"reason": "Gutschrift der Gutschrift"}, 409)


def test_a_credit_note_takes_back_what_was_approved_not_what_was_cut(world: World) -> None:
    invoice = given_invoice(world, "partly_approved")
    note = do(world.as_(Role.PROVIDER_BILLING), invoice, ":credit", {"reason": "Neu abgerechnet"})
    approved = finance(world).act(path_of(note), "approve")
    assert approved["approved_cents"] == invoice["approved_cents"]
    assert [item["cents"] for item in approved["cuts"]] == [item["cents"] for item in invoice["cuts"]]


def test_hours_of_a_credited_invoice_count_no_more(world: World) -> None:
    invoice = given_invoice(world, "credited")
    assert bill(world)["findings"] == invoice["findings"] == []


@pytest.mark.parametrize("acts", [("credit", "credit"), ("correct", "credit"), ("correct", "correct")])
def test_an_invoice_is_taken_back_once_whoever_comes_first(world: World, acts: tuple[str, str]) -> None:
    invoice = given_invoice(world, "approved")
    billing = world.as_(Role.PROVIDER_BILLING)

    def act(number: int) -> int:
        headers = {**billing.bearer(), "Idempotency-Key": f"k{number}", "If-Match": f'"{invoice["version"]}"'}
        url = f"{path_of(invoice)}:{acts[number % 2]}"
        return world.http.post(url, json={"reason": "x"}, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(act, range(6)))
    assert statuses == [201, 412, 412, 412, 412, 412]
    rows = world.as_(Role.PROVIDER_BILLING).get(PATH)["items"]
    assert [row["corrects_id"] for row in rows].count(invoice["id"]) == 1


def test_a_retry_is_the_same_credit_note(world: World) -> None:
    invoice = given_invoice(world, "approved")
    billing = world.as_(Role.PROVIDER_BILLING)
    headers = {"If-Match": f'"{invoice["version"]}"', "Idempotency-Key": "once"}
    url = f"{path_of(invoice)}:credit"
    first = billing.post(url, {"reason": "x"}, headers=headers)
    assert billing.post(url, {"reason": "x"}, headers=headers) == first


def test_no_record_is_on_two_live_invoices_however_billing_and_crediting_interleave(world: World) -> None:
    invoice = given_invoice(world, "approved")
    billing, office = world.as_(Role.PROVIDER_BILLING), str(world.youth_office.id)

    def act(number: int) -> int:
        headers = {**billing.bearer(), "Idempotency-Key": f"n{number}"}
        if number % 3:
            body = {"youth_office_id": office, "month": "2026-02"}
            return world.http.post(PATH, json=body, headers=headers).status_code
        headers["If-Match"] = f'"{invoice["version"]}"'
        return world.http.post(f"{path_of(invoice)}:credit", json={"reason": "x"}, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(act, range(18)))
    assert set(statuses) <= {201, 409, 412}, statuses
    if world.as_(Role.PROVIDER_BILLING).get("/v1/service-records?billed=false")["items"]:
        bill(world)
    with world.kernel.engine.connect() as connection:
        connection.execute(text("SET LOCAL ROLE handschlag_system"))
        live = text(
            "SELECT record, count(*) FROM invoice JOIN invoice_line ON invoice_line.invoice_id = invoice.id, "
            "unnest(record_ids) AS record WHERE invoice.provider_id = :provider AND kind <> 'credit_note' "
            "AND state NOT IN ('discarded', 'replaced', 'credited') GROUP BY record"
        )
        counts = list(connection.execute(live, {"provider": world.provider.id}))
    assert {row.record for row in counts} == {UUID(id_) for id_ in _records(invoice)}
    assert {row[1] for row in counts} == {1}


@contextmanager
def _as_organisation(world: World, organisation_id: UUID) -> Iterator[Connection]:
    """The database as a request of this organisation sees it."""
    with world.kernel.engine.connect() as connection:
        connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
        own = text("SELECT set_config('handschlag.organisation', :id, true)")
        connection.execute(own, {"id": str(organisation_id)})
        yield connection


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE invoice SET state = 'approved', approved_cents = 0, payable_cents = 0 WHERE id = :id", "office"),
        ("UPDATE invoice SET approved_cents = total_cents, payable_cents = total_cents WHERE id = :id", "office"),
        ("UPDATE invoice SET paid_on = '2026-03-01' WHERE id = :id", "office"),
        ("UPDATE invoice_cut SET withdrawn_at = now(), withdrawn_by = :id WHERE invoice_id = :id", "office"),
    ],
)
def test_no_provider_decides_on_its_own_money_even_in_sql(world: World, statement: str, refusal: str) -> None:
    invoice = given_invoice(world, "submitted")
    cut(world, invoice)
    with _as_organisation(world, world.provider.id) as connection, pytest.raises(DBAPIError, match=refusal):
        connection.execute(text(statement), {"id": invoice["id"]})


def _commit(connection: Connection, statement: TextClause, invoice_id: str) -> None:
    connection.execute(statement, {"id": invoice_id})
    connection.commit()


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE invoice SET approved_cents = approved_cents - 1, payable_cents = payable_cents - 1", "approved sum"),
        ("UPDATE invoice SET payable_cents = payable_cents - 1", "payable"),
        ("UPDATE invoice SET approved_cents = NULL, payable_cents = NULL", "decided"),
        ("UPDATE invoice SET state = 'paid'", "paid"),
        ("UPDATE invoice_cut SET withdrawn_at = now(), withdrawn_by = invoice_id", "approved sum"),
        ("UPDATE invoice_cut SET cents = cents + 1", "fixed|change"),
    ],
)
def test_the_database_keeps_the_approved_sum(world: World, statement: str, refusal: str) -> None:
    invoice = given_invoice(world, "partly_approved")
    column = "invoice_id" if "invoice_cut" in statement else "id"
    changed = text(f"{statement} WHERE {column} = :id")
    with _as_organisation(world, world.youth_office.id) as connection, pytest.raises(DBAPIError, match=refusal):
        _commit(connection, changed, invoice["id"])


def test_no_line_is_cut_below_nothing_by_two_at_once(world: World) -> None:
    invoice = given_invoice(world, "submitted")
    amount, office = invoice["lines"][1]["amount_cents"], finance(world)

    def act(number: int) -> int:
        headers = {**office.bearer(), "Idempotency-Key": f"c{number}", "If-Match": f'"{invoice["version"]}"'}
        body = {"place": 2, "cents": amount, "reason": "x"}
        return world.http.post(f"{path_of(invoice)}/cuts", json=body, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(act, range(4))) == [200, 412, 412, 412]


def test_reading_an_invoice_asks_as_often_however_much_belongs_to_it(world: World, statements: list[str]) -> None:
    world.staff()
    counts = []
    invoice = given_invoice(world, "submitted")
    for _ in range(2):
        statements.clear()
        finance(world).get(path_of(invoice))
        counts.append(len(statements))
        for _ in range(3):
            cut(world, invoice, 10)
    assert counts[0] == counts[1], statements
