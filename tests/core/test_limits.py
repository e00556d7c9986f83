"""What is too large or too often is refused, and what is counted and logged names nobody."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
import structlog
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from app.core import log, refusals
from app.core.asgi import Envelope
from app.core.http import RawBody, Router, install, public
from app.core.problems import TooManyRequests
from app.core.ratelimit import Limiter
from app.policy import Role
from tests.core.inprocess import InProcess
from tests.stories.helps import given_help, record_body
from tests.world import World

LIMIT, BULK = 100, 200
NAME = "Mustermann"


def _router() -> Router:
    router = Router(root="")

    @router.post("/things")
    @router.post("/things:import")
    @public
    def measure(raw: RawBody) -> dict[str, int]:
        return {"bytes": len(raw)}

    @router.get("/broken/{name}")
    @public
    def break_down(name: str) -> dict[str, str]:
        raise ValueError(name)

    return router


@pytest.fixture
def client() -> InProcess:
    app = FastAPI()
    app.state.kernel = None
    refusals.install(app)
    install(app, (_router(),))
    app.add_middleware(Envelope, body_limit=LIMIT, larger={":import": BULK})
    return InProcess(app)


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Tells what the service has written to its standard output since it was asked last, as operators see it."""
    before = structlog.get_config()
    log.configure("info")
    yield lambda: capsys.readouterr().out
    structlog.configure(**before)


async def _in_pieces(count: int) -> object:
    for _ in range(count // 10):
        yield b"x" * 10


@pytest.mark.parametrize(("path", "limit"), [("/things", LIMIT), ("/things:import", BULK)])
class TestBodies:
    def test_a_body_of_the_limit_is_taken(self, client: InProcess, path: str, limit: int) -> None:
        assert client.post(path, content=b"x" * limit).json() == {"bytes": limit}
        assert client.post(path, content=_in_pieces(limit)).json() == {"bytes": limit}

    def test_a_declared_length_beyond_is_refused(self, client: InProcess, path: str, limit: int) -> None:
        _is_too_large(client.post(path, content=b"x" * (limit + 1)), limit)

    def test_a_length_that_comes_in_pieces_is_refused(self, client: InProcess, path: str, limit: int) -> None:
        _is_too_large(client.post(path, content=_in_pieces(limit + 10)), limit)

    def test_a_length_that_lies_is_refused(self, client: InProcess, path: str, limit: int) -> None:
        headers = {"Content-Length": "10"}
        _is_too_large(client.post(path, content=_in_pieces(limit + 10), headers=headers), limit)


def _is_too_large(answer: httpx.Response, limit: int) -> None:
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["type"], answer.json()["limit"]) == ("/v1/problems/body-too-large", limit)


def test_the_server_refuses_a_large_body_declared_or_in_pieces(world: World) -> None:
    sync, piece = world.as_(Role.PROVIDER_SYNC), b" " * 65_536
    sync.request("POST", "/v1/service-records", status=413, content=piece * 17)
    sync.request("POST", "/v1/service-records", status=413, content=iter([piece] * 17))
    sync.request("POST", "/v1/service-records:import", status=415, content=piece * 17)


def test_a_limiter_refuses_when_the_allowance_is_used_up() -> None:
    limiter = Limiter("login", 3)
    rates = [limiter.hit("a") for _ in range(3)]
    assert [rate.remaining for rate in rates] == [2, 1, 0]
    assert rates[0].headers()["RateLimit-Policy"] == '"login";q=3;w=60'
    assert re.fullmatch(r'"login";r=2;t=\d{1,2}', rates[0].headers()["RateLimit"])
    with pytest.raises(TooManyRequests) as refused:
        limiter.hit("a")
    assert refused.value.status == 429
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    assert refused.value.headers["RateLimit"].startswith('"login";r=0;')
    assert limiter.hit("b").remaining == 2  # everybody has an allowance of their own


def test_the_window_slides_and_old_counts_are_forgotten() -> None:
    limiter, start = Limiter("account", 10), 600.0
    for _ in range(10):
        limiter.hit("a", start + 59)
    with pytest.raises(TooManyRequests):
        limiter.hit("a", start + 61)  # nearly all of the last minute's still count
    assert limiter.hit("a", start + 90).remaining == 4  # half of them
    assert limiter.hit("a", start + 180).remaining == 9  # a minute without anything lies between
    assert limiter.hit("a", start + 60).remaining == 9  # a clock set back locks nobody out


