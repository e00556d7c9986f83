"""Nothing that was signed ever changes: the database itself refuses, whoever asks."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core.kernel import Kernel
from app.policy import Role
from tests.modules.agreements.states import take
from tests.stories.given import given_agreement, given_offer, sign
from tests.world import World

ACTS = {
    "rewrite the text": 'UPDATE agreement_version SET content = content || \'{"title": "x"}\' WHERE agreement_id = :id',
    "rename the hash": f"UPDATE agreement_version SET content_hash = '{'0' * 64}' WHERE agreement_id = :id",
    "take it off the table": "UPDATE agreement_version SET offered_at = NULL WHERE agreement_id = :id",
    "throw the text away": "DELETE FROM agreement_version WHERE agreement_id = :id",
    "empty the drawer": "TRUNCATE agreement_version CASCADE",
    "forge who signed": "UPDATE agreement_signature SET function = 'Niemand'",
    "backdate": "UPDATE agreement_signature SET signed_at = signed_at - interval '1 year'",
    "tear off a signature": "DELETE FROM agreement_signature",
    "tear off all": "TRUNCATE agreement_signature",
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_the_owner_of_the_database_cannot(world: World, kernel: Kernel, act: str) -> None:
    agreement = given_agreement(world)
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text(act), {"id": agreement["id"]} if ":id" in act else {})


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_the_service_cannot(world: World, kernel: Kernel, act: str) -> None:
    agreement = given_agreement(world)
    me = text("SELECT set_config('handschlag.organisation', :id, true)")
    for role in ("handschlag_api", "handschlag_system"):
        with kernel.engine.connect() as connection:
            connection.execute(text(f"SET LOCAL ROLE {role}"))
            connection.execute(me, {"id": str(world.youth_office.id)})
            with pytest.raises(DBAPIError):
                connection.execute(text(act), {"id": agreement["id"]} if ":id" in act else {})


def test_a_text_on_the_table_is_fixed_before_anybody_signs(world: World, kernel: Kernel) -> None:
    offered = given_offer(world)
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(
            text("UPDATE agreement_version SET content = '{}' WHERE agreement_id = :id"), {"id": offered["id"]}
        )


def test_a_signature_belongs_to_the_hash_of_its_text(world: World, kernel: Kernel) -> None:
    offered = given_offer(world)
    forged = text(
        "INSERT INTO agreement_signature "
        "(id, version_id, organisation_id, account_id, name, function, signed_at, content_hash) "
        "SELECT gen_random_uuid(), v.id, :party, :account, 'N', 'F', now(), repeat('0', 64) "
        "FROM agreement_version v WHERE agreement_id = :id"
    )
    who = {"party": world.provider.id, "account": world.provider.accounts[Role.PROVIDER_MANAGER], "id": offered["id"]}
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="fk_agreement_signature_version"):
        owner.execute(forged, who)


def test_an_overlap_is_refused_by_the_database_too(world: World, kernel: Kernel) -> None:
    agreement = given_agreement(world)
    copy = text(
        "INSERT INTO agreement_coverage "
        "(id, agreement_id, version_id, youth_office_id, provider_id, kind, service_kind, valid_from, valid_to) "
        "SELECT gen_random_uuid(), agreement_id, version_id, youth_office_id, provider_id, kind, "
        "service_kind, DATE '2030-01-01', DATE '2030-01-01' FROM agreement_coverage WHERE agreement_id = :id LIMIT 1"
    )
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="ex_agreement_coverage_overlap"):
        owner.execute(copy, {"id": agreement["id"]})


def test_an_adopted_standard_is_fixed_for_the_owner_too(world: World, kernel: Kernel) -> None:
    standard_id = given_agreement(world)["standard_ids"][0]
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="it is adopted"):
        owner.execute(text("UPDATE standard SET target = 'nie' WHERE id = :id"), {"id": standard_id})


def test_signatures_of_an_old_version_outlive_a_withdrawal(world: World) -> None:
    offered = given_offer(world)
    sign(world, offered, Role.OFFICE_HEAD)
    withdrawn = take(world, offered, "withdraw")
    assert (withdrawn["state"], len(withdrawn["signatures"])) == ("withdrawn", 1)
