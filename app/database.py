"""Which database a process works on: the server named in the settings, else the embedded one; and its migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config

from app.core import embedded
from app.settings import Settings

_ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def open_database(settings: Settings) -> Iterator[str]:
    """The URL of the database; an embedded server runs as long as somebody needs it."""
    if settings.database is not None:
        yield settings.database
        return
    with embedded.start(settings.data_dir) as cluster:
        yield cluster.url()


def migrate(url: str, revision: str = "head") -> None:
    """Bring the tables to a revision; the current one unless another is named."""
    config = Config(str(_ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    config.attributes["url"] = url
    if revision.startswith("-") or revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
