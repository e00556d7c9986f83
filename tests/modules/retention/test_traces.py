"""No room forgets what it keeps of a family: a table that points to a help or its papers is erased, or says why not."""

import re

from sqlalchemy import text

import app.wiring  # noqa: F401  # hangs in what the rooms keep
from app.core.kernel import Kernel
from app.modules.retention import service

POINTERS = ("help_id", "case_id", "concern_id", "note_id", "plan_id", "report_id")
KEPT = {
    "alarm": "codes, roles and instants; its pointer is cut",
    "erasure_request": "that the provider was asked, and what it said",
    "grant_alert": "shares of what was granted",
    "help_assignment": "which provider worked from when to when",
    "help_grant": "hours and amounts, and who released them",
    "invoice_line": "hours and amounts with their steps",
    "legal_hold": "that something was held, and why",
    "retention_review": "that it was decided, by whom",
    "settlement_problem": "days, minutes and the rule",
    "statistics_record": "codes without words; from its release on without the case",
    "subject_request": "that somebody asked, and how it ended",
}
"""What stays when a file is erased, with what stands in it."""
TABLES = """
SELECT DISTINCT table_name FROM information_schema.columns
 WHERE table_schema = 'public' AND column_name = ANY(:pointers) ORDER BY table_name
"""


def test_every_table_of_a_family_is_erased_or_kept_for_a_reason(kernel: Kernel) -> None:
    said = " ".join(one for traces in service._TRACES for group in traces.statements.values() for one in group)
    with kernel.engine.connect() as db:
        tables = set(db.scalars(text(TABLES), {"pointers": list(POINTERS)}))
    forgotten = {name for name in tables if not re.search(rf"\b{name}\b", said)}
    assert forgotten == set(KEPT)
