"""Help planning (§ 36 SGB VIII): plans with versions, participation, meetings, reviews, goals, perspectives."""

from app.modules.planning.codes import HelpPlanMeetingKind, HelpPlanMeetingState, HelpPlanState, HelpPlanTaskState
from app.modules.planning.models import HelpPlan, HelpPlanMeeting, HelpPlanTask, HelpPlanVersion
from app.modules.planning.queries import scheduled_meetings
from app.modules.planning.service import REVIEW_DUE, help_moved, review_due
from app.modules.planning.traces import TRACES
from app.modules.planning.words import Words, words_of
from app.modules.planning.work import WORK
from app.modules.planning.workflow import HELP_PLAN, MEETING, TASK

__all__ = [
    "HELP_PLAN",
    "MEETING",
    "REVIEW_DUE",
    "TASK",
    "TRACES",
    "WORK",
    "HelpPlan",
    "HelpPlanMeeting",
    "HelpPlanMeetingKind",
    "HelpPlanMeetingState",
    "HelpPlanState",
    "HelpPlanTask",
    "HelpPlanTaskState",
    "HelpPlanVersion",
    "Words",
    "help_moved",
    "review_due",
    "scheduled_meetings",
    "words_of",
]
