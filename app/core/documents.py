"""Documents people sign, file and read aloud: PDF/A-3a and PDF/UA-1, in German, in one house style (library typst).

A template (`app/templates`) is ours; what it prints is data, read from JSON, and never becomes markup. The same data
give the same bytes, so that a document fetched twice is one document. The fonts are those typst brings.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from fastapi import Response

from app.core import typesetter
from app.core.problems import Unavailable

PDF = "application/pdf"
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Das Dokument (PDF/A-3a, PDF/UA-1)",
        "content": {PDF: {"schema": {"type": "string", "format": "binary", "maxLength": 50_000_000}}},
    }
}
"""The answer of an endpoint that returns a document, for OpenAPI."""

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
MAX_SECONDS = 20
_DESKS = BoundedSemaphore(2)  # more at once would only take the processors from everybody else
_CHAIRS = BoundedSemaphore(6)  # and whoever waits holds a thread and a connection that an alarm may need

_LATIN = "\t\n -~\xa0-\u017f\u2002-\u200d\u2010-\u2027\u202f\u2030-\u203a\u20ac"  # with its spaces, dashes, quotes
_PRINTED = (
    _LATIN + "\u0180-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u04ff\u1e00-\u1f15"  # Greek, Cyrillic
    "\u0531-\u0556\u0561-\u0586\u10d0-\u10ff\u05d0-\u05ea\u05f0-\u05f4"  # Armenian, Georgian, Hebrew
    "\u060c\u061b\u061f\u0621-\u063a\u0640-\u0652\u0660-\u0669"  # Arabic, and what Persian adds to it
    "\u067e\u0686\u0698\u06a9\u06af\u06cc\u06f0-\u06f9"
    "\u2044\u2070\u2074-\u208e\u20a0-\u20bf\u2116\u2122\u2126\u2153-\u215e\u2190-\u22ff"  # signs
    "\u2460-\u2473\u2500-\u25ff\u2713\u2717\ufb00-\ufb06"
)
"""What the fonts can show. Signs that change the direction of their neighbours are not among it: they could make a
signed text read otherwise than it was hashed."""
_UNPRINTED, _NOT_LATIN = re.compile(f"[^{_PRINTED}]"), re.compile(f"[^{_LATIN}]")
_ENDLESS, _WORD, _EVERY = re.compile(r"\S{41,}"), re.compile(r"[^\W\d_]{1,80}[.,;:!?)]?"), re.compile(r"(\S{20})")
_BREAK_HERE = "\u200b"


@dataclass(frozen=True, slots=True)
class Source:
    """A file carried inside the document, for machines: what the document says, as it was hashed.

    `relationship` is PDF/A-3's: the document was made from it (`source`), or says the same (`alternative`).
    """

    name: str
    media_type: str
    content: str
    description: str
    relationship: str = "source"


class DocumentFailed(Exception):
    """The template cannot be typeset: a fault of ours."""


def render(
    template: str, data: Mapping[str, Any], *, title: str, made_at: datetime, source: Source | None = None
) -> bytes:
    """Typeset a document; the same input gives the same bytes.

    Args:
        template: a file of `app/templates`, without its ending.
        data: what the template prints; characters no font has are printed by their number: `[U+1F600]`.
        title: what readers and screen readers call the document.
        made_at: the day and time the document tells as its own.

    Raises:
        Unavailable: too many documents are being made, or this one takes too long.
    """
    attached = None if source is None else list(astuple(source))
    for unknown in (_UNPRINTED, _NOT_LATIN):
        text = {"title": _printable(title, unknown), "data": _printable(data, unknown), "source": attached}
        pdf = _typeset(template, json.dumps(text, sort_keys=True), int(made_at.timestamp()))
        if pdf is not None:
            return pdf
    raise DocumentFailed(template)


def answer(pdf: bytes, name: str) -> Response:
    """A document as the answer of an endpoint; a browser shows it, and keeps it under this name."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
    return Response(pdf, media_type=PDF, headers={"Content-Disposition": f'inline; filename="{safe}.pdf"'})


def _typeset(template: str, text: str, timestamp: int) -> bytes | None:
    """What the program made of it; None where the text has something that cannot be printed."""
    job = {
        "root": str(TEMPLATES),
        "template": str(TEMPLATES / f"{template}.typ"),
        "inputs": {"text": text, "day": str(timestamp)},
        "timestamp": timestamp,
    }
    if not _CHAIRS.acquire(blocking=False):
        raise Unavailable
    try:
        return _at_a_desk(template, job)
    finally:
        _CHAIRS.release()


def _at_a_desk(template: str, job: Mapping[str, Any]) -> bytes | None:
    if not _DESKS.acquire(timeout=MAX_SECONDS):
        raise Unavailable
    try:
        done = subprocess.run(
            [sys.executable, "-I", typesetter.__file__],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable from None
    finally:
        _DESKS.release()
    if done.returncode == typesetter.REFUSED:
        return None
    if done.returncode:
        raise DocumentFailed(template, done.returncode, done.stderr.decode(errors="replace")[:500])
    return done.stdout


def _printable(value: Any, unknown: re.Pattern[str]) -> Any:
    """The same data with every text as the fonts and the width of a page can take it."""
    if isinstance(value, str):
        return _ENDLESS.sub(_breakable, unknown.sub(_named, value))
    if isinstance(value, Mapping):
        return {name: _printable(item, unknown) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item, unknown) for item in value]
    return value


def _named(match: re.Match[str]) -> str:
    return f"[U+{ord(match[0]):04X}]"


def _breakable(match: re.Match[str]) -> str:
    """A run without blanks would leave the page; a German word is left to the hyphens."""
    return match[0] if _WORD.fullmatch(match[0]) else _EVERY.sub(rf"\1{_BREAK_HERE}", match[0])
