"""Bodies, their members, their meetings."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.committee import queries, service
from app.modules.committee.models import CommitteeMeeting, PaperConsultation
from app.modules.committee.schemas import (
    AgendaEntry,
    AgendaItemOut,
    AttendanceOut,
    BodyCreate,
    BodyOut,
    BodyPatch,
    BodyQuery,
    MeetingAction,
    MeetingCreate,
    MeetingOut,
    MeetingPatch,
    MeetingQuery,
    MeetingSummary,
    MembershipCreate,
    MembershipOut,
    MembershipPatch,
    MembershipQuery,
)
from app.modules.committee.workflow import MEETING
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(tags=["committees"])
HEAD = MeetingSummary.model_fields.keys() - {"allowed_actions"}


def _summary(meeting: CommitteeMeeting, actor: Actor) -> MeetingSummary:
    head = {name: getattr(meeting, name) for name in HEAD}
    return MeetingSummary(**head, allowed_actions=MEETING.allowed(meeting, actor))


def _meeting(db: Session, meeting: CommitteeMeeting, actor: Actor) -> MeetingOut:
    attendance = [
        AttendanceOut(
            membership_id=member.id,
            name=member.name,
            function=member.function,
            has_vote=member.has_vote,
            is_present=is_present,
        )
        for member, is_present in queries.attendance_of(db, meeting, actor)
    ]
    return MeetingOut(
        **dict(_summary(meeting, actor)),
        agenda=[_item(station) for station in queries.agenda_of(db, meeting.id, actor)],
        attendance=attendance,
        minutes=queries.minutes_of(db, meeting, actor),
    )


def _item(station: PaperConsultation) -> AgendaItemOut:
    return AgendaItemOut(
        number=station.agenda_number or 0,
        consultation_id=station.id,
        paper_id=station.paper_id,
        paper_number=station.paper.number,
        paper_kind=station.paper.kind,
        subject=station.paper.subject,
        is_public=station.is_public,
        competence=station.competence,
        state=station.state,
        decision_text=station.decision_text,
    )


@router.post("/bodies", status_code=201, summary="Gremium anlegen")
@needs(Permission.COMMITTEE_RECORD)
def create_body(body: BodyCreate, db: Db, actor: CurrentActor, now: Now) -> BodyOut:
    """Enter a body: Jugendhilfeausschuss (§§ 70, 71 SGB VIII), working group (§ 78), steering group, council.

    The Jugendhilfeausschuss meets in public (§ 71 Abs. 4); others as is said here.
    """
    return BodyOut.model_validate(service.create_body(db, body, actor=actor, at=now))


@router.get("/bodies", summary="Gremien suchen")
@needs(Permission.COMMITTEE_READ)
def list_bodies(query: Annotated[BodyQuery, Query()], db: Db, actor: CurrentActor) -> Page[BodyOut]:
    """The own office's bodies; for a provider those that meet in public, of every office (§§ 71, 78 SGB VIII)."""
    rows, following, total = queries.list_bodies(db, query, actor)
    return page_of([BodyOut.model_validate(row) for row in rows], following, total, query)


@router.get("/bodies/{body_id}", summary="Gremium lesen")
@needs(Permission.COMMITTEE_READ)
def get_body(body_id: Id, db: Db, actor: CurrentActor) -> BodyOut:
    """One body (§§ 71, 78 SGB VIII)."""
    return BodyOut.model_validate(queries.get_body(db, body_id, actor))


