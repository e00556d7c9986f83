"""Refusals of the statistics room."""

from app.core.problems import Problem


class DraftsOpen(Problem):
    status, code = 409, "statistics-drafts-open"
    title = ("Datensätze sind unvollständig", "Records are incomplete")
    detail = (
        "Im Zeitraum sind {open} Datensätze noch zu ergänzen; leaves_drafts lässt sie für eine Nachlieferung zurück.",
        "In this period {open} records are to be completed; leaves_drafts keeps them for a later delivery.",
    )


class NothingToRelease(Problem):
    status, code = 409, "statistics-nothing-to-release"
    title = ("Nichts freizugeben", "Nothing to release")
    detail = (
        "Im Zeitraum gibt es keinen vollständigen Datensatz, der nicht schon freigegeben ist.",
        "In this period there is no complete record that has not been released.",
    )
