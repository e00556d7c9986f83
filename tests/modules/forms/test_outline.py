"""A form as a list of entries on paper."""

from typing import Any

import pytest

from app.modules.forms import Entry, entries_of
from tests.stories.given import DEVELOPMENT_REPORT


def kind(**field: Any) -> str:
    [entry] = entries_of({"type": "object", "properties": {"x": {"title": "X", **field}}})
    return entry.kind


def test_entries_come_in_the_forms_order_with_those_inside_others() -> None:
    entries = entries_of(DEVELOPMENT_REPORT)
    assert entries[:4] == [
        Entry("Berichtszeitraum", 0, True, "Text (4 bis 100 Zeichen)"),
        Entry("Wer mitgewirkt hat", 0, False, "Liste (höchstens 20 Einträge), je: Text (höchstens 100 Zeichen)"),
        Entry("Ziele aus dem Hilfeplan", 0, True, "Liste (1 bis 10 Einträge)"),
        Entry("Ziel im Wortlaut des Hilfeplans", 1, True, "Text (höchstens 500 Zeichen)"),
    ]
    assert [entry.depth for entry in entries].count(1) == 3


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"type": "string"}, "Text"),
        ({"type": "string", "minLength": 5}, "Text (mindestens 5 Zeichen)"),
        ({"type": "string", "format": "date"}, "Datum"),
        ({"type": "string", "format": "uuid"}, "Text"),
        ({"type": ["null", "integer"], "minimum": 0, "maximum": 9}, "ganze Zahl (0 bis 9)"),
        ({"type": "number", "maximum": 1.5}, "Zahl (höchstens 1,5)"),
        ({"type": "boolean"}, "ja oder nein"),
        ({"type": "array", "items": {"enum": ["a", None, "b"]}}, "Liste, je: Auswahl: a, b"),
        ({"type": "array", "items": True}, "Liste"),
        ({"const": 7}, "immer: 7"),
        ({"anyOf": [{"type": "string"}]}, "Angabe"),
        ({"type": "object"}, "Abschnitt"),
    ],
)
def test_what_is_to_be_entered(field: dict[str, Any], words: str) -> None:
    assert kind(**field) == words


def test_a_title_beside_a_reference_wins() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/d", "title": "Hier"}, "b": {"$ref": "#/$defs/d"}, "c": True},
        "$defs": {"d": {"$ref": "#/$defs/e"}, "e": {"type": "string", "title": "Dort"}},
    }
    assert [(entry.title, entry.kind) for entry in entries_of(schema)] == [
        ("Hier", "Text"),
        ("Dort", "Text"),
        ("c", "Angabe"),
    ]
