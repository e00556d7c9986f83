"""Files outside the database: the same promises on the disk and in an S3-compatible store."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import boto3
import pytest
from cryptography.exceptions import InvalidTag
from moto.server import ThreadedMotoServer

from app.core.storage import FileMissing, FileStorage, S3Storage, Storage, address_of, make_storage, seal, unseal
from app.settings import Settings

TENANT = UUID("01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10")
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Storage]:
    """A real server that speaks S3, in this process."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        endpoint = f"http://{host}:{port}"
        boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="akten")
        storage = make_storage(
            Settings(_env_file=None, storage="s3", s3_bucket="akten", s3_endpoint=endpoint, s3_region="us-east-1")
        )
        assert isinstance(storage, S3Storage)
        yield storage
    server.stop()


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return FileStorage(tmp_path / "files")
    found: Storage = request.getfixturevalue("s3")
    return found


def test_a_file_is_put_opened_and_deleted(storage: Storage) -> None:
    address = address_of(TENANT, b"versiegelt")
    with pytest.raises(FileMissing):
        storage.open(address)
    storage.put(address, b"versiegelt")
    storage.put(address, b"versiegelt")  # a retry writes the same
    assert storage.open(address) == b"versiegelt"
    storage.delete(address)
    storage.delete(address)
    with pytest.raises(FileMissing):
        storage.open(address)


def test_what_is_old_is_found(storage: Storage) -> None:
    address = address_of(TENANT, b"alt")
    storage.put(address, b"alt")
    assert address in set(storage.older_than(LATER))
    assert address not in set(storage.older_than(LATER - timedelta(days=2)))


@pytest.mark.parametrize("address", ["../../etc/passwd", f"{TENANT}/../x", f"{TENANT}/{'A' * 64}", "", f"/{'a' * 64}"])
def test_no_address_leads_elsewhere(storage: Storage, address: str) -> None:
    for act in (storage.open, storage.delete, lambda one: storage.put(one, b"x")):
        with pytest.raises(ValueError, match="no address"):
            act(address)


def test_the_disk_keeps_files_for_the_service_alone_and_sweeps_leavings(tmp_path: Path) -> None:
    storage = make_storage(Settings(_env_file=None, data_dir=tmp_path))
    address = address_of(TENANT, b"x")
    storage.put(address, b"x")
    path = next((tmp_path / "files").glob("*/*/*"))
    assert path.stat().st_mode & 0o077 == 0
    left = path.parent / ".part-1"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    assert list(storage.older_than(datetime(2000, 1, 1, tzinfo=UTC))) == []
    assert not left.exists()


def test_a_sealed_file_opens_with_its_key_only() -> None:
    sealed, key = seal(b"Weidenkorb")
    assert b"Weidenkorb" not in sealed
    assert unseal(sealed, key) == b"Weidenkorb"
    assert seal(b"Weidenkorb")[0] != sealed
    for wrong in ((sealed, seal(b"")[1]), (sealed[:-1] + bytes([sealed[-1] ^ 1]), key)):
        with pytest.raises(InvalidTag):
            unseal(*wrong)
