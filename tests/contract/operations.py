"""Every operation of the API as the OpenAPI document names it, and examples made from its schemas.

New routes are covered by the tests of this folder without being named in them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from app.policy import Permission

COMMITTED = Path(__file__).resolve().parents[2] / "openapi" / "handschlag-v1.json"
METHODS = ("get", "post", "patch", "put", "delete")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Json = dict[str, Any]


@cache
def document() -> Json:
    """The committed document: `test_openapi` holds it against what the code makes, which takes seconds per process."""
    made: Json = json.loads(COMMITTED.read_text("utf-8"))
    return made


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    method: str
    path: str
    spec: Json

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def permission(self) -> Permission | None:
        """What the caller needs; None: open to everybody."""
        return Permission(self.spec["x-permission"]) if "x-permission" in self.spec else None

    @property
    def keyed(self) -> bool:
        return any(item["name"] == "Idempotency-Key" for item in self.spec.get("parameters", []))

    @property
    def versioned(self) -> bool:
        return any(item["name"] == "If-Match" for item in self.spec.get("parameters", []))

    def parameters(self, place: str) -> list[Json]:
        return [item for item in self.spec.get("parameters", []) if item["in"] == place]

    @property
    def media_types(self) -> list[str]:
        """What bodies it reads; empty: none."""
        return list(self.spec.get("requestBody", {}).get("content", {}))

    @property
    def reads_json(self) -> bool:
        return JSON in self.media_types and not self.path.endswith(":import")

    @property
    def tag(self) -> str:
        """The member by which the variants of its JSON body are told apart; empty: there is one kind only."""
        schema = resolved(self.spec["requestBody"]["content"][JSON]["schema"])
        return str(schema.get("discriminator", {}).get("propertyName", ""))

    def bodies(self) -> list[Json]:
        """The schema of its JSON body; one per variant where the body is a union."""
        if not self.reads_json:
            return []
        schema = resolved(self.spec["requestBody"]["content"][JSON]["schema"])
        return [resolved(variant) for variant in schema.get("oneOf", [schema])]

    def url(self, **values: str) -> str:
        """The path with ids nobody has, unless values are given."""
        made = self.path
        for item in self.parameters("path"):
            made = made.replace(f"{{{item['name']}}}", values.get(item["name"]) or str(example(item["schema"])))
        return made


def operations() -> list[Operation]:
    """Everything the document names."""
    return [
        Operation(method.upper(), path, spec)
        for path, methods in document()["paths"].items()
        for method, spec in methods.items()
        if method in METHODS
    ]


def resolved(schema: Json) -> Json:
    """The schema behind a reference; what stands beside the reference is kept."""
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    return {**resolved(document()["components"]["schemas"][name]), **{k: v for k, v in schema.items() if k != "$ref"}}


def alternatives(schema: Json) -> list[Json]:
    """The schemas of which one must fit, without null."""
    schema = resolved(schema)
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches is None:
        return [schema]
    return [inner for branch in branches if resolved(branch).get("type") != "null" for inner in alternatives(branch)]


def example(schema: Json) -> Any:
    """A small value that fits: the schema's own example where there is one."""
    schema = resolved(schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema or "oneOf" in schema:
        return example(alternatives(schema)[0])
    return _MAKERS.get(schema.get("type", "string"), _text)(schema)


def _object(schema: Json) -> Json:
    return {name: example(schema["properties"][name]) for name in schema.get("required", [])}


def _array(schema: Json) -> list[Any]:
    return [example(schema["items"]) for _ in range(schema.get("minItems", 0))]


def _number(schema: Json) -> Any:
    return max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)


def _text(schema: Json) -> str:
    formats = {
        "uuid": str(uuid4()),
        "date": "2026-03-02",
        "date-time": "2026-03-02T08:00:00Z",
        "uri": "https://a.example",
    }
    if schema.get("format") in formats:
        return formats[str(schema["format"])]
    if "pattern" in schema:
        return _matching(schema["pattern"])
    return "x" * int(schema.get("minLength") or 1)


@cache
def _matching(pattern: str) -> str:
    phases = (Phase.generate, Phase.shrink)
    quiet = settings(database=None, suppress_health_check=list(HealthCheck), phases=phases)
    return find(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True), bool, settings=quiet)


_MAKERS = {
    "object": _object,
    "array": _array,
    "integer": _number,
    "number": _number,
    "boolean": lambda _: False,
    "null": lambda _: None,
    "string": _text,
}


def strings(schema: Any, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every schema of a string within a schema, with its place."""
    if isinstance(schema, dict):
        if schema.get("type") == "string":
            yield pointer, schema
        for name, inner in schema.items():
            if name not in ("examples", "example", "default", "enum", "const"):
                yield from strings(inner, f"{pointer}/{name}")
    elif isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from strings(inner, f"{pointer}/{index}")
