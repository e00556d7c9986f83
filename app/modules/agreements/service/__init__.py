"""Acting on agreements."""

from app.modules.agreements.service.drafting import NEGOTIABLE, apply_proposal, change, check_proposal, draft
from app.modules.agreements.service.steps import move
from app.modules.agreements.service.time import end_due, review_due, start_due

__all__ = [
    "NEGOTIABLE",
    "apply_proposal",
    "change",
    "check_proposal",
    "draft",
    "end_due",
    "move",
    "review_due",
    "start_due",
]
