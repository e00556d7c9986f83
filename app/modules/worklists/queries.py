"""Asking all rooms at once what waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, func, not_, select, union_all
from sqlalchemy.orm import Session

from app.core.pages import paginate
from app.core.problems import Invalid
from app.core.worklist import Asked, Source
from app.modules.cases import Help
from app.modules.worklists.schemas import WorkCount, WorkItem, WorkQuery
from app.policy import Actor, Role

_SOURCES: list[Source] = []
_TITLES: dict[str, str] = {}


def register(*sources: Source) -> None:
    """Hang rooms' sources in, in the order given; who is hung in already stays once."""
    for source in sources:
        if source not in _SOURCES:
            _SOURCES.append(source)
            _TITLES.update(source.kinds)


def list_work(
    db: Session, query: WorkQuery, actor: Actor, at: datetime
) -> tuple[list[WorkItem], list[WorkCount], str | None, int | None]:
    """A page of what waits, what is due first, and the counts per kind: two statements over all rooms."""
    if query.kind is not None and query.kind not in _TITLES:
        de, en = f"Arten: {', '.join(sorted(_TITLES))}.", f"Kinds: {', '.join(sorted(_TITLES))}."
        raise Invalid.field("query:kind", "unknown", de, en)
    work = _work(actor, at, mine=query.scope == "mine")
    if work is None:
        return [], [], None, 0 if query.include_total else None
    rows = _narrowed(select(work), work, query)
    counts = _counts(db, rows.subquery(), at)
    if query.kind is not None:
        rows = rows.where(work.c.kind == query.kind)
    if query.overdue is not None:
        rows = rows.where(work.c.due_at < at if query.overdue else not_(work.c.due_at < at))
    if query.due_before is not None:
        rows = rows.where(work.c.due_at <= query.due_before)
    found, following, total = paginate(db, rows, query, {"due_at": work.c.due_at}, work.c.id)
    return [_item(row, at) for row in found], counts, following, total


def for_calendar(db: Session, actor: Actor, at: datetime, *, most: int) -> Sequence[WorkItem]:
    """What waits for the actor, what is due first; one statement."""
    work = _work(actor, at, mine=True)
    if work is None:
        return []
    rows = select(work).where(work.c.is_mine).order_by(work.c.due_at, work.c.id).limit(most)
    return [_item(row, at) for row in db.execute(rows)]


def _work(actor: Actor, at: datetime, *, mine: bool) -> Subquery | None:
    """Everything that waits, as one table; None where no room has anything for this actor."""
    leads = mine and actor.is_youth_office and Role.CASEWORKER in actor.roles and Role.TEAM_LEAD not in actor.roles
    led = select(Help.id).where(Help.youth_office_id == actor.organisation_id, Help.caseworker_id == actor.id)
    asked = Asked(actor, at, led if leads else None)
    rows = [select_ for source in _SOURCES for select_ in source.rows(asked)]
    return union_all(*rows).subquery("work") if rows else None


def _narrowed(rows: Select[*tuple[Any, ...]], work: Subquery, query: WorkQuery) -> Select[*tuple[Any, ...]]:
    if query.waiting_for is not None:
        rows = rows.where(work.c.is_mine if query.waiting_for == "me" else not_(work.c.is_mine))
    if query.help_id is not None:
        rows = rows.where(work.c.help_id == query.help_id)
    return rows


def _counts(db: Session, work: Subquery, at: datetime) -> list[WorkCount]:
    late = work.c.due_at < at
    counted = select(
        work.c.kind,
        func.count().filter(work.c.is_mine).label("for_me"),
        func.count().filter(work.c.is_mine, late).label("for_me_overdue"),
        func.count().filter(not_(work.c.is_mine)).label("for_them"),
        func.count().filter(not_(work.c.is_mine), late).label("for_them_overdue"),
    ).group_by(work.c.kind)
    rows = {row["kind"]: row for row in db.execute(counted).mappings()}
    return [WorkCount(title=title, **rows[kind]) for kind, title in _TITLES.items() if kind in rows]


def _item(row: Any, at: datetime) -> WorkItem:
    return WorkItem(
        kind=row.kind,
        title=_TITLES[row.kind],
        id=row.id,
        number=row.number,
        path=row.path,
        help_id=row.help_id,
        due_at=row.due_at,
        is_overdue=row.due_at < at,
        waiting_for="me" if row.is_mine else "them",
    )
