"""The worker settles: one part after the other, each in a transaction of its own.

A worker that dies leaves the settled parts settled; the job is taken up again by the next one and goes on with the
first that is not. Whoever began the run must still be allowed to: each part is settled with the rights they have then.
"""

from asyncio import to_thread
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy.orm import Session

from app.core import clock
from app.core.jobs import jobs
from app.core.problems import PermissionMissing, Problem
from app.core.work import Work
from app.modules.settlement import service, simulating
from app.policy import Actor, Permission

MOST_ATTEMPTS = 5
_works: list[Work] = []


def employ(work: Work) -> None:
    """Say, at the worker's start, with what is settled."""
    _works[:] = [work]


class Steps(Protocol):
    """What is worked off part by part: a run, or a simulation."""

    def started(self, db: Session, run_id: UUID, at: datetime) -> Any: ...  # what is to be done, or None

    def settle_next(self, db: Session, run_id: UUID, *, actor: Actor, at: datetime) -> bool: ...  # False: nothing left

    def finish(self, db: Session, run_id: UUID, at: datetime) -> None: ...

    def fail(self, db: Session, run_id: UUID, why: str, at: datetime) -> None: ...


@jobs.task(name="settlement.run", pass_context=True, retry=RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=60))
async def settle(context: JobContext, run_id: str) -> None:
    """Settle a run from its first open part on; other jobs go on meanwhile."""
    await to_thread(settle_all, _works[0], UUID(run_id), is_last=_is_last(context))


@jobs.task(name="settlement.simulate", pass_context=True, retry=RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=60))
async def simulate(context: JobContext, run_id: str) -> None:
    """The same for a simulation."""
    await to_thread(settle_all, _works[0], UUID(run_id), simulating, is_last=_is_last(context))


def _is_last(context: JobContext) -> bool:
    return context.job.attempts + 1 >= MOST_ATTEMPTS


def settle_all(work: Work, run_id: UUID, steps: Steps = service, *, is_last: bool = False) -> None:
    """Work off what is left; what fails at last, or is not allowed any more, ends it."""
    with work.as_system() as db:
        run = steps.started(db, run_id, clock.now())
        if run is None:
            return
        account_id = run.created_by
    try:
        while _settle_next(work, run_id, account_id, steps):
            pass
    except Problem as refused:
        _fail(work, run_id, refused.render("de")["detail"], steps)
    except Exception as error:
        if not is_last:
            raise
        _fail(work, run_id, f"Technischer Fehler ({type(error).__name__}).", steps)
        raise
    else:
        with work.as_system() as db:
            steps.finish(db, run_id, clock.now())


def _settle_next(work: Work, run_id: UUID, account_id: UUID, steps: Steps) -> bool:
    now = clock.now()
    with work.on_behalf(account_id, now) as (db, actor):
        if not actor.may(Permission.SETTLEMENTS_RUN):
            raise PermissionMissing(permission=Permission.SETTLEMENTS_RUN.value)
        return steps.settle_next(db, run_id, actor=actor, at=now)


def _fail(work: Work, run_id: UUID, why: str, steps: Steps) -> None:
    with work.as_system() as db:
        steps.fail(db, run_id, why, clock.now())
