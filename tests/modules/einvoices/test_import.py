"""A provider's own XRechnung: read safely, compared with its records, taken or refused, never lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.modules.einvoices import cii
from app.modules.einvoices.document import EInvoice
from app.modules.einvoices.reading import MAX_BYTES, MAX_DEPTH, NAMESPACES, read
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.einvoices.given import PROVIDER, given_details, iban, leitweg_id, xrechnung
from tests.modules.einvoices.test_rules import SOUND
from tests.modules.invoices.given import bill, finance, given_draft, path_of
from tests.stories.helps import given_help, record_body
from tests.world import World

PATH, KEPT = "/v1/invoices:import-xrechnung", "/v1/xrechnung-imports"
UBL = Path(__file__).with_name("ubl.xml")


def given_month(world: World) -> EInvoice:
    """What the provider's own software would write of the month: two records of one help, not billed here yet."""
    given_details(world)
    draft = given_draft(world)
    told = read(xrechnung(world, draft))
    world.as_(Role.PROVIDER_BILLING).act(path_of(draft), "discard")
    return replace(told, number="L-2026/0815", remittance="L-2026/0815")


def hand_in(
    world: World, told: EInvoice | bytes, status: int = 200, query: str = "", more: dict[str, str] | None = None
) -> Any:
    content = told if isinstance(told, bytes) else cii.write(told)
    headers = {"Content-Type": "application/xml", **(more or {})}
    url = f"{PATH}{query}"
    return world.as_(Role.PROVIDER_BILLING).request("POST", url, status=status, content=content, headers=headers).json()


def _codes(outcome: dict[str, Any], *, blocking: bool = True) -> list[tuple[str, str]]:
    return [(one["code"], one["term"]) for one in outcome["findings"] if one["blocks"] is blocking]


def test_what_agrees_with_the_records_becomes_an_invoice_with_its_own_file(world: World) -> None:
    told = given_month(world)
    rehearsed = hand_in(world, told, query="?dry_run=true")
    assert (rehearsed["state"], rehearsed["id"], rehearsed["invoice_id"]) == ("accepted", None, None)
    assert rehearsed["expected_cents"] == rehearsed["total_cents"] == 17_450
    assert world.as_(Role.PROVIDER_BILLING).get(KEPT)["items"] == []
    outcome = hand_in(world, told)
    assert (outcome["state"], outcome["findings"]) == ("accepted", [])
    assert outcome["youth_office_id"] == str(world.youth_office.id)
    billing = world.as_(Role.PROVIDER_BILLING)
    invoice = billing.get(f"/v1/invoices/{outcome['invoice_id']}")
    assert (invoice["number"], invoice["state"], invoice["total_cents"]) == ("L-2026/0815", "draft", 17_450)
    billing.act(path_of(invoice), "submit")
    assert finance(world).act(path_of(invoice), "approve")["payable_cents"] == 17_450
    for role in (Role.PROVIDER_BILLING, Role.FINANCE_OFFICER):
        assert xrechnung(world, invoice, role) == cii.write(told)
    again = hand_in(world, told)
    assert again["state"] == "refused"
    assert ("HS-04", "BT-1") in _codes(again)
    kept = billing.get(f"{KEPT}?state=refused")["items"]
    assert [one["id"] for one in kept] == [again["id"]]


def test_a_draft_of_this_number_is_linked(world: World) -> None:
    told = given_month(world)
    draft = bill(world)
    told = replace(told, number=draft["number"])
    outcome = hand_in(world, told)
    assert (outcome["state"], outcome["invoice_id"]) == ("accepted", draft["id"])
    assert xrechnung(world, draft) == cii.write(told)
    assert _codes(hand_in(world, told)) == [("HS-04", "BT-1"), ("HS-10", "BG-25")]


def test_a_retry_is_the_same_import(world: World) -> None:
    told = given_month(world)
    first = hand_in(world, told, more={"Idempotency-Key": "once"})
    assert hand_in(world, told, more={"Idempotency-Key": "once"}) == first
    assert len(world.as_(Role.PROVIDER_BILLING).get(KEPT)["items"]) == 1


