"""Refusals of the fees room."""

from app.core.problems import Problem


class NothingNew(Problem):
    status, code = 409, "calculation-unchanged"
    title = ("Nichts geändert", "Nothing changed")
    detail = (
        "Die neue Fassung der Kalkulation sagt dasselbe wie die letzte.",
        "The new version of the calculation says the same as the last one.",
    )
