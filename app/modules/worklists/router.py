"""`/v1/worklist` and `/v1/calendar-feeds`."""

from typing import Annotated

from fastapi import Query, Response

from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs, public
from app.core.pages import page_of
from app.core.types import Id
from app.modules.worklists import queries, service
from app.modules.worklists.schemas import CalendarFeedOut, CalendarFeedSecretOut, CalendarQuery, Worklist, WorkQuery
from app.policy import Permission

router = Router(prefix="/worklist", tags=["worklist"])
feeds = Router(prefix="/calendar-feeds", tags=["worklist"])
CALENDAR = "text/calendar"


@router.get("", summary="Arbeitsliste")
@needs(Permission.WORKLIST_READ)
def list_work(query: Annotated[WorkQuery, Query()], db: Db, actor: CurrentActor, now: Now) -> Worklist:
    """What is due, overdue, waits for the caller or for the other side, over all that the caller may read (§ 36).

    `waiting_for=me`: the caller may take the next step. The counts per kind are of all pages, whatever `kind`,
    `overdue` and `due_before` say. A caseworker sees the helps it leads, with `scope=side` all of the office.
    """
    items, counts, following, total = queries.list_work(db, query, actor, now)
    return Worklist(**dict(page_of(items, following, total, query)), counts=counts)


@router.get(
    ".ics",
    summary="Arbeitsliste als Kalender",
    response_class=Response,
    responses={
        200: {
            "description": "Kalender (RFC 5545)",
            "content": {CALENDAR: {"schema": {"type": "string", "maxLength": 10_000_000}}},
        }
    },
)
@public
def get_worklist_calendar(query: Annotated[CalendarQuery, Query()], db: Db, kernel: Process, now: Now) -> Response:
    """What waits for one person, for calendars that cannot log in: the address of `POST /v1/calendar-feeds`.

    It names kinds and numbers, nothing of a person (§ 64 SGB VIII).
    """
    made = service.calendar(db, query.token, kernel.settings.public_url, at=now)
    return Response(made, media_type=CALENDAR, headers={"Cache-Control": "private, no-store"})


@feeds.post("", status_code=201, summary="Kalenderadresse anlegen oder erneuern")
@needs(Permission.WORKLIST_READ, keyed=False)
def make_calendar_feed(db: Db, kernel: Process, actor: CurrentActor, now: Now) -> CalendarFeedSecretOut:
    """An address with a fresh secret, shown only now; the one before it ends, so a retry simply makes another."""
    feed, secret = service.make_feed(db, actor=actor, at=now)
    url = f"{kernel.settings.public_url}/v1/worklist.ics?token={secret}"
    return CalendarFeedSecretOut(id=feed.id, created_at=feed.created_at, version=feed.version, url=url)


@feeds.get("", summary="Eigene Kalenderadressen")
@needs(Permission.WORKLIST_READ)
def list_calendar_feeds(db: Db, actor: CurrentActor) -> list[CalendarFeedOut]:
    """Whether the caller has a calendar address, and since when; the secret is not shown again."""
    return [CalendarFeedOut.model_validate(feed) for feed in service.list_feeds(db, actor)]


@feeds.delete("/{feed_id}", status_code=204, summary="Kalenderadresse widerrufen")
@needs(Permission.WORKLIST_READ)
def revoke_calendar_feed(feed_id: Id, db: Db, actor: CurrentActor, now: Now, expected: Expected) -> None:
    """From now on the address opens nothing."""
    service.revoke_feed(db, feed_id, expected, actor=actor, at=now)
