"""Every table of every room, for migrations and the schema test; nobody else imports this."""

import importlib
import pkgutil

from app import modules
from app.core import audit, deadlines, idempotency, numbers, outbox


def load() -> None:
    """Import the models of all rooms, so that the metadata is complete."""
    for room in pkgutil.iter_modules(modules.__path__):
        if importlib.util.find_spec(f"app.modules.{room.name}.models"):
            importlib.import_module(f"app.modules.{room.name}.models")


__all__ = ["audit", "deadlines", "idempotency", "load", "numbers", "outbox"]
