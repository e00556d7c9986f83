"""What imports cost: few statements for many rows, a plan that does not multiply, limits before any work."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection

from psycopg import sql
from sqlalchemy import event, text

from app.core.work import API_ROLE
from app.policy import Role
from tests.modules.billing.imports import NDJSON, Row, push, rows_for, stored, written
from tests.stories.helps import given_help
from tests.world import World


def test_too_many_rows_are_refused_before_any_is_stored(world: World) -> None:
    problem = push(world, b"{}\n" * 50_001, query="?on_error=skip", status=422).json()
    assert (problem["type"], problem["limit"]) == ("/v1/problems/too-many-rows", 50_000)


def test_a_body_beyond_the_limit_is_refused_before_it_is_sent(world: World) -> None:
    address = world.http.base_url
    connection = HTTPConnection(address.host, address.port, timeout=10)
    headers = {"Content-Type": NDJSON, "Content-Length": str(world.kernel.settings.bulk_limit + 1)}
    connection.putrequest("POST", "/v1/service-records:import")
    for name, value in (headers | world.as_(Role.PROVIDER_SYNC).bearer()).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["type"]) == (413, "/v1/problems/body-too-large")
    connection.close()


def test_many_rows_cost_few_statements_also_from_the_sixth_import_on(world: World, statements: list[str]) -> None:
    """PostgreSQL may change to a generic plan at the sixth execution on a connection; the statement stays one."""
    world.staff()
    help_ = given_help(world)
    counts = []
    for _ in range(7):
        body = written(rows_for(help_, 300), NDJSON)
        statements.clear()
        assert push(world, body).json()["recorded"] == 300
        counts.append(len(statements))
    assert len(set(counts)) == 1
    assert counts[0] <= 5  # actor, idempotency, one statement for all rows, the kept answer


def test_rows_that_share_an_external_id_cost_no_statements_of_their_own(world: World, statements: list[str]) -> None:
    world.staff()
    (row,) = rows_for(given_help(world), 1)
    rows = [{**row, "worker": f"FK-{number}"} for number in range(300)]
    statements.clear()
    report = push(world, written(rows, NDJSON), query="?on_error=skip").json()
    assert len(statements) <= 6, len(statements)  # the writing is asked twice
    assert (report["recorded"], report["refused"]) == (1, 299)
    assert (report["rows"][0]["status"], stored(world)[0]["worker"]) == ("recorded", "FK-0")


def test_the_plan_for_any_rows_reads_each_row_a_few_times_only(world: World) -> None:
    """In time a prepared statement gets a plan for any parameters; nested loops in it would cost rows times rows."""
    sent: list[tuple[str, Row]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Row, *_: object) -> None:
        if "INSERT INTO service_record" in statement:
            sent.append((statement, parameters))

    help_ = given_help(world)
    event.listen(world.kernel.engine, "before_cursor_execute", note)
    try:
        push(world, written(rows_for(help_, 400), NDJSON), query="?dry_run=true")
    finally:
        event.remove(world.kernel.engine, "before_cursor_execute", note)
    ((statement, parameters),) = sent
    plan = list(nodes(generic_plan(world, statement, parameters)))
    inserts = {node["Relation Name"]: node["Actual Rows"] for node in plan if node["Node Type"] == "ModifyTable"}
    assert inserts["service_record"] == 400
    for node in plan:
        again = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) if node["Actual Loops"] > 1 else 0
        assert (again + node.get("Rows Removed by Join Filter", 0)) * node["Actual Loops"] <= 4 * 400, node


def generic_plan(world: World, statement: str, parameters: Row) -> Row:
    """How PostgreSQL runs a statement that it planned without knowing the parameters; undone afterwards."""
    numbers = {name: f"${number}" for number, name in enumerate(parameters, start=1)}
    plain = re.sub(r"%\((\w+)\)s", lambda found: numbers[found[1]], statement)
    values = sql.SQL(", ").join(sql.Literal(value) for value in parameters.values())
    with world.kernel.engine.connect() as connection:
        connection.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        connection.execute(text("SET LOCAL enable_seqscan = off"))  # tables are small here, and large in a town
        asking = text("SELECT set_config('handschlag.organisation', :id, true), set_config('role', :role, true)")
        connection.execute(asking, {"id": str(world.provider.id), "role": API_ROLE})
        cursor = connection.connection.cursor()
        cursor.execute(f"PREPARE many AS {plain}")
        cursor.execute(sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE many({})").format(values))
        (row,) = cursor.fetchall()
        plan: Row = row[0][0]["Plan"]
        cursor.execute("DEALLOCATE many")
        connection.rollback()
    return plan


def nodes(plan: Row) -> Iterator[Row]:
    """A plan's nodes, from the top."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)
