"""Whatever goes wrong leaves as problem+json: our problems, the framework's findings, wrong paths and methods."""

from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.core.problems import (
    Invalid,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    Text,
    language_of,
)
from app.core.validation import field_errors


def install(app: FastAPI) -> None:
    """Register the handlers; a 500 is answered by the outermost layer (`asgi.Envelope`)."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def respond(request: Request, problem: Problem) -> Response:
    """The problem in the client's language."""
    language = language_of(request.headers.get("accept-language"))
    return JSONResponse(
        problem.render(language, instance=request.scope.get("request_id")),
        problem.status,
        {**problem.headers, "Content-Language": language},
        media_type="application/problem+json",
    )


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return respond(request, error)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return respond(request, Invalid(errors=field_errors(error.errors(), error.body)[:100]))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return respond(request, MethodNotAllowed(headers={"Allow": ", ".join(_methods(request))}))
    if error.status_code == 404:
        return respond(request, NotFound())
    return respond(request, MalformedRequest(reason=Text("der Inhalt ist nicht lesbar", "the body is unreadable")))


def _methods(request: Request) -> Sequence[str]:
    """All methods of this path, not only those of the first route that has it."""
    methods: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        regex = getattr(context, "path_regex", None)
        if regex is not None and regex.match(request.scope["path"]):
            methods |= set(getattr(context, "methods", None) or ())
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods)
