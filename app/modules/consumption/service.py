"""Acting on consumption: what an office wants told, telling it once, and that somebody has looked."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, outbox
from app.core.ids import new_id
from app.core.problems import Invalid
from app.law.calendars import legal_date
from app.law.planning import GRANT_WATCH_DAYS
from app.modules.consumption import queries
from app.modules.consumption.models import GrantThreshold
from app.policy import SYSTEM, Actor

outbox.announce(grant_alert__raised="Bewilligung: Schwelle des Verbrauchs erreicht")

ALERT = "grant_alert"


def set_thresholds(db: Session, percents: list[int], *, actor: Actor, at: datetime) -> GrantThreshold:
    """Tell at these shares from now on; what was told already is not told again.

    Raises:
        Invalid: a share stands twice.
    """
    if len(set(percents)) != len(percents):
        raise Invalid.field("/percents", "twice", "Eine Schwelle steht zweimal da.", "A threshold stands twice.")
    row = GrantThreshold(
        id=new_id(), youth_office_id=actor.organisation_id, percents=sorted(percents), set_by=actor.id, set_at=at
    )
    db.add(row)
    db.flush()
    audit.record(
        db,
        tenant_id=row.youth_office_id,
        actor=actor,
        action="grant_threshold.set",
        subject_kind="grant_threshold",
        subject_id=row.id,
        at=at,
        details={"percents": row.percents},
    )
    return row


def tell(db: Session, now: datetime) -> int:
    """Tell the caseworker and the provider of each share that is used since the last look, once; returns how many."""
    today = legal_date(now)
    raised = queries.raise_alerts(db, today - timedelta(days=GRANT_WATCH_DAYS), today, now)
    for alert in raised:
        outbox.emit(
            db,
            f"{ALERT}.raised",
            tenant_id=alert.youth_office_id,
            subject_kind=ALERT,
            subject_id=alert.id,
            audience=[alert.youth_office_id, alert.provider_id],
            actor=SYSTEM,
            at=now,
            data={
                "percent": alert.percent,
                "grant_id": str(alert.grant_id),
                "help_id": str(alert.help_id),
                "notify": str(alert.caseworker_id),
            },
        )
    return len(raised)


def acknowledge(db: Session, alert_id: UUID, *, actor: Actor, at: datetime) -> Any:
    """Somebody of the own side has looked at an alert; the first one counts."""
    alert, number = queries.get_alert(db, alert_id, actor, lock=True)
    side = "office" if actor.is_youth_office else "provider"
    if getattr(alert, f"{side}_seen_at") is None:
        setattr(alert, f"{side}_seen_by", actor.id)
        setattr(alert, f"{side}_seen_at", at)
        db.flush()
        audit.record(
            db,
            tenant_id=alert.youth_office_id,
            actor=actor,
            action=f"{ALERT}.acknowledge",
            subject_kind=ALERT,
            subject_id=alert.id,
            at=at,
            details={"percent": alert.percent},
        )
    return alert, number
