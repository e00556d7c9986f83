"""The only place that reads the time; everything else is given it."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present instant, timezone-aware UTC."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Let another source tell the time (tests that travel); None returns to the system's clock."""
    global _source
    _source = source or _system
