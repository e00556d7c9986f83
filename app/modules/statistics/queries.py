"""Reading records and deliveries: caseworkers those of the cases they may read, the statistics officer all."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, extract, func, literal, select
from sqlalchemy.orm import Session

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.law.statistics import STATISTICS_DAYS
from app.modules.protection import EndangermentCase, readable
from app.modules.statistics.codes import StatisticsRecordState, Survey
from app.modules.statistics.models import StatisticsRecord, StatisticsRelease
from app.modules.statistics.schemas import StatisticsRecordQuery, StatisticsReleaseQuery
from app.policy import Actor, Permission

TOLD = (StatisticsRecordState.COMPLETE, StatisticsRecordState.RELEASED)
Listed = tuple[list[Any], str | None, int | None]


def visible(actor: Actor) -> Select[StatisticsRecord]:
    """The records of the actor's office, or of the cases whose file the actor may read."""
    rows = select(StatisticsRecord).where(StatisticsRecord.youth_office_id == actor.organisation_id)
    if actor.may(Permission.PROTECTION_STATISTICS):
        return rows
    return rows.where(StatisticsRecord.case_id.in_(readable(actor).with_only_columns(EndangermentCase.id)))


def get_record(db: Session, record_id: UUID, actor: Actor, *, lock: bool = False) -> StatisticsRecord:
    """One record; 404 for others'."""
    wanted = visible(actor).where(StatisticsRecord.id == record_id)
    return found(db.scalar(wanted.with_for_update(of=StatisticsRecord) if lock else wanted))


def list_records(db: Session, query: StatisticsRecordQuery, actor: Actor) -> Listed:
    """A page of records."""
    rows = visible(actor)
    for name in ("survey", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(StatisticsRecord, name) == value)
    if query.year is not None:
        rows = rows.where(extract("year", StatisticsRecord.completed_on) == query.year)
    return paginate(db, rows, query, {"completed_on": StatisticsRecord.completed_on}, StatisticsRecord.id)


def of_period(
    db: Session, actor: Actor, survey: Survey, first: date, last: date, state: StatisticsRecordState
) -> Sequence[StatisticsRecord]:
    """What stands so in a period, locked, in the order in which it is delivered."""
    rows = select(StatisticsRecord).where(
        StatisticsRecord.youth_office_id == actor.organisation_id,
        StatisticsRecord.survey == survey,
        StatisticsRecord.completed_on.between(first, last),
        StatisticsRecord.state == state,
    )
    return db.scalars(rows.order_by(StatisticsRecord.id).with_for_update()).all()


def count_drafts(db: Session, actor: Actor, survey: Survey, first: date, last: date) -> int:
    """How many records of a period are still to be completed."""
    rows = select(func.count()).where(
        StatisticsRecord.youth_office_id == actor.organisation_id,
        StatisticsRecord.survey == survey,
        StatisticsRecord.completed_on.between(first, last),
        StatisticsRecord.state == StatisticsRecordState.DRAFT,
    )
    return db.scalar(rows) or 0


def of_release(db: Session, release: StatisticsRelease) -> Sequence[StatisticsRecord]:
    """The records of a delivery, in its order."""
    rows = select(StatisticsRecord).where(StatisticsRecord.release_id == release.id)
    return db.scalars(rows.order_by(StatisticsRecord.id)).all()


def of_year(db: Session, actor: Actor, survey: Survey, year: int) -> Sequence[StatisticsRecord]:
    """The complete records of a year; one statement."""
    rows = select(StatisticsRecord).where(
        StatisticsRecord.youth_office_id == actor.organisation_id,
        StatisticsRecord.survey == survey,
        StatisticsRecord.completed_on.between(date(year, 1, 1), date(year, 12, 31)),
        StatisticsRecord.state.in_(TOLD),
    )
    return db.scalars(rows).all()


def _releases(actor: Actor) -> Select[StatisticsRelease]:
    return select(StatisticsRelease).where(StatisticsRelease.youth_office_id == actor.organisation_id)


def get_release(db: Session, release_id: UUID, actor: Actor, *, lock: bool = False) -> StatisticsRelease:
    """One delivery; 404 for others'."""
    wanted = _releases(actor).where(StatisticsRelease.id == release_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_releases(db: Session, query: StatisticsReleaseQuery, actor: Actor) -> Listed:
    """A page of deliveries."""
    rows = _releases(actor)
    for name in ("survey", "state"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(StatisticsRelease, name) == value)
    return paginate(db, rows, query, {"created_at": StatisticsRelease.created_at}, StatisticsRelease.id)


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Records that the caseworker completes."""
    if not asked.actor.may(Permission.PROTECTION_WORK):
        return []
    record = StatisticsRecord
    columns = waiting(
        "statistics_to_complete",
        subject=record,
        path="/v1/statistics-records/",
        due_at=end_of(record.completed_on + timedelta(days=STATISTICS_DAYS)),
        me=literal(value=True),
        help_id=EndangermentCase.help_id,
    )
    cases = readable(asked.actor).join(record, record.case_id == EndangermentCase.id)
    return [cases.with_only_columns(*columns).where(record.state == StatisticsRecordState.DRAFT)]


WORK = Source({"statistics_to_complete": "Datensatz der amtlichen Statistik ergänzen"}, _work)
