"""Every hour all grants are looked at: which share of which is used now, and was not told yet."""

from dataclasses import dataclass
from datetime import datetime

from app.core import clock
from app.core.jobs import jobs
from app.core.work import Work
from app.modules.consumption import service


@dataclass(frozen=True, slots=True)
class Watchman:
    """What watching needs of the process."""

    work: Work


_watchmen: list[Watchman] = []


def employ(watchman: Watchman) -> None:
    """Say, at the worker's start, with what is watched."""
    _watchmen[:] = [watchman]


@jobs.periodic(cron="11 * * * *")
@jobs.task(name="consumption.watch", queueing_lock="consumption.watch")
def look(timestamp: int) -> None:  # the library tells for when the job was meant
    """Every hour."""
    for watchman in _watchmen:
        watch(watchman, clock.now())


def watch(watchman: Watchman, now: datetime) -> int:
    """Tell what there is to tell; returns how many shares were reached."""
    with watchman.work.as_system() as db:
        return service.tell(db, now)
