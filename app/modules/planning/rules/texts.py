"""What names a text: its hash. Pure."""

import hashlib
from typing import Any

from jsonschema_rs.canonical import json as canonical


def fingerprint(text: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON (RFC 8785: its numbers are whole), in hexadecimal."""
    return hashlib.sha256(canonical.to_string(text).encode()).hexdigest()
