"""What of the committees' work is public; explicit here, and once more in the database's own policies."""

from collections.abc import Collection, Iterable
from datetime import datetime
from operator import ge, le
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Bundle, Session, contains_eager

from app.core.db import found
from app.core.pages import paginate
from app.core.work import by_the_service
from app.modules.committee.codes import ConsultationState, PaperState
from app.modules.committee.models import (
    CommitteeBody,
    CommitteeMeeting,
    CommitteeMembership,
    Paper,
    PaperConsultation,
)
from app.modules.committee.oparl.schemas import OParlPartQuery, OParlQuery
from app.modules.organisations import Organisation
from app.policy import OrganisationKind

Rows = tuple[list[Any], str | None, int | None]
RELEASED = and_(Paper.is_public, Paper.released_at.is_not(None))
WITHDRAWN = Paper.state == PaperState.WITHDRAWN
BEGUN = func.greatest(PaperConsultation.created_at, Paper.released_at)
MOVED = func.greatest(PaperConsultation.changed_at, Paper.released_at, case((WITHDRAWN, Paper.changed_at), else_=None))
GONE = or_(WITHDRAWN, PaperConsultation.state == ConsultationState.DROPPED)


def begun_at(station: PaperConsultation) -> datetime:
    """Since when the public knows of a station: `BEGUN`, of a row."""
    return max(station.created_at, station.paper.released_at or station.created_at)


def moved_at(station: PaperConsultation) -> datetime:
    """When the public last learned of something: `MOVED`, of a row."""
    paper = station.paper
    last = max(station.changed_at, paper.released_at or station.changed_at)
    return max(last, paper.changed_at) if paper.state is PaperState.WITHDRAWN else last


def _window(
    rows: Select[Any],
    query: OParlQuery,
    created: Any,
    modified: Any,
    *,
    office: Any,
    deleted: ColumnElement[bool] | None = None,
) -> Select[Any]:
    """The filters of the standard. Deleted objects are told only to who asks what changed (`modified_since`)."""
    bounds = (
        (created, ge, query.created_since),
        (created, le, query.created_until),
        (modified, ge, query.modified_since),
        (modified, le, query.modified_until),
    )
    rows = rows.where(*(compare(column, value) for column, compare, value in bounds if value is not None))
    if query.body is not None:
        rows = rows.where(office == query.body)
    if deleted is not None and query.modified_since is None:
        rows = rows.where(~deleted)
    return rows


def youth_offices(db: Session, query: OParlQuery) -> Rows:
    """A page of the Körperschaften."""
    rows = select(Organisation).where(Organisation.kind == OrganisationKind.YOUTH_OFFICE)
    rows = _window(rows, query, Organisation.created_at, Organisation.changed_at, office=Organisation.id)
    return paginate(db, rows, query, {"created_at": Organisation.created_at}, Organisation.id)


def get_office(db: Session, organisation_id: UUID) -> Organisation:
    """One Körperschaft; 404 for none."""
    wanted = select(Organisation).where(Organisation.id == organisation_id)
    return found(db.scalar(wanted.where(Organisation.kind == OrganisationKind.YOUTH_OFFICE)))


def office_within(db: Session, query: OParlQuery) -> list[Organisation]:
    """The youth office a list is of, when the filters let its administration through."""
    return [] if query.body is None else youth_offices(db, query.model_copy(update={"cursor": None}))[0]


def span(db: Session) -> tuple[datetime | None, datetime | None]:
    """When the first youth office came, and when one last changed."""
    offices = Organisation.kind == OrganisationKind.YOUTH_OFFICE
    first, last = db.execute(
        select(func.min(Organisation.created_at), func.max(Organisation.changed_at)).where(offices)
    ).one()
    return first, last


def bodies(db: Session, query: OParlQuery) -> Rows:
    """A page of the committees that meet in public."""
    rows = select(CommitteeBody).where(CommitteeBody.is_public)
    rows = _window(
        rows, query, CommitteeBody.created_at, CommitteeBody.changed_at, office=CommitteeBody.youth_office_id
    )
    return paginate(db, rows, query, {"created_at": CommitteeBody.created_at}, CommitteeBody.id)


def find_body(db: Session, body_id: UUID) -> CommitteeBody | None:
    """One committee that meets in public, or None."""
    return db.scalar(select(CommitteeBody).where(CommitteeBody.id == body_id, CommitteeBody.is_public))


_FUNCTION: Any = Bundle(
    "function",
    CommitteeMembership.id,
    CommitteeMembership.body_id,
    CommitteeMembership.youth_office_id,
    CommitteeMembership.function,
    CommitteeMembership.has_vote,
    CommitteeMembership.valid_from,
    CommitteeMembership.valid_to,
    CommitteeMembership.created_at,
    CommitteeMembership.changed_at,
    CommitteeBody.name.label("body_name"),
)


