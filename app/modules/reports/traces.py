"""What is taken out of reports: all of it; with the key of an attachment its sealed file opens no more."""

from app.core.erasure import Traces
from app.law.retention import Matter

_REPORTS = "(SELECT id FROM report WHERE help_id = :id)"
TRACES = Traces(
    {
        Matter.HELP_FILE: (
            *(
                f"DELETE FROM report_{table} WHERE report_id IN {_REPORTS}"
                for table in ("attachment", "remark", "content", "draft")
            ),
            "DELETE FROM report WHERE help_id = :id",
            "DELETE FROM report_expectation WHERE help_id = :id",
        )
    }
)
"""The sweep takes a file out of the storage that no attachment names."""
