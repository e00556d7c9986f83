"""Calendar feeds: made, found by their secret, revoked."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from icalendar import Calendar, Event
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version, found
from app.core.problems import Unauthenticated
from app.core.tokens import Claims
from app.modules import identity
from app.modules.worklists import queries
from app.modules.worklists.models import CalendarFeed
from app.policy import Actor

MOST_EVENTS = 1000


def make_feed(db: Session, *, actor: Actor, at: datetime) -> tuple[CalendarFeed, str]:
    """A fresh secret for the actor's calendar; the one before it opens nothing any more. Returns feed and secret."""
    secret = secrets.token_urlsafe(32)
    feed = db.scalar(_feeds(actor).with_for_update())
    if feed is None:
        feed = CalendarFeed(organisation_id=actor.organisation_id, account_id=actor.id)
        db.add(feed)
    feed.token_hash, feed.permissions, feed.created_at = _hash(secret), sorted(actor.permissions), at
    db.flush()
    _record(db, feed, "calendar_feed.make", actor, at)
    return feed, secret


def list_feeds(db: Session, actor: Actor) -> list[CalendarFeed]:
    """The actor's feed, if there is one."""
    return list(db.scalars(_feeds(actor)))


def revoke_feed(db: Session, feed_id: UUID, expected: int, *, actor: Actor, at: datetime) -> None:
    """From now on the address opens nothing.

    Raises:
        NotFound: no feed of the actor's. StaleVersion.
    """
    feed = found(db.scalar(_feeds(actor).where(CalendarFeed.id == feed_id).with_for_update()))
    check_version(feed, expected)
    _record(db, feed, "calendar_feed.revoke", actor, at)
    db.delete(feed)


def calendar(db: Session, secret: str, public_url: str, *, at: datetime) -> bytes:
    """What waits for the account behind a feed, as iCalendar (RFC 5545): kinds and numbers, nothing of a person.

    Raises:
        Unauthenticated: no such feed, or its account was locked, or got another secret since the feed was made.
    """
    feed = db.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == _hash(secret)))
    actor = identity.resolve(db, _claims(feed)) if feed else None
    if actor is None:
        raise Unauthenticated("calendar_feed")
    made = Calendar()
    made.add("prodid", "-//Handschlag//Arbeitsliste//DE")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Handschlag: Arbeitsliste")
    for item in queries.for_calendar(db, actor, at, most=MOST_EVENTS):
        event = Event()
        event.add("uid", f"{item.kind}-{item.id}@handschlag")
        event.add("dtstamp", at)
        event.add("dtstart", item.due_at)
        event.add("summary", f"{item.title} ({item.number})")
        event.add("url", public_url + item.path)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())


def _feeds(actor: Actor) -> Select[CalendarFeed]:
    return select(CalendarFeed).where(CalendarFeed.account_id == actor.id)


def _claims(feed: CalendarFeed) -> Claims:
    """The feed speaks for its account as a token issued when it was made, and no wider than who made it."""
    issued_at = int(feed.created_at.timestamp())
    return Claims(
        subject=str(feed.account_id),
        token_id=str(feed.id),
        client_id=None,
        scopes=frozenset(feed.permissions),
        issuer="calendar_feed",
        expires_at=issued_at,
        issued_at=issued_at,
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(db: Session, feed: CalendarFeed, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=feed.organisation_id,
        actor=actor,
        action=action,
        subject_kind="calendar_feed",
        subject_id=feed.id,
        at=at,
    )
