"""Refusals of the retention room."""

from app.core.problems import Problem


class HoldLifted(Problem):
    status, code = 409, "hold-lifted"
    title = ("Sperre ist aufgehoben", "Hold was lifted")
    detail = ("Diese Sperre gilt nicht mehr.", "This hold is in force no more.")


class FileNotClosed(Problem):
    status, code = 409, "file-not-closed"
    title = ("Akte ist nicht geschlossen", "File is not closed")
    detail = (
        "Solange die Hilfe läuft, wird über die Aufbewahrung nicht entschieden.",
        "While the help is running, nobody decides on what is kept.",
    )


class NoAccessRequest(Problem):
    status, code = 404, "no-access-request"
    title = ("Kein Antrag auf Auskunft", "No request for access")
    detail = ("Dieser Antrag verlangt keine Auskunft.", "This request does not ask for access.")
