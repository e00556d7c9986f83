"""Reading committees.

An office reads its own: drafts those who prepare and release them, the rest every reader. A provider reads what is
public of every office that uses this service: that is what the council's own information system shows to anybody.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update
from sqlalchemy.orm import Session, contains_eager, selectinload, with_loader_criteria

from app.core.db import found
from app.core.pages import paginate
from app.modules.committee.codes import ConsultationState, MeetingState
from app.modules.committee.models import (
    CommitteeAttendance,
    CommitteeBody,
    CommitteeMeeting,
    CommitteeMembership,
    CommitteeMinutes,
    Paper,
    PaperConsultation,
    PaperFollowUp,
)
from app.modules.committee.schemas import BodyQuery, FollowUpQuery, MeetingQuery, MembershipQuery, PaperQuery
from app.policy import Actor, Permission

RELEASED = Paper.released_at.is_not(None)


def _readable(table: Any, actor: Actor) -> ColumnElement[bool]:
    """The own office's rows; for a provider what is public."""
    if actor.is_system:
        return true()
    if actor.is_youth_office:
        own: ColumnElement[bool] = table.youth_office_id == actor.organisation_id
        return own
    public: ColumnElement[bool] = table.is_public
    return public


def _papers(actor: Actor) -> ColumnElement[bool]:
    """The papers an actor may read: a draft only who prepares or releases papers."""
    mine = _readable(Paper, actor)
    if actor.is_youth_office and (actor.may(Permission.COMMITTEE_PREPARE) or actor.may(Permission.COMMITTEE_RELEASE)):
        return mine
    return and_(mine, RELEASED)


