"""Reading what of a grant is used.

An hour counts against the grants of its provider in the help that cover its day; where several do (ambulatory help
beside work with the parents), in proportion to their weekly hours, for a record names its help, not a phase. On an
invoice it counts as many Fachleistungsstunden as the invoice charges for it; before, as it was recorded (assumption).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, waiting
from app.law.planning import GRANT_ALERT_DAYS
from app.modules.cases import Help, HelpGrant
from app.modules.consumption.models import GrantAlert, GrantThreshold
from app.modules.consumption.rules import DEFAULT_PERCENTS
from app.modules.consumption.schemas import AlertQuery, ConsumptionQuery, Per, ThresholdQuery
from app.policy import Actor, Permission

Listed = tuple[list[Any], str | None, int | None]
IN_HOURS = "hours_per_week"

_SHARES = """
    share AS (
        SELECT g.id AS grant_id, r.service_on, r.minutes / 60.0 * part.of_record AS recorded,
               billed.hours * part.of_record AS billed
          FROM help_grant AS g
          JOIN service_record AS r ON r.help_id = g.help_id AND r.provider_id = g.provider_id
               AND r.service_on BETWEEN g.valid_from AND g.valid_to AND r.reversed_at IS NULL
         CROSS JOIN LATERAL (
               SELECT g.amount / sum(o.amount) AS of_record FROM help_grant AS o
                WHERE o.help_id = g.help_id AND o.provider_id = g.provider_id AND o.state = 'released'
                  AND o.unit = 'hours_per_week' AND r.service_on BETWEEN o.valid_from AND o.valid_to) AS part
          LEFT JOIN LATERAL (
               SELECT sum(l.units * r.minutes / nullif(l.minutes_worked, 0)) AS hours FROM invoice_line AS l
                WHERE l.help_id = r.help_id AND l.invoice_id = r.invoice_id AND r.id = ANY (l.record_ids)
               ) AS billed ON r.invoice_id IS NOT NULL
         WHERE g.state = 'released' AND g.unit = 'hours_per_week' AND {wanted}
    )"""
_USED = text(
    f"WITH {_SHARES.format(wanted='g.id = ANY (:grants)')}"
    """
    SELECT grant_id, CASE :per WHEN 'period' THEN NULL ELSE date_trunc(:per, service_on)::date END AS span,
           sum(recorded) AS recorded, coalesce(sum(billed), 0) AS billed, sum(coalesce(billed, recorded)) AS used
      FROM share GROUP BY 1, 2
    """
)
_OVERRUN = text(
    f"WITH {_SHARES.format(wanted='g.valid_from <= :today AND :mine IN (g.youth_office_id, g.provider_id)')}"
    """
    SELECT g.id FROM share AS s JOIN help_grant AS g ON g.id = s.grant_id GROUP BY g.id
    HAVING sum(coalesce(s.billed, s.recorded)) * 7 > g.amount * (least(g.valid_to, :today) - g.valid_from + 1)
    """
)
"""As `rules.forecast` says it: who has used more a day than was granted a day does not come to the end."""
_RAISE = text(
    f"WITH {_SHARES.format(wanted='g.valid_to >= :since AND g.valid_from <= :today')}"
    """
    , used AS (
        SELECT g.id, g.youth_office_id, g.provider_id, g.help_id, help.caseworker_id,
               g.amount * (g.valid_to - g.valid_from + 1) / 7 AS approved, sum(coalesce(s.billed, s.recorded)) AS hours
          FROM share AS s JOIN help_grant AS g ON g.id = s.grant_id JOIN help ON help.id = g.help_id
         GROUP BY g.id, help.id
    ), raised AS (
        INSERT INTO grant_alert (id, youth_office_id, provider_id, help_id, grant_id, percent, hours_approved,
               hours_used, raised_at)
        SELECT gen_random_uuid(), youth_office_id, provider_id, help_id, id, percent, round(approved, 2),
               round(hours, 2), :now
          FROM used
         CROSS JOIN LATERAL unnest(coalesce((
               SELECT t.percents FROM grant_threshold AS t WHERE t.youth_office_id = used.youth_office_id
                ORDER BY t.id DESC LIMIT 1), CAST(:defaults AS integer[]))) AS percent
         WHERE hours * 100 >= approved * percent
            ON CONFLICT (grant_id, percent) DO NOTHING
        RETURNING *
    )
    SELECT raised.id, raised.youth_office_id, raised.provider_id, raised.help_id, raised.grant_id, raised.percent,
           used.caseworker_id
      FROM raised JOIN used ON used.id = raised.grant_id ORDER BY raised.grant_id, raised.percent
    """
)


@dataclass(frozen=True, slots=True)
class Used:
    """Hours of a grant, unrounded: recorded in all, on invoices, and what counts against the grant of both."""

    recorded: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    used: Decimal = Decimal(0)


def used(db: Session, grant_ids: Iterable[UUID], per: Per = Per.PERIOD) -> dict[UUID, dict[date | None, Used]]:
    """What of some grants is used, by the first day of the week or month (None: of the whole); one statement."""
    hours: dict[UUID, dict[date | None, Used]] = {grant_id: {} for grant_id in grant_ids}
    for row in db.execute(_USED, {"grants": list(hours), "per": per.value}):
        hours[row.grant_id][row.span] = Used(row.recorded, row.billed, row.used)
    return hours


def raise_alerts(db: Session, since: date, today: date, now: datetime) -> Sequence[Any]:
    """Write down every share that is used and was not told yet, of all offices, in one statement; returns those rows.

    Args:
        since: grants that ended before are left alone.
    """
    days = {"since": since, "today": today, "now": now, "defaults": list(DEFAULT_PERCENTS)}
    return db.execute(_RAISE, days).all()


def _granted(actor: Actor) -> Select[*tuple[HelpGrant, str, UUID]]:
    """What is released in the helps of the own office, or for the own provider; with the help's number and lead."""
    mine = HelpGrant.youth_office_id if actor.is_youth_office else HelpGrant.provider_id
    rows = select(HelpGrant, Help.number, Help.caseworker_id).join(Help, Help.id == HelpGrant.help_id)
    return rows.where(mine == actor.organisation_id, HelpGrant.state == "released", HelpGrant.unit == IN_HOURS)


