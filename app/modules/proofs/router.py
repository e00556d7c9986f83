"""`/v1/helps/{help_id}/proofs-of-service`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response
from sqlalchemy.orm import Session

from app.core import documents
from app.core.http import CurrentActor, Db, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.cases import get_help
from app.modules.proofs import paper, queries, rules, service
from app.modules.proofs.schemas import (
    ProofEntry,
    ProofOfServiceDetail,
    ProofOfServiceOut,
    ProofQuery,
    ProofSignatureCreate,
    ProofSignatureOut,
    ProofSignatureQuery,
    ProofWhose,
    ProofWithdrawalCreate,
)
from app.policy import Actor, Permission

router = Router(prefix="/helps/{help_id}/proofs-of-service", tags=["service-records"])
Month = Annotated[str, Path(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", max_length=7, title="Monat", examples=["2026-02"])]


def _known(row: Any) -> dict[str, Any]:
    return {**row._mapping, "month": f"{row.month:%Y-%m}"}  # noqa: SLF001  # its public name


def _signature_out(row: Any, now_there: dict[UUID, list[UUID]]) -> ProofSignatureOut:
    signature, withdrawn_by, withdrawn_at, reason = row
    known = {name: getattr(signature, name) for name in ProofSignatureOut.model_fields if hasattr(signature, name)}
    return ProofSignatureOut(
        **{**known, "month": f"{signature.month:%Y-%m}"},
        covers=withdrawn_at is None and signature.record_ids == now_there.get(signature.provider_id),
        withdrawn_by=withdrawn_by,
        withdrawn_at=withdrawn_at,
        withdrawal_reason=reason,
    )


def _read(db: Session, help_id: UUID, month: str, signature_id: UUID, actor: Actor) -> ProofSignatureOut:
    first = queries.month_of(month)
    row = queries.get_signature(db, help_id, first, signature_id, actor)
    return _signature_out(row, queries.present(db, help_id, first, actor))


@router.get("", summary="Leistungsnachweise einer Hilfe")
@needs(Permission.SERVICE_RECORDS_READ)
def list_proofs_of_service(
    help_id: Id, query: Annotated[ProofQuery, Query()], db: Db, actor: CurrentActor
) -> Page[ProofOfServiceOut]:
    """Month by month what was recorded for a help (§§ 77, 78b SGB VIII), and whether the family has confirmed it.

    A record added or reversed after the family's last signature makes it outdated: it covers the month no more.
    """
    get_help(db, help_id, actor)
    rows, following, total = queries.list_proofs(db, help_id, query, actor)
    return page_of([ProofOfServiceOut.model_validate(_known(row)) for row in rows], following, total, query)


@router.get("/{month}", summary="Leistungsnachweis eines Monats lesen")
@needs(Permission.SERVICE_RECORDS_READ)
def get_proof_of_service(
    help_id: Id, month: Month, whose: Annotated[ProofWhose, Query()], db: Db, actor: CurrentActor
) -> ProofOfServiceDetail:
    """The entries of a month, what they mean, and the checksum that a signature names (§§ 77, 78b SGB VIII)."""
    first = queries.month_of(month)
    records = queries.records_of(db, help_id, whose.provider_id, first, actor)
    provider_id = records[0].provider_id
    return ProofOfServiceDetail.model_validate(
        {
            **_known(queries.get_proof(db, help_id, provider_id, first)),
            "content_hash": rules.hash_of(rules.text_of(help_id, provider_id, first, records)),
            "sums": rules.sums(records),
            "entries": [
                ProofEntry.model_validate({**record.__dict__, "record_id": record.id, "meaning": rules.meaning(record)})
                for record in records
            ],
        }
    )


@router.get(
    "/{month}/document", response_class=Response, responses=documents.DOCUMENT, summary="Leistungsnachweis als PDF"
)
@needs(Permission.SERVICE_RECORDS_READ)
def print_proof_of_service(
    help_id: Id, month: Month, whose: Annotated[ProofWhose, Query()], db: Db, actor: CurrentActor
) -> Response:
    """A month's proof for a help, to be signed or filed (§§ 77, 78b SGB VIII); its checksum is what is signed.

    What the checksum is made of lies inside as a file.
    """
    return documents.answer(*paper.print_proof(db, help_id, month, whose.provider_id, actor=actor))


@router.get("/{month}/signatures", summary="Unterschriften unter einem Leistungsnachweis")
@needs(Permission.SERVICE_RECORDS_READ)
def list_proof_signatures(
    help_id: Id, month: Month, query: Annotated[ProofSignatureQuery, Query()], db: Db, actor: CurrentActor
) -> Page[ProofSignatureOut]:
    """Every signature that was recorded (§§ 77, 78b SGB VIII), those under earlier versions and withdrawn ones too."""
    get_help(db, help_id, actor)
    first = queries.month_of(month)
    rows, following, total = queries.list_signatures(db, help_id, first, query, actor)
    now_there = queries.present(db, help_id, first, actor)
    return page_of([_signature_out(row, now_there) for row in rows], following, total, query)


@router.post("/{month}/signatures", status_code=201, summary="Unterschrift unter einen Leistungsnachweis festhalten")
@needs(Permission.SERVICE_RECORDS_WRITE)
def sign_proof_of_service(
    help_id: Id, month: Month, body: ProofSignatureCreate, db: Db, actor: CurrentActor, now: Now
) -> ProofSignatureOut:
    """Who signed as what, on which day, under which checksum (agreement under §§ 77, 78b SGB VIII); never changed.

    For who is under age a guardian signs (§§ 107, 1629 BGB); a child's own signature is kept beside it and confirms
    nothing. Where nobody signs, the reason and other evidence are recorded; the check of invoices still asks.
    """
    made = service.sign(db, help_id, month, body, actor=actor, at=now)
    return _read(db, help_id, month, made.id, actor)


@router.post("/{month}/signatures/{signature_id}:withdraw", summary="Falsch festgehaltene Unterschrift zurücknehmen")
@needs(Permission.SERVICE_RECORDS_WRITE)
def withdraw_proof_signature(
    help_id: Id, month: Month, signature_id: Id, body: ProofWithdrawalCreate, db: Db, actor: CurrentActor, now: Now
) -> ProofSignatureOut:
    """An entry of its own says why (agreement under §§ 77, 78b SGB VIII); the signature stays readable."""
    service.withdraw(db, help_id, month, signature_id, body.reason, actor=actor, at=now)
    return _read(db, help_id, month, signature_id, actor)
