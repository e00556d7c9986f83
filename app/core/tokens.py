"""Opening and issuing access tokens (RFC 7519, RFC 9068); the only place that touches python-jose.

The library accepts much that a verifier must not (foreign algorithms, missing claims, unknown `crit`), so every
decision is taken here: one key is looked up by `kid`, that key's own algorithm decides, and each claim is checked by
type. The library signs and verifies with its cryptography backend, nothing else.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from threading import Lock
from typing import Any
from uuid import uuid4

from jose import jwk, jws
from jose.exceptions import JOSEError

from app.core.keyring import KeyRing, KeySource, PublicKey
from app.core.problems import MalformedRequest
from app.core.strictjson import loads

MAX_LENGTH = 8192  # characters of a token
MAX_LIFETIME_SECONDS = 3600
CACHE_SECONDS = 60
CACHE_ENTRIES = 10_000
LEEWAY_SECONDS = 30

_ALGORITHMS = ("RS256", "ES256")
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)  # RFC 6749 section 3.3
# Each of these lets the token choose its key, its encoding or a meaning that this service does not know.
_REFUSED_HEADERS = frozenset({"crit", "jku", "jwk", "x5u", "x5c", "b64", "enc", "zip", "cty", "epk"})
_OWN_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_FOREIGN_TYPES = _OWN_TYPES | {"jwt"}  # older identity providers know only JWT


class Reason(StrEnum):
    """Why a token is refused."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    WRONG_ALGORITHM = "wrong_algorithm"
    BAD_SIGNATURE = "bad_signature"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    MISSING_CLAIM = "missing_claim"
    TOO_LONG = "too_long"
    LIFETIME_TOO_LONG = "lifetime_too_long"


class InvalidToken(Exception):
    """A token that opens nothing; `reason_code` says why and repeats nothing of the token."""

    def __init__(self, reason_code: Reason) -> None:
        super().__init__(reason_code.value)
        self.reason_code = reason_code


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says; times are seconds since 1970 (UTC)."""

    subject: str
    token_id: str
    client_id: str | None
    scopes: frozenset[str]
    issuer: str
    expires_at: int
    issued_at: int


@dataclass(frozen=True, slots=True)
class _Opened:
    claims: Claims
    opened_at: int


@dataclass(frozen=True, slots=True)
class _Parts:
    """A token taken apart, nothing of it verified."""

    header: dict[str, Any]
    payload: dict[str, Any]


class Tokens:
    """Issues the local issuer's tokens and opens those of every trusted issuer; shared by all threads."""

    def __init__(
        self,
        ring: KeyRing,
        *,
        issuer: str,
        audience: str,
        lifetime_seconds: int,
        trusted_issuers: Mapping[str, KeySource] | None = None,
        leeway_seconds: int = LEEWAY_SECONDS,
        cache_entries: int = CACHE_ENTRIES,
    ) -> None:
        """
        Args:
            trusted_issuers: further issuers (exact `iss`) and where their keys come from.
            leeway_seconds: how far the clocks of issuer and service may differ.
        """
        if not 1 <= lifetime_seconds <= MAX_LIFETIME_SECONDS:
            raise ValueError(f"a token lives between 1 and {MAX_LIFETIME_SECONDS} seconds")
        if issuer in (trusted_issuers or {}):
            raise ValueError("the local issuer's keys are the ring's, nobody else's")
        self._ring = ring
        self._issuer = issuer
        self._audience = audience
        self._lifetime_seconds = lifetime_seconds
        self._sources: dict[str, KeySource] = {**(trusted_issuers or {}), issuer: ring}
        self._leeway_seconds = leeway_seconds
        self._cache = _Cache(cache_entries)

    def issue(self, subject: str, *, client_id: str | None, scopes: Iterable[str], now: int) -> str:
        """Sign a token for the subject, valid from `now` (seconds since 1970) for the configured lifetime."""
        words = sorted(scopes)
        if not all(_SCOPE.fullmatch(word) for word in words):
            raise ValueError("a scope is printable ASCII without blanks and quotes")
        payload: dict[str, Any] = {
            "iss": self._issuer,
            "sub": subject,
            "aud": self._audience,
            "exp": now + self._lifetime_seconds,
            "iat": now,
            "jti": str(uuid4()),
        }
        payload |= {"client_id": client_id} if client_id is not None else {}
        payload |= {"scope": " ".join(words)} if words else {}
        key = self._ring.newest()
        signer = jwk.construct(key.private, key.public.alg)
        return str(jws.sign(payload, signer, {"kid": key.public.kid, "typ": "at+jwt"}, key.public.alg))

    def open(self, token: str, *, now: int) -> Claims:
        """What the token says, verified at `now` (seconds since 1970).

        A verified token is remembered for at most 60 seconds, so a retired key ends its tokens that much later;
        expiry is looked at each time.

        Raises:
            InvalidToken: with the reason's code; refusals are never remembered.
        """
        if len(token) > MAX_LENGTH:
            raise InvalidToken(Reason.TOO_LONG)
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        claims = self._cache.get(digest, now)
        if claims is None:
            claims = self._verify(token, now)
            self._cache.put(digest, claims, now)
        elif now >= claims.expires_at + self._leeway_seconds:
            raise InvalidToken(Reason.EXPIRED)
        return claims

    def forget(self) -> None:
        """Drop every remembered token, so that a retired key or changed issuer counts at once in this process."""
        self._cache.clear()

    def _verify(self, token: str, now: int) -> Claims:
        parts = _take_apart(token)
        issuer, key = self._key_of(parts)
        _check_signature(token, key)
        claims = _claims_of(parts.payload, issuer)
        self._check_times(claims, parts.payload.get("nbf"), now)
        if not _is_for(self._audience, parts.payload):
            raise InvalidToken(Reason.WRONG_AUDIENCE)
        return claims

    def _key_of(self, parts: _Parts) -> tuple[str, PublicKey]:
        """The one key that may have signed: the claimed issuer's, by `kid`; its algorithm must be the token's."""
        kid, alg = parts.header.get("kid"), parts.header.get("alg")
        issuer = _text(parts.payload, "iss")
        source = self._sources.get(issuer)
        if alg not in _ALGORITHMS:
            raise InvalidToken(Reason.WRONG_ALGORITHM)
        if source is None:
            raise InvalidToken(Reason.WRONG_ISSUER)
        types = _OWN_TYPES if issuer == self._issuer else _FOREIGN_TYPES
        if str(parts.header.get("typ")).lower() not in types:
            raise InvalidToken(Reason.MALFORMED)
        key = source.find(issuer, kid) if isinstance(kid, str) and kid else None
        if key is None:
            raise InvalidToken(Reason.UNKNOWN_KEY)
        if alg != key.alg:
            raise InvalidToken(Reason.WRONG_ALGORITHM)
        return issuer, key

    def _check_times(self, claims: Claims, not_before: Any, now: int) -> None:
        if not_before is not None and type(not_before) is not int:
            raise InvalidToken(Reason.MALFORMED)
        if now >= claims.expires_at + self._leeway_seconds:
            raise InvalidToken(Reason.EXPIRED)
        if max(claims.issued_at, not_before or 0) > now + self._leeway_seconds:
            raise InvalidToken(Reason.NOT_YET_VALID)
        if claims.expires_at <= claims.issued_at:
            raise InvalidToken(Reason.MALFORMED)
        if claims.expires_at - claims.issued_at > MAX_LIFETIME_SECONDS:
            raise InvalidToken(Reason.LIFETIME_TOO_LONG)


