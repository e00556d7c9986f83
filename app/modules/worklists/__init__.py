"""Worklists: what is due, overdue, waits for me or for the other side, over all rooms."""

from app.modules.worklists.queries import register

__all__ = ["register"]
