"""Files of service records, and their import."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import httpx

from app.policy import Role
from tests.stories.helps import record_body
from tests.world import World

NDJSON, JSON, CSV = "application/x-ndjson", "application/json", "text/csv"
Row = dict[str, Any]


def rows_for(help_: Row, count: int, **changes: Any) -> list[Row]:
    """Sound rows with external ids of their own."""
    return [record_body(help_, external_id=f"L-{uuid4().hex[:12]}-{number}", **changes) for number in range(count)]


def written(rows: list[Row], media_type: str, delimiter: str = ";") -> bytes:
    """The rows in a format."""
    if media_type == NDJSON:
        return "\n".join(json.dumps(row) for row in rows).encode()
    if media_type == JSON:
        return json.dumps(rows).encode()
    out = io.StringIO()
    table = csv.DictWriter(out, rows[0].keys(), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode()


def push(
    world: World, body: bytes, media_type: str = NDJSON, query: str = "", status: int = 200, key: str | None = None
) -> httpx.Response:
    headers = {"Content-Type": media_type, "Idempotency-Key": key or str(uuid4())}
    path = f"/v1/service-records:import{query}"
    return world.as_(Role.PROVIDER_SYNC).request("POST", path, status=status, content=body, headers=headers)


def stored(world: World) -> list[Row]:
    return list(world.as_(Role.PROVIDER_SYNC).get("/v1/service-records?limit=200")["items"])
