"""Rolling a handbook out: one district at a time, or to all that are free for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.problems import GuardRefused, Invalid, NotFound, StaleVersion, TransitionNotAllowed
from app.core.workflow import Move
from app.modules import identity
from app.modules.handbooks import queries, rules
from app.modules.handbooks.districts import (
    AdoptHandbook,
    AdoptHandbookEverywhere,
    ChangeHandbookVersion,
    DistrictLeftOut,
    EvaluateHandbook,
    HandbookAdoptedOut,
    RolloutAction,
    SuspendHandbook,
)
from app.modules.handbooks.models import (
    Handbook,
    HandbookEvaluation,
    HandbookRollout,
    HandbookRolloutState,
    HandbookVersion,
)
from app.modules.handbooks.service.steps import retire
from app.modules.handbooks.workflow import BEGINNINGS, ROLLOUT
from app.policy import Actor


def move_district(
    db: Session, handbook_id: UUID, region_id: UUID, action: RolloutAction, expected: int, *, actor: Actor, at: datetime
) -> None:
    """Take a step of one district's way with the handbook.

    Raises:
        Invalid: no such version, or no such account in the own office.
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.

    Law: SGB VIII § 79a (quality is developed, applied and reviewed).
    """
    handbook = queries.get_handbook(db, handbook_id, actor, lock=True)
    queries.get_district(db, handbook_id, region_id, actor)
    rollout = queries.find_rollout(db, handbook_id, region_id)
    if (rollout.version if rollout else 0) != expected:
        raise StaleVersion
    if rollout is None and action.action not in BEGINNINGS:
        none = HandbookRolloutState.NONE
        raise TransitionNotAllowed(state=none.value, state_title=none.title_de, allowed=list(BEGINNINGS))
    _check_responsible(db, getattr(action, "responsible_id", None), actor)
    version = _version(db, handbook, _number(handbook, rollout, action), actor)
    tried = queries.evaluated_in(db, version)
    rollout = rollout or _begin(db, handbook, region_id, version, action, actor=actor, at=at)
    _take(db, rollout, version, tried, action, actor=actor, at=at)
    retire(db, handbook, actor=actor, at=at)


def adopt_all(
    db: Session, handbook_id: UUID, body: AdoptHandbookEverywhere, *, actor: Actor, at: datetime
) -> HandbookAdoptedOut:
    """Roll a version that was tried out to every district that has not begun, has evaluated, or works by an older one.

    All or nothing; districts that still try a version, that were suspended, or that are further stay as they are.

    Raises:
        GuardRefused: the version is not released, or no district has evaluated it.
        Invalid: no such version, or no such account in the own office.
    """
    handbook = queries.get_handbook(db, handbook_id, actor, lock=True)
    version = _version(db, handbook, body.version_number, actor)
    _check_responsible(db, body.responsible_id, actor)
    tried = queries.evaluated_in(db, version)
    _refuse_untried(version, tried, actor, at)
    rollouts = queries.rollouts_of(db, handbook)
    adopted, left_out = [], []
    for district in queries.all_districts(db, handbook, actor):
        step = rules.step_to(version.number, district.state, district.version_number)
        if step is not None:
            kind = AdoptHandbook if step == "adopt" else ChangeHandbookVersion
            action = kind.model_validate({"action": step, **body.model_dump()})
            rollout = rollouts.get(district.region_id)
            rollout = rollout or _begin(db, handbook, district.region_id, version, action, actor=actor, at=at)
            _take(db, rollout, version, tried, action, actor=actor, at=at)
            adopted.append(district.region_id)
        elif (district.state, district.version_number) != (HandbookRolloutState.ADOPTED, version.number):
            left_out.append(DistrictLeftOut.model_validate(district))
    retire(db, handbook, actor=actor, at=at)
    audit.record(
        db,
        tenant_id=handbook.youth_office_id,
        actor=actor,
        action="handbook.adopt_all",
        subject_kind="handbook",
        subject_id=handbook.id,
        at=at,
        details={"number": version.number, "adopted": len(adopted), "left_out": len(left_out)},
    )
    return HandbookAdoptedOut(adopted=adopted, left_out=left_out)


def _begin(
    db: Session,
    handbook: Handbook,
    region_id: UUID,
    version: HandbookVersion,
    action: RolloutAction,
    *,
    actor: Actor,
    at: datetime,
) -> HandbookRollout:
    """The row of a district that takes its first step."""
    rollout = HandbookRollout(
        handbook_id=handbook.id,
        youth_office_id=handbook.youth_office_id,
        region_id=region_id,
        responsible_id=actor.id,
    )
    _place(rollout, version, action)
    ROLLOUT.begin(db, rollout, actor=actor, at=at, region_id=str(region_id))
    return rollout


def _take(
    db: Session,
    rollout: HandbookRollout,
    version: HandbookVersion,
    tried: int,
    action: RolloutAction,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Fire the step with what it sets and what its conditions look at.

    Args:
        tried: in how many districts the version was evaluated.
    """
    begun = rollout.state is not HandbookRolloutState.NONE
    facts = {
        "region_id": str(rollout.region_id),
        "version_number": version.number,
        "version_state": version.state.value,
        "evaluated_in": tried,
        "from_day": action.from_day.isoformat(),
        "previous_number": rollout.version_number if begun else None,
        "previous_day": rollout.from_day.isoformat() if begun else None,
    }
    _place(rollout, version, action)
    ROLLOUT.fire(db, rollout, action.action, actor=actor, at=at, **facts)
    if isinstance(action, EvaluateHandbook):
        _keep(db, rollout, action, actor, at)


