"""Acting in a negotiation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, outbox
from app.core.db import check_version
from app.core.ids import new_id
from app.core.problems import Invalid
from app.core.work import by_the_service
from app.modules import agreements
from app.modules.agreements import Agreement
from app.modules.negotiations import queries
from app.modules.negotiations.errors import NotNegotiating, PenIsYours
from app.modules.negotiations.models import (
    NegotiationComment,
    NegotiationPoint,
    NegotiationPosition,
    NegotiationProposal,
)
from app.modules.negotiations.schemas import (
    AcceptProposal,
    CommentCreate,
    PointAction,
    PointCreate,
    ProposalAction,
    ProposalCreate,
    SettlePoint,
    WithdrawProposal,
)
from app.modules.negotiations.workflow import POINT, PROPOSAL
from app.policy import Actor

_NOWHERE = object()
outbox.announce(
    negotiation_point__created="Streitpunkt angelegt",
    negotiation_position__created="Position zu einem Streitpunkt",
    negotiation_proposal__created="Vorschlag zum Text",
    negotiation_comment__created="Anmerkung zum Text",
)


def raise_point(db: Session, agreement_id: UUID, body: PointCreate, *, actor: Actor, at: datetime) -> NegotiationPoint:
    """Say what is open; all parties see the point, the position only who may.

    Raises:
        NotNegotiating: the agreement is not being negotiated.
    """
    agreement = _negotiated(db, agreement_id, actor)
    _check_place(agreement, body.place)
    with by_the_service(db):
        number = queries.next_of(db, NegotiationPoint, agreement_id)
    point = NegotiationPoint(
        agreement_id=agreement.id,
        youth_office_id=agreement.youth_office_id,
        number=number,
        title=body.title,
        place=body.place,
        raised_by=actor.organisation_id,
        parties=agreement.audience,
        positions=[],
    )
    POINT.begin(db, point, actor=actor, at=at)
    if body.position is not None:
        _position(db, point, body.position, actor, at)
    return point


def take_position(
    db: Session, agreement_id: UUID, point_id: UUID, text: str, *, actor: Actor, at: datetime
) -> NegotiationPoint:
    """Add the own position to a point; earlier ones stay.

    Raises:
        NotNegotiating: the agreement is not being negotiated.
    """
    _negotiated(db, agreement_id, actor)
    point = queries.get_point(db, agreement_id, point_id, actor, lock=True)
    _position(db, point, text, actor, at)
    return point


def move_point(
    db: Session, agreement_id: UUID, point_id: UUID, action: PointAction, expected: int, *, actor: Actor, at: datetime
) -> NegotiationPoint:
    """Settle, drop or reopen a point."""
    _negotiated(db, agreement_id, actor)
    point = queries.get_point(db, agreement_id, point_id, actor, lock=True)
    check_version(point, expected)
    point.outcome = action.outcome if isinstance(action, SettlePoint) else None
    POINT.fire(db, point, action.action, actor=actor, at=at)
    return point


def propose(
    db: Session, agreement_id: UUID, body: ProposalCreate, *, actor: Actor, at: datetime
) -> NegotiationProposal:
    """Propose a change of the text to the party that holds the pen.

    Raises:
        PenIsYours: the own side drafted the text.
        NotNegotiating: the agreement is not being negotiated.
        Invalid: the text would not be sound, or the point is none of this agreement.
    """
    agreement = _negotiated(db, agreement_id, actor)
    if agreement.drafted_by == actor.organisation_id:
        raise PenIsYours
    patch = body.patch.model_dump(mode="json", exclude_unset=True)
    if not patch:
        raise Invalid.field("/patch", "empty", "Der Vorschlag ändert nichts.", "The proposal changes nothing.")
    agreements.check_proposal(db, agreement, patch)
    if body.point_id is not None:
        queries.get_point(db, agreement_id, body.point_id, actor)
    with by_the_service(db):
        number = queries.next_of(db, NegotiationProposal, agreement_id)
    proposal = NegotiationProposal(
        agreement_id=agreement.id,
        youth_office_id=agreement.youth_office_id,
        organisation_id=actor.organisation_id,
        answered_by=agreement.drafted_by,
        point_id=body.point_id,
        number=number,
        reason=body.reason,
        patch=patch,
        text_number=agreement.current_number,
    )
    PROPOSAL.begin(db, proposal, actor=actor, at=at)
    return proposal


def move_proposal(
    db: Session,
    agreement_id: UUID,
    proposal_id: UUID,
    action: ProposalAction,
    expected: int,
    *,
    actor: Actor,
    at: datetime,
) -> NegotiationProposal:
    """Answer a proposal; an accepted one becomes the next version of the text.

    Raises:
        AgreementFixed: the text is no longer negotiated.
        Invalid: the text as it is now does not go together with the proposal.
    """
    agreement = agreements.get_agreement(db, agreement_id, actor, lock=True)
    proposal = queries.get_proposal(db, agreement_id, proposal_id, actor, lock=True)
    check_version(proposal, expected)
    if not isinstance(action, WithdrawProposal):
        proposal.answer = action.answer
    PROPOSAL.fire(db, proposal, action.action, actor=actor, at=at)
    if isinstance(action, AcceptProposal):
        note = f"Vorschlag {proposal.number} angenommen"
        agreements.apply_proposal(db, agreement, proposal.patch, note, actor=actor, at=at)
    return proposal


def comment(db: Session, agreement_id: UUID, body: CommentCreate, *, actor: Actor, at: datetime) -> NegotiationComment:
    """Remark on the current text; a provider's remark is between it and the youth office."""
    agreement = agreements.get_agreement(db, agreement_id, actor)
    _check_place(agreement, body.place)
    remark = NegotiationComment(
        id=new_id(),
        agreement_id=agreement.id,
        youth_office_id=agreement.youth_office_id,
        organisation_id=actor.organisation_id,
        account_id=actor.id,
        text_number=agreement.current_number,
        place=body.place,
        text=body.text,
        written_at=at,
    )
    db.add(remark)
    db.flush()
    _tell(db, agreement, "negotiation_comment", remark.id, _readers(agreement.audience, remark), actor, at)
    return remark


