"""The plain cases of pushing, listing and reading service records, for the express counter."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from pydantic import ValidationError

from app.core import strictjson
from app.core.answers import Answer, page_headers
from app.core.express import Asked, Question, Rows
from app.core.pages import cursor_of, next_query_of, place_of
from app.core.problems import MalformedRequest
from app.modules.billing.recording import WRITE, Row, as_array
from app.modules.billing.rules.records import faults
from app.modules.billing.schemas import ServiceRecordIn, ServiceRecordOut, ServiceRecordQuery
from app.policy import Actor, Permission

_COLUMNS = tuple(ServiceRecordOut.model_fields)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM service_record WHERE "
_OFFICE = '"youth_office_id":"'


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


class Push:
    """A sound record under a new key; whether it is new and granted, the statement finds out."""

    name = "record_service"
    permission = Permission.SERVICE_RECORDS_WRITE

    def understand(self, asked: Asked) -> ServiceRecordIn | None:
        """The record, if nothing is wrong with it."""
        try:
            record = ServiceRecordIn.model_validate(strictjson.loads(asked.body))
        except (ValidationError, MalformedRequest):
            return None
        return None if asked.query or faults(record, asked.at) else record

    def questions(self, asked: Sequence[Asked], actor: Actor, at: datetime) -> list[Question]:
        """One statement for all; in the order of their ids, so that two batches do not wait for each other."""
        rows: dict[str | None, str] = {}
        for n, one in sorted(enumerate(asked), key=lambda pair: pair[1].content.external_id):
            if one.key not in rows:  # the same key again is answered once the first is done
                rows[one.key] = _pushed(n, one, actor, at)
        return [(WRITE, {"rows": as_array(rows.values()), "account": actor.id, "now": at})]

    def answers(self, asked: Sequence[Asked], actor: Actor, results: Sequence[Rows]) -> Sequence[Answer | None]:
        """What was recorded; anything else is judged the ordinary way."""
        answers: list[Answer | None] = [None] * len(asked)
        for row in results[0]:
            n, record_id, body = row[0], row[-2], row[-1]
            if record_id is not None:
                answers[n] = Answer(201, body.encode(), {"Location": f"{asked[n].path}/{record_id}"})
        return answers


def _pushed(n: int, asked: Asked, actor: Actor, at: datetime) -> str:
    row = Row.of(n, asked.content, actor)
    told = {**dict.fromkeys(_COLUMNS), **row.record.__dict__, "id": row.id, "youth_office_id": "", "recorded_at": at}
    told |= {"provider_id": row.provider_id, "service_on": row.service_on, "minutes": row.minutes}
    head, mark, tail = _json({name: told[name] for name in _COLUMNS}).decode().partition(_OFFICE)
    kept = {"key": asked.key, "fingerprint": asked.fingerprint.hex(), "path": asked.path}
    return row.json(act=n, **kept, head=head + mark, tail=tail)


class Read:
    """A record by its id."""

    name = "get_service"
    permission = Permission.SERVICE_RECORDS_READ

    def understand(self, asked: Asked) -> UUID | None:
        """The record's id."""
        return None if asked.query or asked.body else UUID(asked.path.rpartition("/")[2])

    def questions(self, asked: Sequence[Asked], actor: Actor, at: datetime) -> list[Question]:
        """All of them at once."""
        wanted = {"ids": [one.content for one in asked], "mine": actor.organisation_id}
        return [(f"{_SELECT} {_mine(actor)} AND id = ANY(%(ids)s)", wanted)]

    def answers(self, asked: Sequence[Asked], actor: Actor, results: Sequence[Rows]) -> Sequence[Answer | None]:
        """Those that are there."""
        found = {row[0]: Answer(200, _json(dict(zip(_COLUMNS, row, strict=True)))) for row in results[0]}
        return [found.get(one.content) for one in asked]


class Search:
    """A page of records by what the indexes know: help and days; forwards."""

    name = "list_services"
    permission = Permission.SERVICE_RECORDS_READ

    def understand(self, asked: Asked) -> tuple[ServiceRecordQuery, Mapping[str, Any]] | None:
        """The query and the values its statement takes."""
        given = parse_qsl(asked.query, keep_blank_values=True)
        if asked.body or not _INDEXED.issuperset(name for name, _ in given) or len(dict(given)) != len(given):
            return None
        try:
            query = ServiceRecordQuery.model_validate(dict(given))
        except ValidationError:
            return None
        values = {"help_id": query.help_id, "first": query.first, "last": query.last}
        if query.cursor is not None:
            place = place_of(query.cursor, query.sort)
            if place is None:
                return None
            values |= {"day": place[0], "id": place[1]}
        return query, values

    def questions(self, asked: Sequence[Asked], actor: Actor, at: datetime) -> list[Question]:
        """A statement for each."""
        return [(_listing(one.content[0], actor), {**one.content[1], "mine": actor.organisation_id}) for one in asked]

    def answers(self, asked: Sequence[Asked], actor: Actor, results: Sequence[Rows]) -> Sequence[Answer | None]:
        """The pages."""
        return [_page(one, rows) for one, rows in zip(asked, results, strict=True)]


_INDEXED = frozenset({"limit", "cursor", "sort", "help_id", "first", "last"})
_DAY, _ID = _COLUMNS.index("service_on"), _COLUMNS.index("id")


def _mine(actor: Actor) -> str:
    return "youth_office_id = %(mine)s" if actor.is_youth_office else "provider_id = %(mine)s"


def _listing(query: ServiceRecordQuery, actor: Actor) -> str:
    """The limit stands in the text: a plan that does not know it might sort the whole list."""
    beyond, order = ("<", "DESC") if query.sort.startswith("-") else (">", "ASC")
    conditions = [_mine(actor)]
    conditions += ["help_id = %(help_id)s"] if query.help_id else []
    conditions += ["service_on >= %(first)s"] if query.first else []
    conditions += ["service_on <= %(last)s"] if query.last else []
    conditions += [f"(service_on, id) {beyond} (%(day)s, %(id)s)"] if query.cursor else []
    return f"{_SELECT} {' AND '.join(conditions)} ORDER BY service_on {order}, id {order} LIMIT {query.limit + 1}"


def _page(asked: Asked, rows: Rows) -> Answer:
    query: ServiceRecordQuery = asked.content[0]
    items = [dict(zip(_COLUMNS, row, strict=False)) for row in rows[: query.limit]]
    following = None
    if len(rows) > query.limit:
        last = rows[query.limit - 1]
        following = cursor_of(query.sort, last[_DAY], last[_ID])
    body = _json({"items": items, "next": following, "total": None})
    return Answer(200, body, page_headers(asked.path, next_query_of(query, following)))


DESKS = (Push(), Search(), Read())
