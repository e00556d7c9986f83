"""Which room answers what the ground floor calls upwards: deadlines that fire, events that are published."""

from app.core.deadlines import Handler
from app.modules import agreements, handbooks, safeguarding
from app.modules.webhooks import on_published

HANDLERS: dict[str, Handler] = {
    "agreement_start": agreements.start_due,
    "agreement_end": agreements.end_due,
    "agreement_review": agreements.review_due,
    handbooks.CONSULTATION: handbooks.consultation_due,
    safeguarding.DEADLINE: safeguarding.escalate,
}

__all__ = ["HANDLERS", "on_published"]
