"""What was known when, by whom: reports, entries and signatures in the order in which the office came to know them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from app.modules.protection.models import EndangermentReport, ProtectionEntry, ProtectionSignature
from app.modules.protection.schemas.access import TimelineMoment


def moments(
    reports: Sequence[EndangermentReport],
    entries: Sequence[ProtectionEntry],
    signatures: Iterable[ProtectionSignature],
    as_of: datetime,
) -> list[TimelineMoment]:
    """Everything known at an instant, oldest knowledge first; a correction counts from when it was written."""
    corrected = {entry.corrects_id for entry in entries if entry.recorded_at <= as_of}
    titles = {entry.id: entry.kind.title_de for entry in entries}
    made = [_of_report(report) for report in reports]
    made += [_of_entry(entry, corrected) for entry in entries]
    made += [_of_signature(signature, titles[signature.entry_id]) for signature in signatures]
    return sorted((one for one in made if one.known_at <= as_of), key=lambda one: one.known_at)


def _of_report(report: EndangermentReport) -> TimelineMoment:
    content = {
        "reporter": report.reporter.title_de,
        "channel": report.channel.title_de,
        "content": report.content,
        "whereabouts": report.whereabouts,
        "urgency_claim": report.urgency_claim.title_de,
        "is_acute": report.is_acute,
    }
    return TimelineMoment(
        known_at=report.recorded_at,
        happened_at=report.received_at,
        by=report.recorded_by,
        kind="report",
        title="Meldung",
        subject_id=report.id,
        is_late=report.is_late_entry,
        corrected=False,
        content=content,
    )


def _of_entry(entry: ProtectionEntry, corrected: set[UUID | None]) -> TimelineMoment:
    return TimelineMoment(
        known_at=entry.recorded_at,
        happened_at=entry.happened_at,
        by=entry.recorded_by,
        kind="entry",
        title=entry.kind.title_de,
        subject_id=entry.id,
        is_late=entry.is_late,
        corrected=entry.id in corrected,
        content=entry.content,
    )


def _of_signature(signature: ProtectionSignature, title: str) -> TimelineMoment:
    return TimelineMoment(
        known_at=signature.signed_at,
        happened_at=signature.signed_at,
        by=signature.account_id,
        kind="signature",
        title=f"Gezeichnet: {title}",
        subject_id=signature.entry_id,
        is_late=False,
        corrected=False,
        content={"dissent": signature.dissent, "is_lead": signature.is_lead},
    )
