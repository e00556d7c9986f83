"""Searching offers: what a caseworker asks for, in few statements, by index."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from app.core.exports import XLSX
from app.policy import OrganisationKind, Role
from tests.modules.offers.given import PATH, given_draft, given_offer, path_of, region, report_capacity
from tests.world import Party, World


def _titles(world: World, query: str, role: Role = Role.CASEWORKER, party: Party | None = None) -> list[str]:
    return [item["title"] for item in world.as_(role, party).get(f"{PATH}?{query}")["items"]]


def test_every_filter_narrows(world: World) -> None:
    north, south = region(world, "Nord"), region(world, "Süd")
    second = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    given_offer(world, title="A Familienhilfe", region_ids=[north], target_group="Kinder mit Autismus")
    group = given_offer(
        world, title="B Gruppe", region_ids=[south], service_kinds=["section_29"], setting="group", languages=["ar"]
    )
    given_offer(world, second, title="C Überall 100%")
    report_capacity(world, group, "2")
    full = given_offer(world, title="D Voll")
    report_capacity(world, full, "0", as_of="2026-02-01")
    for query, letters in {
        "": "ABCD",
        "service_kind=section_29": "B",
        "service_kind=section_34": "",
        f"region_id={north}": "ACD",  # those without a limit serve every region
        f"region_id={south}": "BCD",
        "has_capacity=true": "B",
        "has_capacity=false": "ACD",
        "capacity_since=2026-02-15": "B",
        "capacity_since=2026-01-31": "BD",
        f"provider_id={second.id}": "C",
        "setting=group": "B",
        "language=ar": "B",
        "state=published": "ABCD",
        "state=draft": "",
        "q=autismus": "A",
        "q=kinder+AUTISMUS": "A",
        "q=autismus+gruppe": "",
        "q=100%25": "C",
        "q=%25%25": "",
        f"service_kind=section_29&region_id={south}&has_capacity=true&q=gruppe": "B",
        "sort=-title": "DCBA",
        "sort=-capacity_free&has_capacity=true": "B",
    }.items():
        assert "".join(title[0] for title in _titles(world, query)) == letters, query


def test_every_sort_pages_through_all(world: World) -> None:
    for number, title in enumerate("CAB"):
        report_capacity(world, given_offer(world, title=f"{title} Angebot"), str(number))
        world.clock.travel(hours=1)
    for sort, letters in {
        "title": "ABC",
        "capacity_free": "CAB",
        "-capacity_free": "BAC",
        "created_at": "CAB",
        "-created_at": "BAC",
        "changed_at": "CAB",
        "-changed_at": "BAC",
    }.items():
        seen, cursor = "", ""
        while True:
            page = world.as_(Role.CASEWORKER).get(f"{PATH}?limit=1&sort={sort}{cursor}")
            seen += "".join(item["title"][0] for item in page["items"])
            if not page["next"]:
                break
            cursor = f"&cursor={page['next']}"
        assert seen == letters, sort


@pytest.mark.parametrize("query", ["q=a", "language=deutsch", "region_id=7", "service_kind=x", "sort=fee", "limit=0"])
def test_a_bad_filter_is_refused(world: World, query: str) -> None:
    problem = world.as_(Role.CASEWORKER).get(f"{PATH}?{query}", status=422)
    assert problem["errors"][0]["pointer"] == f"query:{query.partition('=')[0]}"


def test_a_provider_finds_its_own_in_every_state_and_what_others_publish_to_all(world: World) -> None:
    rival = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    given_draft(world, title="A Entwurf")
    given_offer(world, title="B veröffentlicht")
    gone = given_offer(world, title="C zurückgezogen", to_all_providers=True)
    world.as_(Role.PROVIDER_LEAD).act(path_of(gone), "withdraw")
    given_offer(world, title="D für alle", to_all_providers=True)
    mine = f"provider_id={world.provider.id}"
    assert "".join(title[0] for title in _titles(world, mine, Role.PROVIDER_LEAD)) == "ABCD"
    assert _titles(world, f"{mine}&state=draft", Role.PROVIDER_LEAD) == ["A Entwurf"]
    assert _titles(world, mine, Role.PROVIDER_LEAD, rival) == ["D für alle"]
    assert "".join(title[0] for title in _titles(world, mine)) == "BD"


def test_a_list_is_a_spreadsheet_too(world: World) -> None:
    given_offer(world)
    book = world.as_(Role.PLANNER).request("GET", PATH, status=200, headers={"Accept": XLSX})
    assert book.content.startswith(b"PK")


def test_lists_and_reads_cost_the_same_whatever_there_is(world: World, statements: list[str]) -> None:
    offer = given_offer(world)
    path = path_of(offer)
    caseworker = world.as_(Role.CASEWORKER)
    expected = {
        PATH: 4,  # who asks, the page, fees, names of providers
        f"{PATH}?region_id={offer['id']}&has_capacity=false&q=familie": 4,
        path: 6,  # who asks, the offer, draft, readers, name, version with fee
        f"{path}/versions": 5,  # who asks, the offer, draft, readers, the page with fees
        f"{path}/changes": 6,  # and the version before
        f"{path}/capacity": 5,
    }
    for _ in range(2):
        counts = {}
        for url in expected:
            statements.clear()
            caseworker.get(url)
            counts[url] = len(statements)
        assert counts == expected
        given_offer(world, world.organisation(OrganisationKind.PROVIDER, "Birkenhof"))


FILL = """
    WITH made AS (
        INSERT INTO offer (id, provider_id, state, number, valid_from, to_all_providers, title, service_kinds, setting,
               region_ids, languages, has_protection_concept, search_text, capacity_free, created_at, changed_at,
               version)
        SELECT gen_random_uuid(), :provider, 'published', 1, now(), :open, 'Angebot ' || n, '{section_31}',
               'ambulatory', '{}', '{de}', true, 'Angebot ' || n, 0, now(), now(), 1
          FROM generate_series(1, :count) AS n RETURNING id
    ), versions AS (
        INSERT INTO offer_version (id, offer_id, provider_id, number, content, valid_from, to_all_providers,
               published_by, published_at)
        SELECT gen_random_uuid(), id, :provider, 1, '{}', now(), :open, :account, now() FROM made
    )
    INSERT INTO offer_reader (offer_id, provider_id, number, youth_office_id) SELECT id, :provider, 1, :office FROM made
