"""Persons of a help: by pseudonym for all, sealed in the database, disclosed for a purpose that is written down."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from app.core.sealing import Sealer
from app.modules.identities import reseal
from app.policy import OrganisationKind, Role
from tests.api import Api
from tests.modules.cases.given import path_of, phase_body
from tests.stories.helps import given_help
from tests.world import World

SHORTEST = 4
"""A word of three letters may stand in some digest in hexadecimal by chance."""
MIA: dict[str, Any] = {
    "first_name": "Mia",
    "last_name": "Beispielhaft",
    "birth_date": "2016-05-04",
    "address": "Lindenweg 7, 40721 Hilden",
    "phone": "02103 123456",
    "email": "mia@beispiel.example",
    "aktenzeichen": "51.2-HzE-4711",
}
LONG = "Die Fachkraft ist erkrankt, das Kind ist nicht auffindbar."


@pytest.fixture
def path(world: World) -> str:
    return path_of(given_help(world))


def _person(world: World, path: str, **identity: Any) -> dict[str, Any]:
    body = {"role": "child", "pseudonym": "Kind K-2", "identity": {**MIA, **identity}}
    return dict(world.as_(Role.CASEWORKER).post(f"{path}/persons", body))


def _disclose(api: Api, path: str, person: dict[str, Any], purpose: str, reason: str | None = None) -> dict[str, Any]:
    body = {"purpose": purpose, **({"reason": reason} if reason else {})}
    return dict(api.post(f"{path}/persons/{person['id']}:disclose", body, status=200))


def _refused(api: Api, path: str, person: dict[str, Any], purpose: str, status: int, reason: str | None = None) -> Any:
    body = {"purpose": purpose, **({"reason": reason} if reason else {})}
    return api.post(f"{path}/persons/{person['id']}:disclose", body, status=status)


def test_a_person_is_seen_by_pseudonym_only(world: World, path: str) -> None:
    person = _person(world, path)
    assert (person["pseudonym"], person["birth_year"], person["has_identity"]) == ("Kind K-2", 2016, True)
    for role in (Role.CASEWORKER, Role.FINANCE_OFFICER, Role.PROVIDER_PROFESSIONAL, Role.PROVIDER_BILLING):
        api = world.as_(role)
        assert api.get(f"{path}/persons?role=child&sort=pseudonym")["items"] == [person]
        assert api.get(f"{path}/persons/{person['id']}") == person


def test_no_name_is_anywhere_but_in_the_answer_to_a_disclosure(world: World, path: str) -> None:
    """Not in lists, tables, events, the audit log, kept answers, nor in a dump of the database."""
    person = _person(world, path)
    caseworker = world.as_(Role.CASEWORKER)
    shown = _disclose(caseworker, path, person, "planning")
    assert shown["identity"] == MIA
    assert shown["withheld"] == []
    world.tick()
    seen = [
        caseworker.get(f"{path}/persons"),
        caseworker.get(f"{path}/disclosures"),
        world.as_(Role.OFFICE_SYNC).get("/v1/events"),
        world.as_(Role.DATA_PROTECTION_OFFICER).get("/v1/audit-entries"),
    ]
    table = world.http.get(f"{path}/persons", headers={**caseworker.bearer(), "Accept": "text/csv"}).text
    with world.kernel.engine.connect() as db:  # as the owner, who reads everything
        tables = db.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        dump = [row for name in tables for row in db.scalars(text(f'SELECT t::text FROM "{name}" AS t'))]
    everything = json.dumps(seen, ensure_ascii=False) + table + "\n".join(dump)
    for value in MIA.values():
        assert value not in everything
        if len(value) >= SHORTEST:
            assert value.encode().hex() not in everything


def test_every_reading_is_written_down(world: World, path: str) -> None:
    person = _person(world, path)
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    _disclose(caseworker, path, person, "court", "Anhörung im Mai")
    world.clock.travel(hours=1)
    _disclose(provider, path, person, "contact")
    newest, oldest = caseworker.get(f"{path}/disclosures")["items"]
    assert (oldest["purpose"], oldest["reason"], oldest["role"]) == ("court", "Anhörung im Mai", "caseworker")
    assert sorted(oldest["fields"]) == sorted(MIA)
    assert newest["organisation_id"] == str(world.provider.id)
    assert (newest["account_id"], newest["person_id"]) == (str(provider.account_id), person["id"])
    assert "aktenzeichen" not in newest["fields"]
    for query, count in {"purpose=court": 1, "is_break_glass=true": 0, f"person_id={person['id']}": 2}.items():
        assert len(caseworker.get(f"{path}/disclosures?{query}")["items"]) == count
    officer = world.as_(Role.DATA_PROTECTION_OFFICER)
    assert len(officer.get(f"{path}/disclosures")["items"]) == 2
    assert len(world.as_(Role.TEAM_LEAD).get(f"{path}/disclosures")["items"]) == 2
    acts = [entry for entry in officer.get("/v1/audit-entries")["items"] if entry["action"] == "help_person.disclose"]
    assert {entry["details"]["purpose"] for entry in acts} == {"court", "contact"}
    for api, status in (
        (world.person(Role.CASEWORKER), 403),  # of other cases
        (world.as_(Role.OFFICE_HEAD), 403),
        (world.as_(Role.FINANCE_OFFICER), 403),
        (provider, 403),
    ):
        api.get(f"{path}/disclosures", status=status)
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    world.as_(Role.DATA_PROTECTION_OFFICER, office).get(f"{path}/disclosures", status=404)


def test_who_reads_sees_what_the_matrix_gives(world: World, path: str) -> None:
    person = _person(world, path)
    finance = _disclose(world.as_(Role.FINANCE_OFFICER), path, person, "billing_address")
    assert {name for name, value in finance["identity"].items() if value} == {"first_name", "last_name", "address"}
    assert set(finance["withheld"]) == {"aktenzeichen", "birth_date", "email", "phone"}
    for role in (Role.PROVIDER_PROFESSIONAL, Role.PROVIDER_LEAD):
        shown = _disclose(world.as_(role), path, person, "planning")
        assert shown["withheld"] == ["aktenzeichen"]
    _disclose(world.as_(Role.TEAM_LEAD), path, person, "planning")
    _refused(world.person(Role.CASEWORKER), path, person, "planning", 403)
    _refused(world.as_(Role.FINANCE_OFFICER), path, person, "planning", 403)
    _refused(world.as_(Role.PROVIDER_LEAD), path, person, "billing_address", 403)
    for role in (Role.PROVIDER_BILLING, Role.PROVIDER_SYNC, Role.PROVIDER_MANAGER, Role.PLANNER, Role.OFFICE_SYNC):
        _refused(world.as_(role), path, person, "planning", 403)
    stranger = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    _refused(world.as_(Role.PROVIDER_LEAD, stranger), path, person, "planning", 404)


def test_a_purpose_may_need_its_reason(world: World, path: str) -> None:
    person = _person(world, path)
    for purpose in ("safeguarding", "court", "statistics", "subject_request"):
        problem = _refused(world.as_(Role.CASEWORKER), path, person, purpose, 422)
        assert problem["errors"][0]["pointer"] == "/reason"
    assert _refused(world.as_(Role.CASEWORKER), path, person, "curiosity", 422)["errors"][0]["pointer"] == "/purpose"


def test_the_head_breaks_glass_and_the_data_protection_officer_learns_of_it(world: World, path: str) -> None:
    person, head = _person(world, path, is_address_protected=True), world.as_(Role.OFFICE_HEAD)
    for reason in (None, "zu kurz", " " * 30):
        problem = _refused(head, path, person, "planning", 422, reason)
        assert problem["errors"][0]["pointer"] == "/reason"
    shown = _disclose(head, path, person, "planning", LONG)
    assert (shown["is_break_glass"], shown["identity"]["address"]) == (True, MIA["address"])
    world.tick()
    officer = world.as_(Role.DATA_PROTECTION_OFFICER)
    (told,) = officer.get("/v1/events?type=handschlag.help_person.break_glass")["items"]
    (known,) = officer.get(f"{path}/disclosures?is_break_glass=true")["items"]
    assert told["data"]["disclosure_id"] == known["id"]
    assert known["reason"] == LONG


def test_a_protected_address_is_known_where_the_child_lives(world: World, path: str) -> None:
    person, provider = _person(world, path, is_address_protected=True), world.as_(Role.PROVIDER_PROFESSIONAL)
    shown = _disclose(provider, path, person, "planning")
    assert (shown["is_address_protected"], shown["identity"]["address"]) == (True, None)
    assert "address" in shown["withheld"]
    assert _disclose(world.as_(Role.FINANCE_OFFICER), path, person, "billing_address")["identity"]["address"] is None
    team_lead = world.as_(Role.TEAM_LEAD)
    assert _disclose(team_lead, path, person, "planning")["identity"]["address"] is None
    assert _disclose(team_lead, path, person, "planning", LONG)["is_break_glass"]
    assert _disclose(world.as_(Role.CASEWORKER), path, person, "planning")["identity"]["address"] == MIA["address"]
    living = phase_body(
        world.provider, service_kind="section_30", setting="flexible_housing", valid_from="2026-03-02", combined=True
    )
    world.as_(Role.CASEWORKER).post(f"{path}/phases", living)
    assert _disclose(provider, path, person, "planning")["identity"]["address"] == MIA["address"]


def test_a_provider_reads_while_the_help_is_granted_and_30_days_on(world: World, path: str) -> None:
    person, provider = _person(world, path), world.as_(Role.PROVIDER_PROFESSIONAL)
    world.as_(Role.CASEWORKER).act(path, "end", ended_on="2026-03-31", reason="planned")
    world.clock.travel(days=59)  # 30 April
    _disclose(provider, path, person, "planning")
    world.clock.travel(days=1)
    _refused(provider, path, person, "planning", 403)
    assert provider.get(f"{path}/persons")["items"] != [], "what it knew by pseudonym it keeps"
    _disclose(world.as_(Role.CASEWORKER), path, person, "planning")


def test_a_person_is_corrected_in_part(world: World, path: str) -> None:
    person, caseworker = _person(world, path), world.as_(Role.CASEWORKER)
    where = f"{path}/persons/{person['id']}"
    changes = {"role": "young_person", "identity": {"phone": "02103 999", "email": None}}
    changed = caseworker.patch(where, changes, version=person["version"])
    assert (changed["role"], changed["has_identity"]) == ("young_person", True)
    shown = _disclose(caseworker, path, person, "contact")["identity"]
    assert (shown["phone"], shown["email"], shown["last_name"]) == ("02103 999", None, "Beispielhaft")
    caseworker.patch(where, {"role": "child"}, version=person["version"], status=412)
    for patch, pointer in (
        ({"role": None}, "/role"),
        ({"identity": {"birth_date": "2015-01-01"}}, "/identity/birth_date"),
        ({"pseudonym": "Mia Beispielhaft"}, "/pseudonym"),
    ):
        problem = caseworker.patch(where, patch, version=changed["version"], status=422)
        assert problem["errors"][0]["pointer"] == pointer
    gone = caseworker.patch(where, {"identity": None}, version=changed["version"])
    assert not gone["has_identity"]
    assert set(_disclose(caseworker, path, person, "contact")["identity"].values()) == {None}


def test_only_who_leads_the_case_writes(world: World, path: str) -> None:
    person = _person(world, path)
    body = {"role": "mother", "pseudonym": "Mutter M-1"}
    made = world.as_(Role.TEAM_LEAD).post(f"{path}/persons", body)
    assert (made["has_identity"], made["birth_year"]) == (False, None)
    assert _disclose(world.as_(Role.CASEWORKER), path, made, "contact")["withheld"] == []
    other = world.person(Role.CASEWORKER)
    other.post(f"{path}/persons", {**body, "pseudonym": "Vater V-1"}, status=403)
    other.patch(f"{path}/persons/{person['id']}", {"role": "sibling"}, version=1, status=403)
    world.as_(Role.PROVIDER_LEAD).post(f"{path}/persons", body, status=403)
    again = world.as_(Role.CASEWORKER).post(f"{path}/persons", body, status=409)
    assert "Pseudonym" in again["detail"]
    wrong = {**body, "birth_year": 1990, "identity": {"birth_date": "1991-01-01"}}
    world.as_(Role.CASEWORKER).post(f"{path}/persons", wrong, status=422)


def test_the_database_keeps_identities_from_other_organisations(world: World, path: str) -> None:
    """The second wall, by raw SQL."""
    person = _person(world, path)
    stranger = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    asking = text("SELECT set_config('handschlag.organisation', :id, true), set_config('role', 'handschlag_api', true)")
    found = {}
    for name, organisation in (("office", world.youth_office), ("provider", world.provider), ("other", stranger)):
        with world.kernel.engine.connect() as connection:
            connection.execute(asking, {"id": str(organisation.id)})
            rows = [
                connection.scalar(text(f"SELECT count(*) FROM {table} WHERE {column} = :id"), {"id": person["id"]})
                for table, column in (("help_person", "id"), ("help_person_identity", "person_id"))
            ]
            connection.rollback()
        found[name] = rows
    assert found == {"office": [1, 1], "provider": [1, 1], "other": [0, 0]}


def test_a_key_is_replaced_while_all_stays_readable(world: World, path: str) -> None:
    person = _person(world, path)
    sealer: Sealer = world.kernel.sealer
    before = sealer.key_id
    assert sealer.rotate() == f"{int(before) + 1:04}"
    assert _disclose(world.as_(Role.CASEWORKER), path, person, "planning")["identity"] == MIA
    assert reseal(world.kernel.work, sealer) >= 1
    assert reseal(world.kernel.work, sealer) == 0
    with world.kernel.work.as_system() as db:
        keys = db.scalars(text("SELECT key_id FROM help_person_identity WHERE person_id = :id"), {"id": person["id"]})
        assert list(keys) == [sealer.key_id]
    assert _disclose(world.as_(Role.CASEWORKER), path, person, "planning")["identity"] == MIA


def test_lists_cost_the_same_whatever_their_length(world: World, path: str, statements: list[str]) -> None:
    caseworker, counts = world.as_(Role.CASEWORKER), []
    for number in range(2):
        person = caseworker.post(f"{path}/persons", {"role": "sibling", "pseudonym": f"Kind G-{number}"})
        _disclose(caseworker, path, person, "contact")
        for url in (f"{path}/persons", f"{path}/disclosures"):
            statements.clear()
            caseworker.get(url)
            counts.append(len(statements))
    assert counts == [3] * 4  # who am I, the help, its rows
