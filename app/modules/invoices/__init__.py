"""Invoices: a month billed, every line explained, checked, approved, and corrected where it was wrong."""

from app.modules.invoices.checking import OBJECTION, objection_over
from app.modules.invoices.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from app.modules.invoices.queries import WORK, ask_for_proofs, ask_for_reports, get_invoice, visible
from app.modules.invoices.rules import end_of_month
from app.modules.invoices.service import bill, preview
from app.modules.invoices.workflow import INVOICE

__all__ = [
    "INVOICE",
    "OBJECTION",
    "WORK",
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceState",
    "ask_for_proofs",
    "ask_for_reports",
    "bill",
    "end_of_month",
    "get_invoice",
    "objection_over",
    "preview",
    "visible",
]
