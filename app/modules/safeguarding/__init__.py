"""Safeguarding (§ 8a SGB VIII): the most sensitive room; only the API, the wiring and what stands above it enter it."""

from app.modules.safeguarding.models import Involvement, JugendamtNotification
from app.modules.safeguarding.queries import DEADLINE, WORK
from app.modules.safeguarding.schemas import (
    Indication,
    IndicationGroup,
    IndicationSource,
    NotificationCreate,
    NotificationFurther,
)
from app.modules.safeguarding.service import escalate, notify
from app.modules.safeguarding.workflow import NOTIFICATION

__all__ = [
    "DEADLINE",
    "NOTIFICATION",
    "WORK",
    "Indication",
    "IndicationGroup",
    "IndicationSource",
    "Involvement",
    "JugendamtNotification",
    "NotificationCreate",
    "NotificationFurther",
    "escalate",
    "notify",
]
