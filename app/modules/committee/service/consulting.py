"""The way of a paper: laying it out, recording what each body made of it, and what follows from that."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.db import check_version
from app.core.patching import apply, differing
from app.core.problems import Invalid, NotFound
from app.law.calendars import end_of_day, legal_date
from app.modules.committee import queries, rules
from app.modules.committee.codes import ConsultationState, PaperState
from app.modules.committee.errors import ConsultationFixed, MeetingFixed, PaperEnded
from app.modules.committee.models import (
    CommitteeBody,
    CommitteeMeeting,
    Paper,
    PaperConsultation,
    PaperFollowUp,
)
from app.modules.committee.schemas import (
    AdoptPaper,
    AdoptPaperAmended,
    CompleteFollowUp,
    ConsultationAction,
    ConsultationCreate,
    ConsultationPatch,
    DeferPaper,
    DropConsultation,
    FollowUpCreate,
    NotePaper,
    RejectPaper,
)
from app.modules.committee.service.ending import end_if_over, touch
from app.modules.committee.workflow import CONSULTATION, FOLLOW_UP
from app.policy import SYSTEM, Actor, Role

outbox.announce(paper_follow_up__due="Wiedervorlage eines Beschlusses fällig")

FOLLOW_UP_DUE = "paper_follow_up"
"""The deadline of what is to be done after a decision."""
LIVING = frozenset({PaperState.DRAFT, PaperState.RELEASED})


def add_consultation(
    db: Session, paper_id: UUID, body: ConsultationCreate, *, actor: Actor, at: datetime
) -> PaperConsultation:
    """Lay out the next station of a paper's way; a released paper may get further stations as well.

    Raises:
        PaperEnded: the paper's way is over.
        Invalid: no such body or meeting, or it is to be consulted on in public by a body that does not meet so.
    """
    paper = queries.get_paper(db, paper_id, actor, lock=True)
    _refuse_ended(paper)
    committee = _body(db, body.body_id, actor)
    station = PaperConsultation(
        youth_office_id=paper.youth_office_id,
        body_id=committee.id,
        position=1 + max((station.position for station in paper.consultations), default=0),
        round=1,
        competence=body.competence,
        is_public=committee.is_public and paper.is_public if body.is_public is None else body.is_public,
    )
    _check_public(station, committee)
    _lay_out(db, paper, station, body.meeting_id, "/meeting_id", actor, at)
    touch(db, paper, at)
    return station


def change_consultation(
    db: Session,
    paper_id: UUID,
    consultation_id: UUID,
    patch: ConsultationPatch,
    expected: int,
    *,
    actor: Actor,
    at: datetime,
) -> PaperConsultation:
    """Change a station that has not been reached (merge patch); without a meeting it leaves the agenda.

    Raises:
        PaperEnded, ConsultationFixed, MeetingFixed: too late.
        Invalid: no such meeting, or not this body's.
    """
    paper = queries.get_paper(db, paper_id, actor, lock=True)
    station = queries.get_consultation(paper, consultation_id)
    check_version(station, expected)
    _refuse_ended(paper)
    if station.state is not ConsultationState.PLANNED:
        raise ConsultationFixed(state=station.state.value)
    changes = patch.model_dump(exclude_unset=True)
    if not (changes := differing(station, changes, nullable={"meeting_id"})):
        return station
    apply(station, {name: changes[name] for name in ("competence", "is_public") if name in changes})
    _check_public(station, _body(db, station.body_id, actor))
    target = changes.get("meeting_id", station.meeting_id)
    if target != station.meeting_id or "is_public" in changes:  # the meeting must be public where the station is
        leave_agenda(db, station, at)
        if target is not None:
            put_on_agenda(db, station, _meeting(db, target, "/meeting_id", actor), "/meeting_id", at)
    station.changed_at = at
    touch(db, paper, at)
    audit.record(
        db,
        tenant_id=station.tenant_id,
        actor=actor,
        action="paper_consultation.change",
        subject_kind=CONSULTATION.name,
        subject_id=station.id,
        at=at,
        details={"version": station.version},
    )
    return station


def move_consultation(
    db: Session,
    paper_id: UUID,
    consultation_id: UUID,
    action: ConsultationAction,
    expected: int,
    *,
    actor: Actor,
    at: datetime,
) -> PaperConsultation:
    """Record what a body made of a paper, or drop the station; the paper's way goes on or ends.

    Put off, the paper comes again to the same body. Adopted as amended, somebody has to follow it up by a day.
    Rejected, its way ends. After the last station it is decided, or was noted.

    Raises:
        Invalid: the follow-up is due before today, or the next meeting is none of this body's ahead.
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.

    Law: SGB VIII § 71 (the Jugendhilfeausschuss decides and is heard), § 78 (working groups).
    """
    paper = queries.get_paper(db, paper_id, actor, lock=True)
    station = queries.get_consultation(paper, consultation_id)
    check_version(station, expected)
    meeting = queries.get_meeting(db, station.meeting_id, actor, lock=True) if station.meeting_id else None
    waiting = [s for s in paper.consultations if s.state is ConsultationState.PLANNED and s.position < station.position]
    facts = {
        "paper_state": paper.state.value,
        "waiting": len(waiting),
        "meeting_state": meeting.state.value if meeting else None,
        "voters": queries.voters_at(db, meeting.id) if meeting else 0,
    }
    with db.no_autoflush:
        _write(paper, station, action, actor, at)
        CONSULTATION.fire(db, station, action.action, actor=actor, at=at, **facts)
    if isinstance(action, DeferPaper):
        _come_again(db, paper, station, action.next_meeting_id, actor, at)
    if isinstance(action, AdoptPaperAmended):
        _follow_up(db, station, action.follow_up, actor, at)
    if meeting:
        queries.mark_changed(db, {meeting.id}, at)
    touch(db, paper, at)
    end_if_over(db, paper, actor=actor, at=at)
    return station


def complete_follow_up(
    db: Session, follow_up_id: UUID, action: CompleteFollowUp, expected: int, *, actor: Actor, at: datetime
) -> PaperFollowUp:
    """Say that a follow-up is done, and stop its deadline."""
    follow_up = queries.get_follow_up(db, follow_up_id, actor, lock=True)
    check_version(follow_up, expected)
    with db.no_autoflush:
        follow_up.note, follow_up.done_at, follow_up.done_by = action.note, at, actor.id
        FOLLOW_UP.fire(db, follow_up, action.action, actor=actor, at=at)
    deadlines.meet(db, follow_up.id, FOLLOW_UP_DUE, by=actor.id, at=at)
    return follow_up


def follow_up_due(db: Session, deadline: deadlines.Deadline, level: int, now: datetime) -> list[str]:
    """The last day of a follow-up has begun (0), or is over (1): the planner is told (system)."""
    follow_up = queries.get_follow_up(db, deadline.subject_id, SYSTEM, lock=True)
    if level:
        FOLLOW_UP.fire(db, follow_up, "fall_due", actor=SYSTEM, at=now, due_on=follow_up.due_on.isoformat())
    else:
        outbox.emit(
            db,
            "paper_follow_up.due",
            tenant_id=follow_up.tenant_id,
            subject_kind=FOLLOW_UP.name,
            subject_id=follow_up.id,
            audience=follow_up.audience,
            actor=SYSTEM,
            at=now,
            data={"paper_id": str(follow_up.paper_id), "version": follow_up.version},
        )
    return [Role.PLANNER.value]


def put_on_agenda(
    db: Session, station: PaperConsultation, meeting: CommitteeMeeting, pointer: str, at: datetime
) -> None:
    """Give a station its place on the agenda of a meeting that lies ahead and is locked.

    Raises:
        MeetingFixed: it was held or cancelled.
        Invalid: it is a meeting of another body, or not public while the station is.
    """
    if meeting.state not in rules.OPEN:
        raise MeetingFixed(state=meeting.state.value)
    if meeting.body_id != station.body_id:
        de, en = "Das ist keine Sitzung dieses Gremiums.", "This is no meeting of this body."
        raise Invalid.field(pointer, "other_body", de, en)
    if station.is_public and not meeting.is_public:
        de, en = "Die Sitzung ist nicht öffentlich, die Beratung schon.", "The meeting is not public."
        raise Invalid.field(pointer, "not_public", de, en)
    station.agenda_number = queries.next_agenda_number(db, meeting.id)
    station.meeting_id = meeting.id
    touch(db, meeting, at)


def leave_agenda(db: Session, station: PaperConsultation, at: datetime) -> None:
    """Take a station that has no result yet off the agenda it is on, if any."""
    if station.meeting_id is not None:
        left = {station.meeting_id}
        station.meeting_id = station.agenda_number = None
        queries.mark_changed(db, left, at)


def _refuse_ended(paper: Paper) -> None:
    if paper.state not in LIVING:
        raise PaperEnded(state=paper.state.value)


def _body(db: Session, body_id: UUID, actor: Actor) -> CommitteeBody:
    try:
        return queries.get_body(db, body_id, actor, own=True)
    except NotFound:
        raise Invalid.field("/body_id", "unknown", "Dieses Gremium gibt es nicht.", "There is no such body.") from None


def _meeting(db: Session, meeting_id: UUID, pointer: str, actor: Actor) -> CommitteeMeeting:
    try:
        return queries.get_meeting(db, meeting_id, actor, own=True, lock=True)
    except NotFound:
        raise Invalid.field(pointer, "unknown", "Diese Sitzung gibt es nicht.", "There is no such meeting.") from None


def _check_public(station: PaperConsultation, committee: CommitteeBody) -> None:
    if station.is_public and not committee.is_public:
        de, en = "Dieses Gremium tagt nicht öffentlich.", "This body does not meet in public."
        raise Invalid.field("/is_public", "not_public", de, en)


def _write(paper: Paper, station: PaperConsultation, action: ConsultationAction, actor: Actor, at: datetime) -> None:
    """What the body said, word for word; of an unchanged decision the draft is the text."""
    if isinstance(action, DropConsultation):
        station.reason = action.reason
        return
    station.recorded_at, station.recorded_by = at, actor.id
    station.is_unanimous = action.is_unanimous
    if action.votes is not None:
        station.votes_yes, station.votes_no = action.votes.yes, action.votes.no
        station.votes_abstain = action.votes.abstain
    if isinstance(action, DeferPaper):
        station.reason = action.reason
    elif isinstance(action, AdoptPaper | NotePaper):
        station.decision_text = action.decision_text or _proposed(paper)
    elif isinstance(action, AdoptPaperAmended | RejectPaper):
        station.decision_text = action.decision_text
    if isinstance(action, AdoptPaperAmended):
        station.amendment_text = action.amendment_text


def _proposed(paper: Paper) -> str:
    """What the next body is asked: the draft, or what an earlier body made of it."""
    amended = [s.decision_text for s in paper.consultations if s.state is ConsultationState.ADOPTED_AMENDED]
    return (amended[-1] if amended else None) or paper.draft_decision


def _come_again(
    db: Session, paper: Paper, station: PaperConsultation, meeting_id: UUID | None, actor: Actor, at: datetime
) -> None:
    again = PaperConsultation(
        youth_office_id=paper.youth_office_id,
        body_id=station.body_id,
        position=station.position,
        round=station.round + 1,
        competence=station.competence,
        is_public=station.is_public,
    )
    _lay_out(db, paper, again, meeting_id, "/next_meeting_id", actor, at)


def _lay_out(
    db: Session,
    paper: Paper,
    station: PaperConsultation,
    meeting_id: UUID | None,
    pointer: str,
    actor: Actor,
    at: datetime,
) -> None:
    with db.no_autoflush:
        paper.consultations.append(station)
        place = {"body_id": str(station.body_id), "position": station.position, "round": station.round}
        CONSULTATION.begin(db, station, actor=actor, at=at, **place)
    if meeting_id is not None:
        put_on_agenda(db, station, _meeting(db, meeting_id, pointer, actor), pointer, at)


def _follow_up(db: Session, station: PaperConsultation, body: FollowUpCreate, actor: Actor, at: datetime) -> None:
    if body.due_on < legal_date(at):
        de, en = "Dieser Tag ist vorbei.", "This day is over."
        raise Invalid.field("/follow_up/due_on", "past", de, en)
    follow_up = PaperFollowUp(
        paper_id=station.paper_id,
        consultation_id=station.id,
        youth_office_id=station.youth_office_id,
        text=body.text,
        due_on=body.due_on,
    )
    FOLLOW_UP.begin(db, follow_up, actor=actor, at=at, due_on=body.due_on.isoformat())
    over = end_of_day(body.due_on)
    deadlines.start(
        db,
        kind=FOLLOW_UP_DUE,
        tenant_id=follow_up.youth_office_id,
        provider_id=None,
        subject_kind=FOLLOW_UP.name,
        subject_id=follow_up.id,
        started_at=at,
        due_at=over,
        steps=[deadlines.Step(0, end_of_day(body.due_on - timedelta(days=1))), deadlines.Step(1, over)],
        source="Beschluss",
    )
