"""`/v1/help-plan-tasks`."""

from datetime import date
from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.calendars import legal_date
from app.modules.planning import queries, service
from app.modules.planning.codes import HelpPlanTaskState
from app.modules.planning.models import HelpPlanTask
from app.modules.planning.schemas.tasks import (
    HelpPlanTaskAction,
    HelpPlanTaskOut,
    HelpPlanTaskQuery,
    HelpPlanTaskSummary,
)
from app.modules.planning.workflow import TASK
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

tasks = Router(prefix="/help-plan-tasks", tags=["help-plans"])
WORDS = HelpPlanTaskOut.model_fields.keys() - HelpPlanTaskSummary.model_fields.keys()
HEAD = HelpPlanTaskSummary.model_fields.keys() - {"allowed_actions", "is_overdue"}


def _summary(task: HelpPlanTask, actor: Actor, today: date) -> HelpPlanTaskSummary:
    late = task.state is HelpPlanTaskState.OPEN and task.until is not None and task.until < today
    head = {name: getattr(task, name) for name in HEAD}
    return HelpPlanTaskSummary(**head, is_overdue=late, allowed_actions=TASK.allowed(task, actor))


def _out(task: HelpPlanTask, actor: Actor, today: date) -> HelpPlanTaskOut:
    return HelpPlanTaskOut(**_summary(task, actor, today).model_dump(), **{name: getattr(task, name) for name in WORDS})


@tasks.get("", summary="Aufgaben aus Hilfeplänen suchen")
@needs(Permission.HELP_PLANS_READ)
def list_help_plan_tasks(
    query: Annotated[HelpPlanTaskQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[HelpPlanTaskOut]:
    """Who does what until when, by the plans in force and the minutes of meetings (§ 36 Abs. 2 SGB VIII)."""
    today = legal_date(now)
    rows, following, total = queries.list_tasks(db, query, actor, today)
    return page_of([_out(row, actor, today) for row in rows], following, total, query)


@tasks.get("/{task_id}", summary="Aufgabe lesen")
@needs(Permission.HELP_PLANS_READ)
def get_help_plan_task(task_id: Id, db: Db, actor: CurrentActor, now: Now) -> HelpPlanTaskOut:
    """One task, and how it went (§ 36 Abs. 2 SGB VIII)."""
    return _out(queries.get_task(db, task_id, actor), actor, legal_date(now))


@tasks.post("/{task_id}/transitions", summary="Aufgabe weiterführen")
@needs(Permission.HELP_PLANS_TAKE_PART)
def move_help_plan_task(
    task_id: Id, body: HelpPlanTaskAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HelpPlanTaskSummary:
    """Tick a task off; the youth office also those of families and others, and what is not done after all (§ 36)."""
    return _summary(service.move_task(db, task_id, body, expected, actor=actor, at=now), actor, legal_date(now))


@tasks.get("/{task_id}/transitions", summary="Verlauf der Aufgabe")
@needs(Permission.HELP_PLANS_READ)
def list_help_plan_task_transitions(task_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_task(db, task_id, actor).id)
