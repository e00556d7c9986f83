"""`/v1/help-plan-meetings`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response

from app.core import documents
from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.planning import paper, queries, service
from app.modules.planning.models import HelpPlanMeeting, HelpPlanMinutes, HelpPlanMinutesAssent
from app.modules.planning.schemas.meetings import (
    HelpPlanMeetingAction,
    HelpPlanMeetingCreate,
    HelpPlanMeetingOut,
    HelpPlanMeetingPatch,
    HelpPlanMeetingQuery,
    HelpPlanMeetingSummary,
    HelpPlanMinutesAssentCreate,
    HelpPlanMinutesAssentOut,
    HelpPlanMinutesIn,
    HelpPlanMinutesOut,
    HelpPlanMinutesSummary,
)
from app.modules.planning.schemas.plan import Number
from app.modules.planning.workflow import MEETING
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

meetings = Router(prefix="/help-plan-meetings", tags=["help-plans"])
HEAD = HelpPlanMeetingOut.model_fields.keys() - {"allowed_actions"}


def _out(meeting: HelpPlanMeeting, actor: Actor) -> HelpPlanMeetingOut:
    head = {name: getattr(meeting, name) for name in HEAD}
    return HelpPlanMeetingOut.model_validate({**head, "allowed_actions": MEETING.allowed(meeting, actor)})


def _summary(meeting: HelpPlanMeeting, actor: Actor) -> HelpPlanMeetingSummary:
    head = {name: getattr(meeting, name) for name in HEAD - {"agenda", "participants", "reason"}}
    return HelpPlanMeetingSummary.model_validate({**head, "allowed_actions": MEETING.allowed(meeting, actor)})


def _minutes(minutes: HelpPlanMinutes, said: Sequence[HelpPlanMinutesAssent]) -> HelpPlanMinutesOut:
    names = ("number", "correction", "content_hash", "written_by", "created_at")
    head = {name: getattr(minutes, name) for name in names}
    assents = [HelpPlanMinutesAssentOut.model_validate(one) for one in said if one.number == minutes.number]
    return HelpPlanMinutesOut.model_validate({**head, **minutes.content, "assents": assents})


@meetings.post("", status_code=201, summary="Hilfeplangespräch ansetzen")
@needs(Permission.HELP_PLANS_MANAGE)
def schedule_help_plan_meeting(
    body: HelpPlanMeetingCreate, db: Db, actor: CurrentActor, now: Now
) -> HelpPlanMeetingSummary:
    """Set a meeting about a help (§ 36 Abs. 1 and 2 SGB VIII); the providers of the help learn of it."""
    return _summary(service.schedule(db, body, actor=actor, at=now), actor)


@meetings.get("", summary="Hilfeplangespräche suchen")
@needs(Permission.HELP_PLANS_READ)
def list_help_plan_meetings(
    query: Annotated[HelpPlanMeetingQuery, Query()], db: Db, actor: CurrentActor
) -> Page[HelpPlanMeetingSummary]:
    """The meetings of the own youth office, or of the helps the own provider takes part in (§ 36 SGB VIII)."""
    rows, following, total = queries.list_meetings(db, query, actor)
    return page_of([_summary(row, actor) for row in rows], following, total, query)


@meetings.get("/{help_plan_meeting_id}", summary="Hilfeplangespräch lesen")
@needs(Permission.HELP_PLANS_READ)
def get_help_plan_meeting(help_plan_meeting_id: Id, db: Db, actor: CurrentActor) -> HelpPlanMeetingOut:
    """One meeting: when, where, why, with whom (§ 36 SGB VIII)."""
    return _out(queries.get_meeting(db, help_plan_meeting_id, actor), actor)


@meetings.patch("/{help_plan_meeting_id}", summary="Hilfeplangespräch vorbereiten")
@needs(Permission.HELP_PLANS_MANAGE)
def change_help_plan_meeting(
    help_plan_meeting_id: Id, body: HelpPlanMeetingPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HelpPlanMeetingOut:
    """Change place, agenda or participants until it is held (merge patch, RFC 7396); its day is moved by a step."""
    return _out(service.change_meeting(db, help_plan_meeting_id, body, expected, actor=actor, at=now), actor)


@meetings.post("/{help_plan_meeting_id}/transitions", summary="Hilfeplangespräch weiterführen")
@needs(Permission.HELP_PLANS_MANAGE)
def move_help_plan_meeting(
    help_plan_meeting_id: Id, body: HelpPlanMeetingAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HelpPlanMeetingSummary:
    """Move the meeting, write down that it was held and who came, or call it off (§ 36 Abs. 2 Satz 2 SGB VIII).

    Only a review that was held ends the wait for it.
    """
    return _summary(service.move_meeting(db, help_plan_meeting_id, body, expected, actor=actor, at=now), actor)


@meetings.get("/{help_plan_meeting_id}/transitions", summary="Verlauf des Hilfeplangesprächs")
@needs(Permission.HELP_PLANS_READ)
def list_help_plan_meeting_transitions(help_plan_meeting_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_meeting(db, help_plan_meeting_id, actor).id)


@meetings.post("/{help_plan_meeting_id}/minutes", status_code=201, summary="Protokoll schreiben")
@needs(Permission.HELP_PLANS_MANAGE)
def write_help_plan_minutes(
    help_plan_meeting_id: Id, body: HelpPlanMinutesIn, db: Db, actor: CurrentActor, now: Now
) -> HelpPlanMinutesSummary:
    """Write the minutes of a meeting that was held; kept as written, a correction stands beside them (§ 36)."""
    written = service.write_minutes(db, help_plan_meeting_id, body, actor=actor, at=now)
    return HelpPlanMinutesSummary.model_validate(written)


@meetings.get("/{help_plan_meeting_id}/minutes", summary="Protokolle lesen")
@needs(Permission.HELP_PLANS_READ)
def list_help_plan_minutes(help_plan_meeting_id: Id, db: Db, actor: CurrentActor) -> list[HelpPlanMinutesOut]:
    """The minutes as they were written, corrections last, with what was said to each (§ 36 SGB VIII)."""
    written = queries.minutes_of(db, help_plan_meeting_id, actor)
    said = queries.assents_of(db, help_plan_meeting_id, actor)
    return [_minutes(row, said) for row in written]


@meetings.post(
    "/{help_plan_meeting_id}/minutes/{number}/assents", status_code=201, summary="Zum Protokoll Stellung nehmen"
)
@needs(Permission.HELP_PLANS_TAKE_PART)
def assent_to_help_plan_minutes(
    help_plan_meeting_id: Id, number: Number, body: HelpPlanMinutesAssentCreate, db: Db, actor: CurrentActor, now: Now
) -> HelpPlanMinutesAssentOut:
    """Write down whether somebody who took part agrees with the minutes, and with what not (§ 36 SGB VIII).

    A provider speaks for itself, the youth office enters what families and others said. It stays as it was said; who
    changes the mind says it anew.
    """
    said = service.assent(db, help_plan_meeting_id, number, body, actor=actor, at=now)
    return HelpPlanMinutesAssentOut.model_validate(said)


@meetings.get(
    "/{help_plan_meeting_id}/minutes/document",
    summary="Protokoll des Hilfeplangesprächs als PDF",
    response_class=Response,
    responses=documents.DOCUMENT,
)
@needs(Permission.HELP_PLANS_READ)
def get_help_plan_minutes_document(help_plan_meeting_id: Id, db: Db, actor: CurrentActor) -> Response:
    """The newest writing of the minutes as it is filed: who came, what each said, who does what until when (§ 36)."""
    return documents.answer(*paper.print_minutes(db, help_plan_meeting_id, actor))
