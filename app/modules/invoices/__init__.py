"""Invoices: a month billed, every line explained, checked and approved."""

from app.modules.invoices.queries import WORK, ask_for_reports

__all__ = ["WORK", "ask_for_reports"]
