"""What may be a form, and what content fits; without a database."""

import socket
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.modules.forms.rules import MAX_UNFOLDED, check_content, check_schema
from tests.stories.given import DEVELOPMENT_REPORT, DEVELOPMENT_REPORT_CONTENT


def _form(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"title": name, **field} for name, field in properties.items()}}


def _doubling(levels: int) -> dict[str, Any]:
    """Each definition names the next one twice: 2^levels places out of a few lines."""
    steps = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]} for n in range(levels)}
    return {"type": "object", "$ref": "#/$defs/d0", "$defs": {**steps, f"d{levels}": {"type": "object"}}}


def _deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"allOf": [schema]}
    return {"type": "object", **schema}


REFUSED = {
    "no object": ({"type": "string"}, "/type"),
    "no type": ({"properties": {}}, "/type"),
    "older dialect": ({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}, "/$schema"),
    "reference over http": (_form(a={"$ref": "http://127.0.0.1:9/x"}), "/properties/a/$ref"),
    "reference to a file": (_form(a={"$ref": "file:///etc/passwd"}), "/properties/a/$ref"),
    "reference to another document": (_form(a={"$ref": "other.json#/x"}), "/properties/a/$ref"),
    "reference to nothing": (_form(a={"$ref": "#/$defs/none"}), "/properties/a/$ref"),
    "reference that is no text": (_form(a={"$ref": 5}), "/properties/a/$ref"),
    "base of its own": ({"type": "object", "$id": "http://127.0.0.1:9/"}, "/$id"),
    "dynamic reference": (_form(a={"$dynamicRef": "#a"}), "/properties/a/$dynamicRef"),
    "entry without a title": ({"type": "object", "properties": {"a": {"type": "string"}}}, "/properties/a/title"),
    "a keyword of the wrong kind": (_form(a={"type": 5}), "/properties/a/type"),
    "a broken pattern": (_form(a={"pattern": "("}), "/properties/a/pattern"),
    "a pattern that looks back": (_form(a={"pattern": "(?<=a)b"}), "/properties/a/pattern"),
    "contains itself": (_form(a={"$ref": "#/properties/a"}), ""),
    "contains itself in a circle": (
        {
            **_form(a={"$ref": "#/$defs/x"}),
            "$defs": {"x": {"items": {"$ref": "#/$defs/y"}}, "y": {"$ref": "#/$defs/x"}},
        },
        "",
    ),
    "doubles at each step": (_doubling(25), ""),
    "too deep": (_deep(20), ""),
    "too many places": (_form(a={"enum": [{}] * MAX_UNFOLDED}), ""),
    "too many bytes": (_form(a={"description": "x" * 200_001}), ""),
}


