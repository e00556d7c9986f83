"""`/v1/events` and `/v1/webhooks`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.webhooks import queries, service
from app.modules.webhooks.schemas import (
    DeliveryOut,
    DeliveryQuery,
    FeedOut,
    FeedQuery,
    WebhookCreate,
    WebhookOut,
    WebhookPatch,
    WebhookQuery,
    WebhookSecretOut,
)
from app.policy import Permission

router = Router(tags=["events"])


@router.get("/events", summary="Ereignisse lesen")
@needs(Permission.EVENTS_READ)
def read_events(query: Annotated[FeedQuery, Query()], db: Db, actor: CurrentActor) -> FeedOut:
    """The ordered feed of the own organisation's events (CloudEvents 1.0), to be read again from any place.

    Keep `next` and ask with `after=` it; nothing is ever filled in before it. Ids and states only, no personal data.
    """
    return queries.feed(db, query, actor)


@router.post("/webhooks", status_code=201, summary="Webhook anlegen")
@needs(Permission.WEBHOOKS_MANAGE)
def create_webhook(body: WebhookCreate, db: Db, kernel: Process, actor: CurrentActor, now: Now) -> WebhookOut:
    """Subscribe an address to the own organisation's events. Deliveries begin once it has a secret."""
    allowed = kernel.settings.webhook_private_addresses
    return WebhookOut.model_validate(service.create_webhook(db, body, private_allowed=allowed, actor=actor, at=now))


@router.get("/webhooks", summary="Webhooks")
@needs(Permission.WEBHOOKS_MANAGE)
def list_webhooks(query: Annotated[WebhookQuery, Query()], db: Db, actor: CurrentActor) -> Page[WebhookOut]:
    """The webhooks of the own organisation."""
    rows, following, total = queries.list_webhooks(db, query, actor)
    return page_of([WebhookOut.model_validate(row) for row in rows], following, total, query)


@router.get("/webhooks/{webhook_id}", summary="Webhook lesen")
@needs(Permission.WEBHOOKS_MANAGE)
def get_webhook(webhook_id: Id, db: Db, actor: CurrentActor) -> WebhookOut:
    """One webhook of the own organisation, and whether it can deliver."""
    return WebhookOut.model_validate(queries.get_webhook(db, webhook_id, actor))


@router.patch("/webhooks/{webhook_id}", summary="Webhook ändern")
@needs(Permission.WEBHOOKS_MANAGE)
def change_webhook(
    webhook_id: Id, body: WebhookPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> WebhookOut:
    """Change the types delivered, or stop and resume (merge patch)."""
    return WebhookOut.model_validate(service.change_webhook(db, webhook_id, body, expected, actor=actor, at=now))


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="Webhook löschen")
@needs(Permission.WEBHOOKS_MANAGE)
def delete_webhook(webhook_id: Id, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> None:
    """Unsubscribe; what has not been delivered yet never will be."""
    service.delete_webhook(db, webhook_id, expected, actor=actor, at=now)


@router.post("/webhooks/{webhook_id}/secret", summary="Geheimnis des Webhooks setzen")
@needs(Permission.WEBHOOKS_MANAGE, keyed=False)
def set_webhook_secret(webhook_id: Id, db: Db, kernel: Process, actor: CurrentActor, now: Now) -> WebhookSecretOut:
    """A fresh secret that signs deliveries (Standard Webhooks), shown only now; a retry simply makes another."""
    return WebhookSecretOut(secret=service.set_secret(db, webhook_id, kernel.sealer, actor=actor, at=now))


@router.get("/webhooks/{webhook_id}/deliveries", summary="Zustellungen")
@needs(Permission.WEBHOOKS_MANAGE)
def list_deliveries(
    webhook_id: Id, query: Annotated[DeliveryQuery, Query()], db: Db, actor: CurrentActor
) -> Page[DeliveryOut]:
    """The log of deliveries: what arrived, what is on its way, what was given up."""
    rows, following, total = queries.list_deliveries(db, queries.get_webhook(db, webhook_id, actor), query)
    return page_of([DeliveryOut.model_validate(row) for row in rows], following, total, query)


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}:redeliver", summary="Noch einmal zustellen")
@needs(Permission.WEBHOOKS_MANAGE)
def redeliver(webhook_id: Id, delivery_id: Id, db: Db, actor: CurrentActor, now: Now) -> DeliveryOut:
    """Put an event on its way once more."""
    return DeliveryOut.model_validate(service.redeliver(db, webhook_id, delivery_id, actor=actor, at=now))