def _items(told: EInvoice, *changes: dict[str, Any]) -> EInvoice:
    items = tuple(replace(item, **one) for item, one in zip(told.items, changes, strict=True))
    total = sum((item.amount or Decimal(0) for item in items), Decimal(0))
    (tax,) = told.taxes
    return replace(
        told,
        items=items,
        line_total=total,
        net_total=total,
        gross_total=total,
        due=total,
        taxes=(replace(tax, basis=total),),
    )


CHANGES: dict[str, tuple[Callable[[EInvoice], EInvoice], list[tuple[str, str]]]] = {
    "another buyer": (
        lambda told: replace(told, buyer_reference=leitweg_id()),
        [("HS-01", "BT-10"), ("HS-10", "BG-25")],
    ),
    "a credit note": (lambda told: replace(told, type_code="381"), [("HS-02", "BT-3")]),
    "half a month": (
        lambda told: replace(told, last_day=date(2026, 2, 15)),
        [("HS-03", "BT-73"), ("HS-10", "BG-25")],
    ),
    "another month": (
        lambda told: _items(
            replace(told, first_day=date(2026, 1, 1), last_day=date(2026, 1, 31)),
            *[{"first_day": None, "last_day": None}] * 2,
        ),
        [("HS-10", "BG-25")],
    ),
    "a long number": (lambda told: replace(told, number="9" * 36), [("HS-05", "BT-1")]),
    "dollars": (lambda told: replace(told, currency="USD"), [("HS-06", "BT-5")]),
    "an hour more": (
        lambda told: _items(told, {}, {"quantity": Decimal(2), "amount": Decimal("139.60")}),
        [("HS-11", "BT-115"), ("HS-15", "BT-131")],
    ),
    "an unknown help": (
        lambda told: _items(told, {"object_id": "HI-2026-9999"}, {}),
        [("HS-14", "BT-128"), ("HS-15", "BT-131")],
    ),
    "a wrong sum": (
        lambda told: replace(told, line_total=Decimal("174.51")),
        [("BR-CO-10", "BT-106"), ("BR-CO-13", "BT-109")],
    ),
    "no contact": (
        lambda told: replace(told, seller=replace(told.seller, phone=None)),
        [("BR-DE-6", "BT-42"), ("BR-DE-27", "BT-42")],
    ),
    "taxed": (
        lambda told: replace(
            _items(told, *[{"category": "S", "rate": Decimal(0)}] * 2),
            taxes=(replace(told.taxes[0], category="S"),),
        ),
        [("HS-07", "BT-118")],
    ),
}  # fmt: skip


def test_what_does_not_agree_is_refused_with_terms_and_kept(world: World) -> None:
    told, billing = given_month(world), world.as_(Role.PROVIDER_BILLING)
    for name, (change, codes) in CHANGES.items():
        changed = change(told)
        outcome = hand_in(world, changed)
        assert (outcome["state"], _codes(outcome)) == ("refused", codes), name
        assert billing.get(f"{KEPT}/{outcome['id']}")["findings"] == outcome["findings"]
        kept = billing.request("GET", f"{KEPT}/{outcome['id']}/content", status=200).content
        assert kept == cii.write(changed)
    assert {row["state"] for row in billing.get("/v1/invoices")["items"]} == {"discarded"}
    more = hand_in(world, CHANGES["an hour more"][0](told), query="?dry_run=true")["findings"][0]
    assert (more["expected"], more["found"]) == ("174,50", "244,30")
    assert hand_in(world, told)["state"] == "accepted"


def test_some_differences_are_only_pointed_out(world: World) -> None:
    told = given_month(world)
    other = replace(_items(told, {"object_id": None}, {"object_id": None}), iban=iban(9))
    outcome = hand_in(world, other, query="?dry_run=true")
    assert (outcome["state"], _codes(outcome, blocking=False)) == (
        "accepted", [("HS-08", "BT-84"), ("HS-12", "BT-128")],
    )  # fmt: skip
    hours = _items(told, {"quantity": Decimal("1.40"), "price": Decimal("74.785714")}, {})
    assert _codes(hand_in(world, hours, query="?dry_run=true"), blocking=False) == [("HS-16", "BT-129")]


