"""Problems: German or English, with pointers, without the input."""

from typing import Self

import pytest
from pydantic import Field, ValidationError, model_validator

from app.core.problems import Conflict, GuardRefused, Problem, Text, language_of
from app.core.types import Cents, Day, Hours, In, Instant, Word
from app.core.validation import FieldValueError, invalid


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "de"),
        ("en", "en"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("de-AT, en;q=0.5", "de"),
        ("fr, en;q=0.4, de;q=0.3", "en"),
        ("fr", "de"),
        ("*", "de"),
        ("en;q=x", "de"),
        (";;;,,,q=1", "de"),
    ],
)
def test_language(header: str | None, language: str) -> None:
    assert language_of(header) == language


def test_texts_are_told_in_one_language() -> None:
    problem = GuardRefused(reasons=[Text("zu früh", "too early")])
    assert problem.render("de")["reasons"] == ["zu früh"]
    assert problem.render("en")["reasons"] == ["too early"]
    assert "too early" in Conflict(reason=Text("zu früh", "too early")).render("en")["detail"]


def test_every_problem_has_both_languages_and_its_own_code() -> None:
    for code, kind in Problem.catalogue.items():
        assert kind.code == code
        assert 400 <= kind.status <= 599
        assert all(kind.title)
        assert all(kind.detail)


def test_a_code_cannot_be_taken_twice() -> None:
    with pytest.raises(TypeError):
        type("Other", (Problem,), {"code": "not-found", "status": 404})


class Inner(In):
    day: Day
    cents: Cents = 0


class Outer(In):
    word: Word
    inner: list[Inner] = Field(default_factory=list)
    at: Instant | None = None
    hours: Hours | None = None


def _pointers(body: object) -> set[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(body)
    return {(error.pointer, error.code) for error in invalid(caught.value, body).errors}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, {("/word", "missing")}),
        ({"word": "", "x": 1}, {("/word", "string_too_short"), ("/x", "extra_forbidden")}),
        ({"word": "a\u0007"}, {("/word", "invalid_text")}),
        ({"word": "a", "inner": [{"day": "2026-02-30"}]}, {("/inner/0/day", "date_from_datetime_parsing")}),
        ({"word": "a", "inner": [{"day": 0}]}, {("/inner/0/day", "day")}),
        ({"word": "a", "inner": [{"day": "2026-01-01T00:00:00"}]}, {("/inner/0/day", "day")}),
        ({"word": "a", "inner": [{"day": "2026-01-01", "cents": True}]}, {("/inner/0/cents", "int_type")}),
        ({"word": "a", "inner": [{"day": "2026-01-01", "cents": "5"}]}, {("/inner/0/cents", "int_type")}),
        ({"word": "a", "inner": [{"day": "2026-01-01", "cents": -1}]}, {("/inner/0/cents", "greater_than_equal")}),
        ({"word": "a", "inner": [{"day": "2026-01-01", "cents": 1.5}]}, {("/inner/0/cents", "int_type")}),
        ({"word": "a", "at": "2026-01-01T00:00:00"}, {("/at", "instant")}),
        ({"word": "a", "at": 0}, {("/at", "instant")}),
        ({"word": "a", "at": "0001-01-01T00:00:00+01:00"}, {("/at", "instant")}),
        ({"word": "a", "at": "9999-12-31T23:59:59-01:00"}, {("/at", "instant")}),
        ({"word": "a", "hours": 12.5}, {("/hours", "decimal_string")}),
        ({"word": "a", "hours": "1e3"}, {("/hours", "decimal_string")}),
    ],
)
def test_findings_point_at_their_field(body: object, found: set[tuple[str, str]]) -> None:
    assert _pointers(body) == found


def test_findings_never_repeat_the_input() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"word": ["Mustermann"], "Mustermann-Feld": 1, "hours": "Mustermann"})
    assert "Mustermann" not in str([error.render("de")["detail"] for error in invalid(caught.value, {}).errors])


def test_whole_floats_are_whole_numbers() -> None:
    assert Outer.model_validate({"word": "a", "inner": [{"day": "2026-01-01", "cents": 90.0}]}).inner[0].cents == 90


class Ordered(In):
    first: int
    last: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise FieldValueError("verkehrt herum", "the wrong way round")
        return self


def test_a_validators_own_sentence_is_told_in_both_languages() -> None:
    with pytest.raises(ValidationError) as caught:
        Ordered.model_validate({"first": 2, "last": 1})
    error = invalid(caught.value).errors[0]
    assert (error.de, error.en) == ("verkehrt herum", "the wrong way round")