class _Cache:
    """The tokens opened lately: the least recently used leaves first, none stays longer than a minute."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._opened: OrderedDict[bytes, _Opened] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: bytes, now: int) -> Claims | None:
        """The claims, unless the entry is old or the clock was set back behind it."""
        with self._lock:
            entry = self._opened.get(digest)
            if entry is None:
                return None
            if not 0 <= now - entry.opened_at < CACHE_SECONDS:
                del self._opened[digest]
                return None
            self._opened.move_to_end(digest)
            return entry.claims

    def put(self, digest: bytes, claims: Claims, now: int) -> None:
        """Remember a verified token."""
        with self._lock:
            self._opened[digest] = _Opened(claims, now)
            if len(self._opened) > self._entries:
                self._opened.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._opened.clear()


def _take_apart(token: str) -> _Parts:
    match = _COMPACT.fullmatch(token)
    if match is None:
        raise InvalidToken(Reason.MALFORMED)
    header, payload, _ = (_decode(segment) for segment in match.groups())
    parts = _Parts(_object(header), _object(payload))
    if not _REFUSED_HEADERS.isdisjoint(parts.header):
        raise InvalidToken(Reason.MALFORMED)
    return parts


def _check_signature(token: str, key: PublicKey) -> None:
    """Verify with exactly this key and its algorithm; the key was parsed once, the library only wraps it."""
    try:
        jws.verify(token, jwk.construct(key.key, key.alg), algorithms=[key.alg])
    except (JOSEError, ValueError, TypeError, KeyError, RecursionError):
        raise InvalidToken(Reason.BAD_SIGNATURE) from None


def _decode(segment: str) -> bytes:
    """Base64url in its one canonical spelling, so that a token has one spelling too."""
    try:
        octets = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise InvalidToken(Reason.MALFORMED) from None
    if urlsafe_b64encode(octets).rstrip(b"=").decode() != segment:
        raise InvalidToken(Reason.MALFORMED)
    return octets


def _object(octets: bytes) -> dict[str, Any]:
    try:
        value = loads(octets)
    except MalformedRequest:
        raise InvalidToken(Reason.MALFORMED) from None
    if not isinstance(value, dict):
        raise InvalidToken(Reason.MALFORMED)
    return value


def _claims_of(payload: dict[str, Any], issuer: str) -> Claims:
    return Claims(
        subject=_text(payload, "sub"),
        token_id=_text(payload, "jti"),
        client_id=_text(payload, "client_id") if "client_id" in payload else None,
        scopes=_scopes(_text(payload, "scope")) if "scope" in payload else frozenset(),
        issuer=issuer,
        expires_at=_time(payload, "exp"),
        issued_at=_time(payload, "iat"),
    )


def _text(payload: dict[str, Any], name: str) -> str:
    value = payload.get(name)
    if value is None:
        raise InvalidToken(Reason.MISSING_CLAIM)
    if not isinstance(value, str) or not value:
        raise InvalidToken(Reason.MALFORMED)
    return value


def _scopes(scope: str) -> frozenset[str]:
    words = scope.split(" ")
    if not all(_SCOPE.fullmatch(word) for word in words):
        raise InvalidToken(Reason.MALFORMED)
    return frozenset(words)


def _time(payload: dict[str, Any], name: str) -> int:
    value = payload.get(name)
    if value is None:
        raise InvalidToken(Reason.MISSING_CLAIM)
    if type(value) is not int or value < 0:  # True is an int to Python
        raise InvalidToken(Reason.MALFORMED)
    return value


def _is_for(audience: str, payload: dict[str, Any]) -> bool:
    """Whether the token names this service; `aud` is one name or a list of names (RFC 7519 section 4.1.3)."""
    named = payload.get("aud")
    if named is None:
        raise InvalidToken(Reason.MISSING_CLAIM)
    names = named if isinstance(named, list) else [named]
    return all(isinstance(name, str) for name in names) and audience in names
