"""Payments: which approved invoices are paid together, ordered by a second person, booked when the bank has paid."""

from app.modules.payments.queries import WORK

__all__ = ["WORK"]
