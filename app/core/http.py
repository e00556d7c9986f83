"""How a request becomes a call: one route class does it for every endpoint.

An endpoint is a plain function. It names its permission (`@needs`), and asks by annotation for what it wants:
`db: Db`, `actor: CurrentActor`, `now: Now`, `expected: Expected`, `raw: RawBody`. The route opens the transaction,
finds the actor, checks the permission, replays a repeated request, calls, serialises, stores the answer for a
retry, commits, and only then answers: all in one hop to a worker thread.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar, get_origin, get_type_hints

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.routing import Match
from starlette.types import Scope

from app.core import strictjson
from app.core.answers import Answer, answer_of
from app.core.call import admit, authenticate, run
from app.core.kernel import Kernel
from app.core.problems import FieldError, Invalid, MalformedRequest, Text, UnknownParameter, UnsupportedMediaType
from app.policy import Actor, Permission

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class _Given:
    """Marks a parameter that the route fills in, not the client."""

    name: str


Db = Annotated[Session, _Given("db")]
CurrentActor = Annotated[Actor, _Given("actor")]
Now = Annotated[datetime, _Given("now")]
Expected = Annotated[int, _Given("expected")]
"""The version named in `If-Match`: 428 when missing."""
RawBody = Annotated[bytes, _Given("raw")]
"""The body as sent, for endpoints that read other formats than JSON; its type is `media_type: MediaType`."""
MediaType = Annotated[str, _Given("media_type")]
Process = Annotated[Kernel, _Given("kernel")]
"""Settings, tokens and limits of the running process."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an endpoint needs of the route."""

    permission: Permission | None
    keyed: bool


def needs(permission: Permission, *, keyed: bool = True) -> Callable[[Endpoint], Endpoint]:
    """Name the permission of an endpoint. `keyed=False`: a POST that changes nothing needs no Idempotency-Key."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__plan__ = Plan(permission, keyed)  # type: ignore[attr-defined]
        return endpoint

    return mark


def public(endpoint: Endpoint) -> Endpoint:
    """An endpoint for everybody: no token, no database."""
    endpoint.__plan__ = Plan(None, False)  # type: ignore[attr-defined]
    return endpoint


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = strictjson.loads(await self.body())
        return self._json


class Route(APIRoute):
    """The one route class; an endpoint that names no permission fails here, at import."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        plan = getattr(endpoint, "__plan__", None)
        if plan is None:
            raise TypeError(f"{endpoint.__qualname__} names no permission: mark it with @needs(…) or @public")
        methods = options.get("methods") or {"GET"}
        self.plan: Plan = plan
        self.keyed = plan.keyed and "POST" in methods
        if getattr(endpoint, "__wrapped_endpoint__", None) is None:
            endpoint = _wrap(endpoint, plan, self.keyed, options.get("status_code") or 200)
        if plan.permission is not None:
            extra = options.get("openapi_extra") or {}
            options["openapi_extra"] = {**extra, "x-permission": plan.permission.value}
        super().__init__(path, endpoint, **options)
        self.query_names = _query_names(self)
        self.literal = self.path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Most routes are told apart by how their paths begin, which is cheaper to see than a pattern."""
        if not scope["path"].startswith(self.literal):
            return Match.NONE, {}
        return super().matches(scope)

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            if self.plan.permission is not None:
                authenticate(request)
            _check_query(request, self.query_names)
            _check_encoding(request)
            request = StrictRequest(request.scope, request.receive)
            await request.body()  # kept: forms, fingerprints and imports read it again
            if self.body_field is not None and self.body_field.field_info.__class__.__name__ == "Body":
                await _check_json(request)
            response: Response = await handle(request)
            return response

        return strict


class Router(APIRouter):
    """A room's router: every route is a `Route`, under `/v1` unless a standard wants it elsewhere."""

    def __init__(self, prefix: str = "", *, root: str = "/v1", **options: Any) -> None:
        super().__init__(
            prefix=root + prefix, route_class=Route, generate_unique_id_function=lambda route: route.name, **options
        )


def install(app: FastAPI, routers: Iterable[Router]) -> None:
    """Hang the rooms' routes into the application, flat: nested routers cost a third of a small request."""
    for router in routers:
        app.router.routes.extend(router.routes)


