"""`/v1/protection-transfers`: a case goes to the youth office that has become competent (§ 8a Abs. 6 SGB VIII)."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.protection import queries
from app.modules.protection.models import ProtectionTransfer
from app.modules.protection.router.cases import ONE as CASE
from app.modules.protection.router.cases import duties_out
from app.modules.protection.schemas.transfers import (
    DossierOut,
    TransferAction,
    TransferOut,
    TransferQuery,
    TransferSummary,
)
from app.modules.protection.service import transfers
from app.modules.protection.workflow import TRANSFER
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(tags=["protection"])
ALL = "/protection-transfers"
ONE = ALL + "/{protection_transfer_id}"


def _summary(transfer: ProtectionTransfer, actor: Actor) -> TransferSummary:
    known = {name: getattr(transfer, name) for name in TransferSummary.model_fields if name != "case_id"}
    return TransferSummary(**known, case_id=transfers.own_case(transfer, actor))


def _out(db: Session, transfer: ProtectionTransfer, actor: Actor) -> TransferOut:
    return TransferOut(
        **_summary(transfer, actor).model_dump(),
        duties=duties_out(db, transfer.id),
        allowed_actions=TRANSFER.allowed(transfer, actor),
    )


@router.get(ALL, summary="Abgaben von Gefährdungsfällen suchen")
@needs(Permission.PROTECTION_READ)
def list_protection_transfers(
    query: Annotated[TransferQuery, Query()], db: Db, actor: CurrentActor
) -> Page[TransferSummary]:
    """Cases on their way from and to the own youth office, as far as the caller may know of them (§ 35 SGB I)."""
    rows, following, total = queries.list_transfers(db, query, actor)
    return page_of([_summary(row, actor) for row in rows], following, total, query)


@router.get(ONE, summary="Abgabe eines Gefährdungsfalls lesen")
@needs(Permission.PROTECTION_READ)
def get_protection_transfer(protection_transfer_id: Id, db: Db, actor: CurrentActor) -> TransferOut:
    """Where the passing on stands and what is due; nothing of what is passed on (§ 8a Abs. 6 SGB VIII)."""
    return _out(db, queries.get_transfer(db, protection_transfer_id, actor), actor)


@router.post(ONE + "/transitions", summary="Schritt in der Abgabe eines Gefährdungsfalls")
@needs(Permission.PROTECTION_READ)
def move_protection_transfer(
    protection_transfer_id: Id,
    body: TransferAction,
    db: Db,
    actor: CurrentActor,
    now: Now,
    expected: Expected,
    kernel: Process,
) -> TransferOut:
    """Announce, send, discuss, accept or refuse (§ 8a Abs. 6 SGB VIII); `prepare_transfer` of the case begins it.

    `send` opens a case at the receiving office at once, with the alarms and the first check of any report; the former
    office answers for the child until `accept`. Of what was entrusted only what the sender holds and what shows danger
    goes along (§ 65 Abs. 1 Satz 1 Nr. 3 SGB VIII).
    """
    moved = transfers.move(db, protection_transfer_id, body, expected, kernel.sealer, actor=actor, at=now)
    return _out(db, moved, actor)


@router.get(ONE + "/transitions", summary="Verlauf der Abgabe")
@needs(Permission.PROTECTION_READ)
def list_protection_transfer_transitions(
    protection_transfer_id: Id, db: Db, actor: CurrentActor
) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_transfer(db, protection_transfer_id, actor).id)


@router.get(CASE + "/reports/{endangerment_report_id}/dossier", summary="Übermittelte Unterlagen lesen")
@needs(Permission.PROTECTION_READ)
def get_dossier(
    case_id: Id, endangerment_report_id: Id, db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> DossierOut:
    """What another youth office passed on with its report: names, children, entries, what was entrusted to it.

    Only for whoever works on the case, and every reading is logged (§§ 8a Abs. 6, 65 SGB VIII).
    """
    dossier = transfers.dossier_of(db, case_id, endangerment_report_id, kernel.sealer, actor=actor, at=now)
    return DossierOut(dossier=dossier)