def get_body(db: Session, body_id: UUID, actor: Actor, *, own: bool = False, lock: bool = False) -> CommitteeBody:
    """One body; 404 when the actor may not know of it. `own`: of the own office only."""
    wanted = select(CommitteeBody).where(CommitteeBody.id == body_id, _readable(CommitteeBody, actor))
    if own:
        wanted = wanted.where(CommitteeBody.youth_office_id == actor.organisation_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_bodies(db: Session, query: BodyQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of bodies."""
    rows = select(CommitteeBody).where(_readable(CommitteeBody, actor))
    for name in ("youth_office_id", "kind"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(CommitteeBody, name) == value)
    sorts = {name: getattr(CommitteeBody, name) for name in ("name", "created_at")}
    return paginate(db, rows, query, sorts, CommitteeBody.id)


def _sits(day: date) -> ColumnElement[bool]:
    until = CommitteeMembership.valid_to
    return and_(CommitteeMembership.valid_from <= day, or_(until.is_(None), until >= day))


def get_membership(
    db: Session, body_id: UUID, membership_id: UUID, actor: Actor, *, lock: bool = False
) -> CommitteeMembership:
    """One membership in a body of the own office; 404 for any other."""
    wanted = select(CommitteeMembership).where(
        CommitteeMembership.id == membership_id,
        CommitteeMembership.body_id == body_id,
        CommitteeMembership.youth_office_id == actor.organisation_id,
    )
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_memberships(
    db: Session, body_id: UUID, query: MembershipQuery, actor: Actor
) -> tuple[list[Any], str | None, int | None]:
    """A page of who sits in a body of the own office."""
    get_body(db, body_id, actor, own=True)
    rows = select(CommitteeMembership).where(CommitteeMembership.body_id == body_id)
    if query.on:
        rows = rows.where(_sits(query.on))
    if query.function:
        rows = rows.where(CommitteeMembership.function == query.function)
    sorts = {name: getattr(CommitteeMembership, name) for name in ("name", "valid_from")}
    return paginate(db, rows, query, sorts, CommitteeMembership.id)


def sitting_on(db: Session, body_id: UUID, day: date, ids: Collection[UUID]) -> set[UUID]:
    """Those of the memberships that count in a body on a day."""
    rows = select(CommitteeMembership.id).where(CommitteeMembership.body_id == body_id, _sits(day))
    return set(db.scalars(rows.where(CommitteeMembership.id.in_(ids))))


def get_paper(db: Session, paper_id: UUID, actor: Actor, *, lock: bool = False) -> Paper:
    """One paper with its way; 404 when the actor may not know of it. `lock`: for a change of it or its way."""
    wanted = select(Paper).where(Paper.id == paper_id, _papers(actor)).options(selectinload(Paper.consultations))
    if actor.is_provider:
        wanted = wanted.options(with_loader_criteria(PaperConsultation, PaperConsultation.is_public))
    return found(db.scalar(wanted.with_for_update(of=Paper) if lock else wanted))


def list_papers(db: Session, query: PaperQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of papers."""
    rows = select(Paper).where(_papers(actor))
    for name in ("youth_office_id", "state", "kind", "agreement_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Paper, name) == value)
    if query.body_id:
        on_way = select(PaperConsultation.paper_id).where(PaperConsultation.body_id == query.body_id)
        on_way = on_way.where(_readable(PaperConsultation, actor))
        rows = rows.where(Paper.id.in_(on_way))
    sorts = {name: getattr(Paper, name) for name in ("number", "created_at")}
    return paginate(db, rows, query, sorts, Paper.id)


def get_consultation(paper: Paper, consultation_id: UUID) -> PaperConsultation:
    """One station of a paper's way; 404 for none."""
    return found(next((station for station in paper.consultations if station.id == consultation_id), None))


def paper_of(db: Session, consultation_id: UUID, actor: Actor) -> Paper:
    """The own office's paper that a station belongs to, locked; 404 for any other."""
    its = select(PaperConsultation.paper_id).where(PaperConsultation.id == consultation_id)
    wanted = select(Paper).where(Paper.id.in_(its), Paper.youth_office_id == actor.organisation_id, _papers(actor))
    return found(db.scalar(wanted.options(selectinload(Paper.consultations)).with_for_update(of=Paper)))


def get_meeting(
    db: Session, meeting_id: UUID, actor: Actor, *, own: bool = False, lock: bool = False
) -> CommitteeMeeting:
    """One meeting; 404 when the actor may not know of it. `own`: of the own office only."""
    wanted = select(CommitteeMeeting).where(CommitteeMeeting.id == meeting_id, _readable(CommitteeMeeting, actor))
    if own:
        wanted = wanted.where(CommitteeMeeting.youth_office_id == actor.organisation_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_meetings(db: Session, query: MeetingQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of meetings."""
    rows = select(CommitteeMeeting).where(_readable(CommitteeMeeting, actor))
    for name in ("youth_office_id", "body_id", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(CommitteeMeeting, name) == value)
    if query.starts_from:
        rows = rows.where(CommitteeMeeting.starts_at >= query.starts_from)
    if query.starts_until:
        rows = rows.where(CommitteeMeeting.starts_at <= query.starts_until)
    sorts = {name: getattr(CommitteeMeeting, name) for name in ("starts_at", "created_at")}
    return paginate(db, rows, query, sorts, CommitteeMeeting.id)


def agenda_of(db: Session, meeting_id: UUID, actor: Actor) -> Sequence[PaperConsultation]:
    """The stations on a meeting's agenda with their papers, in order; only of papers that were released."""
    rows = select(PaperConsultation).join(PaperConsultation.paper).options(contains_eager(PaperConsultation.paper))
    rows = rows.where(PaperConsultation.meeting_id == meeting_id, RELEASED)
    if actor.is_provider:
        rows = rows.where(Paper.is_public, PaperConsultation.is_public)
    return db.scalars(rows.order_by(PaperConsultation.agenda_number)).all()


def papers_waiting_for(db: Session, meeting_id: UUID, actor: Actor) -> Sequence[Paper]:
    """The own office's papers with a station planned for a meeting, released or not, locked in one order."""
    waiting = select(PaperConsultation.paper_id).where(
        PaperConsultation.meeting_id == meeting_id, PaperConsultation.state == ConsultationState.PLANNED
    )
    rows = select(Paper).where(Paper.id.in_(waiting), Paper.youth_office_id == actor.organisation_id)
    rows = rows.options(selectinload(Paper.consultations))
    return db.scalars(rows.order_by(Paper.id).with_for_update(of=Paper)).all()


def mark_changed(db: Session, meeting_ids: Collection[UUID], at: datetime) -> None:
    """A new version of the meetings whose agenda changed; what was minuted or cancelled stays."""
    living = CommitteeMeeting.state.not_in((MeetingState.MINUTED, MeetingState.CANCELLED))
    changed = update(CommitteeMeeting).where(CommitteeMeeting.id.in_(meeting_ids), living)
    db.execute(changed.values(changed_at=at, version=CommitteeMeeting.version + 1))


def pending_on(db: Session, meeting_id: UUID) -> int:
    """How many released papers on a meeting's agenda have no result yet."""
    rows = select(func.count()).select_from(PaperConsultation).join(PaperConsultation.paper)
    planned = PaperConsultation.state == ConsultationState.PLANNED
    return db.scalar(rows.where(PaperConsultation.meeting_id == meeting_id, planned, RELEASED)) or 0


def next_agenda_number(db: Session, meeting_id: UUID) -> int:
    """The next number on an agenda; the meeting is locked, so that nobody takes the same."""
    rows = select(func.max(PaperConsultation.agenda_number)).where(PaperConsultation.meeting_id == meeting_id)
    return 1 + (db.scalar(rows) or 0)


def attendance_of(db: Session, meeting: CommitteeMeeting, actor: Actor) -> list[tuple[CommitteeMembership, bool]]:
    """Who came to a meeting and who did not, by name; for the own office only."""
    if actor.organisation_id != meeting.youth_office_id:
        return []
    rows = (
        select(CommitteeMembership, CommitteeAttendance.is_present)
        .join(CommitteeAttendance, CommitteeAttendance.membership_id == CommitteeMembership.id)
        .where(CommitteeAttendance.meeting_id == meeting.id)
        .order_by(CommitteeMembership.name, CommitteeMembership.id)
    )
    return [(member, is_present) for member, is_present in db.execute(rows)]


def voters_at(db: Session, meeting_id: UUID) -> int:
    """How many members with a vote were present."""
    rows = (
        select(func.count())
        .select_from(CommitteeAttendance)
        .join(CommitteeMembership, CommitteeMembership.id == CommitteeAttendance.membership_id)
        .where(CommitteeAttendance.meeting_id == meeting_id, CommitteeAttendance.is_present)
    )
    return db.scalar(rows.where(CommitteeMembership.has_vote)) or 0


def minutes_of(db: Session, meeting: CommitteeMeeting, actor: Actor) -> str | None:
    """The minutes of a meeting, for the own office only."""
    if actor.organisation_id != meeting.youth_office_id:
        return None
    return db.scalar(select(CommitteeMinutes.text).where(CommitteeMinutes.meeting_id == meeting.id))


def get_follow_up(db: Session, follow_up_id: UUID, actor: Actor, *, lock: bool = False) -> PaperFollowUp:
    """What is to be done after a decision of the own office's paper; 404 for any other. The system sees all."""
    wanted = select(PaperFollowUp).where(PaperFollowUp.id == follow_up_id)
    if not actor.is_system:
        wanted = wanted.where(PaperFollowUp.youth_office_id == actor.organisation_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_follow_ups(db: Session, query: FollowUpQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of what is still to be done, or was, in the own office."""
    rows = select(PaperFollowUp).where(PaperFollowUp.youth_office_id == actor.organisation_id)
    for name in ("paper_id", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(PaperFollowUp, name) == value)
    if query.due_until:
        rows = rows.where(PaperFollowUp.due_on <= query.due_until)
    sorts = {name: getattr(PaperFollowUp, name) for name in ("due_on", "created_at")}
    return paginate(db, rows, query, sorts, PaperFollowUp.id)
