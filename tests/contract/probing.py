"""Sending what should be refused, and judging the refusal."""

import http.client
import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from sqlalchemy import Engine, text

from app.core.problems import Problem
from app.policy import GRANTS, Permission, Role
from tests.api import Api
from tests.contract.operations import FORM, JSON, Operation, example
from tests.world import World

MARK = "zzmark4711"
"""Stands in what is sent; no refusal may tell it back, except as the name of a field or parameter."""
LEAKS = ("Traceback", "sqlalchemy", "psycopg", "pydantic", 'File "', "SELECT ")


class Prober:
    """Speaks as whoever an operation needs, and collects what was answered wrongly."""

    def __init__(self, world: World, operation: Operation) -> None:
        self.world, self.operation = world, operation
        self.faults: list[str] = []

    def headers(self, **changes: str | None) -> dict[str, str]:
        """The headers of a request that would be admitted; None takes one away."""
        operation = self.operation
        made: dict[str, str | None] = {"Accept": JSON}
        if operation.permission is not None:
            made["Authorization"] = self.token(role_with(operation.permission))
        if operation.keyed:
            made["Idempotency-Key"] = str(uuid4())
        if operation.versioned:
            made["If-Match"] = '"1"'
        if operation.media_types:
            made["Content-Type"] = JSON if operation.reads_json else operation.media_types[0]
        made |= {name.replace("_", "-"): value for name, value in changes.items()}
        return {name: value for name, value in made.items() if value is not None}

    def token(self, role: Role, scopes: frozenset[str] = frozenset()) -> str:
        account_id = self.api(role).account_id
        assert account_id is not None
        return f"Bearer {self.world.token(account_id, scopes)}"

    def api(self, role: Role) -> Api:
        return self.world.as_(role)

    def body(self) -> bytes | None:
        """A body that fits the schema."""
        if self.operation.reads_json:
            return json.dumps(example(self.operation.bodies()[0])).encode()
        if FORM in self.operation.media_types:
            return b"grant_type=client_credentials"
        return b"[]" if self.operation.media_types else None

    def ask(
        self,
        what: str,
        status: int | set[int],
        *,
        url: str | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        pointer: str | list[str] | None = None,
    ) -> None:
        """Send, and note everything that is wrong with the refusal."""
        content = self.body() if content is None else content
        response = self.world.http.request(
            self.operation.method,
            url or self.operation.url(),
            content=content,
            headers=dict(self.headers() if headers is None else headers),
        )
        pointers = [pointer] if isinstance(pointer, str) else pointer or []
        self.judge(what, status, response.status_code, response.headers, response.content, pointers)

    def announce(self, what: str, length: int) -> None:
        """Announce a body of this length and send none of it."""
        parts = urlsplit(str(self.world.http.base_url))
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.putrequest(self.operation.method, self.operation.url())
        for name, value in {**self.headers(), "Content-Length": str(length)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        self.judge(what, 413, response.status, httpx.Headers(response.getheaders()), response.read())
        connection.close()

    def judge(
        self,
        what: str,
        wanted: int | set[int],
        status: int,
        headers: httpx.Headers,
        body: bytes,
        pointers: Sequence[str] = (),
    ) -> None:
        wanted = {wanted} if isinstance(wanted, int) else wanted
        told = body.decode("utf-8", "replace")
        if status not in wanted:
            self.note(what, f"{status} instead of {sorted(wanted)}: {told[:300]}")
            return
        if str(status) not in self.operation.spec["responses"]:
            self.note(what, f"{status} is not documented")
        if headers["content-type"] != "application/problem+json":
            self.note(what, f"is {headers['content-type']}")
            return
        problem = json.loads(body)
        if problem["status"] != status or problem["type"].rpartition("/")[2] not in Problem.catalogue:
            self.note(what, f"unknown problem {problem}")
        pointed = [error["pointer"] for error in problem.get("errors", [])]
        if missed := [one for one in pointers if not any(place.startswith(one) for place in pointed)]:
            self.note(what, f"does not point to {missed}: {told[:300]}")
        if leaked := [word for word in (*LEAKS, MARK) if word in told]:
            self.note(what, f"tells {leaked}: {told[:300]}")

    def note(self, what: str, fault: str) -> None:
        self.faults.append(f"{what}: {fault}")

    def done(self) -> None:
        assert not self.faults, f"{self.operation}\n" + "\n".join(self.faults)


def role_with(permission: Permission) -> Role:
    """Somebody who may."""
    return next(role for role, granted in GRANTS.items() if permission in granted)


def role_without(permission: Permission) -> Role | None:
    """Somebody who may not; None where everybody may."""
    return next((role for role, granted in GRANTS.items() if permission not in granted), None)


class Ledger:
    """What stands in the database, table by table."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.before, self.writers = self.read(), self._writers()

    def changed(self) -> set[str]:
        """The tables that hold something else than at first; looked at only if a transaction has written since."""
        if (writers := self._writers()) == self.writers:
            return set()
        self.writers = writers
        after = self.read()
        return {name for name in after if after[name] != self.before[name]}

    def _writers(self) -> int:
        """How many transactions have ever written (or locked) something: none gets a number before it does."""
        with self.engine.connect() as connection:
            return int(connection.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")) or 0)

    def read(self) -> dict[str, str]:
        """A digest of each table's rows."""
        with self.engine.connect() as connection:
            names = connection.scalars(
                text("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'jobs')")
            ).all()
            parts = [
                f"SELECT '{name}', count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') "
                f"FROM {name} AS t"
                for name in names
            ]
            rows = connection.execute(text(" UNION ALL ".join(parts)))
            return {row[0]: row[1] for row in rows}
