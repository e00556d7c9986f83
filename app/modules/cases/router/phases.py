"""`/v1/helps/{help_id}/phases` and `/v1/helps/{help_id}/grants`."""

from typing import Annotated

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.cases import queries, service
from app.modules.cases.models import HelpGrant, HelpPhase
from app.modules.cases.schemas import (
    GrantAction,
    GrantCreate,
    GrantDetail,
    GrantQuery,
    PhaseAction,
    PhaseCreate,
    PhaseOut,
    PhasePatch,
    PhaseQuery,
)
from app.modules.cases.workflow import GRANT, PHASE
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/helps/{help_id}", tags=["helps"])


def _phase(phase: HelpPhase, actor: Actor) -> PhaseOut:
    known = {name: getattr(phase, name) for name in PhaseOut.model_fields if hasattr(phase, name)}
    intensity = {"amount": phase.amount, "unit": phase.unit}
    return PhaseOut(**known, intensity=intensity, allowed_actions=PHASE.allowed(phase, actor))  # type: ignore[arg-type]


def _grant(grant: HelpGrant, actor: Actor) -> GrantDetail:
    known = {name: getattr(grant, name) for name in GrantDetail.model_fields if hasattr(grant, name)}
    return GrantDetail(**known, allowed_actions=GRANT.allowed(grant, actor))


@router.get("/phases", summary="Phasen der Hilfe")
@needs(Permission.HELPS_READ)
def list_phases(help_id: Id, query: Annotated[PhaseQuery, Query()], db: Db, actor: CurrentActor) -> Page[PhaseOut]:
    """In which settings, with whom, for how much and when the help takes place (§ 36 Abs. 2 SGB VIII)."""
    rows, following, total = queries.list_phases(db, queries.get_help(db, help_id, actor), query, actor)
    return page_of([_phase(row, actor) for row in rows], following, total, query)


@router.post("/phases", status_code=201, summary="Hilfe um eine Phase ändern")
@needs(Permission.HELPS_OPEN)
def add_phase(help_id: Id, body: PhaseCreate, db: Db, actor: CurrentActor, now: Now) -> PhaseOut:
    """Change the plan of a running help: another setting, place, intensity or provider from a day on (§ 36 Abs. 2).

    The phase's grant is prepared with it and waits for its release. Its provider reads the help from now on. A day or
    night and an hour with the child on the same day need `combined`; work with the parents and group offers do not.
    """
    return _phase(service.add_phase(db, help_id, body, actor=actor, at=now), actor)


@router.get("/phases/{phase_id}", summary="Phase lesen")
@needs(Permission.HELPS_READ)
def get_phase(help_id: Id, phase_id: Id, db: Db, actor: CurrentActor) -> PhaseOut:
    """One phase of a help and the steps the caller may take (§ 36 Abs. 2 SGB VIII)."""
    return _phase(queries.get_phase(db, queries.get_help(db, help_id, actor), phase_id, actor), actor)


@router.patch("/phases/{phase_id}", summary="Phase ändern")
@needs(Permission.HELPS_OPEN)
def change_phase(
    help_id: Id, phase_id: Id, body: PhasePatch, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> PhaseOut:
    """Change a phase that has not begun; after that it is ended and followed by another (§ 36 Abs. 2 SGB VIII).

    A grant that was prepared for it is prepared anew; one that was released fixes days, setting and intensity.
    """
    return _phase(service.change_phase(db, help_id, phase_id, body, expected, actor=actor, at=now), actor)


@router.post("/phases/{phase_id}/transitions", summary="Phase beenden oder entfallen lassen")
@needs(Permission.HELPS_READ)
def move_phase(
    help_id: Id, phase_id: Id, body: PhaseAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> PhaseOut:
    """End a phase on one of its days, or cancel one that has not begun (§ 36 Abs. 2 SGB VIII); grants go with it."""
    return _phase(service.move_phase(db, help_id, phase_id, body, expected, actor=actor, at=now), actor)


@router.get("/phases/{phase_id}/transitions", summary="Verlauf der Phase")
@needs(Permission.HELPS_READ)
def list_phase_transitions(help_id: Id, phase_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step of a phase so far, oldest first."""
    return history(db, queries.get_phase(db, queries.get_help(db, help_id, actor), phase_id, actor).id)


@router.get("/grants", summary="Bewilligungen der Hilfe")
@needs(Permission.HELPS_READ)
def list_grants(help_id: Id, query: Annotated[GrantQuery, Query()], db: Db, actor: CurrentActor) -> Page[GrantDetail]:
    """Everything that was granted for a help over time (§ 36a SGB VIII); a provider reads what is granted to it."""
    rows, following, total = queries.list_grants(db, queries.get_help(db, help_id, actor), query, actor)
    return page_of([_grant(row, actor) for row in rows], following, total, query)


@router.post("/grants", status_code=201, summary="Bewilligung vorbereiten")
@needs(Permission.HELPS_OPEN)
def prepare_grant(help_id: Id, body: GrantCreate, db: Db, actor: CurrentActor, now: Now) -> GrantDetail:
    """Prepare more or less for a phase from a day on (§ 36a SGB VIII); what runs gives way once this is released."""
    return _grant(service.prepare_grant(db, help_id, body, actor=actor, at=now), actor)


@router.get("/grants/{grant_id}", summary="Bewilligung lesen")
@needs(Permission.HELPS_READ)
def get_grant(help_id: Id, grant_id: Id, db: Db, actor: CurrentActor) -> GrantDetail:
    """One grant of a help and the steps the caller may take (§ 36a SGB VIII)."""
    return _grant(queries.get_grant(db, queries.get_help(db, help_id, actor), grant_id, actor), actor)


@router.post("/grants/{grant_id}/transitions", summary="Bewilligung freigeben oder zurücknehmen")
@needs(Permission.HELPS_READ)
def move_grant(
    help_id: Id, grant_id: Id, body: GrantAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> GrantDetail:
    """Release a grant (§ 36a SGB VIII; not by the person who prepared it), or take it back before."""
    return _grant(service.move_grant(db, help_id, grant_id, body, expected, actor=actor, at=now), actor)


@router.get("/grants/{grant_id}/transitions", summary="Verlauf der Bewilligung")
@needs(Permission.HELPS_READ)
def list_grant_transitions(help_id: Id, grant_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step of a grant so far, oldest first."""
    return history(db, queries.get_grant(db, queries.get_help(db, help_id, actor), grant_id, actor).id)
