"""What is taken out of help planning: all of it."""

from app.core.erasure import Traces
from app.law.retention import Matter

_PLANS = "(SELECT id FROM help_plan WHERE help_id = :id)"
TRACES = Traces(
    {
        Matter.HELP_FILE: (
            f"DELETE FROM help_plan_draft WHERE plan_id IN {_PLANS}",
            *(
                f"DELETE FROM help_plan_{table} WHERE help_id = :id"
                for table in (
                    "version",
                    "statement",
                    "grade",
                    "self_assessment",
                    "task",
                    "minutes_assent",
                    "minutes",
                    "meeting",
                )
            ),
            "DELETE FROM help_plan WHERE help_id = :id",
        )
    }
)
