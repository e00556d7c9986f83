"""Budgets: what is planned for a kind of help in a year, and what is committed, billed and paid of it."""

from app.modules.budgets.jobs import Watchman, employ, watch
from app.modules.budgets.queries import WORK

__all__ = ["WORK", "Watchman", "employ", "watch"]
