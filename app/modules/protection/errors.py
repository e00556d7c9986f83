"""Refusals of the protection room."""

from app.core.problems import Problem


class FourEyes(Problem):
    status, code = 409, "protection-four-eyes"
    title = ("Zwei Personen nötig", "Two persons needed")
    detail = (
        "Das bestätigt eine andere Person als die, die es eingetragen hat (§ 8a Abs. 1 Satz 1 SGB VIII).",
        "Somebody else than who wrote it confirms it.",
    )
