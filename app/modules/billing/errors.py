"""Refusals of the billing room."""

from app.core.problems import FieldError, Problem


class RecordLocked(Problem):
    status, code = 409, "record-locked"
    title = ("Eintrag gesperrt", "Record locked")
    detail = (
        "Der Eintrag steht auf einer Rechnung oder ist schon storniert.",
        "The record is on an invoice or has been reversed already.",
    )


class ExternalIdReused(Problem):
    status, code = 409, "external-id-reused"
    title = ("Kennung schon benutzt", "External id reused")
    detail = (
        "Unter dieser Kennung ist etwas anderes erfasst; eine Korrektur ist eine Stornierung und ein neuer Eintrag.",
        "Something else is recorded under this id; a correction is a reversal and a new record.",
    )


UNKNOWN_HELP = FieldError(
    "/help_id", "unknown", "Diese Hilfe gibt es für den Träger nicht.", "The provider has no such help."
)
HELP_NOT_RUNNING = FieldError(
    "/help_id", "not_running", "Die Hilfe ist nicht bewilligt oder zurückgezogen.", "The help is not granted."
)
REVERSED = FieldError(
    "/external_id",
    "reversed",
    "Dieser Eintrag wurde storniert; was an seine Stelle tritt, braucht eine eigene Kennung.",
    "This record was reversed; what takes its place needs an id of its own.",
)
OUTSIDE_HELP = FieldError(
    "/starts_at", "outside_help", "Der Tag liegt nicht im Zeitraum der Hilfe.", "The day is outside the help's period."
)
NOT_GRANTED = FieldError(
    "/starts_at",
    "not_granted",
    "Für diesen Tag gibt es keine freigegebene Bewilligung (§ 36a SGB VIII).",
    "No released grant covers this day.",
)
