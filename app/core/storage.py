"""Files outside the database: sealed bytes under an address, on the disk or in an S3-compatible store (library boto3).

What is stored has been sealed before (`seal`): each file with a key of its own, which the row that names the file
keeps, sealed in turn. The address is the tenant and the SHA-256 of the sealed bytes, so that a file is never written
twice, never changed, and known to be whole when it is read. A file is written before its row commits; what no row
names a day later is swept away.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.settings import Settings

_ADDRESS = re.compile(r"[0-9a-f-]{36}/[0-9a-f]{64}", re.ASCII)
_PART = ".part-"
_NONCE = bytes(12)  # a key seals one file only


class FileMissing(Exception):
    """What a row names is not there, or is not what was written."""


class Storage(Protocol):
    """Where sealed files lie."""

    def put(self, address: str, data: bytes) -> None:
        """Store; once this returns, the file survives a crash."""

    def open(self, address: str) -> bytes:
        """What was stored; `FileMissing` if it is not there."""

    def delete(self, address: str) -> None:
        """Forget a file; none is no fault."""

    def older_than(self, instant: datetime) -> Iterator[str]:
        """The addresses of files written before an instant."""


def seal(data: bytes) -> tuple[bytes, bytes]:
    """The file sealed (AES-256-GCM), and the key that opens it and nothing else."""
    key = AESGCM.generate_key(256)
    return AESGCM(key).encrypt(_NONCE, data, None), key


def unseal(sealed: bytes, key: bytes) -> bytes:
    """The file again; fails loudly for another key or a changed byte."""
    return AESGCM(key).decrypt(_NONCE, sealed, None)


def address_of(tenant_id: UUID, sealed: bytes) -> str:
    """Where a tenant's sealed file lies."""
    return f"{tenant_id}/{hashlib.sha256(sealed).hexdigest()}"


def make_storage(settings: Settings) -> Storage:
    """The storage an operator chose."""
    if settings.storage == "s3":
        return S3Storage(settings.s3_bucket, endpoint=settings.s3_endpoint, region=settings.s3_region)
    return FileStorage(settings.data_dir / "files")


class FileStorage:
    """Files in a directory: one directory per tenant, and in it one per first two digits."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, address: str, data: bytes) -> None:
        """Write beside, flush to the disk, move into place."""
        path = self._path(address)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.parent / f"{_PART}{uuid4().hex}"
        try:
            with part.open("xb") as file:
                part.chmod(0o600)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        for directory in (path.parent, path.parent.parent, self._root):  # the names must be there after a crash, too
            _flush(directory)

    def open(self, address: str) -> bytes:
        """Read a file."""
        try:
            return self._path(address).read_bytes()
        except FileNotFoundError:
            raise FileMissing(address) from None

    def delete(self, address: str) -> None:
        """Unlink a file."""
        self._path(address).unlink(missing_ok=True)

    def older_than(self, instant: datetime) -> Iterator[str]:
        """Old files; the leavings of writers that died are removed on the way."""
        for path in self._root.glob("*/*/*"):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) >= instant:
                continue
            if path.name.startswith(_PART):
                path.unlink(missing_ok=True)
            else:
                yield f"{path.parent.parent.name}/{path.name}"

    def _path(self, address: str) -> Path:
        tenant, name = _checked(address).split("/")
        return self._root / tenant / name[:2] / name


class S3Storage:
    """Objects in a bucket; credentials come from where boto3 looks for them (environment, profile, instance)."""

    def __init__(self, bucket: str, *, endpoint: str | None = None, region: str | None = None) -> None:
        import boto3  # only where it is configured: requirements-s3.lock

        self._bucket = bucket
        self._client: Any = boto3.client("s3", endpoint_url=endpoint, region_name=region)

    def put(self, address: str, data: bytes) -> None:
        """Put an object; the store answers when it has it."""
        self._client.put_object(Bucket=self._bucket, Key=_checked(address), Body=data)

    def open(self, address: str) -> bytes:
        """Get an object."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=_checked(address))
        except self._client.exceptions.NoSuchKey:
            raise FileMissing(address) from None
        data: bytes = answer["Body"].read()
        return data

    def delete(self, address: str) -> None:
        """Delete an object."""
        self._client.delete_object(Bucket=self._bucket, Key=_checked(address))

    def older_than(self, instant: datetime) -> Iterator[str]:
        """Old objects; of what others keep in the bucket nothing."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
            for item in page.get("Contents", ()):
                if item["LastModified"] < instant and _ADDRESS.fullmatch(item["Key"]):
                    yield item["Key"]


def _checked(address: str) -> str:
    """No address leads anywhere else."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError("no address of a file")
    return address


def _flush(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
