"""Reading plans and meetings: a youth office its own, a provider what concerns everybody in its helps."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, update
from sqlalchemy.orm import Session, selectinload

from app.core.db import found
from app.core.pages import paginate
from app.law.calendars import legal_date
from app.law.planning import ALWAYS_OUTSIDE_FAMILY, RETURNS_COUNTED_DAYS
from app.modules import cases
from app.modules.planning.codes import (
    HelpPlanMeetingKind,
    HelpPlanMeetingState,
    HelpPlanState,
    HelpPlanTaskState,
    PerspectiveKind,
    ReviewStage,
)
from app.modules.planning.models import (
    HelpPlan,
    HelpPlanGrade,
    HelpPlanMeeting,
    HelpPlanMinutes,
    HelpPlanMinutesAssent,
    HelpPlanSelfAssessment,
    HelpPlanStatement,
    HelpPlanTask,
    HelpPlanVersion,
)
from app.modules.planning.schemas.meetings import HelpPlanMeetingQuery
from app.modules.planning.schemas.plan import HelpPlanQuery, HelpPlanReviewQuery
from app.modules.planning.schemas.review import PerspectiveQuery, SelfAssessmentQuery
from app.modules.planning.schemas.tasks import HelpPlanTaskQuery
from app.policy import Actor

Listed = tuple[list[Any], str | None, int | None]


def visible(actor: Actor) -> Select[HelpPlan]:
    """The plans an actor's organisation may know of; a provider from the first consultation on."""
    rows = select(HelpPlan)
    if actor.is_system:
        return rows
    mine = cases.takes_part(actor, HelpPlan.youth_office_id, HelpPlan.help_id, HelpPlan.changed_at)
    return rows.where(mine) if actor.is_youth_office else rows.where(mine, HelpPlan.opened_at.is_not(None))


def get_plan(
    db: Session, plan_id: UUID, actor: Actor, *, lock: bool = False, taking_part_at: datetime | None = None
) -> HelpPlan:
    """One plan with its draft (the youth office's own); 404 for strangers.

    Args:
        lock: for a change.
        taking_part_at: for saying something to it, which only who takes part in the help at that time does.
    """
    wanted = visible(actor).where(HelpPlan.id == plan_id).options(selectinload(HelpPlan.draft))
    if taking_part_at is not None:
        now: Any = literal(taking_part_at)
        wanted = wanted.where(cases.takes_part(actor, HelpPlan.youth_office_id, HelpPlan.help_id, now))
    return found(db.scalar(wanted.with_for_update(of=HelpPlan) if lock else wanted))


def list_plans(db: Session, query: HelpPlanQuery, actor: Actor) -> Listed:
    """A page of plans."""
    rows = visible(actor)
    for name in ("help_id", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(HelpPlan, name) == value)
    if query.review_due_until:
        rows = rows.where(HelpPlan.review_due_on <= query.review_due_until, HelpPlan.state != HelpPlanState.ENDED)
    sorts = {name: getattr(HelpPlan, name) for name in ("created_at", "number", "review_due_on")}
    return paginate(db, rows, query, sorts, HelpPlan.id)


def list_reviews(db: Session, query: HelpPlanReviewQuery, actor: Actor) -> Listed:
    """A page of open plans whose review is called for, the oldest first."""
    rows = visible(actor).where(HelpPlan.state != HelpPlanState.ENDED)
    called = HelpPlan.review_stage != ReviewStage.RUNNING
    rows = rows.where(HelpPlan.review_stage == query.stage if query.stage else called)
    return paginate(db, rows, query, {"review_due_on": HelpPlan.review_due_on}, HelpPlan.id)


def open_plan_of(db: Session, help_id: UUID) -> HelpPlan | None:
    """The open plan of a help, locked, if there is one."""
    wanted = select(HelpPlan).where(HelpPlan.help_id == help_id, HelpPlan.state != HelpPlanState.ENDED)
    return db.scalar(wanted.with_for_update())


