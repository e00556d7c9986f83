"""What was written into a form, as a list people can read on paper. Pure: schema and content in, German words out."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from app.modules.forms.outline import resolved
from app.modules.forms.rules import MAX_DEPTH

ATTAINMENT = {
    -2: "viel weniger als erwartet",
    -1: "weniger als erwartet",
    0: "wie erwartet",
    1: "mehr als erwartet",
    2: "viel mehr als erwartet",
}
"""The steps of goal attainment scaling; an entry with exactly this range is one."""


class Line(NamedTuple):
    """One entry; without a text it is the heading of those that follow. `depth` counts what it stands within."""

    title: str
    depth: int
    text: str | None


def filled(schema: dict[str, Any], content: dict[str, Any]) -> list[Line]:
    """The entries that were filled in, in the form's order and under its groups, with its titles."""
    return list(_lines(schema, schema, content, 0))


def _lines(schema: dict[str, Any], node: dict[str, Any], content: dict[str, Any], depth: int) -> Iterator[Line]:
    fields = node.get("properties", {}) if depth <= MAX_DEPTH else {}
    group = None
    for name in [*(name for name in fields if name in content), *(name for name in content if name not in fields)]:
        field = resolved(schema, fields.get(name))
        hint = field.get("x-layout", {}).get("group")
        if hint != group and hint is not None:
            yield Line(str(hint), depth, None)
        group = hint
        yield from _entry(schema, field, str(field.get("title") or name), content[name], depth + (group is not None))


def _entry(schema: dict[str, Any], field: dict[str, Any], title: str, value: Any, depth: int) -> Iterator[Line]:
    if isinstance(value, dict):
        yield Line(title, depth, None)
        yield from _lines(schema, field, value, depth + 1)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        yield Line(title, depth, None)
        inner = resolved(schema, field.get("items"))
        for number, item in enumerate(value, 1):
            yield from _entry(schema, inner, f"{number}. {inner.get('title') or title}", item, depth + 1)
    else:
        yield Line(title, depth, _words(value, field))


def _words(value: Any, field: dict[str, Any]) -> str:
    if isinstance(value, list):
        return "\n".join(f"– {_words(item, {})}" for item in value) or "–"
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, int) and (field.get("minimum"), field.get("maximum")) == (-2, 2):
        return f"{_signed(value)} ({ATTAINMENT[value]})"
    if isinstance(value, int | float):
        return str(value).replace(".", ",").replace("-", "−")
    return _day(value) if field.get("format") == "date" else str(value)


def _signed(value: int) -> str:
    return f"{value:+d}".replace("-", "−") if value else "0"


def _day(value: str) -> str:
    try:
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    except ValueError:
        return value
