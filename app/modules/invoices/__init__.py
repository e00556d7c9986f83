"""Invoices: a month billed, every line explained, checked and approved."""

from app.modules.invoices.queries import WORK

__all__ = ["WORK"]
