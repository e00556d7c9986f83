"""Keeping addresses, office hours, the roster, and the letters that did not go out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.jobs import defer
from app.core.patching import apply
from app.core.problems import Invalid, NotFound, StaleVersion
from app.core.work import by_the_service
from app.modules import identity
from app.modules.alerts import queries
from app.modules.alerts.delivery import send
from app.modules.alerts.errors import NothingToRetry, ShiftOver
from app.modules.alerts.models import AlertMail, AlertSettings, DutyShift, MailProgress, OfficeHours
from app.modules.alerts.rules import DEFAULT_WEEK
from app.modules.alerts.schemas import AlertSettingsPatch, OfficeHoursPatch, ShiftCreate
from app.policy import GRANTS, Actor, Permission, Role

_AGAIN = {MailProgress.PARKED, MailProgress.NO_ADDRESS, MailProgress.OFF}


def change_settings(
    db: Session, account_id: UUID, patch: AlertSettingsPatch, expected: int, *, actor: Actor, at: datetime
) -> AlertSettings | None:
    """Say where alarms reach somebody of the own organisation; version 0 stands for nothing said yet."""
    account = identity.get_account(db, account_id, actor)
    known = queries.settings_of(db, [account.id]).get(account.id)
    if (0 if known is None else known.version) != expected:
        raise StaleVersion
    settings = known or AlertSettings(
        account_id=account.id,
        organisation_id=account.organisation_id,
        email=None,
        mail_reminders=False,
        created_at=at,
    )
    given = patch.model_dump(exclude_unset=True)
    if given.get("mail_reminders", "") is None:
        del given["mail_reminders"]
    if not apply(settings, given, nullable={"email"}):
        return known
    db.add(settings)
    settings.changed_at = at
    db.flush()
    _record(db, "alert_settings.change", "account", account.id, actor, at, {"has_address": settings.email is not None})
    return settings


def change_hours(db: Session, patch: OfficeHoursPatch, expected: int, *, actor: Actor, at: datetime) -> None:
    """Say when the own organisation can be reached."""
    known = queries.office_hours(db, actor.organisation_id)
    if (0 if known is None else known.version) != expected:
        raise StaleVersion
    nothing = {"week": dict(DEFAULT_WEEK), "closed_on": []}
    hours = known or OfficeHours(organisation_id=actor.organisation_id, **nothing, created_at=at)
    given: dict[str, Any] = {}
    if patch.week is not None:
        given["week"] = {day: sorted([list(span) for span in spans]) for day, spans in patch.week.items()}
    if patch.closed_on is not None:
        given["closed_on"] = sorted(set(patch.closed_on))
    if not apply(hours, given):
        return
    db.add(hours)
    hours.changed_at = at
    db.flush()
    _record(db, "office_hours.change", "organisation", hours.organisation_id, actor, at, {"version": hours.version})


def plan_shift(db: Session, body: ShiftCreate, *, actor: Actor, at: datetime) -> DutyShift:
    """Put somebody on call: a person of the own organisation who reads alarms.

    Raises:
        Invalid: no such person, or one whom no alarm reaches; a shift that is over already.
    """
    try:
        account = identity.get_account(db, body.account_id, actor)
    except NotFound:
        account = None
    if account is None or not account.is_active or not _reads_alarms(account.roles):
        de, en = "Diese Person erreicht kein Alarm.", "No alarm reaches this person."
        raise Invalid.field("/account_id", "unknown", de, en)
    if body.ends_at <= at:
        raise Invalid.field("/ends_at", "past", "Die Bereitschaft wäre schon vorbei.", "The shift would be over.")
    shift = DutyShift(
        **body.model_dump(mode="python"), organisation_id=actor.organisation_id, created_by=actor.id, created_at=at
    )
    db.add(shift)
    db.flush()
    _record(db, "duty_shift.plan", "duty_shift", shift.id, actor, at, {"account_id": str(shift.account_id)})
    return shift


def _reads_alarms(roles: list[str]) -> bool:
    return any(Permission.ALARMS_READ in GRANTS[Role(role)] for role in roles)


def cancel_shift(db: Session, shift_id: UUID, *, actor: Actor, at: datetime) -> DutyShift:
    """Take somebody off the roster; the shift stays to be seen.

    Raises:
        NotFound.
        ShiftOver: it is over, or cancelled already.
    """
    shift = queries.get_shift(db, shift_id, actor)
    if shift.cancelled_at is not None or shift.ends_at <= at:
        raise ShiftOver
    shift.cancelled_at, shift.cancelled_by = at, actor.id
    db.flush()
    _record(db, "duty_shift.cancel", "duty_shift", shift.id, actor, at, {"account_id": str(shift.account_id)})
    return shift


def retry_mail(db: Session, mail_id: UUID, *, actor: Actor, at: datetime) -> AlertMail:
    """Try a letter again that was laid aside.

    Raises:
        NotFound.
        NothingToRetry: it was sent, or is being tried.
    """
    mail = queries.get_mail(db, mail_id, actor)
    if mail.progress not in _AGAIN:
        raise NothingToRetry(progress=mail.progress.value)
    mail.progress, mail.attempts, mail.last_error = MailProgress.PENDING, 0, None
    with by_the_service(db):
        defer(db, send, mail_id=str(mail.id))
    _record(db, "alert_mail.retry", "alert_mail", mail.id, actor, at, {})
    return mail


def _record(
    db: Session, action: str, kind: str, subject_id: UUID, actor: Actor, at: datetime, details: Mapping[str, Any]
) -> None:
    audit.record(
        db,
        tenant_id=actor.organisation_id,
        actor=actor,
        action=action,
        subject_kind=kind,
        subject_id=subject_id,
        at=at,
        details=details,
    )
