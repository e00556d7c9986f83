"""Billing of Fachleistungsstunden: service records and their price; other rooms come in through this door."""

from app.modules.billing.express import DESKS
from app.modules.billing.models import ServiceRecord
from app.modules.billing.queries import records_for_billing
from app.modules.billing.rules import (
    DIRECT,
    Allowance,
    Arrangement,
    DatedTerms,
    Entry,
    Granted,
    Hint,
    Line,
    Statement,
    allowance,
    dated,
    duplicates,
    end_of_month,
    granted_hours,
    overlaps,
    overlong_days,
    price_month,
    touches,
)
from app.modules.billing.rules.records import entry_of
from app.modules.billing.service import mark_billed, release_billed, reverse
from app.modules.billing.traces import TRACES

__all__ = [
    "DESKS",
    "DIRECT",
    "TRACES",
    "Allowance",
    "Arrangement",
    "DatedTerms",
    "Entry",
    "Granted",
    "Hint",
    "Line",
    "ServiceRecord",
    "Statement",
    "allowance",
    "dated",
    "duplicates",
    "end_of_month",
    "entry_of",
    "granted_hours",
    "mark_billed",
    "overlaps",
    "overlong_days",
    "price_month",
    "records_for_billing",
    "release_billed",
    "reverse",
    "touches",
]