@pytest.mark.parametrize(("schema", "place"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_its_place(schema: dict[str, Any], place: str) -> None:
    assert check_schema(schema, "/schema")[0].pointer == f"/schema{place}"


@pytest.mark.parametrize(
    "schema", [DEVELOPMENT_REPORT, {"type": "object"}, _doubling(5), _form(a={"pattern": "^(a+)+$"})]
)
def test_a_sound_schema_may_be_a_form(schema: dict[str, Any]) -> None:
    assert check_schema(schema) == []


def _laid_out(hints: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"ziel": {"type": "string", "title": "Ziel", "x-layout": hints}}}


def test_a_form_may_say_how_it_is_laid_out() -> None:
    hints = {"widget": "textarea", "width": "half", "group": "Ziele", "help": "In eigenen Worten."}
    assert check_schema(_laid_out(hints)) == []


@pytest.mark.parametrize(
    ("hints", "place"),
    [({"widget": "karussell"}, "widget"), ({"breite": 3}, "breite"), ({"help": 1}, "help"), ("groß", "x-layout")],
)
def test_hints_no_front_end_knows_are_refused(hints: Any, place: str) -> None:
    (fault,) = check_schema(_laid_out(hints))
    assert (fault.pointer, fault.code) == (f"/properties/ziel/x-layout/{place}", "layout")


def test_a_reference_is_never_fetched_even_if_a_schema_slipped_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        schema = _form(a={"$ref": f"http://127.0.0.1:{server.getsockname()[1]}/x"})
        with pytest.raises(ValueError, match="outside itself"):
            check_content(schema, {})
        with pytest.raises(BlockingIOError):  # nobody has knocked
            server.accept()


def test_a_pattern_takes_linear_time() -> None:
    began = time.thread_time()
    findings = check_content(_form(a={"type": "string", "pattern": "^(a+)+$"}), {"a": "a" * 50_000 + "b"})
    assert [finding.code for finding in findings] == ["pattern"]
    assert time.thread_time() - began < 1


def test_content_that_fits_has_no_findings() -> None:
    assert check_content(DEVELOPMENT_REPORT, DEVELOPMENT_REPORT_CONTENT) == []


@pytest.mark.parametrize(
    ("field", "value", "code", "words"),
    [
        ({"type": "string"}, 5, "type", "Erwartet wird: Text."),
        ({"type": ["integer", "null"]}, "x", "type", "Erwartet wird: eine ganze Zahl oder null."),
        ({"minLength": 3}, "x", "minLength", "Mindestens 3 Zeichen."),
        ({"maxLength": 1}, "xx", "maxLength", "Höchstens 1 Zeichen."),
        ({"maxItems": 1}, [1, 2], "maxItems", "Höchstens 1 Einträge."),
        ({"minimum": 0}, -1, "minimum", "Der Wert muss mindestens 0 sein."),
        ({"exclusiveMaximum": 3}, 3, "exclusiveMaximum", "Der Wert muss kleiner als 3 sein."),
        ({"multipleOf": 0.25}, 0.3, "multipleOf", "Der Wert muss ein Vielfaches von 0.25 sein."),
        ({"enum": ["a"]}, "b", "enum", "Diese Auswahl gibt es im Vordruck nicht."),
        ({"const": 1}, 2, "const", "Hier ist nur ein bestimmter Wert möglich."),
        ({"format": "date"}, "31.12.2026", "format", "Das ist kein Wert der Form „date“."),
        ({"format": "email"}, "niemand", "format", "Das ist kein Wert der Form „email“."),
        ({"uniqueItems": True}, [1, 1], "uniqueItems", "Kein Eintrag darf doppelt vorkommen."),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            1,
            "anyOf",
            "Die Angabe passt zu keiner der Möglichkeiten.",
        ),
        ({"not": {}}, 1, "not", "Die Angabe passt nicht zum Vordruck."),
    ],
)
def test_each_finding_has_a_german_sentence_without_the_content(
    field: dict[str, Any], value: Any, code: str, words: str
) -> None:
    (finding,) = check_content(_form(a=field), {"a": value}, "/content")
    assert (finding.pointer, finding.code, finding.de) == ("/content/a", code, words)
    assert finding.en
    assert finding.en != finding.de


def test_missing_and_unknown_entries_are_pointed_to_one_by_one() -> None:
    schema = {**_form(**{"a/b": {}}), "required": ["a/b"], "additionalProperties": False}
    findings = check_content(schema, {"x": 1, "": 2})
    assert {(finding.pointer, finding.code) for finding in findings} == {
        ("/a~1b", "required"),
        ("/x", "additionalProperties"),
        ("/", "additionalProperties"),
    }


def test_findings_end_after_a_hundred() -> None:
    assert len(check_content(_form(a={"items": {"type": "string"}}), {"a": list(range(500))})) == 100


def test_what_would_take_too_long_to_explain_is_refused_as_a_whole() -> None:
    schema = _form(a={"items": {"anyOf": [{"const": -number} for number in range(1, 2000)]}})
    began = time.thread_time()
    (finding,) = check_content(schema, {"a": list(range(5000))}, "/content")
    assert (finding.pointer, finding.code) == ("/content", "unfit")
    assert time.thread_time() - began < 1


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # busy machines are no bug
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@PATIENT
@given(st.dictionaries(st.sampled_from([*DEVELOPMENT_REPORT["properties"], "x"]), values, max_size=6))
def test_whatever_the_content_the_answer_is_findings_within_it(content: dict[str, Any]) -> None:
    findings = check_content(DEVELOPMENT_REPORT, content, "/content")
    assert findings  # five entries are needed, and none of these values is a list of goals
    assert all(finding.pointer.startswith("/content") for finding in findings)


@PATIENT
@given(st.dictionaries(st.text(max_size=8) | st.sampled_from(["type", "$ref", "properties", "items"]), values))
def test_whatever_the_schema_the_answer_is_findings_or_a_form(schema: dict[str, Any]) -> None:
    if not check_schema(schema, "/schema"):
        check_content(schema, {})
