"""What other rooms ask at the door: which agreement answers on a day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.core.kernel import Kernel
from app.modules.agreements import AgreementInForce, ServiceKind, find_in_force, get_in_force
from app.modules.agreements.errors import NoAgreementInForce
from app.policy import OrganisationKind, Role
from tests.modules.agreements.states import take
from tests.stories.given import BILLING_TERMS, given_agreement, given_form, given_offer
from tests.world import Party, World

TODAY = date(2026, 3, 2)
SPFH = ServiceKind.SECTION_31


@contextmanager
def _as(world: World, role: Role, party: Party | None = None) -> Iterator[Session]:
    """A transaction in the API's role, for the organisation of this role."""
    token = world.token(world.as_(role, party).account_id or UUID(int=0))
    claims = world.kernel.tokens.open(token, now=int(world.clock.now.timestamp()))
    with world.kernel.work.as_actor(claims) as (db, _):
        yield db


def _find(db: Session, world: World, kind: ServiceKind | None = SPFH, on: date = TODAY) -> AgreementInForce | None:
    return find_in_force(
        db, youth_office_id=world.youth_office.id, provider_id=world.provider.id, service_kind=kind, on=on
    )


def test_the_answer_has_all_that_other_rooms_need(world: World, kernel: Kernel, statements: list[str]) -> None:
    form = given_form(world)
    agreement = given_agreement(
        world, forms=[{"purpose": "development_report", "form_version_id": form["id"]}], valid_to="2026-12-31"
    )
    with kernel.work.as_system() as db:
        statements.clear()
        found = _find(db, world)
        same = get_in_force(db, UUID(agreement["id"]), TODAY)
        assert len(statements) == 2
    assert found == same
    assert found is not None
    assert (str(found.id), found.number) == (agreement["id"], agreement["number"])
    assert found.youth_office_id == world.youth_office.id
    assert found.provider_ids == (world.provider.id,)
    assert found.service_kinds == {ServiceKind.SECTION_30, ServiceKind.SECTION_31}
    assert (found.valid_from, found.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert found.billing_terms is not None
    assert found.billing_terms.rate_cents == BILLING_TERMS["rate_cents"]
    assert found.form_versions == {"development_report": UUID(form["id"])}
    assert found.safeguarding_terms == {"immediate": 15, "same_day": 60, "within_3_days": 240}


def test_parties_find_it_others_do_not(world: World) -> None:
    agreement_id = UUID(given_agreement(world)["id"])
    for role in (Role.CASEWORKER, Role.PROVIDER_SYNC):
        with _as(world, role) as db:
            assert _find(db, world) == get_in_force(db, agreement_id, TODAY)
    for kind, role in (
        (OrganisationKind.PROVIDER, Role.PROVIDER_SYNC),
        (OrganisationKind.YOUTH_OFFICE, Role.CASEWORKER),
    ):
        with _as(world, role, world.organisation(kind, "Anderer")) as db:
            assert _find(db, world) is None
            with pytest.raises(NoAgreementInForce):
                get_in_force(db, agreement_id, TODAY)


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_first_and_last_day_belong_to_it(world: World, kernel: Kernel, day: date, holds: bool) -> None:
    agreement = given_agreement(world, valid_to="2026-06-30")
    with kernel.work.as_system() as db:
        assert (_find(db, world, on=day) is not None) is holds
        if not holds:
            with pytest.raises(NoAgreementInForce) as refused:
                get_in_force(db, UUID(agreement["id"]), day)
            assert refused.value.status == 409
            assert refused.value.members == {"day": day.isoformat()}


def test_after_notice_it_holds_until_the_last_day_and_the_past_stays_billable(world: World, kernel: Kernel) -> None:
    agreement = take(world, given_agreement(world), "terminate", last_day="2026-06-30")
    world.clock.travel(days=200)
    world.tick()
    with kernel.work.as_system() as db:
        last = _find(db, world, on=date(2026, 6, 30))
        assert last is not None
        assert last.valid_to == date(2026, 6, 30)
        assert _find(db, world, on=date(2026, 7, 1)) is None
        assert get_in_force(db, UUID(agreement["id"]), date(2026, 5, 1)).number == agreement["number"]


def test_a_signed_agreement_answers_for_its_future_days(world: World, kernel: Kernel) -> None:
    given_agreement(world, valid_from="2026-04-01", retroactive_reason=None)
    with kernel.work.as_system() as db:
        assert _find(db, world, on=date(2026, 3, 31)) is None
        assert _find(db, world, on=date(2026, 4, 1)) is not None


def test_what_not_all_have_signed_is_not_in_force(world: World, kernel: Kernel) -> None:
    offered = given_offer(world)
    take(world, offered, "sign")
    with kernel.work.as_system() as db:
        assert _find(db, world) is None


def test_another_kind_of_help_is_not_covered(world: World, kernel: Kernel) -> None:
    given_agreement(world)
    with kernel.work.as_system() as db:
        assert _find(db, world, ServiceKind.SECTION_29) is None


def test_of_several_the_priced_one_answers_for_a_help_and_the_protecting_one_for_the_rest(
    world: World, kernel: Kernel
) -> None:
    quality = given_agreement(world, billing_terms=None, safeguarding_terms=None)
    priced = given_agreement(world, kind="ambulant_77", standard_ids=[], forms=[], safeguarding_terms=None)
    protection = given_agreement(
        world, kind="schutzauftrag_8a", service_kinds=[], billing_terms=None, standard_ids=[], forms=[]
    )
    with kernel.work.as_system() as db:
        for_help, for_all = _find(db, world), _find(db, world, None)
    assert for_help is not None
    assert for_all is not None
    assert (for_help.number, for_all.number) == (priced["number"], protection["number"])
    assert quality["number"] not in (for_help.number, for_all.number)
    assert for_all.service_kinds == frozenset()


def test_each_provider_of_a_joint_agreement_is_covered(world: World, kernel: Kernel) -> None:
    second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
    offered = given_offer(world, provider_ids=[str(world.provider.id), str(second.id)])
    path, fields = f"/v1/agreements/{offered['id']}", {"content_hash": offered["content_hash"], "function": "F"}
    world.as_(Role.OFFICE_HEAD).act(path, "sign", **fields)
    world.as_(Role.PROVIDER_MANAGER, second).act(path, "sign", **fields)
    world.as_(Role.PROVIDER_MANAGER).act(path, "sign", **fields)
    for role, party in ((Role.PROVIDER_LEAD, second), (Role.PROVIDER_LEAD, world.provider)):
        with _as(world, role, party) as db:
            found = find_in_force(
                db, youth_office_id=world.youth_office.id, provider_id=party.id, service_kind=SPFH, on=TODAY
            )
            assert found is not None
            assert found.provider_ids == (world.provider.id, second.id)
