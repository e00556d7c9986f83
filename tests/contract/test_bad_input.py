"""What cannot be right is refused by every operation, with the right status, as a problem, and changes nothing."""

import gzip
import json
from collections.abc import Iterator
from posixpath import normpath
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url

from app.core import clock as time_source
from app.core.kernel import Kernel
from app.policy import Permission
from tests.contract.operations import METHODS, Operation, alternatives, document, example, operations, resolved
from tests.contract.probing import MARK, Ledger, Prober, role_with, role_without
from tests.world import Clock, World

ALL = operations()
WITH_JSON = [operation for operation in ALL if operation.reads_json]
IMPORTS = [operation for operation in ALL if operation.path.endswith(":import")]
WITH_BODY = [operation for operation in ALL if operation.media_types]
WITH_QUERY = [operation for operation in ALL if operation.parameters("query")]
WITH_PATH = [operation for operation in ALL if operation.parameters("path")]
PLAIN = {operation.path for operation in ALL if not operation.parameters("path")}
GUARDED = [operation for operation in ALL if operation.permission]
VERSIONED = [operation for operation in ALL if operation.versioned]
KEYED = [operation for operation in ALL if operation.keyed]
DEEP = 100_000


@pytest.fixture(scope="module")
def everybody(kernel: Kernel, http: Any) -> Iterator[World]:
    """One office and one provider for all probes: they change nothing."""
    world = World(kernel, http, Clock(), None)  # type: ignore[arg-type]  # nothing falls due here
    world.staff()
    yield world
    time_source.use(None)


@pytest.fixture(scope="module")
def ledger(everybody: World, database_url: str) -> Iterator[Ledger]:
    engine = create_engine(make_url(database_url).set(username="postgres"))
    yield Ledger(engine)
    engine.dispose()


@pytest.fixture(autouse=True)
def nothing_changed(ledger: Ledger) -> Iterator[None]:
    """After each operation every table holds what it held before the first."""
    yield
    assert ledger.changed() == set()


