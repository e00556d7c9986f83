"""Recording signatures, and withdrawing those that were recorded wrongly."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.ids import new_id
from app.core.problems import Invalid
from app.law.calendars import legal_date
from app.modules.proofs import queries, rules
from app.modules.proofs.models import UNSIGNED, ProofSignature, ProofWithdrawal
from app.modules.proofs.schemas import ProofSignatureCreate
from app.policy import Actor


def sign(
    db: Session, help_id: UUID, month: str, body: ProofSignatureCreate, *, actor: Actor, at: datetime
) -> ProofSignature:
    """Record that somebody signed a month's proof as it stands, or why nobody did.

    Raises:
        NotFound: the provider has recorded nothing for the help in the month.
        Invalid: another version of the proof was signed, or on a day to come; a reason is missing or has no place.
    """
    first = queries.month_of(month)
    records = queries.records_of(db, help_id, actor.organisation_id, first, actor)
    if body.content_hash != rules.hash_of(rules.text_of(help_id, actor.organisation_id, first, records)):
        de, en = "Seither wurde etwas erfasst oder storniert.", "Something was recorded or reversed since."
        raise Invalid.field("/content_hash", "outdated", de, en)
    if body.signed_on > legal_date(at):
        raise Invalid.field("/signed_on", "future", "Der Tag liegt in der Zukunft.", "The day is yet to come.")
    _must_tell(body)
    signature = ProofSignature(
        id=new_id(),
        youth_office_id=records[0].youth_office_id,
        provider_id=actor.organisation_id,
        help_id=help_id,
        **body.model_dump(),
        month=first,
        record_ids=sorted(record.id for record in records),
        recorded_by=actor.id,
        recorded_at=at,
    )
    db.add(signature)
    db.flush()
    _write_down(db, signature, "proof.sign", actor, at)
    return signature


def _must_tell(body: ProofSignatureCreate) -> None:
    """Who did not sign needs a reason and other evidence; who signed needs neither (facts 3.8)."""
    for name, value in (("reason", body.reason), ("evidence", body.evidence)):
        if body.way in UNSIGNED and value is None:
            de, en = "Ohne Unterschrift braucht es einen Grund und einen anderen Beleg.", "Say why, and what proves it."
            raise Invalid.field(f"/{name}", "missing", de, en)
        if body.way not in UNSIGNED and value is not None:
            raise Invalid.field(f"/{name}", "unexpected", "Es ist ja unterschrieben.", "It is signed.")


def withdraw(
    db: Session, help_id: UUID, month: str, signature_id: UUID, reason: str, *, actor: Actor, at: datetime
) -> None:
    """Record that a signature was recorded wrongly; the signature itself stays as it is.

    Raises:
        NotFound: the provider has no such signature.
        Conflict: it was withdrawn already.
    """
    signature = queries.get_signature(db, help_id, queries.month_of(month), signature_id, actor)[0]
    db.add(
        ProofWithdrawal(
            id=new_id(),
            youth_office_id=signature.youth_office_id,
            provider_id=signature.provider_id,
            signature_id=signature.id,
            reason=reason,
            withdrawn_by=actor.id,
            withdrawn_at=at,
        )
    )
    db.flush()
    _write_down(db, signature, "proof.withdraw_signature", actor, at)


def _write_down(db: Session, signature: ProofSignature, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        db,
        tenant_id=signature.youth_office_id,
        actor=actor,
        action=action,
        subject_kind="proof_signature",
        subject_id=signature.id,
        at=at,
        details={"signed_as": signature.signed_as.value, "content_hash": signature.content_hash},
    )
