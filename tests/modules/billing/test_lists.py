"""A list costs what its page costs: by index, wherever the page is, whatever the table holds."""

from typing import Any

import pytest
from sqlalchemy import event, text

from app.policy import Role
from tests.stories.helps import given_help
from tests.world import World

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
    reader, sent = world.as_(role), list[tuple[str, Any]]()

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "FROM service_record" in statement:
            sent.append((statement, parameters))

    event.listen(world.kernel.engine, "before_cursor_execute", note)
    try:
        first = reader.get(f"{PATH}?limit=200")
        deep = first
        for _ in range(20):
            deep = reader.get(f"{PATH}?limit=200&cursor={deep['next']}")
    finally:
        event.remove(world.kernel.engine, "before_cursor_execute", note)
    assert len(deep["items"]) == 200
    assert len(sent) == 21
    for statement, parameters in (sent[0], sent[-1]):
        plan = _plan(world, statement, parameters)
        assert "ix_service_record_" in plan, plan
        assert "Seq Scan" not in plan, plan
        assert _rows_touched(plan) < 1000, plan


def _plan(world: World, statement: str, parameters: Any) -> str:
    with world.kernel.work.as_system() as db:
        rows = db.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}", parameters)
        return "\n".join(row[0] for row in rows)


def _rows_touched(plan: str) -> int:
    """The rows the scan at the bottom of the plan really read."""
    bottom = [line for line in plan.splitlines() if "Scan" in line][-1]
    return int(float(bottom.partition("rows=")[2].split()[0]))
