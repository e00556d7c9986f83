"""The document of the API is complete, and is the one that was agreed on (`openapi/handschlag-v1.json`)."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from app.core.types import In, Out
from tests.contract.operations import METHODS, Operation, document, operations, resolved, strings

ALL = operations()
PUBLIC = {
    "get_health": "for the load balancer",
    "get_readiness": "for the load balancer",
    "get_metrics": "for Prometheus, inside the network",
    "get_keys": "public keys",
    "fetch_token": "who logs in has no token yet",
    "get_worklist_calendar": "calendars cannot log in; the address holds a secret of its own",
    "get_api_catalog": "where machines find the API",
    "list_problems": "the vocabulary of the API is no secret, and holds nothing of a case",
    "get_problem": "as above",
    "list_workflows": "as above",
    "list_event_types": "as above",
    "get_workflow": "as above",
    "get_workflow_diagram": "as above",
    "list_code_lists": "as above",
    "get_code_list": "as above",
}
UNTITLED = {
    "id": "the same everywhere",
    "action": "the tag of a union: a code, whose title stands in /v1/workflows",
}
FOREIGN = {
    "TokenOut": "RFC 6749",
    "EventOut": "CloudEvents 1.0",
    **dict.fromkeys(
        (
            "OParlSystem",
            "OParlBody",
            "OParlOrganization",
            "OParlMembership",
            "OParlPerson",
            "OParlLocation",
            "OParlAgendaItem",
            "OParlMeeting",
            "OParlConsultation",
            "OParlPaper",
            "OParlObject",
            "OParlPagination",
            "OParlLinks",
        ),
        "OParl 1.1",
    ),
}
"""Schemas whose names of fields are a standard's."""


def test_the_running_service_serves_the_committed_document(http: Any) -> None:
    """After a change: `python -m app openapi`; its diff belongs into the review."""
    assert http.get("/openapi.json").json() == document()


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_operation_ids_are_unique() -> None:
    counted = Counter(operation.spec["operationId"] for operation in ALL)
    assert [name for name, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("operation", ALL, ids=str)
def test_every_operation_explains_itself(operation: Operation) -> None:
    spec = operation.spec
    assert spec["summary"]
    assert spec["summary"] != spec["operationId"].replace("_", " ").title(), "made from the name"
    assert len(spec["description"]) >= 20
    assert spec["tags"]
    assert (operation.permission is None) == (spec["operationId"] in PUBLIC)
    assert bool(spec["security"]) == (operation.permission is not None)


@pytest.mark.parametrize("operation", ALL, ids=str)
def test_every_operation_names_its_answers(operation: Operation) -> None:
    """That no other status comes is shown by the tests that ask: they compare with this list."""
    statuses = set(operation.spec["responses"])
    wanted = {"400", "405", "406", "429", "500", "503"}
    wanted |= {"401", "403"} if operation.permission else set()
    wanted |= {"404"} if operation.parameters("path") else set()
    wanted |= {"412", "428"} if operation.versioned else set()
    wanted |= {"413", "415"} if operation.media_types else set()
    wanted |= {"409"} if operation.method != "GET" else set()
    assert wanted <= statuses
    assert [status for status in statuses if status.startswith("2")]
    for status in statuses:
        answer = operation.spec["responses"][status]
        if not status.startswith("2"):
            assert answer == {"$ref": f"#/components/responses/Problem{status}"}


def test_lists_are_tables_too_and_versions_have_etags() -> None:
    page, row = document()["paths"]["/v1/helps"]["get"], document()["paths"]["/v1/helps/{help_id}"]["get"]
    assert {"application/json", "text/csv"} < set(page["responses"]["200"]["content"])
    assert "Link" in page["responses"]["200"]["headers"]
    assert {"ETag", "RateLimit"} <= set(row["responses"]["200"]["headers"])
    assert {"Location", "Idempotency-Replayed"} <= set(
        document()["paths"]["/v1/helps"]["post"]["responses"]["201"]["headers"]
    )


def test_every_string_has_a_length() -> None:
    """A client's own checks, and a reviewer's, rest on it (OWASP API4)."""
    endless = {
        place
        for place, schema in _all_strings()
        if not {"maxLength", "enum", "const"} & schema.keys() and not place.endswith(("binary", "propertyNames"))
    }
    assert endless == set()


def _all_strings() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from strings(document()["components"]["schemas"], "/components/schemas")
    for path, methods in document()["paths"].items():
        for method, spec in methods.items():
            if method in METHODS:
                yield from strings(spec.get("parameters", []), f"{method} {path}/parameters")
                yield from strings(spec.get("requestBody", {}), f"{method} {path}/requestBody")
                yield from strings(spec["responses"].get("200", {}), f"{method} {path}/200")


def test_every_list_has_a_length() -> None:
    """Lists in what is sent; what is answered is bounded by the page."""
    endless = set()
    for operation in ALL:
        for schema in operation.bodies():
            for name, field in schema["properties"].items():
                for branch in (field, *field.get("anyOf", [])):
                    if resolved(branch).get("type") == "array" and "maxItems" not in resolved(branch):
                        endless.add(f"{operation}: {name}")
    assert endless == set()


def test_every_field_has_a_german_title() -> None:
    """A front end shows it; what pydantic makes of a field's name is no title."""
    shown = set(document()["components"]["schemas"])
    untitled = {
        f"{model.__name__}.{name}"
        for model in (*_descendants(In), *_descendants(Out))
        for name, field in model.model_fields.items()
        if model.__name__ in shown - FOREIGN.keys() and not field.title and name not in UNTITLED
    }
    assert untitled == set()


def _descendants(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in model.__subclasses__():
        yield child
        yield from _descendants(child)


@pytest.mark.parametrize("operation", [o for o in ALL if o.parameters("query")], ids=str)
def test_every_page_has_a_limit(operation: Operation) -> None:
    limits = [item["schema"] for item in operation.parameters("query") if item["name"] == "limit"]
    for schema in limits:
        assert 1 <= schema["minimum"] <= schema["maximum"] <= 500
    answer = operation.spec["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "items" in resolved(answer).get("properties", {}):
        assert limits, "a list without a limit"


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    text = json.dumps(document())
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    known = set(document()["components"]["schemas"])
    assert used == known
    assert [name for name in known if "__" in name] == [], "two models of one name"
