"""Files that people hand in: what they really are, whether they may do something of their own, what they are called.

Only types that show and do nothing: PDF, PNG, JPEG, plain text, each known by its own bytes and not only by what was
declared. A PDF is looked through in a process of its own (see pdfinspector).
"""

import re
import subprocess
import sys
import unicodedata
from threading import BoundedSemaphore
from urllib.parse import quote

from fastapi import Response

from app.core import pdfinspector
from app.core.problems import Problem, Text, Unavailable, UnsupportedMediaType

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
ENDINGS = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), TEXT: (".txt",)}
_BEGINNINGS = {PDF: b"%PDF-", PNG: b"\x89PNG\r\n\x1a\n", JPEG: b"\xff\xd8\xff"}
_EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_MAX_SECONDS, _MAX_NAME = 30, 120
_DESKS = BoundedSemaphore(2)
_SPACES = "\n\r\t\f"


class FileRefused(Problem):
    """What was sent is no file to be kept."""

    status, code = 422, "file-refused"
    title = ("Datei nicht angenommen", "File refused")
    detail = ("Die Datei wird nicht angenommen: {reason}", "The file is not accepted: {reason}")


_REASONS = {
    "empty": Text("Sie ist leer.", "It is empty."),
    "type": Text("Ihr Inhalt ist nicht, was als Dateityp angegeben ist.", "Its content is not of the type declared."),
    "malware": Text("Sie gibt sich als Schadprogramm zu erkennen.", "It says of itself to be malware."),
    "active": Text(
        "Das PDF enthält Programme, Formulare oder andere Dateien.", "The PDF contains scripts, forms or other files."
    ),
    "encrypted": Text("Das PDF ist verschlüsselt.", "The PDF is encrypted."),
    "damaged": Text("Das PDF ist nicht lesbar oder zu verwickelt.", "The PDF cannot be read, or is too intricate."),
}


def inspect(data: bytes, media_type: str) -> None:
    """Let a file pass, or refuse it.

    Raises:
        UnsupportedMediaType: a type that is not taken here.
        FileRefused: it is not what it is declared to be, or could act.
    """
    if media_type not in ENDINGS:
        raise UnsupportedMediaType(expected=", ".join(ENDINGS))
    fault = _fault(data, media_type)
    if fault is not None:
        raise FileRefused(reason=_REASONS[fault])


def clean_name(name: str, media_type: str) -> str:
    """A name that is safe on every system: no path, no hidden file, no sign that turns it round, the type's ending."""
    flat = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    kept = "".join(char for char in flat if char not in '<>:"|?*%' and unicodedata.category(char)[0] != "C")
    stem = re.sub(r"\s+", " ", kept).strip(" .")
    for ending in ENDINGS[media_type]:
        if stem.lower().endswith(ending):
            stem = stem[: -len(ending)].strip(" .")
    return (stem[:_MAX_NAME].strip(" .") or "Anlage") + ENDINGS[media_type][0]


def download(data: bytes, media_type: str, name: str) -> Response:
    """A file as the answer of an endpoint: kept, never shown or run within the page of the service."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(data, media_type=media_type, headers=headers)


def _fault(data: bytes, media_type: str) -> str | None:
    if not data:
        return "empty"
    if _EICAR in data:
        return "malware"
    if media_type == TEXT:
        return None if _is_text(data) else "type"
    if not data.startswith(_BEGINNINGS[media_type]):
        return "type"
    return _pdf_fault(data) if media_type == PDF else None


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(char in _SPACES or unicodedata.category(char) != "Cc" for char in text)


def _pdf_fault(data: bytes) -> str | None:
    if not _DESKS.acquire(timeout=_MAX_SECONDS):
        raise Unavailable
    try:
        done = subprocess.run(
            [sys.executable, "-I", pdfinspector.__file__],
            input=data,
            capture_output=True,
            timeout=_MAX_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "damaged"
    finally:
        _DESKS.release()
    word = done.stdout.decode(errors="replace").strip()
    return (word or None) if done.returncode == 0 and word in {"", *_REASONS} else "damaged"
