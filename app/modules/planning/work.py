"""What of help planning waits for somebody: plans not begun, reviews, plans to agree on, meetings."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, or_, select

from app.core.worklist import Asked, Source, end_of, waiting
from app.law.calendars import legal_date
from app.law.planning import MINUTES_DAYS, PLAN_AGREEMENT_DAYS, REVIEW_REMINDER_WEEKS
from app.modules import cases
from app.modules.planning.codes import HelpPlanMeetingState, HelpPlanRole, HelpPlanState, HelpPlanTaskState, ReviewStage
from app.modules.planning.models import HelpPlan, HelpPlanMeeting, HelpPlanStatement, HelpPlanTask
from app.modules.planning.queries import visible, visible_meetings, visible_tasks
from app.policy import Permission

TASKS = "/v1/help-plan-tasks/"
Rows = list[Select[*tuple[Any, ...]]]


def _work(asked: Asked) -> Sequence[Select[*tuple[Any, ...]]]:
    if asked.actor.may(Permission.HELP_PLANS_READ):
        return [*_missing(asked), *_plans(asked), *_meetings(asked), *_tasks(asked)]
    return _overseen(asked) if asked.actor.may(Permission.HELP_PLANS_OVERSEE) else []


def _missing(asked: Asked) -> Rows:
    """To the youth office, running helps for which nobody has begun a plan (§ 36 Abs. 2 SGB VIII)."""
    actor, of = asked.actor, cases.Help
    if not actor.is_youth_office:
        return []
    begin_by = end_of(of.starts_on + PLAN_AGREEMENT_DAYS)
    manages = actor.may(Permission.HELP_PLANS_MANAGE)
    begin = waiting("help_plan_missing", subject=of, path="/v1/helps/", due_at=begin_by, me=manages, help_id=of.id)
    planned = exists().where(HelpPlan.help_id == of.id)
    running = cases.visible(actor).where(asked.mine(of.id), of.state == cases.HelpState.ACTIVE, ~planned)
    return [running.with_only_columns(*begin)]


def _plans(asked: Asked) -> Rows:
    """Reviews from their first reminder on; and plans that are consulted on, also to a provider that said nothing."""
    actor = asked.actor
    mine = visible(actor).where(asked.mine(HelpPlan.help_id))
    place: dict[str, Any] = {"subject": HelpPlan, "path": "/v1/help-plans/", "help_id": HelpPlan.help_id}
    soon = legal_date(asked.at) + timedelta(weeks=max(REVIEW_REMINDER_WEEKS))
    manages = actor.may(Permission.HELP_PLANS_MANAGE)
    review = waiting("help_plan_review", due_at=end_of(HelpPlan.review_due_on), me=manages, **place)
    spoke = exists().where(
        HelpPlanStatement.plan_id == HelpPlan.id,
        HelpPlanStatement.provider_id == actor.organisation_id,
        HelpPlanStatement.number == HelpPlan.latest_number + 1,
    )
    speaks = and_(literal(actor.is_provider and actor.may(Permission.HELP_PLANS_TAKE_PART)), ~spoke)
    agree_by = HelpPlan.opened_at + timedelta(days=PLAN_AGREEMENT_DAYS)
    agree = waiting("help_plan_to_agree", due_at=agree_by, me=speaks if actor.is_provider else manages, **place)
    return [
        mine.with_only_columns(*review).where(HelpPlan.state != HelpPlanState.ENDED, HelpPlan.review_due_on <= soon),
        mine.with_only_columns(*agree).where(HelpPlan.state == HelpPlanState.IN_CONSULTATION),
    ]


def _meetings(asked: Asked) -> Rows:
    """Meetings that are set, for everybody who comes; and minutes that are to be written."""
    actor = asked.actor
    mine = visible_meetings(actor).where(asked.mine(HelpPlanMeeting.help_id))
    place = _place(HelpPlanMeeting, "/v1/help-plan-meetings/")
    comes, writes = actor.may(Permission.HELP_PLANS_TAKE_PART), actor.may(Permission.HELP_PLANS_MANAGE)
    meet = waiting("help_plan_meeting", due_at=HelpPlanMeeting.starts_at, me=comes, **place)
    write_by = HelpPlanMeeting.starts_at + timedelta(days=MINUTES_DAYS)
    write = waiting("help_plan_minutes", due_at=write_by, me=writes, **place)
    unwritten = and_(HelpPlanMeeting.state == HelpPlanMeetingState.HELD, HelpPlanMeeting.minutes_number == 0)
    return [
        mine.with_only_columns(*meet).where(HelpPlanMeeting.state == HelpPlanMeetingState.SCHEDULED),
        mine.with_only_columns(*write).where(unwritten),
    ]


def _tasks(asked: Asked) -> Rows:
    """Open tasks with a day: to each side its own, to the youth office also those that nobody is named for."""
    actor, role = asked.actor, HelpPlanTask.role
    own = role == HelpPlanRole.PROVIDER
    if actor.is_youth_office:
        own = or_(role.is_(None), role == HelpPlanRole.YOUTH_OFFICE)
    me = and_(literal(actor.may(Permission.HELP_PLANS_TAKE_PART)), func.coalesce(own, False))
    do = waiting("help_plan_task", due_at=end_of(HelpPlanTask.until), me=me, **_place(HelpPlanTask, TASKS))
    mine = visible_tasks(actor).where(asked.mine(HelpPlanTask.help_id), HelpPlanTask.state == HelpPlanTaskState.OPEN)
    return [mine.with_only_columns(*do).where(HelpPlanTask.until.is_not(None))]


def _place(subject: Any, path: str) -> dict[str, Any]:
    """Where something is read that bears its help's number."""
    help_ = select(cases.Help.number).where(cases.Help.id == subject.help_id).scalar_subquery()
    return {"subject": subject, "number": func.coalesce(help_, ""), "path": path, "help_id": subject.help_id}


def _overseen(asked: Asked) -> Rows:
    """To the office head, who reads no plan: the reviews it was called for."""
    place: dict[str, Any] = {"subject": HelpPlan, "path": "/v1/help-plan-reviews", "help_id": HelpPlan.help_id}
    called = waiting("help_plan_review", due_at=end_of(HelpPlan.review_due_on), me=False, **place)
    rows = visible(asked.actor).where(HelpPlan.state != HelpPlanState.ENDED)
    return [rows.with_only_columns(*called).where(HelpPlan.review_stage == ReviewStage.OFFICE_HEAD)]


WORK = Source(
    {
        "help_plan_missing": "Hilfeplan beginnen",
        "help_plan_review": "Hilfeplan überprüfen",
        "help_plan_to_agree": "Hilfeplan abstimmen und bestätigen",
        "help_plan_meeting": "Hilfeplangespräch führen",
        "help_plan_task": "Aufgabe aus dem Hilfeplan erledigen",
        "help_plan_minutes": "Protokoll des Hilfeplangesprächs schreiben",
    },
    _work,
)
