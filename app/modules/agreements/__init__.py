"""Agreements between youth office and providers; other rooms come in through this door."""

from app.law.service_kinds import ServiceKind
from app.modules.agreements.document import AgreementInForce
from app.modules.agreements.models import Agreement
from app.modules.agreements.queries import (
    find_in_force,
    get_agreement,
    get_in_force,
    missing_for_help,
    numbers_of,
)
from app.modules.agreements.reporting import ReportKind, ReportRule, ReportTrigger
from app.modules.agreements.schemas import AgreementPatch, FormPurpose
from app.modules.agreements.service import NEGOTIABLE, apply_proposal, check_proposal, end_due, review_due, start_due
from app.modules.agreements.terms import (
    ActivityCategory,
    ActivityTerms,
    AmountBasis,
    BillingTerms,
    GroupRule,
    RoundingLevel,
    RoundingRule,
    ServiceKindTerms,
)

__all__ = [
    "NEGOTIABLE",
    "ActivityCategory",
    "ActivityTerms",
    "Agreement",
    "AgreementInForce",
    "AgreementPatch",
    "AmountBasis",
    "BillingTerms",
    "FormPurpose",
    "GroupRule",
    "ReportKind",
    "ReportRule",
    "ReportTrigger",
    "RoundingLevel",
    "RoundingRule",
    "ServiceKind",
    "ServiceKindTerms",
    "apply_proposal",
    "check_proposal",
    "end_due",
    "find_in_force",
    "get_agreement",
    "get_in_force",
    "missing_for_help",
    "numbers_of",
    "review_due",
    "start_due",
]