"""


def _fill(world: World, provider: Party, office: Party, *, count: int = 6000, is_open: bool = False) -> None:
    values = {"provider": provider.id, "office": office.id, "open": is_open, "count": count}
    with world.kernel.work.as_system() as db:
        db.execute(text(FILL), {**values, "account": provider.accounts[Role.PROVIDER_LEAD]})
    with world.kernel.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("offer", "offer_reader", "offer_version"):
            connection.execute(text(f"ANALYZE {table}"))


@pytest.mark.parametrize(("role", "most"), [(Role.CASEWORKER, 400), (Role.PROVIDER_LEAD, 1000)])
def test_first_and_deep_page_use_the_index(world: World, role: Role, most: int) -> None:
    """A provider pages through its own by index; an office reads at most what is published to it, not all there is."""
    far = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fernes Amt")
    _fill(world, world.provider, far)
    _fill(world, world.organisation(OrganisationKind.PROVIDER, "Birkenhof"), world.youth_office, count=400)
    reader, party = world.as_(role), world.youth_office if role is Role.CASEWORKER else world.provider
    with _listening(world) as sent:
        page = reader.get(f"{PATH}?limit=40")
        for _ in range(9):
            page = reader.get(f"{PATH}?limit=40&cursor={page['next']}")
    assert len(page["items"]) == 40
    for statement, parameters in (sent[0], sent[-1]):
        plan = _plan(world, party.id, statement, parameters)
        assert "Index" in plan
        assert "Seq Scan on offer" not in plan, plan
        assert _most_rows(plan) <= most, plan


@pytest.mark.parametrize("is_open", [False, True])
def test_a_search_does_not_pay_for_the_offers_of_others(world: World, is_open: bool) -> None:
    far = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fernes Amt")
    _fill(world, world.organisation(OrganisationKind.PROVIDER, "Großer Träger"), far, is_open=is_open)
    given_offer(world)
    with _listening(world) as sent:
        found = world.as_(Role.CASEWORKER).get(f"{PATH}?service_kind=section_31&has_capacity=false&q=familie")
    assert len(found["items"]) == 1
    plan = _plan(world, world.youth_office.id, *sent[0])
    assert "ix_offer_reader_youth_office_id" in plan, plan
    assert "Seq Scan on offer" not in plan, plan
    assert _most_rows(plan) < 100, plan


class _listening:  # noqa: N801  # used as `with _listening(world) as sent`
    """The lists of offers that were asked of the database, with their values."""

    def __init__(self, world: World) -> None:
        self.engine, self.sent = world.kernel.engine, list[tuple[str, Any]]()

    def _note(self, _conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "FROM offer " in statement and "LIMIT" in statement:
            self.sent.append((statement, parameters))

    def __enter__(self) -> list[tuple[str, Any]]:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self.sent

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)


def _plan(world: World, organisation_id: UUID, statement: str, parameters: Any) -> str:
    """The plan as a request of this organisation gets it, row-level security included."""
    with world.kernel.engine.begin() as connection:
        connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
        connection.execute(
            text("SELECT set_config('handschlag.organisation', :id, true)"), {"id": str(organisation_id)}
        )
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}", parameters)
        return "\n".join(row[0] for row in rows)


def _most_rows(plan: str) -> int:
    """The most rows that any step of the plan read, removed ones included."""
    lines = plan.splitlines()
    read = [float(part.split()[0]) for line in lines for part in line.split("rows=")[1:]]
    removed = [float(line.rpartition(":")[2]) for line in lines if "Rows Removed" in line]
    return int(max(read + removed))
