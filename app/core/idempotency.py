"""A repeated request gets the first answer again; key and effect commit together (Idempotency-Key).

A row holds, per account and key, what was asked (hash) and what was answered. A try-lock per key tells a request in
flight (409) from a finished one. Failed requests leave no row: nothing happened, so a retry may try again.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, delete, insert, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.answers import JSON, Answer
from app.core.db import CONSTRAINT_TEXTS, Base, changed_rows
from app.core.problems import IdempotencyKeyReused, RequestInFlight, Text
from app.policy import Actor


class IdempotencyKey(Base):
    """The answer to a request that created or acted, kept for retries (72 hours)."""

    __tablename__ = "idempotency_key"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


CONSTRAINT_TEXTS["pk_idempotency_key"] = Text(
    "Eine Anfrage mit diesem Idempotency-Key wurde gerade beantwortet; bitte wiederholen.",
    "A request with this Idempotency-Key was answered just now; please retry.",
)
_RECALL = text(
    """
    SELECT pg_try_advisory_xact_lock(hashtextextended(:lock, 7)) AS mine,
           k.fingerprint, k.status, k.headers, k.body
      FROM (SELECT 1) AS one
      LEFT JOIN idempotency_key AS k ON k.account_id = :account AND k.key = :key
    """
)


def recall(db: Session, actor: Actor, key: str, fingerprint: bytes) -> Answer | None:
    """The stored answer to this key, or None for a new one.

    Raises:
        RequestInFlight: another request with this key has not finished.
        IdempotencyKeyReused: the key belongs to another request.
    """
    row = db.execute(_RECALL, {"lock": f"{actor.id}:{key}", "account": actor.id, "key": key}).one()
    if row.fingerprint is not None:
        if bytes(row.fingerprint) != fingerprint:
            raise IdempotencyKeyReused
        headers = {**row.headers, "Idempotency-Replayed": "true"}
        return Answer(row.status, row.body.encode(), headers, JSON if row.body else None)
    if not row.mine:
        raise RequestInFlight
    return None


def remember(db: Session, actor: Actor, key: str, fingerprint: bytes, answer: Answer) -> None:
    """Keep the answer with the effect, in the same transaction."""
    db.execute(
        insert(IdempotencyKey).values(
            account_id=actor.id,
            key=key,
            organisation_id=actor.organisation_id,
            fingerprint=fingerprint,
            status=answer.status,
            headers=json.loads(json.dumps(dict(answer.headers))),
            body=answer.body.decode(),
            created_at=clock.now(),
        )
    )


def forget_before(db: Session, instant: datetime) -> int:
    """Delete the answers older than an instant; returns how many."""
    return changed_rows(db.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < instant)))
