"""Refusals of the invoices room."""

from app.core.problems import Problem


class NothingToBill(Problem):
    status, code = 409, "nothing-to-bill"
    title = ("Nichts abzurechnen", "Nothing to bill")
    detail = (
        "Für diesen Monat gibt es keine Einträge, die noch nicht abgerechnet sind.",
        "There are no records of this month that have not been billed.",
    )


class NothingPriced(Problem):
    status, code = 409, "nothing-priced"
    title = ("Keine Entgeltvereinbarung", "No terms of billing")
    detail = (
        "Für keinen der Einträge gilt eine Vereinbarung mit Entgelt (§§ 77, 78b SGB VIII).",
        "No agreement with a fee covers any of the records (§§ 77, 78b SGB VIII).",
    )


class FindingClosed(Problem):
    status, code = 409, "finding-closed"
    title = ("Befund nicht mehr offen", "Finding is not open")
    detail = (
        "Der Befund verhindert nichts, oder über die Rechnung ist schon entschieden.",
        "The finding blocks nothing, or the invoice has been decided on.",
    )


class NotYoursToAccept(Problem):
    status, code = 403, "finding-not-yours"
    title = ("Diesen Befund nimmt jemand anderes hin, oder niemand", "Not yours to accept")
    detail = (
        "Wer einen Befund hinnehmen darf, steht unter /v1/check-rules; manche werden nur durch Berichtigung erledigt.",
        "Who may accept a finding is told at /v1/check-rules; some are cleared up by correction only.",
    )


class NotUnderCheck(Problem):
    status, code = 409, "invoice-not-under-check"
    title = ("Rechnung nicht in Prüfung", "Invoice is not being checked")
    detail = (
        "Gekürzt wird eine Rechnung, solange sie geprüft oder über einen Widerspruch entschieden wird.",
        "An invoice is cut while it is being checked, or while an objection is being decided.",
    )
