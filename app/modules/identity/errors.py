"""Refusals of the identity room."""

from typing import Any

from app.core.problems import Problem


class TokenRefused(Problem):
    """RFC 6749 § 5.2: the member `error` is what OAuth clients look at."""

    status, code = 401, "token-refused"
    title = ("Kein Token", "No token")
    detail = ("Die Anmeldung ist nicht gültig.", "The credentials are not valid.")

    def __init__(self, error: str = "invalid_client", *, used_basic: bool = False) -> None:
        # only who tried HTTP Basic is asked for it again: a browser would open its own login window over a front end
        challenge = {"WWW-Authenticate": 'Basic realm="handschlag"'} if used_basic else {}
        super().__init__(headers=challenge, error=error)


class OwnAccount(Problem):
    status, code = 409, "own-account"
    title = ("Eigener Zugang", "Own account")
    detail = (
        "Die eigenen Rollen ändert und den eigenen Zugang sperrt ein anderer (Vier-Augen-Prinzip).",
        "Somebody else changes your roles or locks your account (four eyes).",
    )


class TokenRequestInvalid(Problem):
    status, code = 400, "token-request-invalid"
    title = ("Token-Anfrage nicht gültig", "Invalid token request")
    detail = (
        "Die Anfrage nach einem Token ist unvollständig oder nutzt eine Art, die es hier nicht gibt.",
        "The token request is incomplete or uses a grant type that does not exist here.",
    )

    def __init__(self, error: str, **members: Any) -> None:
        super().__init__(error=error, **members)
