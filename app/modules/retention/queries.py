"""Reading reviews, holds and requests; and finding whose time is over."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, extract, func, or_, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.core.work import by_the_service
from app.law import retention as law
from app.modules import cases
from app.modules.identities import HelpPerson, PersonRole
from app.modules.protection import EndangermentCase
from app.modules.retention.models import (
    ErasureRequest,
    LegalHold,
    RetentionMatter,
    RetentionReview,
    RetentionState,
    SubjectRequest,
    SubjectRequestState,
)
from app.modules.retention.schemas import (
    ErasureRequestQuery,
    LegalHoldQuery,
    RetentionReviewQuery,
    SubjectRequestQuery,
)
from app.policy import Actor

Listed = tuple[list[Any], str | None, int | None]
OVER = (cases.HelpState.ENDED, cases.HelpState.WITHDRAWN)
MOST = 500
"""So many files are laid before people in one look."""


def own(actor: Actor, table: Any) -> Select[Any]:
    """The rows of the actor's youth office, or of its provider."""
    side = table.youth_office_id if actor.is_youth_office else table.provider_id
    return select(table).where(side == actor.organisation_id)


def get(db: Session, table: Any, id_: UUID, actor: Actor, *, lock: bool = False) -> Any:
    """One row; 404 for others'. `lock`: for a change."""
    wanted = own(actor, table).where(table.id == id_)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_reviews(db: Session, query: RetentionReviewQuery, actor: Actor) -> Listed:
    """A page of reviews."""
    of = RetentionReview
    return _listed(db, of, query, actor, ("state", "matter", "help_id"), ("kept_until", "created_at"))


def list_holds(db: Session, query: LegalHoldQuery, actor: Actor, today: date) -> Listed:
    """A page of holds."""
    rows = own(actor, LegalHold)
    if query.help_id is not None:
        rows = rows.where(LegalHold.help_id == query.help_id)
    if query.in_force is not None:
        rows = rows.where(_in_force(today) if query.in_force else ~_in_force(today))
    return paginate(db, rows, query, {"placed_at": LegalHold.placed_at}, LegalHold.id)


def list_erasures(db: Session, query: ErasureRequestQuery, actor: Actor) -> Listed:
    """A page of requests to providers."""
    return _listed(db, ErasureRequest, query, actor, ("state", "help_id"), ("due_on", "created_at"))


def list_subject_requests(db: Session, query: SubjectRequestQuery, actor: Actor) -> Listed:
    """A page of persons' requests."""
    return _listed(db, SubjectRequest, query, actor, ("state", "kind", "help_id"), ("due_on", "created_at"))


def _listed(db: Session, of: Any, query: Any, actor: Actor, filters: Sequence[str], sorts: Sequence[str]) -> Listed:
    rows = own(actor, of)
    for name in filters:
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(of, name) == value)
    return paginate(db, rows, query, {name: getattr(of, name) for name in sorts}, of.id)


def _in_force(today: date) -> ColumnElement[bool]:
    return and_(LegalHold.lifted_at.is_(None), func.coalesce(LegalHold.until >= today, True))


def is_held(db: Session, subject_ids: Sequence[UUID], today: date) -> bool:
    """Whether a hold on one of these is in force."""
    return bool(db.scalar(select(exists().where(LegalHold.subject_id.in_(subject_ids), _in_force(today)))))


def is_asked_for(db: Session, help_id: UUID) -> bool:
    """Whether a person of the help waits for an answer."""
    waiting = exists().where(SubjectRequest.help_id == help_id, SubjectRequest.state == SubjectRequestState.OPEN)
    return bool(db.scalar(select(waiting)))


def is_restricted(db: Session, help_id: UUID) -> bool:
    """Whether the processing of a help's file is restricted (the service's transaction)."""
    of = RetentionReview
    restricted = exists().where(of.help_id == help_id, of.state == RetentionState.RESTRICTED)
    return bool(db.scalar(select(restricted)))


def procedures_of(db: Session, help_id: UUID) -> Sequence[EndangermentCase]:
    """The procedures of § 8a about a help (the service's transaction)."""
    return db.scalars(select(EndangermentCase).where(EndangermentCase.help_id == help_id)).all()


def count_entrusted(db: Session, help_id: UUID) -> int:
    """How many procedures of § 8a there were about a help."""
    with by_the_service(db):
        return len(procedures_of(db, help_id))


def _unseen(matter: RetentionMatter, subject: Any) -> ColumnElement[bool]:
    return ~exists().where(RetentionReview.matter == matter, RetentionReview.subject_id == subject)


def old_helps(db: Session, today: date) -> Sequence[cases.Help]:
    """Helps that are over whose file may be due, by the year of birth; who was born exactly when, the service looks."""
    young = (PersonRole.CHILD, PersonRole.YOUNG_PERSON)
    born = select(func.max(HelpPerson.birth_year)).where(
        HelpPerson.help_id == cases.Help.id, HelpPerson.role.in_(young)
    )
    ended = extract("year", func.coalesce(cases.Help.ended_on, cases.Help.ends_on))
    year = func.coalesce(born.correlate(cases.Help).scalar_subquery(), ended)
    rows = select(cases.Help).where(
        cases.Help.state.in_(OVER),
        year + law.EARLIEST_YEARS <= today.year,
        _unseen(RetentionMatter.HELP_FILE, cases.Help.id),
    )
    return db.scalars(rows.order_by(cases.Help.id).limit(MOST)).all()


def old_billing(db: Session, today: date) -> Sequence[cases.Help]:
    """Helps whose papers of billing are due."""
    ended = extract("year", func.coalesce(cases.Help.ended_on, cases.Help.ends_on))
    rows = select(cases.Help).where(
        cases.Help.state.in_(OVER),
        ended + law.BILLING_FILE.years < today.year,
        _unseen(RetentionMatter.BILLING_FILE, cases.Help.id),
    )
    return db.scalars(rows.order_by(cases.Help.id).limit(MOST)).all()


def old_procedures(db: Session, today: date) -> Sequence[EndangermentCase]:
    """Procedures of § 8a without a help that may be due."""
    of = EndangermentCase
    rows = select(of).where(
        of.help_id.is_(None),
        extract("year", of.closed_at) + law.ENDANGERMENT_FILE.years <= today.year,
        _unseen(RetentionMatter.ENDANGERMENT_FILE, of.id),
    )
    return db.scalars(rows.order_by(of.id).limit(MOST)).all()


def freed(db: Session, today: date) -> Sequence[RetentionReview]:
    """Files that were kept for a hold that is in force no more; locked."""
    of = RetentionReview
    about = or_(LegalHold.subject_id == of.subject_id, LegalHold.help_id == of.help_id)
    rows = select(of).where(of.state == RetentionState.KEPT, ~exists().where(about, _in_force(today)))
    return db.scalars(rows.order_by(of.id).limit(MOST).with_for_update()).all()
