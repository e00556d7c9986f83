"""JSON that a lenient reader would bend is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.problems import MalformedRequest
from app.core.strictjson import MAX_DEPTH, loads

REFUSED = {
    "nan": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "float-overflow": b'{"a": 1e999}',
    "huge-integer": b'{"a": ' + b"9" * 60 + b"}",
    "endless-integer": b"9" * 10_000,
    "duplicate-key": b'{"a": 1, "a": 2}',
    "duplicate-key-deep": b'{"b": [{"a": 1, "a": 2}]}',
    "nul": b'{"a": "x\\u0000y"}',
    "nul-key": b'{"x\\u0000": 1}',
    "lone-surrogate": b'["\\ud800"]',
    "reversed-surrogates": b'["\\udc00\\ud800"]',
    "invalid-utf8": b'{"a": "\xff"}',
    "utf16": '{"a": 1}'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"a": 1}',
    "truncated": b'{"a": ',
    "trailing": b'{"a": 1} x',
    "single-quotes": b"{'a': 1}",
    "empty": b"",
    "deep-array": b"[" * 100_000,
    "deep-object": b'{"a":' * 5_000,
    "deep-closed": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "control-character": b'{"a": "\x01"}',
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        loads(body)


@pytest.mark.parametrize("escape", ['"\\ud83d\\ude00"', '"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', '"\\\\[\\""'])
def test_what_only_looks_bad_is_read(escape: str) -> None:
    assert loads(f"[{escape}]".encode()) == json.loads(f"[{escape}]")


def test_nul_is_located() -> None:
    with pytest.raises(MalformedRequest) as caught:
        loads(b'{"a": [{"b/c": "\\u0000"}]}')
    assert caught.value.errors[0].pointer == "/a/0/b~1c"


scalars = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    scalars | texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)


@given(values)
def test_everything_sound_comes_through_unchanged(value: Any) -> None:
    assert loads(json.dumps(value).encode()) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value
