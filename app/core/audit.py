"""The log that proves what was known when, by whom: append-only, hash-chained, verified in the open.

A tenant (the youth office a case belongs to) has one chain per concurrent writer, called a lane: a trigger takes
the first lane nobody holds, so that writers do not wait for each other and a quiet office has a single chain. Each
entry's hash covers its predecessor's; the lane's head holds the last position and hash. The database itself refuses
UPDATE, DELETE and TRUNCATE. `verify` recomputes every hash here, outside the database.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.db import Base, Identified
from app.policy import Actor

GENESIS = bytes(32)


class AuditEntry(Identified, Base):
    """One act of one actor. Position, lane and hashes are set by the database (trigger `audit_chain`)."""

    __tablename__ = "audit_entry"

    tenant_id: Mapped[UUID]
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    actor_organisation_id: Mapped[UUID]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    from_state: Mapped[str] = mapped_column(default="")
    to_state: Mapped[str] = mapped_column(default="")
    law: Mapped[str] = mapped_column(default="")
    details: Mapped[Any] = mapped_column(JSON)  # json, not jsonb: the text itself is hashed
    lane: Mapped[int] = mapped_column(BigInteger, FetchedValue())
    position: Mapped[int] = mapped_column(BigInteger, FetchedValue())
    written_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary, FetchedValue())
    hash: Mapped[bytes] = mapped_column(LargeBinary, FetchedValue())

    __table_args__ = (
        UniqueConstraint("tenant_id", "lane", "position", name="uq_audit_entry_place"),
        Index("ix_audit_entry_tenant_id", "tenant_id", "at"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  # SQLAlchemy reads the class attribute


class AuditLane(Base):
    """The head of one chain; only the trigger writes it."""

    __tablename__ = "audit_lane"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    lane: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


def record(
    db: Session,
    *,
    tenant_id: UUID,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: UUID,
    at: datetime,
    states: tuple[str, str] = ("", ""),
    law: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down one act, in the transaction that does it.

    Args:
        tenant_id: whose chain it joins: the youth office the thing belongs to, else the organisation itself.
        action: `<thing>.<verb>`, from the code, never from the client.
        details: facts needed as evidence; ids and values, no free text about persons.
    """
    db.add(
        AuditEntry(
            tenant_id=tenant_id,
            at=at,
            actor_id=actor.id,
            actor_organisation_id=actor.organisation_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            from_state=states[0],
            to_state=states[1],
            law=law,
            details=json.loads(json.dumps(details or {}, default=str)),
        )
    )


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry of a lane that does not fit, and how."""

    tenant_id: UUID
    lane: int
    position: int
    entry_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification saw."""

    entries: int
    lanes: int
    broken: list[Broken]


_ENTRIES = text(
    """
    SELECT id, tenant_id, lane, position, at, written_at, actor_id, actor_organisation_id, action, subject_kind,
           subject_id, from_state, to_state, law, details::text AS details, previous_hash, hash
      FROM audit_entry
     WHERE CAST(:tenant AS uuid) IS NULL OR tenant_id = :tenant
     ORDER BY tenant_id, lane, position
    """
)
_HEADS = text(
    "SELECT tenant_id, lane, position, hash FROM audit_lane WHERE CAST(:tenant AS uuid) IS NULL OR tenant_id = :tenant"
)


def verify(db: Session, tenant_id: UUID | None = None) -> Verified:
    """Recompute every chain and compare it with its head; needs the system's transaction.

    One finding per lane: the first entry that is changed, missing, doubled or out of place.
    """
    heads = {(row.tenant_id, row.lane): row for row in db.execute(_HEADS, {"tenant": tenant_id})}
    ends: dict[tuple[UUID, int], tuple[int, bytes]] = dict.fromkeys(heads, (0, GENESIS))
    broken: dict[tuple[UUID, int], Broken] = {}
    entries = 0
    for row in _stream(db, tenant_id):
        entries += 1
        key = (row.tenant_id, row.lane)
        if key in broken:
            continue
        position, previous = ends.get(key, (0, GENESIS))
        reason = _fault(row, position, previous)
        if reason:
            broken[key] = Broken(row.tenant_id, row.lane, position + 1, row.id, reason)
        else:
            ends[key] = (row.position, bytes(row.hash))
    for key, (position, last) in ends.items():
        if key not in broken and (reason := _head_fault(heads.get(key), position, last)):
            known = heads[key].position if key in heads else position
            broken[key] = Broken(*key, min(position, known) + 1, None, reason)
    return Verified(entries, len(ends), sorted(broken.values(), key=lambda b: (str(b.tenant_id), b.lane)))


def _stream(db: Session, tenant_id: UUID | None) -> Iterator[Any]:
    return iter(db.execute(_ENTRIES, {"tenant": tenant_id}, execution_options={"yield_per": 5000}))


def _fault(row: Any, position: int, previous: bytes) -> str:
    if row.position != position + 1:
        return f"position {row.position} follows {position}: an entry is missing or doubled"
    if bytes(row.previous_hash) != previous:
        return "does not follow its predecessor"
    if bytes(row.hash) != digest(row):
        return "content does not match its hash"
    return ""


def _head_fault(head: Any, position: int, last: bytes) -> str:
    if head is None:
        return "the lane has no head"
    if head.position != position or bytes(head.hash) != last:
        return f"the chain ends at {position}, its head says {head.position}"
    return ""


def digest(row: Any) -> bytes:
    """The hash of an entry: SHA-256 over its parts, joined by the unit separator (as the trigger computes it)."""
    parts = (
        bytes(row.previous_hash).hex(),
        row.id,
        row.tenant_id,
        row.lane,
        row.position,
        _micros(row.at),
        _micros(row.written_at),
        row.actor_id,
        row.actor_organisation_id,
        row.action,
        row.subject_kind,
        row.subject_id,
        row.from_state,
        row.to_state,
        row.law,
        row.details,
    )
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()


def _micros(instant: datetime) -> int:
    return int(instant.timestamp()) * 1_000_000 + instant.microsecond
