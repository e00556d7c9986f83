"""Protection (§ 8a SGB VIII, the youth office's side): reports, cases, assessments, measures, the file."""

from app.core.deadlines import Handler
from app.modules.protection.codes import Duty
from app.modules.protection.queries import WORK
from app.modules.protection.service.duties import escalate
from app.modules.protection.service.intake import follow_notification

HANDLERS: dict[str, Handler] = {duty.value: escalate for duty in Duty}
"""Who answers when a step of a case's deadline fires."""

__all__ = ["HANDLERS", "WORK", "follow_notification"]
