"""Reports: the provider tells how a help goes, on the form agreed on; the youth office accepts or returns it."""

from app.modules.reports.jobs import Sweeper, employ
from app.modules.reports.queries import WORK, listed, overdue_of
from app.modules.reports.service import (
    DEADLINE,
    close_parts,
    expectation_due,
    follow_grant,
    follow_help,
    follow_meeting,
    follow_phase,
)
from app.modules.reports.traces import TRACES

__all__ = [
    "DEADLINE",
    "TRACES",
    "WORK",
    "Sweeper",
    "close_parts",
    "employ",
    "expectation_due",
    "follow_grant",
    "follow_help",
    "follow_meeting",
    "follow_phase",
    "listed",
    "overdue_of",
]
