"""Consumption: what of a grant is recorded, billed and left, whether it will last, and who is told in time."""

from app.modules.consumption.jobs import Watchman, employ, watch
from app.modules.consumption.queries import WORK

__all__ = ["WORK", "Watchman", "employ", "watch"]
