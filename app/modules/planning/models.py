"""Help plans: their draft, their confirmed versions, what was said of them, and the meetings about them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, CaseBound, Identified, code
from app.core.problems import Text
from app.core.workflow import Stateful
from app.modules.planning.codes import (
    GoalStatus,
    GradingSide,
    HelpPlanAssent,
    HelpPlanMeetingKind,
    HelpPlanMeetingState,
    HelpPlanRole,
    HelpPlanState,
    HelpPlanTaskState,
    PerspectiveKind,
    ReviewStage,
    SelfAssessmentMode,
)


class _OfHelp(CaseBound):
    """A row of a help; who takes part in the help learns of its steps."""

    informed_ids: Mapped[list[UUID]] = mapped_column(default=list)  # the providers that learn of its steps

    @property
    def tenant_id(self) -> UUID:
        """The youth office whose audit chain it joins."""
        return self.youth_office_id

    @property
    def audience(self) -> list[UUID]:
        """The youth office, and the providers that took part in the help at the last step."""
        return [self.youth_office_id, *self.informed_ids]


class HelpPlan(Identified, Stateful, _OfHelp, Base):
    """The plan of a help (§ 36 SGB VIII): where it stands; what it says stands in its draft and versions."""

    __tablename__ = "help_plan"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[str]
    state: Mapped[HelpPlanState] = mapped_column(code(HelpPlanState, "state"))
    latest_number: Mapped[int] = mapped_column(default=0)  # 0: nothing confirmed yet
    opened_at: Mapped[datetime | None]  # first consultation: from then on providers know of it
    confirmed_at: Mapped[datetime | None]
    needs_perspective: Mapped[bool]
    perspective: Mapped[PerspectiveKind | None] = mapped_column(code(PerspectiveKind, "perspective"))  # confirmed
    perspective_until: Mapped[date | None]
    review_due_on: Mapped[date]
    reviewed_at: Mapped[datetime | None]  # when the last review meeting was recorded as held
    review_stage: Mapped[ReviewStage] = mapped_column(code(ReviewStage, "review_stage"), default=ReviewStage.RUNNING)
    end_reason: Mapped[str | None]
    outcome: Mapped[PerspectiveKind | None] = mapped_column(code(PerspectiveKind, "outcome"))

    draft: Mapped["HelpPlanDraft | None"] = relationship(lazy="raise", cascade="all")

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_help_plan_number"),
        CheckConstraint("latest_number >= 0", name="latest_number"),
        CheckConstraint("(latest_number = 0) = (confirmed_at IS NULL)", name="confirmed"),
        CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="end_reason"),
        CheckConstraint("latest_number > 0 OR perspective IS NULL", name="perspective_confirmed"),
        Index("uq_help_plan_open", "help_id", unique=True, postgresql_where=text("state <> 'ended'")),
        Index("ix_help_plan_help_id", "help_id", "created_at"),
        Index("ix_help_plan_youth_office_id", "youth_office_id", "review_due_on", "id"),
    )


class HelpPlanDraft(Base):
    """What the youth office is writing; providers read what was confirmed."""

    __tablename__ = "help_plan_draft"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("help_plan.id"), primary_key=True)
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    content: Mapped[dict[str, Any]]
    decision: Mapped[dict[str, Any] | None]  # of the professionals, with the hash of what they decided on


class HelpPlanVersion(Identified, CaseBound, Base):
    """A confirmed plan with who took part and what they said; it never changes."""

    __tablename__ = "help_plan_version"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("help_plan.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[int]
    document: Mapped[dict[str, Any]]
    content_hash: Mapped[str]  # SHA-256 over the canonical JSON of the document
    review_due_on: Mapped[date]
    confirmed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("plan_id", "number", name="uq_help_plan_version_number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="hash"),
    )


class HelpPlanStatement(Identified, CaseBound, Base):
    """What a provider says to the next version of a plan, in its own words."""

    __tablename__ = "help_plan_statement"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("help_plan.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[int]  # the version it is for
    text: Mapped[str]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_help_plan_statement_plan_id", "plan_id", "number", "id"),)


class HelpPlanGrade(Identified, CaseBound, Base):
    """How far a goal is attained in the eyes of one side; every grade is kept."""

    __tablename__ = "help_plan_grade"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("help_plan.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[int]  # the confirmed version whose goal it grades
    goal_key: Mapped[str]
    side: Mapped[GradingSide] = mapped_column(code(GradingSide, "side"))
    grade: Mapped[int]
    text: Mapped[str | None]
    status: Mapped[GoalStatus | None] = mapped_column(code(GoalStatus, "status"))  # what a review made of the goal
    graded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("grade BETWEEN -2 AND 2", name="grade"),
        CheckConstraint("status IS NULL OR side = 'youth_office'", name="status_side"),
        Index("ix_help_plan_grade_plan_id", "plan_id", "id"),
    )


class HelpPlanSelfAssessment(Identified, CaseBound, Base):
    """How a young person sees the own life, in plain words (§§ 8, 36 SGB VIII)."""

    __tablename__ = "help_plan_self_assessment"

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("help_plan.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    form_number: Mapped[int]
    content: Mapped[dict[str, Any]]
    answered_on: Mapped[date]
    mode: Mapped[SelfAssessmentMode] = mapped_column(code(SelfAssessmentMode, "mode"))
    with_whom: Mapped[str | None]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_help_plan_self_assessment_plan_id", "plan_id", "answered_on", "id"),)


class HelpPlanMeeting(Identified, Stateful, _OfHelp, Base):
    """A help plan meeting (Hilfeplangespräch): when, why, with whom."""

    __tablename__ = "help_plan_meeting"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    state: Mapped[HelpPlanMeetingState] = mapped_column(code(HelpPlanMeetingState, "state"))
    kind: Mapped[HelpPlanMeetingKind] = mapped_column(code(HelpPlanMeetingKind, "kind"))
    starts_at: Mapped[datetime]
    place: Mapped[str | None]
    agenda: Mapped[list[str]]
    participants: Mapped[list[Any]]
    reason: Mapped[str | None]  # why it was moved or cancelled
    minutes_number: Mapped[int] = mapped_column(default=0)  # 0: none written yet

    __table_args__ = (
        CheckConstraint("state <> 'cancelled' OR reason IS NOT NULL", name="reason"),
        CheckConstraint("minutes_number = 0 OR state = 'held'", name="minutes"),
        Index("ix_help_plan_meeting_help_id", "help_id", "starts_at"),
        Index("ix_help_plan_meeting_youth_office_id", "youth_office_id", "starts_at", "id"),
    )


class HelpPlanMinutes(Identified, CaseBound, Base):
    """The minutes of a meeting as they were written; a correction is a further writing beside the first."""

    __tablename__ = "help_plan_minutes"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("help_plan_meeting.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    correction: Mapped[str | None]  # why there is a further writing
    written_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("meeting_id", "number", name="uq_help_plan_minutes_number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(number = 1) = (correction IS NULL)", name="correction"),
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="hash"),
    )


class HelpPlanMinutesAssent(Identified, CaseBound, Base):
    """What somebody who took part says to the minutes; who says it anew is heard with the last word."""

    __tablename__ = "help_plan_minutes_assent"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("help_plan_meeting.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    number: Mapped[int]  # the writing it is about
    role: Mapped[HelpPlanRole] = mapped_column(code(HelpPlanRole, "role"))
    label: Mapped[str | None]
    function: Mapped[str | None]
    consents: Mapped[HelpPlanAssent] = mapped_column(code(HelpPlanAssent, "consents"))
    dissent: Mapped[str | None]
    said_on: Mapped[date]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("consents = 'yes' OR dissent IS NOT NULL", name="dissent"),
        Index("ix_help_plan_minutes_assent_meeting_id", "meeting_id", "number", "id"),
    )


class HelpPlanTask(Identified, Stateful, _OfHelp, Base):
    """Who does what until when: for a goal of the plan in force, or as agreed on in a meeting."""

    __tablename__ = "help_plan_task"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("help_plan.id"))
    meeting_id: Mapped[UUID | None] = mapped_column(ForeignKey("help_plan_meeting.id"))
    goal_key: Mapped[str | None]
    what: Mapped[str]
    who: Mapped[str]
    role: Mapped[HelpPlanRole | None] = mapped_column(code(HelpPlanRole, "role"))
    until: Mapped[date | None]
    state: Mapped[HelpPlanTaskState] = mapped_column(code(HelpPlanTaskState, "state"))
    note: Mapped[str | None]  # how it went

    __table_args__ = (
        CheckConstraint("(plan_id IS NULL) <> (meeting_id IS NULL)", name="origin"),
        CheckConstraint("goal_key IS NULL OR plan_id IS NOT NULL", name="goal"),
        Index("ix_help_plan_task_plan_id", "plan_id"),
        Index("ix_help_plan_task_meeting_id", "meeting_id"),
        Index("ix_help_plan_task_help_id", "help_id", "until"),
        Index("ix_help_plan_task_youth_office_id", "youth_office_id", "state", "until", "id"),
    )


CONSTRAINT_TEXTS["uq_help_plan_open"] = Text(
    "Für diese Hilfe gibt es schon einen offenen Hilfeplan.", "This help has an open help plan already."
)
for _table in ("version", "statement", "grade", "self_assessment", "minutes", "minutes_assent"):
    CONSTRAINT_TEXTS[f"help_plan_{_table}_fixed"] = Text(
        "Was festgehalten ist, ändert sich nicht mehr.", "What is written down does not change any more."
    )
