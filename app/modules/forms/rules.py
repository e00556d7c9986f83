"""What may be a form, and whether content fits one. Pure: schema and content in, findings out.

A schema is written by people and run here, so it may neither fetch (no reference leaves the document, and the
library's retriever only raises) nor grow while it is unfolded (no circles, a bounded size), and its patterns run in
linear time.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NoReturn

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError, ValidationErrorKind

from app.core.problems import FieldError
from app.core.strictjson import escape
from app.modules.forms.texts import text_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_BYTES, MAX_DEPTH, MAX_UNFOLDED, MAX_FINDINGS = 200_000, 32, 5_000, 100
MAX_WORK = 200_000  # places of a content times those of its form: explaining more would hold up everybody else
WIDGETS = ("text", "textarea", "select", "radio", "checkbox", "date", "number", "scale")
WIDTHS = ("full", "half", "third")
LAYOUT: dict[str, tuple[str, ...]] = {"widget": WIDGETS, "width": WIDTHS, "group": (), "help": (), "placeholder": ()}
"""Hints for laying out an entry; an empty list of values means free text."""
_FOREIGN = frozenset({"$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$vocabulary"})


def check_schema(schema: dict[str, Any], prefix: str = "") -> list[FieldError]:
    """What stands against publishing this schema, with pointers into it; nothing if it may be a form.

    Law: none; the form is agreed on locally (SGB VIII § 77 Abs. 1, § 79a).
    """
    if _too_deep(schema) or len(json.dumps(schema, ensure_ascii=False).encode()) > MAX_BYTES:
        return [_finding(prefix, "too_large", "Der Vordruck ist zu groß.", "The form is too large.")]
    findings = list(_faults(schema, prefix))
    if not findings:
        findings = list(_size_faults(schema, prefix))
    if not findings:
        findings = list(_syntax_faults(schema, prefix))
    return findings[:MAX_FINDINGS]


def check_content(schema: dict[str, Any], content: dict[str, Any], prefix: str = "") -> list[FieldError]:
    """What of the content does not fit the form.

    Args:
        schema: of a published version.
        prefix: pointer of the content within the request's body, such as `/content`.

    Returns:
        findings in German and English with pointers to the field (a missing field is pointed to where it belongs).
    """
    validator = _validator(json.dumps(schema, sort_keys=True))
    if validator.is_valid(content):
        return []
    if _unfolded(schema, schema, {}, frozenset()) * _places(content) > MAX_WORK:
        de = "Der Inhalt passt nicht zum Vordruck und ist zu umfangreich, um die Stellen zu nennen."
        return [_finding(prefix, "unfit", de, "The content does not fit the form and is too large to tell where.")]
    told = (finding for error in validator.iter_errors(content) for finding in _told(error, prefix))
    return list(islice(told, MAX_FINDINGS))


@lru_cache(maxsize=128)
def _validator(schema: str) -> Draft202012Validator:
    return _compile(json.loads(schema))


def _compile(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, validate_formats=True, pattern_options=RegexOptions(), retriever=_never)


def _never(_uri: str) -> NoReturn:
    raise LookupError("a form refers to nothing outside itself")


def _told(error: ValidationError, prefix: str) -> list[FieldError]:
    """One finding of the library; names that are missing or unknown are pointed to one by one."""
    place = prefix + "".join(f"/{escape(str(part))}" for part in error.instance_path)
    kind = error.kind
    de, en = text_of(kind)
    names = [kind.property] if isinstance(kind, ValidationErrorKind.Required) else getattr(kind, "unexpected", [None])
    return [FieldError(f"{place}/{escape(name)}" if name is not None else place, kind.name, de, en) for name in names]


def _faults(schema: dict[str, Any], prefix: str) -> Iterator[FieldError]:
    """Dialect, kind of the whole, references, titles."""
    if schema.get("$schema", DIALECT) != DIALECT:
        yield _finding(f"{prefix}/$schema", "dialect", f"Erwartet wird {DIALECT}.", f"Expected is {DIALECT}.")
    if schema.get("type") != "object":
        yield _finding(f"{prefix}/type", "type", "Ein Vordruck ist ein Objekt.", "A form is an object.")
    for place, node in _nodes(schema, prefix):
        ref = node.get("$ref")
        if ref is not None and not (isinstance(ref, str) and _inside(schema, ref)):
            yield _finding(
                f"{place}/$ref",
                "reference",
                "Verweise bleiben im Vordruck: #/$defs/…",
                "References stay within the form: #/$defs/…",
            )
        for keyword in sorted(_FOREIGN & node.keys()):
            yield _finding(f"{place}/{keyword}", "reference", "Das gibt es hier nicht.", "Not available here.")
        yield from _untitled(node, place)
        yield from _layout(node, place)


def _layout(node: dict[str, Any], place: str) -> Iterator[FieldError]:
    """How an entry is laid out (`x-layout`) is said in words that every front end knows."""
    hints = node.get("x-layout", {})
    if not isinstance(hints, dict):
        hints = {"x-layout": hints}
    for name, value in hints.items():
        known = LAYOUT.get(name)
        if known is None or (value not in known if known else not isinstance(value, str) or not 0 < len(value) <= 200):
            yield _finding(
                f"{place}/x-layout/{escape(name)}",
                "layout",
                f"Bekannt sind {', '.join(LAYOUT)}; widget: {', '.join(WIDGETS)}; width: {', '.join(WIDTHS)}.",
                f"Known are {', '.join(LAYOUT)}; widget: {', '.join(WIDGETS)}; width: {', '.join(WIDTHS)}.",
            )


def _untitled(node: dict[str, Any], place: str) -> Iterator[FieldError]:
    properties = node.get("properties")
    for name, field in (properties if isinstance(properties, dict) else {}).items():
        if isinstance(field, dict) and not field.get("title") and "$ref" not in field:
            yield _finding(
                f"{place}/properties/{escape(name)}/title",
                "title",
                "Jede Angabe braucht einen deutschen Titel.",
                "Every entry needs a German title.",
            )


def _nodes(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document with its pointer."""
    if isinstance(value, dict):
        yield place, value
        for name, item in value.items():
            yield from _nodes(item, f"{place}/{escape(name)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nodes(item, f"{place}/{index}")


def _places(value: Any) -> int:
    """How many values a content has, nested ones included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(_places(item) for item in inner)


def _too_deep(value: Any, depth: int = 0) -> bool:
    if depth > MAX_DEPTH:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_too_deep(item, depth + 1) for item in inner)


def _inside(schema: dict[str, Any], ref: str) -> bool:
    return ref.startswith("#/") and target_of(schema, ref) is not None


def target_of(schema: dict[str, Any], ref: str) -> dict[str, Any] | None:
    """The object a reference points to, if there is one."""
    node: Any = schema
    for token in ref[2:].split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        node = node.get(name) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else None


def _size_faults(schema: dict[str, Any], prefix: str) -> Iterator[FieldError]:
    """Every reference unfolded: a form that contains itself, or doubles at each step, would never end."""
    if _unfolded(schema, schema, {}, frozenset()) > MAX_UNFOLDED:
        yield _finding(
            prefix,
            "too_large",
            "Mit allen Verweisen ist der Vordruck zu groß, oder er enthält sich selbst.",
            "With all its references the form is too large, or it contains itself.",
        )


def _unfolded(value: Any, schema: dict[str, Any], known: dict[str, int], open_refs: frozenset[str]) -> int:
    if isinstance(value, list):
        return sum(_unfolded(item, schema, known, open_refs) for item in value)
    if not isinstance(value, dict):
        return 0
    size = 1 + sum(_unfolded(item, schema, known, open_refs) for name, item in value.items() if name != "$defs")
    ref = value.get("$ref")
    if not isinstance(ref, str):
        return size
    if ref in open_refs:
        return MAX_UNFOLDED + 1
    if ref not in known:
        known[ref] = _unfolded(target_of(schema, ref), schema, known, open_refs | {ref})
    return min(size + known[ref], MAX_UNFOLDED + 1)


def _syntax_faults(schema: dict[str, Any], prefix: str) -> Iterator[FieldError]:
    """Whatever the library itself refuses: keywords of a wrong type, patterns it cannot run in linear time."""
    try:
        _compile(schema)
    except (ValidationError, ValueError) as error:
        path = getattr(error, "instance_path", [])
        place = prefix + "".join(f"/{escape(str(part))}" for part in path)
        yield _finding(
            place, "schema", "Das ist kein gültiges JSON Schema (2020-12).", "This is no valid JSON Schema (2020-12)."
        )


def _finding(pointer: str, code: str, de: str, en: str) -> FieldError:
    return FieldError(pointer, code, de, en)
