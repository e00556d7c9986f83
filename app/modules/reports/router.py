"""`/v1/reports`."""

from typing import Annotated

from fastapi import Path, Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules import forms
from app.modules.reports import queries, service
from app.modules.reports.models import Report
from app.modules.reports.schemas import (
    FormLink,
    RemarkOut,
    ReportAction,
    ReportCreate,
    ReportFullOut,
    ReportOut,
    ReportPatch,
    ReportQuery,
    SubmissionContentOut,
    SubmissionOut,
)
from app.modules.reports.workflow import REPORT
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/reports", tags=["reports"])
Number = Annotated[int, Path(ge=1, le=100_000, description="number of the submission")]


def _out(report: Report, actor: Actor) -> ReportOut:
    known = {name: getattr(report, name) for name in ReportOut.model_fields if hasattr(report, name)}
    return ReportOut(**known, allowed_actions=REPORT.allowed(report, actor))


def _full(db: Session, report: Report, actor: Actor) -> ReportFullOut:
    content = report.draft.content if report.draft else None
    if content is None and report.content_number:
        content = queries.get_content(db, report, report.content_number).content
    form = forms.get_version(db, report.form_version_id)
    link = FormLink(
        form_id=form.form_id, number=form.number, path=f"/v1/forms/{form.form_id}/schema?version={form.number}"
    )
    return ReportFullOut(
        **dict(_out(report, actor)),
        content=content,
        form=link,
        submissions=[SubmissionOut.model_validate(row) for row in queries.submissions_of(db, report)],
        remarks=[RemarkOut.model_validate(row) for row in queries.remarks_of(db, report)],
    )


@router.post("", status_code=201, summary="Bericht anlegen")
@needs(Permission.REPORTS_WRITE)
def create_report(body: ReportCreate, db: Db, actor: CurrentActor, now: Now) -> ReportOut:
    """A provider pushes a report about a help (§ 36 Abs. 2 SGB VIII), as a draft or with `submit: true` at once.

    The content must fit the form that the agreement binds for this kind of report on the last day of the period;
    what does not fit is named by its place (`/content/ziele/0/bewertung`). The report stays with this version of
    the form. The youth office does not see a draft.
    """
    return _out(service.create_report(db, body, actor=actor, at=now), actor)


@router.get("", summary="Berichte suchen")
@needs(Permission.REPORTS_READ)
def list_reports(query: Annotated[ReportQuery, Query()], db: Db, actor: CurrentActor) -> Page[ReportOut]:
    """The own provider's reports, or those submitted to the own youth office; without what they say."""
    rows, following, total = queries.list_reports(db, query, actor)
    return page_of([_out(row, actor) for row in rows], following, total, query)


@router.get("/{report_id}", summary="Bericht lesen")
@needs(Permission.REPORTS_READ)
def get_report(report_id: Id, db: Db, actor: CurrentActor, now: Now) -> ReportFullOut:
    """One report with content, form, submissions and remarks. Every reading by the youth office is logged.

    The youth office sees the last submission, the provider what it is writing (§§ 64, 65 SGB VIII).
    """
    return _full(db, service.read(db, report_id, actor=actor, at=now), actor)


@router.get("/{report_id}/contents/{number}", summary="Eine Abgabe lesen")
@needs(Permission.REPORTS_READ)
def get_report_content(report_id: Id, number: Number, db: Db, actor: CurrentActor, now: Now) -> SubmissionContentOut:
    """What was submitted at one time; it never changes. Every reading by the youth office is logged."""
    return SubmissionContentOut.model_validate(service.read_content(db, report_id, number, actor=actor, at=now))


@router.patch("/{report_id}", summary="Bericht überarbeiten")
@needs(Permission.REPORTS_WRITE)
def revise_report(
    report_id: Id, body: ReportPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> ReportOut:
    """Change the content of a draft, or of a report that was returned (merge patch, RFC 7396).

    The content as changed must fit the form the report was begun on.
    """
    return _out(service.revise(db, report_id, body, expected, actor=actor, at=now), actor)


@router.post("/{report_id}/transitions", summary="Bericht weiterführen")
@needs(Permission.REPORTS_READ)
def move_report(
    report_id: Id, body: ReportAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> ReportOut:
    """The provider submits, or throws a draft away; the youth office returns with remarks, or accepts (§ 36 Abs. 2).

    Each submission is kept beside the earlier ones.
    """
    return _out(service.move(db, report_id, body, expected, actor=actor, at=now), actor)


@router.get("/{report_id}/transitions", summary="Verlauf des Berichts")
@needs(Permission.REPORTS_READ)
def list_report_transitions(report_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first; for the youth office since the report was submitted."""
    return history(db, queries.get_report(db, report_id, actor).id)
