"""E-invoices: XRechnung out and in, ZUGFeRD for people, and what an organisation must tell for them."""

from app.modules.einvoices.queries import details_of
from app.modules.einvoices.service import bic_of, follow_invoice

__all__ = ["bic_of", "details_of", "follow_invoice"]