@given(st.lists(st.floats(0, 600), min_size=1, max_size=200).map(sorted), st.integers(1, 20))
def test_no_minute_of_the_clock_lets_more_through_than_allowed(instants: list[float], most: int) -> None:
    limiter, counts = Limiter("account", most), Counter[int]()
    for instant in instants:
        with suppress(TooManyRequests):
            limiter.hit("a", instant)
            counts[int(instant // 60)] += 1
    assert max(counts.values()) <= most


def test_many_at_once_get_no_more_than_allowed() -> None:
    limiter, at = Limiter("account", 50), 60.0

    def ask(_: int) -> bool:
        try:
            limiter.hit("a", at)
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(200))) == 50


def test_an_account_that_asks_too_often_is_told_when_to_return(
    world: World, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limiter, "hit", Limiter("account", 2).hit)
    reader, another = world.as_(Role.CASEWORKER), world.as_(Role.PLANNER)
    told = [reader.request("GET", "/v1/helps", status=status).headers for status in (200, 200, 429)]
    assert ["r=1;" in told[0]["ratelimit"], "r=0;" in told[2]["ratelimit"]] == [True, True]
    assert 1 <= int(told[2]["retry-after"]) <= 60
    another.get("/v1/standards")
    assert app.title == "Handschlag"


def test_metrics_know_routes_and_no_ids(world: World, app: FastAPI) -> None:
    help_ = given_help(world)
    stranger = world.stranger()
    world.as_(Role.CASEWORKER).get(f"/v1/helps/{help_['id']}")
    stranger.http.get(f"/v1/nowhere/{NAME}")
    stranger.http.request(NAME.upper(), f"/v1/helps/{help_['id']}")
    told = InProcess(app).get("/metrics").text
    assert 'handschlag_requests_total{method="GET",route="/v1/helps/{help_id}",status="200"}' in told
    assert 'route="unknown"' in told
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", told)
    assert NAME.lower() not in told.lower()


def test_a_log_line_holds_neither_query_nor_body_nor_path(
    world: World, app: FastAPI, logged: Callable[[], str]
) -> None:
    help_, sync = given_help(world), world.as_(Role.PROVIDER_SYNC)
    logged()
    client, headers = InProcess(app), {**sync.bearer(), "Idempotency-Key": NAME}
    body = record_body(help_, note=NAME, worker=NAME)
    made = client.post("/v1/service-records", headers=headers, json=body)
    assert made.status_code == 201, made.text
    client.get(f"/v1/service-records/{made.json()['id']}?{NAME}={NAME}", headers=headers)
    client.post("/v1/service-records", headers=headers, json={**body, NAME: NAME})
    client.get(f"/v1/{NAME}", headers={"Authorization": f"Bearer {NAME}"})
    output = logged()
    lines = [json.loads(line) for line in output.splitlines()]
    told = [(line["method"], line["route"], line["status"]) for line in lines]
    assert told == [
        ("POST", "/v1/service-records", 201),
        ("GET", "/v1/service-records/{record_id}", 400),
        ("POST", "/v1/service-records", 422),
        ("GET", "unknown", 404),
    ]
    assert {frozenset(line) for line in lines} == {
        frozenset({"event", "level", "timestamp", "method", "route", "status", "ms", "request_id"})
    }
    assert lines[0]["request_id"] == made.headers["x-request-id"]
    for secret in (NAME, help_["id"], made.json()["id"], sync.bearer()["Authorization"][7:]):
        assert secret not in output


def test_what_breaks_is_logged_by_kind_and_place_only(client: InProcess, logged: Callable[[], str]) -> None:
    answer = client.get(f"/broken/{NAME}")
    assert (answer.status_code, answer.json()["type"]) == (500, "/v1/problems/internal-error")
    output = logged()
    failed, request = [json.loads(line) for line in output.splitlines()]
    assert (failed["event"], failed["exception"], failed["route"]) == (
        "request_failed",
        "ValueError",
        "/broken/{name}",
    )
    assert failed["place"].startswith("break_down:")
    assert (request["event"], request["status"]) == ("request", 500)
    assert NAME not in output + answer.text


def test_the_interactive_documentation_needs_nobody_else(http: httpx.Client) -> None:
    page = http.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    used = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert "/docs/assets/swagger-ui-bundle.js" in used
    for path in used:
        assert path.startswith("/")
        assert not path.startswith("//")
        answer = http.get(path)
        assert (answer.status_code, len(answer.content) > 100) == (200, True), path
    assert http.get("/docs/assets/../../../pyproject.toml").status_code == 404
    assert http.get("/docs/assets/%2e%2e/%2e%2e/__init__.py").status_code == 404
