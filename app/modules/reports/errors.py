"""Refusals of the reports room."""

from app.core.problems import Problem


class HelpNotGranted(Problem):
    status, code = 409, "help-not-granted"
    title = ("Hilfe nicht bewilligt", "Help not granted")
    detail = (
        "Über eine Hilfe, die nicht bewilligt ist, wird nicht berichtet.",
        "There are no reports about a help that is not granted.",
    )


class NoFormForReport(Problem):
    status, code = 409, "no-form-for-report"
    title = ("Kein Vordruck vereinbart", "No form agreed on")
    detail = (
        "Am {day} bindet keine Vereinbarung mit diesem Träger einen Vordruck für diese Art von Bericht.",
        "On {day} no agreement with this provider binds a form for this kind of report.",
    )


class ReportFixed(Problem):
    status, code = 409, "report-fixed"
    title = ("Bericht nicht änderbar", "Report cannot be changed")
    detail = (
        "Geändert wird ein Bericht im Entwurf oder nach einer Rückgabe; jetzt ist er: {state}.",
        "A report is changed as a draft or after it was returned; now it is: {state}.",
    )


class TooManyAttachments(Problem):
    status, code = 409, "too-many-attachments"
    title = ("Zu viele Anlagen", "Too many attachments")
    detail = ("Ein Bericht hat höchstens {most} Anlagen.", "A report has at most {most} attachments.")