def _wrap(endpoint: Callable[..., Any], plan: Plan, keyed: bool, status: int) -> Callable[..., Any]:
    """The async function FastAPI sees: its signature is the endpoint's without what the route gives."""
    hints = get_type_hints(endpoint, include_extras=True)
    signature = inspect.signature(endpoint)
    given = {name: mark.name for name in signature.parameters if (mark := _mark(hints[name]))}
    parameters = [
        parameter.replace(annotation=hints[name])
        for name, parameter in signature.parameters.items()
        if name not in given
    ]
    parameters.insert(0, inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request))
    parameters += _header_parameters(keyed, "expected" in given.values())

    async def handler(request: Request, idempotency_key: Any = None, if_match: Any = None, **values: Any) -> Response:
        call = await admit(request, plan.permission, keyed=keyed, versioned="expected" in given.values(), status=status)
        if plan.permission is None and not given:
            return answer_of(endpoint(**values), call.negotiation, status).response()
        answer: Answer = await to_thread.run_sync(run, call, endpoint, given, values)
        return answer.response()

    handler.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        parameters, return_annotation=None if hints.get("return") is type(None) else hints.get("return", Any)
    )
    handler.__name__, handler.__doc__, handler.__module__ = endpoint.__name__, endpoint.__doc__, endpoint.__module__
    handler.__wrapped_endpoint__ = endpoint  # type: ignore[attr-defined]
    handler.__plan__ = plan  # type: ignore[attr-defined]
    return handler


def _mark(hint: Any) -> _Given | None:
    if get_origin(hint) is Annotated:
        return next((item for item in hint.__metadata__ if isinstance(item, _Given)), None)
    return None


def _header_parameters(keyed: bool, versioned: bool) -> list[inspect.Parameter]:
    """Headers the route reads itself, declared so that the document shows them."""
    kind = inspect.Parameter.KEYWORD_ONLY
    headers = []
    if keyed:
        key = Header(
            None,
            alias="Idempotency-Key",
            max_length=200,
            description="A key of your choice, new for every act and the same for its retries (kept 72 hours).",
        )
        headers.append(inspect.Parameter("idempotency_key", kind, default=key, annotation=str | None))
    if versioned:
        match = Header(
            None, alias="If-Match", max_length=60, description='The version you read, as the `ETag` said: `"3"`.'
        )
        headers.append(inspect.Parameter("if_match", kind, default=match, annotation=str | None))
    return headers


def _query_names(route: APIRoute) -> frozenset[str]:
    names: set[str] = set()
    for field in route.dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            names |= {info.alias or name for name, info in annotation.model_fields.items()}
        else:
            names.add(field.alias)
    return frozenset(names)


def _check_query(request: Request, known: frozenset[str]) -> None:
    """A misspelt filter must not silently answer with everything."""
    names = [name for name, _ in request.query_params.multi_items()]
    wrong = [name for name in dict.fromkeys(names) if name not in known or names.count(name) > 1]
    if wrong:
        errors = [
            FieldError(
                _query_pointer(name), "unknown_parameter", "unbekannt oder mehrfach genannt", "unknown or repeated"
            )
            for name in wrong[:10]
        ]
        raise UnknownParameter(errors=errors, known=sorted(known))
    for name, value in request.query_params.multi_items():
        if "\x00" in value or "\ufffd" in value:
            raise Invalid.field(
                _query_pointer(name), "invalid_text", "Ein Zeichen ist nicht erlaubt.", "A character is not allowed."
            )


def _query_pointer(name: str) -> str:
    """Tell the name back only where it looks like one."""
    return f"query:{name}" if _NAME.fullmatch(name) else "query"


def _check_encoding(request: Request) -> None:
    """Nothing is unpacked here: a small archive may hold an endless body."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType(headers={"Accept-Encoding": "identity"}, expected="Content-Encoding: identity")


async def _check_json(request: Request) -> None:
    """Content type and form of a JSON body, before FastAPI reads it more kindly than we want."""
    body = await request.body()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (
        request.method == "PATCH" and media_type == "application/merge-patch+json"
    ):
        if not body and not media_type:
            raise MalformedRequest(reason=Text("der Inhalt fehlt", "the body is missing"))
        raise UnsupportedMediaType(headers={"Accept": "application/json"}, expected="application/json")
    await request.json()
