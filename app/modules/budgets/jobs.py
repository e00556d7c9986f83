"""Every hour all budgets of this year and the next are looked at: which share of which is reached, not told yet."""

from dataclasses import dataclass
from datetime import datetime

from app.core import clock
from app.core.jobs import jobs
from app.core.work import Work
from app.modules.budgets import service


@dataclass(frozen=True, slots=True)
class Watchman:
    """What watching needs of the process."""

    work: Work


_watchmen: list[Watchman] = []


def employ(watchman: Watchman) -> None:
    """Say, at the worker's start, with what is watched."""
    _watchmen[:] = [watchman]


@jobs.periodic(cron="41 * * * *")
@jobs.task(name="budgets.watch", queueing_lock="budgets.watch")
def look(timestamp: int) -> None:  # the library tells for when the job was meant
    """Every hour."""
    for watchman in _watchmen:
        watch(watchman, clock.now())


def watch(watchman: Watchman, now: datetime) -> int:
    """Tell what there is to tell; returns how many shares were reached."""
    with watchman.work.as_system() as db:
        return service.tell(db, now)
