"""A meeting from its day to its minutes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.core import audit, outbox
from app.core.db import check_version
from app.core.mergepatch import merge_patch
from app.core.patching import apply
from app.core.problems import Invalid, NotFound, PermissionMissing
from app.core.validation import invalid
from app.law import planning as law
from app.law.calendars import legal_date
from app.modules import cases, organisations
from app.modules.planning import queries
from app.modules.planning.codes import HelpPlanMeetingKind, HelpPlanMeetingState, HelpPlanRole
from app.modules.planning.errors import MeetingFixed
from app.modules.planning.models import HelpPlanMeeting, HelpPlanMinutes, HelpPlanMinutesAssent
from app.modules.planning.rules.texts import fingerprint
from app.modules.planning.schemas.meetings import (
    CancelHelpPlanMeeting,
    HelpPlanMeetingAction,
    HelpPlanMeetingCreate,
    HelpPlanMeetingPatch,
    HelpPlanMinutesAssentCreate,
    HelpPlanMinutesIn,
    HoldHelpPlanMeeting,
    MoveHelpPlanMeeting,
)
from app.modules.planning.service import reviews, tasks
from app.modules.planning.workflow import MEETING
from app.policy import Actor, Permission

M = HelpPlanMeetingState


def schedule(db: Session, body: HelpPlanMeetingCreate, *, actor: Actor, at: datetime) -> HelpPlanMeeting:
    """Set a meeting about a help; a talk of today may be written down too.

    Raises:
        Invalid: no such help, or a day that is over.

    Law: SGB VIII § 36 Abs. 1 and 2.
    """
    try:
        help_ = cases.get_help(db, body.help_id, actor)
    except NotFound:
        raise Invalid.field("/help_id", "unknown", "Diese Hilfe gibt es nicht.", "There is no such help.") from None
    if legal_date(body.starts_at) < legal_date(at):
        raise Invalid.field("/starts_at", "past", "Dieser Tag ist vorbei.", "This day is over.")
    content = body.model_dump(mode="json", include={"agenda", "participants"})
    meeting = HelpPlanMeeting(
        help_id=help_.id,
        youth_office_id=help_.youth_office_id,
        provider_id=help_.provider_id,
        informed_ids=reviews.informed(db, help_, at),
        kind=body.kind,
        starts_at=body.starts_at,
        place=body.place,
        **content,
    )
    MEETING.begin(db, meeting, actor=actor, at=at, **_told(meeting))
    return meeting


def change_meeting(
    db: Session, meeting_id: UUID, patch: HelpPlanMeetingPatch, expected: int, *, actor: Actor, at: datetime
) -> HelpPlanMeeting:
    """Change place, agenda or participants of a meeting that was not held yet; its day is moved by a step.

    Raises:
        StaleVersion, NotFound.
        MeetingFixed: it was held or cancelled.
    """
    meeting = queries.get_meeting(db, meeting_id, actor, lock=True)
    check_version(meeting, expected)
    if meeting.state is not M.SCHEDULED:
        raise MeetingFixed(state=meeting.state.value)
    known: dict[str, Any] = {name: getattr(meeting, name) for name in HelpPlanMeetingPatch.model_fields}
    merged = merge_patch(known, patch.model_dump(mode="json", exclude_unset=True))
    try:
        changed = HelpPlanMeetingPatch.model_validate(merged)
    except ValidationError as error:
        raise invalid(error, merged) from None
    content = changed.model_dump(mode="json")
    lists = {name: content[name] or [] for name in ("agenda", "participants")}
    if not apply(meeting, {**content, **lists}, nullable={"place"}):
        return meeting
    meeting.informed_ids = reviews.informed(db, cases.get_help(db, meeting.help_id, actor), at)
    meeting.changed_at = at
    db.flush()
    _record(db, meeting, "changed", actor, at)
    return meeting


def move_meeting(
    db: Session, meeting_id: UUID, action: HelpPlanMeetingAction, expected: int, *, actor: Actor, at: datetime
) -> HelpPlanMeeting:
    """Move, hold or cancel a meeting; a review that was held ends the wait for it and begins the next.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    meeting = queries.get_meeting(db, meeting_id, actor, lock=True)
    check_version(meeting, expected)
    help_ = cases.get_help(db, meeting.help_id, actor)
    meeting.informed_ids = reviews.informed(db, help_, at)
    data: dict[str, Any] = {}
    with db.no_autoflush:
        match action:
            case MoveHelpPlanMeeting():
                data = {"before": meeting.starts_at.isoformat(), "starts_at": action.starts_at.isoformat()}
                meeting.starts_at, meeting.reason = action.starts_at, action.reason
            case HoldHelpPlanMeeting():
                data = {**_told(meeting), "attended": sum(one.attended is True for one in action.participants)}
                meeting.participants = [one.model_dump(mode="json") for one in action.participants]
            case CancelHelpPlanMeeting():
                meeting.reason = action.reason
        MEETING.fire(db, meeting, action.action, actor=actor, at=at, **data)
    if meeting.state is M.HELD:
        _next_review(db, meeting, help_, at)
    return meeting


