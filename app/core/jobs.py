"""Background jobs by procrastinate: rows in PostgreSQL, deferred inside the transaction that wants them.

Jobs live in the schema `jobs`. Used for what talks to the outside and may fail and be tried again (webhooks), and
for long work. Deadlines and the publishing of events do not go through jobs, see `ticker`.
"""

from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from sqlalchemy.orm import Session

from app.core.work import SYSTEM_ROLE

jobs = App(connector=PsycopgConnector())
"""Tasks register here."""
_clerk = JobManager(SyncPsycopgConnector())
"""Writes jobs through the connection it is given; never opened itself, and apart from the worker's own connector."""


def connector(url: str) -> PsycopgConnector:
    """A connector with a pool of its own on this database, in the system's role."""
    conninfo = psycopg.conninfo.make_conninfo(
        url.replace("postgresql+psycopg://", "postgresql://", 1),
        options=f"-c search_path=jobs,public -c role={SYSTEM_ROLE} -c timezone=UTC",
    )
    return PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)


def defer(db: Session, task: Any, *, lock: str | None = None, **arguments: Any) -> None:
    """Queue a job in this transaction: it exists if and only if the transaction commits."""
    connection = db.connection().connection.driver_connection
    configure_task(name=task.name, job_manager=_clerk, lock=lock, connection=connection).defer(**arguments)
