"""The review that must come: when it is due, who is called when it does not come, what ends the wait."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.db import found
from app.core.workflow import Move
from app.law import planning as law
from app.law.calendars import end_of_day, legal_date, next_working_day
from app.law.periods import Period
from app.modules import cases
from app.modules.planning import queries
from app.modules.planning.codes import HelpPlanMeetingKind, ReviewStage
from app.modules.planning.models import HelpPlan
from app.modules.planning.workflow import HELP_PLAN, MEETING, TASK
from app.policy import SYSTEM, Actor

REVIEW_DUE = "help_plan_review"
"""The deadline of a plan's review."""
STAGES = {
    0: ReviewStage.REMINDED,
    1: ReviewStage.REMINDED,
    2: ReviewStage.DUE,
    3: ReviewStage.TEAM_LEAD,
    4: ReviewStage.OFFICE_HEAD,
}
NEWS = {
    ReviewStage.REMINDED: "review_reminder",
    ReviewStage.DUE: "review_due",
    ReviewStage.TEAM_LEAD: "review_overdue",
    ReviewStage.OFFICE_HEAD: "review_overdue",
}


def informed(db: Session, help_: cases.Help, at: datetime) -> list[UUID]:
    """The providers that learn of a step about a help; before it begins those that begin with it."""
    return cases.providers_of(db, help_, max(legal_date(at), help_.starts_on)) or [help_.provider_id]


def basis(db: Session, help_: cases.Help) -> tuple[date, Period]:
    """From which day the next review is counted, and how long: the last review, else the start or first meeting."""
    reviewed = queries.last_held(db, help_.id, HelpPlanMeetingKind.REVIEW)
    if reviewed is not None:
        return reviewed, law.REVIEW
    met = queries.last_held(db, help_.id, HelpPlanMeetingKind.INITIAL)
    return max(help_.starts_on, met or help_.starts_on), law.FIRST_REVIEW


def usual_review(db: Session, help_: cases.Help, land: str) -> date:
    """When the next review is due by the usual interval."""
    day, period = basis(db, help_)
    return law.day_after(period, day, land)


def wait_for_review(db: Session, plan: HelpPlan, due: date, land: str, *, at: datetime) -> None:
    """Let the wait for a review begin anew: until this day, with its reminders, then with those who are called."""
    deadlines.meet(db, plan.id, REVIEW_DUE, by=SYSTEM.id, at=at)
    plan.review_due_on, plan.review_stage = due, ReviewStage.RUNNING
    ahead = [_begin(law.weeks_before(due, weeks, land)) for weeks in law.REVIEW_REMINDER_WEEKS]
    steps = [deadlines.Step(level, instant) for level, instant in enumerate(ahead) if instant > at]
    late = end_of_day(law.weeks_after(due, law.REVIEW_ESCALATION_WEEKS, land))
    steps += [deadlines.Step(2, _begin(due)), deadlines.Step(3, end_of_day(due)), deadlines.Step(4, late)]
    deadlines.start(
        db,
        kind=REVIEW_DUE,
        tenant_id=plan.youth_office_id,
        provider_id=None,
        subject_kind=HELP_PLAN.name,
        subject_id=plan.id,
        started_at=at,
        due_at=end_of_day(due),
        steps=steps,
        source="§ 36 Abs. 2 SGB VIII",
    )


def stop_waiting(db: Session, plan: HelpPlan, *, actor: Actor, at: datetime) -> None:
    """The plan has ended: nobody waits for its review."""
    deadlines.meet(db, plan.id, REVIEW_DUE, by=actor.id, at=at)


def review_due(db: Session, deadline: deadlines.Deadline, level: int, now: datetime) -> list[str]:
    """A step of the wait fires: the caseworker is reminded, then the team lead and the office head are called."""
    plan = queries.get_plan(db, deadline.subject_id, SYSTEM)
    help_ = found(db.get(cases.Help, plan.help_id))
    stage = STAGES[level]
    queries.set_stage(db, plan, stage)
    told = [f"caseworker:{help_.caseworker_id}"]
    if stage in (ReviewStage.TEAM_LEAD, ReviewStage.OFFICE_HEAD):
        told.append(stage.value)
    common: dict[str, Any] = {"tenant_id": plan.tenant_id, "actor": SYSTEM, "at": now, "subject_id": plan.id}
    audit.record(
        db,
        action=f"{HELP_PLAN.name}.{NEWS[stage]}",
        subject_kind=HELP_PLAN.name,
        law=deadline.source,
        details={"level": level, "told": told},
        **common,
    )
    outbox.emit(
        db,
        f"{HELP_PLAN.name}.{NEWS[stage]}",
        subject_kind=HELP_PLAN.name,
        audience=[plan.youth_office_id],
        data={"review_due_on": plan.review_due_on.isoformat(), "stage": stage.value, "version": plan.version},
        **common,
    )
    return told


ENDINGS = {
    "end": "Die Hilfe ist beendet.",
    "withdraw": "Der Antrag wurde zurückgezogen.",
    "move_away": "Ein anderes Jugendamt führt die Hilfe fort.",
}
"""Steps of a help that end its planning, and what stands as the reason."""


def help_moved(db: Session, help_: Any, move: Move) -> None:
    """When a help is over, so are its plan, its open tasks and the meetings after its last day.

    In the name of whoever ended it; all of it stays to be read. A meeting up to the last day stays as it is: it was
    held, or will be, and somebody still says so.
    """
    reason = ENDINGS.get(move.action)
    if reason is None:
        return
    anybody = replace(move.actor, organisation_kind=None)
    plan = queries.open_plan_of(db, help_.id)
    if plan is not None:
        plan.end_reason = reason
        with db.no_autoflush:
            HELP_PLAN.fire(db, plan, "end", actor=anybody, at=move.at)
        stop_waiting(db, plan, actor=move.actor, at=move.at)
    for meeting in queries.scheduled_meetings(db, help_.id):
        if help_.ended_on is None or legal_date(meeting.starts_at) > help_.ended_on:
            meeting.reason = reason
            with db.no_autoflush:
                MEETING.fire(db, meeting, "cancel", actor=anybody, at=move.at)
    for task in queries.open_tasks(db, help_.id):
        TASK.fire(db, task, "drop", actor=anybody, at=move.at)
    db.flush()


def asked_for(next_review_on: date | None, usual: date, land: str) -> date:
    """The day the plan itself names, on a working day; else the usual one."""
    return next_working_day(next_review_on, land) if next_review_on else usual


def _begin(day: date) -> datetime:
    """When a day begins in Berlin: with the end of the one before."""
    return end_of_day(day - timedelta(days=1))
