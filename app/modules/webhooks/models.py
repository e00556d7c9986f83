"""Webhooks and their deliveries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, Versioned, code
from app.core.types import CodeList


class DeliveryState(CodeList):
    """How far an event has come on its way to a webhook."""

    PENDING = "pending", "unterwegs"
    DELIVERED = "delivered", "zugestellt"
    PARKED = "parked", "aufgegeben, wartet auf einen Menschen"


class WebhookSubscription(Identified, Versioned, Base):
    """Where the events of an organisation go. The secret that signs them lies here sealed."""

    __tablename__ = "webhook_subscription"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    url: Mapped[str]
    types: Mapped[list[str]]
    is_active: Mapped[bool] = mapped_column(default=True)
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (Index("ix_webhook_subscription_organisation_id", "organisation_id", "id"),)

    @property
    def has_secret(self) -> bool:
        """Without a secret nothing is delivered: nobody could verify it."""
        return self.sealed_secret is not None


class WebhookDelivery(Identified, Base):
    """One event for one webhook."""

    __tablename__ = "webhook_delivery"

    organisation_id: Mapped[UUID]
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_subscription.id", ondelete="CASCADE"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))
    subject_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(BigInteger)
    progress: Mapped[DeliveryState] = mapped_column(code(DeliveryState, "progress"))
    attempts: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    last_attempt_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("subscription_id", "event_id", name="uq_webhook_delivery_event"),
        Index("ix_webhook_delivery_subscription_id", "subscription_id", "position"),
        Index("ix_webhook_delivery_event_id", "event_id"),
    )

    @property
    def state(self) -> DeliveryState:
        """The API's word for `progress`, which no workflow table moves: the outside world does."""
        return self.progress
