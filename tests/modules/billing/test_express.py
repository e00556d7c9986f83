"""The express counter answers as the ordinary way does, writes what it writes, and refuses nothing itself."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.core.answers import Answer
from app.core.call import fingerprint_of
from app.core.db import make_express_pool
from app.core.express import Asked, Counter, Desk, Question
from app.core.http import Route
from app.modules.billing.express import Push, Read, Search
from app.modules.billing.router import router
from app.modules.identity import identify
from app.policy import Actor, Role
from tests.stories.helps import given_help, record_body
from tests.world import World

PATH = "/v1/service-records"
ORDINARY = [("X-Twice", "a"), ("X-Twice", "b")]  # what is said twice is not plain
CHANGING = ("id", "external_id", "instance", "next")
WRITTEN = {
    "audit_entry": "tenant_id, at, actor_id, actor_organisation_id, action, subject_kind, from_state, to_state, law, "
    "details ->> 'records'",
    "event": "tenant_id, type, subject_kind, at, actor_id, actor_organisation_id, action, from_state, to_state, "
    "audience, data",
}


def ask(world: World, method: str, path: str, *, ordinary: bool, role: Role, **options: Any) -> httpx.Response:
    headers = [*world.as_(role).bearer().items(), *options.pop("headers", {}).items(), *(ORDINARY if ordinary else [])]
    return world.http.request(method, path, headers=headers, **options)


def told(response: httpx.Response) -> tuple[Any, ...]:
    """An answer without what differs from request to request."""
    names = sorted(set(response.headers) - {"date", "content-length", "x-request-id", "ratelimit"})
    body = {name: value for name, value in response.json().items() if name not in CHANGING}
    return response.status_code, response.headers.get("content-type"), names, body


def left(world: World, record_id: str) -> dict[str, Any]:
    """What a push left in the database besides its answer."""
    with world.kernel.work.as_system() as db:
        wanted = {"id": record_id}
        found: dict[str, Any] = {
            table: [
                tuple(row) for row in db.execute(text(f"SELECT {columns} FROM {table} WHERE subject_id = :id"), wanted)
            ]
            for table, columns in WRITTEN.items()
        }
        row = dict(db.execute(text("SELECT * FROM service_record WHERE id = :id"), wanted).mappings().one())
        found["record"] = {name: value for name, value in row.items() if name not in ("id", "external_id")}
        kept = text(
            "SELECT status, headers, body, created_at, organisation_id FROM idempotency_key WHERE body LIKE :id"
        )
        found["kept"] = [tuple(row) for row in db.execute(kept, {"id": f'%"id":"{record_id}"%'})]
    return found


PUSHES: list[dict[str, Any]] = [
    {},
    {"worker": "FK-1/2", "note": 'Ort: Ämtchen, „leise“ \u00fc \\ " </b>', "session": "S-1"},
    {"activity": "group_session", "participants": 5, "staff": 2},
    {"activity": "no_show", "notice_hours": 3},
    {"starts_at": "2026-02-03T13:00:00.123456+01:00", "ends_at": "2026-02-03T14:30:00.5+01:00"},
    {"starts_at": "2026-02-03T23:30:00+01:00", "ends_at": "2026-02-04T00:30:00+01:00", "crosses_midnight": True},
    {"note": "  mit Rand  "},
]


@pytest.mark.parametrize("changes", PUSHES)
def test_a_push_is_answered_and_written_as_on_the_ordinary_way(
    world: World, statements: list[str], changes: dict[str, Any]
) -> None:
    help_ = given_help(world)
    answers = []
    for ordinary in (False, True):
        body, key = record_body(help_, **changes), {"Idempotency-Key": str(uuid4())}
        world.as_(Role.PROVIDER_SYNC)
        statements.clear()
        first = ask(world, "POST", PATH, ordinary=ordinary, role=Role.PROVIDER_SYNC, json=body, headers=key)
        assert bool(statements) == ordinary, statements
        again = ask(world, "POST", PATH, ordinary=not ordinary, role=Role.PROVIDER_SYNC, json=body, headers=key)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert first.headers["Location"] == again.headers["Location"] == f"{PATH}/{first.json()['id']}"
        answers.append(first)
    assert told(answers[0]) == told(answers[1])
    assert list(answers[0].json()) == list(answers[1].json())
    express, ordinary_ = (left(world, answer.json()["id"]) for answer in answers)
    for rows in (express, ordinary_):
        ((status, headers, stored, *rest),) = rows.pop("kept")
        assert (status, set(headers), json.loads(stored)["worker"], len(rest)) == (
            201,
            {"Location"},
            changes.get("worker", "FK-07"),
            2,
        )
    hashes = [express["record"].pop("content_hash"), ordinary_["record"].pop("content_hash")]
    assert hashes[0] == hashes[1]
    assert express == ordinary_


REFUSED: dict[str, dict[str, Any]] = {
    "no body": {"content": b""},
    "no json": {"content": b"{"},
    "a name twice": {"content": b'{"worker": "a", "worker": "b"}'},
    "an array": {"content": b"[]"},
    "another type": {"headers": {"Content-Type": "text/plain"}},
    "packed": {"headers": {"Content-Encoding": "gzip"}},
    "no key": {"headers": {"Idempotency-Key": ""}},
    "a long key": {"headers": {"Idempotency-Key": "x" * 201}},
    "a parameter": {"path": f"{PATH}?dry=1"},
    "nothing acceptable": {"headers": {"Accept": "image/png"}},
    "no such help": {"changes": {"help_id": str(uuid4())}},
    "outside the help": {
        "changes": {"starts_at": "2025-12-31T13:00:00Z", "ends_at": "2025-12-31T14:00:00Z"},
    },
    "in the future": {"changes": {"starts_at": "2026-03-02T09:30:00Z", "ends_at": "2026-03-02T10:00:00Z"}},
    "unsound": {"changes": {"participants": 3}},
    "unknown member": {"changes": {"minutes": 90}},
    "no right": {"role": Role.CASEWORKER},
    "no token": {"headers": {"Authorization": "Bearer x"}},
    "English": {"headers": {"Accept-Language": "en"}, "changes": {"worker": "Erika Mustermann"}},
}


def test_what_is_refused_is_refused_alike_and_leaves_nothing(world: World) -> None:
    help_ = given_help(world)
    for name, case in REFUSED.items():
        answers = []
        for ordinary in (False, True):
            content = json.dumps(record_body(help_, **case.get("changes", {}))).encode()
            headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json", **case.get("headers", {})}
            role, path = case.get("role", Role.PROVIDER_SYNC), case.get("path", PATH)
            given = [*world.as_(role).bearer().items()] if "Authorization" not in headers else []
            headers_ = [*given, *headers.items(), *(ORDINARY if ordinary else [])]
            answers.append(world.http.post(path, content=case.get("content", content), headers=headers_))
        assert told(answers[0]) == told(answers[1]), name
        assert answers[0].status_code >= 400, name
    assert world.as_(Role.PROVIDER_SYNC).get(PATH)["items"] == []


def test_reading_is_answered_alike(world: World, statements: list[str]) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    made = [sync.post(PATH, record_body(help_, **changes)) for changes in (*PUSHES, *({} for _ in range(5)))]
    sync.post(f"{PATH}/{made[0]['id']}:reverse", {"reason": "falscher Tag"}, status=200)
    pages = ["", "?limit=5", "?sort=service_on&limit=2", f"?help_id={help_['id']}", f"?help_id={uuid4()}"]
    pages += ["?first=2026-02-03&last=2026-02-03", "?last=2026-02-01", "?worker=FK-07", "?billed=false&limit=3"]
    pages += ["?include_total=true", "?limit=0", "?limit=", "?cursor=x", "?sort=worker", "?what=1", "?limit=1&limit=2"]
    express = 0
    for role in (Role.PROVIDER_SYNC, Role.FINANCE_OFFICER, Role.PLANNER):
        for path in [*(PATH + page for page in pages), *(f"{PATH}/{one['id']}" for one in made), f"{PATH}/{uuid4()}"]:
            plain, ordinary = (ask(world, "GET", path, ordinary=way, role=role) for way in (False, True))
            assert told(plain) == told(ordinary), path
            if plain.is_success:
                assert plain.content == ordinary.content, path
                assert plain.headers.get("Link") == ordinary.headers.get("Link")
                statements.clear()
                ask(world, "GET", path, ordinary=False, role=role)
                express += not statements
    assert express == 2 * (6 + 1 + len(made))


def test_a_list_is_walked_to_its_end_on_either_way(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    ids = [sync.post(PATH, record_body(help_))["id"] for _ in range(7)]
    for begins_ordinary in (False, True):
        ordinary, query, seen = begins_ordinary, "?limit=2&sort=service_on", list[str]()
        while query:
            page = ask(world, "GET", PATH + query, ordinary=ordinary, role=Role.PROVIDER_SYNC).json()
            seen += [item["id"] for item in page["items"]]
            query = f"?limit=2&sort=service_on&cursor={page['next']}" if page["next"] else ""
            ordinary = not ordinary
        assert seen == sorted(ids)


def test_one_key_and_one_record_pushed_by_many_on_both_ways_is_one_effect(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    body, key = record_body(help_), {"Idempotency-Key": str(uuid4())}
    sync.bearer()

    def push(number: int) -> httpx.Response:
        headers = key if number % 2 else {"Idempotency-Key": str(uuid4())}
        return ask(world, "POST", PATH, ordinary=number % 3 == 0, role=Role.PROVIDER_SYNC, json=body, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(push, range(24)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    with world.kernel.work.as_system() as db:
        rows = db.scalar(
            text("SELECT count(*) FROM audit_entry WHERE tenant_id = :id AND action = 'service_record.record'"),
            {"id": world.youth_office.id},
        )
    assert rows == 1


class Mishap(Push):
    """A desk whose statement the database refuses."""

    def questions(self, asked: Sequence[Asked], actor: Actor, at: datetime) -> list[Question]:
        return [*super().questions(asked, actor, at), ("SELECT 1 / 0", {})]


def trip(url: str, desk: Desk, pushes: Sequence[tuple[World, dict[str, Any]]]) -> list[Answer | None]:
    """Serve pushes as if all had come while another was under way."""
    route = SimpleNamespace(methods={"POST"}, path_format=PATH)
    given = [(world, json.dumps(body).encode(), world.as_(Role.PROVIDER_SYNC).bearer()) for world, body in pushes]

    async def run() -> list[Answer | None]:
        async with make_express_pool(url, size=1) as pool:
            counter, batch = Counter(desk, route, pool, identify), []
            for world, body, bearer in given:
                now = world.clock.now
                claims = world.kernel.tokens.open(bearer["Authorization"][7:], now=int(now.timestamp()))
                asked = Asked(claims, PATH, "", body, str(uuid4()), fingerprint_of("POST", PATH, "", body), now)
                asked.content = desk.understand(asked)
                batch.append(asked)
            return await asyncio.gather(*(counter.serve(asked) for asked in batch))

    return asyncio.run(run())


def test_one_trip_serves_several_providers_each_under_its_own_name(world: World, database_url: str) -> None:
    other = World(world.kernel, world.http, world.clock, world.ticker)
    mine, theirs = given_help(world), given_help(other)
    pushes = [
        (world, record_body(mine)),
        (other, record_body(theirs)),
        (other, record_body(mine)),  # another provider's help: not plain, and nothing of it is written
        (world, record_body(mine)),
    ]
    answers = trip(database_url, Push(), pushes)
    assert [answer is not None for answer in answers] == [True, True, False, True]
    with world.kernel.work.as_system() as db:
        wanted = text(
            "SELECT provider_id, recorded_by, xmin::text FROM service_record WHERE help_id IN (:mine, :theirs)"
        )
        rows = db.execute(wanted, {"mine": mine["id"], "theirs": theirs["id"]}).all()
    assert sorted(row.provider_id for row in rows) == sorted([world.provider.id, world.provider.id, other.provider.id])
    for row in rows:
        party = world.provider if row.provider_id == world.provider.id else other.provider
        assert row.recorded_by == party.accounts[Role.PROVIDER_SYNC]
    assert len({row.xmin for row in rows}) == 1


def test_a_trip_that_fails_leaves_nothing_and_everybody_goes_the_ordinary_way(world: World, database_url: str) -> None:
    help_ = given_help(world)
    assert trip(database_url, Mishap(), [(world, record_body(help_)) for _ in range(3)]) == [None, None, None]
    assert world.as_(Role.PROVIDER_SYNC).get(PATH)["items"] == []


def test_a_locked_account_is_out_at_once(world: World) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    record = sync.post(PATH, record_body(help_))
    with world.kernel.work.as_system() as db:
        db.execute(text("UPDATE account SET is_active = false WHERE id = :id"), {"id": sync.account_id})
    for path in (PATH, f"{PATH}/{record['id']}"):
        sync.get(path, status=401)
    sync.post(PATH, record_body(help_), status=401)


def test_the_desks_name_what_the_routes_name() -> None:
    needed = {route.name: route.plan.permission for route in router.routes if isinstance(route, Route)}
    for desk in (Push(), Read(), Search()):
        assert needed[desk.name] is desk.permission
