"""Acting on reports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core import audit
from app.core.db import check_version
from app.core.mergepatch import merge_patch
from app.core.numbers import next_number
from app.core.problems import Invalid, NotFound
from app.law.calendars import legal_date
from app.modules import agreements, cases, forms
from app.modules.reports import queries, rules
from app.modules.reports.errors import HelpNotGranted, NoFormForReport, ReportFixed
from app.modules.reports.models import Report, ReportContent, ReportDraft, ReportKind, ReportRemark
from app.modules.reports.schemas import (
    AcceptReport,
    ReportAction,
    ReportCreate,
    ReportPatch,
    ReturnReport,
    SubmitReport,
)
from app.modules.reports.workflow import REPORT
from app.policy import Actor

GRANTED = frozenset({cases.HelpState.ACTIVE, cases.HelpState.ENDED})


def create_report(db: Session, body: ReportCreate, *, actor: Actor, at: datetime) -> Report:
    """Begin a report on the form agreed on, and hand it over at once if asked to.

    The form is the one that the agreement in force on the last day of the period binds: reports about a time before
    an agreement changed, or ended, are written as was agreed for that time.

    Raises:
        Invalid: unknown help, days outside the help, content that does not fit the form.
        HelpNotGranted, NoFormForReport: see errors.
        Conflict: the provider has a report with this external id.

    Law: SGB VIII § 36 Abs. 2 (who carries out the help takes part in its planning and review).
    """
    help_ = _help(db, body, actor)
    form = _form(db, help_, body.kind, body.period_to)
    _check_content(form, body.content)
    report = Report(
        youth_office_id=help_.youth_office_id,
        provider_id=help_.provider_id,
        help_id=help_.id,
        number=next_number(db, help_.youth_office_id, "BE", legal_date(at).year),
        external_id=body.external_id,
        kind=body.kind,
        form_version_id=form.id,
        period_from=body.period_from,
        period_to=body.period_to,
        author_id=actor.id,
    )
    _write(report, body.content, at)
    REPORT.begin(db, report, actor=actor, at=at)
    if body.submit:
        _take(db, report, SubmitReport(action="submit"), actor=actor, at=at)
    return report


def revise(db: Session, report_id: UUID, patch: ReportPatch, expected: int, *, actor: Actor, at: datetime) -> Report:
    """Change what the provider is writing: a draft, or a report that was returned.

    Raises:
        StaleVersion, NotFound.
        ReportFixed: the report lies with the youth office, or its way has ended.
        Invalid: the content as changed does not fit the form the report was begun on.
    """
    report = queries.get_report(db, report_id, actor, lock=True)
    check_version(report, expected)
    if report.state not in rules.OPEN:
        raise ReportFixed(state=report.state.value)
    content = merge_patch(_written(db, report), patch.content)
    _check_content(forms.get_version(db, report.form_version_id), content)
    _write(report, content, at)
    report.changed_at = at
    flag_modified(report, "changed_at")  # what changes lies in another row, and still makes a new version
    db.flush()
    _record(db, report, "report.revise", actor, at)
    return report


def move(db: Session, report_id: UUID, action: ReportAction, expected: int, *, actor: Actor, at: datetime) -> Report:
    """Take a step of the report's life.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    report = queries.get_report(db, report_id, actor, lock=True)
    check_version(report, expected)
    _take(db, report, action, actor=actor, at=at)
    return report


def read(db: Session, report_id: UUID, *, actor: Actor, at: datetime) -> Report:
    """A report to be read; who of the youth office reads it is written down."""
    report = queries.get_report(db, report_id, actor)
    if actor.is_youth_office:
        _record(db, report, "report.read", actor, at, content_number=report.content_number)
    return report


def read_content(db: Session, report_id: UUID, number: int, *, actor: Actor, at: datetime) -> ReportContent:
    """One submission to be read; who of the youth office reads it is written down."""
    report = queries.get_report(db, report_id, actor)
    content = queries.get_content(db, report, number)
    if actor.is_youth_office:
        _record(db, report, "report.read", actor, at, content_number=number)
    return content


