"""What is said to a plan: grades, statements, self-assessments, under `/v1/help-plans`."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.problems import NotFound
from app.core.types import Id
from app.modules.planning import queries, service
from app.modules.planning.courses import courses_of
from app.modules.planning.forms import LATEST_FORM, form
from app.modules.planning.models import HelpPlan, HelpPlanGrade
from app.modules.planning.rules.attainment import latest_grades, t_score
from app.modules.planning.schemas.review import (
    HelpPlanAttainment,
    HelpPlanGoalAttainment,
    HelpPlanGradeOut,
    HelpPlanGradesIn,
    HelpPlanScores,
    HelpPlanStatementCreate,
    HelpPlanStatementOut,
    HelpPlanStatementSummary,
    SelfAssessmentCourse,
    SelfAssessmentCreate,
    SelfAssessmentFormOut,
    SelfAssessmentOut,
    SelfAssessmentQuery,
    SelfAssessmentSummary,
)
from app.policy import Actor, Permission

voices = Router(prefix="/help-plans", tags=["help-plans"])
form_of_young_people = Router(prefix="/self-assessment-form", tags=["help-plans"])


def _attainment(db: Session, plan: HelpPlan, actor: Actor) -> HelpPlanAttainment:
    if not plan.latest_number:
        raise NotFound
    confirmed = queries.get_version(db, plan.id, plan.latest_number, actor)
    grades = queries.grades_of(db, plan)
    goals = confirmed.document["content"]["goals"]
    return _views(plan.latest_number, goals, list(grades))


def _views(number: int, goals: list[dict[str, object]], grades: list[HelpPlanGrade]) -> HelpPlanAttainment:
    now = latest_grades([(one.side.value, one.goal_key, one.grade) for one in grades if one.number == number])
    weights = {str(goal["key"]): int(str(goal["weight"])) for goal in goals}
    scores = {}
    for side, given in now.items():
        score = t_score(list(given.values()), [weights[key] for key in given])
        scores[f"t_score_{side}"] = None if score is None else f"{score:.2f}"
    return HelpPlanAttainment.model_validate(
        {
            "number": number,
            "goals": [
                HelpPlanGoalAttainment.model_validate(
                    {
                        "goal_key": goal["key"],
                        "text": goal["text"],
                        "weight": goal["weight"],
                        **{side: given.get(str(goal["key"])) for side, given in now.items()},
                    }
                )
                for goal in goals
            ],
            **scores,
            "history": [HelpPlanGradeOut.model_validate(one) for one in grades],
        }
    )


@form_of_young_people.get(
    "",
    openapi_extra={"responses": {"404": {"$ref": "#/components/responses/Problem404"}}},
    summary="Vordruck «Wie es mir geht»",
)
@needs(Permission.HELP_PLANS_READ)
def get_self_assessment_form(
    number: Annotated[int, Query(ge=1, le=LATEST_FORM)] = LATEST_FORM,
) -> SelfAssessmentFormOut:
    """The form in plain words on which young people say how they are (§§ 8, 36 Abs. 1 SGB VIII), as JSON Schema."""
    return SelfAssessmentFormOut(number=number, json_schema=form(number) or {})


@voices.post("/{plan_id}/grades", summary="Zielerreichung einschätzen")
@needs(Permission.HELP_PLANS_TAKE_PART)
def grade_goals(plan_id: Id, body: HelpPlanGradesIn, db: Db, actor: CurrentActor, now: Now) -> HelpPlanScores:
    """Grade goals from -2 to +2 (goal attainment scaling): the provider proposes, the family's own grade is entered,
    and the review agrees on one, which alone gives a goal its last word (§ 36 Abs. 2 Satz 2 SGB VIII).
    """
    seen = _attainment(db, service.grade_goals(db, plan_id, body, actor=actor, at=now), actor)
    return HelpPlanScores.model_validate(seen.model_dump(include=set(HelpPlanScores.model_fields)))


@voices.get("/{plan_id}/attainment", summary="Zielerreichung lesen")
@needs(Permission.HELP_PLANS_READ)
def get_goal_attainment(plan_id: Id, db: Db, actor: CurrentActor) -> HelpPlanAttainment:
    """All three views of the goals of the confirmed version, their T-scores, and every grade ever given (§ 36)."""
    return _attainment(db, queries.get_plan(db, plan_id, actor), actor)


@voices.post("/{plan_id}/statements", status_code=201, summary="Stellungnahme des Trägers")
@needs(Permission.HELP_PLANS_TAKE_PART)
def make_help_plan_statement(
    plan_id: Id, body: HelpPlanStatementCreate, db: Db, actor: CurrentActor, now: Now
) -> HelpPlanStatementSummary:
    """A provider of the help says what it thinks; the next version carries it (§ 36 Abs. 2 Satz 3 SGB VIII)."""
    return HelpPlanStatementSummary.model_validate(service.state_view(db, plan_id, body, actor=actor, at=now))


@voices.get("/{plan_id}/statements", summary="Stellungnahmen lesen")
@needs(Permission.HELP_PLANS_READ)
def list_help_plan_statements(plan_id: Id, db: Db, actor: CurrentActor) -> list[HelpPlanStatementOut]:
    """What providers said to which version, oldest first (§ 36 Abs. 2 SGB VIII)."""
    rows = queries.statements_of(db, queries.get_plan(db, plan_id, actor))
    return [HelpPlanStatementOut.model_validate(row) for row in rows]


@voices.post("/{plan_id}/self-assessments", status_code=201, summary="Selbsteinschätzung festhalten")
@needs(Permission.HELP_PLANS_TAKE_PART)
def enter_self_assessment(
    plan_id: Id, body: SelfAssessmentCreate, db: Db, actor: CurrentActor, now: Now
) -> SelfAssessmentSummary:
    """Write down how a young person sees the own life, with or for them; it stays as it is (§§ 8, 36 SGB VIII)."""
    return SelfAssessmentSummary.model_validate(service.assess_oneself(db, plan_id, body, actor=actor, at=now))


@voices.get("/{plan_id}/self-assessments", summary="Selbsteinschätzungen lesen")
@needs(Permission.HELP_PLANS_READ)
def list_self_assessments(
    plan_id: Id, query: Annotated[SelfAssessmentQuery, Query()], db: Db, actor: CurrentActor
) -> Page[SelfAssessmentOut]:
    """What the young person said of the own life, the newest first: who wrote it down, when, with whom (§ 8)."""
    plan = queries.get_plan(db, plan_id, actor)
    rows, following, total = queries.list_self_assessments(db, plan, query)
    return page_of([SelfAssessmentOut.model_validate(row) for row in rows], following, total, query)


@voices.get("/{plan_id}/self-assessments/courses", summary="Selbsteinschätzungen im Verlauf")
@needs(Permission.HELP_PLANS_READ)
def compare_self_assessments(plan_id: Id, db: Db, actor: CurrentActor) -> list[SelfAssessmentCourse]:
    """Each part of life over time, oldest value first, and how far the last is from the first (§ 36 Abs. 2)."""
    rows = queries.self_assessments_of(db, queries.get_plan(db, plan_id, actor))
    return courses_of([(row.answered_on, row.content) for row in rows], form() or {})