def set_stage(db: Session, plan: HelpPlan, stage: ReviewStage) -> None:
    """How loudly the review is called for; no new version of the plan, which nobody has changed."""
    db.execute(update(HelpPlan).where(HelpPlan.id == plan.id).values(review_stage=stage))


def _made(actor: Actor, table: Any) -> ColumnElement[bool]:
    return cases.takes_part(actor, table.youth_office_id, table.help_id, table.created_at)


def list_versions(db: Session, plan_id: UUID, actor: Actor) -> Sequence[HelpPlanVersion]:
    """The confirmed versions an actor may read, oldest first; 404 for strangers."""
    rows = select(HelpPlanVersion).where(HelpPlanVersion.plan_id == plan_id, _made(actor, HelpPlanVersion))
    versions = db.scalars(rows.order_by(HelpPlanVersion.number).limit(1000)).all()
    if not versions:
        get_plan(db, plan_id, actor)
    return versions


def get_version(db: Session, plan_id: UUID, number: int, actor: Actor) -> HelpPlanVersion:
    """One confirmed version; 404 for none."""
    wanted = select(HelpPlanVersion).where(HelpPlanVersion.plan_id == plan_id, _made(actor, HelpPlanVersion))
    return found(db.scalar(wanted.where(HelpPlanVersion.number == number)))


def statements_of(db: Session, plan: HelpPlan, number: int | None = None) -> Sequence[HelpPlanStatement]:
    """The providers' statements, oldest first; only those for one version if its number is given."""
    rows = select(HelpPlanStatement).where(HelpPlanStatement.plan_id == plan.id)
    if number is not None:
        rows = rows.where(HelpPlanStatement.number == number)
    return db.scalars(rows.order_by(HelpPlanStatement.number, HelpPlanStatement.id).limit(1000)).all()


def grades_of(db: Session, plan: HelpPlan) -> Sequence[HelpPlanGrade]:
    """Every grade of a plan's goals, oldest first."""
    rows = select(HelpPlanGrade).where(HelpPlanGrade.plan_id == plan.id)
    return db.scalars(rows.order_by(HelpPlanGrade.id).limit(10_000)).all()


def list_self_assessments(db: Session, plan: HelpPlan, query: SelfAssessmentQuery) -> Listed:
    """A page of self-assessments."""
    rows = select(HelpPlanSelfAssessment).where(HelpPlanSelfAssessment.plan_id == plan.id)
    sorts = {"answered_on": HelpPlanSelfAssessment.answered_on}
    return paginate(db, rows, query, sorts, HelpPlanSelfAssessment.id)


def self_assessments_of(db: Session, plan: HelpPlan) -> Sequence[HelpPlanSelfAssessment]:
    """All self-assessments of a plan, oldest first."""
    rows = select(HelpPlanSelfAssessment).where(HelpPlanSelfAssessment.plan_id == plan.id)
    return db.scalars(rows.order_by(HelpPlanSelfAssessment.answered_on, HelpPlanSelfAssessment.id).limit(500)).all()


def visible_meetings(actor: Actor) -> Select[HelpPlanMeeting]:
    """The meetings an actor's organisation may know of."""
    mine = cases.takes_part(actor, HelpPlanMeeting.youth_office_id, HelpPlanMeeting.help_id, HelpPlanMeeting.changed_at)
    return select(HelpPlanMeeting).where(mine)


