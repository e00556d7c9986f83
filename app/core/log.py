"""Structured logs (JSON lines). Keys are an allow-list by habit: ids, route templates, numbers; never a body,
a name, a query string or an exception's message, which may repeat what a client sent.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

log: Any = structlog.get_logger("handschlag")


def configure(level: str) -> None:
    """Set up logging for this process."""
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_message,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, format="%(message)s")


def _without_message(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the kind and place of an exception, not its words."""
    if event.pop("exc_info", None):
        kind, _error, trace = sys.exc_info()
        event["exception"] = getattr(kind, "__qualname__", "unknown")
        while trace is not None:
            code = trace.tb_frame.f_code
            event["place"] = f"{code.co_name}:{trace.tb_lineno}"
            trace = trace.tb_next
    return event
