"""Bodies, who sits in them, and their meetings."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.patching import apply
from app.core.problems import FieldError, Invalid, NotFound
from app.law.calendars import legal_date
from app.modules.committee import queries, rules
from app.modules.committee.codes import ConsultationState
from app.modules.committee.errors import ConsultationFixed, MeetingFixed
from app.modules.committee.models import (
    CommitteeAttendance,
    CommitteeBody,
    CommitteeMeeting,
    CommitteeMembership,
    CommitteeMinutes,
)
from app.modules.committee.schemas import (
    AgendaEntry,
    BodyCreate,
    BodyPatch,
    CancelMeeting,
    HoldMeeting,
    InviteToMeeting,
    MeetingAction,
    MeetingCreate,
    MeetingPatch,
    MembershipCreate,
    MembershipPatch,
    MinuteMeeting,
)
from app.modules.committee.service.consulting import leave_agenda, put_on_agenda
from app.modules.committee.service.ending import touch
from app.modules.committee.workflow import MEETING
from app.policy import Actor


def create_body(db: Session, body: BodyCreate, *, actor: Actor, at: datetime) -> CommitteeBody:
    """Enter a body.

    Raises:
        Conflict: there is one of this name.

    Law: SGB VIII §§ 70, 71 (Jugendhilfeausschuss), § 78 (working groups).
    """
    made = CommitteeBody(**body.model_dump(), youth_office_id=actor.organisation_id, created_at=at, changed_at=at)
    db.add(made)
    db.flush()
    _record(db, made, "committee_body.create", actor, at)
    return made


def change_body(
    db: Session, body_id: UUID, patch: BodyPatch, expected: int, *, actor: Actor, at: datetime
) -> CommitteeBody:
    """Rename a body, or say that it is dissolved."""
    body = queries.get_body(db, body_id, actor, own=True, lock=True)
    check_version(body, expected)
    if not apply(body, patch.model_dump(exclude_unset=True), nullable={"dissolved_on"}):
        return body
    body.changed_at = at
    db.flush()
    _record(db, body, "committee_body.change", actor, at)
    return body


def add_membership(
    db: Session, body_id: UUID, body: MembershipCreate, *, actor: Actor, at: datetime
) -> CommitteeMembership:
    """Enter somebody who sits in a body.

    Raises:
        Conflict: the person sits there already, or the body has a chair for part of the time.

    Law: SGB VIII § 71 Abs. 1 (members with a vote), Abs. 2 and law of the Land (advisory members).
    """
    committee = queries.get_body(db, body_id, actor, own=True, lock=True)
    made = CommitteeMembership(
        **body.model_dump(),
        body_id=committee.id,
        youth_office_id=committee.youth_office_id,
        created_at=at,
        changed_at=at,
    )
    db.add(made)
    touch(db, committee, at)
    _record(db, made, "committee_membership.create", actor, at)
    return made


def change_membership(
    db: Session,
    body_id: UUID,
    membership_id: UUID,
    patch: MembershipPatch,
    expected: int,
    *,
    actor: Actor,
    at: datetime,
) -> CommitteeMembership:
    """End a membership, or say for whom somebody sits there."""
    committee = queries.get_body(db, body_id, actor, own=True, lock=True)
    membership = queries.get_membership(db, body_id, membership_id, actor, lock=True)
    check_version(membership, expected)
    if patch.valid_to is not None and patch.valid_to < membership.valid_from:
        de, en = "Das Ende liegt vor dem Beginn.", "The end lies before the start."
        raise Invalid.field("/valid_to", "value_error", de, en)
    if not apply(membership, patch.model_dump(exclude_unset=True), nullable={"valid_to", "on_behalf_of"}):
        return membership
    membership.changed_at = at
    touch(db, committee, at)
    _record(db, membership, "committee_membership.change", actor, at)
    return membership


def schedule(db: Session, body: MeetingCreate, *, actor: Actor, at: datetime) -> CommitteeMeeting:
    """Set a day for a meeting; one that was held already may be entered too.

    Raises:
        Invalid: no such body, or it does not meet in public.
    """
    try:
        committee = queries.get_body(db, body.body_id, actor, own=True)
    except NotFound:
        raise Invalid.field("/body_id", "unknown", "Dieses Gremium gibt es nicht.", "There is no such body.") from None
    public = committee.is_public if body.is_public is None else body.is_public
    if public and not committee.is_public:
        de, en = "Dieses Gremium tagt nicht öffentlich.", "This body does not meet in public."
        raise Invalid.field("/is_public", "not_public", de, en)
    meeting = CommitteeMeeting(
        **body.model_dump(exclude={"is_public"}), is_public=public, youth_office_id=committee.youth_office_id
    )
    MEETING.begin(db, meeting, actor=actor, at=at, body_id=str(committee.id))
    return meeting


def change_meeting(
    db: Session, meeting_id: UUID, patch: MeetingPatch, expected: int, *, actor: Actor, at: datetime
) -> CommitteeMeeting:
    """Move a meeting that lies ahead to another day or place.

    Raises:
        MeetingFixed: it was held or cancelled.
        Invalid: it would end before it begins.
    """
    meeting = queries.get_meeting(db, meeting_id, actor, own=True, lock=True)
    check_version(meeting, expected)
    _refuse_fixed(meeting)
    if not apply(meeting, patch.model_dump(exclude_unset=True), nullable={"place", "ends_at"}):
        return meeting
    if meeting.ends_at is not None and meeting.ends_at <= meeting.starts_at:
        de, en = "Das Ende liegt nicht nach dem Beginn.", "The end does not lie after the start."
        raise Invalid.field("/ends_at", "value_error", de, en)
    meeting.changed_at = at
    db.flush()
    _record(db, meeting, "committee_meeting.change", actor, at)
    return meeting


def enter_agenda(
    db: Session, meeting_id: UUID, body: AgendaEntry, expected: int, *, actor: Actor, at: datetime
) -> CommitteeMeeting:
    """Put a station on the agenda, taking it off another one's.

    Raises:
        MeetingFixed: it was held or cancelled.
        ConsultationFixed: the station is concluded.
        Invalid: no such station, or not this body's.
    """
    meeting = queries.get_meeting(db, meeting_id, actor, own=True)
    try:
        paper = queries.paper_of(db, body.consultation_id, actor)
    except NotFound:
        de, en = "Diese Beratung gibt es nicht.", "There is no such consultation."
        raise Invalid.field("/consultation_id", "unknown", de, en) from None
    db.refresh(meeting, with_for_update=True)  # after the paper, as every act locks them
    check_version(meeting, expected)
    station = queries.get_consultation(paper, body.consultation_id)
    if station.state is not ConsultationState.PLANNED:
        raise ConsultationFixed(state=station.state.value)
    if station.meeting_id != meeting.id:
        leave_agenda(db, station, at)
        put_on_agenda(db, station, meeting, "/consultation_id", at)
        station.changed_at = at
        touch(db, paper, at)
        _record(db, meeting, "committee_meeting.enter_agenda", actor, at, consultation_id=str(station.id))
    return meeting


def move_meeting(
    db: Session, meeting_id: UUID, action: MeetingAction, expected: int, *, actor: Actor, at: datetime
) -> CommitteeMeeting:
    """Invite, record who was there, take the minutes, or cancel; papers of a cancelled meeting wait for another.

    Raises:
        Invalid: somebody does not sit in the body on that day, or is named twice.
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    papers = queries.papers_waiting_for(db, meeting_id, actor) if isinstance(action, CancelMeeting) else []
    meeting = queries.get_meeting(db, meeting_id, actor, lock=True)
    check_version(meeting, expected)
    facts: dict[str, Any] = {}
    if isinstance(action, InviteToMeeting):
        facts["agenda"] = len(queries.agenda_of(db, meeting.id, actor))
    if isinstance(action, MinuteMeeting):
        facts["pending"] = queries.pending_on(db, meeting.id)
    with db.no_autoflush:
        if isinstance(action, CancelMeeting):
            meeting.cancellation_reason = action.reason
        MEETING.fire(db, meeting, action.action, actor=actor, at=at, **facts)
    if isinstance(action, HoldMeeting):
        _attend(db, meeting, action)
    elif isinstance(action, MinuteMeeting):
        place = {"meeting_id": meeting.id, "youth_office_id": meeting.youth_office_id}
        db.add(CommitteeMinutes(**place, text=action.text, written_by=actor.id, written_at=at))
    for paper in papers:
        _release_from(paper, meeting, at)
        touch(db, paper, at)
    return meeting


