"""Papers, their way, and what follows from a decision."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.committee import queries, service
from app.modules.committee.models import Paper, PaperConsultation, PaperFollowUp
from app.modules.committee.schemas import (
    CompleteFollowUp,
    ConsultationAction,
    ConsultationCreate,
    ConsultationOut,
    ConsultationPatch,
    FollowUpOut,
    FollowUpQuery,
    PaperAction,
    PaperCreate,
    PaperOut,
    PaperPatch,
    PaperQuery,
    PaperSummary,
)
from app.modules.committee.workflow import CONSULTATION, FOLLOW_UP, PAPER
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(tags=["committees"])
HEAD = PaperSummary.model_fields.keys() - {"allowed_actions"}
TEXTS = PaperOut.model_fields.keys() - {*HEAD, "allowed_actions", "consultations"}
STATION = ConsultationOut.model_fields.keys() - {"allowed_actions"}
TO_DO = FollowUpOut.model_fields.keys() - {"allowed_actions"}


def _summary(paper: Paper, actor: Actor) -> PaperSummary:
    head = {name: getattr(paper, name) for name in HEAD}
    return PaperSummary(**head, allowed_actions=PAPER.allowed(paper, actor))


def _paper(paper: Paper, actor: Actor) -> PaperOut:
    texts = {name: getattr(paper, name) for name in TEXTS}
    stations = [_station(station, actor) for station in paper.consultations]
    return PaperOut(**dict(_summary(paper, actor)), **texts, consultations=stations)


def _station(station: PaperConsultation, actor: Actor) -> ConsultationOut:
    said = {name: getattr(station, name) for name in STATION}
    return ConsultationOut(**said, allowed_actions=CONSULTATION.allowed(station, actor))


def _follow_up(follow_up: PaperFollowUp, actor: Actor) -> FollowUpOut:
    said = {name: getattr(follow_up, name) for name in TO_DO}
    return FollowUpOut(**said, allowed_actions=FOLLOW_UP.allowed(follow_up, actor))


@router.post("/papers", status_code=201, summary="Vorlage anlegen")
@needs(Permission.COMMITTEE_PREPARE)
def create_paper(body: PaperCreate, db: Db, actor: CurrentActor, now: Now) -> PaperOut:
    """Prepare a paper for committees (§ 71 SGB VIII) under the number the council's office gives it.

    It is a draft that only those see who prepare and release papers.
    """
    return _paper(service.create_paper(db, body, actor=actor, at=now), actor)


@router.get("/papers", summary="Vorlagen suchen")
@needs(Permission.COMMITTEE_READ)
def list_papers(query: Annotated[PaperQuery, Query()], db: Db, actor: CurrentActor) -> Page[PaperSummary]:
    """The own office's papers; for a provider the public ones that were released, of every office (§ 71 SGB VIII)."""
    rows, following, total = queries.list_papers(db, query, actor)
    return page_of([_summary(row, actor) for row in rows], following, total, query)


@router.get("/papers/{paper_id}", summary="Vorlage lesen")
@needs(Permission.COMMITTEE_READ)
def get_paper(paper_id: Id, db: Db, actor: CurrentActor) -> PaperOut:
    """One paper with its texts, its way (Beratungsfolge) and what each body made of it (§ 71 SGB VIII).

    Providers see the stations that are consulted on in public.
    """
    return _paper(queries.get_paper(db, paper_id, actor), actor)


