"""A program of its own: a template and its data in (standard input), a PDF out (standard output).

The library typst keeps what it has computed for later: ten long documents would leave a gigabyte behind. A process
that ends gives everything back, and can be stopped. It takes 30 ms to start, knows nothing of the service, and
is run isolated (`python -I`), so it imports nothing of this package.
"""

import json
import resource
import sys
from typing import Any

CPU_SECONDS, MEMORY = 120, 4 << 30
REFUSED = 65  # EX_DATAERR: the text has something that cannot be printed, see app/core/documents.py
STANDARDS: list[Any] = ["a-3a", "ua-1"]
"""PDF/A-3a (ISO 19005-3: can be kept for decades, may carry its source) and PDF/UA-1 (ISO 14289-1: accessible)."""


def main() -> int:
    """Typeset one document."""
    import typst  # here, because the service reads this file's constants and needs no 80 MB for that

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    job = json.load(sys.stdin.buffer)
    try:
        pdf = typst.compile(
            job["template"],
            root=job["root"],
            font_paths=typst.Fonts(include_system_fonts=False),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=job["inputs"],
            pdf_standards=STANDARDS,
            timestamp=job["timestamp"],
        )
    except typst.TypstError as error:
        sys.stderr.write(f"{error.message}\n")
        return REFUSED if error.message.startswith("PDF/") else 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
