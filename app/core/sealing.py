"""Secrets that must be read again (to sign with them) lie in the database sealed: AES-256-GCM, bound to their row.

The key lies beside the signing keys, outside the database; a dump alone opens nothing.
"""

import os
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Sealer:
    """Seals and opens small secrets."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read the key, or make one at the first start; two processes that start at once agree on one."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / "sealing.key"
        if not path.exists():
            draft = directory / f".sealing-{os.getpid()}.key"
            draft.touch(mode=0o600)
            draft.write_bytes(AESGCM.generate_key(256))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return cls(path.read_bytes())

    def seal(self, secret: str, row: str) -> bytes:
        """The secret, sealed for one row."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), row.encode())

    def open(self, sealed: bytes, row: str) -> str:
        """The secret again; fails loudly for another row or a changed byte."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], row.encode()).decode()
