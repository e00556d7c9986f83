"""The XRechnung of an invoice: as the norm wants it, without a name, the same for good."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.modules.einvoices import rules
from app.modules.einvoices.document import EXEMPTION_CODE, EXEMPTION_TEXT, XRECHNUNG
from app.modules.einvoices.reading import read
from app.policy import OrganisationKind, Role
from tests.modules.einvoices.given import OFFICE, PROVIDER, given_details, put, xrechnung
from tests.modules.einvoices.norm import refusals
from tests.modules.invoices.given import bill, do, finance, given_invoice
from tests.modules.invoices.given import path_of as path_of_invoice
from tests.stories.given import BILLING_TERMS, given_agreement
from tests.stories.helps import given_help, record_body
from tests.world import World


def test_every_term_is_where_the_norm_wants_it(world: World, tmp_path: Path) -> None:
    address = given_details(world)
    help_ = given_help(world, pseudonym="Kind K-2")
    invoice = given_invoice(world, "submitted", help_)
    xml = xrechnung(world, invoice)
    assert refusals(xml, tmp_path) == []
    told = read(xml)
    assert rules.faults(told) == []
    assert (told.number, told.issued_on, told.type_code) == (invoice["number"], date(2026, 3, 2), "380")
    assert (told.buyer_reference, told.specification, told.due_on) == (address, XRECHNUNG, date(2026, 4, 1))
    assert (told.first_day, told.last_day) == (date(2026, 2, 1), date(2026, 2, 28))
    assert (told.iban, told.account_name) == (PROVIDER["iban"], PROVIDER["account_holder"])
    assert (told.means, told.currency, told.remittance) == ("58", "EUR", invoice["number"])
    seller, buyer = told.seller, told.buyer
    assert (seller.name, seller.tax_number, seller.vat_id) == (PROVIDER["legal_name"], PROVIDER["tax_number"], None)
    assert (seller.contact, seller.phone) == (PROVIDER["contact_name"], PROVIDER["contact_phone"])
    assert (seller.address_scheme, seller.address) == ("EM", PROVIDER["address"])
    assert (buyer.name, buyer.city, buyer.address_scheme, buyer.address) == (
        OFFICE["legal_name"], OFFICE["city"], "0204", address,
    )  # fmt: skip
    (tax,) = told.taxes
    assert (tax.category, tax.rate, tax.amount) == ("E", Decimal(0), Decimal(0))
    assert (tax.reason, tax.reason_code) == (EXEMPTION_TEXT, EXEMPTION_CODE)
    assert told.due == told.line_total == tax.basis == Decimal(invoice["total_cents"]) / 100
    assert [item.object_id for item in told.items] == [help_["number"]] * 2
    assert [(item.quantity, item.unit, item.price) for item in told.items] == [
        (Decimal("1.50"), "HUR", Decimal("69.80")),
        (Decimal("1.00"), "HUR", Decimal("69.80")),
    ]
    assert [item.first_day for item in told.items] == [date(2026, 2, 3), date(2026, 2, 4)]
    assert "Bewilligung 01.01.2026 bis 31.12.2026" in (told.items[0].note or "")
    assert b"K-2" not in xml
    assert b"FK-07" not in xml


def test_the_same_invoice_is_the_same_file_for_good(world: World) -> None:
    given_details(world)
    invoice = given_invoice(world, "submitted")
    first = xrechnung(world, invoice)
    put(world, Role.PROVIDER_BILLING, {**PROVIDER, "iban": "DE02120300000000202051"}, version=1)
    world.clock.travel(days=9)
    assert xrechnung(world, invoice) == xrechnung(world, invoice, Role.FINANCE_OFFICER) == first
    finance(world).act(path_of_invoice(invoice), "return", reason="Bitte prüfen.")
    world.as_(Role.PROVIDER_BILLING).act(path_of_invoice(invoice), "submit")
    assert xrechnung(world, invoice) == first


@pytest.mark.parametrize(("state", "act", "code"), [("approved", "credit", "381"), ("returned", "correct", "384")])
def test_credit_notes_and_corrections_name_their_invoice(
    world: World, tmp_path: Path, state: str, act: str, code: str
) -> None:
    given_details(world)
    original = given_invoice(world, state)
    made = do(world.as_(Role.PROVIDER_BILLING), original, f":{act}", {"reason": "Falsch erfasst"})
    xml = xrechnung(world, made)
    assert refusals(xml, tmp_path) == []
    told = read(xml)
    assert rules.faults(told) == []
    assert (told.type_code, told.corrects_number, told.corrects_issued_on) == (
        code, original["number"], date(2026, 3, 2),
    )  # fmt: skip
    assert told.due == Decimal(original["total_cents"]) / 100


@pytest.mark.parametrize(
    ("changes", "unit", "quantity"),
    [
        ({"amount_basis": "minutes"}, "MIN", "20.00"),
        ({"unit_minutes": 45, "rate_cents": 5_800}, "C62", "1.00"),
        ({"unit_minutes": 50, "rate_cents": 5_800, "amount_basis": "minutes"}, "MIN", "20.00"),
        ({}, "HUR", "0.33"),
    ],
)
def test_quantity_times_price_is_the_amount_whatever_the_unit(
    world: World, tmp_path: Path, changes: dict[str, Any], unit: str, quantity: str
) -> None:
    given_details(world)
    given_agreement(world, billing_terms={**BILLING_TERMS, **changes})
    help_ = given_help(world)
    span = {"starts_at": "2026-02-05T09:00:00+01:00", "ends_at": "2026-02-05T09:20:00+01:00"}
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_, **span))
    xml = xrechnung(world, bill(world))
    (item,) = read(xml).items
    assert (item.unit, item.quantity) == (unit, Decimal(quantity))
    assert rules.faults(read(xml)) == []
    assert refusals(xml, tmp_path) == []


def test_without_the_details_it_is_said_what_is_missing(world: World) -> None:
    invoice = given_invoice(world, "submitted")
    path = f"{path_of_invoice(invoice)}/xrechnung"
    problem = world.as_(Role.PROVIDER_BILLING).get(path, status=409)
    assert problem["type"].endswith("billing-details-missing")
    assert {item["term"] for item in problem["missing"]} >= {"BT-10", "BT-27", "BT-84", "BT-49"}
    given_details(world)
    assert read(xrechnung(world, invoice)).number == invoice["number"]


def test_an_xrechnung_is_known_to_those_it_concerns(world: World) -> None:
    given_details(world)
    draft = given_invoice(world, "draft")
    path = f"{path_of_invoice(draft)}/xrechnung"
    world.as_(Role.FINANCE_OFFICER).get(path, status=404)
    world.as_(Role.PROVIDER_BILLING).act(path_of_invoice(draft), "submit")
    assert xrechnung(world, draft, Role.FINANCE_OFFICER)
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    world.as_(Role.PROVIDER_BILLING, other).get(path, status=404)
    world.as_(Role.OFFICE_ADMIN).get(path, status=403)
