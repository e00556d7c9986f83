"""What is taken out of the notices between both sides: all of it."""

from app.core.erasure import Traces
from app.law.retention import Matter

TRACES = Traces(
    {
        Matter.HELP_FILE: (
            "DELETE FROM notice_message WHERE notice_id IN (SELECT id FROM notice WHERE help_id = :id)",
            "DELETE FROM notice WHERE help_id = :id",
        )
    }
)
