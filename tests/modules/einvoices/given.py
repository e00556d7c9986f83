"""What an office and a provider tell for e-invoices, in an invented town."""

from typing import Any
from uuid import uuid4

from schwifty import IBAN
from stdnum.iso7064 import mod_97_10

from app.policy import Role
from tests.world import Party, World

PROVIDER: dict[str, Any] = {
    "legal_name": "Lindenhof Jugendhilfe gGmbH",
    "street": "Lindenstraße 1",
    "postcode": "12345",
    "city": "Musterstadt",
    "contact_name": "Abrechnung",
    "contact_phone": "+49 5555 123-45",
    "contact_email": "abrechnung@lindenhof.example",
    "vat_id": None,
    "tax_number": "133/8150/8159",
    "iban": "DE89370400440532013000",
    "account_holder": "Lindenhof Jugendhilfe gGmbH",
    "address_scheme": "EM",
    "address": "rechnung@lindenhof.example",
}
OFFICE: dict[str, Any] = {
    "legal_name": "Stadt Musterstadt, Jugendamt",
    "street": "Marktplatz 1",
    "postcode": "12345",
    "city": "Musterstadt",
    "iban": "DE02120300000000202051",
    "account_holder": "Stadtkasse Musterstadt",
}


def leitweg_id() -> str:
    """An address of its own with check digits that fit."""
    base = f"05{uuid4().int % 10**8:08}-{uuid4().hex[:8].upper()}"
    return f"{base}-{mod_97_10.calc_check_digits(base.replace('-', ''))}"


def iban(number: int) -> str:
    """The IBAN of an invented account."""
    return str(IBAN.generate("DE", bank_code="37040044", account_code=f"{number:010}"))


def path_of(party: Party) -> str:
    return f"/v1/organisations/{party.id}/billing-details"


def put(world: World, role: Role, body: dict[str, Any], version: int = 0, status: int = 200) -> Any:
    """Replace the details of the own side."""
    party = world.youth_office if role is Role.FINANCE_OFFICER else world.provider
    headers = {"If-Match": f'"{version}"'}
    return world.as_(role).request("PUT", path_of(party), status=status, json=body, headers=headers).json()


def given_details(world: World, **changes: Any) -> str:
    """Both sides have told everything; answers the Leitweg-ID."""
    address = leitweg_id()
    put(world, Role.PROVIDER_BILLING, {**PROVIDER, **changes})
    buyer = {**OFFICE, "leitweg_id": address, "address_scheme": "0204", "address": address}
    put(world, Role.FINANCE_OFFICER, buyer)
    return address


def xrechnung(world: World, invoice: dict[str, Any], role: Role = Role.PROVIDER_BILLING) -> bytes:
    """The XRechnung of an invoice as it is downloaded."""
    return bytes(world.as_(role).request("GET", f"/v1/invoices/{invoice['id']}/xrechnung", status=200).content)
