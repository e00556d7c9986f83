"""`/v1/agreements/{id}/points`, `/proposals`, `/comments`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.negotiations import queries, service
from app.modules.negotiations.models import NegotiationPoint, NegotiationProposal
from app.modules.negotiations.schemas import (
    CommentCreate,
    CommentOut,
    CommentQuery,
    PointAction,
    PointCreate,
    PointOut,
    PointQuery,
    PositionCreate,
    PositionOut,
    ProposalAction,
    ProposalCreate,
    ProposalOut,
    ProposalQuery,
)
from app.modules.negotiations.workflow import POINT, PROPOSAL
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/agreements/{agreement_id}", tags=["negotiations"])


def _point(point: NegotiationPoint, actor: Actor) -> PointOut:
    head = {
        name: getattr(point, name) for name in PointOut.model_fields if name not in ("positions", "allowed_actions")
    }
    positions = [PositionOut.model_validate(position) for position in point.positions]
    return PointOut(**head, positions=positions, allowed_actions=POINT.allowed(point, actor))


def _proposal(proposal: NegotiationProposal, actor: Actor) -> ProposalOut:
    head = {name: getattr(proposal, name) for name in ProposalOut.model_fields if name != "allowed_actions"}
    return ProposalOut(**head, allowed_actions=PROPOSAL.allowed(proposal, actor))


@router.post("/points", status_code=201, summary="Streitpunkt einbringen")
@needs(Permission.AGREEMENTS_DRAFT)
def raise_point(agreement_id: Id, body: PointCreate, db: Db, actor: CurrentActor, now: Now) -> PointOut:
    """Say what is still open in a negotiation (§ 78g Abs. 2 SGB VIII: the Schiedsstelle decides on such points).

    All parties see the point. A provider's position is read by itself and the youth office, never by another
    provider; the youth office's position is read by all.
    """
    return _point(service.raise_point(db, agreement_id, body, actor=actor, at=now), actor)


@router.get("/points", summary="Streitpunkte")
@needs(Permission.AGREEMENTS_READ)
def list_points(agreement_id: Id, query: Annotated[PointQuery, Query()], db: Db, actor: CurrentActor) -> Page[PointOut]:
    """What is open, settled or dropped, with the positions the caller may read (§§ 77, 78b SGB VIII)."""
    rows, following, total = queries.list_points(db, agreement_id, query, actor)
    return page_of([_point(row, actor) for row in rows], following, total, query)


@router.get("/points/{point_id}", summary="Streitpunkt lesen")
@needs(Permission.AGREEMENTS_READ)
def get_point(agreement_id: Id, point_id: Id, db: Db, actor: CurrentActor) -> PointOut:
    """One point with its positions, oldest first; the latest of each party counts."""
    return _point(queries.get_point(db, agreement_id, point_id, actor), actor)


@router.post("/points/{point_id}/positions", status_code=201, summary="Position beziehen")
@needs(Permission.AGREEMENTS_DRAFT)
def take_position(
    agreement_id: Id, point_id: Id, body: PositionCreate, db: Db, actor: CurrentActor, now: Now
) -> PointOut:
    """Add the own side's position; what was said before stays readable (§§ 77, 78b SGB VIII)."""
    return _point(service.take_position(db, agreement_id, point_id, body.text, actor=actor, at=now), actor)


@router.post("/points/{point_id}/transitions", summary="Streitpunkt klären")
@needs(Permission.AGREEMENTS_DRAFT)
def move_point(
    agreement_id: Id, point_id: Id, body: PointAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> PointOut:
    """Settle a point with its outcome, drop it, or open it again (§§ 77, 78b SGB VIII)."""
    return _point(service.move_point(db, agreement_id, point_id, body, expected, actor=actor, at=now), actor)


@router.get("/points/{point_id}/transitions", summary="Verlauf des Streitpunkts")
@needs(Permission.AGREEMENTS_READ)
def list_point_transitions(agreement_id: Id, point_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step of the point so far, oldest first."""
    return history(db, queries.get_point(db, agreement_id, point_id, actor).id)


@router.post("/proposals", status_code=201, summary="Änderung vorschlagen")
@needs(Permission.AGREEMENTS_DRAFT)
def propose_change(agreement_id: Id, body: ProposalCreate, db: Db, actor: CurrentActor, now: Now) -> ProposalOut:
    """Propose a change of the text to the party that drafted it (§§ 77, 78b SGB VIII).

    The change is a merge patch (RFC 7396) like that of `PATCH`; it is checked at once and again when it is accepted.
    """
    return _proposal(service.propose(db, agreement_id, body, actor=actor, at=now), actor)


@router.get("/proposals", summary="Vorschläge")
@needs(Permission.AGREEMENTS_READ)
def list_proposals(
    agreement_id: Id, query: Annotated[ProposalQuery, Query()], db: Db, actor: CurrentActor
) -> Page[ProposalOut]:
    """The proposals of the own side and those it answers; a provider never sees another's (§§ 77, 78b SGB VIII)."""
    rows, following, total = queries.list_proposals(db, agreement_id, query, actor)
    return page_of([_proposal(row, actor) for row in rows], following, total, query)


@router.get("/proposals/{proposal_id}", summary="Vorschlag lesen")
@needs(Permission.AGREEMENTS_READ)
def get_proposal(agreement_id: Id, proposal_id: Id, db: Db, actor: CurrentActor) -> ProposalOut:
    """One proposal with its answer (§§ 77, 78b SGB VIII)."""
    return _proposal(queries.get_proposal(db, agreement_id, proposal_id, actor), actor)


@router.post("/proposals/{proposal_id}/transitions", summary="Vorschlag beantworten")
@needs(Permission.AGREEMENTS_DRAFT)
def move_proposal(
    agreement_id: Id, proposal_id: Id, body: ProposalAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> ProposalOut:
    """Accept a proposal (it becomes the next version of the text), reject it with a reason, or withdraw it.

    Law: §§ 77, 78b SGB VIII; § 57 SGB X (nothing binds before all have signed).
    """
    return _proposal(service.move_proposal(db, agreement_id, proposal_id, body, expected, actor=actor, at=now), actor)


@router.get("/proposals/{proposal_id}/transitions", summary="Verlauf des Vorschlags")
@needs(Permission.AGREEMENTS_READ)
def list_proposal_transitions(agreement_id: Id, proposal_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step of the proposal so far, oldest first."""
    return history(db, queries.get_proposal(db, agreement_id, proposal_id, actor).id)


@router.post("/comments", status_code=201, summary="Text kommentieren")
@needs(Permission.AGREEMENTS_DRAFT)
def comment_agreement(agreement_id: Id, body: CommentCreate, db: Db, actor: CurrentActor, now: Now) -> CommentOut:
    """Remark on the current text; a provider's remark is read by itself and the youth office (§ 77 SGB VIII)."""
    return CommentOut.model_validate(service.comment(db, agreement_id, body, actor=actor, at=now))


@router.get("/comments", summary="Kommentare")
@needs(Permission.AGREEMENTS_READ)
def list_comments(
    agreement_id: Id, query: Annotated[CommentQuery, Query()], db: Db, actor: CurrentActor
) -> Page[CommentOut]:
    """The remarks the caller may read, on which version and which place of the text (§ 77 SGB VIII)."""
    rows, following, total = queries.list_comments(db, agreement_id, query, actor)
    return page_of([CommentOut.model_validate(row) for row in rows], following, total, query)