def test_a_help_that_is_left_out_is_found(world: World) -> None:
    told = given_month(world)
    second = given_help(world, pseudonym="Familie R-2")
    span = {"starts_at": "2026-02-10T09:00:00+01:00", "ends_at": "2026-02-10T10:00:00+01:00"}
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(second, **span))
    outcome = hand_in(world, told)
    assert _codes(outcome) == [("HS-11", "BT-115"), ("HS-13", "BT-128")]
    assert outcome["findings"][1]["expected"] == second["number"]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
CII = "rsm:CrossIndustryInvoice"
ROOT = f'{CII} xmlns:rsm="{NAMESPACES["rsm"]}"'
HOSTILE = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><{ROOT}>&l9;</{CII}>',
    "external entity": f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><{ROOT}>&f;</{CII}>',
    "parameter entity": f'<!DOCTYPE x [<!ENTITY % f SYSTEM "http://127.0.0.1:9/x"> %f;]><{ROOT}/>',
    "external type": f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><{ROOT}/>',
    "empty type": f"<!DOCTYPE x><{ROOT}/>",
    "too deep": f"<{ROOT}>{'<a>' * MAX_DEPTH}{'</a>' * MAX_DEPTH}</{CII}>",
    "very deep": "<a>" * 100_000,
    "too many": f"<{ROOT}>{'<a/>' * 200_000}</{CII}>",
    "too large": "<a>" + "x" * MAX_BYTES + "</a>",
    "no invoice": "<a/>",
    "no XML": "Rechnung",
    "nothing": "",
    "unknown entity": f"<{ROOT}>&f;</{CII}>",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_hostile_files_are_refused_and_leave_nothing(world: World, name: str, encoding: str) -> None:
    problem = hand_in(world, HOSTILE[name].encode(encoding), status=422)
    assert problem["type"].endswith("unreadable-invoice")
    assert "passwd" not in problem["detail"]
    assert world.as_(Role.PROVIDER_BILLING).get(KEPT)["items"] == []


def test_an_empty_invoice_is_findings_not_a_fault(world: World) -> None:
    outcome = hand_in(world, f"<{ROOT}/>".encode())
    assert outcome["state"] == "refused"
    assert len(outcome["findings"]) > 20


def test_numbers_that_are_none_are_missing() -> None:
    xml = cii.write(SOUND)
    for wrong in (b"NaN", b"1e9", b"Infinity", b"1,5", b"9" * 30):
        assert read(xml.replace(b">104.70<", b">" + wrong + b"<")).due is None
    assert read(xml.replace(b">20260302<", b">20261302<")).issued_on is None


def test_ubl_is_read_as_cii() -> None:
    """The same invoice in the other syntax of the norm says the same."""
    assert read(UBL.read_bytes()) == SOUND


def test_only_whoever_bills_hands_in_and_reads_what_was(world: World) -> None:
    told = given_month(world)
    outcome = hand_in(world, replace(told, currency="USD"))
    content = cii.write(told)
    options: dict[str, Any] = {"content": content, "headers": {"Content-Type": "application/xml"}}
    for role in Role:
        may = Permission.INVOICES_SUBMIT in GRANTS[role]
        for path in (KEPT, f"{KEPT}/{outcome['id']}", f"{KEPT}/{outcome['id']}/content"):
            world.as_(role).request("GET", path, status=200 if may else 403)
        world.as_(role).request("POST", f"{PATH}?dry_run=true", status=200 if may else 403, **options)
    stranger = world.as_(Role.PROVIDER_BILLING, world.organisation(OrganisationKind.PROVIDER, "Fremd"))
    stranger.get(f"{KEPT}/{outcome['id']}", status=404)
    assert stranger.get(KEPT)["items"] == []
    other = stranger.request("POST", PATH, status=200, **options).json()
    assert (other["state"], other["expected_cents"]) == ("refused", None)
    hand_in(world, content, status=415, more={"Content-Type": "application/json"})
    assert PROVIDER["iban"].encode() in content
