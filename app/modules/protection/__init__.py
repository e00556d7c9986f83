"""Protection (§ 8a SGB VIII, the youth office's side): reports, cases, assessments, measures, the file."""

from app.core.deadlines import Handler
from app.modules.protection.codes import (
    CustodyEndReason,
    DangerKind,
    DangerPerson,
    Duty,
    EntryKind,
    Ground,
    Placement,
    ReporterKind,
    Result,
)
from app.modules.protection.models import (
    CustodyMeasure,
    EndangermentCase,
    EndangermentReport,
    ProtectionChild,
    ProtectionEntry,
)
from app.modules.protection.queries import WORK, get_case, readable
from app.modules.protection.service.duties import escalate
from app.modules.protection.service.intake import follow_notification
from app.modules.protection.traces import TRACES

HANDLERS: dict[str, Handler] = {duty.value: escalate for duty in Duty}
"""Who answers when a step of a case's deadline fires."""

__all__ = [
    "HANDLERS",
    "TRACES",
    "WORK",
    "CustodyEndReason",
    "CustodyMeasure",
    "DangerKind",
    "DangerPerson",
    "EndangermentCase",
    "EndangermentReport",
    "EntryKind",
    "Ground",
    "Placement",
    "ProtectionChild",
    "ProtectionEntry",
    "ReporterKind",
    "Result",
    "follow_notification",
    "get_case",
    "readable",
]
