"""Which room answers what the ground floor calls upwards: deadlines that fire, events that are published."""

from app.core.deadlines import Handler
from app.core.outbox import Published
from app.modules import agreements, safeguarding

HANDLERS: dict[str, Handler] = {
    "agreement_start": agreements.start_due,
    "agreement_end": agreements.end_due,
    safeguarding.DEADLINE: safeguarding.escalate,
}
on_published: Published = lambda db, events: None  # noqa: E731
