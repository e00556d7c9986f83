"""Safeguarding (§ 8a SGB VIII): the most sensitive room; only the API and the wiring enter it."""

from app.modules.safeguarding.queries import DEADLINE, WORK
from app.modules.safeguarding.service import escalate

__all__ = ["DEADLINE", "WORK", "escalate"]
