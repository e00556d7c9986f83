"""What was written into a form, as paper tells it."""

from typing import Any

import pytest

from app.modules.forms import Line, check_content, filled

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "thema": {"type": "string", "title": "Thema", "x-layout": {"group": "Anlass"}},
        "am": {"type": "string", "format": "date", "title": "Am", "x-layout": {"group": "Anlass"}},
        "ja": {"type": "boolean", "title": "Besprochen"},
        "ziele": {"type": "array", "title": "Ziele", "items": {"$ref": "#/$defs/ziel"}},
        "wer": {"type": "array", "title": "Wer", "items": {"type": "string"}},
        "ort": {"type": "object", "title": "Ort", "properties": {"stadt": {"type": "string", "title": "Stadt"}}},
        "note": {"type": "number", "title": "Note"},
    },
    "$defs": {
        "ziel": {
            "type": "object",
            "title": "Ziel",
            "properties": {"grad": {"type": "integer", "title": "Grad", "minimum": -2, "maximum": 2}},
        }
    },
}


def test_entries_come_in_the_order_of_the_form_with_its_titles_and_groups() -> None:
    content = {
        "weiteres": None,
        "note": -1.5,
        "ort": {"stadt": "Hilden"},
        "wer": ["Mutter", "Kind"],
        "ziele": [{"grad": -2}, {"grad": 0}],
        "ja": True,
        "am": "2026-03-02",
        "thema": "Schule",
    }
    assert check_content(SCHEMA, content) == []
    assert filled(SCHEMA, content) == [
        Line("Anlass", 0, None),
        Line("Thema", 1, "Schule"),
        Line("Am", 1, "02.03.2026"),
        Line("Besprochen", 0, "ja"),
        Line("Ziele", 0, None),
        Line("1. Ziel", 1, None),
        Line("Grad", 2, "−2 (viel weniger als erwartet)"),
        Line("2. Ziel", 1, None),
        Line("Grad", 2, "0 (wie erwartet)"),
        Line("Wer", 0, "– Mutter\n– Kind"),
        Line("Ort", 0, None),
        Line("Stadt", 1, "Hilden"),
        Line("Note", 0, "−1,5"),
        Line("weiteres", 0, "–"),
    ]


@pytest.mark.parametrize(
    ("value", "text"), [([], "–"), (False, "nein"), (None, "–"), ("kein Datum", "kein Datum"), ([1, True], "– 1\n– ja")]
)
def test_values_of_any_kind_are_told(value: Any, text: str) -> None:
    schema = {"type": "object", "properties": {"x": {"title": "X", "format": "date"}}}
    assert filled(schema, {"x": value}) == [Line("X", 0, text)]
