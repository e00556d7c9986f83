"""Clearances: extended certificates of conduct that were looked at (§ 72a SGB VIII)."""

from app.modules.clearances.queries import WORK, may_be_deployed
from app.modules.clearances.service import DELETION, RENEWAL, deletion_due, renewal_due

__all__ = ["DELETION", "RENEWAL", "WORK", "deletion_due", "may_be_deployed", "renewal_due"]
