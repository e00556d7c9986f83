"""Invoices: a month billed, every line explained, checked and approved."""
