"""`/v1/me/alert-settings`, `/v1/office-hours`, `/v1/duty-shifts`, `/v1/on-call`, `/v1/alert-mails`."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.alarms import LOOK_AHEAD_DAYS
from app.modules import identity
from app.modules.alerts import queries, rules
from app.modules.alerts.models import AlertSettings
from app.modules.alerts.rules import Span
from app.modules.alerts.schemas import (
    AlertMailOut,
    AlertMailQuery,
    AlertSettingsOut,
    AlertSettingsPatch,
    GapOut,
    OfficeHoursOut,
    OfficeHoursPatch,
    OnCallOut,
    OnCallQuery,
    ShiftCreate,
    ShiftOut,
    ShiftQuery,
)
from app.modules.alerts.service import keeping
from app.policy import Permission

router = Router(tags=["alerts"])


def _settings(account_id: UUID, settings: AlertSettings | None) -> AlertSettingsOut:
    if settings is None:
        return AlertSettingsOut(account_id=account_id, email=None, mail_reminders=False, version=0)
    return AlertSettingsOut(
        account_id=account_id,
        email=settings.email,
        mail_reminders=settings.mail_reminders,
        version=settings.version,
    )


def _hours(db: Session, organisation_id: UUID) -> OfficeHoursOut:
    said = queries.office_hours(db, organisation_id)
    return OfficeHoursOut(
        organisation_id=organisation_id,
        week=said.week if said else dict(rules.DEFAULT_WEEK),
        closed_on=said.closed_on if said else [],
        is_default=said is None,
        version=said.version if said else 0,
    )


@router.get("/me/alert-settings", summary="Wie mich Alarme erreichen")
@needs(Permission.ORGANISATIONS_READ)
def get_my_alert_settings(db: Db, actor: CurrentActor) -> AlertSettingsOut:
    """The caller's e-mail address for alarms; letters hold a number, an urgency and a link only (§ 65 SGB VIII)."""
    return _settings(actor.id, queries.settings_of(db, [actor.id]).get(actor.id))


@router.patch("/me/alert-settings", summary="Eigene E-Mail-Adresse für Alarme")
@needs(Permission.ORGANISATIONS_READ)
def change_my_alert_settings(
    body: AlertSettingsPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> AlertSettingsOut:
    """Say where alarms reach the caller. Alarms about a child in danger cannot be switched off (§ 8a SGB VIII)."""
    return _settings(actor.id, keeping.change_settings(db, actor.id, body, expected, actor=actor, at=now))


@router.get("/accounts/{account_id}/alert-settings", summary="Wie Alarme jemanden erreichen")
@needs(Permission.ACCOUNTS_READ)
def get_alert_settings(account_id: Id, db: Db, actor: CurrentActor) -> AlertSettingsOut:
    """The address of an account of the own organisation (§ 8a SGB VIII: no call goes to nobody)."""
    account = identity.get_account(db, account_id, actor)
    return _settings(account.id, queries.settings_of(db, [account.id]).get(account.id))


@router.patch("/accounts/{account_id}/alert-settings", summary="E-Mail-Adresse für Alarme eintragen")
@needs(Permission.ACCOUNTS_MANAGE)
def change_alert_settings(
    account_id: Id, body: AlertSettingsPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> AlertSettingsOut:
    """Enter the address of an account of the own organisation (§ 8a SGB VIII)."""
    return _settings(account_id, keeping.change_settings(db, account_id, body, expected, actor=actor, at=now))


@router.get("/office-hours", summary="Öffnungszeiten")
@needs(Permission.DUTY_READ)
def get_office_hours(db: Db, actor: CurrentActor) -> OfficeHoursOut:
    """When the own organisation can be reached; outside, whoever is on call is called too (§ 8a SGB VIII)."""
    return _hours(db, actor.organisation_id)


@router.patch("/office-hours", summary="Öffnungszeiten ändern")
@needs(Permission.DUTY_MANAGE)
def change_office_hours(
    body: OfficeHoursPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> OfficeHoursOut:
    """Clock times of Berlin by weekday, and days it is closed besides the public holidays of the Land (§ 8a)."""
    keeping.change_hours(db, body, expected, actor=actor, at=now)
    return _hours(db, actor.organisation_id)


@router.post("/duty-shifts", status_code=201, summary="Bereitschaft planen")
@needs(Permission.DUTY_MANAGE)
def plan_duty_shift(body: ShiftCreate, db: Db, actor: CurrentActor, now: Now) -> ShiftOut:
    """Put a person of the own organisation on call (§ 8a, § 42 SGB VIII); several may be at once."""
    return ShiftOut.model_validate(keeping.plan_shift(db, body, actor=actor, at=now))


@router.get("/duty-shifts", summary="Bereitschaftsplan")
@needs(Permission.DUTY_READ)
def list_duty_shifts(query: Annotated[ShiftQuery, Query()], db: Db, actor: CurrentActor) -> Page[ShiftOut]:
    """Who is on call when, cancelled shifts included (§ 8a SGB VIII)."""
    rows, following, total = queries.list_shifts(db, query, actor)
    return page_of([ShiftOut.model_validate(row) for row in rows], following, total, query)


@router.post("/duty-shifts/{shift_id}:cancel", summary="Bereitschaft absagen")
@needs(Permission.DUTY_MANAGE)
def cancel_duty_shift(shift_id: Id, db: Db, actor: CurrentActor, now: Now) -> ShiftOut:
    """Take somebody off the roster from now on (§ 8a SGB VIII); `gaps` of `/v1/on-call` shows what is uncovered."""
    return ShiftOut.model_validate(keeping.cancel_shift(db, shift_id, actor=actor, at=now))


@router.get("/on-call", summary="Wer jetzt erreichbar ist")
@needs(Permission.DUTY_READ)
def get_on_call(query: Annotated[OnCallQuery, Query()], db: Db, actor: CurrentActor, now: Now) -> OnCallOut:
    """Whether the office is open, who is on call, and when in the next fortnight nobody would be (§ 8a SGB VIII)."""
    at: datetime = query.at or now
    hours = queries.hours_of(db, actor.organisation_id)
    span = Span(at, at + timedelta(days=LOOK_AHEAD_DAYS))
    shifts = queries.shifts_within(db, actor.organisation_id, span)
    return OnCallOut(
        at=at,
        is_office_open=hours.is_open(at),
        on_call=[ShiftOut.model_validate(shift) for shift in queries.on_call(db, actor.organisation_id, at)],
        gaps=[GapOut.model_validate(gap) for gap in rules.gaps(hours, shifts, span)],
    )


@router.get("/alert-mails", summary="Briefe zu Alarmen")
@needs(Permission.ACCOUNTS_READ)
def list_alert_mails(query: Annotated[AlertMailQuery, Query()], db: Db, actor: CurrentActor) -> Page[AlertMailOut]:
    """What became of each letter; `progress=parked` needs a human, `no_address` an address (§ 8a SGB VIII)."""
    rows, following, total = queries.list_mails(db, query, actor)
    return page_of([AlertMailOut.model_validate(row) for row in rows], following, total, query)


@router.post("/alert-mails/{mail_id}:retry", summary="Brief erneut versuchen")
@needs(Permission.ACCOUNTS_MANAGE)
def retry_alert_mail(mail_id: Id, db: Db, actor: CurrentActor, now: Now) -> AlertMailOut:
    """Try a letter again that was laid aside, or had no address (§ 8a SGB VIII)."""
    return AlertMailOut.model_validate(keeping.retry_mail(db, mail_id, actor=actor, at=now))
