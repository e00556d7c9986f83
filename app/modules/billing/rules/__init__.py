"""Pricing of Fachleistungsstunden: pure rules over records and the terms of the agreement, no database, no clock."""

from app.modules.billing.rules.clock import touches
from app.modules.billing.rules.contingent import (
    Allowance,
    Arrangement,
    Granted,
    allowance,
    end_of_month,
    granted_hours,
    instalments,
)
from app.modules.billing.rules.entries import Entry, GroupShare
from app.modules.billing.rules.lines import Line, Statement, Step, Unpriced
from app.modules.billing.rules.plausibility import DIRECT, Hint, duplicates, overlaps, overlong_days
from app.modules.billing.rules.pricing import price_month
from app.modules.billing.rules.rounding import round_minutes
from app.modules.billing.rules.validity import DatedTerms, TermsOn, dated

__all__ = [
    "DIRECT",
    "Allowance",
    "Arrangement",
    "DatedTerms",
    "Entry",
    "Granted",
    "GroupShare",
    "Hint",
    "Line",
    "Statement",
    "Step",
    "TermsOn",
    "Unpriced",
    "allowance",
    "dated",
    "duplicates",
    "end_of_month",
    "granted_hours",
    "instalments",
    "overlaps",
    "overlong_days",
    "price_month",
    "round_minutes",
    "touches",
]
