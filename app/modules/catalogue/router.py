"""`/v1/problems`, `/v1/workflows`, `/v1/code-lists`, and where machines find the API."""

from typing import Annotated, Any

from fastapi import Path, Response
from pydantic_core import to_json

from app.core.http import Router, public
from app.modules.catalogue import queries
from app.modules.catalogue.diagram import draw
from app.modules.catalogue.schemas import CodeListOut, EventTypeOut, ProblemOut, WorkflowOut

router = Router(tags=["catalogue"])
well_known = Router(root="", tags=["service"])
Name = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/problems", summary="Alle Arten von Fehlern")
@public
def list_problems() -> list[ProblemOut]:
    """Every `type` a problem+json can have, in German and English (RFC 9457)."""
    return queries.problems()


@router.get("/problems/{code}", summary="Eine Art von Fehler")
@public
def get_problem(code: Name) -> ProblemOut:
    """What a `type` means: problems point here."""
    return queries.problem(code)


@router.get("/workflows", summary="Alle Lebensläufe")
@public
def list_workflows() -> list[WorkflowOut]:
    """States and steps of everything that has a life cycle, so that no front end hard-codes them."""
    return queries.workflows()


@router.get("/workflows/{name}", summary="Ein Lebenslauf")
@public
def get_workflow(name: Name) -> WorkflowOut:
    """States and steps: who may take them, on which legal ground, under which conditions, with which entries."""
    return queries.describe(queries.workflow(name))


@router.get(
    "/workflows/{name}/diagram",
    summary="Ein Lebenslauf als Bild",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {"schema": {"type": "string", "maxLength": 200_000}}}}},
)
@public
def get_workflow_diagram(name: Name) -> Response:
    """The transition table as SVG, with German titles."""
    return Response(draw(queries.workflow(name)), media_type="image/svg+xml")


@router.get("/event-types", summary="Alle Arten von Ereignissen")
@public
def list_event_types() -> list[EventTypeOut]:
    """What the feed tells and webhooks can subscribe to; the beginning of a type stands for all that begin so."""
    return queries.event_types()


@router.get("/code-lists", summary="Alle Codelisten")
@public
def list_code_lists() -> list[CodeListOut]:
    """Every enumeration with its German titles; a front end renders from them."""
    return queries.code_lists()


@router.get("/code-lists/{name}", summary="Eine Codeliste")
@public
def get_code_list(name: Name) -> CodeListOut:
    """One enumeration with its German titles."""
    return queries.code_list(name)


@well_known.get(
    "/.well-known/api-catalog",
    summary="Wo die API ist",
    response_class=Response,
    responses={200: {"content": {"application/linkset+json": {"schema": {"type": "object"}}}}},
)
@public
def get_api_catalog() -> Response:
    """Where machines find description, documentation and status of the API (RFC 9727)."""
    links: dict[str, Any] = {
        "anchor": "/v1",
        "service-desc": [{"href": "/openapi.json", "type": "application/vnd.oai.openapi+json"}],
        "service-doc": [{"href": "/docs", "type": "text/html"}],
        "status": [{"href": "/readyz", "type": "application/json"}],
    }
    return _linkset({"linkset": [links]})


def _linkset(value: dict[str, Any]) -> Response:
    return Response(to_json(value), media_type="application/linkset+json")
