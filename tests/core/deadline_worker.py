"""A process that fires due deadlines until it is killed: `deadline_worker <url> <kind> <now>`; says «ready» first."""

import os
import sys
import time
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import make_engine, make_sessions
from app.core.deadlines import Deadline, fire_due
from app.core.work import Work
from app.modules.identity import resolve

_, url, kind, now = sys.argv
work = Work(make_sessions(make_engine(url, pool_size=2)), resolve)


def handler(db: Session, deadline: Deadline, _level: int, _now: datetime) -> list[str]:
    """Do something that shows whether the transaction counted."""
    db.execute(text("UPDATE deadline SET source = source || 'x' WHERE id = :id"), {"id": deadline.id})
    return [str(os.getpid())]


sys.stdout.write("ready\n")
sys.stdout.flush()
while True:
    if fire_due(work, {kind: handler}, datetime.fromisoformat(now)) == 0:
        time.sleep(0.02)
