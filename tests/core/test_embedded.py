"""The embedded PostgreSQL: a cluster of its own in a temporary directory, killed and revived."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from app.core import embedded
from app.core.embedded import Embedded, EmbeddedUnavailable

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    with TemporaryDirectory(prefix="handschlag-test-") as name:
        Path(name).chmod(0o711)  # the account that runs the server passes through
        yield Path(name) / "data"


@pytest.fixture
def cluster(data_dir: Path) -> Iterator[Embedded]:
    with embedded.start(data_dir, durable=False) as running:
        yield running


def connect(cluster: Embedded, database: str = "handschlag") -> psycopg.Connection:
    return psycopg.connect(cluster.url(database).replace("+psycopg", ""), autocommit=True)


def value(cluster: Embedded, query: str) -> object:
    with connect(cluster) as db:
        row = db.execute(query.encode()).fetchone()
    return row[0] if row else None


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres/postmaster.pid").read_text().split()[0])


def test_owner_is_no_superuser_and_row_level_security_binds_it(cluster: Embedded) -> None:
    rights = "rolsuper, rolbypassrls, rolreplication, rolcreatedb, rolcreaterole, rolcanlogin"
    assert value(cluster, f"SELECT ARRAY[{rights}] FROM pg_roles WHERE rolname = current_user") == [
        *(False, False, False, False),
        *(True, True),
    ]
    assert value(cluster, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == (
        "handschlag"
    )


def test_database_is_furnished(cluster: Embedded) -> None:
    assert value(cluster, "SELECT extname FROM pg_extension WHERE extname = 'btree_gist'") == "btree_gist"
    assert value(cluster, "SHOW timezone") == "UTC"
    assert value(cluster, "SHOW server_encoding") == "UTF8"
    assert value(cluster, "SELECT lower('ÄÖÜ')") == "äöü"


def test_only_the_socket_is_open_and_only_to_its_account(cluster: Embedded) -> None:
    assert value(cluster, "SHOW listen_addresses") == ""
    assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700
    assert len(bytes(cluster.socket_dir / ".s.PGSQL.5432")) <= 107


def test_log_does_not_quote_rows(cluster: Embedded, data_dir: Path) -> None:
    with connect(cluster) as db:
        db.execute("CREATE TEMP TABLE person (name text PRIMARY KEY)")
        db.execute("INSERT INTO person VALUES ('Erika Mustermann')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            db.execute("INSERT INTO person VALUES ('Erika Mustermann')")
    log = (data_dir / "postgres/server.log").read_text()
    assert "duplicate key" in log
    assert "Mustermann" not in log


def test_second_process_attaches_and_leaves_it_running(cluster: Embedded, data_dir: Path) -> None:
    script = (
        "import sys, pathlib; from app.core import embedded\n"
        "with embedded.start(pathlib.Path(sys.argv[1])) as cluster: print(cluster.duty, cluster.url())"
    )
    second = subprocess.run([sys.executable, "-c", script, data_dir], capture_output=True, text=True, check=True)
    assert second.stdout.strip() == f"None {cluster.url()}"
    assert value(cluster, "SELECT 1") == 1


def test_database_can_be_copied_for_a_test(cluster: Embedded) -> None:
    with connect(cluster) as db:
        db.execute("CREATE TABLE copied AS SELECT 7 AS number")
    embedded.create_database(cluster.url("postgres", "postgres"), "copy", template="handschlag")
    with connect(cluster, "copy") as db:
        assert db.execute("SELECT number FROM copied").fetchone() == (7,)
        db.execute("DROP TABLE copied")


def test_stop_ends_the_server_and_the_data_stay(data_dir: Path) -> None:
    with embedded.start(data_dir, durable=False) as cluster:
        with connect(cluster) as db:
            db.execute("CREATE TABLE stayed AS SELECT 1 AS number")
        pid = postmaster(data_dir)
    assert not (data_dir / "postgres/postmaster.pid").exists()
    assert not cluster.socket_dir.exists()
    with embedded.start(data_dir, durable=False) as cluster:
        assert value(cluster, "SELECT number FROM stayed") == 1
        assert postmaster(data_dir) != pid


def test_killed_server_is_started_again_with_its_data(data_dir: Path) -> None:
    with embedded.start(data_dir) as cluster:
        with connect(cluster) as db:
            db.execute("CREATE TABLE survived AS SELECT 1 AS number")
        os.kill(postmaster(data_dir), signal.SIGKILL)
        with embedded.start(data_dir) as second:
            assert second.duty is None
            assert value(second, "SELECT number FROM survived") == 1
        assert value(cluster, "SELECT number FROM survived") == 1


def test_number_of_a_living_stranger_in_the_pid_file_does_not_hinder(data_dir: Path) -> None:
    with embedded.start(data_dir, durable=False):
        lines = (data_dir / "postgres/postmaster.pid").read_text().splitlines()
    owner = (data_dir / "postgres").stat().st_uid
    with subprocess.Popen(["sleep", "60"], user=None if owner == os.geteuid() else owner) as stranger:
        try:
            left = data_dir / "postgres/postmaster.pid"
            left.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
            with embedded.start(data_dir, durable=False) as cluster:
                assert value(cluster, "SELECT 1") == 1
        finally:
            stranger.kill()


def test_duty_of_a_killed_starter_is_inherited(data_dir: Path) -> None:
    script = (
        "import sys, time, pathlib; from app.core import embedded\n"
        "embedded.start(pathlib.Path(sys.argv[1]), durable=False); print('started', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, data_dir], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "started\n"
        starter.kill()
    pid = postmaster(data_dir)
    with embedded.start(data_dir, durable=False) as cluster:
        assert postmaster(data_dir) == pid
        assert cluster.duty is not None
    assert not (data_dir / "postgres/postmaster.pid").exists()


def test_directory_that_no_other_account_may_enter_is_not_opened(data_dir: Path) -> None:
    private = data_dir.parent
    private.chmod(0o700)
    try:
        with embedded.start(data_dir, durable=False) as cluster:
            assert value(cluster, "SELECT 1") == 1
            assert (data_dir / "postgres").stat().st_uid == os.geteuid()
    except EmbeddedUnavailable as refusal:  # root in a container that forbids user namespaces
        if "reaches" not in str(refusal):
            raise
    finally:
        assert private.stat().st_mode & 0o777 == 0o700
        private.chmod(0o711)


def test_refusal_names_the_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HANDSCHLAG_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(EmbeddedUnavailable, match="HANDSCHLAG_DATABASE_URL"):
        embedded.start(tmp_path / "data")


def test_data_of_another_version_are_refused_with_both_versions(data_dir: Path) -> None:
    version = data_dir / "postgres/PG_VERSION"
    made_by = version.read_text()
    version.write_text("9.6\n")
    try:
        with pytest.raises(EmbeddedUnavailable, match=r"of version 9\.6"):
            embedded.start(data_dir)
    finally:
        version.write_text(made_by)
