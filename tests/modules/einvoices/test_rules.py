"""Every business rule refuses what it is there to refuse, and nothing of a sound invoice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.modules.einvoices import cii, rules
from app.modules.einvoices.document import (
    EXEMPTION_CODE,
    EXEMPTION_TEXT,
    PROCESS,
    XRECHNUNG,
    EInvoice,
    Item,
    Party,
    Tax,
)
from app.modules.einvoices.reading import read
from tests.modules.einvoices.norm import refusals

ZERO, AMOUNT = Decimal("0.00"), Decimal("104.70")
ITEM = Item(
    id="1",
    note="Vereinbarung QV-2026-0001",
    object_id="HI-2026-0001",
    quantity=Decimal("1.50"),
    unit="HUR",
    amount=AMOUNT,
    first_day=date(2026, 2, 3),
    last_day=date(2026, 2, 3),
    price=Decimal("69.80"),
    category="E",
    rate=ZERO,
    name="Fachleistungsstunden, Hilfe HI-2026-0001",
)
SOUND = EInvoice(
    number="RE-2026-0001",
    issued_on=date(2026, 3, 2),
    type_code="384",
    currency="EUR",
    due_on=date(2026, 4, 1),
    buyer_reference="059115120-31002-92",
    terms="Zahlbar ohne Abzug bis 01.04.2026.",
    note="Namen nennt diese Rechnung nicht.",
    process=PROCESS,
    specification=XRECHNUNG,
    corrects_number="RE-2025-0099",
    corrects_issued_on=date(2026, 1, 31),
    seller=Party(
        id="L-1",
        name="Lindenhof gGmbH",
        street="Lindenstraße 1",
        postcode="12345",
        city="Musterstadt",
        country="DE",
        contact="Abrechnung",
        phone="+49 5555 123",
        email="abrechnung@lindenhof.example",
        vat_id="DE136695976",
        tax_number="133/8150/8159",
        address_scheme="EM",
        address="rechnung@lindenhof.example",
    ),
    buyer=Party(
        name="Stadt Musterstadt",
        street="Marktplatz 1",
        postcode="12345",
        city="Musterstadt",
        country="DE",
        address_scheme="0204",
        address="059115120-31002-92",
    ),
    first_day=date(2026, 2, 1),
    last_day=date(2026, 2, 28),
    means="58",
    remittance="RE-2026-0001",
    iban="DE89370400440532013000",
    account_name="Lindenhof gGmbH",
    line_total=AMOUNT,
    allowances=ZERO,
    charges=ZERO,
    net_total=AMOUNT,
    tax_total=ZERO,
    gross_total=AMOUNT,
    prepaid=ZERO,
    due=AMOUNT,
    taxes=(Tax(AMOUNT, ZERO, "E", ZERO, EXEMPTION_TEXT, EXEMPTION_CODE),),
    items=(ITEM,),
)
PENNY = Decimal("0.01")
BROKEN: dict[str, dict[str, Any]] = {
    "BR-01": {"specification": None},
    "BR-02": {"number": None},
    "BR-03": {"issued_on": None},
    "BR-04": {"type_code": None},
    "BR-05": {"currency": None},
    "BR-06": {"seller": {"name": None}},
    "BR-07": {"buyer": {"name": None}},
    "BR-09": {"seller": {"country": None}},
    "BR-11": {"buyer": {"country": None}},
    "BR-12": {"line_total": None},
    "BR-13": {"net_total": None},
    "BR-14": {"gross_total": None},
    "BR-15": {"due": None},
    "BR-16": {"items": ()},
    "BR-29": {"last_day": date(2026, 1, 31)},
    "BR-CO-10": {"line_total": AMOUNT + PENNY},
    "BR-CO-13": {"allowances": PENNY},
    "BR-CO-14": {"tax_total": PENNY},
    "BR-CO-15": {"gross_total": AMOUNT + PENNY},
    "BR-CO-16": {"prepaid": PENNY},
    "BR-CO-18": {"taxes": ()},
    "BR-CO-25": {"due_on": None, "terms": None},
    "BR-CO-26": {"seller": {"id": None, "vat_id": None}},
    "BR-E-8": {"taxes": {"basis": AMOUNT - 2 * PENNY}},
    "BR-E-9": {"taxes": {"amount": PENNY}},
    "BR-E-10": {"taxes": {"reason": None, "reason_code": None}},
    "BR-DE-1": {"means": None},
    "BR-DE-3": {"seller": {"city": None}},
    "BR-DE-4": {"seller": {"postcode": None}},
    "BR-DE-5": {"seller": {"contact": None}},
    "BR-DE-6": {"seller": {"phone": None}},
    "BR-DE-7": {"seller": {"email": None}},
    "BR-DE-8": {"buyer": {"city": None}},
    "BR-DE-9": {"buyer": {"postcode": None}},
    "BR-DE-14": {"taxes": {"rate": None}},
    "BR-DE-15": {"buyer_reference": None},
    "BR-DE-16": {"seller": {"vat_id": None, "tax_number": None}},
    "BR-DE-17": {"type_code": "325"},
    "BR-DE-19": {"iban": "DE89370400440532013001"},
    "BR-DE-21": {"specification": "urn:cen.eu:en16931:2017"},
    "BR-DE-23": {"iban": None, "means": "30"},
    "BR-DE-26": {"corrects_number": None},
    "BR-DE-27": {"seller": {"phone": "12"}},
    "BR-DE-28": {"seller": {"email": ".a@b"}},
    "BR-DE-TMP-32": {"first_day": None, "last_day": None, "items": {"first_day": None, "last_day": None}},
    "PEPPOL-EN16931-R001": {"process": None},
    "PEPPOL-EN16931-R007": {"process": "urn:fdc:peppol.eu:2017:poacc:billing:1:1.0"},
    "PEPPOL-EN16931-R010": {"buyer": {"address": None}},
    "PEPPOL-EN16931-R020": {"seller": {"address_scheme": None}},
    "BR-21": {"items": {"id": None}},
    "BR-22": {"items": {"quantity": None}},
    "BR-23": {"items": {"unit": None}},
    "BR-24": {"items": {"amount": None}},
    "BR-25": {"items": {"name": None}},
    "BR-26": {"items": {"price": None}},
    "BR-27": {"items": {"price": Decimal(-1)}},
    "BR-30": {"items": {"last_day": date(2026, 2, 2)}},
    "BR-CO-04": {"items": {"category": None}},
    "BR-E-5": {"items": {"rate": Decimal(19)}},
    "PEPPOL-EN16931-R120": {"items": {"quantity": Decimal("1.51")}},
    "PEPPOL-EN16931-R121": {"items": {"price_quantity": Decimal(0)}},
    "PEPPOL-EN16931-R110": {"items": {"first_day": date(2026, 1, 31)}},
    "PEPPOL-EN16931-R111": {"items": {"last_day": date(2026, 3, 1)}},
}


def changed(invoice: EInvoice, changes: dict[str, Any]) -> EInvoice:
    """The invoice with members of itself, its parties, its line or its tax changed."""
    given = {}
    for name, value in changes.items():
        part = getattr(invoice, name)
        if not isinstance(value, dict):
            given[name] = value
        elif isinstance(part, tuple):
            given[name] = tuple(replace(one, **value) for one in part)
        else:
            given[name] = replace(part, **value)
    return replace(invoice, **given)


def test_every_rule_is_broken_here() -> None:
    table: list[rules.Rule | rules.ItemRule] = [*rules.RULES, *rules.ITEM_RULES]
    assert sorted(rule.code for rule in table) == sorted(BROKEN)


def test_a_sound_invoice_breaks_none(tmp_path: Path) -> None:
    assert rules.faults(SOUND) == []
    assert refusals(cii.write(SOUND), tmp_path) == []


@pytest.mark.parametrize("code", BROKEN)
def test_a_rule_refuses_what_breaks_it(code: str) -> None:
    found = rules.faults(changed(SOUND, BROKEN[code]))
    assert code in [fault.code for fault in found]
    if code in {rule.code for rule in rules.ITEM_RULES}:
        assert {fault.line for fault in found if fault.code == code} == {BROKEN[code]["items"].get("id", "1")}


@pytest.mark.parametrize("code", ["BR-CO-10", "BR-CO-13", "BR-CO-15", "BR-CO-16", "BR-E-10", "BR-CO-26"])
def test_the_norms_own_rules_agree(code: str, tmp_path: Path) -> None:
    assert refusals(cii.write(changed(SOUND, BROKEN[code])), tmp_path)


def test_what_is_written_is_read_again_and_written_alike() -> None:
    xml = cii.write(SOUND)
    assert read(xml) == SOUND
    assert cii.write(read(xml)) == xml


def test_an_allowance_is_reckoned_with() -> None:
    less = AMOUNT - Decimal("4.70")
    told = {
        "allowances": Decimal("4.70"),
        "net_total": less,
        "gross_total": less,
        "due": less,
        "taxes": {"basis": less},
    }
    assert rules.faults(changed(SOUND, told)) == []
