"""A process that fires due deadlines and dies in the middle of a handler: `deadline_crash <url> <kind> <nth>`."""

import os
import sys
from datetime import datetime
from itertools import count

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import make_engine, make_sessions
from app.core.deadlines import Deadline, fire_due
from app.core.work import Work
from app.modules.identity import resolve

_, url, kind, nth, now = sys.argv
work = Work(make_sessions(make_engine(url, pool_size=2)), resolve)
calls = count(1)


def handler(db: Session, deadline: Deadline, _level: int, _now: datetime) -> list[str]:
    """Do something that shows whether the transaction counted, then perhaps die."""
    db.execute(text("UPDATE deadline SET source = source || 'x' WHERE id = :id"), {"id": deadline.id})
    if next(calls) == int(nth):
        os._exit(9)
    return [str(os.getpid())]


fire_due(work, {kind: handler}, datetime.fromisoformat(now))