def per(chosen: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", chosen, ids=str)


UNREADABLE = {
    "nothing": b"",
    "cut off": b'{"a": ',
    "two values": b"{} {}",
    "single quotes": b"{'a': 1}",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "too large a float": b'{"a": 1e400}',
    "too large an int": b'{"a": ' + b"9" * 5000 + b"}",
    "a name twice": b'{"a": 1, "a": 2}',
    "NUL": b'{"a": "\x00"}',
    "escaped NUL": b'{"a": "\\u0000"}',
    "escaped NUL as name": b'{"\\u0000": 1}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "surrogates in the wrong order": b'{"a": "\\udc00\\ud800"}',
    "invalid UTF-8": b'{"a": "\xff\xfe"}',
    "surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "overlong UTF-8": b'{"a": "\xc0\x80"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "deep arrays": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "deep and closed": b"[" * DEEP + b"]" * DEEP,
    "deep after a bracket in a string": b'{"a": "]", "b": ' + b"[" * 40 + b"]" * 40 + b"}",
}


@per(WITH_JSON)
def test_unreadable_json_is_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    for what, content in UNREADABLE.items():
        probe.ask(what, 400, content=content)
    probe.done()


TABLES = {
    "invalid UTF-8": b"a;b\n\xff\xfe;1\n",
    "NUL": b"a;b\n\x00;1\n",
    "unknown columns": b"zz_a;zz_b\n1;2\n",
    "a column twice": b"external_id;external_id\n1;2\n",
    "an endless name": b"x" * 300_000 + b"\n1\n",
    "an endless cell": b"external_id\n" + b"x" * 300_000 + b"\n",
    "an open quote": b'external_id\n"' + b"x" * 300_000,
    "no names": b"\n\n;;\n",
    "binary": bytes(range(256)),
}


@per(IMPORTS)
def test_unreadable_imports_are_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    assert set(operation.media_types) == {"application/json", "application/x-ndjson", "text/csv"}
    arrays = {what: b"[" + content + b"]" for what, content in UNREADABLE.items() if content}
    shapes = {"an object": b"{}", "a word": b'"x"', "rows of other shapes": b'[1, [], "x", null, {}]', "null": b"null"}
    for media_type, contents in {
        "application/json": {**UNREADABLE, **arrays, **shapes},
        "application/x-ndjson": {what: content for what, content in UNREADABLE.items() if content} | shapes,
        "text/csv": TABLES,
    }.items():
        for what, content in contents.items():
            headers = probe.headers(Content_Type=media_type)
            probe.ask(f"{media_type}: {what}", {400, 413, 422}, content=content, headers=headers)
    probe.ask("another format", 415, headers=probe.headers(Content_Type="application/xml"))
    probe.done()


@per(WITH_JSON)
def test_json_of_another_shape_is_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    for content in (b"[]", b"[{}]", b"null", b"true", b"12", b'"text"', f'"{MARK}"'.encode()):
        probe.ask(content.decode(), 422, content=content)
    tag = operation.tag
    for schema in operation.bodies():
        body, members = example(schema), schema["properties"]
        probe.ask("unknown field", 422, content=_json({**body, "zz_unknown": MARK}), pointer="/zz_unknown")
        for wrong in _rounds({name: wrong_values(inner) for name, inner in members.items()}, tag):
            what = ", ".join(f"{name} = {str(value)[:40]}" for name, value in wrong.items())
            probe.ask(what, 422, content=_json({**body, **wrong}), pointer=[f"/{name}" for name in wrong])
        required = [name for name in schema.get("required", []) if name != tag]
        if required:
            bare = {tag: body[tag]} if tag else {}
            probe.ask("without all", 422, content=_json(bare), pointer=[f"/{name}" for name in required])
        if sure := [name for name in required if not _may_be_null(members[name])]:
            nothing = {**body, **dict.fromkeys(sure)}
            probe.ask("null", 422, content=_json(nothing), pointer=[f"/{name}" for name in sure])
        if tag:
            untold = {name: value for name, value in body.items() if name != tag}
            probe.ask("without tag", 422, content=_json(untold), pointer=f"/{tag}")
            probe.ask("tag = null", 422, content=_json({**body, tag: None}), pointer=f"/{tag}")
    probe.done()


def _rounds(wrong: dict[str, list[Any]], tag: str) -> Iterator[dict[str, Any]]:
    """Each wrong value of each member once, many members in one body: a client is told of all at once.

    A wrong tag of a union hides what else is wrong and is sent alone.
    """
    yield from ({tag: value} for value in wrong.get(tag, ()))
    others = {name: values for name, values in wrong.items() if name != tag}
    for number in range(max(map(len, others.values()), default=0)):
        yield {name: values[number] for name, values in others.items() if number < len(values)}


def _may_be_null(schema: dict[str, Any]) -> bool:
    """Whether a member must be said, but may be said to be none."""
    return any(resolved(branch).get("type") == "null" for branch in schema.get("anyOf", []))


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def wrong_values(schema: dict[str, Any]) -> list[Any]:
    """Values of other types, beyond the limits, with characters no text has."""
    branches = alternatives(schema)
    if any(not {"type", "enum", "const"} & branch.keys() for branch in branches):
        return []  # anything fits
    types = {branch.get("type", "string") for branch in branches}
    wrong: list[Any] = []
    wrong += [] if "object" in types else [{MARK: MARK}]
    wrong += [] if "array" in types else [[MARK], []]
    wrong += [] if "boolean" in types else [True]
    wrong += [] if types & {"integer", "number"} else [12, 12.5, 10**18]
    if "string" not in types:
        wrong += [MARK, "1", ""]
    elif not any(branch.get("pattern") == "" for branch in branches):
        longest = max(branch.get("maxLength", 0) for branch in branches)
        wrong += ["", "a\u0007b", "x" * (longest + 1)] if longest else [MARK]
    for branch in branches:
        if branch.get("type") == "integer":
            wrong += [12.5, -(10**15), 10**18]
        if branch.get("type") == "array" and "maxItems" in branch:
            wrong += [[None], [example(branch["items"])] * (branch["maxItems"] + 1)]
    return wrong


@per(WITH_JSON)
def test_other_content_types_are_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    for media_type in (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "%",
    ):
        probe.ask(media_type, 415, headers=probe.headers(Content_Type=media_type))
    probe.ask("no content type", 415, headers=probe.headers(Content_Type=None))
    probe.done()


@per(WITH_BODY)
def test_compressed_and_oversized_bodies_are_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    content = gzip.compress(probe.body() or b"")
    for encoding in ("gzip", "br", "identity, gzip", "x"):
        probe.ask(encoding, 415, content=content, headers=probe.headers(Content_Encoding=encoding))
    settings = everybody.kernel.settings
    larger = [most for end, most in settings.larger_bodies.items() if operation.path.endswith(end)]
    limit = larger[0] if larger else settings.body_limit
    probe.announce("a long body announced", limit + 1)
    probe.announce("an endless body announced", 10**15)
    if not operation.path.endswith(":import"):
        probe.ask("a long body sent", 413, content=b" " * (limit + 1))
    probe.done()


@per(ALL)
def test_unknown_and_repeated_parameters_are_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    url = operation.url()
    for query in ("zz_unknown=1", f"{MARK}%20=1", "%00=1", "%ff=1", "=1", "zz[]=1"):
        probe.ask(query, 400, url=f"{url}?{query}")
    for item in operation.parameters("query"):
        name, value = item["name"], example(item["schema"])
        probe.ask(f"{name} twice", 400, url=f"{url}?{name}={value}&{name}={value}")
    probe.done()


@per(WITH_QUERY)
def test_wrong_values_of_parameters_are_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    url = operation.url()
    for item in operation.parameters("query"):
        name = item["name"]
        for value in ("%00", "a%00b", "%ff", *wrong_words(item["schema"])):
            probe.ask(f"{name}={value[:40]}", {400, 422}, url=f"{url}?{name}={value}", pointer=f"query:{name}")
    probe.done()


def wrong_words(schema: dict[str, Any]) -> Iterator[str]:
    """Words that cannot stand for the parameter."""
    for branch in alternatives(schema):
        kind = branch.get("type", "string")
        if kind == "integer":
            yield from ("x", "1.5", "1e3", "", "%20", "0x10", "9" * 400)
            yield from (str(branch["minimum"] - 1), str(branch["maximum"] + 1))
        elif kind == "boolean":
            yield from ("maybe", "2", "")
        elif branch.get("format") in ("uuid", "date", "date-time") or "enum" in branch:
            yield from ("", MARK, "2026-02-30", "0000-00-00", "99999-01-01", "12", "{}")
        else:
            yield "x" * (branch["maxLength"] + 1)


WRONG_IDS = (
    "x",
    "0",
    "%00",
    "%ff",
    "..",
    "%2e%2e%2f",
    "a" * 2000,
    "00000000-0000-0000-0000-00000000000g",
    "'; --",
    "-1",
)


@per(WITH_PATH)
def test_malformed_and_unknown_ids_are_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    probe.ask("random ids", 404)
    for item in operation.parameters("path"):
        name, schema = item["name"], resolved(item["schema"])
        for value in WRONG_IDS:
            wanted = {404, 405, 422} if schema.get("format") != "uuid" or value == ".." else {404, 422}
            url = operation.url(**{name: value})
            if normpath(url) in PLAIN:
                continue  # `..` is gone before the service is asked, and another route is meant
            probe.ask(f"{name}={value[:40]}", wanted, url=url)
    probe.done()


@per(KEYED)
def test_idempotency_key_is_demanded(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    probe.ask("missing", 400, headers=probe.headers(Idempotency_Key=None))
    probe.ask("empty", 400, headers=probe.headers(Idempotency_Key='""'))
    probe.ask("too long", 422, headers=probe.headers(Idempotency_Key="k" * 201))
    probe.done()


@per(VERSIONED)
def test_version_is_demanded(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    probe.ask("missing", 428, headers=probe.headers(If_Match=None))
    for match in ("*", '"x"', '""', '"1", "2"', '"-1"', '"1.0"', '"' + "9" * 40 + '"', MARK):
        probe.ask(match, {400, 422}, headers=probe.headers(If_Match=match))
    gone = 404 if operation in WITH_PATH else 412  # what there is one of, such as the own settings, is only stale
    probe.ask("of nothing", gone, headers=probe.headers(If_Match='"999999999"'))
    probe.done()


@per(GUARDED)
def test_tokens_are_demanded(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    good = probe.headers()["Authorization"]
    earlier = int(everybody.clock.now.timestamp()) - everybody.kernel.settings.token_seconds - 3600
    account_id = str(probe.api(role_with(_permission(operation))).account_id)
    head, body, signature = good.split(".")
    wrong = {
        "missing": None,
        "empty": "Bearer",
        "no scheme": good.removeprefix("Bearer "),
        "basic": "Basic eDp5",
        "nonsense": f"Bearer {MARK}",
        "without signature": f"{head}.{body}.",
        "other signature": f"{head}.{body}.{signature[::-1]}",
        "none": f"Bearer eyJhbGciOiJub25lIn0.{body}.",
        "expired": "Bearer " + everybody.kernel.tokens.issue(account_id, client_id=None, scopes=(), now=earlier),
        "of nobody": "Bearer "
        + everybody.kernel.tokens.issue(str(uuid4()), client_id=None, scopes=(), now=earlier + 3700),
        "very long": f"Bearer {'a' * 20_000}",
    }
    for what, value in wrong.items():
        probe.ask(what, 401, headers=probe.headers(Authorization=value))
        if operation.reads_json and what != "of nobody":  # strangers learn nothing about the form of a body
            probe.ask(f"{what}, bad body", 401, content=b"{", headers=probe.headers(Authorization=value))
    probe.done()


@per(GUARDED)
def test_permission_is_demanded(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    needed = _permission(operation)
    other = next(permission for permission in Permission if permission is not needed)
    narrowed = probe.token(role_with(needed), frozenset({other.value}))
    probe.ask("a token narrowed to something else", 403, headers=probe.headers(Authorization=narrowed))
    if role := role_without(needed):
        probe.ask(f"{role.value}", 403, headers=probe.headers(Authorization=probe.token(role)))
    probe.done()


def _permission(operation: Operation) -> Permission:
    assert operation.permission is not None
    return operation.permission


@per(ALL)
def test_other_methods_are_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    known = set(document()["paths"][operation.path])
    if "}:" in operation.path:  # `/forms/x:validate` is, by another method, the form with the id `x:validate`
        known |= set(document()["paths"].get(operation.path.rpartition(":")[0], ()))
    for method in set(METHODS) - known:
        response = everybody.http.request(method.upper(), operation.url(), headers=probe.headers())
        probe.judge(method, 405, response.status_code, response.headers, response.content)
        if {name.lower() for name in response.headers.get("allow", "").split(", ")} - {"head"} != known:
            probe.note(method, f"Allow: {response.headers.get('allow')}")
    probe.done()


@per([operation for operation in GUARDED if operation.method == "GET"])
def test_formats_nobody_makes_are_refused(everybody: World, operation: Operation) -> None:
    probe = Prober(everybody, operation)
    probe.ask("image", {404, 406}, headers=probe.headers(Accept="image/png"))
    probe.done()
