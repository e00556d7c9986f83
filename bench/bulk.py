"""Imports of 10,000 records: beside COPY of the same rows into the same tables, and what others feel meanwhile."""

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import psycopg
from rich.console import Console

from bench.load import Round, load

ROWS = 10_000
IMPORTS = 10
"""PostgreSQL may change its plan at the sixth execution on a connection."""


@dataclass
class Bulk:
    """Where to import to, and as whom."""

    port: int
    token: str
    help_id: str
    superuser_url: str

    def import_one(self) -> float:
        """Seconds for one import of fresh rows."""
        body = _rows(self.help_id)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/x-ndjson",
            "Idempotency-Key": str(uuid4()),
        }
        begun = time.perf_counter()
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/v1/service-records:import", content=body, headers=headers, timeout=120
        )
        seconds = time.perf_counter() - begun
        if answer.status_code != 200 or answer.json()["recorded"] != ROWS:
            raise SystemExit(f"import: {answer.text[:500]}")
        return seconds

    def copy_one(self) -> float:
        """Seconds for COPY of as many rows as the last import wrote, and one row into each table beside, committed."""
        with psycopg.connect(self.superuser_url) as db:
            with db.cursor().copy(_TAKE, {"help": self.help_id, "rows": ROWS}) as copy:
                taken = b"".join(bytes(piece) for piece in copy)
            begun = time.perf_counter()
            with db.cursor().copy(_COPY) as copy:
                copy.write(taken)
            for statement in (_AUDITED, _TOLD, _KEPT):
                db.execute(statement, {"help": self.help_id})
            db.commit()
            return time.perf_counter() - begun


_COLUMNS = (
    "id, youth_office_id, provider_id, external_id, help_id, worker, activity, starts_at, ends_at, service_on, "
    "minutes, participants, staff, session, notice_hours, note, content_hash, recorded_by, recorded_at"
)
_FRESH = _COLUMNS.replace("id,", "gen_random_uuid(),", 1).replace("external_id", "gen_random_uuid()::text")
_TAKE = (
    f"COPY (SELECT {_FRESH} FROM (SELECT * FROM service_record WHERE help_id = %(help)s "
    "ORDER BY recorded_at DESC LIMIT %(rows)s) AS last) TO STDOUT"
)
_COPY = f"COPY service_record ({_COLUMNS}) FROM STDIN"
_AUDITED = """
INSERT INTO audit_entry (id, tenant_id, at, actor_id, actor_organisation_id, action, subject_kind, subject_id,
       from_state, to_state, law, details)
SELECT gen_random_uuid(), youth_office_id, now(), opened_by, provider_id, 'x', 'x', id, '', '', '', '{}'
  FROM help WHERE id = %(help)s
"""
_TOLD = """
INSERT INTO event (id, tenant_id, type, subject_kind, subject_id, at, actor_id, actor_organisation_id, action,
       from_state, to_state, audience, data)
SELECT gen_random_uuid(), youth_office_id, 'handschlag.x', 'x', id, now(), opened_by, provider_id, '', '', '',
       '{}', '{}'
  FROM help WHERE id = %(help)s
"""
_KEPT = """
INSERT INTO idempotency_key (account_id, key, organisation_id, fingerprint, status, headers, body, created_at)
SELECT opened_by, gen_random_uuid()::text, provider_id, '', 200, '{}', '', now() FROM help WHERE id = %(help)s
"""


def _rows(help_id: str) -> bytes:
    run, start = uuid4().hex[:8], datetime(2026, 1, 5, 6, tzinfo=UTC)
    lines = []
    for number in range(ROWS):
        begin = start + timedelta(days=number % 120, minutes=number % 600)
        row = {
            "external_id": f"I-{run}-{number}",
            "help_id": help_id,
            "worker": f"FK-{number % 40}",
            "activity": "direct_contact",
            "starts_at": begin.isoformat(),
            "ends_at": (begin + timedelta(minutes=50)).isoformat(),
        }
        lines.append(json.dumps(row))
    return "\n".join(lines).encode()


def tell_bulk(bulk: Bulk, read: Callable[[], bytes], seconds: float, out: Console) -> None:
    """Measure and tell: imports beside COPY, alternating, then imports while others read."""
    imports, copies = [], []
    for _ in range(IMPORTS):
        imports.append(bulk.import_one())
        copies.append(bulk.copy_one())
    ratio = statistics.median(copy / one for copy, one in zip(copies, imports, strict=True))
    late = statistics.median(copy / one for copy, one in zip(copies[6:], imports[6:], strict=True))
    ours, floor = statistics.median(imports), statistics.median(copies)
    out.print(f"import of {ROWS:,} rows: {ours:.2f} s, COPY of the same {floor:.2f} s")
    out.print(f"COPY / import: {ratio:.2f}, from the seventh import on {late:.2f} (goal ≥ 0.25)")
    alone = asyncio.run(load(bulk.port, read, connections=4, seconds=seconds)).percentile(0.99)
    busy = asyncio.run(_both(bulk, read, seconds)).percentile(0.99)
    out.print(f"p99 of reads by id: {alone:.1f} ms, while imports run {busy:.1f} ms: {busy / alone:.1f} × (goal ≤ 5 ×)")


async def _both(bulk: Bulk, read: Callable[[], bytes], seconds: float) -> Round:
    async def imports() -> None:
        while not stop.is_set():
            await asyncio.to_thread(bulk.import_one)

    stop = asyncio.Event()
    running = asyncio.create_task(imports())
    seen = await load(bulk.port, read, connections=4, seconds=max(seconds, 3))
    stop.set()
    await running
    return seen
