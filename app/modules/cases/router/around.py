"""What stands around a help: partners, group offers considered, its way to another youth office."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.cases import queries, service
from app.modules.cases.models import HelpHandover
from app.modules.cases.schemas import (
    GroupOfferCreate,
    GroupOfferOut,
    GroupOfferQuery,
    HandoverAction,
    HandoverCreate,
    HandoverOut,
    HandoverQuery,
    PartnerCreate,
    PartnerOut,
    PartnerPatch,
    PartnerQuery,
)
from app.modules.cases.workflow import HANDOVER
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/helps/{help_id}", tags=["helps"])
handovers = Router(prefix="/handovers", tags=["handovers"])


@router.get("/partners", summary="Partner der Hilfe")
@needs(Permission.HELPS_READ)
def list_partners(
    help_id: Id, query: Annotated[PartnerQuery, Query()], db: Db, actor: CurrentActor
) -> Page[PartnerOut]:
    """Schools, day-care centres and others that work on the help (§§ 36 Abs. 2, 81 SGB VIII)."""
    rows, following, total = queries.list_partners(db, queries.get_help(db, help_id, actor), query, actor)
    return page_of([PartnerOut.model_validate(row) for row in rows], following, total, query)


@router.post("/partners", status_code=201, summary="Partner nennen")
@needs(Permission.HELPS_OPEN)
def add_partner(help_id: Id, body: PartnerCreate, db: Db, actor: CurrentActor, now: Now) -> PartnerOut:
    """Name a partner by institution and function (§ 81 SGB VIII); persons and children are not named."""
    return PartnerOut.model_validate(service.add_partner(db, help_id, body, actor=actor, at=now))


@router.patch("/partners/{partner_id}", summary="Partner ändern")
@needs(Permission.HELPS_OPEN)
def change_partner(
    help_id: Id, partner_id: Id, body: PartnerPatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> PartnerOut:
    """Correct a partner, or say until when it took part (§ 81 SGB VIII)."""
    changed = service.change_partner(db, help_id, partner_id, body, expected, actor=actor, at=now)
    return PartnerOut.model_validate(changed)


@router.get("/group-offers", summary="Erwogene Gruppenangebote")
@needs(Permission.HELPS_READ)
def list_group_offers(
    help_id: Id, query: Annotated[GroupOfferQuery, Query()], db: Db, actor: CurrentActor
) -> Page[GroupOfferOut]:
    """Group offers that were considered beside or instead of individual help, and why they were chosen or not."""
    rows, following, total = queries.list_group_offers(db, queries.get_help(db, help_id, actor), query, actor)
    return page_of([GroupOfferOut.model_validate(row) for row in rows], following, total, query)


@router.post("/group-offers", status_code=201, summary="Gruppenangebot erwägen")
@needs(Permission.HELPS_OPEN)
def consider_group_offer(help_id: Id, body: GroupOfferCreate, db: Db, actor: CurrentActor, now: Now) -> GroupOfferOut:
    """Write down that a group offer was considered and what was decided (§§ 27 Abs. 2, 29, 36 Abs. 2 SGB VIII)."""
    return GroupOfferOut.model_validate(service.consider_group(db, help_id, body, actor=actor, at=now))


def _handover(handover: HelpHandover, actor: Actor) -> HandoverOut:
    known = {name: getattr(handover, name) for name in HandoverOut.model_fields if hasattr(handover, name)}
    return HandoverOut(**known, allowed_actions=HANDOVER.allowed(handover, actor))


@router.post("/handovers", status_code=201, summary="Hilfe an ein anderes Jugendamt übergeben")
@needs(Permission.HELPS_OPEN)
def offer_handover(help_id: Id, body: HandoverCreate, db: Db, actor: CurrentActor, now: Now) -> HandoverOut:
    """Tell another youth office that it has become responsible (§§ 86, 86c Abs. 2 SGB VIII).

    The case is handed over by pseudonym. The help continues here until the other office has granted it (§ 86c Abs. 1).
    """
    return _handover(service.offer(db, help_id, body, actor=actor, at=now), actor)


@handovers.get("", summary="Übergaben suchen")
@needs(Permission.HANDOVERS_READ)
def list_handovers(query: Annotated[HandoverQuery, Query()], db: Db, actor: CurrentActor) -> Page[HandoverOut]:
    """Helps on their way from and to the own youth office (§ 86c SGB VIII)."""
    rows, following, total = queries.list_handovers(db, query, actor)
    return page_of([_handover(row, actor) for row in rows], following, total, query)


@handovers.get("/{handover_id}", summary="Übergabe lesen")
@needs(Permission.HANDOVERS_READ)
def get_handover(handover_id: Id, db: Db, actor: CurrentActor) -> HandoverOut:
    """One handover: what is handed over, and the help it became (§ 86c SGB VIII)."""
    return _handover(queries.get_handover(db, handover_id, actor), actor)


@handovers.post("/{handover_id}/transitions", summary="Übergabe beantworten oder zurücknehmen")
@needs(Permission.HANDOVERS_READ)
def move_handover(
    handover_id: Id, body: HandoverAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> HandoverOut:
    """Accept, decline, or take back a handover (§§ 86, 86c SGB VIII).

    Accepting opens the help here as requested, with the same phases and providers; once it is granted here, it ends
    there with the day before. Identifying data come along, sealed anew for this office.
    """
    return _handover(service.move_handover(db, handover_id, body, expected, actor=actor, at=now), actor)


@handovers.get("/{handover_id}/transitions", summary="Verlauf der Übergabe")
@needs(Permission.HANDOVERS_READ)
def list_handover_transitions(handover_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step of a handover so far, oldest first."""
    return history(db, queries.get_handover(db, handover_id, actor).id)
