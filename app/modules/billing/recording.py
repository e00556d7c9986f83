"""Writing service records: one statement for any number of rows, the same for one push and for an import.

The statement looks up help and grant of each row, tells known rows from new ones, and inserts the good ones with
their audit entries and events: one for each act and youth office. A row that carries an Idempotency-Key is written
only when the key is new and nobody holds it, and then its answer is kept: `head`, the youth office, `tail`.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.problems import FieldError
from app.law.calendars import legal_date
from app.modules.billing.errors import HELP_NOT_RUNNING, NOT_GRANTED, OUTSIDE_HELP, REVERSED, UNKNOWN_HELP
from app.modules.billing.rules.records import minutes_of
from app.modules.billing.schemas import ServiceRecordIn
from app.policy import Actor

WRITE = """
    WITH input AS MATERIALIZED (
        SELECT * FROM json_to_recordset(CAST(%(rows)s AS json)) AS r(
            n int, id uuid, provider_id uuid, external_id text, help_id uuid, worker text, activity text,
            starts_at timestamptz, ends_at timestamptz, service_on date, minutes int, participants int, staff int,
            session text, notice_hours int, note text, hash text,
            act int, key text, fingerprint text, path text, head text, tail text)
    ), judged AS MATERIALIZED (
        SELECT input.*, help.youth_office_id, help.state,
               input.service_on BETWEEN help.starts_on AND coalesce(help.ended_on, help.ends_on)
               AND EXISTS (SELECT FROM help_assignment AS part
                            WHERE part.help_id = input.help_id AND part.provider_id = input.provider_id
                              AND input.service_on BETWEEN part.valid_from AND part.valid_to) AS within,
               EXISTS (SELECT FROM help_grant AS g
                        WHERE g.help_id = input.help_id AND g.provider_id = input.provider_id
                          AND g.released_at IS NOT NULL AND g.state <> 'superseded'
                          AND input.service_on BETWEEN g.valid_from AND g.valid_to) AS granted,
               known.id AS known_id, encode(known.content_hash, 'hex') AS known_hash,
               known.reversed_at IS NOT NULL AS known_reversed,
               CASE WHEN key IS NULL THEN true
                    ELSE pg_try_advisory_xact_lock(hashtextextended(concat(%(account)s::uuid, ':', key), 7))
                         AND NOT EXISTS (SELECT FROM idempotency_key AS k
                                          WHERE k.account_id = %(account)s AND k.key = input.key) END AS fresh
          FROM input
          LEFT JOIN help ON help.id = input.help_id
               AND EXISTS (SELECT FROM help_assignment AS part
                            WHERE part.help_id = input.help_id AND part.provider_id = input.provider_id)
          LEFT JOIN service_record AS known
            ON known.provider_id = input.provider_id AND known.external_id = input.external_id
    ), recorded AS (
        INSERT INTO service_record (id, youth_office_id, provider_id, external_id, help_id, worker, activity,
               starts_at, ends_at, service_on, minutes, participants, staff, session, notice_hours, note,
               content_hash, recorded_by, recorded_at)
        SELECT id, youth_office_id, provider_id, external_id, help_id, worker, activity, starts_at, ends_at,
               service_on, minutes, participants, staff, session, notice_hours, note, decode(hash, 'hex'),
               %(account)s, %(now)s
          FROM judged
         WHERE known_id IS NULL AND within AND granted AND state IN ('active', 'ended') AND fresh
         ORDER BY n  -- of rows with one external id the first is written
        ON CONFLICT (provider_id, external_id) DO NOTHING
        RETURNING id, youth_office_id, provider_id, content_hash
    ), done AS (
        SELECT recorded.*, judged.act, judged.key, judged.fingerprint, judged.path,
               judged.head || recorded.youth_office_id || judged.tail AS body
          FROM recorded JOIN judged ON judged.id = recorded.id
    ), by_office AS (
        SELECT youth_office_id, provider_id, count(*) AS records, (array_agg(id ORDER BY id))[1] AS first_id,
               encode(sha256(string_agg(content_hash, ''::bytea ORDER BY id)), 'hex') AS hash
          FROM done GROUP BY act, youth_office_id, provider_id
    ), audited AS (
        INSERT INTO audit_entry (id, tenant_id, at, actor_id, actor_organisation_id, action, subject_kind, subject_id,
               from_state, to_state, law, details)
        SELECT gen_random_uuid(), youth_office_id, %(now)s, %(account)s, provider_id, 'service_record.record',
               'service_record', first_id, '', '', '', json_build_object('records', records, 'sha256', hash)
          FROM by_office
    ), told AS (
        INSERT INTO event (id, tenant_id, type, subject_kind, subject_id, at, actor_id, actor_organisation_id, action,
               from_state, to_state, audience, data)
        SELECT gen_random_uuid(), youth_office_id, 'handschlag.service_record.recorded', 'service_record', first_id,
               %(now)s, %(account)s, provider_id, '', '', '', ARRAY[youth_office_id, provider_id],
               jsonb_build_object('records', records)
          FROM by_office
    ), kept AS (
        INSERT INTO idempotency_key (account_id, key, organisation_id, fingerprint, status, headers, body, created_at)
        SELECT %(account)s, key, provider_id, decode(fingerprint, 'hex'), 201,
               jsonb_build_object('Location', path || '/' || id), body, %(now)s
          FROM done WHERE key IS NOT NULL
    )
    SELECT judged.n, judged.youth_office_id, judged.state, judged.within, judged.granted, judged.known_id,
           judged.known_hash, judged.known_reversed, done.id AS recorded_id, done.body
      FROM judged LEFT JOIN done ON done.id = judged.id
     ORDER BY judged.n
    """


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: its id when it is stored (new, or known and the same), else why not."""

    id: UUID | None = None
    is_new: bool = False
    is_reused: bool = False
    errors: tuple[FieldError, ...] = ()


