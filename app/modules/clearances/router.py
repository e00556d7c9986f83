"""`/v1/clearance-checks` and `/v1/activity-assessments`."""

from typing import Annotated, Any

from fastapi import Query

from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.clearances import queries, service
from app.modules.clearances.models import ClearanceCheck
from app.modules.clearances.rules import MAY_START
from app.modules.clearances.schemas import (
    ActivityCreate,
    ActivityOut,
    ActivityQuery,
    ClearanceAction,
    ClearanceCreate,
    ClearanceFullOut,
    ClearanceOut,
    ClearanceQuery,
)
from app.modules.clearances.workflow import CLEARANCE
from app.policy import Actor, Permission

router = Router(tags=["clearances"])
PATH, ACTIVITIES = "/clearance-checks", "/activity-assessments"


def _known(check: ClearanceCheck, actor: Actor) -> dict[str, Any]:
    known = {name: getattr(check, name) for name in ClearanceOut.model_fields if hasattr(check, name)}
    return {**known, "may_start": check.state in MAY_START, "allowed_actions": CLEARANCE.allowed(check, actor)}


@router.post(PATH, status_code=201, summary="Führungszeugnis anfordern")
@needs(Permission.CLEARANCES_MANAGE)
def request_clearance(body: ClearanceCreate, db: Db, actor: CurrentActor, now: Now) -> ClearanceOut:
    """Ask somebody for an extended certificate of conduct (§ 72a SGB VIII); no name, no copy, no offence is stored."""
    return ClearanceOut.model_validate(_known(service.request(db, body, actor=actor, at=now), actor))


@router.get(PATH, summary="Eingesehene Führungszeugnisse")
@needs(Permission.CLEARANCES_READ)
def list_clearances(query: Annotated[ClearanceQuery, Query()], db: Db, actor: CurrentActor) -> Page[ClearanceOut]:
    """The register of the own organisation: who may be deployed, and when a new certificate is due (§ 72a)."""
    rows, following, total = queries.list_checks(db, query, actor)
    return page_of([ClearanceOut.model_validate(_known(row, actor)) for row in rows], following, total, query)


@router.get(PATH + "/{clearance_id}", summary="Eintrag zum Führungszeugnis lesen")
@needs(Permission.CLEARANCES_MANAGE)
def get_clearance(clearance_id: Id, db: Db, actor: CurrentActor, now: Now, kernel: Process) -> ClearanceFullOut:
    """One entry with the two findings the law lets be stored (§ 72a Abs. 5); every reading is logged."""
    check = service.read(db, clearance_id, actor=actor, at=now)
    return ClearanceFullOut.model_validate({**_known(check, actor), **service.findings(check, kernel.sealer)})


@router.post(PATH + "/{clearance_id}/transitions", summary="Führungszeugnis einsehen, Tätigkeit beenden")
@needs(Permission.CLEARANCES_MANAGE)
def move_clearance(
    clearance_id: Id, body: ClearanceAction, db: Db, actor: CurrentActor, now: Now, expected: Expected, kernel: Process
) -> ClearanceOut:
    """Looked at, with what came of it; or the activity has ended, and the entry is deleted in time (§ 72a Abs. 5)."""
    check = service.move(db, clearance_id, body, expected, kernel.sealer, actor=actor, at=now)
    return ClearanceOut.model_validate(_known(check, actor))


@router.post(ACTIVITIES, status_code=201, summary="Ehrenamtliche Tätigkeit beurteilen")
@needs(Permission.CLEARANCES_MANAGE)
def assess_activity(body: ActivityCreate, db: Db, actor: CurrentActor, now: Now) -> ActivityOut:
    """Whether an activity needs a certificate, by kind, intensity and duration of contact (§ 72a Abs. 4)."""
    return ActivityOut.model_validate(service.assess_activity(db, body, actor=actor, at=now))


@router.get(ACTIVITIES, summary="Beurteilte ehrenamtliche Tätigkeiten")
@needs(Permission.CLEARANCES_READ)
def list_activities(query: Annotated[ActivityQuery, Query()], db: Db, actor: CurrentActor) -> Page[ActivityOut]:
    """The activities of volunteers and whether they need a certificate (§ 72a Abs. 4)."""
    rows, following, total = queries.list_activities(db, query, actor)
    return page_of([ActivityOut.model_validate(row) for row in rows], following, total, query)
