"""One PostgreSQL, one migrated database and one running server per test process."""

import asyncio
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from procrastinate import App
from sqlalchemy import Connection, create_engine, event, make_url, text

from app.core import clock as time_source
from app.core import embedded
from app.core.jobs import connector, jobs
from app.core.kernel import Kernel
from app.core.ticker import Ticker
from app.main import create_app
from app.modules import alerts, settlement
from app.modules.webhooks import Courier, employ
from app.settings import Settings
from app.wiring import HANDLERS, on_published
from tests.contract.seen import announced
from tests.world import Clock, World

ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a worker waits for its database a sixth of its time."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make quick` leaves out what needs a database."""
    for item in items:
        if "database_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session")
def run_dir() -> Iterator[Path]:
    """A short path: a unix socket's name has at most 107 bytes."""
    directory = Path(tempfile.mkdtemp(prefix="hs-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(run_dir: Path) -> Iterator[str]:
    """A fresh PostgreSQL with all migrations."""
    with embedded.start(run_dir / "pg", durable=False) as cluster:
        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = cluster.url()
        command.upgrade(config, "head")
        yield cluster.url()


@pytest.fixture(scope="session")
def app(database_url: str, run_dir: Path) -> FastAPI:
    """The application as it is served, its worker under the tests' control."""
    settings = Settings(
        data_dir=run_dir,
        worker="none",
        public_url="http://handschlag.test",
        rate_per_minute=1_000_000,
        login_per_minute=1_000_000,
        log_level="error",
        webhook_private_addresses=True,
        pool_size=10,
        _env_file=None,
    )
    return create_app(settings, database_url)


@pytest.fixture(scope="session")
def kernel(app: FastAPI) -> Iterator[Kernel]:
    yield app.state.kernel
    app.state.kernel.engine.dispose()  # the server does it when it stops; here none may have been started


@pytest.fixture(scope="session")
def base_url(app: FastAPI) -> Iterator[str]:
    """The server on a socket of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, access_log=False, log_level="error", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture(scope="session")
def http(base_url: str) -> Iterator[httpx.Client]:
    hooks = {"response": [announced]}
    with httpx.Client(base_url=base_url, timeout=30, follow_redirects=False, event_hooks=hooks) as client:
        yield client


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock()
    time_source.use(None)


@pytest.fixture
def ticker(kernel: Kernel) -> Ticker:
    return Ticker(kernel.work, HANDLERS, on_published, 1)


@pytest.fixture
def run_jobs(kernel: Kernel, database_url: str) -> Callable[[], None]:
    """Work on the queued jobs until none is due."""
    employ(Courier(kernel.work, kernel.sealer, private_allowed=True))
    alerts.employ(alerts.Postman(kernel.work, kernel.settings))
    settlement.employ(kernel.work)

    def run() -> None:
        with jobs.replace_connector(connector(database_url)) as job_app:
            asyncio.run(_until_empty(job_app))

    return run


async def _until_empty(job_app: App) -> None:
    async with job_app.open_async():
        await job_app.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")


@pytest.fixture(scope="session")
def broom(database_url: str) -> Iterator[Connection]:
    """The database's owner, whom no trigger stops."""
    engine = create_engine(make_url(database_url).set(username="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        yield connection
    engine.dispose()


@pytest.fixture
def world(kernel: Kernel, http: httpx.Client, clock: Clock, ticker: Ticker, broom: Connection) -> Iterator[World]:
    """A youth office and a provider, new for this test; what is due for them afterwards is nobody's work."""
    before = len(World.made)
    yield World(kernel, http, clock, ticker)
    over = {"over": World.made[before:]}
    due = "next_fires_at IS NOT NULL AND tenant_id = ANY(:over)"
    broom.execute(text(f"UPDATE deadline SET next_fires_at = NULL WHERE {due}"), over)
    broom.execute(text("DELETE FROM event WHERE position IS NULL AND tenant_id = ANY(:over)"), over)
    broom.execute(text("DELETE FROM jobs.procrastinate_jobs WHERE status = 'todo'"))


@pytest.fixture
def statements(kernel: Kernel) -> Iterator[list[str]]:
    """The SQL statements sent while a test runs (clear it to count from a point on)."""
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(kernel.engine, "before_cursor_execute", note)
    yield sent
    event.remove(kernel.engine, "before_cursor_execute", note)
