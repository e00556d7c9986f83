"""Grades of goals, statements, self-assessments and perspectives as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from app.core.pages import PageQuery
from app.core.types import WHOLE, Day, Id, In, Instant, Out, Prose
from app.core.validation import FieldValueError
from app.modules.agreements import ServiceKind
from app.modules.cases import HelpState
from app.modules.planning.codes import GoalStatus, GradingSide, HelpPlanState, PerspectiveKind, SelfAssessmentMode
from app.modules.planning.content import Function, GoalKey

Grade = Annotated[int, Field(ge=-2, le=2), WHOLE]
NEEDS_REASON = frozenset({GoalStatus.DROPPED, GoalStatus.REPLACED})


class HelpPlanGradeIn(In):
    """How far one goal is attained."""

    goal_key: GoalKey = Field(title="Ziel", examples=["schule"])
    grade: Grade = Field(title="Zielerreichung (-2 bis +2)", examples=[1])
    text: Prose | None = Field(None, title="Begründung")
    status: GoalStatus | None = Field(None, title="Stand des Ziels nach der Überprüfung")

    @field_validator("status")
    @classmethod
    def _explained(cls, status: GoalStatus | None, info: ValidationInfo) -> GoalStatus | None:
        if status in NEEDS_REASON and not info.data.get("text"):
            raise FieldValueError(
                "Warum wird das Ziel aufgegeben oder ersetzt (text)?", "Why is the goal dropped or replaced (text)?"
            )
        return status


class HelpPlanGradesIn(In):
    """The grades of one side: the provider proposes, the family says its own, the review agrees."""

    side: GradingSide = Field(title="wer einschätzt", examples=["provider"])
    grades: list[HelpPlanGradeIn] = Field(title="Einschätzungen", min_length=1, max_length=60)


class HelpPlanGradeOut(Out):
    """One grade as it was given."""

    id: Id
    number: int = Field(title="Fassung des Plans", ge=1)
    goal_key: str = Field(title="Ziel", max_length=60)
    side: GradingSide = Field(title="wer einschätzt")
    grade: int = Field(title="Zielerreichung (-2 bis +2)", ge=-2, le=2)
    text: str | None = Field(title="Begründung", max_length=10_000)
    status: GoalStatus | None = Field(title="Stand des Ziels nach der Überprüfung")
    graded_by: Id = Field(title="eingetragen von")
    created_at: Instant = Field(title="wann")


class HelpPlanGoalAttainment(Out):
    """A goal of the confirmed version and how each side sees it now."""

    goal_key: str = Field(title="Ziel", max_length=60)
    text: str = Field(title="Ziel, mit eigenen Worten", max_length=10_000)
    weight: int = Field(title="Gewicht", ge=1, le=5)
    provider: int | None = Field(title="Vorschlag des Trägers")
    family: int | None = Field(title="Sicht der Familie")
    youth_office: int | None = Field(title="in der Überprüfung vereinbart")


class HelpPlanScores(Out):
    """T-scores over what each side graded; 50 means: as expected (Kiresuk and Sherman; goals correlate with 0.3)."""

    number: int = Field(title="Fassung des Plans", ge=1)
    t_score_provider: str | None = Field(title="T-Wert nach dem Träger", max_length=8)
    t_score_family: str | None = Field(title="T-Wert nach der Familie", max_length=8)
    t_score_youth_office: str | None = Field(title="vereinbarter T-Wert", max_length=8)


class HelpPlanAttainment(HelpPlanScores):
    """Goal attainment of the confirmed version: all three views, their scores, and every grade ever given."""

    goals: list[HelpPlanGoalAttainment] = Field(title="Ziele", max_length=60)
    history: list[HelpPlanGradeOut] = Field(title="alle Einschätzungen, älteste zuerst", max_length=10_000)


class HelpPlanStatementCreate(In):
    """What the provider says to the next version, in its own words."""

    text: Prose = Field(title="Stellungnahme", examples=["Wir schlagen vor, die Schule früher einzubeziehen."])


class HelpPlanStatementSummary(Out):
    """That a provider made a statement, without its words."""

    id: Id
    number: int = Field(title="für die Fassung", ge=1)
    provider_id: Id = Field(title="Träger")
    made_by: Id = Field(title="von")
    created_at: Instant = Field(title="wann")


class HelpPlanStatementOut(HelpPlanStatementSummary):
    """A provider's statement."""

    text: str = Field(title="Stellungnahme", max_length=10_000)


