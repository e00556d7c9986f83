"""A report on paper, for the file."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import documents
from app.law.calendars import BERLIN
from app.modules import cases, forms, organisations
from app.modules.reports import queries, rules, service
from app.modules.reports.models import Report, ReportAttachment, ReportContent, ReportRemark, ReportState
from app.policy import Actor

SOURCE_NAME = "bericht.json"
_MEGA, _KILO = 1_000_000, 1_000
_BANNERS = {
    ReportState.RETURNED: "Diese Abgabe wurde zur Überarbeitung zurückgegeben.",
    ReportState.SUBMITTED: None,
    ReportState.ACCEPTED: None,
}
_VERIFY = (
    f"Die Prüfsumme einer Abgabe ist die SHA-256 über ihr kanonisches JSON; das dieser Abgabe liegt dem PDF als Datei "
    f"{SOURCE_NAME} bei (sha256sum {SOURCE_NAME})."
)


def print_report(db: Session, report_id: UUID, number: int | None, *, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """One submission as PDF, with its name; who of the youth office reads it is written down.

    Raises:
        NotFound: no such submission, or the actor's organisation may not know of the report.
    """
    report, content = service.read_content(db, report_id, number, actor=actor, at=at)
    paper = {**_head(db, report, content), **_parts(db, report, content)}
    text = rules.canonical_text(content.content)
    pdf = documents.render(
        "report",
        paper,
        title=report.kind.title_de,
        made_at=report.changed_at,
        source=documents.Source(
            SOURCE_NAME, "application/json", text, "Der Inhalt, über den die Prüfsumme gebildet ist"
        ),
    )
    return pdf, f"{report.number}-Abgabe-{content.number}"


def _head(db: Session, report: Report, content: ReportContent) -> dict[str, Any]:
    """Whose report about which help it is; the family by pseudonym only."""
    known = organisations.organisations_by_id(db, report.audience)
    office, provider = (known[id_].name for id_ in (report.youth_office_id, report.provider_id))
    help_ = db.get(cases.Help, report.help_id)
    form, version = forms.versions_by_id(db, [report.form_version_id])[report.form_version_id]
    about = (
        []
        if help_ is None
        else [["Hilfe", f"{help_.number}, {help_.service_kind.title_de}"], ["Familie", help_.pseudonym]]
    )
    submitted = _instant(content.created_at)
    is_last = content.number == report.content_number
    return {
        "head": {
            "organisation": provider,
            "below": f"an: {office}",
            "number": report.number,
            "lines": [f"Abgabe {content.number}", submitted],
            "running": f"{report.kind.title_de} · {provider}",
            "foot": f"{report.number}, Abgabe {content.number}, Prüfsumme {content.content_hash[:16]} …",
            "watermark": None,
        },
        "kind": f"Bericht über eine Hilfe (§ 36 Abs. 2 SGB VIII), Vordruck „{form.title}“, Fassung {version.number}",
        "banner": _BANNERS.get(report.state) if is_last else f"Überholt: Es gibt eine Abgabe {report.content_number}.",
        "facts": [
            *about,
            ["Berichtszeitraum", f"{_day(report.period_from)} bis {_day(report.period_to)}"],
            ["abgegeben am", submitted],
            ["mit der Familie besprochen", _discussed(content)],
            *([["angenommen am", _instant(report.accepted_at)]] if is_last and report.accepted_at else []),
        ],
        "entries": [list(line) for line in forms.filled(version.schema, content.content)],
    }


def _parts(db: Session, report: Report, content: ReportContent) -> dict[str, Any]:
    """What stands below the report: remarks, attachments, submissions."""
    remarks = [_remark(row) for row in queries.remarks_of(db, report) if row.content_number <= content.number]
    submissions = [
        [str(row.number), _instant(row.created_at), row.content_hash] for row in queries.submissions_of(db, report)
    ]
    return {
        "remarks": remarks,
        "attachments": [_attachment(row) for row in queries.attachments_of(db, report, content.number)],
        "submissions": submissions,
        "proof": _VERIFY,
    }


def _remark(remark: ReportRemark) -> list[str]:
    return [str(remark.content_number), _instant(remark.at), remark.text]


def _attachment(row: ReportAttachment) -> list[str]:
    return [row.name, _size(row.size), row.sha256]


def _size(size: int) -> str:
    amount, unit = (size / _MEGA, "MB") if size >= _MEGA else (max(size / _KILO, 0.1), "kB")
    return f"{amount:.1f}\u00a0{unit}".replace(".", ",")


def _discussed(content: ReportContent) -> str:
    if content.discussed_on is not None:
        return f"am {_day(content.discussed_on)} mit: {', '.join(content.discussed_with or [])}"
    return f"nein: {content.not_discussed_reason}" if content.not_discussed_reason else "keine Angabe"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(BERLIN):%d.%m.%Y, %H:%M} Uhr"