@router.patch("/papers/{paper_id}", summary="Vorlage ändern")
@needs(Permission.COMMITTEE_PREPARE)
def change_paper(paper_id: Id, body: PaperPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> PaperOut:
    """Change a draft (merge patch, RFC 7396); from its release on a paper does not change."""
    return _paper(service.change_paper(db, paper_id, body, expected, actor=actor, at=now), actor)


@router.post("/papers/{paper_id}/transitions", summary="Vorlage freigeben oder zurückziehen")
@needs(Permission.COMMITTEE_READ)
def move_paper(paper_id: Id, body: PaperAction, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> PaperOut:
    """The office head signs (gez.) and releases, or the paper is withdrawn (§ 71 SGB VIII).

    A Mitteilungsvorlage goes to bodies that take note, a Beschlussvorlage to at least one that decides. That a paper
    is decided, noted or rejected follows from what the bodies do.
    """
    return _paper(service.move_paper(db, paper_id, body, expected, actor=actor, at=now), actor)


@router.get("/papers/{paper_id}/transitions", summary="Verlauf der Vorlage")
@needs(Permission.COMMITTEE_READ)
def list_paper_transitions(paper_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step of the paper so far, oldest first, for the own office."""
    return history(db, queries.get_paper(db, paper_id, actor).id)


@router.post("/papers/{paper_id}/consultations", status_code=201, summary="Beratung vorsehen")
@needs(Permission.COMMITTEE_PREPARE)
def add_consultation(paper_id: Id, body: ConsultationCreate, db: Db, actor: CurrentActor, now: Now) -> ConsultationOut:
    """Lay out the next station of the paper's way: which body, with which competence, in which meeting (§ 71 SGB VIII).

    The Jugendhilfeausschuss decides within its means, is heard before the council decides, or takes note.
    """
    return _station(service.add_consultation(db, paper_id, body, actor=actor, at=now), actor)


@router.get("/papers/{paper_id}/consultations/{consultation_id}", summary="Beratung lesen")
@needs(Permission.COMMITTEE_READ)
def get_consultation(paper_id: Id, consultation_id: Id, db: Db, actor: CurrentActor) -> ConsultationOut:
    """One station of a paper's way, with decision and votes once it was reached (§ 71 SGB VIII)."""
    return _station(queries.get_consultation(queries.get_paper(db, paper_id, actor), consultation_id), actor)


@router.patch("/papers/{paper_id}/consultations/{consultation_id}", summary="Beratung ändern")
@needs(Permission.COMMITTEE_PREPARE)
def change_consultation(
    paper_id: Id,
    consultation_id: Id,
    body: ConsultationPatch,
    db: Db,
    actor: CurrentActor,
    now: Now,
    expected: Expected,
) -> ConsultationOut:
    """Change a station that was not reached yet: competence, meeting, whether in public (merge patch, RFC 7396)."""
    return _station(
        service.change_consultation(db, paper_id, consultation_id, body, expected, actor=actor, at=now), actor
    )


@router.post("/papers/{paper_id}/consultations/{consultation_id}/transitions", summary="Ergebnis festhalten")
@needs(Permission.COMMITTEE_READ)
def move_consultation(
    paper_id: Id,
    consultation_id: Id,
    body: ConsultationAction,
    db: Db,
    actor: CurrentActor,
    now: Now,
    expected: Expected,
) -> ConsultationOut:
    """Record what the body made of the paper, or drop the station (§ 71 SGB VIII).

    Results are recorded in the order of the way, of a meeting that was held and has no minutes yet. Put off, the
    station comes again; adopted as amended, a follow-up begins; rejected, the paper's way ends. After the last
    station the paper is decided, or was noted. What was recorded does not change any more.
    """
    return _station(
        service.move_consultation(db, paper_id, consultation_id, body, expected, actor=actor, at=now), actor
    )


@router.get("/papers/{paper_id}/consultations/{consultation_id}/transitions", summary="Verlauf der Beratung")
@needs(Permission.COMMITTEE_READ)
def list_consultation_transitions(
    paper_id: Id, consultation_id: Id, db: Db, actor: CurrentActor
) -> list[TransitionOut]:
    """Every step of the station so far, for the own office."""
    return history(db, queries.get_consultation(queries.get_paper(db, paper_id, actor), consultation_id).id)


@router.get("/paper-follow-ups", summary="Folgeaufträge suchen")
@needs(Permission.COMMITTEE_PREPARE)
def list_follow_ups(query: Annotated[FollowUpQuery, Query()], db: Db, actor: CurrentActor) -> Page[FollowUpOut]:
    """What is to be done after papers were adopted as amended (§ 71 SGB VIII), with the day it is due.

    On that day, and when it is over, an event tells the office (`paper_follow_up.due`, `paper_follow_up.overdue`).
    """
    rows, following, total = queries.list_follow_ups(db, query, actor)
    return page_of([_follow_up(row, actor) for row in rows], following, total, query)


@router.get("/paper-follow-ups/{follow_up_id}", summary="Folgeauftrag lesen")
@needs(Permission.COMMITTEE_PREPARE)
def get_follow_up(follow_up_id: Id, db: Db, actor: CurrentActor) -> FollowUpOut:
    """What is to be done after a decision, until when, and whether it is (§ 71 SGB VIII)."""
    return _follow_up(queries.get_follow_up(db, follow_up_id, actor), actor)


@router.post("/paper-follow-ups/{follow_up_id}/transitions", summary="Folgeauftrag erledigen")
@needs(Permission.COMMITTEE_PREPARE)
def move_follow_up(
    follow_up_id: Id, body: CompleteFollowUp, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> FollowUpOut:
    """Say what was done; that stops the deadline (§ 71 SGB VIII)."""
    return _follow_up(service.complete_follow_up(db, follow_up_id, body, expected, actor=actor, at=now), actor)


@router.get("/paper-follow-ups/{follow_up_id}/transitions", summary="Verlauf des Folgeauftrags")
@needs(Permission.COMMITTEE_PREPARE)
def list_follow_up_transitions(follow_up_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step of the follow-up so far, oldest first."""
    return history(db, queries.get_follow_up(db, follow_up_id, actor).id)
