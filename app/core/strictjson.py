"""Reading JSON without surprises: what the standard library lets pass is refused here (RFC 8259, RFC 7493).

Refused with 400: NaN and Infinity, duplicate keys, invalid UTF-8, NUL characters, lone surrogates, nesting beyond
32, numbers no database holds.
"""

import json
import re
from typing import Any, NoReturn

from app.core.problems import FieldError, MalformedRequest, Text

MAX_DEPTH = 32
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_OPENING = frozenset(b"[{")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_MAX_DIGITS = 18  # every integer of the API fits a bigint


def loads(body: bytes) -> Any:
    """The JSON value of a body, or `MalformedRequest`."""
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _too_deep(body):
        raise _refused("zu tief verschachtelt", "nested too deeply")
    try:
        text = body.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise _refused("kein gültiges UTF-8", "not valid UTF-8") from None
    except (ValueError, RecursionError):
        raise _refused("kein gültiges JSON", "not valid JSON") from None
    if "\\u" in text:
        _check_text(value, "")
    return value


def _refused(de: str, en: str, pointer: str | None = None) -> MalformedRequest:
    errors = [FieldError(pointer, "invalid_text", de, en)] if pointer is not None else []
    return MalformedRequest(errors=errors, reason=Text(de, en))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _refused("ein Name steht doppelt in einem Objekt", "a name stands twice in an object")
    return value


def _no_constant(_: str) -> NoReturn:
    raise _refused("NaN und Infinity sind kein JSON", "NaN and Infinity are not JSON")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS + 1:
        raise _refused("eine Zahl ist zu groß", "a number is too large")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if len(digits) > 40 or value in (float("inf"), float("-inf")):
        raise _refused("eine Zahl ist zu groß", "a number is too large")
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer, parse_float=_number
)


def _too_deep(body: bytes) -> bool:
    """Whether brackets outside strings nest beyond the limit: without recursion, and no further than needed."""
    depth = 0
    for byte in _STRING.sub(b"", body).translate(None, _NO_BRACKET):
        depth += 1 if byte in _OPENING else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _check_text(value: Any, pointer: str) -> None:
    """Escapes can smuggle in what UTF-8 and PostgreSQL cannot hold."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise _refused("ein Zeichen ist nicht erlaubt", "a character is not allowed", pointer)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key, pointer)
            _check_text(item, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_text(item, f"{pointer}/{index}")


def escape(token: str) -> str:
    """One reference token of a JSON Pointer (RFC 6901)."""
    return token.replace("~", "~0").replace("/", "~1")
