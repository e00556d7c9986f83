"""Is the process there, is it ready, what does it count."""

from typing import Any, Literal

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.http import Process, Router, public
from app.core.problems import Unavailable

HEAD_REVISION = "0042"
"""The migration this code needs; two branches that both add one collide here instead of in the database."""

router = Router(root="", tags=["service"])


@router.get("/healthz", summary="Lebt der Prozess")
@public
def get_health() -> dict[Literal["status"], Literal["ok"]]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", summary="Ist der Dienst bereit")
@public
def get_readiness(kernel: Process) -> dict[str, Any]:
    """The database is reachable and its migrations are current; else 503."""
    try:
        with kernel.engine.connect() as connection:
            revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        raise Unavailable from None
    if revision != HEAD_REVISION:
        raise Unavailable
    return {"status": "ready", "revision": revision}


@router.get("/metrics", summary="Kennzahlen für Prometheus")
@public
def get_metrics() -> Response:
    """Counters and histograms of this process, by route template; no personal data."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
