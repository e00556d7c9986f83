"""Reading proofs of service: they are the records of a month that are not reversed, and nothing kept beside them."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.core.problems import Invalid, NotFound
from app.modules.billing import ServiceRecord, end_of_month
from app.modules.proofs.models import UNSIGNED, ProofSignature, ProofWithdrawal, SignedAs
from app.modules.proofs.schemas import ProofQuery, ProofSignatureQuery, ProofState
from app.policy import Actor

Listed = tuple[list[Any], str | None, int | None]
FAMILY = (SignedAs.GUARDIAN, SignedAs.YOUNG_ADULT)
"""Whose signature confirms a proof; a professional's alone does not, nor that of a child."""
MONTH = cast(func.date_trunc(literal_column("'month'"), ServiceRecord.service_on), Date)
SIGNATURE = select(
    ProofSignature, ProofWithdrawal.withdrawn_by, ProofWithdrawal.withdrawn_at, ProofWithdrawal.reason
).outerjoin(ProofWithdrawal, ProofWithdrawal.signature_id == ProofSignature.id)
"""A signature with its withdrawal."""


def month_of(month: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")


def _mine(table: Any, actor: Actor) -> ColumnElement[bool]:
    side = table.youth_office_id if actor.is_youth_office else table.provider_id
    return and_(side == actor.organisation_id)


def records_of(db: Session, help_id: UUID, provider_id: UUID | None, first: date, actor: Actor) -> list[ServiceRecord]:
    """What one provider recorded for a help in a month.

    Raises:
        NotFound: nothing that the actor's organisation may know of.
        Invalid: of several providers, and none is named.
    """
    rows = select(ServiceRecord).where(
        _mine(ServiceRecord, actor),
        ServiceRecord.help_id == help_id,
        ServiceRecord.service_on.between(first, end_of_month(first)),
        ServiceRecord.reversed_at.is_(None),
    )
    if provider_id is not None:
        rows = rows.where(ServiceRecord.provider_id == provider_id)
    records = list(db.scalars(rows.order_by(ServiceRecord.starts_at, ServiceRecord.id)))
    if not records:
        raise NotFound
    if len({record.provider_id for record in records}) > 1:
        de, en = "Mehrere Träger haben etwas erfasst; bitte einen nennen.", "Several providers recorded; name one."
        raise Invalid.field("query:provider_id", "several", de, en)
    return records


def sheets(*wanted: ColumnElement[bool]) -> Select[Any]:
    """The proofs over some records with the family's newest signature; one row per help, provider and month."""
    sheet = (
        select(
            ServiceRecord.help_id,
            ServiceRecord.provider_id,
            MONTH.label("month"),
            func.count().label("records"),
            func.sum(ServiceRecord.minutes).label("minutes"),
            func.bool_or(ServiceRecord.invoice_id.is_(None)).label("is_unbilled"),
            func.array_agg(aggregate_order_by(ServiceRecord.id, ServiceRecord.id)).label("ids"),
        )
        .where(*wanted, ServiceRecord.reversed_at.is_(None))
        .group_by(ServiceRecord.help_id, ServiceRecord.provider_id, MONTH)
        .subquery()
    )
    withdrawn = select(ProofWithdrawal.id).where(ProofWithdrawal.signature_id == ProofSignature.id).exists()
    newest = (
        select(ProofSignature.record_ids, ProofSignature.signed_on, ProofSignature.way)
        .where(
            ProofSignature.help_id == sheet.c.help_id,
            ProofSignature.provider_id == sheet.c.provider_id,
            ProofSignature.month == sheet.c.month,
            ProofSignature.signed_as.in_(FAMILY),
            ~withdrawn,
        )
        .order_by(ProofSignature.recorded_at.desc(), ProofSignature.id.desc())
        .limit(1)
        .lateral()
    )
    state = case(
        (newest.c.record_ids.is_(None), ProofState.OPEN.value),
        (newest.c.record_ids != sheet.c.ids, ProofState.OUTDATED.value),
        (newest.c.way.in_(sorted(UNSIGNED)), ProofState.EXCUSED.value),
        else_=ProofState.SIGNED.value,
    )
    return select(sheet, state.label("state"), newest.c.signed_on).outerjoin(newest, true())


def list_proofs(db: Session, help_id: UUID, query: ProofQuery, actor: Actor) -> Listed:
    """A page of the months of a help; one statement."""
    proof = sheets(_mine(ServiceRecord, actor), ServiceRecord.help_id == help_id).subquery()
    tie = func.concat(proof.c.month, proof.c.provider_id)
    rows = select(proof)
    for name in ("provider_id", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(proof.c[name] == value)
    return paginate(db, rows, query, {"month": proof.c.month, "minutes": proof.c.minutes}, tie)


def get_proof(db: Session, help_id: UUID, provider_id: UUID, first: date) -> Any:
    """One month's proof without its entries, which `records_of` has found."""
    return db.execute(sheets(*_of([help_id], provider_id, first))).one()


def _of(help_ids: Collection[UUID], provider_id: UUID, first: date) -> tuple[ColumnElement[bool], ...]:
    return (
        ServiceRecord.help_id.in_(help_ids),
        ServiceRecord.provider_id == provider_id,
        ServiceRecord.service_on.between(first, end_of_month(first)),
    )


def list_signatures(db: Session, help_id: UUID, first: date, query: ProofSignatureQuery, actor: Actor) -> Listed:
    """A page of signatures under a month's proof, each with its withdrawal."""
    rows = SIGNATURE.where(
        _mine(ProofSignature, actor), ProofSignature.help_id == help_id, ProofSignature.month == first
    )
    for name in ("provider_id", "signed_as"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(ProofSignature, name) == value)
    return paginate(db, rows, query, {"recorded_at": ProofSignature.recorded_at}, ProofSignature.id)


def get_signature(db: Session, help_id: UUID, first: date, signature_id: UUID, actor: Actor) -> Any:
    """One signature with its withdrawal; 404 for others'."""
    rows = SIGNATURE.where(
        _mine(ProofSignature, actor),
        ProofSignature.id == signature_id,
        ProofSignature.help_id == help_id,
        ProofSignature.month == first,
    )
    return found(db.execute(rows).one_or_none())


def signatures_of(db: Session, help_id: UUID, provider_id: UUID, first: date) -> list[Any]:
    """The signatures under a month's proof with their withdrawals, in the order in which they were recorded."""
    rows = SIGNATURE.where(
        ProofSignature.help_id == help_id, ProofSignature.provider_id == provider_id, ProofSignature.month == first
    )
    return list(db.execute(rows.order_by(ProofSignature.recorded_at, ProofSignature.id)))


def present(db: Session, help_id: UUID, first: date, actor: Actor) -> dict[UUID, list[UUID]]:
    """The records that stand now on each provider's proof of a month, by provider; one statement."""
    rows = select(ServiceRecord.provider_id, ServiceRecord.id).where(
        _mine(ServiceRecord, actor),
        ServiceRecord.help_id == help_id,
        ServiceRecord.service_on.between(first, end_of_month(first)),
        ServiceRecord.reversed_at.is_(None),
    )
    of: dict[UUID, list[UUID]] = {}
    for provider_id, record_id in db.execute(rows.order_by(ServiceRecord.id)):
        of.setdefault(provider_id, []).append(record_id)
    return of


def confirmed(db: Session, help_ids: Collection[UUID], provider_id: UUID, first: date) -> frozenset[UUID]:
    """The records of a month's proofs that the family has signed as they stand now.

    Where anything was recorded or reversed after the signature, none of that proof's records count as confirmed.
    """
    proof = sheets(*_of(help_ids, provider_id, first)).subquery()
    return frozenset(db.scalars(select(func.unnest(proof.c.ids)).where(proof.c.state == ProofState.SIGNED.value)))
