"""Billing of Fachleistungsstunden: service records and their price; other rooms come in through this door."""

from app.modules.billing.models import ServiceRecord
from app.modules.billing.queries import records_for_billing
from app.modules.billing.rules import (
    DatedTerms,
    Hint,
    Line,
    Statement,
    dated,
    duplicates,
    overlaps,
    overlong_days,
    price_month,
)
from app.modules.billing.rules.records import entry_of
from app.modules.billing.service import mark_billed, release_billed

__all__ = [
    "DatedTerms",
    "Hint",
    "Line",
    "ServiceRecord",
    "Statement",
    "dated",
    "duplicates",
    "entry_of",
    "mark_billed",
    "overlaps",
    "overlong_days",
    "price_month",
    "records_for_billing",
    "release_billed",
]
