"""Keys with ids: the newest seals, all open, a row's secret opens nowhere else, and what is older stays readable."""

import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.sealing import Sealer


def test_the_first_start_makes_a_key_only_its_owner_reads(tmp_path: Path) -> None:
    sealer = Sealer.load(tmp_path / "keys")
    (file,) = (tmp_path / "keys").iterdir()
    assert (file.name, file.stat().st_mode & 0o777, len(file.read_bytes())) == ("sealing.key", 0o600, 32)
    assert sealer.key_id == "0001"
    assert Sealer.load(tmp_path / "keys").open(sealer.seal("geheim", "row"), "row") == "geheim"


def test_what_was_sealed_opens_for_its_own_row_only_and_not_when_changed(tmp_path: Path) -> None:
    sealer = Sealer.load(tmp_path)
    sealed = sealer.seal("geheim", "row-1")
    assert b"geheim" not in sealed
    assert sealer.seal("geheim", "row-1") != sealed, "the same name looks different each time"
    for changed, row in ((sealed, "row-2"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), "row-1"), (sealed[:9], "row-1")):
        with pytest.raises((InvalidTag, ValueError)):
            sealer.open(changed, row)


def test_a_new_key_seals_and_the_old_one_still_opens_in_every_process(tmp_path: Path) -> None:
    one, other = Sealer.load(tmp_path), Sealer.load(tmp_path)
    old = one.seal("alt", "row")
    assert one.rotate() == "0002"
    new = one.seal("neu", "row")
    assert b"0002" in new[:8]
    assert (other.open(new, "row"), other.open(old, "row")) == ("neu", "alt")
    assert other.key_id == "0002"
    assert other.rotate() == "0003"


def test_what_was_sealed_before_keys_had_ids_stays_readable(tmp_path: Path) -> None:
    sealer = Sealer.load(tmp_path)
    cipher = AESGCM((tmp_path / "sealing.key").read_bytes())
    for nonce in (os.urandom(12), b"HS20001xxxxx"):  # the second happens to look like a mark
        sealed = nonce + cipher.encrypt(nonce, b"alt", b"row")
        assert sealer.open(sealed, "row") == "alt"


def test_a_lost_key_is_a_failure_and_keys_without_a_directory_stay(tmp_path: Path) -> None:
    sealer = Sealer.load(tmp_path)
    sealer.rotate()
    sealed = sealer.seal("geheim", "row")
    (tmp_path / "sealing-0002.key").unlink()
    with pytest.raises(InvalidTag):
        Sealer.load(tmp_path).open(sealed, "row")
    with pytest.raises(ValueError, match="no directory"):
        Sealer({"0001": AESGCM.generate_key(256)}).rotate()
