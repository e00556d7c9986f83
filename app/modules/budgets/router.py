"""`/v1/budgets` and `/v1/budget-alerts`."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.calendars import legal_date
from app.modules.budgets import queries, rules, service
from app.modules.budgets.models import Budget, BudgetAlert
from app.modules.budgets.schemas import (
    BudgetAlertOut,
    BudgetAlertQuery,
    BudgetCreate,
    BudgetOut,
    BudgetPlan,
    BudgetQuery,
)
from app.policy import Permission

router = Router(prefix="/budgets", tags=["budgets"])
alerts = Router(prefix="/budget-alerts", tags=["budgets"])


def _out(db: Session, budgets: list[Budget], now: datetime) -> list[BudgetOut]:
    figures = queries.figures(db, [budget.id for budget in budgets], legal_date(now))
    return [
        BudgetOut(
            **{name: getattr(budget, name) for name in BudgetOut.model_fields if hasattr(Budget, name)},
            **asdict(figures[budget.id]),
            percent_committed=rules.percent_of(figures[budget.id].committed_cents, budget.planned_cents),
            percent_forecast=rules.percent_of(figures[budget.id].forecast_cents, budget.planned_cents),
        )
        for budget in budgets
    ]


def _alert_out(row: Any) -> BudgetAlertOut:
    alert, service_kind, year = row
    known = {name: getattr(alert, name) for name in BudgetAlertOut.model_fields if hasattr(BudgetAlert, name)}
    return BudgetAlertOut(service_kind=service_kind, year=year, **known)


@router.post("", status_code=201, summary="Budget festlegen")
@needs(Permission.BUDGETS_MANAGE)
def create_budget(body: BudgetCreate, db: Db, actor: CurrentActor, now: Now) -> BudgetOut:
    """What is planned for a kind of help in a year, in all or of that in one region (§§ 79, 80 SGB VIII)."""
    return _out(db, [service.create(db, body, actor=actor, at=now)], now)[0]


@router.get("", summary="Budgets auflisten")
@needs(Permission.BUDGETS_READ)
def list_budgets(query: Annotated[BudgetQuery, Query()], db: Db, actor: CurrentActor, now: Now) -> Page[BudgetOut]:
    """Planned, committed, billed, paid and forecast, by kind of help, year and region (§ 79 SGB VIII).

    Committed are the hours of released grants at the price of the agreement in force; billed is what was handed in and
    is not corrected, credited or discarded; the forecast carries today's grants on to the end of the year.
    """
    rows, following, total = queries.list_budgets(db, query, actor)
    return page_of(_out(db, rows, now), following, total, query)


@router.get("/{budget_id}", summary="Budget lesen")
@needs(Permission.BUDGETS_READ)
def get_budget(budget_id: Id, db: Db, actor: CurrentActor, now: Now) -> BudgetOut:
    """One budget and what became of it until now (§ 79 SGB VIII)."""
    return _out(db, [queries.get_budget(db, budget_id, actor)], now)[0]


@router.post("/{budget_id}:plan", summary="Anderen Betrag planen")
@needs(Permission.BUDGETS_MANAGE)
def plan_budget(
    budget_id: Id, body: BudgetPlan, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> BudgetOut:
    """Another amount or other shares at which it is told; the audit log keeps what was planned before (§ 79)."""
    return _out(db, [service.plan(db, budget_id, body, expected, actor=actor, at=now)], now)[0]


@alerts.get("", summary="Meldungen zu Budgets")
@needs(Permission.BUDGETS_READ)
def list_budget_alerts(
    query: Annotated[BudgetAlertQuery, Query()], db: Db, actor: CurrentActor
) -> Page[BudgetAlertOut]:
    """Which shares of which budgets are committed or expected: told once each (§ 79 SGB VIII)."""
    rows, following, total = queries.list_alerts(db, query, actor)
    return page_of([_alert_out(row) for row in rows], following, total, query)


@alerts.get("/{budget_alert_id}", summary="Meldung zu einem Budget lesen")
@needs(Permission.BUDGETS_READ)
def get_budget_alert(budget_alert_id: Id, db: Db, actor: CurrentActor) -> BudgetAlertOut:
    """One share of one budget that was reached, as it stood when it was told (§ 79 SGB VIII)."""
    return _alert_out(queries.get_alert(db, budget_alert_id, actor))


@alerts.post("/{budget_alert_id}:acknowledge", summary="Meldung zu einem Budget zur Kenntnis nehmen")
@needs(Permission.BUDGETS_MANAGE)
def acknowledge_budget_alert(budget_alert_id: Id, db: Db, actor: CurrentActor, now: Now) -> BudgetAlertOut:
    """Somebody has looked at it; it leaves the worklist. The first one stays named (§ 79 SGB VIII)."""
    return _alert_out(service.acknowledge(db, budget_alert_id, actor=actor, at=now))
