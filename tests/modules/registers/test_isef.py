"""The register of insoweit erfahrene Fachkräfte: who may be asked, by whom, from when to when."""

from uuid import uuid4

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.concerns.given import ISEF, given_isef
from tests.world import World

PATH = "/v1/isef-profiles"


def test_own_and_shared_entries_are_found_by_field_and_day(world: World) -> None:
    own = given_isef(world)
    ended = given_isef(world, name="Frühere Fachkraft", valid_to="2026-02-28", fields=["addiction"])
    pool = given_isef(world, Role.TEAM_LEAD, name="Pool des Jugendamts", is_shared=True)
    hidden = given_isef(world, Role.TEAM_LEAD, name="Nicht geteilt")
    worker = world.as_(Role.PROVIDER_PROFESSIONAL)

    def found(query: str) -> set[str]:
        return {item["id"] for item in worker.get(f"{PATH}?limit=200&{query}")["items"]}

    assert {own["id"], ended["id"], pool["id"]} <= found("")
    assert hidden["id"] not in found("")
    assert found("own=true") == {own["id"], ended["id"]}
    assert pool["id"] in found("own=false")
    assert found("own=true&on=2026-03-02") == {own["id"]}
    assert found("own=true&field=addiction") == {ended["id"]}
    assert {own["id"], pool["id"]} <= found("field=disability")
    worker.get(f"{PATH}/{hidden['id']}", status=404)
    assert worker.get(f"{PATH}/{pool['id']}")["qualification"] == ISEF["qualification"]


def test_an_entry_is_changed_and_ended_by_its_own_organisation(world: World) -> None:
    own, lead = given_isef(world, is_shared=True), world.as_(Role.PROVIDER_LEAD)
    path = f"{PATH}/{own['id']}"
    changed = lead.patch(path, {"valid_to": "2026-12-31", "fields": ["flight"]}, version=own["version"])
    assert (changed["valid_to"], changed["fields"]) == ("2026-12-31", ["flight"])
    lead.patch(path, {"name": "x"}, version=own["version"], status=412)
    late = lead.patch(path, {"valid_to": "2024-01-01"}, version=changed["version"], status=422)
    assert late["errors"][0]["pointer"] == "/valid_to"
    empty = lead.patch(path, {"name": None}, version=changed["version"], status=422)
    assert empty["errors"][0]["pointer"] == "/name"
    world.as_(Role.TEAM_LEAD).get(path)
    world.as_(Role.TEAM_LEAD).patch(path, {"name": "x"}, version=changed["version"], status=404)


def test_who_enters_and_who_reads(world: World) -> None:
    for role in Role:
        api = world.as_(role)
        if Permission.ISEF_MANAGE not in GRANTS[role]:
            api.post(PATH, ISEF, status=403)
        api.get(PATH, status=200 if Permission.ISEF_READ in GRANTS[role] else 403)


def test_an_account_is_one_of_the_own_organisation_and_entered_once(world: World) -> None:
    lead = world.as_(Role.PROVIDER_LEAD)
    other = world.organisation(OrganisationKind.PROVIDER, "Ahornhaus").accounts[Role.PROVIDER_LEAD]
    for account in (str(uuid4()), str(other)):
        refused = lead.post(PATH, {**ISEF, "account_id": account}, status=422)
        assert refused["errors"][0]["pointer"] == "/account_id"
    mine = str(world.as_(Role.PROVIDER_ISEF).account_id)
    lead.post(PATH, {**ISEF, "account_id": mine})
    lead.post(PATH, {**ISEF, "account_id": mine}, status=409)
    refused = lead.post(PATH, {**ISEF, "valid_to": "2024-12-31"}, status=422)
    assert refused["errors"]
