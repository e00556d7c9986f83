"""Reading settlement runs, and finding what a month consists of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, case, cast, func, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.billing import ServiceRecord
from app.modules.invoices import Invoice, InvoiceKind, InvoiceState, end_of_month
from app.modules.settlement.models import (
    BillingSimulation,
    SettlementOutcome,
    SettlementPart,
    SettlementProblem,
    SettlementRun,
    SimulationPart,
    SimulationRow,
)
from app.modules.settlement.schemas import (
    BillingSimulationQuery,
    SettlementPartQuery,
    SettlementProblemQuery,
    SettlementProgress,
    SettlementRunQuery,
    SimulationProgress,
    SimulationResultQuery,
)
from app.policy import Actor

_NONE = SettlementProgress(
    parts=0, parts_settled=0, records=0, records_settled=0, percent=0, lines=0, total_cents=0, problems=0, refused=0
)


def visible(actor: Actor) -> Select[SettlementRun]:
    """The runs of the actor's own organisation."""
    return select(SettlementRun).where(SettlementRun.organisation_id == actor.organisation_id)


def get_run(db: Session, run_id: UUID, actor: Actor, *, lock: bool = False) -> SettlementRun:
    """One run; 404 for another organisation's."""
    wanted = visible(actor).where(SettlementRun.id == run_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_runs(db: Session, query: SettlementRunQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of runs."""
    rows = visible(actor)
    if query.month is not None:
        rows = rows.where(SettlementRun.month == date.fromisoformat(f"{query.month}-01"))
    for name in ("mode", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(SettlementRun, name) == value)
    sorts = {"created_at": SettlementRun.created_at, "month": SettlementRun.month}
    return paginate(db, rows, query, sorts, SettlementRun.id)


def progress_of(db: Session, run_ids: Sequence[UUID]) -> dict[UUID, SettlementProgress]:
    """How far some runs are; one statement."""
    part, settled = SettlementPart, SettlementPart.settled_at.is_not(None)
    rows = db.execute(
        select(
            part.run_id,
            func.count().label("parts"),
            func.count().filter(settled).label("parts_settled"),
            func.sum(part.records).label("records"),
            func.coalesce(func.sum(part.records).filter(settled), 0).label("records_settled"),
            func.coalesce(func.sum(part.lines), 0).label("lines"),
            func.coalesce(func.sum(part.total_cents), 0).label("total_cents"),
            func.sum(part.problems).label("problems"),
            func.sum(case((part.outcome == SettlementOutcome.REFUSED, 1), else_=0)).label("refused"),
        )
        .where(part.run_id.in_(run_ids))
        .group_by(part.run_id)
    ).mappings()
    made = {row["run_id"]: _progress({key: int(row[key]) for key in row if key != "run_id"}) for row in rows}
    return {run_id: made.get(run_id, _NONE) for run_id in run_ids}


def _progress(sums: dict[str, int]) -> SettlementProgress:
    whole = sums["records"] or sums["parts"]
    settled = sums["records_settled"] if sums["records"] else sums["parts_settled"]
    return SettlementProgress(**sums, percent=settled * 100 // whole)


def list_parts(db: Session, run: SettlementRun, query: SettlementPartQuery) -> tuple[list[Any], str | None, int | None]:
    """A page of the parts of a run."""
    rows = select(SettlementPart).where(SettlementPart.run_id == run.id)
    if query.outcome is not None:
        rows = rows.where(SettlementPart.outcome == query.outcome)
    sorts = {"place": SettlementPart.place, "total_cents": func.coalesce(SettlementPart.total_cents, 0)}
    return paginate(db, rows, query, sorts, SettlementPart.id)


def list_problems(
    db: Session, run: SettlementRun, query: SettlementProblemQuery
) -> tuple[list[Any], str | None, int | None]:
    """A page of what a run did not settle."""
    rows = select(SettlementProblem).where(SettlementProblem.run_id == run.id)
    if query.help_id is not None:
        rows = rows.where(SettlementProblem.help_id == query.help_id)
    if query.counterpart_id is not None:
        one, other = SettlementProblem.youth_office_id, SettlementProblem.provider_id
        rows = rows.where((one == query.counterpart_id) | (other == query.counterpart_id))
    return paginate(db, rows, query, {"service_on": SettlementProblem.service_on}, SettlementProblem.id)


@dataclass(frozen=True, slots=True)
class Share:
    """What there is of a month between one office and one provider."""

    youth_office_id: UUID
    provider_id: UUID
    records: int


def shares(db: Session, actor: Actor, month: date, counterpart_id: UUID | None) -> list[Share]:
    """What a run has to settle, by office and provider: what is not billed, or only drafted."""
    record, invoice = ServiceRecord, Invoice
    mine, other = ("youth_office_id", "provider_id") if actor.is_youth_office else ("provider_id", "youth_office_id")
    drafted = select(invoice.id).where(
        getattr(invoice, mine) == actor.organisation_id,
        invoice.month == month,
        invoice.state == InvoiceState.DRAFT,
        invoice.kind == InvoiceKind.INVOICE,
    )
    rows = select(record.youth_office_id, record.provider_id, func.count()).where(
        getattr(record, mine) == actor.organisation_id,
        record.service_on.between(month, end_of_month(month)),
        record.reversed_at.is_(None),
        record.invoice_id.is_(None) | record.invoice_id.in_(drafted),
    )
    if counterpart_id is not None:
        rows = rows.where(getattr(record, other) == counterpart_id)
    grouped = rows.group_by(record.youth_office_id, record.provider_id)
    return [Share(*row) for row in db.execute(grouped.order_by(record.youth_office_id, record.provider_id))]


def next_part(db: Session, run_id: UUID) -> SettlementPart | None:
    """The first part that nobody has settled, locked."""
    rows = select(SettlementPart).where(SettlementPart.run_id == run_id, SettlementPart.settled_at.is_(None))
    return db.scalar(rows.order_by(SettlementPart.place).limit(1).with_for_update())


def drafts_of(db: Session, part: SettlementPart, month: date) -> list[Invoice]:
    """The drafts of a part's month that a run may make anew, locked."""
    rows = select(Invoice).where(
        Invoice.youth_office_id == part.youth_office_id,
        Invoice.provider_id == part.provider_id,
        Invoice.month == month,
        Invoice.state == InvoiceState.DRAFT,
        Invoice.kind == InvoiceKind.INVOICE,
    )
    return list(db.scalars(rows.order_by(Invoice.id).with_for_update()))


def digests(db: Session, run_id: UUID) -> list[str]:
    """What each part of a run came to, in their order."""
    rows = select(SettlementPart.digest).where(SettlementPart.run_id == run_id, SettlementPart.digest.is_not(None))
    return [str(digest) for digest in db.scalars(rows.order_by(SettlementPart.place))]


def _simulations(actor: Actor) -> Select[BillingSimulation]:
    return select(BillingSimulation).where(BillingSimulation.organisation_id == actor.organisation_id)


def get_simulation(db: Session, simulation_id: UUID, actor: Actor, *, lock: bool = False) -> BillingSimulation:
    """One simulation; 404 for another organisation's."""
    wanted = _simulations(actor).where(BillingSimulation.id == simulation_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_simulations(
    db: Session, query: BillingSimulationQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of simulations."""
    rows = _simulations(actor)
    if query.state is not None:
        rows = rows.where(BillingSimulation.state == query.state)
    return paginate(db, rows, query, {"created_at": BillingSimulation.created_at}, BillingSimulation.id)


def months_done(
    db: Session, actor: Actor, first: date, last: date, counterpart_id: UUID | None
) -> list[tuple[UUID, UUID, date, int]]:
    """Office, provider, month and number of records of what was done in some months, billed or not."""
    record = ServiceRecord
    mine, other = ("youth_office_id", "provider_id") if actor.is_youth_office else ("provider_id", "youth_office_id")
    month = cast(func.date_trunc("month", record.service_on), Date)
    rows = select(record.youth_office_id, record.provider_id, month, func.count()).where(
        getattr(record, mine) == actor.organisation_id,
        record.service_on.between(first, end_of_month(last)),
        record.reversed_at.is_(None),
    )
    if counterpart_id is not None:
        rows = rows.where(getattr(record, other) == counterpart_id)
    grouped = rows.group_by(record.youth_office_id, record.provider_id, month)
    ordered = grouped.order_by(month, record.youth_office_id, record.provider_id)
    return [(row[0], row[1], row[2], row[3]) for row in db.execute(ordered)]


def next_simulation_part(db: Session, simulation_id: UUID) -> SimulationPart | None:
    """The first month that nobody has reckoned, locked."""
    rows = select(SimulationPart).where(
        SimulationPart.simulation_id == simulation_id, SimulationPart.settled_at.is_(None)
    )
    return db.scalar(rows.order_by(SimulationPart.place).limit(1).with_for_update())


def simulation_progress(db: Session, ids: Sequence[UUID]) -> dict[UUID, SimulationProgress]:
    """How far some simulations are, and what came of them; one statement."""
    part, row = SimulationPart, SimulationRow
    settled = func.count().filter(part.settled_at.is_not(None))
    parts = (
        select(part.simulation_id, func.count(), settled, func.sum(part.records))
        .where(part.simulation_id.in_(ids))
        .group_by(part.simulation_id)
        .subquery("parts")
    )
    sums = (
        select(row.simulation_id, func.sum(row.before_cents), func.sum(row.after_cents), func.sum(row.unpriced))
        .where(row.simulation_id.in_(ids))
        .group_by(row.simulation_id)
        .subquery("sums")
    )
    rows = db.execute(select(parts, sums).outerjoin(sums, sums.c[0] == parts.c[0]))
    return {one[0]: _simulated([int(value or 0) for value in (*one[1:4], *one[5:8])]) for one in rows}


def _simulated(sums: list[int]) -> SimulationProgress:
    parts, settled, records, before, after, unpriced = sums
    return SimulationProgress(
        parts=parts,
        parts_settled=settled,
        records=records,
        percent=settled * 100 // parts,
        before_cents=before,
        after_cents=after,
        difference_cents=after - before,
        unpriced=unpriced,
    )


def list_results(
    db: Session, simulation: BillingSimulation, query: SimulationResultQuery
) -> tuple[list[Any], str | None, int | None]:
    """A page of what a simulation came to."""
    rows = select(SimulationRow).where(SimulationRow.simulation_id == simulation.id)
    for name in ("service_kind", "activity"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(SimulationRow, name) == value)
    if query.unpriced is not None:
        rows = rows.where(SimulationRow.unpriced > 0 if query.unpriced else SimulationRow.unpriced == 0)
    return paginate(db, rows, query, {"month": SimulationRow.month}, SimulationRow.id)
