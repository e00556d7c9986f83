"""Refusals of the protection room."""

from app.core.problems import Problem


class FourEyes(Problem):
    status, code = 409, "protection-four-eyes"
    title = ("Zwei Personen nötig", "Two persons needed")
    detail = (
        "Das bestätigt eine andere Person als die, die es eingetragen hat (§ 8a Abs. 1 Satz 1 SGB VIII).",
        "Somebody else than who wrote it confirms it.",
    )


class ClosingIncomplete(Problem):
    status, code = 409, "protection-closing-incomplete"
    title = ("Abschluss noch nicht möglich", "Closing not possible yet")
    detail = (
        "Vor dem Abschluss fehlt noch etwas; errors sagt was und wo.",
        "Something is missing before the closing; errors tells what and where.",
    )


class AssessmentUnsigned(Problem):
    status, code = 409, "protection-assessment-unsigned"
    title = ("Unterschriften fehlen", "Signatures missing")
    detail = (
        "Nicht alle, die eingeschätzt haben, haben gezeichnet.",
        "Not everybody who assessed has signed.",
    )


class FeedbackNotDue(Problem):
    status, code = 409, "protection-feedback-not-due"
    title = ("Keine Rückmeldung möglich", "No feedback possible")
    detail = (
        "Rückmeldung bekommt einmal, nach der Einschätzung, wer sie nach dem Gesetz bekommt und wünscht.",
        "Feedback goes to whom the law gives it and who wants it, after the assessment, and once.",
    )


class CustodyRunning(Problem):
    status, code = 409, "protection-custody-running"
    title = ("Inobhutnahme läuft", "Child in care")
    detail = (
        "Solange ein Kind in Obhut ist, bleibt der Fall bei dem Jugendamt, das es in Obhut nahm (§ 87 SGB VIII).",
        "While a child is in care, the case stays with the office that took it into care.",
    )


class AlreadyReviewed(Problem):
    status, code = 409, "protection-already-reviewed"
    title = ("Schon geprüft", "Already reviewed")
    detail = ("Dieser Notzugriff ist schon geprüft.", "This break-glass access was reviewed already.")
