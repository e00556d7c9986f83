"""Budgets: what is planned for a kind of help in a year, and what is committed, billed and paid of it."""

from app.modules.budgets.queries import WORK
from app.modules.budgets.service import tell

__all__ = ["WORK", "tell"]
