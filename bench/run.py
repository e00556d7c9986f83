"""`make bench`: what an hour pushed, a list and a record cost, beside an idiomatic handler and pgbench, in one run.

Absolute numbers say little on shared machines: targets alternate within each round, ratios are medians over the
rounds. One server process each, durable PostgreSQL (fsync on), everything on this machine. Nothing is asserted; the
exit code is 1 only when an answer was no 2xx.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import create_engine, make_url, text

from app.core import embedded
from app.core.kernel import Kernel
from app.core.ticker import Ticker
from app.database import migrate
from app.main import make_kernel
from app.policy import Role
from app.settings import Settings
from app.wiring import HANDLERS, on_published
from bench.bulk import Bulk, tell_bulk
from bench.load import Round, get, load, post
from tests.stories.helps import given_help
from tests.world import Clock, World

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 16
out = Console(width=120)


@dataclass
class Target:
    """A server under load."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    token: str
    help_id: str
    record_id: str = ""
    deep: str = ""
    rounds: dict[str, list[Round]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)


def main() -> None:
    """Set up, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000, help="records in the list")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--bulk", action="store_true", help="imports only")
    asked = parser.parse_args()
    if asked.quick:
        asked.rows, asked.rounds, asked.seconds = 20_000, 2, 1.5
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # client and PostgreSQL on one core, the server on another
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="hs-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        cluster = stack.enter_context(embedded.start(folder, durable=True))
        ours, theirs = _targets(stack, folder, cluster.url(), asked.rows)
        if not asked.bulk:
            _measure((ours, theirs), asked.rounds, asked.seconds)
            floor = _pgbench(folder, cluster.url("idiomatic", "postgres"), asked.seconds * 2, theirs)
            _tell(ours, theirs, floor, asked.rows)
        bulk = Bulk(ours.port, ours.token, ours.help_id, plain_url(cluster.url("handschlag", "postgres")))
        tell_bulk(bulk, _requests(ours, count())["by id"], asked.seconds, out)


def plain_url(url: str) -> str:
    """A URL as PostgreSQL's own programs write it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _targets(stack: ExitStack, folder: Path, url: str, rows: int) -> tuple[Target, Target]:
    with out.status("preparing data"):
        migrate(url)
        settings = Settings(data_dir=folder, worker="none", log_level="error", _env_file=None)
        kernel = make_kernel(settings, url)
        stack.callback(kernel.engine.dispose)
        ours = serve_ours(stack, folder, url, kernel)
        with kernel.work.as_system() as db:
            db.execute(text(FILL), {"begin": 1, "rows": rows, "help": ours.help_id})
        theirs = _theirs(stack, folder, url, kernel, rows)
        for database in (url, url.replace("/handschlag?", "/idiomatic?")):
            with create_engine(database, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("VACUUM ANALYZE service_record"))
        _find(ours)
        _find(theirs)
    return ours, theirs


def serve_ours(stack: ExitStack, folder: Path, url: str, kernel: Kernel) -> Target:
    """Our server, with an office, a provider and a granted help."""
    environment = {
        "HANDSCHLAG_DATABASE_URL": plain_url(url),
        "HANDSCHLAG_DATA_DIR": str(folder),
        "HANDSCHLAG_WORKER": "none",
        "HANDSCHLAG_RATE_PER_MINUTE": "100000000",
        "HANDSCHLAG_LOG_LEVEL": "warning",
    }
    begun = time.perf_counter()
    port, process = _serve(stack, ["-m", "app", "serve"], environment, "/readyz")
    out.print(f"server start to first answer: {time.perf_counter() - begun:.2f} s (goal < 3)")
    return _ours(kernel, port, process)


FILL = """
INSERT INTO service_record (id, youth_office_id, provider_id, external_id, help_id, worker, activity, starts_at,
       ends_at, service_on, minutes, staff, content_hash, recorded_by, recorded_at)
SELECT gen_random_uuid(), h.youth_office_id, h.provider_id, 'F-' || n, h.id, 'FK-07', 'direct_contact', at,
       at + interval '50 minutes', at::date, 50, 1, ''::bytea, h.opened_by, now()
  FROM help AS h, generate_series(CAST(:begin AS int), :rows) AS n, LATERAL (SELECT timestamptz '2026-01-01 06:00Z'
       + (n % 3000) * interval '1 hour') AS t(at)
 WHERE h.id = :help
"""
_COPY = """
INSERT INTO service_record (id, youth_office_id, provider_id, external_id, help_id, worker, activity, starts_at,
       ends_at, service_on, minutes, recorded_at)
SELECT gen_random_uuid(), h.youth_office_id, h.provider_id, 'F-' || n, h.id, 'FK-07', 'direct_contact', at,
       at + interval '50 minutes', at::date, 50, now()
  FROM help AS h, generate_series(1, :rows) AS n, LATERAL (SELECT timestamptz '2026-01-01 06:00Z'
       + (n % 3000) * interval '1 hour') AS t(at)
"""