def _functions() -> Select[Any]:
    """Functions in public committees without who holds them; the names are walled, so the service itself reads."""
    joined = select(_FUNCTION).join(CommitteeBody, CommitteeBody.id == CommitteeMembership.body_id)
    return joined.where(CommitteeBody.is_public)


def functions(db: Session, query: OParlPartQuery) -> Rows:
    """A page of functions."""
    table = CommitteeMembership
    rows = _window(_functions(), query, table.created_at, table.changed_at, office=table.youth_office_id)
    if query.organization is not None:
        rows = rows.where(table.body_id == query.organization)
    with by_the_service(db):
        return paginate(db, rows, query, {"created_at": table.created_at}, table.id)


def get_function(db: Session, membership_id: UUID) -> Any:
    """One function; 404 for none in a public committee."""
    with by_the_service(db):
        row = db.scalar(_functions().where(CommitteeMembership.id == membership_id))
    return found(row)


def functions_of(db: Session, body_ids: Collection[UUID]) -> list[Any]:
    """The functions in these committees; one statement."""
    rows = _functions().where(CommitteeMembership.body_id.in_(body_ids)).order_by(CommitteeMembership.id)
    with by_the_service(db):
        return list(db.scalars(rows))


def meetings(db: Session, query: OParlPartQuery) -> Rows:
    """A page of public meetings."""
    rows = _meetings(query)
    if query.organization is not None:
        rows = rows.where(CommitteeMeeting.body_id == query.organization)
    return paginate(db, rows, query, {"created_at": CommitteeMeeting.created_at}, CommitteeMeeting.id)


def places(db: Session, query: OParlQuery) -> Rows:
    """A page of public meetings whose place is known."""
    rows = _meetings(query).where(CommitteeMeeting.place.is_not(None))
    return paginate(db, rows, query, {"created_at": CommitteeMeeting.created_at}, CommitteeMeeting.id)


def _meetings(query: OParlQuery) -> Select[Any]:
    table = CommitteeMeeting
    public = select(table).where(table.is_public)
    return _window(public, query, table.created_at, table.changed_at, office=table.youth_office_id)


def get_meeting(db: Session, meeting_id: UUID) -> CommitteeMeeting:
    """One public meeting; 404 for none."""
    return found(
        db.scalar(select(CommitteeMeeting).where(CommitteeMeeting.id == meeting_id, CommitteeMeeting.is_public))
    )


def papers(db: Session, query: OParlQuery) -> Rows:
    """A page of released public papers."""
    rows = _window(
        select(Paper).where(RELEASED),
        query,
        Paper.released_at,
        Paper.changed_at,
        office=Paper.youth_office_id,
        deleted=WITHDRAWN,
    )
    return paginate(db, rows, query, {"created_at": Paper.created_at}, Paper.id)


def get_paper(db: Session, paper_id: UUID) -> Paper:
    """One released public paper, a withdrawn one too; 404 for none."""
    return found(db.scalar(select(Paper).where(Paper.id == paper_id, RELEASED)))


def public_of(db: Session, paper_ids: Iterable[UUID | None]) -> set[UUID]:
    """Those of the papers that may be named."""
    wanted = [paper_id for paper_id in paper_ids if paper_id is not None]
    return set(db.scalars(select(Paper.id).where(Paper.id.in_(wanted), RELEASED, ~WITHDRAWN))) if wanted else set()


def _stations() -> Select[PaperConsultation]:
    rows = select(PaperConsultation).join(PaperConsultation.paper).options(contains_eager(PaperConsultation.paper))
    return rows.where(PaperConsultation.is_public, RELEASED)


def stations(db: Session, query: OParlPartQuery, *, on_agenda: bool = False) -> Rows:
    """A page of stations consulted on in public. `on_agenda`: as items of an agenda."""
    gone = or_(GONE, PaperConsultation.meeting_id.is_(None)) if on_agenda else GONE
    rows = _window(_stations(), query, BEGUN, MOVED, office=PaperConsultation.youth_office_id, deleted=gone)
    if query.organization is not None:
        rows = rows.where(PaperConsultation.body_id == query.organization)
    return paginate(db, rows, query, {"created_at": PaperConsultation.created_at}, PaperConsultation.id)


def get_station(db: Session, station_id: UUID) -> PaperConsultation:
    """One station consulted on in public; 404 for none."""
    return found(db.scalar(_stations().where(PaperConsultation.id == station_id)))


def stations_of(
    db: Session, *, papers: Collection[UUID] = (), meetings: Collection[UUID] = ()
) -> list[PaperConsultation]:
    """The public stations of these papers, or on the agendas of these meetings, in order; one statement."""
    chosen: ColumnElement[bool] = or_(
        PaperConsultation.paper_id.in_(papers) if papers else false(),
        PaperConsultation.meeting_id.in_(meetings) if meetings else false(),
    )
    rows = _stations().where(chosen, ~GONE)
    order = (PaperConsultation.agenda_number,) if meetings else (PaperConsultation.position, PaperConsultation.round)
    return list(db.scalars(rows.order_by(*order)))
