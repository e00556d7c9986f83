"""Completing records, releasing and delivering them."""

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.problems import FieldError, Invalid
from app.core.work import by_the_service
from app.law.calendars import legal_date
from app.modules.statistics import queries, rules
from app.modules.statistics.codes import FindingWeight, StatisticsRecordState, official
from app.modules.statistics.contents import COLUMNS, values_of
from app.modules.statistics.errors import DraftsOpen, NothingToRelease
from app.modules.statistics.models import StatisticsRecord, StatisticsRelease
from app.modules.statistics.rules import Rule
from app.modules.statistics.schemas import ConfirmDelivery, StatisticsRecordAction, StatisticsReleaseCreate
from app.modules.statistics.workflow import RECORD, RELEASE
from app.policy import SYSTEM, Actor


def values(record: StatisticsRecord, answers: dict[str, Any] | None = None) -> dict[str, Any]:
    """A record as typed values, with the month in which it ended."""
    made = values_of(record.survey, record.derived, answers or record.answers)
    return {**made, "completed_year": record.completed_on.year, "completed_month": record.completed_on.month}


def findings(record: StatisticsRecord) -> list[Rule]:
    """What does not fit; of a draft nothing can be said yet."""
    return [] if record.answers is None else rules.broken(record.survey, values(record))


def complete(
    db: Session, record_id: UUID, action: StatisticsRecordAction, expected: int, *, actor: Actor, at: datetime
) -> StatisticsRecord:
    """Add what the procedure does not know.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        Invalid: the record cannot be right so.
    """
    record = queries.get_record(db, record_id, actor, lock=True)
    check_version(record, expected)
    RECORD.check(record, action.action, actor=actor, at=at)
    answers = action.answers.model_dump(mode="json")
    wrong = [
        rule for rule in rules.broken(record.survey, values(record, answers)) if rule.weight is FindingWeight.ERROR
    ]
    if wrong:
        english = "The record cannot be right so; see /v1/statistics-rules."
        raise Invalid(
            errors=[FieldError(f"/answers/{rule.field}", rule.code.lower(), rule.text_de, english) for rule in wrong]
        )
    with db.no_autoflush:
        record.answers, record.completed_by = answers, actor.id
        RECORD.fire(db, record, action.action, actor=actor, at=at)
    db.flush()
    return record


def release(db: Session, body: StatisticsReleaseCreate, *, actor: Actor, at: datetime) -> StatisticsRelease:
    """Release what is complete of a period; from now on nothing leads from a record to its case.

    Raises:
        Invalid: the period runs backwards or into days to come.
        DraftsOpen: some records are not complete. NothingToRelease: none is.
    """
    if body.first > body.last:
        raise Invalid.field("/last", "before", "Das Ende liegt vor dem Anfang.", "The end is before the beginning.")
    if body.last > legal_date(at):
        raise Invalid.field("/last", "future", "Dieser Tag kommt noch.", "This day is yet to come.")
    of = (db, actor, body.survey, body.first, body.last)
    if not body.leaves_drafts and (open_ := queries.count_drafts(*of)):
        raise DraftsOpen(open=open_)
    records = queries.of_period(*of, StatisticsRecordState.COMPLETE)
    if not records:
        raise NothingToRelease
    made = StatisticsRelease(
        youth_office_id=actor.organisation_id,
        survey=body.survey,
        first=body.first,
        last=body.last,
        unit_key=body.unit_key,
        records=len(records),
        sha256=hashlib.sha256(file_of(body.unit_key, records)).hexdigest(),
        released_by=actor.id,
    )
    RELEASE.begin(db, made, actor=actor, at=at, survey=body.survey.value, records=len(records))
    with by_the_service(db), db.no_autoflush:
        for record in records:
            record.release_id, record.case_id, record.subject_id, record.completed_by = made.id, None, None, None
            RECORD.fire(db, record, "release", actor=SYSTEM, at=at)
    return made


def confirm(
    db: Session, release_id: UUID, action: ConfirmDelivery, expected: int, *, actor: Actor, at: datetime
) -> StatisticsRelease:
    """The statistical office has the file: the numbers of the persons are deleted (§ 12 BStatG).

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing: see core.workflow.
        Invalid: the day is yet to come.
    """
    made = queries.get_release(db, release_id, actor, lock=True)
    check_version(made, expected)
    if action.delivered_on > legal_date(at):
        raise Invalid.field("/delivered_on", "future", "Dieser Tag kommt noch.", "This day is yet to come.")
    with db.no_autoflush:
        made.delivered_on = action.delivered_on
        RELEASE.fire(db, made, action.action, actor=actor, at=at)
    for record in queries.of_release(db, made):
        record.person_key = None
    db.flush()
    return made


def file_of(unit_key: str, records: Sequence[StatisticsRecord]) -> bytes:
    """What is delivered: the reporting unit, then a row per record in the official order, without column heads."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([unit_key])
    for record in records:
        told = values(record)
        codes = [official(told[name]) for name in COLUMNS[record.survey]]
        writer.writerow([unit_key, record.person_key or "", *codes])
    return text.getvalue().encode()