def _ours(kernel: Kernel, port: int, process: subprocess.Popen[bytes]) -> Target:
    clock = Clock()
    clock.set(datetime.now(UTC))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        world = World(kernel, http, clock, Ticker(kernel.work, HANDLERS, on_published, 1))
        help_ = given_help(world)
        token = world.token(world.provider.accounts[Role.PROVIDER_SYNC])
    return Target("Handschlag", port, process, token, help_["id"])


def _theirs(stack: ExitStack, folder: Path, url: str, kernel: Kernel, rows: int) -> Target:
    embedded.create_database(url.replace("//handschlag@/handschlag?", "//postgres@/postgres?"), "idiomatic")
    database = url.replace("/handschlag?", "/idiomatic?")
    public = kernel.ring.newest().private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    environment = {"BENCH_DATABASE_URL": database.replace("+psycopg", "+asyncpg"), "BENCH_PUBLIC_KEY": public.decode()}
    account, provider, office, help_id = uuid4(), uuid4(), uuid4(), uuid4()
    engine = create_engine(database)
    from bench.idiomatic import Base

    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        values = {"a": account, "p": provider, "o": office, "h": help_id, "g": uuid4(), "rows": rows}
        for statement in (
            "INSERT INTO account VALUES (:a, :p, true)",
            "INSERT INTO help VALUES (:h, :o, :p, '2026-01-01', '2026-12-31')",
            "INSERT INTO help_grant VALUES (:g, :h, '2026-01-01', '2026-12-31')",
            _COPY,
        ):
            connection.execute(text(statement), values)
    engine.dispose()
    command = ["-m", "uvicorn", "bench.idiomatic:app", "--no-access-log", "--log-level", "warning"]
    port, process = _serve(stack, command, environment, "/openapi.json")
    token = kernel.tokens.issue(str(account), client_id=None, scopes=(), now=int(time.time()))
    return Target("idiomatic FastAPI + ORM async", port, process, token, str(help_id))


def _serve(stack: ExitStack, command: list[str], environment: dict[str, str], probe: str) -> tuple[int, Any]:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)], cwd=ROOT, env={**os.environ, **environment}
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    os.sched_setaffinity(process.pid, {min(range(os.cpu_count() or 1))})
    for _ in range(1200):
        try:
            if httpx.get(f"http://127.0.0.1:{port}{probe}").status_code == 200:
                return port, process
        except httpx.HTTPError:
            time.sleep(0.025)
    raise SystemExit(f"{command} did not start")


def _find(target: Target) -> None:
    """A record to read, and a page deep in the list."""
    with httpx.Client(base_url=f"http://127.0.0.1:{target.port}", timeout=60) as http:
        http.headers["Authorization"] = f"Bearer {target.token}"
        page = http.get("/v1/service-records?limit=50").json()
        target.record_id = page["items"][0]["id"]
        if "next" in page:  # walk: a cursor is opaque
            for _ in range(60):
                page = http.get(f"/v1/service-records?limit=200&cursor={page['next']}").json()
            target.deep = f"cursor={page['next']}"
        else:
            target.deep = "before=2026-02-15"


def _requests(target: Target, numbers: "count[int]") -> dict[str, Callable[[], bytes]]:
    run = uuid4().hex[:8]

    def push() -> bytes:
        number = next(numbers)
        begin = datetime(2026, 2, 3, 8, tzinfo=UTC) + timedelta(minutes=number % 600)
        body = {
            "external_id": f"B-{run}-{number}",
            "help_id": target.help_id,
            "worker": "FK-07",
            "activity": "direct_contact",
            "starts_at": begin.isoformat(),
            "ends_at": (begin + timedelta(minutes=50)).isoformat(),
        }
        return post("/v1/service-records", target.token, f"{run}-{number}", json.dumps(body).encode())

    first = get("/v1/service-records?limit=50", target.token)
    deep = get(f"/v1/service-records?limit=50&{target.deep}", target.token)
    one = get(f"/v1/service-records/{target.record_id}", target.token)
    return {"push": push, "first page": lambda: first, "deep page": lambda: deep, "by id": lambda: one}


