"""Service records: what professionals did, minute by minute; written once, corrected only by reversal."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, code
from app.core.problems import Text
from app.modules.agreements import ActivityCategory


class ServiceRecord(Identified, CaseBound, Base):
    """One entry of the proof of service (Leistungsnachweis). The database refuses every change but two: that it was
    reversed, and on which invoice it is.
    """

    __tablename__ = "service_record"

    external_id: Mapped[str]  # the provider's own id: makes a push repeatable
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    worker: Mapped[str]  # the provider's key of its professional, no name
    activity: Mapped[ActivityCategory] = mapped_column(code(ActivityCategory, "activity"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    service_on: Mapped[date]  # the day in Europe/Berlin
    minutes: Mapped[int]
    participants: Mapped[int | None]  # of a group session: all who were present
    staff: Mapped[int]
    session: Mapped[str | None]  # the provider's key of a session shared by several records
    notice_hours: Mapped[int | None]  # of a missed appointment: how long before it was cancelled
    note: Mapped[str | None]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[UUID | None]
    reversal_reason: Mapped[str | None]
    invoice_id: Mapped[UUID | None]

    __table_args__ = (
        UniqueConstraint("provider_id", "external_id", name="uq_service_record_external_id"),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        CheckConstraint("(activity = 'group_session') = (participants IS NOT NULL)", name="group"),
        CheckConstraint("participants >= 1 AND staff >= 1", name="heads"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name="reversed"),
        CheckConstraint("reversed_at IS NULL OR invoice_id IS NULL", name="billed"),
        Index("ix_service_record_provider_id", "provider_id", "service_on", "id"),
        Index("ix_service_record_youth_office_id", "youth_office_id", "service_on", "id"),
        Index("ix_service_record_help_id", "help_id", "service_on", "id"),
        Index("ix_service_record_invoice_id", "invoice_id", postgresql_where=text("invoice_id IS NOT NULL")),
    )


CONSTRAINT_TEXTS["service_record_fixed"] = Text(
    "Ein Eintrag wird nicht geändert; eine Korrektur ist eine Stornierung und ein neuer Eintrag.",
    "A record is not changed; a correction is a reversal and a new record.",
)
CONSTRAINT_TEXTS["ck_service_record_billed"] = Text(
    "Der Eintrag steht auf einer Rechnung.", "The record is on an invoice."
)
