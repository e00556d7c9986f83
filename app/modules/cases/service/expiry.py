"""That a help's granted time runs out is told eight weeks before, and on the day."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.core import deadlines, outbox
from app.core.db import found
from app.law.calendars import end_of_day, legal_date
from app.law.planning import EXPIRY_WARNING_DAYS
from app.modules.cases import queries
from app.modules.cases.models import Help
from app.modules.cases.workflow import HELP
from app.policy import SYSTEM, Actor

outbox.announce(help__expiring="Hilfe: bewilligte Zeit läuft ab", help__expired="Hilfe: bewilligte Zeit ist abgelaufen")

EXPIRY = "help_expiry"
WARNING, EXPIRED = 0, 1


def await_end(db: Session, help_: Help, *, actor: Actor, at: datetime) -> None:
    """Warn before the last day of a help that has just been granted or extended (facts 12.6)."""
    stop_waiting(db, help_, actor=actor, at=at)
    warning = end_of_day(help_.ends_on - timedelta(days=EXPIRY_WARNING_DAYS))
    deadlines.start(
        db,
        kind=EXPIRY,
        tenant_id=help_.youth_office_id,
        provider_id=None,
        subject_kind=HELP.name,
        subject_id=help_.id,
        started_at=at,
        due_at=end_of_day(help_.ends_on),
        steps=[deadlines.Step(WARNING, warning), deadlines.Step(EXPIRED, end_of_day(help_.ends_on))],
        source="Bewilligung",
    )


def stop_waiting(db: Session, help_: Help, *, actor: Actor, at: datetime) -> None:
    """The help was extended or is over."""
    deadlines.meet(db, help_.id, EXPIRY, by=actor.id, at=at)


def expiry_due(db: Session, deadline: deadlines.Deadline, level: int, now: datetime) -> list[str]:
    """The granted time runs out: youth office and providers are told; the caseworker extends or ends the help."""
    help_ = found(db.get(Help, deadline.subject_id))
    outbox.emit(
        db,
        "help.expiring" if level == WARNING else "help.expired",
        tenant_id=help_.youth_office_id,
        subject_kind=HELP.name,
        subject_id=help_.id,
        audience=[help_.youth_office_id, *queries.attending(db, help_, legal_date(now))],
        actor=SYSTEM,
        at=now,
        data={"ends_on": help_.ends_on.isoformat()},
    )
    return [str(help_.caseworker_id)]
