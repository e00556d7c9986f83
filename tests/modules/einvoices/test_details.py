"""What organisations tell for e-invoices: complete, checked, their own business."""

from typing import Any

import pytest
from sqlalchemy import text

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.einvoices.given import OFFICE, PROVIDER, leitweg_id, path_of, put
from tests.modules.invoices.given import given_invoice
from tests.world import World


def test_what_is_missing_is_named_with_its_term(world: World) -> None:
    billing, path = world.as_(Role.PROVIDER_BILLING), path_of(world.provider)
    empty = billing.get(path)
    assert empty["version"] == 0
    assert [item["term"] for item in empty["missing"]] == [
        "BT-27", "BT-35", "BT-38", "BT-37", "BT-41", "BT-42", "BT-43", "BT-31 oder BT-32", "BT-84", "BT-85", "BT-34",
    ]  # fmt: skip
    told = put(world, Role.PROVIDER_BILLING, PROVIDER)
    assert (told["missing"], told["version"], told["bic"]) == ([], 1, "COBADEFFXXX")
    assert {name: told[name] for name in PROVIDER} == PROVIDER
    less = put(world, Role.PROVIDER_BILLING, {**PROVIDER, "contact_phone": None}, version=1)
    assert [item["field"] for item in less["missing"]] == ["contact_phone"]
    assert less["version"] == 2
    put(world, Role.PROVIDER_BILLING, PROVIDER, version=1, status=412)
    put(world, Role.PROVIDER_BILLING, PROVIDER, version=0, status=412)
    world.as_(Role.PROVIDER_BILLING).request("PUT", path, status=428, json=PROVIDER)


def test_an_office_tells_its_leitweg_id(world: World) -> None:
    wanted = put(world, Role.FINANCE_OFFICER, OFFICE)
    assert [item["term"] for item in wanted["missing"]] == ["BT-10", "BT-49"]
    address = leitweg_id()
    body = {**OFFICE, "leitweg_id": address, "address_scheme": "0204", "address": address}
    assert put(world, Role.FINANCE_OFFICER, body, version=1)["missing"] == []
    office = world.as_(Role.FINANCE_OFFICER).get(f"/v1/organisations/{world.youth_office.id}")
    assert office["leitweg_id"] == address


def test_two_first_versions_at_once_are_one(world: World) -> None:
    put(world, Role.PROVIDER_BILLING, PROVIDER)
    put(world, Role.PROVIDER_MANAGER, PROVIDER, status=412)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"iban": "DE89370400440532013001"}, "/iban"),
        ({"iban": "XX"}, "/iban"),
        ({"leitweg_id": "059115120-31002-93"}, "/leitweg_id"),
        ({"leitweg_id": "059115120-31002-92"}, "/leitweg_id"),  # right, but a provider's
        ({"vat_id": "DE123456789"}, "/vat_id"),
        ({"tax_number": "1234567890123"}, "/tax_number"),
        ({"contact_phone": "12"}, "/contact_phone"),
        ({"contact_email": "a b@c.example"}, "/contact_email"),
        ({"postcode": "1234"}, "/postcode"),
        ({"address_scheme": None}, ""),
        ({"address": "x"}, ""),
        ({"address_scheme": "0088", "address": "4012345000008"}, ""),
        ({"address_scheme": "0060"}, "/address_scheme"),
        ({"account_holder": "x" * 71}, "/account_holder"),
        ({"fax": "1"}, "/fax"),
    ],
)
def test_what_is_not_right_is_refused(world: World, changes: dict[str, Any], pointer: str) -> None:
    problem = put(world, Role.PROVIDER_BILLING, {**PROVIDER, **changes}, status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_details_are_the_own_organisations(world: World) -> None:
    for role in Role:
        own, other = world.provider, world.youth_office
        if role.side is OrganisationKind.YOUTH_OFFICE:
            own, other = other, own
        may = {name: name in GRANTS[role] for name in Permission}
        reads, manages = may[Permission.INVOICES_READ], may[Permission.BILLING_DETAILS_MANAGE]
        world.as_(role).get(path_of(own), status=200 if reads else 403)
        world.as_(role).get(path_of(other), status=404 if reads else 403)
        options = {"json": {}, "headers": {"If-Match": '"9"'}}
        world.as_(role).request("PUT", path_of(own), status=412 if manages else 403, **options)
        world.as_(role).request("PUT", path_of(other), status=404 if manages else 403, **options)


def test_the_database_shows_details_to_partners_only(world: World) -> None:
    put(world, Role.PROVIDER_BILLING, PROVIDER)
    stranger = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")

    def seen(organisation_id: object) -> int:
        with world.kernel.engine.begin() as connection:
            connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
            own = text("SELECT set_config('handschlag.organisation', :id, true)")
            connection.execute(own, {"id": str(organisation_id)})
            counted = text("SELECT count(*) FROM billing_details WHERE organisation_id = :id")
            return connection.scalar(counted, {"id": world.provider.id}) or 0

    assert (seen(world.provider.id), seen(world.youth_office.id), seen(stranger.id)) == (1, 0, 0)
    given_invoice(world, "submitted")
    assert (seen(world.provider.id), seen(world.youth_office.id), seen(stranger.id)) == (1, 1, 0)
