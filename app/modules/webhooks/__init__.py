"""Webhooks: the feed of events, and its delivery to whoever subscribed."""

from app.modules.webhooks.queries import history
from app.modules.webhooks.schemas import TransitionOut

__all__ = ["TransitionOut", "history"]
