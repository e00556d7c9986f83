"""`/v1/reports`, `/v1/report-expectations`."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Response
from sqlalchemy.orm import Session

from app.core import documents, files
from app.core.http import CurrentActor, Db, Expected, MediaType, Now, Process, RawBody, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.calendars import legal_date
from app.modules import forms
from app.modules.reports import paper, queries, service
from app.modules.reports.models import ExpectationState, Report, ReportContent, ReportExpectation
from app.modules.reports.schemas import (
    AttachmentOut,
    ExpectationCreate,
    ExpectationOut,
    ExpectationQuery,
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
    WaiveExpectation,
)
from app.modules.reports.workflow import EXPECTATION, REPORT
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission
from app.settings import Settings

router = Router(prefix="/reports", tags=["reports"])
expectations = Router(prefix="/report-expectations", tags=["reports"])
_BYTES = {"type": "string", "format": "binary", "maxLength": Settings.model_fields["attachment_limit"].default}
_FILE_BODY = {"requestBody": {"required": True, "content": {kind: {"schema": _BYTES} for kind in files.ENDINGS}}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "Die Datei, wie sie eingereicht wurde", "content": _FILE_BODY["requestBody"]["content"]}
}
Number = Annotated[int, Path(ge=1, le=100_000, description="number of the submission")]


def _out(report: Report, actor: Actor) -> ReportOut:
    known = {name: getattr(report, name) for name in ReportOut.model_fields if hasattr(report, name)}
    return ReportOut(**known, allowed_actions=REPORT.allowed(report, actor))


def _submission(db: Session, report: Report, content: ReportContent) -> SubmissionContentOut:
    rows = queries.attachments_of(db, report, content.number)
    shown = {name: getattr(content, name) for name in SubmissionContentOut.model_fields if name != "attachments"}
    return SubmissionContentOut(**shown, attachments=[AttachmentOut.model_validate(row) for row in rows])


def _expected(row: ReportExpectation, actor: Actor, now: datetime) -> ExpectationOut:
    known = {name: getattr(row, name) for name in ExpectationOut.model_fields if hasattr(row, name)}
    is_overdue = row.state is ExpectationState.EXPECTED and row.due_on < legal_date(now)
    return ExpectationOut(**known, is_overdue=is_overdue, allowed_actions=EXPECTATION.allowed(row, actor))


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
        attachments=[
            AttachmentOut.model_validate(row)
            for row in queries.attachments_of(db, report, report.content_number if actor.is_youth_office else None)
        ],
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
    return _submission(db, *service.read_content(db, report_id, number, actor=actor, at=now))


@router.get("/{report_id}/document", response_class=Response, responses=documents.DOCUMENT, summary="Bericht als PDF")
@needs(Permission.REPORTS_READ)
def print_report(
    report_id: Id, db: Db, actor: CurrentActor, now: Now, number: Annotated[int | None, Query(ge=1, le=100_000)] = None
) -> Response:
    """One submission (the last unless `number` names another) on paper, for the file (§ 36 Abs. 2 SGB VIII).

    The family by pseudonym, what the report says in the order and the words of its form, with whom it was discussed,
    remarks, attachments and checksums. Every reading by the youth office is logged.
    """
    return documents.answer(*paper.print_report(db, report_id, number, actor=actor, at=now))


@router.post("/{report_id}/attachments", status_code=201, summary="Anlage hinzufügen", openapi_extra=_FILE_BODY)
@needs(Permission.REPORTS_WRITE)
def add_report_attachment(
    report_id: Id,
    raw: RawBody,
    media_type: MediaType,
    kernel: Process,
    db: Db,
    actor: CurrentActor,
    now: Now,
    name: Annotated[str, Query(min_length=1, max_length=200, description="name of the file")] = "Anlage",
) -> AttachmentOut:
    """Lay a file beside a report that is being written: the bytes as body, their type as `Content-Type`.

    Taken are PDF, PNG, JPEG and plain text, by default up to 10 MiB. What is not what it is declared to be, is
    encrypted, or could act (scripts, forms or files within a PDF) is refused. Files are kept sealed, outside the
    database (§ 78 SGB X).
    """
    upload = service.Upload(name, media_type, raw)
    made = service.add_attachment(db, report_id, upload, kernel, actor=actor, at=now)
    db.flush()
    return AttachmentOut.model_validate(made)


@router.get(
    "/{report_id}/attachments/{attachment_id}", response_class=Response, responses=_FILE, summary="Anlage herunterladen"
)
@needs(Permission.REPORTS_READ)
def get_report_attachment(
    report_id: Id, attachment_id: Id, kernel: Process, db: Db, actor: CurrentActor, now: Now
) -> Response:
    """The file as it was sent, to be kept and not to be shown in the page. Every reading by the youth office is logged.

    The youth office sees what was submitted with the report (§§ 64, 65 SGB VIII).
    """
    known, data = service.open_attachment(db, report_id, attachment_id, kernel, actor=actor, at=now)
    return files.download(data, known.media_type, known.name)


@router.delete("/{report_id}/attachments/{attachment_id}", status_code=204, summary="Anlage entfernen")
@needs(Permission.REPORTS_WRITE)
def remove_report_attachment(
    report_id: Id, attachment_id: Id, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> None:
    """Take a file away from a report that is being written; `If-Match` names the version of the report.

    What was submitted with it stays with those submissions.
    """
    service.remove_attachment(db, report_id, attachment_id, expected, actor=actor, at=now)


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


@expectations.post("", status_code=201, summary="Bericht anfordern")
@needs(Permission.REPORTS_REVIEW)
def ask_for_report(body: ExpectationCreate, db: Db, actor: CurrentActor, now: Now) -> ExpectationOut:
    """The youth office asks for a report beyond what is agreed, with at least three working days to write it (§ 36)."""
    return _expected(service.ask(db, body, actor=actor, at=now), actor, now)


@expectations.get("", summary="Erwartete Berichte suchen")
@needs(Permission.REPORTS_READ)
def list_report_expectations(
    query: Annotated[ExpectationQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[ExpectationOut]:
    """What the own provider owes, or what is owed to the own youth office: by when, and why (§ 36 Abs. 2 SGB VIII).

    Expectations begin by themselves: by the agreement's rules of reporting, or else by the local default (development
    report 7 days before the help-plan meeting, closing report 28 days after the end).
    """
    rows, following, total = queries.list_expectations(db, query, actor, legal_date(now))
    return page_of([_expected(row, actor, now) for row in rows], following, total, query)


@expectations.get("/{expectation_id}", summary="Erwarteten Bericht lesen")
@needs(Permission.REPORTS_READ)
def get_report_expectation(expectation_id: Id, db: Db, actor: CurrentActor, now: Now) -> ExpectationOut:
    """One report that is owed, or was (§ 36 Abs. 2 SGB VIII)."""
    return _expected(queries.get_expectation(db, expectation_id, actor), actor, now)


@expectations.post("/{expectation_id}/transitions", summary="Erwarteten Bericht erlassen")
@needs(Permission.REPORTS_REVIEW)
def waive_report_expectation(
    expectation_id: Id, body: WaiveExpectation, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> ExpectationOut:
    """The youth office does without a report, with the reason; reminders stop."""
    return _expected(service.waive(db, expectation_id, body, expected, actor=actor, at=now), actor, now)


@expectations.get("/{expectation_id}/transitions", summary="Verlauf des erwarteten Berichts")
@needs(Permission.REPORTS_READ)
def list_report_expectation_transitions(expectation_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_expectation(db, expectation_id, actor).id)
