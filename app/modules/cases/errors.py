"""Refusals of the cases room."""

from app.core.problems import Problem


class NoAgreementForHelp(Problem):
    status, code = 409, "no-agreement-for-help"
    title = ("Keine gültige Vereinbarung", "No agreement in force")
    detail = (
        "Mit diesem Träger gilt am {day} keine Vereinbarung für diese Hilfeart (§§ 77, 78b SGB VIII).",
        "No agreement with this provider covers this kind of help on {day} (§§ 77, 78b SGB VIII).",
    )
