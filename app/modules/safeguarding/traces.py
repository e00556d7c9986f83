"""What is taken out of notifications of danger; that there was one, and that it was answered, stays."""

from app.core.erasure import Traces
from app.law.retention import Matter

TRACES = Traces(
    {
        Matter.HELP_FILE: (
            (
                "UPDATE jugendamt_notification SET child_pseudonym = :gone, observation = :gone,"
                " child_birth_year = NULL, whereabouts = NULL, assessment = NULL, contact = NULL,"
                " acute_reason = CASE WHEN acute_reason IS NOT NULL THEN CAST(:gone AS text) END,"
                " indications = '[]', measures_taken = '[]', further = '{}', parents_reason = NULL,"
                " child_reason = NULL, acknowledgement = NULL WHERE help_id = :id"
            ),
        )
    }
)
