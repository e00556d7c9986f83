"""Busy routes, answered together and in front of the framework.

Requests that arrive while a trip to the database is under way are taken by the next one together: one transaction,
one commit, however many they are. Nobody waits for company. Each account's part runs under its own organisation, so
row-level security holds as it does for single requests.

A desk knows the plain case of one route and nothing else. Whatever is not plain (a form that is not valid, a right
that is missing, a key that is known, a batch that failed) goes the ordinary way from its beginning: that alone says
no, and a request can therefore not spoil its neighbours.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from psycopg import AsyncConnection, Error
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import clock
from app.core.answers import Answer, accepts_json
from app.core.call import fingerprint_of, sound_key
from app.core.kernel import Kernel
from app.core.log import log
from app.core.problems import Unavailable
from app.core.tokens import Claims, InvalidToken
from app.core.work import API_ROLE
from app.policy import Actor, Permission

MOST_TOGETHER = 64
MOST_WAITING = 2_000
TRIPS_AT_ONCE = 2
"""Per route: one batch is made ready while the other commits."""
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_UNDER = f"SELECT set_config('handschlag.organisation', %s, true), set_config('role', '{API_ROLE}', true)"

Rows = list[tuple[Any, ...]]
Question = tuple[str, Mapping[str, Any]]
"""A statement and its parameters."""
Identify = Callable[[AsyncConnection, Sequence[Claims]], Awaitable[dict[Claims, Actor]]]


@dataclass(slots=True, eq=False)
class Asked:
    """One request, its answer to come."""

    claims: Claims
    path: str
    query: str
    body: bytes
    key: str | None
    fingerprint: bytes
    at: datetime
    content: Any = None
    answer: "asyncio.Future[Answer | None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Desk(Protocol):
    """The plain case of one route."""

    @property
    def name(self) -> str:
        """The operation, as the framework's route is called."""

    @property
    def permission(self) -> Permission:
        """What its callers must be allowed."""

    def understand(self, asked: Asked) -> Any:
        """The content of a plain request, or None."""

    def questions(self, asked: Sequence[Asked], actor: Actor, at: datetime) -> list[Question]:
        """What to ask the database for the requests of one account."""

    def answers(self, asked: Sequence[Asked], actor: Actor, results: Sequence[Rows]) -> Sequence[Answer | None]:
        """One answer for each request; None for those that are not plain after all."""


class Express:
    """Stands in front of the application and serves what its desks understand."""

    def __init__(self, app: ASGIApp, kernel: Kernel, counters: Sequence["Counter"]) -> None:
        self._app, self._kernel = app, kernel
        self._counters = {(counter.method, counter.path): counter for counter in counters}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        counter = self._counter(scope) if scope["type"] == "http" else None
        if counter is None:
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []
        asked = await self._read(scope, receive, counter, messages)
        answer = await counter.serve(asked) if asked else None
        if answer is None:
            await self._app(scope, _again(messages, receive), send)
            return
        scope["route"] = counter.route
        await _send(answer, send)

    def _counter(self, scope: Scope) -> "Counter | None":
        method, path = scope["method"], scope["path"]
        counter = self._counters.get((method, path))
        if counter is None:
            folder, _, last = path.rpartition("/")
            counter = self._counters.get((method, folder + "/{id}"))
            if counter is None or not _ID.fullmatch(last):
                return None
        return counter if counter.is_open else None

    async def _read(self, scope: Scope, receive: Receive, counter: "Counter", messages: list[Message]) -> Asked | None:
        """The request as a desk takes it, or None: the ordinary way says what is wrong with it."""
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]) or b"content-encoding" in headers:
            return None
        claims = self._claims(headers.get(b"authorization", b""))
        if claims is None or not accepts_json(headers.get(b"accept", b"*/*").decode("latin-1").lower()):
            return None
        key = None
        if counter.method == "POST":
            key = sound_key(headers.get(b"idempotency-key", b"").decode("latin-1"))
            media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
            if key is None or media_type != b"application/json":
                return None
        body = await _body(receive, messages)
        if body is None:
            return None
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        fingerprint = fingerprint_of(counter.method, path, query, body) if key else b""
        asked = Asked(claims, path, query, body, key, fingerprint, clock.now())
        asked.content = counter.desk.understand(asked)
        if asked.content is None:
            return None
        scope["claims"], scope["rate"] = claims, self._kernel.limiter.hit(claims.subject)
        return asked

    def _claims(self, authorization: bytes) -> Claims | None:
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            return self._kernel.tokens.open(token.strip(), now=int(clock.now().timestamp()))
        except InvalidToken:
            return None


@dataclass(slots=True, eq=False)
class Counter:
    """Where the requests of one route gather.

    Args:
        route: the framework's route that this stands for.
    """

    desk: Desk
    route: Any
    pool: AsyncConnectionPool[AsyncConnection]
    identify: Identify
    _waiting: deque[Asked] = field(default_factory=deque)
    _trips: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def method(self) -> str:
        """The method of the route."""
        return str(next(iter(self.route.methods)))

    @property
    def path(self) -> str:
        """The path of the route, whose parameter is called id here."""
        return re.sub(r"\{\w+\}", "{id}", self.route.path_format)

    @property
    def is_open(self) -> bool:
        """Whether the process has started and not begun to stop."""
        return not self.pool.closed

    async def serve(self, asked: Asked) -> Answer | None:
        """The answer, or None when the ordinary way must find it.

        Raises:
            Unavailable: too many wait already.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable
        self._waiting.append(asked)
        if len(self._trips) < TRIPS_AT_ONCE:
            trip = asyncio.create_task(self._work())
            self._trips.add(trip)
            trip.add_done_callback(self._trips.discard)
        return await asked.answer

    async def _work(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
            try:
                await self._trip(batch)
            except Error:
                log.warning("express_trip_failed", route=self.route.path_format)
            except Exception:
                log.exception("express_trip_broken", route=self.route.path_format)
            finally:
                for asked in batch:
                    if not asked.answer.done():
                        asked.answer.set_result(None)

    async def _trip(self, batch: Sequence[Asked]) -> None:
        """Ask the database for all of a batch in one transaction; answers leave after its commit."""
        parties: dict[Claims, list[Asked]] = {}
        for asked in batch:
            parties.setdefault(asked.claims, []).append(asked)
        sent = []
        async with self.pool.connection() as db:
            actors = await self.identify(db, list(parties))
            async with db.pipeline():
                await db.execute("BEGIN")
                for claims, party in parties.items():
                    actor = actors.get(claims)
                    if actor is None or not actor.may(self.desk.permission):
                        continue
                    await db.execute(_UNDER, (str(actor.organisation_id),))
                    questions = self.desk.questions(party, actor, clock.now())
                    sent.append((party, actor, [await db.execute(*question) for question in questions]))
                await db.execute("COMMIT")
            for party, actor, cursors in sent:
                results = [await cursor.fetchall() for cursor in cursors]
                for asked, answer in zip(party, self.desk.answers(party, actor, results), strict=True):
                    asked.answer.set_result(answer)


async def _body(receive: Receive, messages: list[Message]) -> bytes | None:
    """The whole body; None when the client has gone."""
    while True:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            return None
        if not message.get("more_body", False):
            break
    return b"".join(message.get("body", b"") for message in messages)


def _again(messages: list[Message], receive: Receive) -> Receive:
    """What was read already, then what comes."""
    if not messages:
        return receive
    read = deque(messages)

    async def again() -> Message:
        return read.popleft() if read else await receive()

    return again


async def _send(answer: Answer, send: Send) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    headers += [(b"content-length", str(len(answer.body)).encode()), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
