"""Reading reports: a provider its own, a youth office those that were submitted to it."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, not_, or_, select
from sqlalchemy.orm import Session, defer, selectinload

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, end_of, waiting
from app.law.planning import REPORT_REVIEW_DAYS, REPORT_REVISION_DAYS
from app.modules.agreements import ReportKind
from app.modules.reports.models import (
    ExpectationOrigin,
    ExpectationState,
    Report,
    ReportAttachment,
    ReportContent,
    ReportExpectation,
    ReportRemark,
    ReportState,
)
from app.modules.reports.schemas import ExpectationQuery, ReportQuery
from app.policy import Actor, Permission


def visible(actor: Actor) -> Select[Report]:
    """The reports an actor's organisation may know of."""
    if actor.is_youth_office:
        mine = select(Report).where(Report.youth_office_id == actor.organisation_id)
        return mine.where(Report.submitted_at.is_not(None))
    return select(Report).where(Report.provider_id == actor.organisation_id)


def get_report(db: Session, report_id: UUID, actor: Actor, *, lock: bool = False) -> Report:
    """One report, with what its provider is writing; 404 when the actor may not know of it. `lock`: for a change."""
    wanted = visible(actor).where(Report.id == report_id).options(selectinload(Report.draft))
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_reports(db: Session, query: ReportQuery, actor: Actor) -> tuple[list[Any], str | None, int | None]:
    """A page of reports."""
    rows = visible(actor)
    for name in ("help_id", "state", "kind", "provider_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(Report, name) == value)
    sorts = {name: getattr(Report, name) for name in ("created_at", "number", "period_to")}
    return paginate(db, rows, query, sorts, Report.id)


def get_content(db: Session, report: Report, number: int) -> ReportContent:
    """One submission of a report; 404 for none."""
    wanted = select(ReportContent).where(ReportContent.report_id == report.id, ReportContent.number == number)
    return found(db.scalar(wanted))


def submissions_of(db: Session, report: Report) -> list[ReportContent]:
    """The submissions of a report without their content, oldest first."""
    rows = select(ReportContent).where(ReportContent.report_id == report.id).order_by(ReportContent.number)
    return list(db.scalars(rows.options(defer(ReportContent.content, raiseload=True))))


def remarks_of(db: Session, report: Report) -> list[ReportRemark]:
    """The remarks on a report, oldest first."""
    rows = select(ReportRemark).where(ReportRemark.report_id == report.id)
    return list(db.scalars(rows.order_by(ReportRemark.id)))


def attachments_of(db: Session, report: Report, number: int | None) -> list[ReportAttachment]:
    """The attachments of one submission, or (None) those the provider would submit now."""
    of = ReportAttachment
    rows = select(of).where(of.report_id == report.id)
    if number is None:
        rows = rows.where(of.last_number.is_(None))
    else:
        rows = rows.where(of.first_number <= number, or_(of.last_number.is_(None), of.last_number >= number))
    return list(db.scalars(rows.order_by(of.id)))


def get_attachment(db: Session, report: Report, attachment_id: UUID, actor: Actor) -> ReportAttachment:
    """One attachment of a report; for a youth office only once it was submitted."""
    rows = select(ReportAttachment).where(ReportAttachment.report_id == report.id, ReportAttachment.id == attachment_id)
    if actor.is_youth_office:
        rows = rows.where(ReportAttachment.first_number.is_not(None))
    return found(db.scalar(rows))


def expected(actor: Actor) -> Select[ReportExpectation]:
    """The expectations of a youth office, or those of a provider."""
    mine = ReportExpectation.youth_office_id if actor.is_youth_office else ReportExpectation.provider_id
    return select(ReportExpectation).where(mine == actor.organisation_id)


def get_expectation(db: Session, expectation_id: UUID, actor: Actor, *, lock: bool = False) -> ReportExpectation:
    """One expectation; 404 for others'. `lock`: for a change."""
    wanted = expected(actor).where(ReportExpectation.id == expectation_id)
    return found(db.scalar(wanted.with_for_update() if lock else wanted))


def list_expectations(
    db: Session, query: ExpectationQuery, actor: Actor, today: date
) -> tuple[list[Any], str | None, int | None]:
    """A page of expectations."""
    of = ReportExpectation
    rows = expected(actor)
    for name in ("state", "help_id", "kind", "provider_id"):
        if (value := getattr(query, name)) is not None:
            rows = rows.where(getattr(of, name) == value)
    if query.due_before is not None:
        rows = rows.where(of.due_on < query.due_before)
    if query.overdue is not None:
        overdue = and_(of.state == ExpectationState.EXPECTED, of.due_on < today)
        rows = rows.where(overdue if query.overdue else not_(overdue))
    return paginate(db, rows, query, {name: getattr(of, name) for name in ("due_on", "created_at")}, of.id)


def fulfilled_by(db: Session, report: Report) -> ReportExpectation | None:
    """The expectation that a report fulfilled; locked."""
    of = ReportExpectation
    rows = select(of).where(
        of.help_id == report.help_id, of.report_id == report.id, of.state == ExpectationState.FULFILLED
    )
    return db.scalar(rows.order_by(of.id).limit(1).with_for_update())


def oldest_open(db: Session, report: Report) -> ReportExpectation | None:
    """What a report fulfils: what was owed since it came back, else what it names, else the oldest; locked."""
    of = ReportExpectation
    rows = select(of).where(
        of.help_id == report.help_id,
        of.provider_id == report.provider_id,
        of.kind == report.kind,
        of.state == ExpectationState.EXPECTED,
    )
    first = ((of.report_id == report.id).desc().nulls_last(), (of.id == report.expectation_id).desc().nulls_last())
    return db.scalar(rows.order_by(*first, of.due_on, of.id).limit(1).with_for_update())


def open_for(db: Session, help_id: UUID) -> list[ReportExpectation]:
    """The open expectations of a help, oldest first; locked."""
    of = ReportExpectation
    rows = select(of).where(of.help_id == help_id, of.state == ExpectationState.EXPECTED)
    return list(db.scalars(rows.order_by(of.due_on, of.id).with_for_update()))


def owed_since_start(db: Session, help_id: UUID, provider_id: UUID) -> bool:
    """Whether the start of a provider's part in a help called for reports already."""
    of, begun = ReportExpectation, (ExpectationOrigin.AFTER_START, ExpectationOrigin.EVERY_MONTHS)
    rows = exists().where(of.help_id == help_id, of.provider_id == provider_id, of.origin.in_(begun))
    return bool(db.scalar(select(rows)))


def closing_owed(db: Session, help_id: UUID, provider_id: UUID, *, since: date) -> bool:
    """Whether a provider was asked already to close its part in a help."""
    of = ReportExpectation
    rows = exists().where(
        of.help_id == help_id,
        of.provider_id == provider_id,
        of.origin == ExpectationOrigin.AFTER_END,
        of.state != ExpectationState.CANCELLED,
        of.counts_from >= since,
    )
    return bool(db.scalar(select(rows)))


def of_meeting(db: Session, meeting_id: UUID) -> dict[tuple[UUID, ReportKind], ReportExpectation]:
    """What is, or was, owed for a meeting, without what fell away; locked."""
    of = ReportExpectation
    rows = select(of).where(of.meeting_id == meeting_id, of.state != ExpectationState.CANCELLED)
    return {(row.provider_id, row.kind): row for row in db.scalars(rows.order_by(of.id).with_for_update())}


def overdue_of(db: Session, help_ids: Collection[UUID], on: date) -> dict[UUID, list[str]]:
    """The kinds of report that are overdue on a day, by help; one statement."""
    rows = (
        select(ReportExpectation.help_id, ReportExpectation.kind)
        .where(
            ReportExpectation.help_id.in_(help_ids),
            ReportExpectation.state == ExpectationState.EXPECTED,
            ReportExpectation.due_on < on,
        )
        .order_by(ReportExpectation.due_on, ReportExpectation.id)
    )
    found: dict[UUID, list[str]] = {}
    for help_id, kind in db.execute(rows):
        found.setdefault(help_id, []).append(kind.title_de)
    return found


def listed(db: Session, help_id: UUID) -> list[dict[str, Any]]:
    """Which reports about a help were handed in, without their words."""
    rows = select(Report).where(Report.help_id == help_id, Report.submitted_at.is_not(None)).order_by(Report.id)
    return [
        {"Text": f"{one.kind.title_de} {one.number}", "vom": f"{one.submitted_at:%d.%m.%Y}"} for one in db.scalars(rows)
    ]


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Reports that the provider owes or revises, and those that the youth office looks at."""
    actor = asked.actor
    if not actor.may(Permission.REPORTS_READ):
        return []
    mine = visible(actor).where(asked.mine(Report.help_id))
    place: dict[str, Any] = {"subject": Report, "path": "/v1/reports/", "help_id": Report.help_id}
    review_by = Report.submitted_at + timedelta(days=REPORT_REVIEW_DAYS)
    revise_by = Report.changed_at + timedelta(days=REPORT_REVISION_DAYS)
    review = waiting("report_to_review", due_at=review_by, me=actor.may(Permission.REPORTS_REVIEW), **place)
    revise = waiting("report_to_revise", due_at=revise_by, me=actor.may(Permission.REPORTS_WRITE), **place)
    owed = waiting(
        "report_owed",
        subject=ReportExpectation,
        path="/v1/report-expectations/",
        due_at=end_of(ReportExpectation.due_on),
        me=actor.may(Permission.REPORTS_WRITE),
        help_id=ReportExpectation.help_id,
    )
    came_back = ReportExpectation.report_id.is_not(None)  # is among those to be revised
    return [
        expected(actor)
        .with_only_columns(*owed)
        .where(asked.mine(ReportExpectation.help_id), ReportExpectation.state == ExpectationState.EXPECTED, ~came_back),
        mine.with_only_columns(*review).where(Report.state == ReportState.SUBMITTED),
        mine.with_only_columns(*revise).where(Report.state == ReportState.RETURNED),
    ]


WORK = Source(
    {
        "report_owed": "Bericht abgeben",
        "report_to_review": "Bericht prüfen",
        "report_to_revise": "Bericht überarbeiten",
    },
    _work,
)
