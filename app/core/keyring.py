"""The local signing keys: RS256, kept as PEM files only their owner can read, rotated without a pause.

Several processes may share the directory: a key is written whole under a hidden name and then linked to its number,
so nobody reads half a key and of two first starts exactly one creates it.
"""

import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Literal, Protocol
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

RSA_BITS = 2048
_FILE = re.compile(r"signing-\d{4}\.pem", re.ASCII)
_TAKEN = re.compile(r"signing-\d{4}\.pem|retired-\d{4}", re.ASCII)

Algorithm = Literal["RS256", "ES256"]


@dataclass(frozen=True, slots=True, eq=False)
class PublicKey:
    """One key that verifies signatures; `alg` belongs to the key and is never taken from a token."""

    kid: str
    alg: Algorithm
    key: RSAPublicKey | EllipticCurvePublicKey


class KeySource(Protocol):
    """Where an issuer's verification keys come from: the local ring, or an OIDC provider's JWKS."""

    def find(self, issuer: str, kid: str) -> PublicKey | None:
        """The issuer's key of that name, or None. Answers the same object as long as the key stays the same."""


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """A private key with the public key derived from it."""

    private: RSAPrivateKey
    public: PublicKey


class KeyRing:
    """The local signing keys, oldest first: the newest signs, all verify.

    Law: none. RFC 7517 (JWKS), RFC 7638 (`kid` is the key's thumbprint).
    """

    def __init__(self, keys: Mapping[str, SigningKey], directory: Path | None = None) -> None:
        self._keys = dict(keys)
        self._directory = directory
        self._lock = Lock()

    @classmethod
    def load(cls, directory: Path) -> "KeyRing":
        """Read the keys of a directory; the first start makes the directory and one key.

        Raises:
            PermissionError: a key file can be read by others, so the key may have leaked.
            ValueError: a file holds no RSA key of at least 2048 bits.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        if not _names(directory):
            _create(directory, number=1)
        return cls(_read_all(directory, known={}), directory)

    @classmethod
    def from_pem(cls, pems: Sequence[str]) -> "KeyRing":
        """The keys of a production secret, oldest first; they are rotated by changing the secret.

        Raises:
            ValueError: no key, or one that is no RSA key of at least 2048 bits.
        """
        if not pems:
            raise ValueError("at least one signing key is needed")
        return cls({f"{number:04}": _parse(pem.encode()) for number, pem in enumerate(pems, 1)})

    def find(self, issuer: str, kid: str) -> PublicKey | None:
        """The public key of that name, whoever asks: the ring belongs to one issuer."""
        self._refresh()
        return next((key.public for key in self._keys.values() if key.public.kid == kid), None)

    def newest(self) -> SigningKey:
        """The key that signs."""
        self._refresh()
        return list(self._keys.values())[-1]

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JSON Web Key Set, newest first."""
        self._refresh()
        return {"keys": [_jwk(key) for key in reversed(self._keys.values())]}

    def rotate(self) -> str:
        """Add a key, which signs from now on; returns its `kid`. Tokens of the older keys stay valid.

        Raises:
            ValueError: the keys come from a secret.
        """
        directory = self._own_directory()
        while not _create(directory, number=_next_number(directory)):
            pass  # another process took the number
        return self.newest().public.kid

    def retire(self, kid: str) -> None:
        """Delete a key: its tokens end, in every process within the life of a cached token.

        Raises:
            ValueError: no such key, the only key, or the keys come from a secret.
        """
        directory = self._own_directory()
        self._refresh()
        name = next((name for name, key in self._keys.items() if key.public.kid == kid), None)
        if name is None or len(self._keys) == 1:
            raise ValueError("unknown key" if name is None else "the only key cannot be retired; rotate first")
        # The number stays taken: were it used again, a process that missed both steps would keep the old key.
        (directory / f"retired-{_number(name)}").touch(mode=0o600)
        (directory / name).unlink(missing_ok=True)
        self._refresh()

    def _own_directory(self) -> Path:
        if self._directory is None:
            raise ValueError("keys that come from a secret are rotated by changing the secret")
        return self._directory

    def _refresh(self) -> None:
        """Follow what other processes did to the directory; a file never changes, so its name says all."""
        if self._directory is None:
            return
        if _names(self._directory) != list(self._keys):
            with self._lock:
                self._keys = _read_all(self._directory, known=self._keys)


def _names(directory: Path) -> list[str]:
    return sorted(file.name for file in directory.iterdir() if _FILE.fullmatch(file.name))


def _next_number(directory: Path) -> int:
    taken = [int(_number(file.name)) for file in directory.iterdir() if _TAKEN.fullmatch(file.name)]
    return max(taken, default=0) + 1


def _number(name: str) -> str:
    return name[8:12]  # of signing-0001.pem and retired-0001


def _read_all(directory: Path, known: Mapping[str, SigningKey]) -> dict[str, SigningKey]:
    keys = {}
    for name in _names(directory):
        with suppress(FileNotFoundError):  # retired by another process a moment ago
            keys[name] = known.get(name) or _read(directory / name)
    return keys


def _create(directory: Path, number: int) -> bool:
    """Write a fresh key under that number; False when the number is taken."""
    pem = generate_private_key(public_exponent=65537, key_size=RSA_BITS).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    hidden = directory / f".{uuid4().hex}"
    try:
        hidden.touch(mode=0o600, exist_ok=False)
        with hidden.open("wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        (directory / f"signing-{number:04}.pem").hardlink_to(hidden)
    except FileExistsError:
        return False
    finally:
        hidden.unlink(missing_ok=True)
    return True


def _read(path: Path) -> SigningKey:
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} can be read by others; replace the key or set its mode to 0600")
    return _parse(path.read_bytes())


def _parse(pem: bytes) -> SigningKey:
    private = load_pem_private_key(pem, password=None)
    if not isinstance(private, RSAPrivateKey) or private.key_size < RSA_BITS:
        raise ValueError(f"a signing key is an RSA key of at least {RSA_BITS} bits")
    public = private.public_key()
    return SigningKey(private, PublicKey(_thumbprint(public), "RS256", public))


def _jwk(key: SigningKey) -> dict[str, str]:
    return _members(key.private.public_key()) | {"alg": key.public.alg, "kid": key.public.kid, "use": "sig"}


def _thumbprint(key: RSAPublicKey) -> str:
    """RFC 7638: the hash of the required members in alphabetical order without blanks."""
    members = _members(key)
    canonical = f'{{"e":"{members["e"]}","kty":"RSA","n":"{members["n"]}"}}'
    return _base64url(sha256(canonical.encode()).digest())


def _members(key: RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"kty": "RSA", "n": _base64url_number(numbers.n), "e": _base64url_number(numbers.e)}


def _base64url_number(number: int) -> str:
    return _base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