def record_rows(db: Session, rows: Sequence["Row"], *, actor: Actor, at: datetime) -> dict[int, Outcome]:
    """Write what may be written of some records (each sound in itself); tell what became of each, by its number.

    A row whose external id is just being written, by a row before it or by another transaction, is judged again once
    that is done: two statements, however many rows share an id.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = {row.n: row for row in rows}
    while waiting:
        parameters = {"rows": as_array(row.json() for row in waiting.values()), "account": actor.id, "now": at}
        for told in db.connection().exec_driver_sql(WRITE, parameters).all():
            if (outcome := _outcome(told, waiting[told.n])) is not None:
                outcomes[told.n] = outcome
                del waiting[told.n]
    return outcomes


@dataclass(frozen=True, slots=True)
class Row:
    """A record on its way into the statement.

    Args:
        content: the record as JSON without its external id; its hash makes two pushes of one external id the same.
    """

    n: int
    id: UUID
    record: ServiceRecordIn
    content: str
    provider_id: UUID
    service_on: date
    minutes: int

    @classmethod
    def of(cls, n: int, record: ServiceRecordIn, actor: Actor) -> "Row":
        """Reckon what the table holds besides what was sent."""
        content = record.model_dump_json(exclude=_EXTERNAL_ID)
        day, minutes = legal_date(record.starts_at), minutes_of(record)
        return cls(n, new_id(), record, content, actor.organisation_id, day, minutes)

    @property
    def hash(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    def json(self, **more: Any) -> str:
        """The row as the statement reads it; built from text, because imports have thousands."""
        added = f",{json.dumps(more)[1:-1]}" if more else ""
        return (
            f'{self.content[:-1]},"n":{self.n},"id":"{self.id}","external_id":"{self.record.external_id}",'
            f'"provider_id":"{self.provider_id}","service_on":"{self.service_on}","minutes":{self.minutes},'
            f'"hash":"{self.hash}"{added}}}'
        )


_EXTERNAL_ID = {"external_id"}


def as_array(rows: Iterable[str]) -> str:
    """JSON texts as one array."""
    return f"[{','.join(rows)}]"


def _known(told: Any, row: Row) -> Outcome:
    if told.known_reversed:
        return Outcome(errors=(REVERSED,))
    same = told.known_hash == row.hash
    return Outcome(id=told.known_id if same else None, is_reused=not same)


def _outcome(told: Any, row: Row) -> Outcome | None:
    """None: neither written nor known, so somebody else was writing it; ask again."""
    if told.recorded_id is not None:
        return Outcome(id=told.recorded_id, is_new=True)
    if told.known_id is not None:
        return _known(told, row)
    if told.youth_office_id is None:
        return Outcome(errors=(UNKNOWN_HELP,))
    if told.state not in ("active", "ended"):
        return Outcome(errors=(HELP_NOT_RUNNING,))
    if not told.within:
        return Outcome(errors=(OUTSIDE_HELP,))
    return None if told.granted else Outcome(errors=(NOT_GRANTED,))
