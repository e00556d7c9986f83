"""What is taken out of the persons of a help: who they are, their pseudonyms, and why it was read."""

from app.core.erasure import Traces
from app.law.retention import Matter

TRACES = Traces(
    {
        Matter.HELP_FILE: (
            "DELETE FROM help_person_identity WHERE help_id = :id",
            "UPDATE person_disclosure SET reason = NULL WHERE help_id = :id",
            (
                "UPDATE help_person AS p SET pseudonym = concat(CAST(:gone AS text), '-', n.place), birth_year = NULL,"
                " has_identity = false, version = version + 1"
                " FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM help_person WHERE help_id = :id) AS n"
                " WHERE p.id = n.id"
            ),
        )
    }
)
