"""Refusals of the cases room."""

from app.core.problems import Problem


class NoAgreementForHelp(Problem):
    status, code = 409, "no-agreement-for-help"
    title = ("Keine gültige Vereinbarung", "No agreement in force")
    detail = (
        "Mit diesem Träger gilt am {day} keine Vereinbarung für diese Hilfeart (§§ 77, 78b SGB VIII).",
        "No agreement with this provider covers this kind of help on {day} (§§ 77, 78b SGB VIII).",
    )


class PaymentBasisMissing(Problem):
    status, code = 409, "payment-basis-missing"
    title = ("Grundlage der Bezahlung fehlt", "Basis of payment missing")
    detail = (
        "Diese Hilfe darf am {day} noch nicht bezahlt werden; es fehlt: {missing} (§ 78b Abs. 1, § 77 SGB VIII).",
        "This help may not be paid on {day} yet; missing: {missing} (§ 78b Abs. 1, § 77 SGB VIII).",
    )