class SelfAssessmentCreate(In):
    """A young person's own view, on the form of plain words."""

    form_number: Annotated[int, Field(ge=1, le=1000), WHOLE] = Field(title="Fassung des Vordrucks", examples=[1])
    answered_on: Day = Field(title="ausgefüllt am", examples=["2026-03-02"])
    mode: SelfAssessmentMode = Field(title="wie ausgefüllt", examples=["together"])
    with_whom: Function | None = Field(None, title="mit wem", examples=["Bezugsfachkraft"])
    content: Annotated[dict[str, Any], Field(max_length=50)] = Field(
        title="Antworten nach dem Vordruck", examples=[{"wie_geht_es": {"familie": {"wert": 3}}}]
    )

    @field_validator("with_whom")
    @classmethod
    def _alone(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and info.data.get("mode") is SelfAssessmentMode.ALONE:
            raise FieldValueError("Allein ausgefüllt heißt: ohne jemanden.", "Alone means with nobody.")
        return value


class SelfAssessmentText(Out):
    """A young person's own view, as a version of the plan carries it."""

    form_number: int = Field(title="Fassung des Vordrucks", ge=1)
    answered_on: Day = Field(title="ausgefüllt am")
    mode: SelfAssessmentMode = Field(title="wie ausgefüllt")
    with_whom: str | None = Field(title="mit wem", max_length=200)
    content: dict[str, Any] = Field(title="Antworten nach dem Vordruck")


class SelfAssessmentSummary(Out):
    """That a young person's view was written down: by whom and when, without its words."""

    id: Id
    entered_by: Id = Field(title="eingetragen von")
    created_at: Instant = Field(title="eingetragen am")


class SelfAssessmentOut(SelfAssessmentText, SelfAssessmentSummary):
    """A young person's own view as it was written down: by whom, when, with whom."""


class SelfAssessmentQuery(PageQuery):
    """Filters of self-assessments."""

    sort: Literal["answered_on", "-answered_on"] = "-answered_on"


class SelfAssessmentFormOut(Out):
    """The form in plain words, as JSON Schema."""

    number: int = Field(title="Fassung des Vordrucks", ge=1)
    json_schema: dict[str, Any] = Field(title="Vordruck (JSON Schema 2020-12)")


class SelfAssessmentPoint(Out):
    """What was said of one part of life on one day."""

    answered_on: Day = Field(title="Tag")
    value: int = Field(title="Wert (1 bis 5)", ge=1, le=5)
    words: str | None = Field(title="in eigenen Worten", max_length=2000)


class SelfAssessmentCourse(Out):
    """One part of life over time."""

    area: str = Field(title="Lebensbereich", max_length=60)
    title: str = Field(title="Frage", max_length=200)
    points: list[SelfAssessmentPoint] = Field(title="Verlauf, ältestes zuerst", max_length=500)
    difference: int | None = Field(title="letzter Wert gegen den ersten", ge=-4, le=4)


class PerspectiveQuery(PageQuery):
    """Filters of the helps outside the family."""

    perspective: PerspectiveKind | None = None
    stated: Annotated[bool | None, Field(description="whether a confirmed plan states a perspective")] = None
    overdue: Annotated[bool | None, Field(description="never stated, its period over, or its review due")] = None
    sort: Literal["starts_on", "-starts_on", "number", "-number"] = "starts_on"


class PerspectiveOut(Out):
    """A help outside the family and the perspective its plan states."""

    help_id: Id = Field(title="Hilfe")
    help_number: str = Field(title="Nummer der Hilfe", max_length=20)
    help_state: HelpState = Field(title="Stand der Hilfe")
    service_kind: ServiceKind = Field(title="Hilfeart")
    starts_on: Day = Field(title="Beginn der Hilfe")
    plan_id: Id | None = Field(title="Hilfeplan")
    plan_state: HelpPlanState | None = Field(title="Stand des Hilfeplans")
    perspective: PerspectiveKind | None = Field(title="bestätigte Perspektive")
    until: Day | None = Field(title="vertretbarer Zeitraum: bis")
    review_due_on: Day | None = Field(title="Überprüfung fällig am")
    is_overdue: bool = Field(title="nicht benannt, Zeitraum um, oder Überprüfung überfällig")


class PerspectiveCount(Out):
    """How many helps have a perspective; none told below five."""

    perspective: PerspectiveKind | None = Field(title="Perspektive (leer: keine benannt)")
    count: int | None = Field(title="Anzahl (leer: weniger als fünf)", ge=0)


class PerspectiveSummary(Out):
    """Numbers of running helps outside the family; one to four persons are not told, nor what would tell them."""

    counts: list[PerspectiveCount] = Field(title="nach Perspektive", max_length=20)
    total: int | None = Field(title="insgesamt", ge=0)
    overdue: int | None = Field(title="Perspektive überfällig", ge=0)
    returned_home: int | None = Field(title="Rückkehr erreicht (letzte zwölf Monate)", ge=0)
