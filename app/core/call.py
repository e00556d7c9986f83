"""One call of an endpoint: who calls, may they, was it answered before, what is the answer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from app.core import clock
from app.core.answers import Answer, Negotiation, answer_of
from app.core.idempotency import recall, remember
from app.core.kernel import Kernel
from app.core.pages import TABLE_ROWS, PageQuery
from app.core.problems import (
    FieldError,
    Invalid,
    MalformedRequest,
    MissingIdempotencyKey,
    PermissionMissing,
    Text,
    Unauthenticated,
    VersionRequired,
)
from app.core.tokens import Claims, InvalidToken
from app.policy import Actor, Permission


@dataclass(frozen=True, slots=True)
class Call:
    """The facts of a request, read before a thread is taken."""

    kernel: Kernel
    permission: Permission | None
    claims: Claims | None
    negotiation: Negotiation
    status: int
    key: str | None
    fingerprint: bytes
    expected: int | None
    raw: bytes


def authenticate(request: Request) -> None:
    """Check token and rate limit before anything is read: strangers learn nothing about forms and parameters."""
    if "claims" in request.scope:
        return  # the express counter has done it, and nobody is counted twice
    kernel: Kernel = request.app.state.kernel
    claims = _claims(request, kernel)
    request.scope["claims"] = claims
    request.scope["rate"] = kernel.limiter.hit(claims.subject)


async def admit(request: Request, permission: Permission | None, *, keyed: bool, versioned: bool, status: int) -> Call:
    """Gather the facts of a request and check its headers; no database yet."""
    kernel: Kernel = request.app.state.kernel
    raw = await request.body()
    key = _idempotency_key(request) if keyed else None
    return Call(
        kernel=kernel,
        permission=permission,
        claims=request.scope.get("claims"),
        negotiation=Negotiation.of(request),
        status=status,
        key=key,
        fingerprint=fingerprint_of(request.method, request.url.path, request.url.query, raw) if key else b"",
        expected=_expected(request) if versioned else None,
        raw=raw,
    )


def run(call: Call, endpoint: Callable[..., Any], given: dict[str, str], values: dict[str, Any]) -> Answer:
    """Open, check, call, serialise, remember, commit. Runs in a worker thread."""
    if call.claims is None and "db" not in given.values():
        return _call(call, endpoint, given, values, None, None)
    if call.claims is None:
        with call.kernel.work.as_system() as db:
            return _call(call, endpoint, given, values, db, None)
    with call.kernel.work.as_actor(call.claims) as (db, actor):
        if call.permission is not None and not actor.may(call.permission):
            raise PermissionMissing(permission=call.permission.value)
        known = recall(db, actor, call.key, call.fingerprint) if call.key else None
        if known is not None:
            return known
        answer = _call(call, endpoint, given, values, db, actor)
        if call.key:
            remember(db, actor, call.key, call.fingerprint, answer)
        return answer


def _call(
    call: Call,
    endpoint: Callable[..., Any],
    given: dict[str, str],
    values: dict[str, Any],
    db: Session | None,
    actor: Actor | None,
) -> Answer:
    offered = {
        "db": db,
        "actor": actor,
        "now": clock.now(),
        "expected": call.expected,
        "raw": call.raw,
        "kernel": call.kernel,
        "media_type": call.negotiation.media_type,
    }
    if call.negotiation.wants_table:
        _whole(values)
    result = endpoint(**values, **{name: offered[what] for name, what in given.items()})
    if db is not None:
        db.flush()  # constraints speak before the answer is written
    return answer_of(result, call.negotiation, call.status, endpoint.__annotations__.get("return"))


def _whole(values: dict[str, Any]) -> None:
    """A table is the whole list, not its first page, unless the client says how many rows it wants."""
    for value in values.values():
        if isinstance(value, PageQuery) and "limit" not in value.model_fields_set:
            value.limit = TABLE_ROWS


def _claims(request: Request, kernel: Kernel) -> Claims:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    try:
        return kernel.tokens.open(token.strip(), now=int(clock.now().timestamp()))
    except InvalidToken as error:
        raise Unauthenticated(error.reason_code.value) from None


def _idempotency_key(request: Request) -> str:
    given = request.headers.get("idempotency-key", "")
    if not given.strip().strip('"'):
        raise MissingIdempotencyKey
    key = sound_key(given)
    if key is None:
        raise Invalid(
            errors=[
                FieldError(
                    "header:Idempotency-Key",
                    "invalid_text",
                    "Höchstens 200 druckbare ASCII-Zeichen.",
                    "At most 200 printable ASCII characters.",
                )
            ]
        )
    return key


def sound_key(given: str) -> str | None:
    """The key out of an Idempotency-Key header, or None when it is none."""
    key = given.strip().strip('"')
    return key if 0 < len(key) <= 200 and key.isascii() and key.isprintable() else None


def fingerprint_of(method: str, path: str, query: str, raw: bytes) -> bytes:
    """What makes two requests the same: method, path, query and every byte of the body."""
    return hashlib.sha256(f"{method} {path}?{query}\n".encode() + raw).digest()


def _expected(request: Request) -> int:
    match = request.headers.get("if-match", "").strip()
    if not match:
        raise VersionRequired
    digits = match.removeprefix("W/").strip('"')
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise MalformedRequest(reason=Text('If-Match ist keine Fassung wie "3"', 'If-Match is no version such as "3"'))
    return int(digits)