def _check_place(agreement: Agreement, place: str | None) -> None:
    """A place is one of the text: members by name, clauses and forms by their key or their position."""
    here: Any = agreement.current.content
    for token in (place or "").split("/")[1:]:
        if isinstance(here, dict):
            here = here.get(token, _NOWHERE)
        elif isinstance(here, list):
            keyed = {str(one.get("key", one.get("purpose"))): one for one in here if isinstance(one, dict)}
            numbered = {str(number): one for number, one in enumerate(here)}
            here = {**numbered, **keyed}.get(token, _NOWHERE)
        else:
            here = _NOWHERE
        if here is _NOWHERE:
            raise Invalid.field("/place", "unknown", "Diese Stelle hat der Text nicht.", "The text has no such place.")


def _negotiated(db: Session, agreement_id: UUID, actor: Actor) -> Agreement:
    agreement = agreements.get_agreement(db, agreement_id, actor, lock=True)
    if agreement.state not in agreements.NEGOTIABLE:
        raise NotNegotiating(state=agreement.state.value)
    return agreement


def _position(db: Session, point: NegotiationPoint, text: str, actor: Actor, at: datetime) -> None:
    position = NegotiationPosition(
        point_id=point.id,
        youth_office_id=point.youth_office_id,
        organisation_id=actor.organisation_id,
        account_id=actor.id,
        text=text,
        taken_at=at,
    )
    point.positions.append(position)
    point.changed_at = at
    db.flush()
    _tell(db, point, "negotiation_position", position.id, _readers(point.parties, position), actor, at)


def _readers(parties: list[UUID], said: Any) -> list[UUID]:
    """Who learns of what was said: all, when the youth office said it."""
    if said.organisation_id == said.youth_office_id:
        return parties
    return [said.youth_office_id, said.organisation_id]


def _tell(db: Session, of: Any, kind: str, id_: UUID, audience: list[UUID], actor: Actor, at: datetime) -> None:
    common = {"tenant_id": of.tenant_id, "subject_kind": kind, "subject_id": id_, "actor": actor, "at": at}
    audit.record(db, action=f"{kind}.create", **common)
    outbox.emit(db, f"{kind}.created", audience=audience, **common)
