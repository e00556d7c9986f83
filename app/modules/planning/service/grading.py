"""How far goals are attained: three views, one of which a review agrees on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.problems import FieldError, Invalid, PermissionMissing
from app.modules.planning import queries
from app.modules.planning.codes import GoalStatus, GradingSide, HelpPlanState
from app.modules.planning.content import HelpPlanContent, HelpPlanGoal
from app.modules.planning.errors import HelpPlanFixed
from app.modules.planning.models import HelpPlan, HelpPlanGrade
from app.modules.planning.schemas.review import HelpPlanGradeIn, HelpPlanGradesIn
from app.modules.planning.service.plans import draft_of, write
from app.modules.planning.service.telling import tell
from app.policy import Actor, Permission

S = HelpPlanState
GRADED_IN = {
    GradingSide.PROVIDER: frozenset({S.ACTIVE, S.UNDER_REVIEW}),
    GradingSide.FAMILY: frozenset({S.ACTIVE, S.UNDER_REVIEW}),
    GradingSide.YOUTH_OFFICE: frozenset({S.UNDER_REVIEW}),
}


def grade_goals(db: Session, plan_id: UUID, body: HelpPlanGradesIn, *, actor: Actor, at: datetime) -> HelpPlan:
    """Grade goals of the confirmed version in the eyes of one side; every grade is kept.

    The provider proposes; the youth office enters what the family says and what the review agrees on, and only that
    changes a goal's status.

    Raises:
        HelpPlanFixed: nothing is confirmed, or what is agreed is agreed in a review.
        PermissionMissing: a provider grades for itself, the youth office for the family and for the review.
        Invalid: no such goal in the confirmed version, or a status that is not the review's.
    """
    plan = queries.get_plan(db, plan_id, actor, lock=actor.is_youth_office, taking_part_at=at)
    if actor.is_provider != (body.side is GradingSide.PROVIDER):
        raise PermissionMissing(permission=Permission.HELP_PLANS_TAKE_PART.value)
    if plan.state not in GRADED_IN[body.side]:
        raise HelpPlanFixed(state=plan.state.value)
    confirmed = queries.get_version(db, plan.id, plan.latest_number, actor)
    goals = {goal["key"] for goal in confirmed.document["content"]["goals"]}
    if faults := _faults(body, goals):
        raise Invalid(errors=faults)
    place = {"plan_id": plan.id, "help_id": plan.help_id, "youth_office_id": plan.youth_office_id}
    for one in body.grades:
        given = HelpPlanGrade(**one.model_dump(), **place, provider_id=plan.provider_id, side=body.side)
        given.number, given.graded_by, given.created_at = plan.latest_number, actor.id, at
        db.add(given)
    if body.side is GradingSide.YOUTH_OFFICE:
        content = HelpPlanContent.model_validate(draft_of(plan).content)
        agreed = {one.goal_key: one for one in body.grades if one.status is not None}
        goals_now = [_closed(goal, agreed.get(goal.key)) for goal in content.goals]
        write(db, plan, content.model_copy(update={"goals": goals_now}), at)
    tell(db, plan, "graded", actor, at, side=body.side.value, goals=len(body.grades), number=plan.latest_number)
    db.flush()
    return plan


def _closed(goal: HelpPlanGoal, agreed: HelpPlanGradeIn | None) -> HelpPlanGoal:
    if agreed is None or agreed.status is None:
        return goal
    reason = agreed.text if agreed.status in (GoalStatus.DROPPED, GoalStatus.REPLACED) else None
    return goal.model_copy(update={"status": agreed.status, "status_reason": reason})


def _faults(body: HelpPlanGradesIn, goals: set[str]) -> list[FieldError]:
    faults = []
    seen: set[str] = set()
    for place, one in enumerate(body.grades):
        if one.goal_key not in goals or one.goal_key in seen:
            de, en = "Dieses Ziel steht nicht (oder zweimal) hier.", "No such goal, or twice."
            faults.append(FieldError(f"/grades/{place}/goal_key", "unknown", de, en))
        seen.add(one.goal_key)
        if one.status is not None and body.side is not GradingSide.YOUTH_OFFICE:
            de, en = "Den Stand eines Ziels vereinbart die Überprüfung.", "Only the review agrees on a goal's status."
            faults.append(FieldError(f"/grades/{place}/status", "not_in_review", de, en))
    return faults
