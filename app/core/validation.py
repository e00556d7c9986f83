"""Pydantic's findings told as field errors, in German and English, with a pointer and without the input."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.core.problems import FieldError, Invalid
from app.core.strictjson import escape

_TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("Diese Angabe fehlt.", "This entry is missing."),
    "extra_forbidden": ("Diese Angabe gibt es hier nicht.", "There is no such entry here."),
    "string_type": ("Erwartet wird Text.", "Text is expected."),
    "string_too_short": ("Mindestens {min_length} Zeichen.", "At least {min_length} characters."),
    "string_too_long": ("Höchstens {max_length} Zeichen.", "At most {max_length} characters."),
    "string_pattern_mismatch": ("Die Schreibweise passt nicht zu {pattern}", "The spelling does not fit {pattern}"),
    "invalid_text": ("Steuerzeichen sind nicht erlaubt.", "Control characters are not allowed."),
    "int_type": ("Erwartet wird eine ganze Zahl.", "A whole number is expected."),
    "int_parsing": ("Erwartet wird eine ganze Zahl.", "A whole number is expected."),
    "bool_type": ("Erwartet wird true oder false.", "true or false is expected."),
    "bool_parsing": ("Erwartet wird true oder false.", "true or false is expected."),
    "greater_than": ("Der Wert muss größer als {gt} sein.", "The value must be greater than {gt}."),
    "greater_than_equal": ("Der Wert muss mindestens {ge} sein.", "The value must be at least {ge}."),
    "less_than": ("Der Wert muss kleiner als {lt} sein.", "The value must be less than {lt}."),
    "less_than_equal": ("Der Wert darf höchstens {le} sein.", "The value must be at most {le}."),
    "day": ("Erwartet wird ein Datum wie 2026-01-31.", "A day such as 2026-01-31 is expected."),
    "date_from_datetime_parsing": ("Dieses Datum gibt es nicht.", "There is no such day."),
    "date_parsing": ("Dieses Datum gibt es nicht.", "There is no such day."),
    "instant": (
        "Erwartet wird ein Zeitpunkt mit Zeitzone wie 2026-01-31T08:00:00Z.",
        "An instant with offset such as 2026-01-31T08:00:00Z is expected.",
    ),
    "datetime_parsing": ("Diesen Zeitpunkt gibt es nicht.", "There is no such instant."),
    "datetime_from_date_parsing": ("Diesen Zeitpunkt gibt es nicht.", "There is no such instant."),
    "uuid": ("Erwartet wird eine UUID.", "A UUID is expected."),
    "uuid_parsing": ("Erwartet wird eine UUID.", "A UUID is expected."),
    "enum": ("Erlaubt sind: {expected}.", "Allowed are: {expected}."),
    "literal_error": ("Erlaubt sind: {expected}.", "Allowed are: {expected}."),
    "union_tag_invalid": ("Erlaubt sind: {expected_tags}.", "Allowed are: {expected_tags}."),
    "union_tag_not_found": ("Die Angabe {discriminator} fehlt.", "The entry {discriminator} is missing."),
    "too_short": ("Mindestens {min_length} Einträge.", "At least {min_length} entries."),
    "too_long": ("Höchstens {max_length} Einträge.", "At most {max_length} entries."),
    "list_type": ("Erwartet wird eine Liste.", "A list is expected."),
    "dict_type": ("Erwartet wird ein Objekt.", "An object is expected."),
    "model_attributes_type": ("Erwartet wird ein Objekt.", "An object is expected."),
    "model_type": ("Erwartet wird ein Objekt.", "An object is expected."),
    "decimal_string": (
        "Erwartet wird eine Dezimalzahl als Text wie „12.25“.",
        'A decimal string such as "12.25" is expected.',
    ),
}
_OTHER = ("Die Angabe ist nicht gültig.", "The entry is not valid.")


def invalid(error: ValidationError, body: Any = None, prefix: str = "") -> Invalid:
    """The refusal that lists every finding of a validation."""
    return Invalid(errors=field_errors(error.errors(include_input=False, include_url=False), body, prefix))


def field_errors(findings: Iterable[Mapping[str, Any]], body: Any = None, prefix: str = "") -> list[FieldError]:
    """Each finding as a field error.

    `body` is what was validated (tags of unions, which pydantic puts into the path, are not part of it);
    `prefix` is the pointer of the validated part within the request's body.
    """
    return [_field_error(finding, body, prefix) for finding in findings]


def _field_error(finding: Mapping[str, Any], body: Any, prefix: str) -> FieldError:
    code = str(finding["type"])
    context = finding.get("ctx") or {}
    if code == "value_error" and hasattr(context.get("error"), "field_text"):
        de, en = context["error"].field_text
    else:
        de, en = (_fill(text, context) for text in _TEXTS.get(code, _OTHER))
        de = de.replace("' or '", "' oder '")  # pydantic lists what is allowed in English
    place = tuple(finding["loc"])
    if code.startswith("union_tag"):  # found wrong as a whole, but it is the tag that is missing or unknown
        place += (str(context["discriminator"]).strip("'"),)
    return FieldError(_pointer(place, body, prefix), code, de, en)


def _fill(text: str, context: Mapping[str, Any]) -> str:
    try:
        return text.format(**context)
    except (KeyError, IndexError):
        return _OTHER[0] if text.endswith(".") and "{" in text else text


def _pointer(location: Sequence[Any], body: Any, prefix: str) -> str:
    """`("body", "terms", 0)` becomes `/terms/0`; other places keep their name: `query:limit`."""
    if location and location[0] in ("query", "header", "path", "cookie"):
        return f"{location[0]}:{'.'.join(str(part) for part in location[1:])}"
    parts = list(location[1:] if location and location[0] == "body" else location)
    pointer = prefix
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "[key]" or (isinstance(body, dict) and part not in body and not last):
            continue  # a key itself, the tag of a union, or the name of a validator
        pointer += f"/{escape(str(part))}"
        if isinstance(body, dict):
            body = body.get(part)
        elif isinstance(body, list) and isinstance(part, int) and part < len(body):
            body = body[part]
    return pointer


class FieldValueError(ValueError):
    """A validator's own refusal with its sentence in both languages."""

    def __init__(self, de: str, en: str) -> None:
        super().__init__(en)
        self.field_text = (de, en)
