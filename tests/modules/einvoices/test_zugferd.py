"""The invoice for people: says what its XRechnung says, which it carries inside, the same bytes each time."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.policy import Role
from tests.modules.einvoices.given import given_details, put, xrechnung
from tests.modules.invoices.given import do, given_invoice, path_of
from tests.world import World


def _pdf(world: World, invoice: dict[str, Any], role: Role = Role.PROVIDER_BILLING) -> bytes:
    answer = world.as_(role).request(
        "GET", f"{path_of(invoice)}/zugferd", status=200, headers={"Accept": "application/pdf"}
    )
    assert answer.headers["content-type"] == "application/pdf"
    return bytes(answer.content)


def test_people_read_what_machines_read(world: World) -> None:
    given_details(world)
    invoice = given_invoice(world, "submitted")
    content = _pdf(world, invoice)
    assert _pdf(world, invoice, Role.FINANCE_OFFICER) == content
    reader = PdfReader(BytesIO(content))
    assert dict(reader.attachments) == {"xrechnung.xml": [xrechnung(world, invoice)]}
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in (invoice["number"], "174,50", "69,80", "DE89370400440532013000", "§ 4 Nr. 25 UStG", "01.02.2026"):
        assert words in text, words
    assert "So wurde gerechnet" in text
    assert "ENTWURF" not in text
    root: Any = reader.trailer["/Root"]
    told = root["/Metadata"].get_data().decode()
    for words in ("<fx:ConformanceLevel>XRECHNUNG<", "<fx:DocumentFileName>xrechnung.xml<", "<pdfaid:part>3<"):
        assert words in told, words
    (file,) = root["/AF"]
    assert file.get_object()["/AFRelationship"] == "/Alternative"
    assert reader.trailer["/ID"]


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_drafts_and_corrections_say_what_they_are(world: World, state: str) -> None:
    given_details(world)
    invoice = given_invoice(world, state)
    original = invoice
    if state == "returned":
        invoice = do(world.as_(Role.PROVIDER_BILLING), invoice, ":correct", {"reason": "Zeiten"})
    text = " ".join(PdfReader(BytesIO(_pdf(world, invoice))).pages[0].extract_text().split())
    assert "ENTWURF" in text
    if state == "returned":
        assert f"Zu Rechnung {original['number']}" in text


def test_without_details_there_is_no_paper(world: World) -> None:
    invoice = given_invoice(world, "submitted")
    world.as_(Role.PROVIDER_BILLING).get(f"{path_of(invoice)}/zugferd", status=409)
    put(world, Role.PROVIDER_BILLING, {})
    world.as_(Role.OFFICE_ADMIN).get(f"{path_of(invoice)}/zugferd", status=403)
