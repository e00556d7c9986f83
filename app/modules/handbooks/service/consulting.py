"""Consultation: others comment on a draft, the youth office answers, time ends it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.db import CONSTRAINT_TEXTS, check_version
from app.core.problems import Conflict, Invalid
from app.modules.handbooks import queries, rules
from app.modules.handbooks.content import has_part
from app.modules.handbooks.errors import NotInConsultation
from app.modules.handbooks.models import HandbookComment, HandbookState
from app.modules.handbooks.schemas import HandbookCommentAnswer, HandbookCommentCreate
from app.modules.handbooks.workflow import VERSION
from app.policy import SYSTEM, Actor

outbox.announce(
    handbook_comment__made="Qualitätshandbuch: Stellungnahme abgegeben",
    handbook_comment__answered="Qualitätshandbuch: Stellungnahme beantwortet",
)


def comment(
    db: Session, handbook_id: UUID, number: int, body: HandbookCommentCreate, *, actor: Actor, at: datetime
) -> HandbookComment:
    """Say something on a text in consultation; it stays bound to the text as it was.

    Raises:
        NotInConsultation: no consultation is open, or its last day is over.
        Invalid: the text has no such place.
    """
    version = queries.get_version(db, handbook_id, number, actor, hold=True)
    if not rules.takes_comments(version, at):
        raise NotInConsultation
    if body.pointer is not None and not has_part(version.content, body.pointer):
        de, en = "Diese Stelle gibt es im Text nicht.", "The text has no such place."
        raise Invalid.field("/pointer", "unknown", de, en)
    made = HandbookComment(
        handbook_id=handbook_id,
        version_id=version.id,
        version_number=version.number,
        youth_office_id=version.youth_office_id,
        organisation_id=actor.organisation_id,
        account_id=actor.id,
        content_hash=version.content_hash,
        created_at=at,
        **body.model_dump(),
    )
    db.add(made)
    db.flush()
    _tell(db, made, "made", actor, at)
    return made


def answer(
    db: Session,
    handbook_id: UUID,
    number: int,
    comment_id: UUID,
    body: HandbookCommentAnswer,
    expected: int,
    *,
    actor: Actor,
    at: datetime,
) -> HandbookComment:
    """Tell whoever commented what became of it; once.

    Raises:
        Conflict: it is answered.
    """
    said = queries.get_comment(db, handbook_id, number, comment_id, actor, lock=True)
    check_version(said, expected)
    if said.verdict is not None:
        raise Conflict(reason=CONSTRAINT_TEXTS["handbook_comment_fixed"])
    said.verdict, said.answer = body.verdict, body.answer
    said.answered_by, said.answered_at = actor.id, at
    db.flush()
    _tell(db, said, "answered", actor, at)
    return said


def consultation_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """The last day of a consultation is over: back to the drafting table. Tells all who were asked."""
    version = queries.version_by_id(db, deadline.subject_id, SYSTEM)
    queries.get_handbook(db, version.handbook_id, SYSTEM, lock=True)
    db.refresh(version)  # whoever held the handbook may have closed the consultation meanwhile
    if version.state is HandbookState.IN_CONSULTATION:
        VERSION.fire(db, version, "end_consultation", actor=SYSTEM, at=now)
    deadlines.meet(db, version.id, deadline.kind, by=SYSTEM.id, at=now)
    return [str(organisation_id) for organisation_id in version.audience]


def _tell(db: Session, said: HandbookComment, what: str, actor: Actor, at: datetime) -> None:
    """Evidence and news; what was said stands in the comment only."""
    audit.record(
        db,
        tenant_id=said.youth_office_id,
        actor=actor,
        action=f"handbook_comment.{what}",
        subject_kind="handbook_comment",
        subject_id=said.id,
        at=at,
        details={"content_hash": said.content_hash, "verdict": said.verdict, "version": said.version},
    )
    outbox.emit(
        db,
        f"handbook_comment.{what}",
        tenant_id=said.youth_office_id,
        subject_kind="handbook_comment",
        subject_id=said.id,
        audience=[said.youth_office_id, said.organisation_id],
        actor=actor,
        at=at,
        data={"handbook_id": str(said.handbook_id), "number": said.version_number, "version": said.version},
    )
