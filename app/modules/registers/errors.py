"""Refusals of the registers room."""

from app.core.problems import Problem


class ProviderNotSafeguarded(Problem):
    status, code = 409, "provider-not-safeguarded"
    title = ("Kein Einsatz ohne Schutzvereinbarung", "No assignment without a safeguarding agreement")
    detail = (
        "Mit diesem Träger fehlt am {day}, was § 8a Abs. 4 SGB VIII verlangt; siehe missing.",
        "On {day} something § 8a Abs. 4 SGB VIII asks for is missing with this provider; see missing.",
    )
