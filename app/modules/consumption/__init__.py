"""Consumption: what of a grant is recorded, billed and left, whether it will last, and who is told in time."""

from app.modules.consumption.queries import WORK
from app.modules.consumption.service import tell

__all__ = ["WORK", "tell"]
