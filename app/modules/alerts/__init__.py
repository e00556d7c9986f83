"""Alerts: how alarms reach people, by letter and by whoever is on call."""

from app.modules.alerts.delivery import Postman, employ
from app.modules.alerts.queries import is_at_work, reached
from app.modules.alerts.service.calling import ON_CALL, Letter, follow, follow_notification, hand_over, write

__all__ = [
    "ON_CALL",
    "Letter",
    "Postman",
    "employ",
    "follow",
    "follow_notification",
    "hand_over",
    "is_at_work",
    "reached",
    "write",
]
