"""How alarms reach people: their e-mail addresses, an office's hours, who is on call, and the letters sent."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, Versioned, code
from app.core.types import CodeList
from app.law.protection import Urgency


class AlertSettings(Versioned, Base):
    """Where alarms reach somebody; calls about a child in danger cannot be switched off."""

    __tablename__ = "alert_settings"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str | None]
    mail_reminders: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OfficeHours(Versioned, Base):
    """When an organisation can be reached; outside, whoever is on call is called too."""

    __tablename__ = "office_hours"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    week: Mapped[dict[str, Any]]  # {"1": [["08:00", "16:00"]], …}, 1 is Monday; clock times of Berlin
    closed_on: Mapped[list[date]] = mapped_column(ARRAY(Date()))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class DutyShift(Identified, Base):
    """Somebody is on call from one instant to another; cancelled shifts stay to be seen."""

    __tablename__ = "duty_shift"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reachable: Mapped[str]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[UUID | None]

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled"),
        Index("ix_duty_shift_organisation_id", "organisation_id", "starts_at", "id"),
    )


class MailProgress(CodeList):
    """What became of a letter."""

    PENDING = "pending", "wird versucht"
    SENT = "sent", "dem Mailserver übergeben"
    PARKED = "parked", "aufgegeben: bitte nachsehen"
    NO_ADDRESS = "no_address", "keine E-Mail-Adresse hinterlegt"
    OFF = "off", "kein Mailserver eingestellt"


class AlertMail(Identified, Base):
    """One letter to one person about one call: a number, an urgency, a link, and nothing else."""

    __tablename__ = "alert_mail"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    call_id: Mapped[UUID]  # the alarm, or the step of a deadline
    number: Mapped[str]
    urgency: Mapped[Urgency] = mapped_column(code(Urgency, "urgency"))
    path: Mapped[str]
    level: Mapped[int]
    is_on_call: Mapped[bool]
    progress: Mapped[MailProgress] = mapped_column(code(MailProgress, "progress"))
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("call_id", "account_id", name="uq_alert_mail_call"),
        CheckConstraint("(progress = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        Index("ix_alert_mail_organisation_id", "organisation_id", "created_at", "id"),
        Index("ix_alert_mail_parked", "organisation_id", postgresql_where=text("progress = 'parked'")),
    )
