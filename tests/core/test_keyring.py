"""The ring of signing keys: one key at first start, rotation without a pause, several processes on one directory."""

import stat
import subprocess
import sys
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.core.keyring import KeyRing, _jwk, _parse, _thumbprint

ISSUER = "https://handschlag.example"


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class TestLoad:
    def test_first_start_makes_one_key_that_only_the_owner_reads(self, tmp_path: Path) -> None:
        ring = KeyRing.load(tmp_path / "keys")
        files = list((tmp_path / "keys").iterdir())
        assert [file.name for file in files] == ["signing-0001.pem"]
        assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
        assert len(ring.jwks()["keys"]) == 1

    def test_a_second_start_reads_the_same_key(self, tmp_path: Path) -> None:
        assert KeyRing.load(tmp_path).jwks() == KeyRing.load(tmp_path).jwks()

    def test_a_directory_open_to_others_is_closed(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        KeyRing.load(tmp_path)
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700

    def test_a_key_that_others_can_read_stops_the_start(self, tmp_path: Path) -> None:
        KeyRing.load(tmp_path)
        (tmp_path / "signing-0001.pem").chmod(0o640)
        with pytest.raises(PermissionError, match="can be read by others"):
            KeyRing.load(tmp_path)

    def test_first_starts_at_once_agree_on_one_key(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(4) as pool:
            rings = list(pool.map(KeyRing.load, [tmp_path] * 4))
        assert len({str(ring.jwks()) for ring in rings}) == 1
        assert [file.name for file in tmp_path.iterdir()] == ["signing-0001.pem"]

    def test_first_starts_of_two_processes_agree_on_one_key(self, tmp_path: Path) -> None:
        script = "import sys, pathlib; from app.core.keyring import KeyRing; "
        script += "print(KeyRing.load(pathlib.Path(sys.argv[1])).newest().public.kid)"
        command = [sys.executable, "-c", script, str(tmp_path)]
        started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        assert len({process.communicate(timeout=60)[0] for process in started}) == 1


class TestRotation:
    def test_the_newest_signs_and_all_verify(self, tmp_path: Path) -> None:
        ring = KeyRing.load(tmp_path)
        old = ring.newest().public
        new_kid = ring.rotate()
        assert ring.newest().public.kid == new_kid != old.kid
        assert ring.find(ISSUER, old.kid) is old
        assert [key["kid"] for key in ring.jwks()["keys"]] == [new_kid, old.kid]

    def test_another_process_follows_rotation_and_retirement(self, tmp_path: Path) -> None:
        here, there = KeyRing.load(tmp_path), KeyRing.load(tmp_path)
        old_kid = here.newest().public.kid
        new_kid = here.rotate()
        assert there.find(ISSUER, new_kid) is not None
        here.retire(old_kid)
        assert there.find(ISSUER, old_kid) is None
        assert not (tmp_path / "signing-0001.pem").exists()

    def test_a_retired_number_is_never_used_again(self, tmp_path: Path) -> None:
        here, there = KeyRing.load(tmp_path), KeyRing.load(tmp_path)
        compromised = here.rotate()
        assert there.find(ISSUER, compromised) is not None
        here.retire(compromised)
        here.rotate()
        assert there.find(ISSUER, compromised) is None
        assert (tmp_path / "signing-0003.pem").exists()

    def test_rotations_at_once_lose_no_key(self, tmp_path: Path) -> None:
        rings = [KeyRing.load(tmp_path) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda ring: ring.rotate(), rings))
        assert len(rings[0].jwks()["keys"]) == 4

    def test_the_only_key_cannot_be_retired(self, tmp_path: Path) -> None:
        ring = KeyRing.load(tmp_path)
        with pytest.raises(ValueError, match="rotate first"):
            ring.retire(ring.newest().public.kid)
        with pytest.raises(ValueError, match="unknown key"):
            ring.retire("nobody")


class TestFromPem:
    def test_the_last_key_of_the_secret_signs(self) -> None:
        pems = [pem_of(rsa.generate_private_key(65537, 2048)) for _ in range(2)]
        ring = KeyRing.from_pem(pems)
        assert ring.newest().public.kid == _parse(pems[1].encode()).public.kid
        assert len(ring.jwks()["keys"]) == 2

    def test_a_secret_is_not_rotated_here(self) -> None:
        ring = KeyRing.from_pem([pem_of(rsa.generate_private_key(65537, 2048))])
        for act in (ring.rotate, lambda: ring.retire(ring.newest().public.kid)):
            with pytest.raises(ValueError, match="changing the secret"):
                act()

    @pytest.mark.parametrize(
        ("pems", "why"),
        [
            ([], "at least one"),
            (["no key"], "PEM"),
            ([pem_of(rsa.generate_private_key(65537, 1024))], "at least 2048 bits"),
            ([pem_of(ec.generate_private_key(ec.SECP256R1()))], "RSA key"),
        ],
        ids=["none", "text", "rsa-1024", "elliptic"],
    )
    def test_unfit_keys_are_refused(self, pems: list[str], why: str) -> None:
        with pytest.raises(ValueError, match=why):
            KeyRing.from_pem(pems)


class TestJwks:
    def test_only_public_members_are_published(self, tmp_path: Path) -> None:
        (key,) = KeyRing.load(tmp_path).jwks()["keys"]
        assert set(key) == {"kty", "n", "e", "alg", "kid", "use"}
        assert (key["kty"], key["alg"], key["use"], key["e"]) == ("RSA", "RS256", "sig", "AQAB")

    def test_the_thumbprint_is_that_of_rfc_7638(self) -> None:
        modulus = (
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi"
            "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnY"
            "b9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0"
            "Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        )
        padded = urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
        key = rsa.RSAPublicNumbers(65537, int.from_bytes(padded, "big")).public_key()
        assert _thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

    def test_the_published_key_is_the_private_keys_own(self, tmp_path: Path) -> None:
        signing = KeyRing.load(tmp_path).newest()
        assert _jwk(signing)["kid"] == signing.public.kid == _thumbprint(signing.private.public_key())
