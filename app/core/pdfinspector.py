"""A program of its own: a PDF in (standard input), one word out: why it is not taken, or nothing (library pypdf).

A PDF from outside is looked through apart from the service, with little time and memory, because what reads it may
be misled by it. Run isolated (`python -I`); imports nothing of this package.
"""

import io
import re
import resource
import sys
from collections.abc import Iterator
from typing import Any

CPU_SECONDS, MEMORY = 20, 1 << 30
MAX_OBJECTS = 200_000
ACTIVE = frozenset(
    {
        "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA", "/SubmitForm",
        "/ImportData",
    }
)  # fmt: skip
"""Names in a PDF that make it act, fetch or carry something (ISO 32000-2, 12.6 and 7.11.4)."""
_PLAIN = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)(?![A-Za-z])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def fault_of(data: bytes) -> str:
    """`encrypted`, `active`, `damaged`, or nothing."""
    from pypdf import PdfReader
    from pypdf.generic import IndirectObject

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        return "encrypted"
    if _PLAIN.search(_ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data)):  # also in what no table names
        return "active"
    places = {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
    places |= {(number, 0) for number in reader.xref_objStm}
    if len(places) > MAX_OBJECTS or not len(reader.pages):
        return "damaged"
    objects = (IndirectObject(number, generation, reader).get_object() for number, generation in sorted(places))
    named = (name for value in (reader.trailer, *objects) for name in _names(value))
    return "active" if any(name in ACTIVE for name in named) else ""


def _names(value: Any) -> Iterator[str]:
    """Every name within an object, those behind references left out: they are looked at themselves."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield from (str(name) for name in item)
            waiting += [dict.__getitem__(item, name) for name in item]
        elif isinstance(item, list):
            waiting += [list.__getitem__(item, place) for place in range(len(item))]
        elif isinstance(item, str) and item.startswith("/"):
            yield str(item)


def main() -> int:
    """Look through one PDF."""
    data = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        sys.stdout.write(fault_of(data))
    except Exception:  # noqa: BLE001  # whatever it stumbled over, such a file is not taken
        sys.stdout.write("damaged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
