"""Refusals of the safeguarding room."""

from app.core.problems import Problem


class NotificationIncomplete(Problem):
    status, code = 409, "notification-incomplete"
    title = ("Mitteilung noch nicht vollständig", "Notification incomplete")
    detail = (
        "Vorher fehlt noch etwas (§ 8a Abs. 4 SGB VIII). Bei akuter Gefahr genügt is_acute mit Begründung.",
        "Something is missing beforehand. In acute danger is_acute with its reason is enough: notify at once.",
    )
