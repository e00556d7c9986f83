"""What the worker finds: procedures and measures that ended have a record to be completed; reopened ones none."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, extract, func, select
from sqlalchemy.orm import Session, aliased

from app.core.numbers import next_number
from app.law.calendars import legal_date
from app.modules.protection import (
    CustodyMeasure,
    EndangermentCase,
    EndangermentReport,
    EntryKind,
    Ground,
    ProtectionChild,
    ProtectionEntry,
    ReporterKind,
)
from app.modules.statistics.codes import Informant, StatisticsRecordState, Survey
from app.modules.statistics.models import StatisticsRecord
from app.modules.statistics.workflow import RECORD
from app.policy import SYSTEM

MOST = 500
"""So many records are begun in one look."""
PREFIX = "ST"
_INFORMANTS = {
    ReporterKind.PROVIDER: Informant.HELP_SERVICE,
    ReporterKind.POLICE: Informant.POLICE_COURT,
    ReporterKind.COURT: Informant.POLICE_COURT,
    ReporterKind.ANONYMOUS: Informant.ANONYMOUS,
}
"""What the kind of reporter says by itself; the others the caseworker tells apart."""
_IN_BERLIN = "Europe/Berlin"


def look(db: Session, now: datetime) -> int:
    """Begin the records that are due, and drop those of procedures that go on (the service's transaction)."""
    begun = [_of_child(row) for row in db.execute(_ended_procedures().limit(MOST))]
    begun += [_of_custody(row) for row in db.execute(_ended_custodies().limit(MOST))]
    for record in begun:
        record.number = next_number(db, record.youth_office_id, PREFIX, record.completed_on.year)
        RECORD.begin(db, record, actor=SYSTEM, at=now, survey=record.survey.value)
    reopened = db.scalars(_reopened()).all()
    for record in reopened:
        RECORD.fire(db, record, "withdraw", actor=SYSTEM, at=now)
    return len(begun) + len(reopened)


def _recorded(survey: Survey, subject_id: Any) -> ColumnElement[bool]:
    return exists().where(
        StatisticsRecord.survey == survey,
        StatisticsRecord.subject_id == subject_id,
        StatisticsRecord.state != StatisticsRecordState.WITHDRAWN,
    )


def _year(instant: Any) -> ColumnElement[Any]:
    return extract("year", func.timezone(_IN_BERLIN, instant))


def _ended_procedures() -> Select[*tuple[Any, ...]]:
    """Children whose procedure ended after somebody had seen them and several professionals had assessed.

    Source: facts, section 7.2: weighty signs, direct impression and assessment by several professionals.
    """
    child, case, report = ProtectionChild, EndangermentCase, EndangermentReport
    first = select(report.reporter).where(report.case_id == case.id).order_by(report.received_at, report.id).limit(1)
    other = aliased(ProtectionChild)
    again = exists().where(
        other.statistics_key == child.statistics_key,
        other.youth_office_id == child.youth_office_id,
        other.case_id != child.case_id,
        report.case_id == other.case_id,
        _year(report.received_at) == _year(child.closed_at),
        report.received_at <= child.closed_at,
    )
    court = exists().where(ProtectionEntry.case_id == case.id, ProtectionEntry.kind == EntryKind.CALL_COURT)
    return (
        select(child, first.scalar_subquery().label("reporter"), again.label("again"), court.label("court"))
        .join(case, case.id == child.case_id)
        .where(
            child.closed_at.is_not(None),
            child.result.is_not(None),
            case.contact_at.is_not(None),
            ~_recorded(Survey.KWG, child.id),
        )
        .order_by(child.closed_at, child.id)
    )


def _ended_custodies() -> Select[*tuple[Any, ...]]:
    custody, child = CustodyMeasure, ProtectionChild
    earlier, other = aliased(CustodyMeasure), aliased(ProtectionChild)
    again = exists().where(
        other.statistics_key == child.statistics_key,
        other.youth_office_id == child.youth_office_id,
        earlier.child_id == other.id,
        earlier.id != custody.id,
        and_(_year(earlier.started_at) == _year(custody.started_at), earlier.started_at < custody.started_at),
    )
    return (
        select(custody, child, again.label("again"))
        .join(child, child.id == custody.child_id)
        .where(custody.ended_at.is_not(None), ~_recorded(Survey.VSM, custody.id))
        .order_by(custody.ended_at, custody.id)
    )


def _reopened() -> Select[StatisticsRecord]:
    open_ = select(ProtectionChild.id).where(
        ProtectionChild.id == StatisticsRecord.subject_id, ProtectionChild.closed_at.is_(None)
    )
    return select(StatisticsRecord).where(
        StatisticsRecord.survey == Survey.KWG,
        StatisticsRecord.state.in_([StatisticsRecordState.DRAFT, StatisticsRecordState.COMPLETE]),
        open_.exists(),
    )


def _of_child(row: Any) -> StatisticsRecord:
    child: ProtectionChild = row[0]
    derived = {
        **_person(child, repeated=row.again),
        "informant": _value(_INFORMANTS.get(row.reporter)),
        "result": _value(child.result),
        "kinds": sorted(child.kinds),
        "danger_person": _value(child.danger_person),
        "court_called": row.court,
    }
    return _record(Survey.KWG, child, child.id, legal_date(row[0].closed_at), derived)


def _of_custody(row: Any) -> StatisticsRecord:
    custody, child = row[0], row[1]
    began_on, ended_on = legal_date(custody.started_at), legal_date(custody.ended_at)
    derived = {
        **_person(child, repeated=row.again),
        "is_preliminary": custody.ground is Ground.UNACCOMPANIED_MINOR,
        "began_on": began_on.isoformat(),
        "ended_on": ended_on.isoformat(),
        "days": (ended_on - began_on).days,
        "placement": custody.placement.value,
        "objection": custody.objected_at is not None,
        "court_called": custody.court_called_at is not None,
        "end_reason": custody.end_reason.value,
    }
    return _record(Survey.VSM, child, custody.id, ended_on, derived)


def _person(child: ProtectionChild, *, repeated: bool) -> dict[str, Any]:
    born = child.born_on
    return {
        "birth_year": born.year if born else child.birth_year,
        "birth_month": born.month if born else child.birth_month,
        "repeated": repeated,
    }


def _record(
    survey: Survey, child: ProtectionChild, subject_id: UUID, completed_on: date, derived: dict[str, Any]
) -> StatisticsRecord:
    return StatisticsRecord(
        youth_office_id=child.youth_office_id,
        survey=survey,
        completed_on=completed_on,
        case_id=child.case_id,
        subject_id=subject_id,
        person_key=child.statistics_key,
        derived=derived,
    )


def _value(code: Any) -> str | None:
    return code.value if code is not None else None
