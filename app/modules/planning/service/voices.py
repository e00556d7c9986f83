"""What others say to a plan: the provider in its own words, the young person on the form of plain words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.problems import FieldError, Invalid, PermissionMissing
from app.law.calendars import legal_date
from app.modules import forms
from app.modules.planning import queries
from app.modules.planning.codes import HelpPlanState
from app.modules.planning.errors import HelpPlanFixed
from app.modules.planning.forms import form
from app.modules.planning.models import HelpPlan, HelpPlanSelfAssessment, HelpPlanStatement
from app.modules.planning.schemas.review import HelpPlanStatementCreate, SelfAssessmentCreate
from app.modules.planning.service.telling import tell
from app.policy import Actor, Permission


def assess_oneself(
    db: Session, plan_id: UUID, body: SelfAssessmentCreate, *, actor: Actor, at: datetime
) -> HelpPlanSelfAssessment:
    """Write down how a young person sees the own life; it stays as it is.

    Raises:
        HelpPlanFixed: the plan has ended.
        Invalid: no such form, answers that do not fit it, or a day to come.

    Law: SGB VIII §§ 8, 36 Abs. 1 (in a form they can understand).
    """
    plan = _open(db, plan_id, actor, at)
    schema = form(body.form_number)
    if schema is None:
        raise Invalid.field("/form_number", "unknown", "Diesen Vordruck gibt es nicht.", "There is no such form.")
    faults = forms.check_content(schema, body.content, "/content")
    if body.answered_on > legal_date(at):
        faults = [*faults, FieldError("/answered_on", "future", "Dieser Tag ist noch nicht da.", "Not yet come.")]
    if faults:
        raise Invalid(errors=faults)
    said = HelpPlanSelfAssessment(
        **body.model_dump(), **_place(plan), provider_id=plan.provider_id, entered_by=actor.id, created_at=at
    )
    db.add(said)
    tell(db, plan, "self_assessed", actor, at)
    db.flush()
    return said


def state_view(
    db: Session, plan_id: UUID, body: HelpPlanStatementCreate, *, actor: Actor, at: datetime
) -> HelpPlanStatement:
    """A provider says what it thinks; it becomes part of the next version, and changes nothing of the plan.

    Raises:
        HelpPlanFixed: the plan has ended.
        PermissionMissing: the youth office speaks in the plan itself.
    """
    plan = _open(db, plan_id, actor, at)
    if not actor.is_provider:
        raise PermissionMissing(permission=Permission.HELP_PLANS_TAKE_PART.value)
    said = HelpPlanStatement(
        **_place(plan),
        provider_id=actor.organisation_id,
        number=plan.latest_number + 1,
        text=body.text,
        made_by=actor.id,
        created_at=at,
    )
    db.add(said)
    tell(db, plan, "stated", actor, at)
    db.flush()
    return said


def _open(db: Session, plan_id: UUID, actor: Actor, at: datetime) -> HelpPlan:
    plan = queries.get_plan(db, plan_id, actor, taking_part_at=at)
    if plan.state is HelpPlanState.ENDED:
        raise HelpPlanFixed(state=plan.state.value)
    return plan


def _place(plan: HelpPlan) -> dict[str, UUID]:
    return {"plan_id": plan.id, "help_id": plan.help_id, "youth_office_id": plan.youth_office_id}
