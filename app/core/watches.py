"""Regular looks over what all organisations have: jobs of the worker, each in one transaction of the system."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.core import clock
from app.core.jobs import jobs
from app.core.work import Work

Look = Callable[[Session, datetime], int]
"""Tells what there is to tell now; returns how much."""
_works: list[Work] = []


def employ(work: Work) -> None:
    """Say, at the worker's start, with what is looked."""
    _works[:] = [work]


def hourly(name: str, minute: int, look: Look) -> None:
    """Let the worker look every hour at this minute; a look that still waits is not queued twice."""

    @jobs.periodic(cron=f"{minute} * * * *")
    @jobs.task(name=name, queueing_lock=name)
    def run(timestamp: int) -> None:  # the library tells for when the job was meant
        for work in _works:
            with work.as_system() as db:
                look(db, clock.now())
