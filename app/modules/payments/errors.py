"""Refusals of the payments room."""

from app.core.problems import Problem


class AccountMissing(Problem):
    status, code = 409, "account-missing"
    title = ("Bankverbindung fehlt", "Bank account is missing")
    detail = (
        "Eine Organisation hat keine IBAN und keinen Kontoinhaber hinterlegt; organisation_ids nennt sie.",
        "An organisation has told neither IBAN nor account holder; organisation_ids names it.",
    )


class RunNotOrdered(Problem):
    status, code = 409, "payment-run-not-ordered"
    title = ("Zahlungslauf nicht angewiesen", "Payment run is not ordered")
    detail = (
        "Eine Zahlungsdatei gibt es erst, wenn eine zweite Person den Lauf angewiesen hat.",
        "There is a payment file once a second person has ordered the run.",
    )
