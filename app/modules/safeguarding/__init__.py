"""Safeguarding (§ 8a SGB VIII): the most sensitive room; only the API, the wiring and what stands above it enter it."""

from app.modules.safeguarding.models import Alarm, AlarmCode, Involvement, JugendamtNotification
from app.modules.safeguarding.queries import DEADLINE, WORK, alarms_at, first_alarm
from app.modules.safeguarding.rules import Called, precedence, stands_in
from app.modules.safeguarding.schemas import (
    Indication,
    IndicationGroup,
    IndicationSource,
    NotificationCreate,
    NotificationFurther,
)
from app.modules.safeguarding.service import call_office, call_too, escalate, give_feedback, notify
from app.modules.safeguarding.traces import TRACES
from app.modules.safeguarding.workflow import NOTIFICATION

__all__ = [
    "DEADLINE",
    "NOTIFICATION",
    "TRACES",
    "WORK",
    "Alarm",
    "AlarmCode",
    "Called",
    "Indication",
    "IndicationGroup",
    "IndicationSource",
    "Involvement",
    "JugendamtNotification",
    "NotificationCreate",
    "NotificationFurther",
    "alarms_at",
    "call_office",
    "call_too",
    "escalate",
    "first_alarm",
    "give_feedback",
    "notify",
    "precedence",
    "stands_in",
]
