"""Finding notices: what waits for whom, and what that costs."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from app.policy import Role
from tests.modules.notices.given import PATH, given_notice, path_of
from tests.stories.helps import given_help
from tests.world import World


def numbers(world: World, role: Role, query: str) -> list[int]:
    return [int(item["number"][-4:]) for item in world.as_(role).get(f"{PATH}?{query}")["items"]]


def test_notices_are_found_by_what_is_known_of_them(world: World) -> None:
    help_ = given_help(world)
    other = given_help(world, pseudonym="Familie Q-18")
    given_notice(world, "request_for_information", help_=help_)  # 1: waits for the provider
    world.clock.travel(hours=1)
    given_notice(world, "special_incident", help_=help_)  # 2: waits for the office, soon
    world.clock.travel(hours=1)
    given_notice(world, "absence", help_=other)  # 3: waits for the office
    taken = given_notice(world, "change_of_need", help_=other)  # 4: acknowledged, to be answered
    world.as_(Role.TEAM_LEAD).act(path_of(taken), "acknowledge")
    done = given_notice(world, "interruption", help_=other)  # 5: acknowledged, waits for nobody
    world.as_(Role.TEAM_LEAD).act(path_of(done), "acknowledge")
    for query, found in {
        "sort=number": [1, 2, 3, 4, 5],
        "sort=-created_at": [5, 4, 3, 2, 1],
        "sort=due_at&waiting_for=me": [2, 3, 4],
        "waiting_for=them": [1],
        f"help_id={help_['id']}&sort=number": [1, 2],
        f"help_id={uuid4()}": [],
        "kind=absence": [3],
        "direction=to_provider": [1],
        "state=acknowledged&sort=number": [4, 5],
        "sent_from=2026-03-02T09:00:00Z&sent_to=2026-03-02T09:00:00Z": [2],
        "overdue=true": [],
        "overdue=false&sort=number": [1, 2, 3, 4, 5],
    }.items():
        assert numbers(world, Role.CASEWORKER, query) == found, query
    assert numbers(world, Role.PROVIDER_LEAD, "waiting_for=me") == [1]
    assert numbers(world, Role.PROVIDER_LEAD, "waiting_for=them&sort=due_at") == [2, 3, 4]
    world.clock.travel(hours=4)
    assert numbers(world, Role.CASEWORKER, "overdue=true") == [2]
    assert numbers(world, Role.CASEWORKER, "overdue=false&sort=-number") == [5, 4, 3, 1]


@pytest.mark.parametrize("sort", ["number", "-number", "due_at", "-due_at", "created_at", "-created_at"])
def test_pages_follow_each_other_in_every_order(world: World, sort: str) -> None:
    help_ = given_help(world)
    for _ in range(3):
        given_notice(world, "other", help_=help_)
    found, query = [], f"limit=1&sort={sort}"
    while query:
        page = world.as_(Role.PROVIDER_LEAD).get(f"{PATH}?{query}")
        found += [item["id"] for item in page["items"]]
        query = f"limit=1&sort={sort}&cursor={page['next']}" if page["next"] else ""
    assert len(set(found)) == 3


def test_a_list_is_a_table_too_and_holds_no_word_of_the_notices(world: World) -> None:
    given_notice(world, "special_incident")
    table = world.as_(Role.CASEWORKER).request("GET", PATH, status=200, headers={"Accept": "text/csv"}).text
    assert "special_incident" in table
    assert "Auseinandersetzung" not in table + str(world.as_(Role.CASEWORKER).get(PATH))


def test_a_list_costs_the_same_whatever_its_length(world: World, statements: list[str]) -> None:
    help_, counts, reader = given_help(world), [], world.as_(Role.PROVIDER_PROFESSIONAL)
    for _ in range(2):
        given_notice(world, help_=help_)
        statements.clear()
        reader.get(f"{PATH}?waiting_for=me&sort=due_at")
        counts.append(len(statements))
    assert counts == [2, 2]  # who asks, and the page


def test_reading_one_costs_four_statements_and_the_log(world: World, statements: list[str]) -> None:
    path, reader = path_of(given_notice(world)), world.as_(Role.PROVIDER_LEAD)
    statements.clear()
    reader.get(path)
    reads = [statement for statement in statements if statement.lstrip().startswith("SELECT")]
    assert len(reads) == 4, reads  # who asks, the notice, its correction, its reminders


FILL = text(
    """
    INSERT INTO notice (id, youth_office_id, provider_id, help_id, number, kind, direction, state, details, told_late,
                        sent_by, acknowledge_by, acknowledged_at, acknowledged_by, created_at, changed_at, version)
    SELECT gen_random_uuid(), n.youth_office_id, n.provider_id, n.help_id, 'X-' || i, 'other',
           CASE WHEN i % 2 = 0 THEN 'to_provider' ELSE 'to_youth_office' END,
           CASE WHEN i % 10 = 0 THEN 'sent' ELSE 'acknowledged' END, '{}', false, n.sent_by,
           n.acknowledge_by + i * interval '1 minute',
           CASE WHEN i % 10 > 0 THEN n.created_at END, CASE WHEN i % 10 > 0 THEN n.sent_by END,
           n.created_at, n.created_at, 1
      FROM notice AS n, generate_series(1, 3000) AS i WHERE n.id = :id
    """
)


@pytest.mark.parametrize(
    ("role", "index"),
    [(Role.PROVIDER_LEAD, "ix_notice_provider_waiting"), (Role.CASEWORKER, "ix_notice_office_waiting")],
)
def test_what_waits_is_read_from_an_index_and_nothing_else(world: World, role: Role, index: str) -> None:
    notice = given_notice(world)
    with world.kernel.work.as_system() as db:
        db.execute(FILL, {"id": notice["id"]})
    party = world.youth_office if role is Role.CASEWORKER else world.provider
    query = f"{PATH}?waiting_for={'them' if role is Role.CASEWORKER else 'me'}&sort=due_at&limit=20"
    statement, parameters = _asked(world, role, query)
    plan = _plan(world, party.id, statement, parameters)
    assert index in plan, plan
    assert "Sort" not in plan, plan
    removed = [line for line in plan.splitlines() if "Rows Removed" in line]
    assert removed == [], plan


def _asked(world: World, role: Role, query: str) -> tuple[str, Any]:
    """The statement of a list, with its values."""
    sent: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "FROM notice" in statement:
            sent.append((statement, parameters))

    event.listen(world.kernel.engine, "before_cursor_execute", note)
    assert len(world.as_(role).get(query)["items"]) == 20
    event.remove(world.kernel.engine, "before_cursor_execute", note)
    return sent[0]


def _plan(world: World, organisation_id: UUID, statement: str, parameters: Any) -> str:
    """The plan as a request of this organisation gets it, row-level security included."""
    with world.kernel.engine.begin() as connection:
        connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
        connection.execute(
            text("SELECT set_config('handschlag.organisation', :id, true)"), {"id": str(organisation_id)}
        )
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}", parameters)
        return "\n".join(row[0] for row in rows)
