"""Who sees an offer and its fee, in the API and in the database itself, and what never changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from app.core.exports import CSV
from app.modules import offers
from app.policy import OrganisationKind, Role
from tests.modules.offers.given import (
    PATH,
    given_draft,
    given_offer,
    path_of,
    publish,
    report_capacity,
    revise,
)
from tests.world import Party, World

TABLES = ("offer", "offer_draft", "offer_version", "offer_reader", "offer_fee", "offer_capacity")
FIXED = ("offer_version", "offer_reader", "offer_fee", "offer_capacity")


@contextmanager
def _as_organisation(world: World, organisation_id: UUID) -> Iterator[Connection]:
    """The database as a request of this organisation sees it."""
    with world.kernel.engine.begin() as connection:
        connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
        connection.execute(
            text("SELECT set_config('handschlag.organisation', :id, true)"), {"id": str(organisation_id)}
        )
        yield connection


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """The database without any wall."""
    engine = create_engine(make_url(database_url).set(username="postgres"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _counts(world: World, party: Party, provider: Party) -> list[int]:
    """How many rows of this provider's offers an organisation sees, table by table."""
    with _as_organisation(world, party.id) as db:
        query = "SELECT count(*) FROM {} WHERE provider_id = :provider"
        return [db.scalar(text(query.format(table)), {"provider": provider.id}) or 0 for table in TABLES]


def _four(world: World) -> tuple[Party, Party, Party, Party]:
    other_office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Nachbaramt")
    return world.provider, world.youth_office, world.organisation(OrganisationKind.PROVIDER, "Birkenhof"), other_office


def test_a_draft_is_its_providers_alone(world: World) -> None:
    offer = given_draft(world)
    report_capacity(world, offer, "3")
    seen = [_counts(world, party, world.provider) for party in _four(world)]
    assert seen == [[1, 1, 0, 0, 0, 1], [0] * 6, [0] * 6, [0] * 6]


def test_what_is_published_to_an_office_is_the_offices(world: World) -> None:
    offer = given_offer(world)
    report_capacity(world, offer, "3")
    revise(world, offer, title="Familienhilfe")
    seen = [_counts(world, party, world.provider) for party in _four(world)]
    assert seen == [[1, 1, 1, 1, 1, 1], [1, 0, 1, 1, 1, 1], [0] * 6, [0] * 6]


def test_other_providers_see_no_fee_whatever_they_ask_the_database(world: World) -> None:
    offer = given_offer(world, to_all_providers=True)
    report_capacity(world, offer, "3")
    provider, _, rival, other_office = _four(world)
    assert _counts(world, rival, provider) == [1, 0, 1, 0, 0, 1]
    assert _counts(world, other_office, provider) == [0] * 6  # all providers are no youth offices
    with _as_organisation(world, rival.id) as db:
        for table in TABLES:
            rows = db.scalars(text(f"SELECT t::text FROM {table} AS t WHERE provider_id = :id"), {"id": provider.id})
            assert not [row for row in rows if "6980" in row or "Fahrzeiten" in row], table


def test_an_office_sees_the_fees_of_its_versions_only(world: World) -> None:
    *_, other_office = _four(world)
    offer = given_offer(world)
    revise(world, offer, fee={"rate_cents": 7100})
    publish(world, offer, youth_office_ids=[str(other_office.id)])
    fees = "SELECT rate_cents FROM offer_fee WHERE offer_id = :id ORDER BY number"
    for party, seen in ((other_office, [7100]), (world.youth_office, []), (world.provider, [6980, 7100])):
        with _as_organisation(world, party.id) as db:
            assert db.scalars(text(fees), {"id": offer["id"]}).all() == seen


@pytest.mark.parametrize("change", ["provider_id = current_organisation()", "title = 'x'", "to_all_providers = false"])
def test_a_reader_cannot_take_or_change_an_offer(world: World, change: str) -> None:
    offer = given_offer(world, to_all_providers=True)
    for party in _four(world)[1:]:
        with _as_organisation(world, party.id) as db:
            met = db.execute(text(f"UPDATE offer SET {change} WHERE id = :id"), {"id": offer["id"]})
            assert met.rowcount == 0


@pytest.mark.parametrize(
    "insert",
    [
        "INSERT INTO offer_reader VALUES (:offer, {}, 1, :me)",
        "INSERT INTO offer_fee VALUES (:offer, {}, 1, 1, 'day', NULL)",
        "INSERT INTO offer_draft VALUES (:offer, {}, '{{}}', now())",
        "INSERT INTO offer_capacity VALUES (gen_random_uuid(), :offer, {}, now(), 'places', 1, 1, now())",
    ],
)
@pytest.mark.parametrize("named", [":me", ":provider"])
def test_nobody_adds_to_anothers_offer(world: World, insert: str, named: str) -> None:
    offer = given_offer(world, to_all_providers=True)
    rival = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    values = {"offer": offer["id"], "provider": world.provider.id, "me": rival.id}
    refused = IntegrityError if named == ":me" else ProgrammingError  # the foreign key, or the policy
    with pytest.raises(refused), _as_organisation(world, rival.id) as db:
        db.execute(text(insert.format(named)), values)