def get_granted(db: Session, grant_id: UUID, actor: Actor) -> Any:
    """One grant of hours with its help's number; 404 for others', and for what is not released."""
    return found(db.execute(_granted(actor).where(HelpGrant.id == grant_id)).one_or_none())


def list_granted(db: Session, query: ConsumptionQuery, actor: Actor, today: date) -> Listed:
    """A page of grants with their help's number."""
    rows = _granted(actor)
    for name in ("help_id", "provider_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(HelpGrant, name) == value)
    if query.caseworker_id is not None:
        rows = rows.where(Help.caseworker_id == query.caseworker_id)
    if query.on is not None:
        rows = rows.where(HelpGrant.valid_from <= query.on, HelpGrant.valid_to >= query.on)
    if query.percent_from is not None:
        told = select(GrantAlert.grant_id).where(GrantAlert.percent >= query.percent_from)
        rows = rows.where(HelpGrant.id.in_(told))
    if query.is_overrun is not None:
        overrun = HelpGrant.id.in_(_OVERRUN.bindparams(today=today, mine=actor.organisation_id))
        rows = rows.where(overrun if query.is_overrun else ~overrun)
    sorts = {"valid_to": HelpGrant.valid_to, "valid_from": HelpGrant.valid_from}
    return paginate(db, rows, query, sorts, HelpGrant.id)


def _alerts(actor: Actor) -> Select[*tuple[GrantAlert, str]]:
    mine = GrantAlert.youth_office_id if actor.is_youth_office else GrantAlert.provider_id
    rows = select(GrantAlert, Help.number).join(Help, Help.id == GrantAlert.help_id)
    return rows.where(mine == actor.organisation_id)


def get_alert(db: Session, alert_id: UUID, actor: Actor, *, lock: bool = False) -> Any:
    """One alert with its help's number. `lock`: for a change."""
    wanted = _alerts(actor).where(GrantAlert.id == alert_id)
    return found(db.execute(wanted.with_for_update(of=GrantAlert) if lock else wanted).one_or_none())


def list_alerts(db: Session, query: AlertQuery, actor: Actor) -> Listed:
    """A page of alerts, of the own side's view."""
    rows = _alerts(actor)
    for name in ("help_id", "grant_id", "percent"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(GrantAlert, name) == value)
    if query.seen is not None:
        rows = rows.where(_unseen(actor) if not query.seen else ~_unseen(actor))
    return paginate(db, rows, query, {"raised_at": GrantAlert.raised_at}, GrantAlert.id)


def _unseen(actor: Actor) -> Any:
    return (GrantAlert.office_seen_at if actor.is_youth_office else GrantAlert.provider_seen_at).is_(None)


def list_thresholds(db: Session, query: ThresholdQuery, actor: Actor) -> Listed:
    """A page of what the office has set, the newest first."""
    rows = select(GrantThreshold).where(GrantThreshold.youth_office_id == actor.organisation_id)
    return paginate(db, rows, query, {"set_at": GrantThreshold.set_at}, GrantThreshold.id)


def percents_of(db: Session, youth_office_id: UUID) -> list[int]:
    """The shares at which an office wants it told now."""
    rows = select(GrantThreshold.percents).where(GrantThreshold.youth_office_id == youth_office_id)
    return db.scalar(rows.order_by(GrantThreshold.id.desc()).limit(1)) or list(DEFAULT_PERCENTS)


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Alerts that nobody of the own side has looked at."""
    actor = asked.actor
    if not actor.may(Permission.SERVICE_RECORDS_READ):
        return []
    columns = waiting(
        "grant_used",
        subject=GrantAlert,
        number=Help.number,
        path="/v1/grant-alerts/",
        help_id=GrantAlert.help_id,
        due_at=GrantAlert.raised_at + timedelta(days=GRANT_ALERT_DAYS),
        me=actor.may(Permission.GRANT_ALERTS_ACKNOWLEDGE),
    )
    rows = _alerts(actor).with_only_columns(*columns).where(asked.mine(GrantAlert.help_id), _unseen(actor))
    return [rows]


WORK = Source({"grant_used": "Bewilligung weitgehend verbraucht: ansehen"}, _work)
