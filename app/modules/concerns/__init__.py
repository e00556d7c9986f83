"""Concerns: what a provider does about signs of danger to a child, from the first sign on (§ 8a Abs. 4 SGB VIII)."""

from app.modules.concerns.codes import ConcernDuty
from app.modules.concerns.queries import WORK
from app.modules.concerns.service.duties import escalate
from app.modules.concerns.service.telling import follow_feedback, follow_notification
from app.modules.concerns.traces import TRACES

DUTIES = tuple(duty.value for duty in ConcernDuty)
"""The kinds of deadlines of this room."""

__all__ = ["DUTIES", "TRACES", "WORK", "escalate", "follow_feedback", "follow_notification"]
