"""Agreements between youth office and providers; other rooms come in through this door."""

from app.modules.agreements.terms import (
    ActivityCategory,
    ActivityTerms,
    AmountBasis,
    BillingTerms,
    GroupRule,
    RoundingLevel,
    RoundingRule,
    ServiceKind,
    ServiceKindTerms,
)

__all__ = [
    "ActivityCategory",
    "ActivityTerms",
    "AmountBasis",
    "BillingTerms",
    "GroupRule",
    "RoundingLevel",
    "RoundingRule",
    "ServiceKind",
    "ServiceKindTerms",
]
