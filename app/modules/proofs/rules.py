"""Over what a proof of service is signed, and what its entries mean. Pure."""

import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from uuid import UUID

from app.modules.agreements import ActivityCategory
from app.modules.billing import ServiceRecord
from app.modules.proofs.schemas import ProofSum


def text_of(help_id: UUID, provider_id: UUID, month: date, records: Sequence[ServiceRecord]) -> str:
    """The proof as it is hashed: canonical JSON of the records' ids and of the hashes of what each of them says."""
    entries = sorted((str(record.id), record.content_hash.hex()) for record in records)
    proof = {
        "help_id": str(help_id),
        "provider_id": str(provider_id),
        "month": f"{month:%Y-%m}",
        "records": [{"id": id_, "content_hash": content} for id_, content in entries],
    }
    return json.dumps(proof, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    """SHA-256 of it, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def meaning(record: ServiceRecord) -> str | None:
    """What the family is told of a record whose minutes are not simply time spent with it."""
    if record.activity is ActivityCategory.NO_SHOW:
        hours = record.notice_hours
        told = "ohne Absage" if hours is None else f"{hours} Stunden vorher abgesagt"
        return f"fand nicht statt, {told}; was davon berechnet wird, regelt die Vereinbarung"
    if record.participants is not None:
        people = f"{record.participants} Teilnehmende, {record.staff} Fachkraft/Fachkräfte"
        return f"{people}; Minuten der ganzen Gruppe, die Vereinbarung regelt den Anteil"
    return f"mit {record.staff} Fachkräften" if record.staff > 1 else None


def sums(records: Sequence[ServiceRecord]) -> list[ProofSum]:
    """The minutes of each activity, in the order of the activities' list."""
    of = {kind: [record.minutes for record in records if record.activity is kind] for kind in ActivityCategory}
    return [
        ProofSum(activity=kind, records=len(minutes), minutes=sum(minutes)) for kind, minutes in of.items() if minutes
    ]