@router.patch("/bodies/{body_id}", summary="Gremium ändern")
@needs(Permission.COMMITTEE_RECORD)
def change_body(body_id: Id, body: BodyPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> BodyOut:
    """Rename a body, or say since when it is dissolved (merge patch, RFC 7396)."""
    return BodyOut.model_validate(service.change_body(db, body_id, body, expected, actor=actor, at=now))


@router.post("/bodies/{body_id}/memberships", status_code=201, summary="Mitglied eintragen")
@needs(Permission.COMMITTEE_RECORD)
def add_membership(body_id: Id, body: MembershipCreate, db: Db, actor: CurrentActor, now: Now) -> MembershipOut:
    """Enter who sits in a body, in which function, with or without a vote, from when to when (§ 71 Abs. 1 SGB VIII)."""
    return MembershipOut.model_validate(service.add_membership(db, body_id, body, actor=actor, at=now))


@router.get("/bodies/{body_id}/memberships", summary="Mitglieder eines Gremiums")
@needs(Permission.COMMITTEE_READ)
def list_memberships(
    body_id: Id, query: Annotated[MembershipQuery, Query()], db: Db, actor: CurrentActor
) -> Page[MembershipOut]:
    """Who sits in a body of the own office, by name (§ 71 Abs. 1 SGB VIII); `on` names a day."""
    rows, following, total = queries.list_memberships(db, body_id, query, actor)
    return page_of([MembershipOut.model_validate(row) for row in rows], following, total, query)


@router.get("/bodies/{body_id}/memberships/{membership_id}", summary="Mitgliedschaft lesen")
@needs(Permission.COMMITTEE_READ)
def get_membership(body_id: Id, membership_id: Id, db: Db, actor: CurrentActor) -> MembershipOut:
    """Somebody in a body of the own office (§ 71 Abs. 1 SGB VIII)."""
    return MembershipOut.model_validate(queries.get_membership(db, body_id, membership_id, actor))


@router.patch("/bodies/{body_id}/memberships/{membership_id}", summary="Mitgliedschaft ändern")
@needs(Permission.COMMITTEE_RECORD)
def change_membership(
    body_id: Id, membership_id: Id, body: MembershipPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> MembershipOut:
    """End a membership, or say for whom somebody sits there (merge patch, RFC 7396)."""
    changed = service.change_membership(db, body_id, membership_id, body, expected, actor=actor, at=now)
    return MembershipOut.model_validate(changed)


@router.post("/meetings", status_code=201, summary="Sitzung anberaumen")
@needs(Permission.COMMITTEE_RECORD)
def schedule_meeting(body: MeetingCreate, db: Db, actor: CurrentActor, now: Now) -> MeetingOut:
    """Set a day for a meeting of a body (§ 71 Abs. 4 SGB VIII: it meets as need arises)."""
    return _meeting(db, service.schedule(db, body, actor=actor, at=now), actor)


@router.get("/meetings", summary="Sitzungen suchen")
@needs(Permission.COMMITTEE_READ)
def list_meetings(query: Annotated[MeetingQuery, Query()], db: Db, actor: CurrentActor) -> Page[MeetingSummary]:
    """The own office's meetings; for a provider the public ones, of every office (§ 71 Abs. 4 SGB VIII)."""
    rows, following, total = queries.list_meetings(db, query, actor)
    return page_of([_summary(row, actor) for row in rows], following, total, query)


@router.get("/meetings/{meeting_id}", summary="Sitzung lesen")
@needs(Permission.COMMITTEE_READ)
def get_meeting(meeting_id: Id, db: Db, actor: CurrentActor) -> MeetingOut:
    """One meeting with its agenda; who was there and the minutes for the own office only (§ 71 Abs. 4 SGB VIII)."""
    return _meeting(db, queries.get_meeting(db, meeting_id, actor), actor)


@router.patch("/meetings/{meeting_id}", summary="Sitzung verlegen")
@needs(Permission.COMMITTEE_RECORD)
def change_meeting(
    meeting_id: Id, body: MeetingPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> MeetingOut:
    """Move a meeting that lies ahead to another time or place (merge patch, RFC 7396)."""
    return _meeting(db, service.change_meeting(db, meeting_id, body, expected, actor=actor, at=now), actor)


@router.post("/meetings/{meeting_id}/agenda", summary="Vorlage auf die Tagesordnung setzen")
@needs(Permission.COMMITTEE_RECORD)
def enter_agenda(
    meeting_id: Id, body: AgendaEntry, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> MeetingOut:
    """Put a released paper's station on the agenda, as its last item; it leaves any other (§ 71 SGB VIII)."""
    return _meeting(db, service.enter_agenda(db, meeting_id, body, expected, actor=actor, at=now), actor)


@router.post("/meetings/{meeting_id}/transitions", summary="Sitzung weiterführen")
@needs(Permission.COMMITTEE_READ)
def move_meeting(
    meeting_id: Id, body: MeetingAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> MeetingOut:
    """Invite to a meeting, record who was there, take the minutes, or cancel it (§ 71 Abs. 4 SGB VIII).

    The minutes come last: when every paper on the agenda has its result.
    """
    return _meeting(db, service.move_meeting(db, meeting_id, body, expected, actor=actor, at=now), actor)


@router.get("/meetings/{meeting_id}/transitions", summary="Verlauf der Sitzung")
@needs(Permission.COMMITTEE_READ)
def list_meeting_transitions(meeting_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step of the meeting so far, oldest first, for the own office."""
    return history(db, queries.get_meeting(db, meeting_id, actor).id)
