"""The outermost layer, pure ASGI: request id, size limit, HEAD, log line, metrics, and a problem for what breaks."""

import json
import time
from collections.abc import Mapping
from typing import Any

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import __version__
from app.core.ids import new_id
from app.core.log import log
from app.core.problems import BodyTooLarge, Problem, language_of
from app.core.ratelimit import Rate

_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
REQUESTS = Counter("handschlag_requests_total", "Answered requests", ["method", "route", "status"])
SECONDS = Histogram("handschlag_request_seconds", "Time to the answer", ["method", "route"])
_FIXED = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"api-version", __version__.encode()),
    (b"vary", b"Accept, Accept-Language, Authorization"),
)


class _TooLarge(Exception):
    """More body came than is taken here."""


class Envelope:
    """Wraps the application; everything that leaves the process goes through `_Sender`."""

    def __init__(self, app: ASGIApp, *, body_limit: int, larger: Mapping[str, int]) -> None:
        self.app, self.body_limit, self.larger = app, body_limit, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        method = scope["method"]
        if method == "HEAD":
            scope = {**scope, "method": "GET"}  # the server's own scope stays as it is: it minds the body's length
        sender = _Sender(scope, send, headers, method)
        limit = next((most for end, most in self.larger.items() if scope["path"].endswith(end)), self.body_limit)
        try:
            if _declared(headers) > limit:
                raise _TooLarge
            await self.app(scope, _limited(receive, limit), sender)
        except _TooLarge:
            await sender.problem(BodyTooLarge(limit=limit))
        except Problem as problem:
            await sender.problem(problem)
        except Exception:
            log.exception("request_failed", request_id=sender.request_id, route=sender.route())
            await sender.problem(Problem())
        finally:
            sender.count()


def _declared(headers: dict[bytes, str]) -> int:
    length = headers.get(b"content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what really comes; a declared length may lie."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise _TooLarge
        return message

    return counted


class _Sender:
    """Sends the answer with the house's headers; knows whether it has begun."""

    def __init__(self, scope: Scope, send: Send, headers: dict[bytes, str], method: str) -> None:
        self.scope, self.send, self.headers = scope, send, headers
        self.method = method
        self.request_id = str(new_id())
        self.started = False
        self.status = 500
        self.begun = time.perf_counter()
        scope["request_id"] = self.request_id

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            message = {**message, "headers": [*message.get("headers", []), *self._own(message)]}
        elif self.method == "HEAD" and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self.send(message)

    def _own(self, message: Message) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in message.get("headers", [])}
        own = [(b"x-request-id", self.request_id.encode()), *_FIXED]
        if b"cache-control" not in present:
            own.append((b"cache-control", b"no-store"))
        parent = self.headers.get(b"traceparent", "")
        if 0 < len(parent) <= 100 and parent.isprintable():
            own.append((b"traceparent", parent.encode("latin-1")))
        rate = self.scope.get("rate")
        if isinstance(rate, Rate) and b"ratelimit" not in present:
            own += [(name.lower().encode(), value.encode()) for name, value in rate.headers().items()]
        return [(name, value) for name, value in own if name not in present]

    async def problem(self, problem: Problem) -> None:
        """Answer with a problem, unless the answer has begun."""
        if self.started:
            return
        language = language_of(self.headers.get(b"accept-language"))
        body = json.dumps(problem.render(language, instance=self.request_id), ensure_ascii=False).encode()
        headers: list[Any] = [
            (b"content-type", b"application/problem+json"),
            (b"content-language", language.encode()),
            (b"content-length", str(len(body)).encode()),
            *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
        ]
        await self({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self({"type": "http.response.body", "body": body})

    def route(self) -> str:
        """The route's template: paths carry ids, and ids do not belong into logs of other systems."""
        route = self.scope.get("route")
        template = getattr(route, "path_format", None)
        return template or "unknown"

    def count(self) -> None:
        """Write the log line and the metrics."""
        seconds, route = time.perf_counter() - self.begun, self.route()
        method = self.method if self.method in _METHODS else "other"  # a stranger must not fill the memory with labels
        REQUESTS.labels(method, route, str(self.status)).inc()
        SECONDS.labels(method, route).observe(seconds)
        log.info(
            "request",
            method=self.method,
            route=route,
            status=self.status,
            ms=round(seconds * 1000, 1),
            request_id=self.request_id,
        )
