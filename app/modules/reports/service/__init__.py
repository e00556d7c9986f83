"""Acting on reports, on what is expected, and on the files beside a report."""

from app.modules.reports.service.attachments import Upload, add_attachment, open_attachment, remove_attachment
from app.modules.reports.service.expectations import DEADLINE, ask, expectation_due, waive
from app.modules.reports.service.following import close_parts, follow_grant, follow_help, follow_meeting, follow_phase
from app.modules.reports.service.writing import create_report, move, read, read_content, revise

__all__ = [
    "DEADLINE",
    "Upload",
    "add_attachment",
    "ask",
    "close_parts",
    "create_report",
    "expectation_due",
    "follow_grant",
    "follow_help",
    "follow_meeting",
    "follow_phase",
    "move",
    "open_attachment",
    "read",
    "read_content",
    "remove_attachment",
    "revise",
    "waive",
]
