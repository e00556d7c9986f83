"""What is taken out of a help when its file is erased; number, days and grants stay for the papers of billing."""

from app.core.erasure import Traces
from app.law.retention import Matter

TRACES = Traces(
    {
        Matter.HELP_FILE: (
            "DELETE FROM help_partner WHERE help_id = :id",
            "DELETE FROM help_group_offer WHERE help_id = :id",
            "UPDATE help_handover SET handed = '{}', note = NULL, decline_reason = NULL WHERE help_id = :id",
            "UPDATE help_phase SET place = NULL, change_reason = NULL WHERE help_id = :id",
            (
                "UPDATE help SET pseudonym = :gone, source_system = NULL, external_id = NULL, import_hash = NULL,"
                " version = version + 1 WHERE id = :id"
            ),
        )
    }
)
