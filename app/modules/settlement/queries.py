"""Reading settlement runs, and finding what a month consists of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.modules.billing import ServiceRecord
from app.modules.invoices import Invoice, InvoiceKind, InvoiceState, end_of_month
from app.modules.settlement.models import SettlementOutcome, SettlementPart, SettlementProblem, SettlementRun
from app.modules.settlement.schemas import (
    SettlementPartQuery,
    SettlementProblemQuery,
    SettlementProgress,
    SettlementRunQuery,
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