@pytest.mark.parametrize("table", FIXED)
@pytest.mark.parametrize("change", ["UPDATE {} SET offer_id = offer_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_published_and_reported_never_changes(
    world: World, owner: Connection, table: str, change: str
) -> None:
    report_capacity(world, given_offer(world), "3")
    with _as_organisation(world, world.provider.id) as db, pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text(change.format(table)))
    with pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text(change.format(table)))


def test_foreign_offers_do_not_exist_and_published_ones_are_not_changed_by_others(world: World) -> None:
    hidden, shown = given_offer(world), given_offer(world, to_all_providers=True, title="Für alle")
    *_, rival, other_office = _four(world)
    manager = world.as_(Role.PROVIDER_MANAGER, rival)
    for url in ("", "/versions", "/changes", "/capacity", "/transitions"):
        manager.get(path_of(hidden) + url, status=404)
        world.as_(Role.CASEWORKER, other_office).get(path_of(hidden) + url, status=404)
        manager.get(path_of(shown) + url)
    for offer in (hidden, shown):
        manager.patch(path_of(offer), {"title": "Meins"}, version=2, status=404)
        manager.act(path_of(offer), "withdraw", version=2, status=404)
        manager.act(path_of(offer), "publish", version=2, status=404, youth_office_ids=[])
        report = {"unit": "places", "total": "1", "free": "0"}
        manager.post(f"{path_of(offer)}/capacity", report, status=404)


def test_a_rival_reads_no_fee_anywhere_and_exports_none(world: World) -> None:
    offer = given_offer(world, to_all_providers=True)
    revise(world, offer, fee={"rate_cents": 7241, "note": "mit Fahrzeit"})
    publish(world, offer, to_all_providers=True)
    rival = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    reader, caseworker = world.as_(Role.PROVIDER_SYNC, rival), world.as_(Role.CASEWORKER)
    query = f"{PATH}?provider_id={world.provider.id}"
    path = path_of(offer)
    for url in (query, path, f"{path}/versions", f"{path}/changes", f"{path}/transitions", f"{path}/capacity"):
        told = reader.request("GET", url, status=200).text
        assert not [word for word in ("6980", "7241", "Fahrz") if word in told], url
    assert reader.get(f"{path}/changes")["items"] == []  # only the fee changed
    for api, has_fee in ((reader, False), (caseworker, True), (world.as_(Role.PROVIDER_LEAD), True)):
        table = api.request("GET", query, status=200, headers={"Accept": CSV}).content.decode("utf-8-sig")
        assert ("7241" in table) == has_fee
        assert "Sozialpädagogische Familienhilfe" in table
        assert "§ 31" in table


def test_no_fee_leaves_its_tables(world: World, owner: Connection) -> None:
    word = f"Weidenkorb{uuid4().hex}"
    offer = given_offer(world, fee={"rate_cents": 6980, "unit": "day", "note": word})
    revise(world, offer, fee={"note": f"{word}!"})
    world.tick()
    tables = owner.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    holding = "SELECT count(*) FROM {} AS t WHERE t::text LIKE :word"
    found = {table for table in tables if owner.scalar(text(holding.format(table)), {"word": f"%{word}%"})}
    assert found == {"offer_draft", "offer_fee", "idempotency_key"}  # the last: answers kept for the writer's retries


def test_other_rooms_find_what_is_published_to_an_office(world: World) -> None:
    shown, draft, gone = given_offer(world), given_draft(world), given_offer(world)
    world.as_(Role.PROVIDER_LEAD).act(path_of(gone), "withdraw")
    ids = [UUID(offer["id"]) for offer in (shown, draft, gone)]
    provider, office, rival, other_office = _four(world)
    with world.kernel.work.as_system() as db:
        found = offers.offers_by_id(db, ids, youth_office_id=world.youth_office.id)
        assert {id_: offer.title for id_, offer in found.items()} == {UUID(shown["id"]): shown["title"]}
        assert offers.offers_by_id(db, ids, youth_office_id=other_office.id) == {}
        assert offers.offers_by_id(db, [], youth_office_id=world.youth_office.id) == {}
    for asking, count in ((provider, 1), (office, 1), (rival, 0)):  # in whose transaction it is asked
        with _as_organisation(world, asking.id) as connection, Session(connection) as db:
            assert len(offers.offers_by_id(db, ids, youth_office_id=office.id)) == count
