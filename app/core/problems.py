"""Every refusal is a `Problem` class with a stable type (RFC 9457), told in German or English.

A subclass names its status, code and texts; the texts are templates over the members given when it is raised.
`/v1/problems` lists the catalogue. Texts never repeat what the client sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

Language = Literal["de", "en"]
TYPE_BASE = "/v1/problems/"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one part of the request.

    `pointer` is a JSON Pointer into the body (RFC 6901), or `query:name`, `header:name`, `path:name`.
    """

    pointer: str
    code: str
    de: str
    en: str

    def render(self, language: Language) -> dict[str, str]:
        """The error as JSON, in one language."""
        return {"pointer": self.pointer, "code": self.code, "detail": self.de if language == "de" else self.en}


class Problem(Exception):
    """Base of all refusals; raise a subclass with the members its texts name."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    title: ClassVar[tuple[str, str]] = ("Interner Fehler", "Internal error")
    detail: ClassVar[tuple[str, str]] = (
        "Die Anfrage konnte nicht bearbeitet werden. Nichts wurde geändert.",
        "The request could not be processed. Nothing was changed.",
    )
    catalogue: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls) -> None:
        known = Problem.catalogue.setdefault(cls.code, cls)
        if known is not cls and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"problem code {cls.code!r} is taken by {known.__qualname__}")

    def __init__(
        self, *, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(self.code)
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = members

    def render(self, language: Language, *, instance: str | None = None) -> dict[str, Any]:
        """The problem as the JSON object of RFC 9457, in one language."""
        index = 0 if language == "de" else 1
        body: dict[str, Any] = {
            "type": TYPE_BASE + self.code,
            "title": self.title[index],
            "status": self.status,
            "detail": self.detail[index].format(**{k: _told(v, index) for k, v in self.members.items()}),
        }
        if instance:
            body["instance"] = f"urn:uuid:{instance}"
        body |= {k: _told(v, index) for k, v in self.members.items()}
        if self.errors:
            body["errors"] = [error.render(language) for error in self.errors]
        return body


def _told(value: Any, index: int) -> Any:
    """A member may be bilingual: a pair `Text(de, en)`."""
    if isinstance(value, Text):
        return value[index]
    if isinstance(value, list | tuple):
        return [_told(item, index) for item in value]
    return value


class Text(tuple[str, str]):
    """One sentence in German and in English."""

    def __new__(cls, de: str, en: str) -> Self:
        return super().__new__(cls, (de, en))


Problem.catalogue["internal-error"] = Problem


class MalformedRequest(Problem):
    status, code = 400, "malformed-request"
    title = ("Anfrage nicht lesbar", "Malformed request")
    detail = ("Die Anfrage ist nicht lesbar: {reason}", "The request cannot be read: {reason}")


class UnknownParameter(Problem):
    status, code = 400, "unknown-parameter"
    title = ("Unbekannter Parameter", "Unknown parameter")
    detail = (
        "Die Anfrage enthält Parameter, die es hier nicht gibt oder nur einmal geben darf.",
        "The request has parameters that do not exist here or may be given only once.",
    )


class MissingIdempotencyKey(Problem):
    status, code = 400, "idempotency-key-missing"
    title = ("Idempotency-Key fehlt", "Idempotency-Key missing")
    detail = (
        "Wer anlegt oder handelt, schickt einen Idempotency-Key mit, damit ein Wiederholen nichts verdoppelt.",
        "A request that creates or acts carries an Idempotency-Key, so that a retry doubles nothing.",
    )


class Unauthenticated(Problem):
    status, code = 401, "unauthenticated"
    title = ("Nicht angemeldet", "Not authenticated")
    detail = (
        "Es fehlt ein gültiges Zugangstoken ({reason}).",
        "A valid access token is missing ({reason}).",
    )

    def __init__(self, reason: str = "missing") -> None:
        challenge = 'Bearer realm="handschlag"'
        if reason != "missing":
            challenge += ', error="invalid_token"'
        super().__init__(headers={"WWW-Authenticate": challenge}, reason=reason)


class PermissionMissing(Problem):
    status, code = 403, "permission-missing"
    title = ("Keine Berechtigung", "Permission missing")
    detail = ("Dafür fehlt die Berechtigung {permission}.", "This needs the permission {permission}.")


class NotFound(Problem):
    status, code = 404, "not-found"
    title = ("Nicht gefunden", "Not found")
    detail = (
        "Das gesuchte Objekt gibt es nicht, oder es ist für Sie nicht sichtbar.",
        "The object does not exist, or you may not know of it.",
    )


class MethodNotAllowed(Problem):
    status, code = 405, "method-not-allowed"
    title = ("Methode nicht erlaubt", "Method not allowed")
    detail = ("Hier ist diese Methode nicht erlaubt.", "This method is not allowed here.")


class NotAcceptable(Problem):
    status, code = 406, "not-acceptable"
    title = ("Format nicht lieferbar", "Not acceptable")
    detail = ("In diesem Format gibt es die Antwort nicht.", "The answer does not exist in this format.")


class Conflict(Problem):
    status, code = 409, "conflict"
    title = ("Widerspruch zum Bestand", "Conflict with existing data")
    detail = (
        "Das verträgt sich nicht mit dem, was schon gespeichert ist: {reason}",
        "This does not go together with what is stored already: {reason}",
    )


class RequestInFlight(Problem):
    status, code = 409, "request-in-flight"
    title = ("Anfrage läuft noch", "Request in flight")
    detail = (
        "Eine Anfrage mit diesem Idempotency-Key wird gerade bearbeitet.",
        "A request with this Idempotency-Key is being processed.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class TransitionNotAllowed(Problem):
    status, code = 409, "transition-not-allowed"
    title = ("Schritt jetzt nicht möglich", "Transition not allowed")
    detail = (
        "Im Zustand «{state_title}» gibt es diesen Schritt nicht.",
        "There is no such transition in the state {state}.",
    )


class GuardRefused(Problem):
    status, code = 409, "guard-refused"
    title = ("Voraussetzung fehlt", "Precondition missing")
    detail = ("Der Schritt ist noch nicht möglich.", "The transition is not possible yet.")


class StaleVersion(Problem):
    status, code = 412, "stale-version"
    title = ("Veraltete Fassung", "Stale version")
    detail = (
        "Das Objekt wurde inzwischen geändert; bitte neu laden und erneut versuchen.",
        "The object has changed in the meantime; please reload and try again.",
    )


class BodyTooLarge(Problem):
    status, code = 413, "body-too-large"
    title = ("Anfrage zu groß", "Body too large")
    detail = ("Mehr als {limit} Bytes werden hier nicht angenommen.", "No more than {limit} bytes are accepted here.")


class UnsupportedMediaType(Problem):
    status, code = 415, "unsupported-media-type"
    title = ("Inhaltstyp nicht unterstützt", "Unsupported media type")
    detail = ("Erwartet wird {expected}.", "Expected is {expected}.")


class Invalid(Problem):
    status, code = 422, "invalid"
    title = ("Angaben nicht gültig", "Invalid content")
    detail = (
        "Mindestens eine Angabe ist nicht gültig; nichts wurde geändert.",
        "At least one entry is not valid; nothing was changed.",
    )

    @classmethod
    def field(cls, pointer: str, code: str, de: str, en: str) -> "Invalid":
        """The refusal of one field."""
        return cls(errors=[FieldError(pointer, code, de, en)])


class IdempotencyKeyReused(Problem):
    status, code = 422, "idempotency-key-reused"
    title = ("Idempotency-Key schon benutzt", "Idempotency-Key reused")
    detail = (
        "Dieser Idempotency-Key gehört zu einer anderen Anfrage.",
        "This Idempotency-Key belongs to another request.",
    )


class VersionRequired(Problem):
    status, code = 428, "version-required"
    title = ("If-Match fehlt", "If-Match missing")
    detail = (
        "Wer ändert, nennt in If-Match die Fassung (ETag), die er gelesen hat.",
        "Who changes names in If-Match the version (ETag) that was read.",
    )


class TooManyRequests(Problem):
    status, code = 429, "too-many-requests"
    title = ("Zu viele Anfragen", "Too many requests")
    detail = ("Bitte später wieder versuchen.", "Please try again later.")


class Unavailable(Problem):
    status, code = 503, "unavailable"
    title = ("Vorübergehend nicht verfügbar", "Temporarily unavailable")
    detail = (
        "Der Dienst ist gerade nicht erreichbar; nichts wurde geändert.",
        "The service cannot be reached at the moment; nothing was changed.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "5"})


def language_of(accept_language: str | None) -> Language:
    """German unless English is asked for first; quality values decide."""
    best: tuple[float, Language] = (0.0, "de")
    for part in (accept_language or "")[:200].split(","):
        tag, _, params = part.strip().partition(";")
        quality = params.strip().removeprefix("q=") or "1"
        language = tag[:2].lower()
        try:
            weight = float(quality)
        except ValueError:
            continue
        if language in ("de", "en") and weight > best[0]:
            best = (weight, "en" if language == "en" else "de")
    return best[1]
