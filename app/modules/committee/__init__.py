"""Committees and what is laid before them; other rooms come in through this door."""

from app.modules.committee.service import FOLLOW_UP_DUE, follow_up_due

__all__ = ["FOLLOW_UP_DUE", "follow_up_due"]