def _attend(db: Session, meeting: CommitteeMeeting, action: HoldMeeting) -> None:
    named = [*action.present, *action.excused]
    sitting = queries.sitting_on(db, meeting.body_id, legal_date(meeting.starts_at), named)
    faults = []
    for place, member in enumerate(named):
        if member not in sitting or member in named[:place]:
            index = place - len(action.present)
            pointer = f"/present/{place}" if index < 0 else f"/excused/{index}"
            de = "Hier steht jedes Mitglied, das dem Gremium an diesem Tag angehört, höchstens einmal."
            faults.append(FieldError(pointer, "unknown", de, "Each member of the body on that day, once at most."))
    if faults:
        raise Invalid(errors=faults)
    place_ = {"meeting_id": meeting.id, "youth_office_id": meeting.youth_office_id}
    came = set(action.present)
    db.add_all([CommitteeAttendance(**place_, membership_id=one, is_present=one in came) for one in named])
    db.flush()


def _release_from(paper: Any, meeting: CommitteeMeeting, at: datetime) -> None:
    for station in paper.consultations:
        if station.meeting_id == meeting.id and station.state is ConsultationState.PLANNED:
            station.meeting_id = station.agenda_number = None
            station.changed_at = at


def _refuse_fixed(meeting: CommitteeMeeting) -> None:
    if meeting.state not in rules.OPEN:
        raise MeetingFixed(state=meeting.state.value)


def _record(db: Session, row: Any, action: str, actor: Actor, at: datetime, **details: str) -> None:
    audit.record(
        db,
        tenant_id=row.tenant_id,
        actor=actor,
        action=action,
        subject_kind=action.partition(".")[0],
        subject_id=row.id,
        at=at,
        details={**details, "version": row.version},
    )
