"""Secrets that must be read again lie in the database sealed: AES-256-GCM, bound to their row (and field).

The keys lie beside the signing keys, outside the database; a dump alone opens nothing. There may be several, each with
an id: the newest seals, all open, so that a key can be replaced while the service runs. What was sealed names its key;
what was sealed before keys had ids is opened with the first.
"""

import os
import re
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

_NONCE = 12
_MARK = b"HS2"
_ID = 4
_FIRST = "0001"
_FILE = re.compile(r"sealing(?:-(\d{4}))?\.key", re.ASCII)


class Sealer:
    """Seals and opens small secrets."""

    def __init__(self, keys: dict[str, bytes], directory: Path | None = None) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in sorted(keys.items())}
        self._directory = directory

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read the keys, or make one at the first start; two processes that start at once agree on one."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _files(directory):
            _create(directory, "sealing.key")
        return cls(_read(directory), directory)

    @property
    def key_id(self) -> str:
        """The key that seals now: the newest."""
        self._refresh()
        return list(self._ciphers)[-1]

    def rotate(self) -> str:
        """Add a key, which seals from now on; what older ones sealed stays readable. Returns its id.

        Raises:
            ValueError: the keys come from no directory.
        """
        if self._directory is None:
            raise ValueError("keys that come from no directory are not rotated here")
        while not _create(self._directory, f"sealing-{int(self.key_id) + 1:04}.key"):
            pass  # another process took the number
        return self.key_id

    def seal(self, secret: str, row: str) -> bytes:
        """The secret, sealed for one row (or one field of it) with the newest key."""
        key_id = self.key_id
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[key_id].encrypt(nonce, secret.encode(), row.encode())
        return _MARK + key_id.encode() + nonce + sealed

    def open(self, sealed: bytes, row: str) -> str:
        """The secret again; fails loudly for another row, a changed byte or a lost key."""
        key_id, rest = _named(sealed)
        if key_id not in self._ciphers:
            self._refresh()
        try:
            return self._decrypt(key_id, rest, row)
        except InvalidTag:
            return self._decrypt(_FIRST, sealed, row)  # from before keys had ids, if its nonce happens to look marked

    def _decrypt(self, key_id: str, sealed: bytes, row: str) -> str:
        if key_id not in self._ciphers:
            raise InvalidTag
        return self._ciphers[key_id].decrypt(sealed[:_NONCE], sealed[_NONCE:], row.encode()).decode()

    def _refresh(self) -> None:
        """Follow what other processes did to the directory; a key never changes, so its name says all."""
        if self._directory is not None and set(_files(self._directory)) != set(self._ciphers):
            self._ciphers = {key_id: AESGCM(key) for key_id, key in sorted(_read(self._directory).items())}


def sealer_of(db: Session) -> Sealer:
    """The process's sealer, for rooms that seal what they write."""
    sealer: Sealer = db.info["sealer"]
    return sealer


def _named(sealed: bytes) -> tuple[str, bytes]:
    """Which key sealed this, and the rest."""
    start = len(_MARK)
    key_id = sealed[start : start + _ID]
    if sealed.startswith(_MARK) and key_id.isdigit():
        return key_id.decode(), sealed[start + _ID :]
    return _FIRST, sealed


def _files(directory: Path) -> dict[str, Path]:
    """The keys of a directory by id."""
    found = ((_FILE.fullmatch(file.name), file) for file in directory.iterdir())
    return {match[1] or _FIRST: file for match, file in found if match}


def _read(directory: Path) -> dict[str, bytes]:
    return {key_id: file.read_bytes() for key_id, file in _files(directory).items()}


def _create(directory: Path, name: str) -> bool:
    """Write a key whole under a hidden name, then link it: nobody reads half a key, and one of two creates it."""
    draft = directory / f".{os.getpid()}-{name}"
    draft.touch(mode=0o600)
    draft.write_bytes(AESGCM.generate_key(256))
    try:
        os.link(draft, directory / name)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
