"""The proof of service on paper, with what its hash was made of inside (library typst)."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import documents
from app.law.calendars import BERLIN
from app.modules import organisations
from app.modules.billing import ServiceRecord
from app.modules.cases import Help
from app.modules.proofs import queries, rules
from app.policy import Actor

SOURCE_NAME = "leistungsnachweis.json"
_EMPTY: list[dict[str, Any]] = [
    {"name": name, "signed": None, "open": "Ort, Datum, Unterschrift", "lines": []}
    for name in ("Familie", "Fachkraft des Trägers")
]


def print_proof(db: Session, help_id: UUID, month: str, provider_id: UUID | None, *, actor: Actor) -> tuple[bytes, str]:
    """A month's proof as PDF, with its name.

    Raises:
        NotFound: there is none that the actor's organisation may know of.
    """
    first = queries.month_of(month)
    records = queries.records_of(db, help_id, provider_id, first, actor)
    provider_id, office_id = records[0].provider_id, records[0].youth_office_id
    text = rules.text_of(help_id, provider_id, first, records)
    content_hash = rules.hash_of(text)
    signed = queries.signatures_of(db, help_id, provider_id, first)
    known = organisations.organisations_by_id(db, [office_id, provider_id])
    help_ = db.get_one(Help, help_id)
    sums = rules.sums(records)
    paper = {
        "head": {
            "organisation": known[provider_id].name,
            "below": f"an: {known[office_id].name}",
            "number": help_.number,
            "lines": [f"{first:%m/%Y}"],
            "running": f"Leistungsnachweis · {known[provider_id].name}",
            "foot": f"{help_.number}, {first:%m/%Y}",
            "watermark": None,
        },
        "facts": [
            ["Hilfe", f"{help_.number}, {help_.service_kind.title_de}"],
            ["Familie", help_.pseudonym],
            ["Zeitraum", f"{first:%m/%Y}"],
            *([one.activity.title_de, f"{one.minutes} Minuten in {one.records} Einträgen"] for one in sums),
        ],
        "banner": _banner(signed, records),
        "items": [_row(record) for record in records],
        "signatures": [_signature(one, content_hash) for one in signed],
        "fields": [] if _is_signed(signed, content_hash) else _EMPTY,
        "proof": f"Prüfsumme (SHA-256 über die beiliegende Datei {SOURCE_NAME}): {content_hash}",
    }
    made_at = max([*(record.recorded_at for record in records), *(one[2] or one[0].recorded_at for one in signed)])
    source = documents.Source(SOURCE_NAME, "application/json", text, "Worüber die Prüfsumme gebildet ist")
    title = f"Leistungsnachweis {first:%m/%Y}"
    pdf = documents.render("proof", paper, title=title, made_at=made_at, source=source)
    return pdf, f"Leistungsnachweis-{help_.number}-{month}"


def _banner(signed: list[Any], records: list[ServiceRecord]) -> str | None:
    of_family = [one for one, _, withdrawn_at, _ in signed if one.signed_as in queries.FAMILY and withdrawn_at is None]
    if of_family and of_family[-1].record_ids != sorted(record.id for record in records):
        return "Seit der Unterschrift wurde etwas erfasst oder storniert; sie deckt diesen Nachweis nicht mehr."
    return None


def _is_signed(signed: list[Any], content_hash: str) -> bool:
    """Whether the family has signed this version; if not, there is a place to sign."""
    return any(
        one.content_hash == content_hash and one.signed_as in queries.FAMILY and withdrawn_at is None
        for one, _, withdrawn_at, _ in signed
    )


def _row(record: ServiceRecord) -> list[str]:
    starts, ends = (at.astimezone(BERLIN) for at in (record.starts_at, record.ends_at))
    span = f"{starts:%H:%M} bis {ends:%H:%M}"
    return [
        f"{record.service_on:%d.%m.%Y}",
        span,
        ": ".join(filter(None, (record.activity.title_de, rules.meaning(record)))),
        record.worker,
        f"{record.minutes}",
    ]


def _signature(row: Any, content_hash: str) -> list[Any]:
    one, _, withdrawn_at, _ = row
    which = "diese Fassung" if one.content_hash == content_hash else "frühere Fassung"
    if withdrawn_at is not None:
        which = "zurückgenommen"
    how = f"{one.way.title_de}: {one.reason}; Beleg: {one.evidence}" if one.reason else one.way.title_de
    return [f"{one.signed_on:%d.%m.%Y}", one.signed_as.title_de, how, f"{which}, {one.content_hash[:16]}…"]
