"""Tasks of a help plan as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Id, In, Instant, Out, Prose
from app.core.workflow import AllowedAction
from app.modules.planning.codes import HelpPlanRole, HelpPlanTaskState


class CompleteHelpPlanTask(In):
    """The task is done."""

    action: Literal["complete"]
    note: Prose | None = Field(None, title="wie es gelungen ist", examples=["Der Wecker klingelt um sieben."])


class ReopenHelpPlanTask(In):
    """The task is not done after all."""

    action: Literal["reopen"]
    note: Prose = Field(title="was noch fehlt", examples=["Der Wecker ist kaputt."])


class DropHelpPlanTask(In):
    """The task falls away."""

    action: Literal["drop"]
    note: Prose = Field(title="warum sie entfällt", examples=["Die Großmutter weckt das Kind."])


HelpPlanTaskAction = Annotated[
    CompleteHelpPlanTask | ReopenHelpPlanTask | DropHelpPlanTask, Field(discriminator="action")
]


class HelpPlanTaskSummary(Out):
    """A task without its words."""

    id: Id
    help_id: Id = Field(title="Hilfe")
    youth_office_id: Id = Field(title="Jugendamt")
    plan_id: Id | None = Field(title="aus dem Hilfeplan")
    meeting_id: Id | None = Field(title="aus dem Hilfeplangespräch")
    goal_key: str | None = Field(title="gehört zum Ziel", max_length=60)
    role: HelpPlanRole | None = Field(title="wessen Aufgabe")
    until: Day | None = Field(title="bis wann")
    is_overdue: bool = Field(title="überfällig")
    state: HelpPlanTaskState = Field(title="Stand")
    changed_at: Instant = Field(title="zuletzt geändert am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class HelpPlanTaskOut(HelpPlanTaskSummary):
    """A task: who does what until when, and how it went."""

    what: str = Field(title="was", max_length=10_000)
    who: str = Field(title="wer", max_length=200)
    note: str | None = Field(title="wie es ging", max_length=10_000)


class HelpPlanTaskQuery(PageQuery):
    """Filters of tasks."""

    help_id: Id | None = None
    plan_id: Id | None = None
    state: HelpPlanTaskState | None = None
    role: HelpPlanRole | None = None
    overdue: bool | None = None
    sort: Literal["until", "-until", "created_at", "-created_at"] = "created_at"
