"""The comparison: an idiomatic FastAPI and SQLAlchemy-ORM-async application doing the same work.

Token by python-jose in a dependency, pydantic body and response_model, an async session per request, ORM objects for
ownership, grant, record, audit entry, event and idempotency key, one transaction.
"""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Header, HTTPException
from jose import JWTError, jwt
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, ForeignKey, Index, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KEY, ALGORITHM = os.environ.get("BENCH_PUBLIC_KEY", ""), "RS256"
engine = create_async_engine(
    os.environ.get("BENCH_DATABASE_URL", "postgresql+asyncpg://"), pool_size=20, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB(), str: Text()}  # noqa: RUF012


class Account(Base):
    __tablename__ = "account"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_id: Mapped[UUID]
    is_active: Mapped[bool]


class Help(Base):
    __tablename__ = "help"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    youth_office_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Grant(Base):
    __tablename__ = "help_grant"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date]


class Record(Base):
    __tablename__ = "service_record"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    youth_office_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    external_id: Mapped[str]
    help_id: Mapped[UUID] = mapped_column(ForeignKey("help.id"))
    worker: Mapped[str]
    activity: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    service_on: Mapped[date]
    minutes: Mapped[int]
    recorded_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("provider_id", "external_id"),
        Index("ix_record_provider", "provider_id", "service_on", "id"),
        Index("ix_record_office", "youth_office_id", "service_on", "id"),
        Index("ix_record_help", "help_id", "service_on", "id"),
    )


class Audit(Base):
    __tablename__ = "audit_entry"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    tenant_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    action: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    details: Mapped[dict[str, Any]]


class Event(Base):
    __tablename__ = "event"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    type: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class Key(Base):
    __tablename__ = "idempotency_key"
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class RecordIn(BaseModel):
    external_id: str
    help_id: UUID
    worker: str
    activity: str
    starts_at: datetime
    ends_at: datetime


class RecordOut(RecordIn):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    service_on: date
    minutes: int


class Page(BaseModel):
    items: list[RecordOut]


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as db:
        yield db


Db = Annotated[AsyncSession, Depends(session)]


async def account(db: Db, authorization: Annotated[str, Header()]) -> Account:
    try:
        claims = jwt.decode(authorization.removeprefix("Bearer "), KEY, algorithms=[ALGORITHM], audience="handschlag")
    except JWTError as error:
        raise HTTPException(401) from error
    found = await db.get(Account, UUID(claims["sub"]))
    if found is None or not found.is_active:
        raise HTTPException(401)
    return found


Me = Annotated[Account, Depends(account)]
app = FastAPI()


@app.post("/v1/service-records", status_code=201, response_model=RecordOut)
async def push(body: RecordIn, db: Db, me: Me, idempotency_key: Annotated[str, Header()]) -> Any:
    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    known = await db.get(Key, (me.id, idempotency_key))
    if known is not None:
        if known.fingerprint != fingerprint:
            raise HTTPException(422)
        return known.body
    help_ = await db.scalar(select(Help).where(Help.id == body.help_id, Help.provider_id == me.provider_id))
    if help_ is None:
        raise HTTPException(404)
    day = body.starts_at.date()
    grant = await db.scalar(
        select(Grant).where(Grant.help_id == help_.id, Grant.valid_from <= day, Grant.valid_to >= day)
    )
    if grant is None or not help_.starts_on <= day <= help_.ends_on or body.ends_at <= body.starts_at:
        raise HTTPException(422)
    now = datetime.now(UTC)
    record = Record(
        **body.model_dump(),
        youth_office_id=help_.youth_office_id,
        provider_id=me.provider_id,
        service_on=day,
        minutes=int((body.ends_at - body.starts_at).total_seconds() // 60),
        recorded_at=now,
    )
    db.add(record)
    await db.flush()
    db.add(
        Audit(
            tenant_id=help_.youth_office_id,
            at=now,
            actor_id=me.id,
            action="service_record.record",
            subject_id=record.id,
            details={"minutes": record.minutes},
        )
    )
    db.add(Event(type="service_record.recorded", subject_id=record.id, at=now, data={"minutes": record.minutes}))
    answer = RecordOut.model_validate(record).model_dump(mode="json")
    db.add(Key(account_id=me.id, key=idempotency_key, fingerprint=fingerprint, body=answer, created_at=now))
    await db.commit()
    return record


@app.get("/v1/service-records", response_model=Page)
async def listed(db: Db, me: Me, limit: int = 50, before: date | None = None) -> Any:
    rows = select(Record).where(Record.provider_id == me.provider_id)
    if before is not None:
        rows = rows.where(Record.service_on <= before)
    rows = rows.order_by(Record.service_on.desc(), Record.id.desc()).limit(limit)
    return {"items": (await db.scalars(rows)).all()}


@app.get("/v1/service-records/{record_id}", response_model=RecordOut)
async def read(record_id: UUID, db: Db, me: Me) -> Any:
    record = await db.scalar(select(Record).where(Record.id == record_id, Record.provider_id == me.provider_id))
    if record is None:
        raise HTTPException(404)
    return record
