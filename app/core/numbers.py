"""Numbers people quote on paper and telephone: `QV-2026-0007`, gap-free per tenant, kind and year."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.db import Base


class NumberSeries(Base):
    """The last number given out."""

    __tablename__ = "number_series"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


_NEXT = text(
    """
    INSERT INTO number_series AS s (tenant_id, prefix, year, last) VALUES (:tenant, :prefix, :year, :count)
    ON CONFLICT (tenant_id, prefix, year) DO UPDATE SET last = s.last + :count
    RETURNING last
    """
)


def next_number(db: Session, tenant_id: UUID, prefix: str, year: int) -> str:
    """The next number; the row stays locked until the transaction ends, so that none is left out."""
    return next_numbers(db, tenant_id, prefix, year, 1)[0]


def next_numbers(db: Session, tenant_id: UUID, prefix: str, year: int, count: int) -> list[str]:
    """The next numbers, as many as are wanted; one statement."""
    last = db.scalar(_NEXT, {"tenant": tenant_id, "prefix": prefix, "year": year, "count": count}) or 0
    return [f"{prefix}-{year}-{number:04d}" for number in range(last - count + 1, last + 1)]
