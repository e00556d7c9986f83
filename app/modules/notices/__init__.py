"""Notices between youth office and provider about a help: told, acknowledged, answered."""

from app.modules.notices.queries import ACKNOWLEDGEMENT, ANSWER, WORK
from app.modules.notices.service import remind
from app.modules.notices.traces import TRACES

__all__ = ["ACKNOWLEDGEMENT", "ANSWER", "TRACES", "WORK", "remind"]
