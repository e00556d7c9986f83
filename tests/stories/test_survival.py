"""The server is killed in the middle of its work, again and again: nothing acknowledged is lost, nothing doubled.

A real server process on a durable database; clients that retry with the same key, as a partner's software would.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import make_url, text

from app.core import audit, embedded
from app.core.kernel import Kernel
from app.core.ticker import Ticker
from app.database import migrate
from app.main import make_kernel
from app.policy import Role
from app.settings import Settings
from app.wiring import HANDLERS, on_published
from tests.conftest import ROOT
from tests.stories.helps import given_help, record_body
from tests.world import Clock, World

KILLS, CLIENTS = 4, 4
NOISE = random.Random(8)  # noqa: S311  # when to kill, no secret


class Server:
    """A server process that is killed and started again on the same port."""

    def __init__(self, settings: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, **settings}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL)
        for _ in range(600):
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise TimeoutError("the server did not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


class Client(threading.Thread):
    """Pushes records one after the other; repeats each under its key until it is acknowledged."""

    def __init__(self, url: str, token: str, help_: dict[str, Any], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url, self.token, self.help, self.stop = url, token, help_, stop
        self.acknowledged: dict[str, str] = {}

    def run(self) -> None:
        with httpx.Client(base_url=self.url, timeout=5) as http:
            while not self.stop.is_set():
                body, key = record_body(self.help, external_id=f"S-{uuid4().hex}"), uuid4().hex
                while (answer := self._push(http, body, key)) is None:
                    time.sleep(0.02)
                assert answer.status_code == 201, answer.text
                self.acknowledged[body["external_id"]] = answer.json()["id"]

    def _push(self, http: httpx.Client, body: dict[str, Any], key: str) -> httpx.Response | None:
        """None: no answer, or one that says to come again."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        try:
            answer = http.post("/v1/service-records", json=body, headers=headers)
        except httpx.HTTPError:
            return None
        return None if answer.status_code in (409, 503) else answer


@pytest.fixture
def place() -> Iterator[tuple[Kernel, dict[str, str]]]:
    """A durable database of its own, migrated, and the settings that lead a server process to it."""
    folder = Path(tempfile.mkdtemp(prefix="hs-"))
    with embedded.start(folder, durable=True) as cluster:
        migrate(cluster.url())
        settings = Settings(data_dir=folder, worker="none", log_level="error", _env_file=None)
        kernel = make_kernel(settings, cluster.url())
        plain = make_url(cluster.url()).set(drivername="postgresql").render_as_string(hide_password=False)
        environment = {
            "HANDSCHLAG_DATABASE_URL": plain,
            "HANDSCHLAG_DATA_DIR": str(folder),
            "HANDSCHLAG_LOG_LEVEL": "error",
            "HANDSCHLAG_TICK_SECONDS": "0.05",
        }
        yield kernel, environment
        kernel.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


def test_killed_under_load_nothing_is_lost_or_doubled(place: tuple[Kernel, dict[str, str]], clock: Clock) -> None:
    kernel, environment = place
    server = Server(environment)
    server.start()
    try:
        clock.set(datetime.now(UTC))  # the server process has the real time
        acknowledged = _work_and_kill(kernel, server, clock)
    finally:
        server.kill()
    with kernel.work.as_system() as db:
        stored = {
            row.external_id: str(row.id) for row in db.execute(text("SELECT external_id, id FROM service_record"))
        }
        assert acknowledged.items() <= stored.items()
        assert len(set(stored.values())) == len(stored)
        written = db.scalar(text("SELECT count(*) FROM audit_entry WHERE action = 'service_record.record'"))
        told = db.scalar(text("SELECT count(*) FROM event WHERE type = 'handschlag.service_record.recorded'"))
        assert written == told == len(stored)
        assert audit.verify(db).broken == []


def _work_and_kill(kernel: Kernel, server: Server, clock: Clock) -> dict[str, str]:
    with httpx.Client(base_url=server.url, timeout=30) as http:
        world = World(kernel, http, clock, Ticker(kernel.work, HANDLERS, on_published, 1))
        help_ = given_help(world, starts_on="2026-01-01")
        token = world.token(world.provider.accounts[Role.PROVIDER_SYNC])
    stop = threading.Event()
    clients = [Client(server.url, token, help_, stop) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for _ in range(KILLS):
        time.sleep(0.4 + NOISE.random())
        server.kill()
        server.start()
    time.sleep(0.5)
    stop.set()
    for client in clients:
        client.join(30)
    acknowledged = {key: value for client in clients for key, value in client.acknowledged.items()}
    assert len(acknowledged) > 20 * KILLS
    return acknowledged


def test_a_server_that_is_asked_to_end_takes_its_database_along() -> None:
    """`run` starts a database of its own; nothing of it stays behind."""
    folder = Path(tempfile.mkdtemp(prefix="hs-"))
    settings = {"HANDSCHLAG_DATA_DIR": str(folder), "HANDSCHLAG_LOG_LEVEL": "warning"}
    server = Server(settings)
    command = [sys.executable, "-m", "app", "run", "--port", str(server.port)]
    with subprocess.Popen(command, cwd=ROOT, env=server.environment, stdout=subprocess.DEVNULL) as process:
        _wait_for(f"{server.url}/readyz")
        running = folder / "postgres" / "postmaster.pid"
        assert running.exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not running.exists()  # PostgreSQL removes it when it stops in order
    shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
