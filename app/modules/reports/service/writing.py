"""Writing reports, submitting, returning and accepting them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core import audit
from app.core.db import check_version, found
from app.core.mergepatch import merge_patch
from app.core.numbers import next_number
from app.core.problems import Invalid, NotFound
from app.law.calendars import legal_date
from app.modules import cases, forms, identity
from app.modules.agreements import AgreementInForce, ReportKind
from app.modules.reports import queries, rules
from app.modules.reports.errors import HelpNotGranted, NoFormForReport, ReportFixed
from app.modules.reports.models import ExpectationState, Report, ReportContent, ReportDraft, ReportRemark, ReportState
from app.modules.reports.schemas import (
    AcceptReport,
    Discussion,
    ReportAction,
    ReportCreate,
    ReportPatch,
    ReturnReport,
    SubmitReport,
)
from app.modules.reports.service import attachments, expectations
from app.modules.reports.service.following import agreement_on
from app.modules.reports.workflow import REPORT
from app.policy import Actor, Role

WRITERS = frozenset({Role.PROVIDER_PROFESSIONAL, Role.PROVIDER_LEAD})


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
    agreement, form = _form(db, help_, body.kind, body.period_to, actor)
    _check_content(form, body.content)
    demands = rules.demands_of(agreement, body.kind)
    report = Report(
        youth_office_id=help_.youth_office_id,
        provider_id=actor.organisation_id,  # of several that take part, the one that writes
        help_id=help_.id,
        number=next_number(db, help_.youth_office_id, "BE", legal_date(at).year),
        external_id=body.external_id,
        kind=body.kind,
        form_version_id=form.id,
        period_from=body.period_from,
        period_to=body.period_to,
        author_id=actor.id,
        expectation_id=_named(db, body, actor),
        must_be_discussed=demands.must_be_discussed,
        must_be_countersigned=demands.must_be_countersigned and not _works_alone(db, actor),
    )
    _write(report, body.content, at)
    REPORT.begin(db, report, actor=actor, at=at)
    if body.submit:
        said = body.model_dump(include=set(Discussion.model_fields))
        _take(db, report, SubmitReport(action="submit", **said), actor=actor, at=at)
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
    known = _written(db, report)
    content = merge_patch(known, patch.content)
    if content == known:
        return report
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


def read_content(
    db: Session, report_id: UUID, number: int | None, *, actor: Actor, at: datetime
) -> tuple[Report, ReportContent]:
    """One submission to be read (None: the last), with its report; who of the youth office reads it is written down."""
    report = queries.get_report(db, report_id, actor)
    content = queries.get_content(db, report, report.content_number if number is None else number)
    if actor.is_youth_office:
        _record(db, report, "report.read", actor, at, content_number=content.number)
    return report, content


def _take(db: Session, report: Report, action: ReportAction, *, actor: Actor, at: datetime) -> None:
    """Fire the step with what belongs to it; no word of the report or the remarks goes to audit or event."""
    with db.no_autoflush:
        if isinstance(action, SubmitReport):
            _submit(db, report, action, actor, at)
            return
        if isinstance(action, AcceptReport):
            report.accepted_at, report.accepted_by = at, actor.id
        REPORT.fire(db, report, action.action, actor=actor, at=at, content_number=report.content_number)
        if isinstance(action, ReturnReport):
            _remark(db, report, action.remarks, actor, at)
            expectations.owe_again(db, report, actor=actor, at=at)
        if report.state is ReportState.WITHDRAWN:
            attachments.forget(db, report)
        report.draft = None
        db.flush()


def _submit(db: Session, report: Report, said: SubmitReport, actor: Actor, at: datetime) -> None:
    """What is written becomes a submission of its own, beside the earlier ones, and what was owed is done."""
    _check_discussion(report, said, at)
    draft = report.draft
    digest = rules.fingerprint(draft.content) if draft else ""
    report.content_number += 1
    report.submitted_at, report.submitted_by = at, actor.id
    number = report.content_number
    REPORT.fire(db, report, "submit", actor=actor, at=at, content_number=number, content_hash=digest)
    if draft is not None:
        content = ReportContent(number=number, content=draft.content, content_hash=digest, **_place(report))
        content.created_by, content.created_at = actor.id, at
        content.discussed_on, content.discussed_with = said.discussed_on, said.discussed_with or None
        content.not_discussed_reason = said.not_discussed_reason
        db.add(content)
    report.draft = None
    attachments.submit(db, report)
    expectations.fulfil(db, report, actor=actor, at=at)
    db.flush()


def _check_discussion(report: Report, said: SubmitReport, at: datetime) -> None:
    """Where the agreement wants it, the family has heard the report first, or there was a reason why not."""
    if said.discussed_on is not None and said.discussed_on > legal_date(at):
        raise Invalid.field("/discussed_on", "future", "Dieser Tag kommt noch.", "This day is yet to come.")
    if report.must_be_discussed and said.discussed_on is None and said.not_discussed_reason is None:
        raise Invalid.field(
            "/discussed_on",
            "missing",
            "Vereinbart ist, dass der Bericht vorher besprochen wird; sonst ist der Grund zu nennen.",
            "It is agreed that the report is discussed first; otherwise give the reason.",
        )


def _named(db: Session, body: ReportCreate, actor: Actor) -> UUID | None:
    """The expectation a report is written for."""
    if body.expectation_id is None:
        return None
    try:
        expectation = queries.get_expectation(db, body.expectation_id, actor)
    except NotFound:
        expectation = None
    wanted = (body.help_id, body.kind, ExpectationState.EXPECTED)
    if expectation is None or (expectation.help_id, expectation.kind, expectation.state) != wanted:
        raise Invalid.field(
            "/expectation_id",
            "unknown",
            "Für diese Hilfe und Art wird kein solcher Bericht erwartet.",
            "No such report is expected for this help and kind.",
        )
    return expectation.id


def _works_alone(db: Session, actor: Actor) -> bool:
    """A provider of one person has nobody to countersign."""
    return identity.count_people(db, actor.organisation_id, WRITERS) <= 1


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
    if help_.state not in rules.GRANTED:
        raise HelpNotGranted
    part = cases.part_of(db, help_, actor.organisation_id)
    faults = rules.period_faults(body.period_from, body.period_to, *found(part))
    if faults:
        raise Invalid(errors=faults)
    return help_


def _form(
    db: Session, help_: cases.Help, kind: ReportKind, on: date, actor: Actor
) -> tuple[AgreementInForce, forms.FormVersion]:
    """The agreement that answers on a day, and the version of the form it binds for this kind of report."""
    agreement = agreement_on(db, help_, actor.organisation_id, on)
    bound = agreement.form_versions.get(f"{kind.value}_report") if agreement else None
    if agreement is None or bound is None:
        raise NoFormForReport(day=on.isoformat())
    return agreement, forms.get_version(db, bound)


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
