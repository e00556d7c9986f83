"""Runs over a month, their parts (one office and one provider each), and what could not be settled."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.modules.agreements import ActivityCategory, ServiceKind


class SettlementMode(CodeList):
    """What a run leaves behind."""

    PREVIEW = "preview", "Vorschau: rechnet, ohne Rechnungen zu schreiben"
    DRAFT = "draft", "Entwürfe: schreibt je Jugendamt einen Rechnungsentwurf"


class SettlementRunState(CodeList):
    """Where a run stands."""

    QUEUED = "queued", "wartet"
    RUNNING = "running", "läuft"
    DONE = "done", "fertig"
    FAILED = "failed", "abgebrochen: Fehler"
    CANCELLED = "cancelled", "abgebrochen: auf Wunsch"


class SettlementOutcome(CodeList):
    """What became of one office's and one provider's month."""

    PENDING = "pending", "wartet"
    PREVIEWED = "previewed", "berechnet"
    DRAFTED = "drafted", "Entwurf geschrieben"
    UNCHANGED = "unchanged", "vorhandener Entwurf stimmt noch"
    NOTHING = "nothing", "nichts abzurechnen"
    REFUSED = "refused", "nicht abrechenbar"


UNDER_WAY = (SettlementRunState.QUEUED, SettlementRunState.RUNNING)


class SettlementRun(Identified, Stateful, Base):
    """A month of one organisation, settled or previewed as a job."""

    __tablename__ = "settlement_run"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))  # whose run it is
    month: Mapped[date]  # its first day
    mode: Mapped[SettlementMode] = mapped_column(code(SettlementMode, "mode"))
    counterpart_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))  # only this other side
    state: Mapped[SettlementRunState] = mapped_column(code(SettlementRunState, "state"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str | None]  # of all its lines; the same input always gives the same
    failure: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint("(state = 'done') = (digest IS NOT NULL)", name="digest"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure"),
        Index("ix_settlement_run_organisation_id", "organisation_id", "id"),
        Index(
            "uq_settlement_run_under_way",
            "organisation_id",
            "month",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    @property
    def audience(self) -> list[UUID]:
        """A run is its organisation's own business; others learn of the invoices."""
        return [self.organisation_id]

    @property
    def tenant_id(self) -> UUID:
        """Whose audit chain it joins."""
        return self.organisation_id


class SettlementPart(Identified, Base):
    """The month of one youth office and one provider within a run."""

    __tablename__ = "settlement_part"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("settlement_run.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    place: Mapped[int]
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    outcome: Mapped[SettlementOutcome] = mapped_column(code(SettlementOutcome, "outcome"))
    records: Mapped[int]  # as counted when the run began, then as settled
    lines: Mapped[int | None]
    total_cents: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[str | None]
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice.id"))
    replaced_drafts: Mapped[int]
    problems: Mapped[int]
    reason_de: Mapped[str | None]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("run_id", "place", name="uq_settlement_part_place"),
        UniqueConstraint("run_id", "youth_office_id", "provider_id", name="uq_settlement_part_once"),
        CheckConstraint("(outcome = 'pending') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(outcome = 'refused') = (reason_de IS NOT NULL)", name="reason"),
        CheckConstraint("(outcome IN ('drafted', 'unchanged')) = (invoice_id IS NOT NULL)", name="invoice"),
        CheckConstraint("num_nulls(lines, total_cents, digest) IN (0, 3)", name="result"),
        CheckConstraint("outcome NOT IN ('previewed', 'drafted', 'unchanged') OR digest IS NOT NULL", name="digest"),
    )


class SettlementProblem(Identified, Base):
    """A record that a run could not settle, and why."""

    __tablename__ = "settlement_problem"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("settlement_run.id"))
    part_id: Mapped[UUID] = mapped_column(ForeignKey("settlement_part.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    youth_office_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    record_id: Mapped[UUID] = mapped_column(ForeignKey("service_record.id"))
    service_on: Mapped[date]
    minutes: Mapped[int]
    rule: Mapped[str]
    text_de: Mapped[str]

    __table_args__ = (
        UniqueConstraint("part_id", "record_id", name="uq_settlement_problem_once"),
        Index("ix_settlement_problem_run_id", "run_id", "id"),
        Index("ix_settlement_problem_help_id", "help_id"),
    )


class BillingSimulation(Identified, Stateful, Base):
    """What past months would have cost under other terms; changes nothing."""

    __tablename__ = "billing_simulation"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str]
    first: Mapped[date]  # the first day of its first month
    last: Mapped[date]  # the first day of its last month
    counterpart_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    agreement_number: Mapped[str | None]  # only what was done under this agreement
    terms: Mapped[dict[str, Any]]
    terms_source: Mapped[str]
    state: Mapped[SettlementRunState] = mapped_column(code(SettlementRunState, "state"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    failure: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("extract(day from first) = 1 AND extract(day from last) = 1", name="months"),
        CheckConstraint("first <= last", name="period"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure"),
        Index("ix_billing_simulation_organisation_id", "organisation_id", "id"),
    )

    @property
    def audience(self) -> list[UUID]:
        """Whoever supposes, supposes for itself."""
        return [self.organisation_id]

    @property
    def tenant_id(self) -> UUID:
        """Whose audit chain it joins."""
        return self.organisation_id


class SimulationPart(Identified, Base):
    """One month of one youth office and one provider within a simulation."""

    __tablename__ = "simulation_part"

    simulation_id: Mapped[UUID] = mapped_column(ForeignKey("billing_simulation.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    place: Mapped[int]
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    month: Mapped[date]
    records: Mapped[int]
    settled_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("simulation_id", "place", name="uq_simulation_part_place"),)


class SimulationRow(Identified, Base):
    """What one kind of help and activity came to in a month, and would have come to; or what has no price, and why."""

    __tablename__ = "simulation_row"

    simulation_id: Mapped[UUID] = mapped_column(ForeignKey("billing_simulation.id"))
    part_id: Mapped[UUID] = mapped_column(ForeignKey("simulation_part.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    month: Mapped[date]
    service_kind: Mapped[ServiceKind | None] = mapped_column(code(ServiceKind, "service_kind"))
    activity: Mapped[ActivityCategory | None] = mapped_column(code(ActivityCategory, "activity"))
    before_cents: Mapped[int] = mapped_column(BigInteger)
    after_cents: Mapped[int] = mapped_column(BigInteger)
    before_units: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    after_units: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    unpriced: Mapped[int]  # records without a price under the supposed terms
    reason_de: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(service_kind IS NULL) = (reason_de IS NOT NULL)", name="kind"),
        CheckConstraint("(service_kind IS NULL) = (activity IS NULL)", name="activity_known"),
        CheckConstraint("(unpriced > 0) = (reason_de IS NOT NULL)", name="unpriced"),
        Index("ix_simulation_row_simulation_id", "simulation_id", "month", "id"),
    )


CONSTRAINT_TEXTS["uq_settlement_run_under_way"] = Text(
    "Für diesen Monat läuft schon eine Abrechnung.", "A settlement of this month is under way already."
)
