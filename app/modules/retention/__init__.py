"""Retention: until when files are kept, who decides what becomes of them, and what persons are told of them."""

from app.modules.retention.service import hang_in, look, restricts
from app.modules.retention.work import WORK

__all__ = ["WORK", "hang_in", "look", "restricts"]
