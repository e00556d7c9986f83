"""Refusals of the agreements room."""

from app.core.problems import Problem


class NoAgreementInForce(Problem):
    status, code = 409, "no-agreement-in-force"
    title = ("Vereinbarung nicht in Kraft", "Agreement not in force")
    detail = (
        "Die Vereinbarung ist am {day} nicht in Kraft (§§ 77, 78b SGB VIII).",
        "The agreement is not in force on {day} (§§ 77, 78b SGB VIII).",
    )


class AgreementOverlaps(Problem):
    status, code = 409, "agreement-overlaps"
    title = ("Vereinbarungen überschneiden sich", "Agreements overlap")
    detail = (
        "Für einen Teil des Zeitraums gilt mit diesem Träger schon eine Vereinbarung dieser Art: {numbers}.",
        "For part of the period an agreement of this kind with this provider exists already: {numbers}.",
    )


class AgreementFixed(Problem):
    status, code = 409, "agreement-fixed"
    title = ("Text steht fest", "Text is fixed")
    detail = (
        "Im Zustand {state} ändert sich der Text nicht mehr; zurück in die Verhandlung führt nur der Schritt reopen.",
        "In the state {state} the text does not change any more; only the step reopen leads back to negotiation.",
    )


class PenHeldByOther(Problem):
    status, code = 409, "agreement-pen-held"
    title = ("Federführung liegt anderswo", "Another party holds the pen")
    detail = (
        "Den Text ändert, wer ihn entworfen hat; Änderungen der anderen kommen als Vorschlag (proposals).",
        "Who drafted the text changes it; changes of the others come as proposals.",
    )
