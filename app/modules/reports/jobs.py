"""Files that no row names (a transaction that failed, a draft thrown away) leave the storage after a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from app.core import clock
from app.core.jobs import jobs
from app.core.storage import Storage
from app.core.work import Work
from app.modules.reports.models import ReportAttachment

LEAVE_ALONE = timedelta(hours=24)
"""A file is written before its row: what is younger may be about to be named."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Sweeper:
    """What sweeping needs of the process."""

    work: Work
    storage: Storage


_sweepers: list[Sweeper] = []


def employ(sweeper: Sweeper) -> None:
    """Say, at the worker's start, with what is swept."""
    _sweepers[:] = [sweeper]


@jobs.periodic(cron="17 3 * * *")
@jobs.task(name="reports.sweep", queueing_lock="reports.sweep")
def sweep(timestamp: int) -> None:  # the library tells for when the job was meant
    """Every night."""
    for sweeper in _sweepers:
        sweep_files(sweeper, clock.now())


def sweep_files(sweeper: Sweeper, now: datetime) -> int:
    """Delete the files that no attachment names; returns how many."""
    swept = 0
    for batch in _batches(sweeper.storage.older_than(now - LEAVE_ALONE)):
        with sweeper.work.as_system() as db:
            named = set(db.scalars(select(ReportAttachment.address).where(ReportAttachment.address.in_(batch))))
        for address in batch:
            if address not in named:
                sweeper.storage.delete(address)
                swept += 1
    return swept


def _batches(addresses: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(addresses, _BATCH)):
        yield batch
