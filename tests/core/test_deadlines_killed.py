"""A thousand running deadlines, several workers, kill -9 at any moment: each step fires once; the urgent go first.

The year is 2001, as in `test_deadlines`: the deadlines of other tests lie later.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, make_url, select, text, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from app.cli import cli
from app.core.deadlines import Deadline, DeadlineFiring, fire_due
from app.core.kernel import Kernel
from app.core.work import Work
from app.settings import get_settings
from tests.conftest import ROOT

KIND = "test_killed"
T0 = datetime(2001, 1, 1, tzinfo=UTC)
RUNNING, WORKERS, KILLS = 1000, 3, 4
NOISE = random.Random(6)  # noqa: S311  # when to kill, no secret


@pytest.fixture
def work(kernel: Kernel) -> Iterator[Work]:
    """Deadlines that a test leaves open are stopped after it."""
    yield kernel.work
    with kernel.work.as_system() as db:
        db.execute(update(Deadline).where(Deadline.kind == KIND).values(next_fires_at=None))


def given_running(work: Work, count: int) -> UUID:
    """Many deadlines of one office with one to three steps within ten hours, in one statement."""
    tenant_id = uuid4()
    step = (
        "jsonb_build_object('level', l, 'at', to_json(CAST(:at AS timestamptz) + make_interval(mins => n % 500 + l)))"
    )
    with work.as_system() as db:
        db.execute(
            text(
                f"""
                INSERT INTO deadline (id, tenant_id, kind, subject_kind, subject_id, started_at, due_at, steps, source,
                                      next_step, next_fires_at, precedence)
                SELECT gen_random_uuid(), :tenant, :kind, 'thing', gen_random_uuid(), :at, :at,
                       (SELECT jsonb_agg({step} ORDER BY l) FROM generate_series(0, n % 3) AS l),
                       '', 0, CAST(:at AS timestamptz) + make_interval(mins => n % 500), n % 10
                  FROM generate_series(1, :count) AS n
                """
            ),
            {"tenant": tenant_id, "kind": KIND, "at": T0, "count": count},
        )
    return tenant_id


def start_worker(url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.core.deadline_worker", url, KIND, (T0 + timedelta(hours=10)).isoformat()]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def wait_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


def left(work: Work, tenant_id: UUID) -> int:
    open_ = select(func.count()).where(Deadline.tenant_id == tenant_id, Deadline.next_fires_at.is_not(None))
    with work.as_system() as db:
        return db.scalar(open_) or 0


def test_a_thousand_deadlines_survive_workers_that_are_killed(work: Work, database_url: str) -> None:
    tenant_id = given_running(work, RUNNING)
    workers = [start_worker(database_url) for _ in range(WORKERS)]
    killed = []
    try:
        for process in workers:
            wait_ready(process)
        for _ in range(KILLS):
            time.sleep(0.05 + NOISE.random() / 10)
            slot = NOISE.randrange(WORKERS)
            kill(workers[slot])
            killed.append(left(work, tenant_id))
            workers[slot] = start_worker(database_url)
        deadline = time.monotonic() + 60
        while left(work, tenant_id) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        for process in workers:
            kill(process)
    assert killed[0] > 0  # somebody died while there was work
    with work.as_system() as db:
        for row in db.scalars(select(Deadline).where(Deadline.tenant_id == tenant_id)):
            assert row.next_fires_at is None
            assert row.source == "x" * len(row.steps)  # as often as there are steps, and no handler counted twice
        fired = select(DeadlineFiring.deadline_id).join(Deadline).where(Deadline.tenant_id == tenant_id)
        counted = Counter(db.scalars(fired))
    assert sum(counted.values()) == sum(n % 3 + 1 for n in range(1, RUNNING + 1))
    assert len(counted) == RUNNING


def test_after_a_standstill_the_most_urgent_fires_first(work: Work) -> None:
    given_running(work, 60)
    order: list[tuple[int, datetime]] = []

    def note(_db: Session, deadline: Deadline, level: int, _now: datetime) -> list[str]:
        order.append((deadline.precedence, datetime.fromisoformat(deadline.steps[level]["at"])))
        return ["team_lead"]

    assert fire_due(work, {KIND: note}, T0 + timedelta(hours=10)) == sum(n % 3 + 1 for n in range(1, 61))
    assert order == sorted(order)


@pytest.fixture
def prove(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command line, on the tests' database."""
    plain = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("HANDSCHLAG_DATABASE_URL", plain)
    monkeypatch.setenv("COLUMNS", "250")
    get_settings.cache_clear()
    yield CliRunner()
    get_settings.cache_clear()


def test_the_proof_is_a_table_or_data_of_one_organisation_and_time(work: Work, prove: CliRunner) -> None:
    tenant_id = given_running(work, 3)  # one step of n=3, two of n=1, three of n=2
    fire_due(work, {KIND: lambda *_: ["team_lead"]}, T0 + timedelta(minutes=3))
    window = ["--since", "2001-01-01", "--until", "2001-01-02", "--organisation", str(tenant_id)]
    told = prove.invoke(cli, ["deadlines", "prove", *window, "--json"])
    assert told.exit_code == 1  # in 2026 what did not fire in 2001 is missed
    proof = json.loads(told.stdout)
    fired, missed = 5, 1
    assert {name: proof["summary"][name] for name in ("deadlines", "open", "fired", "missed")} == {
        "deadlines": 3,
        "open": 3,
        "fired": fired,
        "missed": missed,
    }
    outcomes = Counter(step["outcome"] for step in proof["steps"])
    assert outcomes == {"fired": fired, "missed": missed}
    assert {tuple(step["told"]) for step in proof["steps"] if step["outcome"] == "fired"} == {("team_lead",)}
    assert all(step["organisation_id"] == str(tenant_id) for step in proof["steps"])
    shown = prove.invoke(cli, ["deadlines", "prove", *window])
    assert "3 deadlines, 3 open, 3 overdue" in shown.stdout
    assert "1 missed" in shown.stdout
    with work.as_system() as db:
        db.execute(
            update(Deadline)
            .where(Deadline.tenant_id == tenant_id)
            .values(met_at=T0 + timedelta(minutes=4), met_by=tenant_id, next_fires_at=None)
        )
    done = prove.invoke(cli, ["deadlines", "prove", *window])
    assert (done.exit_code, "no step was missed" in done.stdout) == (0, True)
    none = json.loads(prove.invoke(cli, ["deadlines", "prove", *window, "--json", "--open"]).stdout)
    assert none["steps"] == []
    other = ["--organisation", str(uuid4()), "--json"]
    assert json.loads(prove.invoke(cli, ["deadlines", "prove", *other]).stdout)["summary"]["deadlines"] == 0
