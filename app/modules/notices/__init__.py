"""Notices between youth office and provider about a help: told, acknowledged, answered."""

from app.modules.notices.queries import ACKNOWLEDGEMENT, ANSWER, WORK
from app.modules.notices.service import remind

__all__ = ["ACKNOWLEDGEMENT", "ANSWER", "WORK", "remind"]
