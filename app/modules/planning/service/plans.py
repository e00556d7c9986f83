"""What a plan says: begun, written, read."""

from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core import audit
from app.core.db import check_version
from app.core.mergepatch import merge_patch
from app.core.numbers import next_number
from app.core.problems import FieldError, Invalid, NotFound
from app.core.validation import invalid
from app.law.calendars import legal_date
from app.modules import cases, organisations
from app.modules.planning import queries
from app.modules.planning.codes import GoalStatus, HelpPlanState
from app.modules.planning.content import HelpPlanContent, HelpPlanGoal
from app.modules.planning.errors import HelpNotPlanned, HelpPlanFixed
from app.modules.planning.models import HelpPlan, HelpPlanDraft, HelpPlanVersion
from app.modules.planning.rules import completeness
from app.modules.planning.schemas.plan import HelpPlanCreate, HelpPlanPatch
from app.modules.planning.service import reviews
from app.modules.planning.service.telling import note
from app.modules.planning.workflow import HELP_PLAN
from app.policy import Actor

S = HelpPlanState
WRITING = frozenset({S.DRAFT, S.IN_CONSULTATION, S.UNDER_REVIEW})
"""The states in which the text changes; the team decides on a text that stands still."""
PLANNED = frozenset({cases.HelpState.REQUESTED, cases.HelpState.ACTIVE})


def create_plan(db: Session, body: HelpPlanCreate, *, actor: Actor, at: datetime) -> HelpPlan:
    """Begin the plan of a help; from now on its first review is waited for.

    Raises:
        Invalid: no such help.
        HelpNotPlanned: the help has ended or was withdrawn.
        Conflict: the help has an open plan.

    Law: SGB VIII § 36 Abs. 2.
    """
    help_ = _help(db, body.help_id, actor)
    if help_.state not in PLANNED:
        raise HelpNotPlanned
    land = organisations.land_of(db, help_.youth_office_id)
    plan = HelpPlan(
        youth_office_id=help_.youth_office_id,
        provider_id=help_.provider_id,
        help_id=help_.id,
        number=next_number(db, actor.organisation_id, "HP", legal_date(at).year),
        needs_perspective=completeness.needs_perspective(help_.service_kind, None),
        review_due_on=reviews.usual_review(db, help_, land),
        informed_ids=[],
    )
    empty = completeness.as_json(HelpPlanContent())
    plan.draft = HelpPlanDraft(youth_office_id=help_.youth_office_id, content=empty)
    HELP_PLAN.begin(db, plan, actor=actor, at=at)
    reviews.wait_for_review(db, plan, plan.review_due_on, land, at=at)
    db.flush()
    return plan


def revise(db: Session, plan_id: UUID, patch: HelpPlanPatch, expected: int, *, actor: Actor, at: datetime) -> HelpPlan:
    """Change what the plan says, while it is written.

    Raises:
        StaleVersion, NotFound.
        HelpPlanFixed: the team has decided on it, it is in force, or it has ended.
        Invalid: the text as changed contradicts itself, gives a goal a last word outside a review, or loses a goal.
    """
    plan = queries.get_plan(db, plan_id, actor, lock=True)
    check_version(plan, expected)
    if plan.state not in WRITING:
        raise HelpPlanFixed(state=plan.state.value)
    draft = draft_of(plan)
    merged = merge_patch(draft.content, patch.model_dump(mode="json", exclude_unset=True))
    try:
        content = HelpPlanContent.model_validate(merged)
    except ValidationError as error:
        raise invalid(error, merged) from None
    known = HelpPlanContent.model_validate(draft.content)
    if content.model_dump(mode="json") == known.model_dump(mode="json"):
        return plan
    if faults := _goal_faults(known, content, is_first=plan.latest_number == 0):
        raise Invalid(errors=faults)
    help_ = cases.get_help(db, plan.help_id, actor)
    plan.needs_perspective = completeness.needs_perspective(help_.service_kind, content.outside_family)
    write(db, plan, content, at)
    note(db, plan, "revise", actor, at)
    return plan


def read(db: Session, plan_id: UUID, *, actor: Actor, at: datetime) -> HelpPlan:
    """A plan to be read; that somebody read it is written down."""
    plan = queries.get_plan(db, plan_id, actor)
    note(db, plan, "read", actor, at)
    return plan


def read_version(db: Session, plan_id: UUID, number: int, *, actor: Actor, at: datetime) -> HelpPlanVersion:
    """A confirmed version to be read; that somebody read it is written down."""
    version = queries.get_version(db, plan_id, number, actor)
    audit.record(
        db,
        tenant_id=version.youth_office_id,
        actor=actor,
        action="help_plan.read",
        subject_kind=HELP_PLAN.name,
        subject_id=plan_id,
        at=at,
        details={"number": number},
    )
    return version


def draft_of(plan: HelpPlan) -> HelpPlanDraft:
    """What the youth office is writing."""
    if plan.draft is None:  # to a provider: what it may not read does not exist
        raise NotFound
    return plan.draft


def write(db: Session, plan: HelpPlan, content: HelpPlanContent, at: datetime) -> None:
    """Keep the text; what changes lies in another row, and still makes a new version of the plan."""
    draft_of(plan).content = completeness.as_json(content)
    plan.changed_at = at
    flag_modified(plan, "changed_at")
    db.flush()


def _goal_faults(known: HelpPlanContent, content: HelpPlanContent, *, is_first: bool) -> list[FieldError]:
    """Only a review says the last word on a goal, and none on which it is open is lost."""
    before = {goal.key: goal for goal in known.goals}
    faults = [
        FieldError(
            f"/goals/{place}/status",
            "not_in_review",
            "Ein Ziel wird nur in der Überprüfung abgeschlossen.",
            "Only a review gives a goal its last word.",
        )
        for place, goal in enumerate(content.goals)
        if _is_closed_by_hand(before.get(goal.key), goal)
    ]
    kept = {goal.key for goal in content.goals}
    lost = [goal.key for goal in known.goals if _was_agreed(goal) and goal.key not in kept]
    if lost and not is_first:
        de = f"Ein vereinbartes Ziel wird in der Überprüfung abgeschlossen, nicht gestrichen: {', '.join(lost)}."
        faults.append(FieldError("/goals", "lost", de, "An agreed goal is closed by a review, not struck out."))
    return faults


def _is_closed_by_hand(before: HelpPlanGoal | None, goal: HelpPlanGoal) -> bool:
    was = before.status if before else GoalStatus.PROPOSED
    return goal.status is not was and (goal.status.is_final or was.is_final)


def _was_agreed(goal: HelpPlanGoal) -> bool:
    return goal.status in (GoalStatus.AGREED, GoalStatus.IN_PROGRESS)


def _help(db: Session, help_id: UUID, actor: Actor) -> cases.Help:
    try:
        return cases.get_help(db, help_id, actor)
    except NotFound:
        raise Invalid.field("/help_id", "unknown", "Diese Hilfe gibt es nicht.", "There is no such help.") from None
