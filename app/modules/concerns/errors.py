"""Refusals of the concerns room."""

from app.core.problems import Problem


class ConcernIncomplete(Problem):
    status, code = 409, "concern-incomplete"
    title = ("Vor der Mitteilung fehlt noch etwas", "Something is missing before the notification")
    detail = (
        "Vorher fehlt noch etwas (§ 8a Abs. 4 SGB VIII). Bei akuter Gefahr: declare_immediate_danger, sofort.",
        "Something is missing beforehand (§ 8a Abs. 4). In acute danger: declare_immediate_danger, at once.",
    )


class ConcernEnded(Problem):
    status, code = 409, "concern-ended"
    title = ("Vorgang ist abgeschlossen", "The concern has ended")
    detail = (
        "Im Stand {state} wird nichts mehr eingetragen; neue Tatsachen: reopen oder ein neuer Vorgang.",
        "Nothing more is entered in the state {state}; new facts: reopen, or a new concern.",
    )


class ConsultationAnswered(Problem):
    status, code = 409, "consultation-answered"
    title = ("Beratung ist schon festgehalten", "The consultation is recorded already")
    detail = (
        "Diese Beratung ist schon festgehalten; was hinzukommt, ist eine neue Anfrage.",
        "This consultation is recorded already; what comes after is a new request.",
    )
