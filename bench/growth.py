"""`python -m bench.growth`: does a list of ten million records cost on its first and deep page what a short one does?

The server, one process, and PostgreSQL on this machine; a provider's list of 50 rows. Takes minutes to fill.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import psycopg

from app.core import embedded
from app.core.db import EXPRESS_OPTIONS
from app.core.express import Asked
from app.core.pages import cursor_of
from app.core.work import API_ROLE
from app.database import migrate
from app.main import make_kernel
from app.modules.billing import DESKS
from app.policy import Actor, OrganisationKind
from app.settings import Settings
from bench.load import get, load
from bench.run import FILL, Target, out, plain_url, serve_ours
from tests.world import MORNING

_INDEXES = "SELECT indexdef FROM pg_indexes WHERE tablename = 'service_record' AND indexname LIKE 'ix_%'"
_SMALL = 10_000


def main() -> None:
    """Fill, measure, fill more, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="hs-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        cluster = stack.enter_context(embedded.start(folder, durable=False))
        migrate(cluster.url())
        kernel = make_kernel(Settings(data_dir=folder, worker="none", log_level="error", _env_file=None), cluster.url())
        stack.callback(kernel.engine.dispose)
        ours = serve_ours(stack, folder, cluster.url(), kernel)
        superuser = plain_url(cluster.url("handschlag", "postgres"))
        _fill(superuser, ours.help_id, 0, _SMALL)
        small, _ = _measure(ours, asked.rounds, asked.seconds)
        with out.status(f"filling {asked.rows:,} rows"):
            _fill(superuser, ours.help_id, _SMALL, asked.rows)
        first, deep = _measure(ours, asked.rounds, asked.seconds)
        out.print(
            f"page of 50, p50: {small:.2f} ms of {_SMALL:,} rows, {first:.2f} ms of {asked.rows:,}, deep {deep:.2f} ms"
        )
        out.print(f"growth {first / small:.2f} (goal ≤ 1.5), deep / first {deep / first:.2f} (goal ≤ 1.2)")
        out.print(_plan(superuser, plain_url(cluster.url()), ours.help_id))


def _fill(url: str, help_id: str, begin: int, end: int) -> None:
    """Rows without the indexes that lists walk along, then the indexes: a tenth of the time."""
    with psycopg.connect(url) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("SET maintenance_work_mem = '1GB'")
        definitions = [row[0] for row in db.execute(_INDEXES)]
        for definition in definitions:
            db.execute(f"DROP INDEX {definition.split()[2]}")
        db.execute(FILL.replace(":begin", str(begin + 1)).replace(":rows", str(end)).replace(":help", f"'{help_id}'"))
        for definition in definitions:
            db.execute(definition)
        db.commit()
        db.autocommit = True
        db.execute("VACUUM ANALYZE service_record")


def _deep() -> str:
    return f"limit=50&cursor={cursor_of('-service_on', date(2026, 2, 15), UUID(int=2**127))}"


def _measure(ours: Target, rounds: int, seconds: float) -> tuple[float, float]:
    """Medians of p50, first and deep page alternating; four readers."""
    pages: dict[str, list[float]] = {"limit=50": [], _deep(): []}
    for number in range(-1, rounds):
        for query, seen in pages.items():
            request = get(f"/v1/service-records?{query}", ours.token)
            one = asyncio.run(load(ours.port, partial(bytes, request), connections=4, seconds=seconds))
            if one.bad:
                raise SystemExit(f"{query}: {one.bad[0]!r}")
            if number >= 0:
                seen.append(one.percentile(0.5))
    first, deep = (statistics.median(seen) for seen in pages.values())
    return first, deep


def _plan(superuser: str, url: str, help_id: str) -> str:
    """How the deep page is found."""
    search = next(desk for desk in DESKS if desk.name == "list_services")
    asked = cast(Asked, SimpleNamespace(query=_deep(), body=b""))
    asked.content = search.understand(asked)
    with psycopg.connect(superuser) as db:
        ((provider_id,),) = db.execute("SELECT provider_id FROM help WHERE id = %s", (help_id,))
    actor = Actor(id=provider_id, organisation_id=provider_id, organisation_kind=OrganisationKind.PROVIDER)
    ((statement, parameters),) = search.questions([asked], actor, MORNING)
    with psycopg.connect(url, options=EXPRESS_OPTIONS) as db:
        asking = "SELECT set_config('handschlag.organisation', %s, true), set_config('role', %s, true)"
        db.execute(asking, (str(provider_id), API_ROLE))
        return "\n".join(row[0] for row in db.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {statement}", parameters))


if __name__ == "__main__":
    main()
