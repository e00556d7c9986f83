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


class HelpClosed(Problem):
    status, code = 409, "help-closed"
    title = ("Hilfe beendet", "Help closed")
    detail = ("Die Hilfe ist beendet oder zurückgezogen.", "The help has ended or was withdrawn.")


class PhasesOverlap(Problem):
    status, code = 409, "phases-overlap"
    title = ("Doppelte Leistung am selben Tag", "Phases overlap")
    detail = (
        "Am selben Tag ist für das Kind schon vereinbart: {with_settings}. Ist beides gewollt, sagt es `combined`.",
        "On the same day the child is elsewhere already: {with_settings}. `combined` says that both are meant.",
    )


class PhaseBegun(Problem):
    status, code = 409, "phase-begun"
    title = ("Phase hat begonnen", "Phase has begun")
    detail = (
        "Was begonnen hat oder schon freigegeben ist, wird beendet und durch eine neue Phase fortgesetzt.",
        "What has begun, or is granted already, is ended and followed by a new phase.",
    )


class NothingGranted(Problem):
    status, code = 409, "nothing-granted"
    title = ("Nichts bewilligt", "Nothing granted")
    detail = (
        "Zu dieser Hilfe ist keine Bewilligung vorbereitet, die freigegeben werden könnte.",
        "No grant of this help is prepared that could be released.",
    )


class LessInThePast(Problem):
    status, code = 409, "less-in-the-past"
    title = ("Weniger nur für die Zukunft", "Less for the future only")
    detail = (
        "Was bewilligt war, wird nicht rückwirkend verringert.",
        "What was granted is not reduced for days that have passed.",
    )
