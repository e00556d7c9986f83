"""Which room answers what the ground floor calls upwards: deadlines that fire, events that are published."""

from app.core.deadlines import Handler
from app.core.outbox import Published

HANDLERS: dict[str, Handler] = {}
on_published: Published = lambda db, events: None  # noqa: E731
