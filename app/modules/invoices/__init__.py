"""Invoices: a month billed, every line explained, checked, approved, and corrected where it was wrong."""

from app.modules.invoices.checking import OBJECTION, objection_over
from app.modules.invoices.errors import NothingPriced, NothingToBill
from app.modules.invoices.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from app.modules.invoices.queries import WORK, ask_for_proofs, ask_for_reports, get_invoice, visible
from app.modules.invoices.rules import digest_of, end_of_month, month_of, months_after
from app.modules.invoices.schemas import Month
from app.modules.invoices.service import Open, bill, discard, preview, settle, suppose
from app.modules.invoices.workflow import INVOICE

__all__ = [
    "INVOICE",
    "OBJECTION",
    "WORK",
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceState",
    "Month",
    "NothingPriced",
    "NothingToBill",
    "Open",
    "ask_for_proofs",
    "ask_for_reports",
    "bill",
    "digest_of",
    "discard",
    "end_of_month",
    "get_invoice",
    "month_of",
    "months_after",
    "objection_over",
    "preview",
    "settle",
    "suppose",
    "visible",
]
