"""Reading negotiations: points for all parties, the rest for its author and the youth office."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload, with_loader_criteria

from app.core.db import Base, found
from app.core.pages import paginate
from app.modules import agreements
from app.modules.negotiations.models import (
    NegotiationComment,
    NegotiationPoint,
    NegotiationPosition,
    NegotiationProposal,
)
from app.modules.negotiations.schemas import CommentQuery, PointQuery, ProposalQuery
from app.policy import Actor


def readable(said: Any, actor: Actor) -> ColumnElement[bool]:
    """What the youth office said, or the own side; the youth office reads all."""
    condition: ColumnElement[bool] = (
        (said.organisation_id == actor.organisation_id)
        | (said.youth_office_id == actor.organisation_id)
        | (said.organisation_id == said.youth_office_id)
    )
    return condition


def get_point(db: Session, agreement_id: UUID, point_id: UUID, actor: Actor, *, lock: bool = False) -> NegotiationPoint:
    """A point of an agreement with the positions the actor may read; 404 unless its organisation is a party."""
    agreements.get_agreement(db, agreement_id, actor)
    wanted = (
        select(NegotiationPoint)
        .where(NegotiationPoint.id == point_id, NegotiationPoint.agreement_id == agreement_id)
        .options(selectinload(NegotiationPoint.positions))
        .options(with_loader_criteria(NegotiationPosition, readable(NegotiationPosition, actor)))
    )
    return found(db.scalar(wanted.with_for_update(of=NegotiationPoint) if lock else wanted))


def list_points(
    db: Session, agreement_id: UUID, query: PointQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of points."""
    agreements.get_agreement(db, agreement_id, actor)
    rows = (
        select(NegotiationPoint)
        .where(NegotiationPoint.agreement_id == agreement_id)
        .options(selectinload(NegotiationPoint.positions))
        .options(with_loader_criteria(NegotiationPosition, readable(NegotiationPosition, actor)))
    )
    if query.state:
        rows = rows.where(NegotiationPoint.state == query.state)
    return paginate(db, rows, query, {"number": NegotiationPoint.number}, NegotiationPoint.id)


def get_proposal(
    db: Session, agreement_id: UUID, proposal_id: UUID, actor: Actor, *, lock: bool = False
) -> NegotiationProposal:
    """A proposal; 404 for parties it does not concern."""
    wanted = select(NegotiationProposal).where(
        NegotiationProposal.id == proposal_id, NegotiationProposal.agreement_id == agreement_id, _concerns(actor)
    )
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_proposals(
    db: Session, agreement_id: UUID, query: ProposalQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of the proposals that concern the actor's organisation."""
    agreements.get_agreement(db, agreement_id, actor)
    rows = select(NegotiationProposal).where(NegotiationProposal.agreement_id == agreement_id, _concerns(actor))
    if query.state:
        rows = rows.where(NegotiationProposal.state == query.state)
    return paginate(db, rows, query, {"number": NegotiationProposal.number}, NegotiationProposal.id)


def list_comments(
    db: Session, agreement_id: UUID, query: CommentQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of the comments the actor may read."""
    agreements.get_agreement(db, agreement_id, actor)
    rows = select(NegotiationComment).where(
        NegotiationComment.agreement_id == agreement_id, readable(NegotiationComment, actor)
    )
    if query.text_number:
        rows = rows.where(NegotiationComment.text_number == query.text_number)
    return paginate(db, rows, query, {"written_at": NegotiationComment.written_at}, NegotiationComment.id)


def next_of(db: Session, table: type[Base], agreement_id: UUID) -> int:
    """The next number within an agreement; the agreement is locked, so that nobody takes the same."""
    columns = table.__table__.c
    return 1 + (db.scalar(select(func.max(columns.number)).where(columns.agreement_id == agreement_id)) or 0)


def _concerns(actor: Actor) -> ColumnElement[bool]:
    mine = actor.organisation_id
    return (
        (NegotiationProposal.organisation_id == mine)
        | (NegotiationProposal.answered_by == mine)
        | (NegotiationProposal.youth_office_id == mine)
    )
