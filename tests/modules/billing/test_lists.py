"""A list costs what its page costs: by index, wherever the page is, whatever the table holds."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import event, text

from app.core.express import Asked, Question
from app.core.work import API_ROLE
from app.modules.billing.express import Search
from app.policy import Actor, Role
from tests.api import Api
from tests.stories.helps import given_help
from tests.world import MORNING, World

PATH = "/v1/service-records"
FILL = text(
    """
    INSERT INTO service_record (id, youth_office_id, provider_id, external_id, help_id, worker, activity, starts_at,
           ends_at, service_on, minutes, staff, content_hash, recorded_by, recorded_at)
    SELECT gen_random_uuid(), :office, :provider, 'FILL-' || n, :help, 'FK-07', 'direct_contact',
           timestamptz '2026-01-01 06:00Z' + n * interval '10 minutes',
           timestamptz '2026-01-01 06:30Z' + n * interval '10 minutes',
           (timestamptz '2026-01-01 06:00Z' + n * interval '10 minutes')::date, 30, 1, ''::bytea, :help, now()
      FROM generate_series(1, 8000) AS n
    """
)


@pytest.mark.parametrize("role", [Role.PROVIDER_SYNC, Role.CASEWORKER])
def test_first_and_deep_page_use_the_index(world: World, role: Role) -> None:
    help_ = given_help(world)
    ids = {"office": world.youth_office.id, "provider": world.provider.id, "help": help_["id"]}
    with world.kernel.work.as_system() as db:
        db.execute(FILL, ids)
    with world.kernel.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE service_record"))
    reader, sent = world.as_(role), list[Question]()

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "FROM service_record" in statement:
            sent.append((statement, parameters))

    event.listen(world.kernel.engine, "before_cursor_execute", note)
    try:
        deep = reader.get(f"{PATH}?limit=200")
        for _ in range(20):
            deep = reader.get(f"{PATH}?limit=200&cursor={deep['next']}")
        assert sent == []  # of the express counter
        reader.get(f"{PATH}?limit=200&billed=false&cursor={deep['next']}")
    finally:
        event.remove(world.kernel.engine, "before_cursor_execute", note)
    assert len(deep["items"]) == 200
    actor = _actor(world, reader)
    for query in ("limit=200", f"limit=200&cursor={deep['next']}", f"limit=200&help_id={help_['id']}"):
        sent += _express(query, actor)
    assert len(sent) == 4
    for question in sent:
        plan = _plan(world, question, actor)
        assert "ix_service_record_" in plan, plan
        assert "Seq Scan" not in plan, plan
        assert "Index Cond" in plan, plan
        assert _rows_touched(plan) < 1000, plan


def _actor(world: World, reader: Api) -> Actor:
    token = reader.bearer()["Authorization"].removeprefix("Bearer ")
    claims = world.kernel.tokens.open(token, now=int(world.clock.now.timestamp()))
    with world.kernel.work.as_actor(claims) as (_, actor):
        return actor


def _express(query: str, actor: Actor) -> list[Question]:
    """The statement of the express counter."""
    asked = cast(Asked, SimpleNamespace(query=query, body=b""))
    asked.content = Search().understand(asked)
    return Search().questions([asked], actor, MORNING)


def _plan(world: World, question: Question, actor: Actor) -> str:
    statement, parameters = question
    with world.kernel.engine.connect() as connection:
        asking = text("SELECT set_config('handschlag.organisation', :id, true), set_config('role', :role, true)")
        connection.execute(asking, {"id": str(actor.organisation_id), "role": API_ROLE})
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}"
        return "\n".join(row[0] for row in connection.exec_driver_sql(explain, dict(parameters)))


def _rows_touched(plan: str) -> int:
    """The rows the scan at the bottom of the plan really read."""
    bottom = [line for line in plan.splitlines() if "Scan" in line][-1]
    return int(float(bottom.partition("rows=")[2].split()[0]))
