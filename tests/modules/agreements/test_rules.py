"""The rules of an agreement, one by one, without a database."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.workflow import Move
from app.modules.agreements import rules
from app.modules.agreements.document import AgreementInForce, hash_of
from app.modules.agreements.models import Agreement, AgreementKind, AgreementParty, AgreementSignature, AgreementVersion
from app.modules.agreements.terms import ActivityCategory, ActivityTerms, BillingTerms
from app.policy import Actor, OrganisationKind

OFFICE, PROVIDER, OTHER = uuid4(), uuid4(), uuid4()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TERMS = BillingTerms(
    rate_cents=6980, activities={ActivityCategory.DIRECT_CONTACT: ActivityTerms(billable=True)}
)  # fmt: skip


def _agreement(kind: AgreementKind = AgreementKind.LOCAL_QUALITY, **changes: Any) -> Agreement:
    content: dict[str, Any] = {
        "clauses": [],
        "standard_ids": [],
        "forms": [],
        "billing_terms": None,
        "safeguarding_terms": None,
        "retroactive_reason": None,
        "notice_period_months": 3,
    }
    signed: list[UUID] = changes.pop("signed", [])
    parties: list[UUID] = changes.pop("parties", [OFFICE, PROVIDER])
    content |= {name: changes.pop(name) for name in list(changes) if name in content}
    version = AgreementVersion(
        content=content, content_hash="a" * 64, signatures=[AgreementSignature(organisation_id=id_) for id_ in signed]
    )
    columns = {"valid_from": date(2026, 3, 2), "valid_to": None, "ends_on": None, "service_kinds": ["section_31"]}
    agreement = Agreement(youth_office_id=OFFICE, kind=kind, **{**columns, **changes})
    agreement.parties = [AgreementParty(organisation_id=id_, place=place) for place, id_ in enumerate(parties)]
    agreement.__dict__["current"] = version
    return agreement


def _move(action: str = "sign", at: datetime = NOON, party: UUID = OFFICE, **data: Any) -> Move:
    kind = OrganisationKind.YOUTH_OFFICE if party == OFFICE else OrganisationKind.PROVIDER
    return Move(action, Actor(uuid4(), party, kind), at, data)


@pytest.mark.parametrize("kind", AgreementKind)
def test_who_agrees_on_services_names_them(kind: AgreementKind) -> None:
    refused = rules.names_kinds_of_help(_agreement(kind, service_kinds=[]), _move())
    assert (refused is None) is (kind in rules.PRICELESS)
    assert rules.names_kinds_of_help(_agreement(kind), _move()) is None


@pytest.mark.parametrize("kind", AgreementKind)
def test_what_is_about_money_has_a_price(kind: AgreementKind) -> None:
    refused = rules.has_terms_of_payment(_agreement(kind), _move())
    assert (refused is not None) is (kind in {AgreementKind.ENTGELT, AgreementKind.AMBULANT_77})
    assert rules.has_terms_of_payment(_agreement(kind, billing_terms={"rate_cents": 1}), _move()) is None


@pytest.mark.parametrize("kind", sorted(rules.SECTION_78B))
@pytest.mark.parametrize(
    ("at", "lawful"),
    [
        (datetime(2026, 3, 1, 22, 59, tzinfo=UTC), True),  # 23:59 in Berlin on the day before
        (datetime(2026, 3, 1, 23, 0, tzinfo=UTC), True),  # the day itself
        (datetime(2026, 3, 2, 22, 59, tzinfo=UTC), True),  # its last minute
        (datetime(2026, 3, 2, 23, 0, tzinfo=UTC), False),  # 3 March in Berlin, still 2 March in UTC
    ],
)
def test_section_78d_1_and_2_for_the_future_only(kind: AgreementKind, at: datetime, lawful: bool) -> None:
    agreement = _agreement(kind, retroactive_reason="gern")  # a reason does not help
    assert (rules.begins_lawfully(agreement, _move(at=at)) is None) is lawful


def test_section_77_may_look_back_with_a_reason() -> None:
    later = _move(at=datetime(2026, 4, 1, tzinfo=UTC))
    assert rules.begins_lawfully(_agreement(AgreementKind.AMBULANT_77), later) is not None
    assert (
        rules.begins_lawfully(_agreement(AgreementKind.AMBULANT_77, retroactive_reason="Ratsbeschluss"), later) is None
    )


@pytest.mark.parametrize(
    ("signed", "complete"), [([], False), ([OFFICE], False), ([PROVIDER], False), ([PROVIDER, OFFICE], True)]
)
def test_section_57_sgb_x_all_must_sign(signed: list[UUID], complete: bool) -> None:
    assert (rules.has_all_signatures(_agreement(signed=signed), _move()) is None) is complete


def test_of_three_parties_two_do_not_suffice() -> None:
    agreement = _agreement(parties=[OFFICE, PROVIDER, OTHER], signed=[OFFICE, OTHER])
    assert rules.has_all_signatures(agreement, _move()) is not None


@pytest.mark.parametrize(
    ("given_on", "months", "earliest"),
    [
        ("2026-03-02", 3, "2026-06-02"),
        ("2026-01-31", 1, "2026-02-28"),  # § 188 Abs. 3 BGB
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-03-28", 1, "2026-04-28"),  # across the change to summer time
        ("2026-02-01", 3, "2026-05-01"),  # a holiday: a period of notice is not moved (§ 193 BGB)
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-03-02", 0, "2026-03-02"),
    ],
)
def test_section_188_bgb_notice_runs_to_the_day_of_the_same_number(given_on: str, months: int, earliest: str) -> None:
    at = datetime.fromisoformat(f"{given_on}T12:00:00+00:00")
    assert rules.notice_runs_until(at, months) == date.fromisoformat(earliest)


@pytest.mark.parametrize(("last_day", "kept"), [("2026-06-01", False), ("2026-06-02", True), ("2026-06-03", True)])
def test_notice_keeps_its_period(last_day: str, kept: bool) -> None:
    move = _move(last_day=last_day, is_extraordinary=False, is_adaptation_tried=False)
    assert (rules.keeps_notice_period(_agreement(), move) is None) is kept


@pytest.mark.parametrize("tried", [True, False])
def test_section_59_sgb_x_without_a_period_only_after_adaptation_was_tried(tried: bool) -> None:
    move = _move(last_day="2026-03-02", is_extraordinary=True, is_adaptation_tried=tried)
    assert (rules.keeps_notice_period(_agreement(), move) is None) is tried


@pytest.mark.parametrize(
    ("last_day", "within"), [("2026-03-01", False), ("2026-03-02", True), ("2026-12-31", True), ("2027-01-01", False)]
)
def test_notice_neither_looks_back_nor_prolongs(last_day: str, within: bool) -> None:
    agreement = _agreement(valid_to=date(2026, 12, 31))
    assert (rules.ends_within_term(agreement, _move(last_day=last_day)) is None) is within


@pytest.mark.parametrize(
    ("party", "providers", "ends"),
    [(OFFICE, [PROVIDER, OTHER], True), (PROVIDER, [PROVIDER], True), (PROVIDER, [PROVIDER, OTHER], False)],
)
def test_one_provider_does_not_end_it_for_all(party: UUID, providers: list[UUID], ends: bool) -> None:
    agreement = _agreement(parties=[OFFICE, *providers])
    assert (rules.ends_for_all(agreement, _move(party=party)) is None) is ends


@pytest.mark.parametrize(
    ("at", "over"),
    [(datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), False), (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), True)],
)
def test_section_188_bgb_the_last_day_ends_at_midnight_in_berlin(at: datetime, over: bool) -> None:
    for agreement in (_agreement(valid_to=date(2026, 6, 30)), _agreement(ends_on=date(2026, 6, 30))):
        assert (rules.last_day_is_over(agreement, _move(at=at)) is None) is over
    assert rules.end_of_term(date(2026, 6, 30)) == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_without_an_end_there_is_no_last_day() -> None:
    assert rules.last_day(_agreement()) is None
    assert rules.last_day_is_over(_agreement(), _move()) is not None


@pytest.mark.parametrize(
    ("day", "midnight"),
    [
        (date(2026, 1, 1), datetime(2025, 12, 31, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_berlin(day: date, midnight: datetime) -> None:
    assert rules.start_of_day(day) == midnight


def _in_force(number: str, *, priced: bool, protects: bool, since: date) -> AgreementInForce:
    return AgreementInForce(
        id=uuid4(), number=number, version_id=uuid4(), youth_office_id=OFFICE, provider_ids=(PROVIDER,),
        service_kinds=frozenset(), valid_from=since, valid_to=None, billing_terms=TERMS if priced else None,
        form_versions={}, safeguarding_terms={"immediate": 15} if protects else {},
    )  # fmt: skip


def test_of_several_agreements_the_fitting_one_answers() -> None:
    old = _in_force("old", priced=True, protects=False, since=date(2025, 1, 1))
    new = _in_force("new", priced=True, protects=False, since=date(2026, 1, 1))
    care = _in_force("care", priced=False, protects=True, since=date(2024, 1, 1))
    assert rules.foremost([old, care, new], prices_first=True) is new
    assert rules.foremost([old, care, new], prices_first=False) is care
    assert rules.foremost([], prices_first=True) is None


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # busy machines are no bug
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(st.sampled_from("abcde"), json_values, max_size=5)


@PATIENT
@given(documents, st.randoms())
def test_the_hash_does_not_depend_on_the_order_of_names(document: dict[str, Any], random: Any) -> None:
    names = list(document)
    random.shuffle(names)
    assert hash_of({name: document[name] for name in names}) == hash_of(document)


@PATIENT
@given(documents, documents)
def test_two_texts_have_one_hash_only_if_they_say_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    def same(left: Any, right: Any) -> bool:
        if isinstance(left, dict) and isinstance(right, dict):
            return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
        if isinstance(left, list) and isinstance(right, list):
            return len(left) == len(right) and all(map(same, left, right))
        return type(left) is type(right) and left == right  # Python takes true for 1

    assert (hash_of(one) == hash_of(other)) is same(one, other)


def test_the_hash_is_that_of_rfc_8785() -> None:
    canonical = '{"a":"Träger \\"x\\"\\n","b":[1,true,null]}'
    document = {"b": [1, True, None], "a": 'Träger "x"\n'}
    assert hash_of(document) == hashlib.sha256(canonical.encode()).hexdigest()
