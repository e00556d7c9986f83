"""When who is told how much of a grant is used, and that they were."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, CaseBound, Identified


class GrantThreshold(Identified, Base):
    """The shares of a grant at which a youth office wants it told; the newest row counts, older ones are history."""

    __tablename__ = "grant_threshold"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    percents: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("cardinality(percents) BETWEEN 1 AND 10", name="percents"),
        Index("ix_grant_threshold_youth_office_id", "youth_office_id", "id"),
    )


class GrantAlert(Identified, CaseBound, Base):
    """That a share of a grant is used: told once per grant and share, seen by each side."""

    __tablename__ = "grant_alert"

    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("help_grant.id"))
    percent: Mapped[int]
    hours_approved: Mapped[Decimal] = mapped_column(Numeric(10, 2))  # as they were then
    hours_used: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    raised_at: Mapped[datetime]
    office_seen_by: Mapped[UUID | None]
    office_seen_at: Mapped[datetime | None]
    provider_seen_by: Mapped[UUID | None]
    provider_seen_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("grant_id", "percent", name="uq_grant_alert_once"),
        CheckConstraint("percent BETWEEN 1 AND 200", name="percent"),
        CheckConstraint("num_nulls(office_seen_by, office_seen_at) IN (0, 2)", name="office_seen"),
        CheckConstraint("num_nulls(provider_seen_by, provider_seen_at) IN (0, 2)", name="provider_seen"),
        Index("ix_grant_alert_youth_office_id", "youth_office_id", "raised_at", "id"),
        Index("ix_grant_alert_provider_id", "provider_id", "raised_at", "id"),
        Index("ix_grant_alert_help_id", "help_id"),
    )
