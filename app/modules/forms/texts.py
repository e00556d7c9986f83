"""What a keyword of JSON Schema means to somebody who fills in a form; the content itself is never repeated."""

from typing import Any

_TEXTS = {
    "required": ("Diese Angabe fehlt.", "This entry is missing."),
    "additionalProperties": ("Diese Angabe gibt es im Vordruck nicht.", "The form has no such entry."),
    "unevaluatedProperties": ("Diese Angabe gibt es im Vordruck nicht.", "The form has no such entry."),
    "minLength": ("Mindestens {limit} Zeichen.", "At least {limit} characters."),
    "maxLength": ("Höchstens {limit} Zeichen.", "At most {limit} characters."),
    "minItems": ("Mindestens {limit} Einträge.", "At least {limit} entries."),
    "maxItems": ("Höchstens {limit} Einträge.", "At most {limit} entries."),
    "minProperties": ("Mindestens {limit} Angaben.", "At least {limit} entries."),
    "maxProperties": ("Höchstens {limit} Angaben.", "At most {limit} entries."),
    "minimum": ("Der Wert muss mindestens {limit} sein.", "The value must be at least {limit}."),
    "maximum": ("Der Wert darf höchstens {limit} sein.", "The value must be at most {limit}."),
    "exclusiveMinimum": ("Der Wert muss größer als {limit} sein.", "The value must be greater than {limit}."),
    "exclusiveMaximum": ("Der Wert muss kleiner als {limit} sein.", "The value must be less than {limit}."),
    "multipleOf": ("Der Wert muss ein Vielfaches von {multiple_of} sein.", "Expected is a multiple of {multiple_of}."),
    "enum": ("Diese Auswahl gibt es im Vordruck nicht.", "The form has no such choice."),
    "const": ("Hier ist nur ein bestimmter Wert möglich.", "Only one certain value is possible here."),
    "type": ("Erwartet wird: {types}.", "Expected is: {types}."),
    "pattern": ("Die Schreibweise passt nicht.", "The spelling does not fit."),
    "format": ("Das ist kein Wert der Form „{format}“.", 'This is no value of the form "{format}".'),
    "falseSchema": ("Hier ist keine Angabe vorgesehen.", "No entry is expected here."),
    "uniqueItems": ("Kein Eintrag darf doppelt vorkommen.", "No entry may occur twice."),
    "contains": ("Ein bestimmter Eintrag fehlt.", "A certain entry is missing."),
    "anyOf": ("Die Angabe passt zu keiner der Möglichkeiten.", "The entry fits none of the possibilities."),
    "oneOf": ("Die Angabe passt nicht zu genau einer Möglichkeit.", "The entry does not fit exactly one possibility."),
}
_OTHER = ("Die Angabe passt nicht zum Vordruck.", "The entry does not fit the form.")
_TYPES = {
    "string": ("Text", "text"),
    "integer": ("eine ganze Zahl", "a whole number"),
    "number": ("eine Zahl", "a number"),
    "boolean": ("true oder false", "true or false"),
    "array": ("eine Liste", "a list"),
    "object": ("ein Objekt", "an object"),
    "null": ("null", "null"),
}


def text_of(kind: Any) -> tuple[str, str]:
    """The sentence for a finding of the library (`ValidationErrorKind`), German and English."""
    limits = {name: getattr(kind, name, "") for name in ("limit", "multiple_of", "format")}
    names = sorted(getattr(kind, "types", None) or (), key=lambda name: (name == "null", name))
    types = [_TYPES.get(name, (name, name)) for name in names]
    de, en = _TEXTS.get(kind.name, _OTHER)
    return (
        de.format(types=" oder ".join(name for name, _ in types), **limits),
        en.format(types=" or ".join(name for _, name in types), **limits),
    )
