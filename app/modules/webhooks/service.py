"""Subscribing, and putting published events on their way."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version, found
from app.core.jobs import defer
from app.core.outbox import Event
from app.core.patching import apply
from app.core.problems import Invalid
from app.core.sealing import Sealer
from app.modules.webhooks import queries
from app.modules.webhooks.delivery import deliver
from app.modules.webhooks.errors import TooManyWebhooks
from app.modules.webhooks.models import DeliveryState, WebhookDelivery, WebhookSubscription
from app.modules.webhooks.schemas import WebhookCreate, WebhookPatch
from app.policy import Actor

MOST_WEBHOOKS = 20
"""Of one organisation: each takes its share of what delivers for all."""
_ENQUEUE = text(
    """
    INSERT INTO webhook_delivery (id, organisation_id, subscription_id, event_id, subject_id, position, progress,
           attempts)
    SELECT gen_random_uuid(), s.organisation_id, s.id, e.id, e.subject_id, e.position, 'pending', 0
      FROM event AS e
      JOIN webhook_subscription AS s ON s.organisation_id = ANY (e.audience)
     WHERE e.id = ANY (:ids) AND s.is_active AND s.sealed_secret IS NOT NULL
       AND (cardinality(s.types) = 0
            OR EXISTS (SELECT FROM unnest(s.types) AS t WHERE e.type = t OR starts_with(e.type, t || '.')))
    ON CONFLICT DO NOTHING
    RETURNING id, subscription_id, subject_id, position
    """
)


def on_published(db: Session, events: Sequence[Event]) -> None:
    """Put events on their way to every webhook that wants them, in the transaction that publishes them.

    One job per delivery; the lock keeps those of one webhook and one subject in order, through every retry.
    """
    rows = db.execute(_ENQUEUE, {"ids": [event.id for event in events]}).all()
    for row in sorted(rows, key=lambda row: row.position):
        defer(db, deliver, lock=f"{row.subscription_id}:{row.subject_id}", delivery_id=str(row.id))


def create_webhook(
    db: Session, body: WebhookCreate, *, private_allowed: bool, actor: Actor, at: datetime
) -> WebhookSubscription:
    """Subscribe to the own organisation's events; deliveries begin once a secret is set."""
    url = str(body.url)
    if urlsplit(url).scheme != "https" and not private_allowed:
        raise Invalid.field("/url", "https", "Nur https ist erlaubt.", "Only https is allowed.")
    if queries.count_webhooks(db, actor) >= MOST_WEBHOOKS:
        raise TooManyWebhooks(most=MOST_WEBHOOKS)
    webhook = WebhookSubscription(
        organisation_id=actor.organisation_id, url=url, types=body.types, created_at=at, changed_at=at
    )
    db.add(webhook)
    db.flush()
    _record(db, webhook, "webhook.create", actor, at)
    return webhook


def change_webhook(
    db: Session, webhook_id: UUID, patch: WebhookPatch, expected: int, *, actor: Actor, at: datetime
) -> WebhookSubscription:
    """Change what is delivered, or stop and resume."""
    webhook = queries.get_webhook(db, webhook_id, actor, lock=True)
    check_version(webhook, expected)
    if not apply(webhook, patch.model_dump(exclude_unset=True)):
        return webhook
    webhook.changed_at = at
    db.flush()
    _record(db, webhook, "webhook.change", actor, at)
    return webhook


def delete_webhook(db: Session, webhook_id: UUID, expected: int, *, actor: Actor, at: datetime) -> None:
    """Unsubscribe; what was not delivered yet never will be."""
    webhook = queries.get_webhook(db, webhook_id, actor, lock=True)
    check_version(webhook, expected)
    _record(db, webhook, "webhook.delete", actor, at)
    db.delete(webhook)
    db.flush()


def set_secret(db: Session, webhook_id: UUID, sealer: Sealer, *, actor: Actor, at: datetime) -> str:
    """A fresh signing secret (Standard Webhooks), shown once; the old one ends."""
    webhook = queries.get_webhook(db, webhook_id, actor, lock=True)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    webhook.sealed_secret = sealer.seal(secret, str(webhook.id))
    webhook.changed_at = at
    db.flush()
    _record(db, webhook, "webhook.secret", actor, at)
    return secret


def redeliver(db: Session, webhook_id: UUID, delivery_id: UUID, *, actor: Actor, at: datetime) -> WebhookDelivery:
    """Put an event on its way once more, whatever became of it before."""
    webhook = queries.get_webhook(db, webhook_id, actor)
    delivery = found(db.get(WebhookDelivery, delivery_id))
    found(delivery if delivery.subscription_id == webhook.id else None)
    delivery.progress, delivery.attempts = DeliveryState.PENDING, 0
    db.flush()
    defer(db, deliver, lock=f"{webhook.id}:{delivery.subject_id}", delivery_id=str(delivery.id))
    _record(db, webhook, "webhook.redeliver", actor, at)
    return delivery


def _record(db: Session, webhook: WebhookSubscription, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=webhook.organisation_id,
        actor=actor,
        action=action,
        subject_kind="webhook",
        subject_id=webhook.id,
        at=at,
        details={"types": webhook.types, "is_active": webhook.is_active},
    )