def _place(rollout: HandbookRollout, version: HandbookVersion, action: RolloutAction) -> None:
    rollout.version_id, rollout.version_number, rollout.from_day = version.id, version.number, action.from_day
    rollout.suspension_reason = action.reason if isinstance(action, SuspendHandbook) else None
    rollout.responsible_id = getattr(action, "responsible_id", None) or rollout.responsible_id


def _keep(db: Session, rollout: HandbookRollout, action: EvaluateHandbook, actor: Actor, at: datetime) -> None:
    db.add(
        HandbookEvaluation(
            handbook_id=rollout.handbook_id,
            youth_office_id=rollout.youth_office_id,
            region_id=rollout.region_id,
            version_id=rollout.version_id,
            version_number=rollout.version_number,
            text=action.text,
            figures=[figure.model_dump(mode="json") for figure in action.figures],
            evaluated_on=action.from_day,
            evaluated_by=actor.id,
            created_at=at,
        )
    )
    db.flush()


def _number(handbook: Handbook, rollout: HandbookRollout | None, action: RolloutAction) -> int:
    """Which version a step is about: the one it names, else the district's own, else the newest released."""
    named = getattr(action, "version_number", None) or (rollout.version_number if rollout else handbook.released_number)
    return named or 0


def _version(db: Session, handbook: Handbook, number: int, actor: Actor) -> HandbookVersion:
    try:
        return queries.get_version(db, handbook.id, number, actor)
    except NotFound:
        raise Invalid.field(
            "/version_number", "unknown", "Diese Fassung gibt es nicht.", "There is no such version."
        ) from None


def _check_responsible(db: Session, account_id: UUID | None, actor: Actor) -> None:
    """Somebody of the own office who can act."""
    try:
        if account_id is None or identity.get_account(db, account_id, actor).is_active:
            return
    except NotFound:
        pass
    de, en = "Diesen Zugang gibt es im Jugendamt nicht.", "The youth office has no such account."
    raise Invalid.field("/responsible_id", "unknown", de, en)


def _refuse_untried(version: HandbookVersion, tried: int, actor: Actor, at: datetime) -> None:
    move = Move("adopt", actor, at, {"version_state": version.state.value, "evaluated_in": tried})
    guards = (rules.version_is_released, rules.version_is_evaluated)
    reasons = [reason for guard in guards if (reason := guard(None, move))]
    if reasons:
        raise GuardRefused(reasons=reasons)
