"""Preparing papers: their text, their release, and their end before its time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.patching import apply, differing
from app.core.problems import FieldError, Invalid, NotFound
from app.modules import agreements
from app.modules.committee import queries
from app.modules.committee.codes import ConsultationState, PaperState
from app.modules.committee.errors import PaperFixed
from app.modules.committee.models import Paper
from app.modules.committee.schemas import PaperAction, PaperAnnex, PaperCreate, PaperPatch, ReleasePaper
from app.modules.committee.service.ending import lapse
from app.modules.committee.workflow import PAPER
from app.policy import Actor

NULLABLE = {"financial_effects", "agreement_id", "related_paper_id"}


def create_paper(db: Session, body: PaperCreate, *, actor: Actor, at: datetime) -> Paper:
    """Begin a paper; its way is laid out station by station.

    Raises:
        Conflict: the office has a paper of this number.
        Invalid: it names an agreement or paper that is not the office's.
    """
    _check_links(db, body.model_dump(exclude={"annexes"}), body.annexes, actor)
    paper = Paper(
        **body.model_dump(mode="python", exclude={"annexes"}),
        annexes=_told(body.annexes),
        youth_office_id=actor.organisation_id,
        author_id=actor.id,
        consultations=[],
    )
    PAPER.begin(db, paper, actor=actor, at=at)
    return paper


def change_paper(db: Session, paper_id: UUID, patch: PaperPatch, expected: int, *, actor: Actor, at: datetime) -> Paper:
    """Change a draft (merge patch).

    Raises:
        PaperFixed: it is released, or withdrawn.
        Invalid: a part that must be there is taken away, or a link leads nowhere.
    """
    paper = queries.get_paper(db, paper_id, actor, lock=True)
    check_version(paper, expected)
    if paper.state is not PaperState.DRAFT:
        raise PaperFixed(state=paper.state.value)
    changes = patch.model_dump(exclude_unset=True)
    if "annexes" in changes:
        changes["annexes"] = _told(patch.annexes or [])
    changes = differing(paper, changes, nullable=NULLABLE)
    if not changes:
        return paper
    _check_links(db, changes, patch.annexes or [], actor, paper)
    apply(paper, changes, nullable=NULLABLE)
    paper.changed_at = at
    db.flush()
    audit.record(
        db,
        tenant_id=paper.tenant_id,
        actor=actor,
        action="paper.change",
        subject_kind=PAPER.name,
        subject_id=paper.id,
        at=at,
        details={"version": paper.version},
    )
    return paper


def move_paper(db: Session, paper_id: UUID, action: PaperAction, expected: int, *, actor: Actor, at: datetime) -> Paper:
    """Release a paper, signed by the office head, or withdraw it.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    paper = queries.get_paper(db, paper_id, actor, lock=True)
    check_version(paper, expected)
    planned = [station for station in paper.consultations if station.state is ConsultationState.PLANNED]
    with db.no_autoflush:
        if isinstance(action, ReleasePaper):
            ahead = [station.competence.value for station in planned]
            paper.signature, paper.released_at, paper.released_by = action.signature, at, actor.id
            PAPER.fire(db, paper, "release", actor=actor, at=at, competences=ahead)
        else:
            paper.withdrawal_reason, paper.ended_at = action.reason, at
            PAPER.fire(db, paper, "withdraw", actor=actor, at=at)
            lapse(db, planned, actor=actor, at=at)
    return paper


def _told(annexes: list[PaperAnnex]) -> list[Any]:
    return [annex.model_dump(mode="json") for annex in annexes]


def _check_links(
    db: Session, named: dict[str, Any], annexes: list[PaperAnnex], actor: Actor, paper: Paper | None = None
) -> None:
    faults = []
    if named.get("agreement_id") is not None and _version_of(db, named["agreement_id"], actor) is None:
        faults.append(_unknown("/agreement_id", "Diese Vereinbarung", "agreement"))
    if (related := named.get("related_paper_id")) is not None and not _is_other(db, related, actor, paper):
        faults.append(_unknown("/related_paper_id", "Diese Vorlage", "paper"))
    for place, annex in enumerate(annexes):
        if annex.agreement_id is None:
            continue
        newest = _version_of(db, annex.agreement_id, actor)
        if newest is None:
            faults.append(_unknown(f"/annexes/{place}/agreement_id", "Diese Vereinbarung", "agreement"))
        elif (annex.agreement_version or 0) > newest:
            faults.append(_unknown(f"/annexes/{place}/agreement_version", "Diese Fassung", "version"))
    if faults:
        raise Invalid(errors=faults)


def _unknown(pointer: str, de: str, en: str) -> FieldError:
    return FieldError(pointer, "unknown", f"{de} gibt es nicht.", f"There is no such {en}.")


def _version_of(db: Session, agreement_id: UUID, actor: Actor) -> int | None:
    """The number of an agreement's newest text; None when it is none of the office's."""
    try:
        return agreements.get_agreement(db, agreement_id, actor).current_number
    except NotFound:
        return None


def _is_other(db: Session, paper_id: UUID, actor: Actor, paper: Paper | None) -> bool:
    try:
        return queries.get_paper(db, paper_id, actor) is not paper
    except NotFound:
        return False
