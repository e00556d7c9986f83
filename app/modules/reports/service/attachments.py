"""Files beside a report: taken while it is written, fixed once it is submitted."""

import hashlib
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core import audit, files, storage
from app.core.db import check_version
from app.core.ids import new_id
from app.core.kernel import Kernel
from app.modules.reports import queries, rules
from app.modules.reports.errors import ReportFixed, TooManyAttachments
from app.modules.reports.models import Report, ReportAttachment, ReportDraft
from app.policy import Actor


class Upload(NamedTuple):
    """A file as it was sent."""

    name: str
    media_type: str
    data: bytes


def add_attachment(
    db: Session, report_id: UUID, upload: Upload, kernel: Kernel, *, actor: Actor, at: datetime
) -> ReportAttachment:
    """Lay a file beside a report that is being written. It is in the storage before its row commits.

    Raises:
        NotFound; ReportFixed, TooManyAttachments: see errors.
        UnsupportedMediaType, FileRefused: see core.files.
    """
    _writable(db, report_id, kernel, actor, lock=False)  # before the file is looked through, and again after
    files.inspect(upload.data, upload.media_type)
    sealed, key = storage.seal(upload.data)
    report = _writable(db, report_id, kernel, actor, lock=True)
    address = storage.address_of(report.provider_id, sealed)
    kernel.storage.put(address, sealed)
    attachment = ReportAttachment(
        id=new_id(),
        report_id=report.id,
        youth_office_id=report.youth_office_id,
        provider_id=report.provider_id,
        name=files.clean_name(upload.name, upload.media_type),
        media_type=upload.media_type,
        size=len(upload.data),
        sha256=hashlib.sha256(upload.data).hexdigest(),
        address=address,
        added_by=actor.id,
        added_at=at,
    )
    attachment.sealed_key = kernel.sealer.seal(key.hex(), str(attachment.id))
    db.add(attachment)
    _changed(db, report, at)
    _record(db, report, "report.attach", attachment, actor, at)
    return attachment


def remove_attachment(
    db: Session, report_id: UUID, attachment_id: UUID, expected: int, *, actor: Actor, at: datetime
) -> None:
    """Take a file away from a report that is being written; earlier submissions keep it.

    Raises:
        StaleVersion, NotFound; ReportFixed: see errors.
    """
    report = queries.get_report(db, report_id, actor, lock=True)
    attachment = queries.get_attachment(db, report, attachment_id, actor)
    check_version(report, expected)
    if report.state not in rules.OPEN or attachment.last_number is not None:
        raise ReportFixed(state=report.state.value)
    if attachment.first_number is None:
        db.delete(attachment)
    else:
        attachment.last_number = report.content_number
    _changed(db, report, at)
    _record(db, report, "report.detach", attachment, actor, at)


def open_attachment(
    db: Session, report_id: UUID, attachment_id: UUID, kernel: Kernel, *, actor: Actor, at: datetime
) -> tuple[ReportAttachment, bytes]:
    """A file as it was sent; who of the youth office reads it is written down."""
    report = queries.get_report(db, report_id, actor)
    attachment = queries.get_attachment(db, report, attachment_id, actor)
    key = bytes.fromhex(kernel.sealer.open(attachment.sealed_key, str(attachment.id)))
    data = storage.unseal(kernel.storage.open(attachment.address), key)
    if actor.is_youth_office:
        _record(db, report, "report.read_attachment", attachment, actor, at)
    return attachment, data


def submit(db: Session, report: Report) -> None:
    """What lies beside the report now belongs to this submission."""
    of = ReportAttachment
    new = update(of).where(of.report_id == report.id, of.first_number.is_(None))
    db.execute(new.values(first_number=report.content_number))


def forget(db: Session, report: Report) -> None:
    """A draft that is thrown away keeps no files; the sweep takes them out of the storage."""
    db.execute(delete(ReportAttachment).where(ReportAttachment.report_id == report.id))


def _writable(db: Session, report_id: UUID, kernel: Kernel, actor: Actor, *, lock: bool) -> Report:
    report = queries.get_report(db, report_id, actor, lock=lock)
    if report.state not in rules.OPEN:
        raise ReportFixed(state=report.state.value)
    most = kernel.settings.attachments_per_report
    if len(queries.attachments_of(db, report, None)) >= most:
        raise TooManyAttachments(most=most)
    return report


def _changed(db: Session, report: Report, at: datetime) -> None:
    """What lies beside a report is part of it: it is revised by that, and whoever submits has seen it."""
    if report.draft is None:
        last = queries.get_content(db, report, report.content_number)
        place = {"youth_office_id": report.youth_office_id, "provider_id": report.provider_id}
        report.draft = ReportDraft(**place, content=last.content, changed_at=at)
    report.changed_at = at
    flag_modified(report, "changed_at")
    db.flush()


def _record(db: Session, report: Report, action: str, attachment: ReportAttachment, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=report.tenant_id,
        actor=actor,
        action=action,
        subject_kind="report",
        subject_id=report.id,
        at=at,
        details={"attachment_id": str(attachment.id), "sha256": attachment.sha256, "version": report.version},
    )
