"""Budgets of a youth office, and that a share of one was reached."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, Versioned, code
from app.core.problems import Text
from app.law.service_kinds import ServiceKind


class Budget(Identified, Versioned, Base):
    """What a youth office plans to spend in a year on one kind of help, in all or of that in one region."""

    __tablename__ = "budget"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.id"), index=True)
    service_kind: Mapped[ServiceKind] = mapped_column(code(ServiceKind, "service_kind"))
    year: Mapped[int]
    planned_cents: Mapped[int] = mapped_column(BigInteger)
    percents: Mapped[list[int]] = mapped_column(ARRAY(Integer))  # at which shares it is told
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint(
            "youth_office_id",
            "year",
            "service_kind",
            "region_id",
            name="uq_budget_once",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("planned_cents > 0", name="planned"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        CheckConstraint("cardinality(percents) BETWEEN 1 AND 10", name="percents"),
        Index("ix_budget_youth_office_id", "youth_office_id", "id"),
    )


class BudgetAlert(Identified, Base):
    """That a share of a budget was reached: told once per share and planned amount."""

    __tablename__ = "budget_alert"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budget.id"))
    percent: Mapped[int]
    planned_cents: Mapped[int] = mapped_column(BigInteger)  # as they were then
    committed_cents: Mapped[int] = mapped_column(BigInteger)
    forecast_cents: Mapped[int] = mapped_column(BigInteger)
    raised_at: Mapped[datetime]
    seen_by: Mapped[UUID | None]
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("budget_id", "planned_cents", "percent", name="uq_budget_alert_once"),
        CheckConstraint("percent BETWEEN 1 AND 200", name="percent"),
        CheckConstraint("num_nulls(seen_by, seen_at) IN (0, 2)", name="seen"),
        Index("ix_budget_alert_youth_office_id", "youth_office_id", "raised_at", "id"),
        Index("ix_budget_alert_unseen", "youth_office_id", postgresql_where=text("seen_at IS NULL")),
    )


CONSTRAINT_TEXTS["uq_budget_once"] = Text(
    "Für dieses Jahr, diese Hilfeart und diese Region gibt es schon ein Budget.",
    "There is a budget for this year, kind of help and region already.",
)
