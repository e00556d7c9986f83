"""Delivering one event to one webhook: signed (Standard Webhooks), to a checked address, tried again until it arrives.

The job holds no transaction while it talks to the outside. It may run twice for one delivery (a worker died after
sending): the receiver knows a repeated event by `webhook-id`.
"""

import socket
from asyncio import get_running_loop, timeout, to_thread
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

import httpx
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job
from pydantic_core import to_json
from sqlalchemy import select
from standardwebhooks import Webhook

from app.core import clock
from app.core.jobs import jobs
from app.core.outbox import Event
from app.core.sealing import Sealer
from app.core.work import Work
from app.modules.webhooks.models import DeliveryState, WebhookDelivery, WebhookSubscription
from app.modules.webhooks.queries import cloud_event
from app.modules.webhooks.rules import MOST_ATTEMPTS, is_reachable, wait_seconds

TIMEOUT_SECONDS = 10.0
GONE = 410


@dataclass(frozen=True, slots=True)
class Courier:
    """What delivering needs of the process."""

    work: Work
    sealer: Sealer
    private_allowed: bool


_couriers: list[Courier] = []


def employ(courier: Courier) -> None:
    """Say, at the worker's start, with what deliveries are made."""
    _couriers[:] = [courier]


class NotDelivered(Exception):
    """The receiver did not take the event; the job is tried again."""


class Patience(BaseRetryStrategy):
    """Doubling waits; the delivery's own row says when to give up."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again."""
        if not isinstance(exception, NotDelivered):
            return RetryDecision(retry_in={"minutes": 1}) if job.attempts < MOST_ATTEMPTS else None
        return RetryDecision(retry_in={"seconds": wait_seconds(max(job.attempts, 1))})


@dataclass(frozen=True, slots=True)
class _Letter:
    """Everything needed to send, read in one transaction."""

    url: str
    headers: dict[str, str]
    body: bytes


@jobs.task(name="webhooks.deliver", retry=Patience())
async def deliver(delivery_id: str) -> None:
    """Send one event, and write down what came of it."""
    courier = _couriers[0]
    letter = await to_thread(_letter, courier, UUID(delivery_id))
    if letter is None:
        return
    status, error = await _send(letter, private_allowed=courier.private_allowed)
    if await to_thread(_note, courier, UUID(delivery_id), status, error) is DeliveryState.PENDING:
        raise NotDelivered


def _letter(courier: Courier, delivery_id: UUID) -> _Letter | None:
    """The signed message; None when there is nothing to send any more."""
    wanted = (
        select(WebhookDelivery, WebhookSubscription, Event)
        .join(WebhookSubscription, WebhookSubscription.id == WebhookDelivery.subscription_id)
        .join(Event, Event.id == WebhookDelivery.event_id)
        .where(WebhookDelivery.id == delivery_id)
    )
    with courier.work.as_system() as db:
        row = db.execute(wanted).one_or_none()
        if row is None:
            return None
        delivery, webhook, event = row
        if delivery.progress is not DeliveryState.PENDING:
            return None
        if not webhook.is_active or webhook.sealed_secret is None:
            delivery.progress, delivery.last_error = DeliveryState.PARKED, "inactive"
            return None
        secret = courier.sealer.open(webhook.sealed_secret, str(webhook.id))
        return _signed(webhook.url, secret, event, delivery.position)


def _signed(url: str, secret: str, event: Event, position: int) -> _Letter:
    body = to_json(cloud_event(event, position))
    now = clock.now()
    headers = {
        "content-type": "application/cloudevents+json",
        "user-agent": "handschlag-webhooks",
        "webhook-id": str(event.id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(str(event.id), _whole_seconds(now), body.decode()),
    }
    return _Letter(url, headers, body)


def _whole_seconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


async def _send(letter: _Letter, *, private_allowed: bool) -> tuple[int | None, str | None]:
    """Status of the answer, or a word for why there was none. The checked address is the one that is called.

    The limit of time is for all of it: a receiver that drips its answer must not hold up what others wait for.
    """
    parts = urlsplit(letter.url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with timeout(TIMEOUT_SECONDS):
            addresses: list[Any] = await get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            if not all(is_reachable(str(entry[4][0]), private_allowed=private_allowed) for entry in addresses):
                return None, "address_refused"
            return await _post(letter, parts, f"{addresses[0][4][0]}", port), None
    except (OSError, UnicodeError) as error:
        return None, "timeout" if isinstance(error, TimeoutError) else "unknown_host"
    except httpx.TimeoutException:
        return None, "timeout"
    except httpx.HTTPError:
        return None, "connection"


async def _post(letter: _Letter, parts: SplitResult, address: str, port: int) -> int:
    netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        request = client.build_request(
            "POST",
            parts._replace(netloc=netloc).geturl(),
            content=letter.body,
            headers={**letter.headers, "host": parts.netloc},
            extensions={"sni_hostname": parts.hostname or ""},
        )
        answer = await client.send(request, stream=True)  # the answer's body is nobody's business here
        await answer.aclose()
        return answer.status_code


def _note(courier: Courier, delivery_id: UUID, status: int | None, error: str | None) -> DeliveryState | None:
    with courier.work.as_system() as db:
        delivery = db.get(WebhookDelivery, delivery_id, with_for_update=True)
        if delivery is None:
            return None
        now = clock.now()
        delivery.attempts += 1
        delivery.last_status, delivery.last_error, delivery.last_attempt_at = status, error, now
        if status is not None and 200 <= status < 300:
            delivery.progress, delivery.delivered_at = DeliveryState.DELIVERED, now
        elif status == GONE:
            delivery.progress = DeliveryState.PARKED
            webhook = db.get(WebhookSubscription, delivery.subscription_id)
            if webhook is not None:
                webhook.is_active = False
        elif delivery.attempts >= MOST_ATTEMPTS:
            delivery.progress = DeliveryState.PARKED
        return delivery.progress
