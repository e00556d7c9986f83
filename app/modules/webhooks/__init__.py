"""Webhooks: the feed of events, and its delivery to whoever subscribed."""

from app.modules.webhooks.delivery import Courier, employ
from app.modules.webhooks.queries import history
from app.modules.webhooks.schemas import TransitionOut
from app.modules.webhooks.service import on_published

__all__ = ["Courier", "TransitionOut", "employ", "history", "on_published"]
