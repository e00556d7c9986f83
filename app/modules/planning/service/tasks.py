"""Tasks: laid out from a confirmed plan or from minutes, ticked off, dropped when they are agreed on no more."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.modules.planning import queries
from app.modules.planning.codes import HelpPlanTaskState
from app.modules.planning.content import HelpPlanContent, HelpPlanTask, open_goals
from app.modules.planning.models import HelpPlan, HelpPlanMeeting
from app.modules.planning.models import HelpPlanTask as Task
from app.modules.planning.schemas.tasks import HelpPlanTaskAction
from app.modules.planning.workflow import TASK
from app.policy import Actor

Agreed = Iterable[tuple[str | None, HelpPlanTask]]
"""Tasks with the key of the goal they are for."""


def of_plan(content: HelpPlanContent) -> Agreed:
    """The tasks of the goals on which nobody has said the last word."""
    return [(goal.key, task) for goal in open_goals(content.goals) for task in goal.tasks]


def lay_out(db: Session, origin: HelpPlan | HelpPlanMeeting, agreed: Agreed, *, actor: Actor, at: datetime) -> None:
    """Make the tasks those that are agreed on now.

    What was there before keeps its state and takes the new day; what is agreed on no more falls away, unless it is
    done.
    """
    there = {(task.goal_key, task.what): task for task in queries.tasks_of(db, origin)}
    for name, task in {(goal_key, task.what): task for goal_key, task in agreed}.items():
        known = there.pop(name, None)
        if known is None:
            _begin(db, origin, name[0], task, actor, at)
        elif (known.who, known.role, known.until) != (task.who, task.role, task.until):
            known.who, known.role, known.until, known.changed_at = task.who, task.role, task.until, at
    for gone in there.values():
        if gone.state is HelpPlanTaskState.OPEN:
            gone.informed_ids = origin.informed_ids
            TASK.fire(db, gone, "drop", actor=actor, at=at)
    db.flush()


def move_task(
    db: Session, task_id: UUID, action: HelpPlanTaskAction, expected: int, *, actor: Actor, at: datetime
) -> Task:
    """Tick a task off, open it again, or let it fall away.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow; a provider
            that takes no part in the help any more ticks nothing off.
    """
    task = queries.get_task(db, task_id, actor, lock=True, taking_part_at=at)
    check_version(task, expected)
    with db.no_autoflush:
        task.note = action.note
        TASK.fire(db, task, action.action, actor=actor, at=at)
    return task


def _begin(
    db: Session,
    origin: HelpPlan | HelpPlanMeeting,
    goal_key: str | None,
    task: HelpPlanTask,
    actor: Actor,
    at: datetime,
) -> None:
    made = Task(
        youth_office_id=origin.youth_office_id,
        provider_id=origin.provider_id,
        help_id=origin.help_id,
        informed_ids=origin.informed_ids,
        plan_id=origin.id if isinstance(origin, HelpPlan) else None,
        meeting_id=origin.id if isinstance(origin, HelpPlanMeeting) else None,
        goal_key=goal_key,
        what=task.what,
        who=task.who,
        role=task.role,
        until=task.until,
    )
    TASK.begin(db, made, actor=actor, at=at)