def write_minutes(
    db: Session, meeting_id: UUID, body: HelpPlanMinutesIn, *, actor: Actor, at: datetime
) -> HelpPlanMinutes:
    """Write the minutes of a meeting that was held; they are kept as written, a correction stands beside them.

    Raises:
        MeetingFixed: the meeting was not held.
        Invalid: a further writing without saying why.
    """
    meeting = queries.get_meeting(db, meeting_id, actor, lock=True)
    if meeting.state is not M.HELD:
        raise MeetingFixed(state=meeting.state.value)
    if (meeting.minutes_number > 0) != (body.correction is not None):
        de = "Eine Berichtigung nennt ihren Grund; das erste Protokoll berichtigt nichts."
        raise Invalid.field(
            "/correction", "correction", de, "A correction says why; the first writing corrects nothing."
        )
    meeting.minutes_number += 1
    meeting.changed_at = at
    content = body.model_dump(mode="json", exclude={"correction"})
    minutes = HelpPlanMinutes(
        meeting_id=meeting.id,
        help_id=meeting.help_id,
        youth_office_id=meeting.youth_office_id,
        provider_id=meeting.provider_id,
        number=meeting.minutes_number,
        content=content,
        content_hash=fingerprint(content),
        correction=body.correction,
        written_by=actor.id,
        created_at=at,
    )
    db.add(minutes)
    db.flush()
    _record(db, meeting, "minuted", actor, at)
    tasks.lay_out(db, meeting, [(None, task) for task in body.agreements], actor=actor, at=at)
    return minutes


def assent(
    db: Session, meeting_id: UUID, number: int, body: HelpPlanMinutesAssentCreate, *, actor: Actor, at: datetime
) -> HelpPlanMinutesAssent:
    """Write down what somebody who took part says to the minutes; a provider speaks for itself only.

    Raises:
        NotFound; PermissionMissing: a provider speaks for others.
        Invalid: nobody took part so, or a day to come.

    Law: SGB VIII § 36 Abs. 1 and 2.
    """
    minutes = queries.get_minutes(db, meeting_id, number, actor, at)
    meeting = queries.get_meeting(db, meeting_id, actor)
    if actor.is_provider and body.role is not HelpPlanRole.PROVIDER:
        raise PermissionMissing(permission=Permission.HELP_PLANS_MANAGE.value)
    named = (body.role.value, body.label, body.function)
    if named not in [(one["role"], one.get("label"), one.get("function")) for one in meeting.participants]:
        raise Invalid.field("/role", "unknown", "So war niemand beteiligt.", "Nobody took part like this.")
    if body.said_on > legal_date(at):
        raise Invalid.field("/said_on", "future", "Dieser Tag ist noch nicht da.", "Not yet come.")
    said = HelpPlanMinutesAssent(
        **body.model_dump(),
        meeting_id=meeting.id,
        help_id=meeting.help_id,
        youth_office_id=meeting.youth_office_id,
        provider_id=actor.organisation_id if actor.is_provider else meeting.provider_id,
        number=minutes.number,
        entered_by=actor.id,
        created_at=at,
    )
    db.add(said)
    db.flush()
    _record(db, meeting, "assented", actor, at)
    return said


def _next_review(db: Session, meeting: HelpPlanMeeting, help_: cases.Help, at: datetime) -> None:
    """A held review ends the wait; the first meeting moves the first review with it."""
    plan = queries.open_plan_of(db, meeting.help_id)
    if plan is None or meeting.kind not in (HelpPlanMeetingKind.REVIEW, HelpPlanMeetingKind.INITIAL):
        return
    land = organisations.land_of(db, plan.youth_office_id)
    if meeting.kind is HelpPlanMeetingKind.REVIEW:
        plan.reviewed_at = at
        due = law.day_after(law.REVIEW, legal_date(meeting.starts_at), land)
    elif plan.latest_number == 0:
        due = reviews.usual_review(db, help_, land)
    else:
        return
    reviews.wait_for_review(db, plan, due, land, at=at)
    db.flush()


def _told(meeting: HelpPlanMeeting) -> dict[str, str]:
    return {"help_id": str(meeting.help_id), "kind": meeting.kind.value, "starts_at": meeting.starts_at.isoformat()}


def _record(db: Session, meeting: HelpPlanMeeting, what: str, actor: Actor, at: datetime) -> None:
    """Evidence and news; what was said stands in the minutes only."""
    common: dict[str, Any] = {"tenant_id": meeting.tenant_id, "actor": actor, "at": at, "subject_id": meeting.id}
    told = {"version": meeting.version, "minutes_number": meeting.minutes_number}
    audit.record(db, action=f"{MEETING.name}.{what}", subject_kind=MEETING.name, details=told, **common)
    outbox.emit(db, f"{MEETING.name}.{what}", subject_kind=MEETING.name, audience=meeting.audience, data=told, **common)
