"""Reading reports: a provider its own, a youth office those that were submitted to it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, load_only, selectinload

from app.core.db import found
from app.core.pages import paginate
from app.core.worklist import Asked, Source, waiting
from app.law.planning import REPORT_REVIEW_DAYS, REPORT_REVISION_DAYS
from app.modules.reports.models import Report, ReportContent, ReportRemark, ReportState
from app.modules.reports.schemas import ReportQuery
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
    parts = (ReportContent.number, ReportContent.content_hash, ReportContent.created_by, ReportContent.created_at)
    rows = select(ReportContent).where(ReportContent.report_id == report.id).order_by(ReportContent.number)
    return list(db.scalars(rows.options(load_only(*parts, raiseload=True))))


def remarks_of(db: Session, report: Report) -> list[ReportRemark]:
    """The remarks on a report, oldest first."""
    rows = select(ReportRemark).where(ReportRemark.report_id == report.id)
    return list(db.scalars(rows.order_by(ReportRemark.id)))


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Reports that the youth office looks at, and those that the provider revises."""
    actor = asked.actor
    if not actor.may(Permission.REPORTS_READ):
        return []
    mine = visible(actor).where(asked.mine(Report.help_id))
    place: dict[str, Any] = {"subject": Report, "path": "/v1/reports/", "help_id": Report.help_id}
    review_by = Report.submitted_at + timedelta(days=REPORT_REVIEW_DAYS)
    revise_by = Report.changed_at + timedelta(days=REPORT_REVISION_DAYS)
    review = waiting("report_to_review", due_at=review_by, me=actor.may(Permission.REPORTS_REVIEW), **place)
    revise = waiting("report_to_revise", due_at=revise_by, me=actor.may(Permission.REPORTS_WRITE), **place)
    return [
        mine.with_only_columns(*review).where(Report.state == ReportState.SUBMITTED),
        mine.with_only_columns(*revise).where(Report.state == ReportState.RETURNED),
    ]


WORK = Source({"report_to_review": "Bericht prüfen", "report_to_revise": "Bericht überarbeiten"}, _work)
