"""The steps of a plan: decided in the team, consulted on, confirmed as a version, reviewed, ended."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.problems import FieldError, Invalid, NotFound
from app.law import planning as law
from app.law.calendars import end_of_day, legal_date
from app.law.periods import due_at
from app.modules import cases, identity, organisations
from app.modules.planning import queries
from app.modules.planning.codes import GoalStatus, PerspectiveKind
from app.modules.planning.content import HelpPlanContent, for_next_round
from app.modules.planning.errors import HelpPlanIncomplete
from app.modules.planning.models import HelpPlan, HelpPlanVersion
from app.modules.planning.rules import completeness
from app.modules.planning.rules.attainment import latest_grades
from app.modules.planning.rules.completeness import Situation
from app.modules.planning.rules.texts import fingerprint
from app.modules.planning.schemas.plan import DecideHelpPlan, EndHelpPlan, HelpPlanAction
from app.modules.planning.schemas.review import SelfAssessmentText
from app.modules.planning.service import reviews, tasks
from app.modules.planning.service.plans import draft_of
from app.modules.planning.workflow import HELP_PLAN
from app.policy import Actor


def move(db: Session, plan_id: UUID, action: HelpPlanAction, expected: int, *, actor: Actor, at: datetime) -> HelpPlan:
    """Take a step of the plan's life.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        HelpPlanIncomplete: something is missing for the confirmation; the places are named.
        Invalid: a professional is no account of the own office.
    """
    plan = queries.get_plan(db, plan_id, actor, lock=True)
    check_version(plan, expected)
    help_ = cases.get_help(db, plan.help_id, actor)
    if plan.opened_at is not None:
        plan.informed_ids = reviews.informed(db, help_, at)
    match action.action:
        case "decide":
            _decide(db, plan, help_, action, actor, at)
        case "confirm":
            _confirm(db, plan, help_, actor, at)
        case "consult":
            _consult(db, plan, help_, actor, at)
        case "review":
            HELP_PLAN.fire(db, plan, "review", actor=actor, at=at)
            draft_of(plan).content = for_next_round(draft_of(plan).content)
        case "end":
            _end(db, plan, action, actor, at)
        case _:
            HELP_PLAN.fire(db, plan, action.action, actor=actor, at=at)
    db.flush()
    return plan


def situation_of(db: Session, plan: HelpPlan, help_: cases.Help, at: datetime) -> tuple[Situation, date, str]:
    """What the text is judged against, when the next review is due by the usual interval, and whose holidays count."""
    land = organisations.land_of(db, plan.youth_office_id)
    day, usual = reviews.basis(db, help_)
    decision = draft_of(plan).decision
    situation = Situation(
        service_kind=help_.service_kind,
        today=legal_date(at),
        decision_hash=decision["core_hash"] if decision else None,
        latest_number=plan.latest_number,
        latest_review=law.day_after(law.LATEST_REVIEW, day, land),
        review_due=plan.review_due_on,
        may_postpone=plan.confirmed_at is None
        or (plan.reviewed_at is not None and plan.reviewed_at > plan.confirmed_at),
        former=plan.perspective,
        former_until=plan.perspective_until,
    )
    return situation, law.day_after(usual, day, land), land


def _decide(db: Session, plan: HelpPlan, help_: cases.Help, action: DecideHelpPlan, actor: Actor, at: datetime) -> None:
    """Keep who decided, and on what."""
    if faults := _unknown_professionals(db, action, actor, at):
        raise Invalid(errors=faults)
    different = {one.account_id or one.function for one in action.professionals}
    start = end_of_day(help_.starts_on)
    land = organisations.land_of(db, help_.youth_office_id)
    is_longer = end_of_day(help_.ends_on) > due_at(law.LONGER_HELP, start, land)
    draft = draft_of(plan)
    HELP_PLAN.fire(db, plan, "decide", actor=actor, at=at, professionals=len(different), is_longer=is_longer)
    core_hash = completeness.core_hash(HelpPlanContent.model_validate(draft.content))
    draft.decision = {**action.model_dump(mode="json", exclude={"action"}), "core_hash": core_hash}


def _consult(db: Session, plan: HelpPlan, help_: cases.Help, actor: Actor, at: datetime) -> None:
    plan.opened_at = plan.opened_at or at
    plan.informed_ids = reviews.informed(db, help_, at)
    named = len(draft_of(plan).content["participants"])
    with db.no_autoflush:
        HELP_PLAN.fire(db, plan, "consult", actor=actor, at=at, participants=named)


def _confirm(db: Session, plan: HelpPlan, help_: cases.Help, actor: Actor, at: datetime) -> None:
    """Fix the text as a new version, and wait for its review."""
    content = HelpPlanContent.model_validate(draft_of(plan).content)
    situation, usual, land = situation_of(db, plan, help_, at)
    due = reviews.asked_for(content.next_review_on, usual if situation.may_postpone else plan.review_due_on, land)
    fixed = _agreed(content)
    document = _document(db, plan, help_, fixed)
    with db.no_autoflush:
        plan.confirmed_at, plan.latest_number = at, plan.latest_number + 1
        _take_perspective(plan, fixed)
        hash_ = fingerprint(document)
        HELP_PLAN.fire(db, plan, "confirm", actor=actor, at=at, number=plan.latest_number, content_hash=hash_)
    if faults := completeness.missing(content, situation):
        raise HelpPlanIncomplete(errors=faults)
    if due != plan.review_due_on or situation.may_postpone:
        reviews.wait_for_review(db, plan, due, land, at=at)
    draft_of(plan).content = completeness.as_json(fixed)
    db.add(
        HelpPlanVersion(
            plan_id=plan.id,
            help_id=plan.help_id,
            youth_office_id=plan.youth_office_id,
            provider_id=plan.provider_id,
            number=plan.latest_number,
            document=document,
            content_hash=hash_,
            review_due_on=due,
            confirmed_by=actor.id,
            created_at=at,
        )
    )
    tasks.lay_out(db, plan, tasks.of_plan(fixed), actor=actor, at=at)


def _end(db: Session, plan: HelpPlan, action: EndHelpPlan, actor: Actor, at: datetime) -> None:
    plan.end_reason, plan.outcome = action.reason, action.outcome
    with db.no_autoflush:
        HELP_PLAN.fire(db, plan, "end", actor=actor, at=at, outcome=action.outcome)
    tasks.lay_out(db, plan, (), actor=actor, at=at)
    reviews.stop_waiting(db, plan, actor=actor, at=at)


def _agreed(content: HelpPlanContent) -> HelpPlanContent:
    """What was proposed is agreed with the confirmation."""
    goals = [
        goal.model_copy(update={"status": GoalStatus.AGREED}) if goal.status is GoalStatus.PROPOSED else goal
        for goal in content.goals
    ]
    return content.model_copy(update={"goals": goals})


def _take_perspective(plan: HelpPlan, content: HelpPlanContent) -> None:
    stated = content.perspective if plan.needs_perspective else None
    plan.perspective = stated.kind if stated else None
    plan.perspective_until = stated.until if stated and stated.kind is PerspectiveKind.RETURN_HOME else None


def _document(db: Session, plan: HelpPlan, help_: cases.Help, content: HelpPlanContent) -> dict[str, Any]:
    """Everything that is hashed: whose plan, which version, the text, the team's decision, the providers' words."""
    number = plan.latest_number + 1
    said = queries.statements_of(db, plan, number)
    own = queries.self_assessments_of(db, plan)
    view = SelfAssessmentText.model_validate(own[-1]).model_dump(mode="json") if own else None
    return {
        "help_plan": plan.number,
        "number": number,
        "help": help_.number,
        "pseudonym": help_.pseudonym,
        "service_kind": help_.service_kind.value,
        "youth_office_id": str(plan.youth_office_id),
        "content": completeness.as_json(content),
        "decision": draft_of(plan).decision,
        "attainment": _attainment(db, plan),
        "self_assessment": view,
        "statements": [{"provider_id": str(one.provider_id), "text": one.text} for one in said],
    }


def _attainment(db: Session, plan: HelpPlan) -> dict[str, Any] | None:
    """How far the goals of the version before were attained, in the eyes of each side; None: nobody said."""
    grades = [one for one in queries.grades_of(db, plan) if one.number == plan.latest_number]
    latest = latest_grades([(one.side.value, one.goal_key, one.grade) for one in grades])
    return {"number": plan.latest_number, **latest} if grades else None


def _unknown_professionals(db: Session, action: DecideHelpPlan, actor: Actor, at: datetime) -> list[FieldError]:
    faults = [
        FieldError(
            f"/professionals/{place}/account_id", "unknown", "Diesen Zugang gibt es im Jugendamt nicht.", "Unknown."
        )
        for place, one in enumerate(action.professionals)
        if one.account_id is not None and not _is_colleague(db, one.account_id, actor)
    ]
    if action.decided_on > legal_date(at):
        faults.append(FieldError("/decided_on", "future", "Dieser Tag ist noch nicht da.", "This day has not come."))
    return faults


def _is_colleague(db: Session, account_id: UUID, actor: Actor) -> bool:
    try:
        return identity.get_account(db, account_id, actor).is_active
    except NotFound:
        return False
