"""`/v1/notices`."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.notices import queries, rules, service
from app.modules.notices.models import Notice
from app.modules.notices.schemas import (
    MessageIn,
    MessageOut,
    MessageQuery,
    MessageReceipt,
    NoticeAction,
    NoticeBody,
    NoticeFullOut,
    NoticeKindOut,
    NoticeOut,
    NoticeQuery,
)
from app.modules.notices.workflow import NOTICE
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/notices", tags=["notices"])
kinds = Router(prefix="/notice-kinds", tags=["notices"])


def _out(notice: Notice, actor: Actor, now: datetime) -> NoticeOut:
    known = {name: getattr(notice, name) for name in NoticeOut.model_fields if hasattr(notice, name)}
    late = notice.is_waiting and notice.due_at < now
    return NoticeOut(**known, is_overdue=late, allowed_actions=NOTICE.allowed(notice, actor))


def _full(db: Session, notice: Notice, actor: Actor, now: datetime) -> NoticeFullOut:
    return NoticeFullOut(
        **dict(_out(notice, actor, now)),
        text=notice.text,
        details=notice.details,
        answer=notice.answer,
        withdrawn_because=notice.withdrawn_because,
        corrected_by_id=queries.correction_of(db, notice),
        reminders=queries.reminders_of(db, notice),
    )


@router.post("", status_code=201, summary="Mitteilung senden")
@needs(Permission.NOTICES_WRITE)
def send_notice(body: NoticeBody, db: Db, actor: CurrentActor, now: Now) -> NoticeOut:
    """Tell the other side of a help something, or ask (§ 36 Abs. 2 SGB VIII); `kind` says what, and which entries.

    A period to acknowledge begins, and one to answer where an answer is expected; both are local policy, no number of
    the statute. A `special_incident` is the youth office's copy of what § 47 Abs. 1 Nr. 2 SGB VIII makes the provider
    of a licensed facility tell the authority without delay. Nothing asks for names; nothing sent is overwritten: a
    correction is a notice of its own (`corrects_id`). A provider sends and gets notices until 30 days after its part
    in the help ended.
    """
    return _out(service.send(db, body, actor=actor, at=now), actor, now)


@router.get("", summary="Mitteilungen zu Hilfen suchen")
@needs(Permission.NOTICES_READ)
def list_notices(query: Annotated[NoticeQuery, Query()], db: Db, actor: CurrentActor, now: Now) -> Page[NoticeOut]:
    """The notices between the own side and others, without what they say (§ 36 Abs. 2 SGB VIII).

    `waiting_for=me&sort=due_at` is what the own side has to acknowledge or to answer, most urgent first. The office
    head and the provider's management find special incidents only.
    """
    rows, following, total = queries.list_notices(db, query, actor, now)
    return page_of([_out(row, actor, now) for row in rows], following, total, query)


@router.get("/{notice_id}", summary="Mitteilung zu einer Hilfe lesen")
@needs(Permission.NOTICES_READ)
def get_notice(notice_id: Id, db: Db, actor: CurrentActor, now: Now) -> NoticeFullOut:
    """One notice with what it says, its answer and its reminders; every reading is logged (§ 64 SGB VIII)."""
    return _full(db, service.read(db, notice_id, actor=actor, at=now), actor, now)


@router.post("/{notice_id}/transitions", summary="Mitteilung bestätigen, beantworten, abschließen")
@needs(Permission.NOTICES_READ)
def move_notice(
    notice_id: Id, body: NoticeAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> NoticeOut:
    """The receiving side acknowledges and answers; the sending side withdraws before that, or closes (§ 36 Abs. 2).

    Where no answer is expected either side may close. Only these steps stop reminders and escalation.
    """
    return _out(service.move(db, notice_id, body, expected, actor=actor, at=now), actor, now)


@router.get("/{notice_id}/transitions", summary="Verlauf der Mitteilung zu einer Hilfe")
@needs(Permission.NOTICES_READ)
def list_notice_transitions(notice_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_notice(db, notice_id, actor).id)


@router.post("/{notice_id}/messages", status_code=201, summary="Nachricht zur Mitteilung schreiben")
@needs(Permission.NOTICES_WRITE)
def write_notice_message(notice_id: Id, body: MessageIn, db: Db, actor: CurrentActor, now: Now) -> MessageReceipt:
    """Either side adds a word while the notice is open; messages are neither changed nor deleted (§ 36 Abs. 2)."""
    return MessageReceipt.model_validate(service.write(db, notice_id, body.text, actor=actor, at=now))


@router.get("/{notice_id}/messages", summary="Nachrichten zur Mitteilung lesen")
@needs(Permission.NOTICES_READ)
def list_notice_messages(
    notice_id: Id, query: Annotated[MessageQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[MessageOut]:
    """What both sides wrote on a notice, oldest first; every reading is logged (§ 64 SGB VIII)."""
    notice = service.read(db, notice_id, actor=actor, at=now)
    rows, following, total = queries.list_messages(db, notice, query)
    return page_of([MessageOut.model_validate(row) for row in rows], following, total, query)


@kinds.get("", summary="Arten von Mitteilungen zu Hilfen")
@needs(Permission.NOTICES_READ)
def list_notice_kinds() -> list[NoticeKindOut]:
    """Who sends each kind of notice, and the usual periods to acknowledge and to answer it (local policy; § 36 Abs. 2).

    What a kind tells stands in the schema of `POST /v1/notices`.
    """
    return [
        NoticeKindOut(
            kind=kind,
            title_de=kind.title_de,
            senders=sorted(terms.senders),
            acknowledge_within=rules.in_words(terms.acknowledgement) or "",
            answer_within=rules.in_words(terms.answer),
        )
        for kind, terms in rules.TERMS.items()
    ]
