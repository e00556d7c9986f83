"""Taking the steps of a concern: each checks, moves the state, writes its entry, ends and begins duties."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.problems import FieldError, Invalid
from app.core.sealing import Sealer
from app.modules.concerns import queries, rules
from app.modules.concerns.codes import ConcernDuty, ConcernEntryKind, FamilyPart
from app.modules.concerns.models import ProviderConcern
from app.modules.concerns.schemas import steps as s
from app.modules.concerns.schemas.steps import ConcernAction
from app.modules.concerns.service import consulting, duties, recording, telling
from app.modules.concerns.workflow import CONCERN
from app.policy import Actor

_TWO = {"assess_no_weighty", "assess_monitor", "skip_family_involvement", "danger_averted"}
_ANEW = {"new_indication", "reopen"}


def move(
    db: Session,
    concern_id: UUID,
    action: ConcernAction,
    expected: int,
    sealer: Sealer,
    *,
    actor: Actor,
    at: datetime,
) -> ProviderConcern:
    """Take a step.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        ConcernIncomplete: not acute, and something § 8a Abs. 4 wants first is missing.
        Invalid: a day, an instant or a text that cannot be; somebody or something that is not there.
    """
    concern = queries.get_concern(db, concern_id, actor, lock=True)
    check_version(concern, expected)
    take(db, concern, action, sealer, actor=actor, at=at)
    return concern


def take(
    db: Session, concern: ProviderConcern, action: ConcernAction, sealer: Sealer, *, actor: Actor, at: datetime
) -> None:
    """Take a step on a concern that is at hand."""
    name = action.action
    if faults := _faults(concern, action, at):
        raise Invalid(errors=faults)
    data = _facts(db, concern, name, actor)
    with db.no_autoflush:
        _before(db, concern, action, actor, at)
        CONCERN.fire(db, concern, name, actor=actor, at=at, **data)
    content = recording.content_of(action)
    kind = ConcernEntryKind(name)
    recording.write(db, concern, kind, content, sealer, actor=actor, at=at, happened_at=action.happened_at)
    _after(db, concern, action, sealer, actor, at)
    db.flush()


def _facts(db: Session, concern: ProviderConcern, action: str, actor: Actor) -> dict[str, Any]:
    """What the guards of a step look at beside the concern; it goes into the log with the step."""
    if action in _TWO:
        second = queries.second_of(db, concern, action, actor)
        return {"second_id": str(second) if second else None}
    if action == "reopen" and concern.closed_at is not None:
        return {"closed_at": concern.closed_at.isoformat()}
    return {}


def _faults(concern: ProviderConcern, action: ConcernAction, at: datetime) -> list[FieldError]:
    faults = rules.fault_of_instant("/happened_at", action.happened_at, at)
    if isinstance(action, s.AssessMonitor):
        faults += rules.faults_of_day("/look_again_on", action.look_again_on, at)
    elif isinstance(action, s.RequestIsef):
        faults += rules.faults_of_request(action)
    elif isinstance(action, s.AgreeProtectionPlan):
        faults += rules.faults_of_plan_day(action.review_on, at)
        if not action.signatures and action.refusal is None:
            de, en = "Unterschriften, oder warum niemand unterschreibt.", "Signatures, or why nobody signs."
            faults.append(FieldError("/refusal", "missing", de, en))
    elif isinstance(action, s.ReviewPlan):
        faults += rules.faults_of_review(concern, action, at)
    elif isinstance(action, s.DeclareImmediateDanger):
        for place, call in enumerate(action.calls):
            faults += rules.fault_of_instant(f"/calls/{place}/at", call.at, at)
    return faults


def _before(db: Session, concern: ProviderConcern, action: ConcernAction, actor: Actor, at: datetime) -> None:
    """Whom a step names must be there; what it changes of the concern itself."""
    if isinstance(action, s.InformLead):
        recording.lead_of(db, action.lead_id, actor)
    elif isinstance(action, s.NotifyJa):
        telling.must_be_complete(concern)
    elif isinstance(action, s.WithdrawEntryError):
        concern.replaced_by_id = recording.earlier(db, action.replaced_by_id, "/replaced_by_id", actor)
    if type(action) in _CHANGES:
        for name, value in _CHANGES[type(action)](action, action.happened_at or at).items():
            setattr(concern, name, value)
    _turn(concern, action.action, at)


_CHANGES: dict[type, Callable[[Any, datetime], dict[str, Any]]] = {
    s.AssessMonitor: lambda said, _: {"look_again_on": said.look_again_on},
    s.RecordConsultation: lambda said, when: {"rating": said.rating, "consulted_at": when},
    s.InvolveFamily: lambda _, when: {"family": FamilyPart.INVOLVED, "family_at": when},
    s.SkipFamilyInvolvement: lambda _, when: {"family": FamilyPart.SKIPPED, "family_at": when},
    s.AgreeProtectionPlan: lambda said, _: {"review_on": said.review_on},
    s.ReviewPlan: lambda said, _: {"rating": said.rating, "review_on": None},
    s.DeclareImmediateDanger: lambda _, __: {"is_fast_path": True, "is_urgent": True},
    s.ReceiveFeedback: lambda said, when: {
        "feedback_confirmed": said.indications_confirmed,
        "feedback_acted": said.ja_acted,
        "feedback_still_active": said.ja_still_active,
        "feedback_at": when,
    },
}
"""What a step changes of the concern itself, beside its state."""


def _turn(concern: ProviderConcern, action: str, at: datetime) -> None:
    """Closing and beginning anew: what was weighed before does not count for what is new."""
    target = next(
        (row.target for row in CONCERN.rows if row.action == action and concern.state in row.sources), concern.state
    )
    if rules.closes(target):
        concern.closed_at = at
    elif action in _ANEW or action == "declare_immediate_danger":
        concern.closed_at = None
    if action in _ANEW:
        concern.since, concern.is_fast_path, concern.look_again_on = at, False, None
        concern.rating = concern.consulted_at = concern.family = concern.family_at = None


def _after(
    db: Session, concern: ProviderConcern, action: ConcernAction, sealer: Sealer, actor: Actor, at: datetime
) -> None:
    """What a step brings about: duties met and begun, consultation, notification."""
    duties.meet(db, concern, rules.MEETS.get(action.action, ()), by=actor.id, at=at)
    for duty in rules.starts(action.action, concern):
        duties.start(db, concern, duty, at)
    if isinstance(action, s.AssessMonitor):
        duties.start(db, concern, ConcernDuty.LOOK, at, on=action.look_again_on)
    elif isinstance(action, s.AgreeProtectionPlan):
        duties.start(db, concern, ConcernDuty.REVIEW, at, on=action.review_on)
    elif isinstance(action, s.ReviewPlan):
        duties.start(db, concern, rules.AFTER_REVIEW[action.result], at)
    elif isinstance(action, s.RequestIsef):
        consulting.ask(db, concern, action, actor=actor, at=at)
    elif isinstance(action, s.RecordConsultation):
        consulting.note_answer(db, concern, action, actor=actor, at=at)
    else:
        _tell(db, concern, action, sealer, actor, at)


def _tell(
    db: Session, concern: ProviderConcern, action: ConcernAction, sealer: Sealer, actor: Actor, at: datetime
) -> None:
    if isinstance(action, s.DeclareImmediateDanger):
        telling.tell_at_once(db, concern, action, sealer, actor=actor, at=at)
    elif isinstance(action, s.NotifyJa | s.SupplementNotification):
        telling.tell(db, concern, action, sealer, actor=actor, at=at)