def _take(db: Session, report: Report, action: ReportAction, *, actor: Actor, at: datetime) -> None:
    """Fire the step with what belongs to it; no word of the report or the remarks goes to audit or event."""
    with db.no_autoflush:
        if isinstance(action, SubmitReport):
            _submit(db, report, actor, at)
            return
        if isinstance(action, AcceptReport):
            report.accepted_at, report.accepted_by = at, actor.id
        REPORT.fire(db, report, action.action, actor=actor, at=at, content_number=report.content_number)
        if isinstance(action, ReturnReport):
            _remark(db, report, action.remarks, actor, at)
        report.draft = None
        db.flush()


def _submit(db: Session, report: Report, actor: Actor, at: datetime) -> None:
    """What is written becomes a submission of its own, beside the earlier ones."""
    draft = report.draft
    digest = rules.fingerprint(draft.content) if draft else ""
    report.content_number += 1
    report.submitted_at, report.submitted_by = at, actor.id
    number = report.content_number
    REPORT.fire(db, report, "submit", actor=actor, at=at, content_number=number, content_hash=digest)
    if draft is not None:
        content = ReportContent(number=number, content=draft.content, content_hash=digest, **_place(report))
        content.created_by, content.created_at = actor.id, at
        db.add(content)
    report.draft = None
    db.flush()


def _remark(db: Session, report: Report, remarks: list[str], actor: Actor, at: datetime) -> None:
    number = report.content_number
    for text in remarks:
        db.add(ReportRemark(content_number=number, author_id=actor.id, text=text, at=at, **_place(report)))


def _place(report: Report) -> dict[str, UUID]:
    return {
        "report_id": report.id,
        "youth_office_id": report.youth_office_id,
        "provider_id": report.provider_id,
    }


def _write(report: Report, content: dict[str, Any], at: datetime) -> None:
    if report.draft is None:
        report.draft = ReportDraft(youth_office_id=report.youth_office_id, provider_id=report.provider_id)
    report.draft.content, report.draft.changed_at = content, at


def _written(db: Session, report: Report) -> dict[str, Any]:
    """What a change starts from: the draft, else what was returned."""
    if report.draft is not None:
        return report.draft.content
    return queries.get_content(db, report, report.content_number).content


def _help(db: Session, body: ReportCreate, actor: Actor) -> cases.Help:
    try:
        help_ = cases.get_help(db, body.help_id, actor)
    except NotFound:
        raise Invalid.field("/help_id", "unknown", "Diese Hilfe gibt es nicht.", "There is no such help.") from None
    if help_.state not in GRANTED:
        raise HelpNotGranted
    ends_on = help_.ended_on or help_.ends_on
    faults = rules.period_faults(body.period_from, body.period_to, help_.starts_on, ends_on)
    if faults:
        raise Invalid(errors=faults)
    return help_


def _form(db: Session, help_: cases.Help, kind: ReportKind, on: date) -> forms.FormVersion:
    """The version of the form agreed on for this kind of report; a later agreement may have followed the help's."""
    agreement = agreements.find_in_force(
        db,
        youth_office_id=help_.youth_office_id,
        provider_id=help_.provider_id,
        service_kind=help_.service_kind,
        on=on,
    )
    bound = agreement.form_versions.get(f"{kind.value}_report") if agreement else None
    if bound is None:
        raise NoFormForReport(day=on.isoformat())
    return forms.get_version(db, bound)


def _check_content(form: forms.FormVersion, content: dict[str, Any]) -> None:
    faults = forms.check_content(form.schema, content, "/content")
    if faults:
        raise Invalid(errors=faults)


def _record(db: Session, report: Report, action: str, actor: Actor, at: datetime, **details: int) -> None:
    audit.record(
        db,
        tenant_id=report.tenant_id,
        actor=actor,
        action=action,
        subject_kind="report",
        subject_id=report.id,
        at=at,
        details={**details, "version": report.version},
    )
