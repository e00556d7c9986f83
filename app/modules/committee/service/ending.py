"""How the way of a paper ends: its last stations lapse, the paper itself takes the last step."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.modules.committee import queries, rules
from app.modules.committee.codes import ConsultationState
from app.modules.committee.models import Paper, PaperConsultation
from app.modules.committee.workflow import CONSULTATION, PAPER
from app.policy import Actor


def lapse(db: Session, planned: Iterable[PaperConsultation], *, actor: Actor, at: datetime) -> None:
    """Stations that are not reached any more; on an agenda they stand as dropped."""
    stations = list(planned)
    for station in stations:
        CONSULTATION.fire(db, station, "lapse", actor=_by_itself(actor), at=at)
    agendas = {station.meeting_id for station in stations if station.meeting_id is not None}
    if agendas:
        queries.mark_changed(db, agendas, at)


def end_if_over(db: Session, paper: Paper, *, actor: Actor, at: datetime) -> None:
    """After a station: nothing, or the paper is decided, noted or rejected."""
    step = rules.outcome(station.state for station in paper.consultations)
    if step is None:
        return
    lapse(db, [s for s in paper.consultations if s.state is ConsultationState.PLANNED], actor=actor, at=at)
    texts = [station.decision_text for station in paper.consultations if station.decision_text is not None]
    paper.decision_text, paper.ended_at = texts[-1], at
    PAPER.fire(db, paper, step, actor=_by_itself(actor), at=at)


def touch(db: Session, row: Any, at: datetime) -> None:
    """What changed stands in another row, and still makes a new version of this one."""
    row.changed_at = at
    flag_modified(row, "changed_at")
    db.flush()


def _by_itself(actor: Actor) -> Actor:
    """The service's step, in the name of whoever caused it."""
    return replace(actor, organisation_kind=None)
