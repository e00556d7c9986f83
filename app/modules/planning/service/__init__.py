"""Acting in help planning."""

from app.modules.planning.service.grading import grade_goals
from app.modules.planning.service.meetings import assent, change_meeting, move_meeting, schedule, write_minutes
from app.modules.planning.service.plans import create_plan, read, read_version, revise
from app.modules.planning.service.reviews import REVIEW_DUE, help_moved, review_due
from app.modules.planning.service.steps import move, situation_of
from app.modules.planning.service.tasks import move_task
from app.modules.planning.service.voices import assess_oneself, state_view

__all__ = [
    "REVIEW_DUE",
    "assent",
    "assess_oneself",
    "change_meeting",
    "create_plan",
    "grade_goals",
    "help_moved",
    "move",
    "move_meeting",
    "move_task",
    "read",
    "read_version",
    "review_due",
    "revise",
    "schedule",
    "situation_of",
    "state_view",
    "write_minutes",
]
