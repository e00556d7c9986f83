"""Wiring and lifespan, nothing else: `create_app()` joins the floors and the rooms."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp

from app import __version__, v1
from app.core import docs, health, http, log, openapi, refusals, watches
from app.core.asgi import Envelope
from app.core.db import make_engine, make_express_pool, make_sessions
from app.core.express import Counter, Express
from app.core.kernel import Kernel
from app.core.keyring import KeyRing
from app.core.ratelimit import Limiter
from app.core.sealing import Sealer
from app.core.storage import make_storage
from app.core.ticker import Ticker, run_jobs
from app.core.tokens import Tokens
from app.core.work import Work
from app.modules import alerts, billing, reports, settlement
from app.modules.identity import identify, resolve
from app.modules.webhooks import Courier, employ
from app.settings import Settings
from app.wiring import HANDLERS, on_published

EXPRESS_CONNECTIONS = 4
"""Besides `pool_size`; no more trips are under way at once in each process."""

SWITCH_SECONDS = 0.001
"""An import that reckons in a thread gives way to others this often; Python's own 5 ms add up over a request."""


def make_kernel(settings: Settings, database_url: str) -> Kernel:
    """What a process needs, on this database."""
    engine = make_engine(database_url, pool_size=settings.pool_size)
    ring = KeyRing.load(settings.data_dir / "keys")
    tokens = Tokens(
        ring, issuer=settings.public_url, audience=settings.audience, lifetime_seconds=settings.token_seconds
    )
    sealer = Sealer.load(settings.data_dir / "keys")
    return Kernel(
        settings=settings,
        engine=engine,
        work=Work(make_sessions(engine, sealer=sealer), resolve),
        tokens=tokens,
        ring=ring,
        storage=make_storage(settings),
        sealer=sealer,
        limiter=Limiter("account", settings.rate_per_minute),
        logins=Limiter("login", settings.login_per_minute),
    )


def create_app(settings: Settings, database_url: str) -> FastAPI:
    """The application on a database that is migrated."""
    log.configure(settings.log_level)
    kernel = make_kernel(settings, database_url)
    app = FastAPI(
        title="Handschlag",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.kernel, app.state.database_url = kernel, database_url
    refusals.install(app)
    docs.install(app)
    http.install(app, (health.router, *v1.WELL_KNOWN, *v1.ROUTERS))
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    app.state.express = make_express_pool(database_url, size=EXPRESS_CONNECTIONS)
    app.add_middleware(_envelope, kernel=kernel, counters=_counters(app))
    return app


def _counters(app: FastAPI) -> list[Counter]:
    routes = {getattr(route, "name", ""): route for route in app.router.routes}
    return [Counter(desk, routes[desk.name], app.state.express, identify) for desk in billing.DESKS]


def _envelope(app: ASGIApp, kernel: Kernel, counters: list[Counter]) -> ASGIApp:
    settings = kernel.settings
    return Envelope(Express(app, kernel, counters), body_limit=settings.body_limit, larger=settings.larger_bodies)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    kernel: Kernel = app.state.kernel
    to_thread.current_default_thread_limiter().total_tokens = kernel.settings.pool_size - 2
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()  # what is loaded now stays: full collections need not walk it, which cost 200 ms each
    gc.enable()
    stop = asyncio.Event()
    tasks: list[asyncio.Task[Any]] = []
    if kernel.settings.worker == "inside":
        tasks = start_worker(kernel, app.state.database_url, stop)
    await app.state.express.open()
    yield
    await app.state.express.close()
    stop.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    kernel.engine.dispose()


def start_worker(kernel: Kernel, database_url: str, stop: asyncio.Event) -> list[asyncio.Task[Any]]:
    """Deadlines, events and deliveries, until stopped."""
    employ(Courier(kernel.work, kernel.sealer, kernel.settings.webhook_private_addresses))
    alerts.employ(alerts.Postman(kernel.work, kernel.settings))
    watches.employ(kernel.work)
    settlement.employ(kernel.work)
    reports.employ(reports.Sweeper(kernel.work, kernel.storage))
    ticker = Ticker(kernel.work, HANDLERS, on_published, kernel.settings.tick_seconds)
    return [asyncio.create_task(ticker.run(stop)), asyncio.create_task(run_jobs(database_url, stop))]
