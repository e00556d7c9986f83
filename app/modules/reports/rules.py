"""What holds for reports; pure."""

import hashlib
from datetime import date
from typing import Any

from jsonschema_rs.canonical import json as canonical

from app.core.problems import FieldError, Text
from app.core.workflow import Move
from app.modules.reports.models import Report, ReportState

OPEN = frozenset({ReportState.DRAFT, ReportState.RETURNED})
"""The states in which the provider writes."""


def is_written(report: Report, move: Move) -> Text | None:
    """There is something to submit; after a return only what was revised."""
    if report.draft is None:
        return Text(
            "Seit der Rückgabe wurde der Bericht nicht überarbeitet.",
            "The report has not been revised since it was returned.",
        )
    return None


def period_faults(first: date, last: date, starts_on: date, ends_on: date) -> list[FieldError]:
    """A report tells about days of its help; each day outside is named.

    Args:
        starts_on, ends_on: first and last day of the help, as it was granted or as it ended.
    """
    de, en = "Dieser Tag liegt nicht in der Hilfe.", "This day does not lie within the help."
    days = {"/period_from": first, "/period_to": last}
    return [
        FieldError(pointer, "outside_help", de, en) for pointer, day in days.items() if not starts_on <= day <= ends_on
    ]


def fingerprint(content: dict[str, Any]) -> str:
    """SHA-256 over the content's canonical JSON, in hexadecimal: names sorted, no blanks, 1.0 written as 1.

    That is RFC 8785 for everything a report contains; only numbers beyond 10^21 or below 10^-6 are spelt otherwise.
    """
    return hashlib.sha256(canonical.to_string(content).encode()).hexdigest()
