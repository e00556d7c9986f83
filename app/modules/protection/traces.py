"""What is taken out of procedures of § 8a: all of it, with the help they are about or by themselves."""

from app.core.erasure import Traces
from app.law.retention import Matter

_OF_HELP, _OF_CASE = "SELECT id FROM endangerment_case WHERE help_id = :id", "CAST(:id AS uuid)"


def _where(cases: str) -> str:
    return f"WHERE case_id IN ({cases})"


def _all_of(cases: str) -> tuple[str, ...]:
    return (
        f"UPDATE endangerment_case SET plan_id = NULL WHERE id IN ({cases})",
        f"UPDATE protection_transfer SET receiving_case_id = NULL WHERE receiving_case_id IN ({cases})",
        f"UPDATE endangerment_case SET predecessor_id = NULL WHERE predecessor_id IN ({cases})",
        f"DELETE FROM confidential_release WHERE note_id IN (SELECT id FROM confidential_note {_where(cases)})",
        *(
            f"DELETE FROM {table} {_where(cases)}"
            for table in (
                "confidential_note",
                "emergency_access",
                "protection_transfer",
                "protection_signature",
                "protection_entry",
                "custody_measure",
                "protection_child",
                "endangerment_report",
            )
        ),
        f"DELETE FROM endangerment_case WHERE id IN ({cases})",
    )


TRACES = Traces({Matter.HELP_FILE: _all_of(_OF_HELP), Matter.ENDANGERMENT_FILE: _all_of(_OF_CASE)})
