"""Reading events, histories, webhooks and deliveries."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.outbox import Event, FeedEntry
from app.core.pages import paginate
from app.modules.webhooks.models import WebhookDelivery, WebhookSubscription
from app.modules.webhooks.schemas import (
    DeliveryQuery,
    EventOut,
    FeedOut,
    FeedQuery,
    TransitionOut,
    WebhookQuery,
)
from app.policy import Actor


def history(db: Session, subject_id: UUID) -> list[TransitionOut]:
    """The steps of a thing the caller may see, oldest first."""
    rows = select(Event).where(Event.subject_id == subject_id, Event.action != "").order_by(Event.seq)
    return [
        TransitionOut(
            id=event.id,
            action=event.action,
            from_state=event.from_state,
            to_state=event.to_state,
            at=event.at,
            organisation_id=event.actor_organisation_id,
            version=event.data.get("version"),
        )
        for event in db.scalars(rows.limit(500))
    ]


def feed(db: Session, query: FeedQuery, actor: Actor) -> FeedOut:
    """The next events of the actor's organisation; one statement."""
    rows = (
        select(FeedEntry.position, Event)
        .join(Event, Event.id == FeedEntry.event_id)
        .where(FeedEntry.organisation_id == actor.organisation_id, FeedEntry.position > query.after)
        .order_by(FeedEntry.position)
        .limit(query.limit)
    )
    if query.type:
        rows = rows.where((Event.type == query.type) | Event.type.startswith(query.type + ".", autoescape=True))
    items = [cloud_event(event, position) for position, event in db.execute(rows).all()]
    return FeedOut(items=items, next=items[-1].sequence if items else query.after)


def cloud_event(event: Event, position: int) -> EventOut:
    """An event as CloudEvents 1.0."""
    return EventOut(
        id=event.id,
        type=event.type,
        subject=f"{event.subject_kind}/{event.subject_id}",
        time=event.at,
        sequence=position,
        data={
            **event.data,
            "id": str(event.subject_id),
            "action": event.action,
            "from_state": event.from_state,
            "to_state": event.to_state,
            "organisation_id": str(event.actor_organisation_id),
        },
    )


def get_webhook(db: Session, webhook_id: UUID, actor: Actor, *, lock: bool = False) -> WebhookSubscription:
    """A webhook of the own organisation; 404 for any other."""
    wanted = select(WebhookSubscription).where(
        WebhookSubscription.id == webhook_id, WebhookSubscription.organisation_id == actor.organisation_id
    )
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def count_webhooks(db: Session, actor: Actor) -> int:
    """How many webhooks the own organisation has."""
    mine = WebhookSubscription.organisation_id == actor.organisation_id
    return db.scalar(select(func.count()).select_from(WebhookSubscription).where(mine)) or 0


def list_webhooks(db: Session, query: WebhookQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of the own organisation's webhooks."""
    rows = select(WebhookSubscription).where(WebhookSubscription.organisation_id == actor.organisation_id)
    if query.is_active is not None:
        rows = rows.where(WebhookSubscription.is_active == query.is_active)
    return paginate(db, rows, query, {"created_at": WebhookSubscription.created_at}, WebhookSubscription.id)


def list_deliveries(
    db: Session, webhook: WebhookSubscription, query: DeliveryQuery
) -> tuple[list[Any], str | None, int | None]:
    """A page of a webhook's delivery log."""
    rows = select(WebhookDelivery).where(WebhookDelivery.subscription_id == webhook.id)
    if query.state:
        rows = rows.where(WebhookDelivery.progress == query.state)
    return paginate(db, rows, query, {"position": WebhookDelivery.position}, WebhookDelivery.id)
