"""The service's own heartbeat: fires due deadlines, publishes events, retries stalled jobs, forgets old answers.

Deliberately no queue: each beat looks at the tables themselves, so nothing can be lost with a queue's row, and a
process that was down finds everything that came due in the meantime. Any number of processes may beat at once.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from procrastinate import App

from app.core import clock, idempotency
from app.core.deadlines import Handler, fire_due
from app.core.jobs import connector, jobs
from app.core.log import log
from app.core.outbox import Published, publish
from app.core.work import Work

KEEP_ANSWERS = timedelta(hours=72)
STALLED_SECONDS = 60.0
_HOUSEKEEPING_BEATS = 60
CONCURRENCY = 32  # a delivery waits for its receiver most of the time
POLL_SECONDS = 0.5  # the next event of a subject follows when the one before has arrived


@dataclass(frozen=True, slots=True)
class Ticker:
    """What beats, and what it calls."""

    work: Work
    handlers: Mapping[str, Handler]
    on_published: Published
    seconds: float

    def beat(self) -> int:
        """One round; returns how many things were done."""
        fired = fire_due(self.work, self.handlers, clock.now())
        published = 0
        while True:
            with self.work.as_system() as db:
                batch = publish(db, self.on_published)
            published += batch
            if batch == 0:
                return fired + published

    def tidy(self) -> None:
        """Delete answers nobody can ask for again."""
        with self.work.as_system() as db:
            idempotency.forget_before(db, clock.now() - KEEP_ANSWERS)

    async def run(self, stop: asyncio.Event) -> None:
        """Beat until stopped. A failing beat is logged and tried again: the next one finds the same work."""
        count = 0
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.beat)
                if count % _HOUSEKEEPING_BEATS == 0:
                    await asyncio.to_thread(self.tidy)
            except Exception:  # the heart must not stop
                log.exception("beat_failed")
            count += 1
            try:
                await asyncio.wait_for(stop.wait(), self.seconds)
            except TimeoutError:
                continue


async def run_jobs(url: str, stop: asyncio.Event) -> None:
    """Work on queued jobs until stopped; jobs of workers that died are taken up again."""
    while not stop.is_set():
        try:
            with jobs.replace_connector(connector(url)) as app:
                async with app.open_async():
                    await _work(app, stop)
        except Exception:  # a lost database must not end the worker
            log.exception("jobs_failed")
            await asyncio.sleep(1)


async def _work(app: App, stop: asyncio.Event) -> None:
    worker = asyncio.create_task(
        app.run_worker_async(
            install_signal_handlers=False,
            delete_jobs="successful",
            concurrency=CONCURRENCY,
            fetch_job_polling_interval=POLL_SECONDS,
        )
    )
    rescue = asyncio.create_task(_rescue(app))
    waiter = asyncio.create_task(stop.wait())
    await asyncio.wait({worker, waiter}, return_when=asyncio.FIRST_COMPLETED)
    for task in (worker, rescue, waiter):
        task.cancel()
    await asyncio.gather(worker, rescue, waiter, return_exceptions=True)


async def _rescue(app: App) -> None:
    """Jobs of a killed worker would stay «doing» for ever; give them back."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await app.job_manager.retry_job(job)
        await asyncio.sleep(STALLED_SECONDS / 2)
