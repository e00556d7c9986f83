"""Acting on budgets: planning them, telling once that a share is reached, and that somebody has looked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, outbox
from app.core.db import check_version
from app.core.ids import new_id
from app.core.problems import Invalid
from app.law.calendars import legal_date
from app.modules.budgets import queries
from app.modules.budgets.models import Budget
from app.modules.budgets.schemas import BudgetCreate, BudgetPlan
from app.policy import SYSTEM, Actor

outbox.announce(budget_alert__raised="Budget: Schwelle erreicht")

ALERT = "budget_alert"


def create(db: Session, body: BudgetCreate, *, actor: Actor, at: datetime) -> Budget:
    """Plan what is spent in a year on a kind of help.

    Raises:
        Invalid: a share stands twice, or the region is not the office's.
        Conflict: there is such a budget (by the database).
    """
    _check(body)
    if body.region_id is not None and not queries.has_region(db, body.region_id, actor):
        raise Invalid.field("/region_id", "unknown", "Diese Region gibt es nicht.", "There is no such region.")
    budget = Budget(
        id=new_id(),
        youth_office_id=actor.organisation_id,
        **body.model_dump(exclude={"percents"}),
        percents=sorted(body.percents),
        set_by=actor.id,
        set_at=at,
    )
    db.add(budget)
    return _recorded(db, budget, "create", actor, at)


def plan(db: Session, budget_id: UUID, body: BudgetPlan, expected: int, *, actor: Actor, at: datetime) -> Budget:
    """Plan another amount, or have it told at other shares; what was told of another amount is told anew.

    Raises:
        Invalid: a share stands twice.
    """
    _check(body)
    budget = queries.get_budget(db, budget_id, actor, lock=True)
    check_version(budget, expected)
    before = budget.planned_cents
    budget.planned_cents, budget.percents = body.planned_cents, sorted(body.percents)
    budget.set_by, budget.set_at = actor.id, at
    return _recorded(db, budget, "plan", actor, at, before_cents=before)


def tell(db: Session, now: datetime) -> int:
    """Tell the office of each share that is reached since the last look, once; returns how many."""
    raised = queries.raise_alerts(db, legal_date(now), now)
    for alert in raised:
        outbox.emit(
            db,
            f"{ALERT}.raised",
            tenant_id=alert.youth_office_id,
            subject_kind=ALERT,
            subject_id=alert.id,
            audience=[alert.youth_office_id],
            actor=SYSTEM,
            at=now,
            data={
                "percent": alert.percent,
                "budget_id": str(alert.budget_id),
                "planned_cents": alert.planned_cents,
                "committed_cents": alert.committed_cents,
                "forecast_cents": alert.forecast_cents,
            },
        )
    return len(raised)


def acknowledge(db: Session, alert_id: UUID, *, actor: Actor, at: datetime) -> Any:
    """Somebody of the office has looked at an alert; the first one counts."""
    row = queries.get_alert(db, alert_id, actor, lock=True)
    alert = row[0]
    if alert.seen_at is None:
        alert.seen_by, alert.seen_at = actor.id, at
        audit.record(
            db,
            tenant_id=alert.youth_office_id,
            actor=actor,
            action="budget_alert.acknowledge",
            subject_kind=ALERT,
            subject_id=alert.id,
            at=at,
        )
        db.flush()
    return row


def _check(body: BudgetPlan) -> None:
    if len(set(body.percents)) != len(body.percents):
        raise Invalid.field("/percents", "twice", "Eine Schwelle steht zweimal da.", "A threshold stands twice.")


def _recorded(db: Session, budget: Budget, action: str, actor: Actor, at: datetime, **details: Any) -> Budget:
    db.flush()
    audit.record(
        db,
        tenant_id=budget.youth_office_id,
        actor=actor,
        action=f"budget.{action}",
        subject_kind="budget",
        subject_id=budget.id,
        at=at,
        details={"planned_cents": budget.planned_cents, "percents": budget.percents, **details},
    )
    return budget
