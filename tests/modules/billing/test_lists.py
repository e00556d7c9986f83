"""A list costs what its page costs: by index, wherever the page is, whatever the table holds."""

from types import SimpleNamespace
from typing import cast

import psycopg
import pytest
from sqlalchemy import event, text

from app.core.db import EXPRESS_OPTIONS
from app.core.express import Asked
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
    reader, sent = world.as_(role), list[str]()

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(world.kernel.engine, "before_cursor_execute", note)
    try:
        deep = reader.get(f"{PATH}?limit=200")
        for _ in range(20):
            deep = reader.get(f"{PATH}?limit=200&cursor={deep['next']}")
    finally:
        event.remove(world.kernel.engine, "before_cursor_execute", note)
    assert len(deep["items"]) == 200
    assert sent == []  # by the express counter
    actor = _actor(world, reader)
    for query in ("limit=200", f"limit=200&cursor={deep['next']}", f"limit=200&help_id={help_['id']}"):
        plan = _plan(world, query, actor)
        assert "ix_service_record_" in plan, plan
        assert "Seq Scan" not in plan, plan
        assert "Index Cond" in plan, plan
        assert _rows_touched(plan) < 1000, plan


def _actor(world: World, reader: Api) -> Actor:
    token = reader.bearer()["Authorization"].removeprefix("Bearer ")
    claims = world.kernel.tokens.open(token, now=int(world.clock.now.timestamp()))
    with world.kernel.work.as_actor(claims) as (_, actor):
        return actor


def _plan(world: World, query: str, actor: Actor) -> str:
    """How the express counter's connections run the statement of a query."""
    asked = cast(Asked, SimpleNamespace(query=query, body=b""))
    asked.content = Search().understand(asked)
    ((statement, parameters),) = Search().questions([asked], actor, MORNING)
    url = world.kernel.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, options=EXPRESS_OPTIONS) as db:
        asking = "SELECT set_config('handschlag.organisation', %s, true), set_config('role', %s, true)"
        db.execute(asking, (str(actor.organisation_id), API_ROLE))
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}"
        return "\n".join(row[0] for row in db.execute(explain, parameters))


def _rows_touched(plan: str) -> int:
    """The rows the scan at the bottom of the plan really read."""
    bottom = [line for line in plan.splitlines() if "Scan" in line][-1]
    return int(float(bottom.partition("rows=")[2].split()[0]))
