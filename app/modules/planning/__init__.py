"""Help planning (§ 36 SGB VIII): plans with versions, participation, meetings, reviews, goals, perspectives."""

from app.modules.planning.codes import HelpPlanMeetingKind, HelpPlanMeetingState, HelpPlanState
from app.modules.planning.models import HelpPlan, HelpPlanMeeting, HelpPlanVersion
from app.modules.planning.queries import scheduled_meetings
from app.modules.planning.service import REVIEW_DUE, help_moved, review_due
from app.modules.planning.work import WORK
from app.modules.planning.workflow import HELP_PLAN, MEETING

__all__ = [
    "HELP_PLAN",
    "MEETING",
    "REVIEW_DUE",
    "WORK",
    "HelpPlan",
    "HelpPlanMeeting",
    "HelpPlanMeetingKind",
    "HelpPlanMeetingState",
    "HelpPlanState",
    "HelpPlanVersion",
    "help_moved",
    "review_due",
    "scheduled_meetings",
]
