"""`/v1/grant-consumption`, `/v1/grant-alerts` and `/v1/grant-thresholds`."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query

from app.core.http import CurrentActor, Db, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.calendars import legal_date
from app.modules.consumption import queries, rules, service
from app.modules.consumption.models import GrantAlert
from app.modules.consumption.queries import Used
from app.modules.consumption.rules import Granted
from app.modules.consumption.schemas import (
    AlertOut,
    AlertQuery,
    ConsumptionDetail,
    ConsumptionOut,
    ConsumptionQuery,
    ForecastOut,
    Per,
    SpanOut,
    SpanQuery,
    ThresholdQuery,
    ThresholdsCreate,
    ThresholdsOut,
)
from app.policy import Actor, Permission

router = Router(prefix="/grant-consumption", tags=["grant-consumption"])
alerts = Router(prefix="/grant-alerts", tags=["grant-consumption"])
thresholds = Router(prefix="/grant-thresholds", tags=["grant-consumption"])


def _hours(approved: Decimal, hours: Used) -> dict[str, Decimal]:
    left = approved - hours.used
    return {
        "hours_approved": rules.rounded(approved),
        "hours_recorded": rules.rounded(hours.recorded),
        "hours_billed": rules.rounded(hours.billed),
        "hours_used": rules.rounded(hours.used),
        "hours_left": rules.rounded(max(left, Decimal(0))),
        "hours_over": rules.rounded(max(-left, Decimal(0))),
    }


def _known(row: Any, hours: Used, today: date) -> dict[str, Any]:
    grant, number, caseworker_id = row
    granted = Granted(grant.amount, grant.valid_from, grant.valid_to)
    expected = rules.forecast(granted, hours.used, today)
    return {
        "grant_id": grant.id,
        "help_id": grant.help_id,
        "number": number,
        "youth_office_id": grant.youth_office_id,
        "provider_id": grant.provider_id,
        "caseworker_id": caseworker_id,
        "valid_from": grant.valid_from,
        "valid_to": grant.valid_to,
        "hours_per_week": grant.amount,
        "percent_used": rules.percent_of(hours.used, granted.hours()),
        "forecast": None if expected is None else ForecastOut.model_validate(expected),
        **_hours(granted.hours(), hours),
    }


def _span(granted: Granted, span: tuple[date, date], key: date | None, of: dict[date | None, Used]) -> SpanOut:
    first, last = span
    return SpanOut(first_day=first, last_day=last, **_hours(granted.hours(first, last), of.get(key, Used())))


def _alert_out(row: Any, actor: Actor) -> AlertOut:
    alert, number = row
    side = "office" if actor.is_youth_office else "provider"
    known = {name: getattr(alert, name) for name in AlertOut.model_fields if hasattr(GrantAlert, name)}
    seen = {"seen_by": getattr(alert, f"{side}_seen_by"), "seen_at": getattr(alert, f"{side}_seen_at")}
    return AlertOut(number=number, **known, **seen)


@router.get("", summary="Verbrauch der Bewilligungen")
@needs(Permission.SERVICE_RECORDS_READ)
def list_consumption(
    query: Annotated[ConsumptionQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[ConsumptionOut]:
    """Of each grant of hours (§ 36a SGB VIII): approved, recorded, billed, used and left now, and whether it lasts.

    A record counts as the invoice charges it, before it is billed as it was recorded. The forecast carries on the
    average of the days so far.
    """
    today = legal_date(now)
    rows, following, total = queries.list_granted(db, query, actor, today)
    hours = queries.used(db, [row[0].id for row in rows])
    items = [ConsumptionOut(**_known(row, hours[row[0].id].get(None, Used()), today)) for row in rows]
    return page_of(items, following, total, query)


@router.get("/{grant_id}", summary="Verbrauch einer Bewilligung")
@needs(Permission.SERVICE_RECORDS_READ)
def get_consumption(
    grant_id: Id, query: Annotated[SpanQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> ConsumptionDetail:
    """One grant of hours (§ 36a SGB VIII) week by week, month by month (`per=month`, the default) or as a whole."""
    row = queries.get_granted(db, grant_id, actor)
    grant = row[0]
    granted = Granted(grant.amount, grant.valid_from, grant.valid_to)
    of = queries.used(db, [grant.id], query.per)[grant.id]
    whole = Used(*(sum((getattr(one, name) for one in of.values()), Decimal(0)) for name in Used.__slots__))
    spans = [_span(granted, span, rules.start_of(span[0], query.per), of) for span in rules.spans(granted, query.per)]
    return ConsumptionDetail(**_known(row, whole, legal_date(now)), per=Per(query.per), spans=spans)


@alerts.get("", summary="Meldungen zum Verbrauch")
@needs(Permission.SERVICE_RECORDS_READ)
def list_grant_alerts(query: Annotated[AlertQuery, Query()], db: Db, actor: CurrentActor) -> Page[AlertOut]:
    """Which shares of which grants (§ 36a SGB VIII) are used: told once each, to the caseworker and the provider."""
    rows, following, total = queries.list_alerts(db, query, actor)
    return page_of([_alert_out(row, actor) for row in rows], following, total, query)


@alerts.get("/{alert_id}", summary="Meldung zum Verbrauch lesen")
@needs(Permission.SERVICE_RECORDS_READ)
def get_grant_alert(alert_id: Id, db: Db, actor: CurrentActor) -> AlertOut:
    """One share of one grant (§ 36a SGB VIII) that was used, as it stood when it was told."""
    return _alert_out(queries.get_alert(db, alert_id, actor), actor)


@alerts.post("/{alert_id}:acknowledge", summary="Meldung zur Kenntnis nehmen")
@needs(Permission.GRANT_ALERTS_ACKNOWLEDGE)
def acknowledge_grant_alert(alert_id: Id, db: Db, actor: CurrentActor, now: Now) -> AlertOut:
    """Somebody of the own side has looked at it; it leaves the side's worklist. The first one stays named (§ 36)."""
    return _alert_out(service.acknowledge(db, alert_id, actor=actor, at=now), actor)


@thresholds.get("", summary="Schwellen des Verbrauchs")
@needs(Permission.GRANT_THRESHOLDS_MANAGE)
def list_grant_thresholds(
    query: Annotated[ThresholdQuery, Query()], db: Db, actor: CurrentActor
) -> Page[ThresholdsOut]:
    """What the office has set, the newest first, which counts; none: it is told at 80 and at 100 percent (§ 36a)."""
    rows, following, total = queries.list_thresholds(db, query, actor)
    return page_of([ThresholdsOut.model_validate(row) for row in rows], following, total, query)


@thresholds.post("", status_code=201, summary="Schwellen des Verbrauchs festlegen")
@needs(Permission.GRANT_THRESHOLDS_MANAGE)
def set_grant_thresholds(body: ThresholdsCreate, db: Db, actor: CurrentActor, now: Now) -> ThresholdsOut:
    """From now on it is told at these shares of a grant (§ 36a SGB VIII); what was told already is not told again."""
    return ThresholdsOut.model_validate(service.set_thresholds(db, body.percents, actor=actor, at=now))
