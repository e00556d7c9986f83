"""Reading notices: each side those between it and the other."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, literal, not_, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.deadlines import Deadline, DeadlineFiring
from app.core.pages import paginate
from app.core.worklist import Asked, Source, waiting
from app.modules.notices import rules
from app.modules.notices.models import Notice, NoticeDirection, NoticeKind, NoticeMessage, NoticeState
from app.modules.notices.schemas import MessageQuery, NoticeQuery, NoticeReminder
from app.policy import Actor, Permission

ACKNOWLEDGEMENT, ANSWER = "notice_acknowledgement", "notice_answer"


def visible(actor: Actor) -> Select[Notice]:
    """The notices of an actor's side; special incidents only, for who does not work with cases."""
    mine = Notice.youth_office_id if actor.is_youth_office else Notice.provider_id
    rows = select(Notice).where(mine == actor.organisation_id)
    if not rules.knows_every_kind(actor):
        rows = rows.where(Notice.kind == NoticeKind.SPECIAL_INCIDENT)
    return rows


def waiting_for(actor: Actor, *, me: bool) -> ColumnElement[bool]:
    """Notices that the actor's side, or the other, is to acknowledge or to answer."""
    to_me = NoticeDirection.TO_YOUTH_OFFICE if actor.is_youth_office else NoticeDirection.TO_PROVIDER
    to_them = NoticeDirection.TO_PROVIDER if actor.is_youth_office else NoticeDirection.TO_YOUTH_OFFICE
    return and_(Notice.is_waiting, Notice.direction == (to_me if me else to_them))


def get_notice(db: Session, notice_id: UUID, actor: Actor, *, lock: bool = False) -> Notice:
    """One notice; 404 when the actor may not know of it. `lock`: for a change."""
    wanted = visible(actor).where(Notice.id == notice_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_notices(
    db: Session, query: NoticeQuery, actor: Actor, at: datetime
) -> tuple[list[Any], str | None, int | None]:
    """A page of notices."""
    rows = visible(actor)
    for name in ("help_id", "kind", "direction", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Notice, name) == value)
    if query.waiting_for is not None:
        rows = rows.where(waiting_for(actor, me=query.waiting_for == "me"))
    if query.overdue is not None:
        late = and_(Notice.is_waiting, Notice.due_at < at)
        rows = rows.where(late if query.overdue else not_(late))
    if query.sent_from is not None:
        rows = rows.where(Notice.created_at >= query.sent_from)
    if query.sent_to is not None:
        rows = rows.where(Notice.created_at <= query.sent_to)
    sorts = {name: getattr(Notice, name) for name in ("created_at", "number", "due_at")}
    return paginate(db, rows, query, sorts, Notice.id)


def correction_of(db: Session, notice: Notice) -> UUID | None:
    """The notice that corrects this one."""
    return db.scalar(select(Notice.id).where(Notice.corrects_id == notice.id))


def reminders_of(db: Session, notice: Notice) -> list[NoticeReminder]:
    """Who was reminded, and who was told above them, oldest first."""
    rows = (
        select(Deadline.kind, DeadlineFiring)
        .join(DeadlineFiring, DeadlineFiring.deadline_id == Deadline.id)
        .where(Deadline.subject_id == notice.id, Deadline.kind.in_((ACKNOWLEDGEMENT, ANSWER)))
        .order_by(DeadlineFiring.fires_at, DeadlineFiring.level)
    )
    return [
        NoticeReminder.model_validate(
            {"period": kind, "level": firing.level, "fired_at": firing.fired_at, "told": firing.told}
        )
        for kind, firing in db.execute(rows)
    ]


def list_messages(db: Session, notice: Notice, query: MessageQuery) -> tuple[list[Any], str | None, int | None]:
    """A page of what was written on a notice."""
    rows = select(NoticeMessage).where(NoticeMessage.notice_id == notice.id)
    return paginate(db, rows, query, {"created_at": NoticeMessage.created_at}, NoticeMessage.id)


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Notices that one side is to acknowledge or to answer."""
    actor = asked.actor
    if not actor.may(Permission.NOTICES_READ):
        return []
    kind = case((Notice.state == NoticeState.SENT, "notice_to_acknowledge"), else_="notice_to_answer")
    me = and_(waiting_for(actor, me=True), literal(actor.may(Permission.NOTICES_WRITE)))
    columns = waiting(kind, subject=Notice, path="/v1/notices/", help_id=Notice.help_id, due_at=Notice.due_at, me=me)
    return [visible(actor).with_only_columns(*columns).where(asked.mine(Notice.help_id), Notice.is_waiting)]


WORK = Source({"notice_to_acknowledge": "Mitteilung bestätigen", "notice_to_answer": "Mitteilung beantworten"}, _work)
