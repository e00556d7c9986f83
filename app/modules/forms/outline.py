"""What a form asks for, as a list people can read on paper. Pure: a JSON Schema in, German words out."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.modules.forms.rules import MAX_DEPTH, target_of

_KINDS = {
    "string": "Text",
    "integer": "ganze Zahl",
    "number": "Zahl",
    "boolean": "ja oder nein",
    "array": "Liste",
    "object": "Abschnitt",
}
_FORMATS = {"date": "Datum", "date-time": "Datum und Uhrzeit", "time": "Uhrzeit", "email": "E-Mail-Adresse"}
_LIMITS = {
    "string": ("minLength", "maxLength", " Zeichen"),
    "array": ("minItems", "maxItems", " Einträge"),
    "integer": ("minimum", "maximum", ""),
    "number": ("minimum", "maximum", ""),
}


class Entry(NamedTuple):
    """One entry of a form; `depth` counts the entries it stands within."""

    title: str
    depth: int
    is_required: bool
    kind: str


def entries_of(schema: dict[str, Any]) -> list[Entry]:
    """The entries of a published form in its order, those within others after them."""
    return list(_entries(schema, schema, 0))


def _entries(schema: dict[str, Any], node: dict[str, Any], depth: int) -> Iterator[Entry]:
    if depth > MAX_DEPTH:
        return
    required = node.get("required", [])
    for name, field in node.get("properties", {}).items():
        full = resolved(schema, field)
        yield Entry(str(full.get("title") or name), depth, name in required, _kind(schema, full))
        inner = resolved(schema, full.get("items")) if full.get("type") == "array" else full
        yield from _entries(schema, inner, depth + 1)


def resolved(schema: dict[str, Any], node: Any) -> dict[str, Any]:
    """The node, with what its reference leads to; a published form has no circles."""
    if not isinstance(node, dict):
        return {}
    if "$ref" not in node:
        return node
    beside = {name: value for name, value in node.items() if name != "$ref"}
    return {**resolved(schema, target_of(schema, node["$ref"])), **beside}


def _kind(schema: dict[str, Any], field: dict[str, Any]) -> str:
    if "enum" in field:
        return "Auswahl: " + ", ".join(str(choice) for choice in field["enum"] if choice is not None)
    if "const" in field:
        return f"immer: {field['const']}"
    types = field.get("type")
    kind = next((one for one in types if one != "null"), "") if isinstance(types, list) else str(types or "")
    if kind == "string" and field.get("format") in _FORMATS:
        return _FORMATS[field["format"]]
    words = _KINDS.get(kind, "Angabe") + _limits(field, kind)
    items = resolved(schema, field.get("items")) if kind == "array" else {}
    return f"{words}, je: {_kind(schema, items)}" if items and "properties" not in items else words


def _limits(field: dict[str, Any], kind: str) -> str:
    low, high, unit = _LIMITS.get(kind, ("", "", ""))
    least, most = (_number(field.get(name)) for name in (low, high))
    if unit and least == "0":
        least = None
    if least is not None and most is not None:
        return f" ({least} bis {most}{unit})"
    if most is not None:
        return f" (höchstens {most}{unit})"
    return "" if least is None else f" (mindestens {least}{unit})"


def _number(value: object) -> str | None:
    return None if value is None else str(value).replace(".", ",").replace("-", "−")