def get_meeting(db: Session, meeting_id: UUID, actor: Actor, *, lock: bool = False) -> HelpPlanMeeting:
    """One meeting; 404 for strangers. `lock`: for a change."""
    wanted = visible_meetings(actor).where(HelpPlanMeeting.id == meeting_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def scheduled_meetings(db: Session, help_id: UUID) -> Sequence[HelpPlanMeeting]:
    """The meetings about a help that are set and not yet held; locked."""
    rows = select(HelpPlanMeeting).where(HelpPlanMeeting.help_id == help_id)
    return db.scalars(rows.where(HelpPlanMeeting.state == HelpPlanMeetingState.SCHEDULED).with_for_update()).all()


def list_meetings(db: Session, query: HelpPlanMeetingQuery, actor: Actor) -> Listed:
    """A page of meetings."""
    rows = visible_meetings(actor)
    for name in ("help_id", "state", "kind"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(HelpPlanMeeting, name) == value)
    if query.starts_from:
        rows = rows.where(HelpPlanMeeting.starts_at >= query.starts_from)
    if query.starts_until:
        rows = rows.where(HelpPlanMeeting.starts_at < query.starts_until)
    sorts = {name: getattr(HelpPlanMeeting, name) for name in ("starts_at", "created_at")}
    return paginate(db, rows, query, sorts, HelpPlanMeeting.id)


def last_held(db: Session, help_id: UUID, kind: HelpPlanMeetingKind) -> date | None:
    """The day of the last meeting of a kind that was held about a help."""
    held = (HelpPlanMeeting.state == HelpPlanMeetingState.HELD, HelpPlanMeeting.kind == kind)
    last = db.scalar(select(func.max(HelpPlanMeeting.starts_at)).where(HelpPlanMeeting.help_id == help_id, *held))
    return legal_date(last) if last else None


def minutes_of(db: Session, meeting_id: UUID, actor: Actor) -> Sequence[HelpPlanMinutes]:
    """The writings of a meeting's minutes, oldest first; 404 for strangers."""
    rows = select(HelpPlanMinutes).where(HelpPlanMinutes.meeting_id == meeting_id, _made(actor, HelpPlanMinutes))
    written = db.scalars(rows.order_by(HelpPlanMinutes.number).limit(1000)).all()
    if not written:
        get_meeting(db, meeting_id, actor)
    return written


def get_minutes(db: Session, meeting_id: UUID, number: int, actor: Actor, at: datetime) -> HelpPlanMinutes:
    """One writing of minutes, for saying something to it: only who takes part in the help at this time does."""
    of, now = HelpPlanMinutes, literal(at)
    part: Any = cases.takes_part(actor, of.youth_office_id, of.help_id, cast(Any, now))
    return found(db.scalar(select(of).where(of.meeting_id == meeting_id, of.number == number, part)))


def assents_of(db: Session, meeting_id: UUID, actor: Actor) -> Sequence[HelpPlanMinutesAssent]:
    """What was said to the minutes of a meeting, oldest first."""
    of = HelpPlanMinutesAssent
    rows = select(of).where(of.meeting_id == meeting_id, _made(actor, of))
    return db.scalars(rows.order_by(of.id).limit(1000)).all()


def visible_tasks(actor: Actor) -> Select[HelpPlanTask]:
    """The tasks an actor's organisation may know of."""
    of = HelpPlanTask
    return select(of).where(cases.takes_part(actor, of.youth_office_id, of.help_id, of.changed_at))


def get_task(
    db: Session, task_id: UUID, actor: Actor, *, lock: bool = False, taking_part_at: datetime | None = None
) -> HelpPlanTask:
    """One task; 404 for strangers. `lock`, `taking_part_at`: for a change, see `get_plan`."""
    wanted = visible_tasks(actor).where(HelpPlanTask.id == task_id)
    if taking_part_at is not None:
        now: Any = literal(taking_part_at)
        wanted = wanted.where(cases.takes_part(actor, HelpPlanTask.youth_office_id, HelpPlanTask.help_id, now))
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def tasks_of(db: Session, origin: HelpPlan | HelpPlanMeeting) -> Sequence[HelpPlanTask]:
    """The tasks that came from a plan or a meeting and did not fall away; locked."""
    owner = HelpPlanTask.plan_id if isinstance(origin, HelpPlan) else HelpPlanTask.meeting_id
    rows = select(HelpPlanTask).where(owner == origin.id, HelpPlanTask.state != HelpPlanTaskState.DROPPED)
    return db.scalars(rows.order_by(HelpPlanTask.id).with_for_update()).all()


def open_tasks(db: Session, help_id: UUID) -> Sequence[HelpPlanTask]:
    """What is still to be done in a help; locked."""
    rows = select(HelpPlanTask).where(HelpPlanTask.help_id == help_id, HelpPlanTask.state == HelpPlanTaskState.OPEN)
    return db.scalars(rows.order_by(HelpPlanTask.id).with_for_update()).all()


def list_tasks(db: Session, query: HelpPlanTaskQuery, actor: Actor, today: date) -> Listed:
    """A page of tasks."""
    rows = visible_tasks(actor)
    for name in ("help_id", "plan_id", "state", "role"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(HelpPlanTask, name) == value)
    if query.overdue is not None:
        late = and_(HelpPlanTask.state == HelpPlanTaskState.OPEN, func.coalesce(HelpPlanTask.until < today, False))
        rows = rows.where(late if query.overdue else ~late)
    sorts = {"until": func.coalesce(HelpPlanTask.until, date.max), "created_at": HelpPlanTask.created_at}
    return paginate(db, rows, query, sorts, HelpPlanTask.id)


_PLANNED = and_(HelpPlan.help_id == cases.Help.id, HelpPlan.state != HelpPlanState.ENDED)
_OUTSIDE = or_(cases.Help.service_kind.in_(ALWAYS_OUTSIDE_FAMILY), HelpPlan.needs_perspective)


def overdue(today: date) -> ColumnElement[bool]:
    """Whether a running help's perspective is late: never stated, its period over, or its review due."""
    return or_(
        HelpPlan.perspective.is_(None),
        HelpPlan.perspective_until < today,
        HelpPlan.review_due_on < today,
    )


def list_perspectives(db: Session, query: PerspectiveQuery, actor: Actor, today: date) -> Listed:
    """A page of running helps outside the family."""
    rows = cases.visible(actor).outerjoin(HelpPlan, _PLANNED).where(_OUTSIDE, _running())
    if query.perspective is not None:
        rows = rows.where(HelpPlan.perspective == query.perspective)
    if query.stated is not None:
        rows = rows.where(HelpPlan.perspective.is_not(None) if query.stated else HelpPlan.perspective.is_(None))
    if query.overdue is not None:
        late = func.coalesce(overdue(today), True)
        rows = rows.where(late if query.overdue else ~late)
    sorts = {name: getattr(cases.Help, name) for name in ("starts_on", "number")}
    return paginate(db, rows, query, sorts, cases.Help.id)


def open_plans_of(db: Session, help_ids: list[UUID], actor: Actor) -> dict[UUID, HelpPlan]:
    """The open plans of some helps, by help; one statement."""
    rows = visible(actor).where(HelpPlan.help_id.in_(help_ids), HelpPlan.state != HelpPlanState.ENDED)
    return {plan.help_id: plan for plan in db.scalars(rows)}


def count_perspectives(db: Session, actor: Actor, today: date) -> tuple[dict[PerspectiveKind | None, int], int, int]:
    """Numbers of the own office: helps by perspective, how many are overdue, how many returned home within a year."""
    office = cases.Help.youth_office_id == actor.organisation_id
    late = func.count().filter(func.coalesce(overdue(today), True))
    rows = select(HelpPlan.perspective, func.count(), late).select_from(cases.Help).outerjoin(HelpPlan, _PLANNED)
    counted = db.execute(rows.where(office, _OUTSIDE, _running()).group_by(HelpPlan.perspective)).all()
    home = select(func.count()).where(
        HelpPlan.youth_office_id == actor.organisation_id,
        HelpPlan.outcome == PerspectiveKind.RETURN_HOME,
        HelpPlan.changed_at >= today - timedelta(days=RETURNS_COUNTED_DAYS),
    )
    return {row[0]: row[1] for row in counted}, sum(row[2] for row in counted), db.scalar(home) or 0


def _running() -> ColumnElement[bool]:
    return cases.Help.state == cases.HelpState.ACTIVE
