"""Agreements between youth office and providers; other rooms come in through this door."""

from app.modules.agreements.document import AgreementInForce
from app.modules.agreements.queries import find_in_force, get_in_force
from app.modules.agreements.schemas import FormPurpose
from app.modules.agreements.service import end_due, start_due
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
    "AgreementInForce",
    "AmountBasis",
    "BillingTerms",
    "FormPurpose",
    "GroupRule",
    "RoundingLevel",
    "RoundingRule",
    "ServiceKind",
    "ServiceKindTerms",
    "end_due",
    "find_in_force",
    "get_in_force",
    "start_due",
]
