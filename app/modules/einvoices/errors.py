"""Refusals of the e-invoices room."""

from app.core.problems import Problem


class BillingDetailsMissing(Problem):
    status, code = 409, "billing-details-missing"
    title = ("Angaben für die E-Rechnung fehlen", "Details for e-invoicing are missing")
    detail = (
        "Für eine XRechnung fehlen Angaben der Organisationen; missing nennt sie mit ihrem Feld der Norm EN 16931.",
        "Details of the organisations are missing for an XRechnung; missing names them with their term of EN 16931.",
    )


class UnreadableInvoice(Problem):
    status, code = 422, "unreadable-invoice"
    title = ("XRechnung nicht lesbar", "XRechnung cannot be read")
    detail = ("Die Datei ist keine lesbare XRechnung: {reason}.", "The file is no readable XRechnung: {reason}.")
