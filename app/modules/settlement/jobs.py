"""The worker settles: one part after the other, each in a transaction of its own.

A worker that dies leaves the settled parts settled; the job is taken up again by the next one and goes on with the
first that is not. Whoever began the run must still be allowed to: each part is settled with the rights they have then.
"""

from asyncio import to_thread
from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from app.core import clock
from app.core.jobs import jobs
from app.core.problems import PermissionMissing, Problem
from app.core.work import Work
from app.modules.settlement import service
from app.policy import Permission

MOST_ATTEMPTS = 5
_works: list[Work] = []


def employ(work: Work) -> None:
    """Say, at the worker's start, with what is settled."""
    _works[:] = [work]


@jobs.task(name=service.TASK, pass_context=True, retry=RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=60))
async def settle(context: JobContext, run_id: str) -> None:
    """Settle a run from its first open part on; other jobs go on meanwhile."""
    is_last = context.job.attempts + 1 >= MOST_ATTEMPTS
    await to_thread(settle_all, _works[0], UUID(run_id), is_last=is_last)


def settle_all(work: Work, run_id: UUID, *, is_last: bool = False) -> None:
    """Settle what is left of a run; what fails at last, or is not allowed any more, ends it."""
    with work.as_system() as db:
        run = service.started(db, run_id, clock.now())
        if run is None:
            return
        account_id = run.created_by
    try:
        while _settle_next(work, run_id, account_id):
            pass
    except Problem as refused:
        _fail(work, run_id, refused.render("de")["detail"])
    except Exception as error:
        if not is_last:
            raise
        _fail(work, run_id, f"Technischer Fehler ({type(error).__name__}).")
        raise
    else:
        with work.as_system() as db:
            service.finish(db, run_id, clock.now())


def _settle_next(work: Work, run_id: UUID, account_id: UUID) -> bool:
    now = clock.now()
    with work.on_behalf(account_id, now) as (db, actor):
        if not actor.may(Permission.SETTLEMENTS_RUN):
            raise PermissionMissing(permission=Permission.SETTLEMENTS_RUN.value)
        return service.settle_next(db, run_id, actor=actor, at=now)


def _fail(work: Work, run_id: UUID, why: str) -> None:
    with work.as_system() as db:
        service.fail(db, run_id, why, clock.now())