def _measure(targets: tuple[Target, Target], rounds: int, seconds: float) -> None:
    numbers = count()
    asked = {target.name: _requests(target, numbers) for target in targets}
    kinds = list(asked[targets[0].name])
    with Progress(console=out, transient=True) as progress:
        task = progress.add_task("measuring", total=rounds * len(kinds) * len(targets))
        for number in range(-1, rounds):  # one round to warm up
            for kind in kinds:
                for target in targets if number % 2 else reversed(targets):
                    before = _cpu(target.process.pid)
                    length = seconds if number >= 0 else 0.7
                    seen = asyncio.run(
                        load(target.port, asked[target.name][kind], connections=CONNECTIONS, seconds=length)
                    )
                    if seen.bad:
                        out.print(f"[red]{target.name} {kind}:[/] {seen.bad[0]!r}")
                        raise SystemExit(1)
                    if number >= 0:
                        target.rounds.setdefault(kind, []).append(seen)
                        used = (_cpu(target.process.pid) - before) / len(seen.latencies) * 1e6
                        target.cpu.setdefault(kind, []).append(used)
                        progress.advance(task)


def _cpu(pid: int) -> float:
    """Seconds of processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pgbench(folder: Path, url: str, seconds: float, theirs: Target) -> float:
    """The floor: the comparison's statements, sent by pgbench over the same socket."""
    script = folder / "push.sql"
    script.write_text(_SCRIPT.format(help=theirs.help_id))
    binaries = embedded.find_binaries()
    parts = make_url(url)
    command = [
        str(binaries / "pgbench"),
        "-n",
        "-M",
        "prepared",
        "-c",
        str(CONNECTIONS),
        "-j",
        "1",
        "-T",
        str(int(seconds)),
    ]
    command += ["-f", str(script), "-h", str(parts.query["host"]), "-p", "5432", "-U", "postgres", "idiomatic"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


_SCRIPT = """
BEGIN;
SELECT * FROM account LIMIT 1;
SELECT * FROM idempotency_key WHERE key = 'none' AND account_id = '{help}';
SELECT * FROM help WHERE id = '{help}';
SELECT * FROM help_grant WHERE help_id = '{help}' AND valid_from <= '2026-02-03' AND valid_to >= '2026-02-03';
INSERT INTO service_record SELECT gen_random_uuid(), youth_office_id, provider_id, gen_random_uuid()::text, id, 'FK-07',
  'direct_contact', '2026-02-03 08:00Z', '2026-02-03 09:00Z', '2026-02-03', 60, now() FROM help WHERE id = '{help}';
INSERT INTO audit_entry VALUES (gen_random_uuid(), '{help}', now(), '{help}', 'x', gen_random_uuid(), '{{}}');
INSERT INTO event VALUES (gen_random_uuid(), 'x', gen_random_uuid(), now(), '{{}}');
INSERT INTO idempotency_key VALUES ('{help}', gen_random_uuid()::text, 'x', '{{}}', now());
COMMIT;
"""


def _tell(ours: Target, theirs: Target, floor: float, rows: int) -> None:
    table = Table("", "Handschlag /s", "p50 ms", "p99 ms", "CPU µs", "idiomatic /s", "CPU µs", "ratio", "goal")
    goals = {"push": "≥ 5 ×", "first page": "≥ 4 ×", "deep page": "≥ 4 ×", "by id": "≥ 5 ×"}
    for kind, rounds in ours.rounds.items():
        pairs = [a.per_second / b.per_second for a, b in zip(rounds, theirs.rounds[kind], strict=True)]
        row = statistics.median(one.per_second for one in rounds)
        other = statistics.median(one.per_second for one in theirs.rounds[kind])
        table.add_row(
            kind,
            f"{row:.0f}",
            f"{statistics.median(one.percentile(0.5) for one in rounds):.1f}",
            f"{statistics.median(one.percentile(0.99) for one in rounds):.1f}",
            f"{statistics.median(ours.cpu[kind]):.0f}",
            f"{other:.0f}",
            f"{statistics.median(theirs.cpu[kind]):.0f}",
            f"{statistics.median(pairs):.2f} ×",
            goals[kind],
        )
    out.print(table)
    first, deep = (statistics.median(r.percentile(0.5) for r in ours.rounds[k]) for k in ("first page", "deep page"))
    memory = int(Path(f"/proc/{ours.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    push = statistics.median(one.per_second for one in ours.rounds["push"])
    out.print(f"deep page / first page: {deep / first:.2f} (goal ≤ 1.2), {rows:,} records")
    out.print(f"push / pgbench floor with the comparison's statements ({floor:.0f} tps): {push / floor:.2f}")
    out.print(f"resident memory of the server after the load: {memory:.0f} MB (goal < 200)")


if __name__ == "__main__":
    main()
