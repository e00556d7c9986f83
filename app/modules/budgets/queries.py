"""Reading budgets and what became of them.

A grant binds its hours of the year at the price of the agreement in force on each day (a change of price cuts it in
pieces). It belongs to the region of its phase's offer, where that offer is for one region only (assumption: a help has
no region of its own). The forecast goes on as today: what is bound until today, or billed if that is more, and then
every day what today's grants bind, as if each that ends were renewed; never less than what is bound.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, cast, func, select, text
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, waiting
from app.law.planning import BUDGET_ALERT_DAYS
from app.modules.budgets.models import Budget, BudgetAlert
from app.modules.budgets.schemas import BudgetAlertQuery, BudgetQuery
from app.modules.organisations import Region
from app.policy import Actor, Permission

Listed = tuple[list[Any], str | None, int | None]

_FIGURES = """
    asked AS (
        SELECT id, youth_office_id, region_id, service_kind, year, planned_cents, percents,
               make_date(year, 1, 1) AS first_day, make_date(year, 12, 31) AS last_day FROM budget WHERE {wanted}
    ), part AS (
        SELECT b.id AS budget_id, g.id AS grant_id, g.youth_office_id, g.provider_id, g.amount, g.unit,
               p.service_kind, p.offer_id, b.last_day AS end_of_year,
               greatest(g.valid_from, b.first_day) AS first_day, least(g.valid_to, b.last_day) AS last_day
          FROM asked AS b
          JOIN help_grant AS g ON g.youth_office_id = b.youth_office_id AND g.state = 'released'
               AND g.valid_from <= b.last_day AND g.valid_to >= b.first_day
          JOIN help_phase AS p ON p.id = g.phase_id AND p.service_kind = b.service_kind
          LEFT JOIN offer AS o ON o.id = p.offer_id
         WHERE b.region_id IS NULL OR o.region_ids = ARRAY[b.region_id]
    ), piece AS (
        SELECT part.*, cut.day AS from_day,
               coalesce(lead(cut.day) OVER (PARTITION BY budget_id, grant_id ORDER BY cut.day) - 1, last_day) AS to_day
          FROM part
         CROSS JOIN LATERAL (
               SELECT part.first_day AS day
                UNION
               SELECT edge.day FROM agreement_coverage AS c
                CROSS JOIN LATERAL (VALUES (c.valid_from), (c.valid_to + 1)) AS edge (day)
                WHERE c.youth_office_id = part.youth_office_id AND c.provider_id = part.provider_id
                  AND edge.day > part.first_day AND edge.day <= part.last_day) AS cut
    ), priced AS (
        SELECT piece.*, piece.amount / 7 * price.cents AS a_day
          FROM piece
          LEFT JOIN LATERAL (
               SELECT (v.content #>> '{{billing_terms,rate_cents}}')::numeric * 60
                      / (v.content #>> '{{billing_terms,unit_minutes}}')::numeric AS cents
                 FROM agreement_coverage AS c JOIN agreement_version AS v ON v.id = c.version_id
                WHERE c.youth_office_id = piece.youth_office_id AND c.provider_id = piece.provider_id
                  AND c.period @> piece.from_day AND coalesce(c.service_kind, piece.service_kind) = piece.service_kind
                  AND (c.offer_id IS NULL OR c.offer_id = piece.offer_id)
                  AND v.content #>> '{{billing_terms,rate_cents}}' IS NOT NULL
                ORDER BY c.offer_id NULLS LAST, c.service_kind NULLS LAST, c.kind, c.id LIMIT 1
               ) AS price ON piece.unit = 'hours_per_week'
    ), bound AS (
        SELECT budget_id, sum(a_day * (to_day - from_day + 1)) AS committed,
               sum(a_day * greatest(least(to_day, :today) - from_day + 1, 0)) AS until_today,
               sum(a_day) FILTER (WHERE :today BETWEEN from_day AND to_day) * max(end_of_year - :today) AS rest,
               count(DISTINCT grant_id) FILTER (WHERE a_day IS NULL) AS unpriced
          FROM priced GROUP BY budget_id
    ), charged AS (
        SELECT b.id AS budget_id, sum(l.amount_cents) AS billed,
               sum(l.amount_cents - coalesce(cut.cents, 0)) FILTER (WHERE i.state = 'paid') AS paid
          FROM asked AS b
          JOIN invoice AS i ON i.youth_office_id = b.youth_office_id AND i.kind <> 'credit_note'
               AND i.month BETWEEN b.first_day AND b.last_day
               AND i.state NOT IN ('draft', 'discarded', 'replaced', 'credited')
          JOIN invoice_line AS l ON l.invoice_id = i.id AND l.service_kind = b.service_kind
          LEFT JOIN LATERAL (
               SELECT sum(c.cents) AS cents FROM invoice_cut AS c
                WHERE c.invoice_id = i.id AND c.place = l.place AND c.withdrawn_at IS NULL) AS cut ON true
         WHERE b.region_id IS NULL OR EXISTS (
               SELECT FROM help_phase AS p JOIN offer AS o ON o.id = p.offer_id
                WHERE p.help_id = l.help_id AND p.provider_id = l.provider_id AND p.state <> 'cancelled'
                  AND p.period @> l.first_day AND o.region_ids = ARRAY[b.region_id])
         GROUP BY b.id
    ), figure AS (
        SELECT b.*, coalesce(round(bound.committed), 0)::bigint AS committed,
               coalesce(charged.billed, 0)::bigint AS billed, coalesce(charged.paid, 0)::bigint AS paid,
               greatest(coalesce(round(bound.committed), 0), coalesce(charged.billed, 0), round(
                   greatest(coalesce(bound.until_today, 0), coalesce(charged.billed, 0)) + coalesce(bound.rest, 0)
               ))::bigint AS forecast, coalesce(bound.unpriced, 0) AS unpriced
          FROM asked AS b LEFT JOIN bound ON bound.budget_id = b.id LEFT JOIN charged ON charged.budget_id = b.id
    )"""
_READ = text(
    f"WITH {_FIGURES.format(wanted='id = ANY (:budgets)')} "
    "SELECT id, committed, billed, paid, forecast, unpriced FROM figure"
)
_RAISE = text(
    f"WITH {_FIGURES.format(wanted='year BETWEEN :year AND :year + 1')}"
    """
    INSERT INTO budget_alert (id, youth_office_id, budget_id, percent, planned_cents, committed_cents, forecast_cents,
           raised_at)
    SELECT gen_random_uuid(), youth_office_id, id, percent, planned_cents, committed, forecast, :now
      FROM figure CROSS JOIN LATERAL unnest(percents) AS percent
     WHERE greatest(committed, forecast) * 100 >= planned_cents * percent
        ON CONFLICT (budget_id, planned_cents, percent) DO NOTHING
    RETURNING id, youth_office_id, budget_id, percent, planned_cents, committed_cents, forecast_cents
    """
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a budget, in cents."""

    committed_cents: int
    billed_cents: int
    paid_cents: int
    forecast_cents: int
    unpriced_grants: int


def figures(db: Session, budget_ids: Iterable[UUID], today: date) -> dict[UUID, Figures]:
    """What became of some budgets until today; one statement."""
    rows = db.execute(_READ, {"budgets": list(budget_ids), "today": today})
    return {row.id: Figures(row.committed, row.billed, row.paid, row.forecast, row.unpriced) for row in rows}


def raise_alerts(db: Session, today: date, now: datetime) -> Sequence[Any]:
    """Write down every share of this year's and the next year's budgets that is reached and was not told yet.

    One statement over all offices; returns those rows.
    """
    return db.execute(_RAISE, {"year": today.year, "today": today, "now": now}).all()


def get_budget(db: Session, budget_id: UUID, actor: Actor, *, lock: bool = False) -> Budget:
    """One budget; 404 for another office's."""
    wanted = select(Budget).where(Budget.youth_office_id == actor.organisation_id, Budget.id == budget_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_budgets(db: Session, query: BudgetQuery, actor: Actor) -> Listed:
    """A page of the own office's budgets."""
    rows = select(Budget).where(Budget.youth_office_id == actor.organisation_id)
    for name in ("year", "service_kind", "region_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Budget, name) == value)
    if query.has_region is not None:
        rows = rows.where(Budget.region_id.is_not(None) if query.has_region else Budget.region_id.is_(None))
    if query.percent_from is not None:
        told = select(BudgetAlert.budget_id).where(
            BudgetAlert.percent >= query.percent_from, BudgetAlert.planned_cents == Budget.planned_cents
        )
        rows = rows.where(Budget.id.in_(told.correlate(Budget)))
    sorts = {name: getattr(Budget, name) for name in ("year", "service_kind", "planned_cents")}
    return paginate(db, rows, query, sorts, Budget.id)


def has_region(db: Session, region_id: UUID, actor: Actor) -> bool:
    """Whether it is a region of the own office."""
    rows = select(Region.id).where(Region.id == region_id, Region.youth_office_id == actor.organisation_id)
    return db.scalar(rows) is not None


def _alerts(actor: Actor) -> Select[*tuple[BudgetAlert, str, int]]:
    rows = select(BudgetAlert, Budget.service_kind, Budget.year).join(Budget, Budget.id == BudgetAlert.budget_id)
    return rows.where(BudgetAlert.youth_office_id == actor.organisation_id)


def get_alert(db: Session, alert_id: UUID, actor: Actor, *, lock: bool = False) -> Any:
    """One alert with its budget's kind of help and year. `lock`: for a change."""
    wanted = _alerts(actor).where(BudgetAlert.id == alert_id)
    return found(db.execute(wanted.with_for_update(of=BudgetAlert) if lock else wanted).one_or_none())


def list_alerts(db: Session, query: BudgetAlertQuery, actor: Actor) -> Listed:
    """A page of alerts."""
    rows = _alerts(actor)
    for name in ("budget_id", "percent"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(BudgetAlert, name) == value)
    if query.seen is not None:
        rows = rows.where(BudgetAlert.seen_at.is_not(None) if query.seen else BudgetAlert.seen_at.is_(None))
    return paginate(db, rows, query, {"raised_at": BudgetAlert.raised_at}, BudgetAlert.id)


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Alerts that nobody of the office has looked at; no caseworker's own, so not among one's own helps."""
    actor = asked.actor
    if not actor.may(Permission.BUDGETS_READ) or asked.led is not None:
        return []
    columns = waiting(
        "budget_reached",
        subject=BudgetAlert,
        number=func.concat("Budget ", cast(Budget.year, Integer), " ", Budget.service_kind),
        path="/v1/budget-alerts/",
        due_at=BudgetAlert.raised_at + timedelta(days=BUDGET_ALERT_DAYS),
        me=actor.may(Permission.BUDGETS_MANAGE),
    )
    return [_alerts(actor).with_only_columns(*columns).where(BudgetAlert.seen_at.is_(None))]


WORK = Source({"budget_reached": "Budget weitgehend gebunden: ansehen"}, _work)
