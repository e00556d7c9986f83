"""Calendar feeds: an address with a secret in it, for calendars that cannot log in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, Versioned


class CalendarFeed(Identified, Versioned, Base):
    """The address under which one account's worklist is a calendar; one per account, replaced by a new one."""

    __tablename__ = "calendar_feed"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[str]  # SHA-256 of 256 random bits, which need no slow hash
    permissions: Mapped[list[str]]  # of who made it; later roles may narrow them, nothing widens them
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("account_id", name="uq_calendar_feed_account_id"),
        UniqueConstraint("token_hash", name="uq_calendar_feed_token_hash"),
    )
