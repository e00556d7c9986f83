"""Phases of a help: agreed, changed while they have not begun, ended, cancelled."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.patching import differing
from app.core.problems import Invalid
from app.core.work import by_the_service
from app.law.calendars import legal_date
from app.modules.cases import queries, rules
from app.modules.cases.errors import HelpClosed, PhaseBegun, PhasesOverlap
from app.modules.cases.models import GrantState, Help, HelpPhase, PhaseState
from app.modules.cases.schemas import EndPhase, PhaseAction, PhaseCreate, PhasePatch
from app.modules.cases.service import grants
from app.modules.cases.service.basis import Bases
from app.modules.cases.service.parts import keep_assignments, touch
from app.modules.cases.workflow import GRANT, PHASE
from app.policy import SYSTEM, Actor

OPTIONAL = frozenset({"place", "offer_id", "change_reason"})
MONEY = frozenset({"amount", "unit", "valid_from", "valid_to", "setting"})
"""What a grant follows: it cannot change any more once one was released."""


def add_phase(db: Session, help_id: UUID, body: PhaseCreate, *, actor: Actor, at: datetime) -> HelpPhase:
    """Change the plan: a further phase, with its grant prepared; its provider takes part from then on.

    Raises:
        HelpClosed: the help is over.
        NoAgreementForHelp, PaymentBasisMissing: what it would be paid on is not agreed with this provider.
        PhasesOverlap: the child is in another setting on the same days already.
        Invalid: days outside the help, an offer that the provider does not have.

    Law: SGB VIII § 36 Abs. 2, § 27 Abs. 2 (different kinds of help may be combined).
    """
    help_ = queries.get_help(db, help_id, actor, lock=True)
    if help_.state not in rules.OPEN:
        raise HelpClosed
    phase = new_phase(
        help_,
        provider_id=body.provider_id,
        service_kind=body.service_kind,
        setting=body.setting,
        place=body.place,
        amount=body.intensity.amount,
        unit=body.intensity.unit,
        valid_from=body.valid_from,
        valid_to=body.valid_to or help_.ends_on,
        offer_id=body.offer_id,
        combined=body.combined,
        change_reason=body.change_reason,
    )
    phases = queries.phases_of(db, help_)
    _check(db, help_, phase, phases)
    PHASE.begin(db, phase, actor=actor, at=at)
    _prepare(db, phase, actor, at)
    keep_assignments(db, help_, [*phases, phase])
    touch(help_, at)
    db.flush()
    return queries.get_phase(db, help_, phase.id, actor)


def new_phase(help_: Help, **values: Any) -> HelpPhase:
    """A phase of a help."""
    return HelpPhase(help_id=help_.id, youth_office_id=help_.youth_office_id, **values)


def change_phase(
    db: Session, help_id: UUID, phase_id: UUID, patch: PhasePatch, expected: int, *, actor: Actor, at: datetime
) -> HelpPhase:
    """Change a phase that has not begun; a grant that was prepared for it is prepared anew.

    Raises:
        StaleVersion.
        PhaseBegun: it has begun, is over, or its money is released already.
        PhasesOverlap, NoAgreementForHelp, PaymentBasisMissing, Invalid: as for a new phase.
    """
    help_ = queries.get_help(db, help_id, actor, lock=True)
    phase = queries.get_phase(db, help_, phase_id, actor)
    check_version(phase, expected)
    changes = differing(phase, _given(patch), nullable=OPTIONAL)
    granted = queries.grants_of_phases(db, [phase.id])
    is_released = any(grant.state is GrantState.RELEASED for grant in granted)
    if (
        help_.state not in rules.OPEN
        or phase.state is not PhaseState.AGREED
        or rules.has_begun(phase, help_, legal_date(at))
        or (is_released and MONEY & changes.keys())
    ):
        raise PhaseBegun
    if not changes:
        return phase
    phases = queries.phases_of(db, help_)
    with db.no_autoflush:
        for name, value in changes.items():
            setattr(phase, name, value)
        phase.changed_at = at
        _check(db, help_, phase, phases)
    db.flush()
    if granted and MONEY & changes.keys():
        grants.lapse(db, granted, at)
        _prepare(db, phase, actor, at)
    keep_assignments(db, help_, phases)
    touch(help_, at)
    db.flush()
    return phase


def move_phase(
    db: Session, help_id: UUID, phase_id: UUID, action: PhaseAction, expected: int, *, actor: Actor, at: datetime
) -> HelpPhase:
    """End a phase before its day, or cancel one that has not begun; what is granted for it goes with it.

    Raises:
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
    """
    help_ = queries.get_help(db, help_id, actor, lock=True)
    phase = queries.get_phase(db, help_, phase_id, actor)
    check_version(phase, expected)
    day = {"ended_on": action.ended_on.isoformat()} if isinstance(action, EndPhase) else {}
    PHASE.fire(db, phase, action.action, actor=actor, at=at, **day)
    last = phase.valid_from - rules.ONE_DAY
    if isinstance(action, EndPhase):
        phase.valid_to = last = action.ended_on
    phase.change_reason = action.change_reason
    grants.cut(db, queries.grants_of_phases(db, [phase.id]), last, at)
    keep_assignments(db, help_, queries.phases_of(db, help_))
    touch(help_, at)
    db.flush()
    return phase


def close_phases(db: Session, phases: Iterable[HelpPhase], last: date | None, at: datetime) -> None:
    """With a help its phases end, by the service; those that would begin later fall away (None: all)."""
    with by_the_service(db):
        for phase in phases:
            if phase.state is not PhaseState.AGREED:
                continue
            if last is None or phase.valid_from > last:
                PHASE.fire(db, phase, "lapse", actor=SYSTEM, at=at)
            else:
                phase.valid_to = min(phase.valid_to, last)
                PHASE.fire(db, phase, "close", actor=SYSTEM, at=at)


def extend_phases(db: Session, help_: Help, old_end: date, *, actor: Actor, at: datetime) -> None:
    """What runs until the help's former end runs on; the additional time waits for its release.

    Raises:
        NoAgreementForHelp, PaymentBasisMissing: what it would be paid on is not agreed for the additional time.
    """
    phases = queries.phases_of(db, help_)
    bases = Bases(db, help_.youth_office_id)
    granted = queries.grants_of_phases(db, [phase.id for phase in phases])
    first = old_end + rules.ONE_DAY
    for phase in phases:
        if phase.state is PhaseState.AGREED and phase.valid_to == old_end:
            bases.payable(phase.provider_id, phase.service_kind, phase.setting, first)
            phase.valid_to, phase.changed_at = help_.ends_on, at
            amount = next((g.amount for g in reversed(granted) if g.phase_id == phase.id), phase.amount)
            grant = grants.new_grant(phase, amount, (first, help_.ends_on), actor, at)
            GRANT.begin(db, grant, actor=actor, at=at)
    keep_assignments(db, help_, phases)


def _prepare(db: Session, phase: HelpPhase, actor: Actor, at: datetime) -> None:
    grant = grants.new_grant(phase, phase.amount, (phase.valid_from, phase.valid_to), actor, at)
    GRANT.begin(db, grant, actor=actor, at=at)


def _given(patch: PhasePatch) -> Mapping[str, Any]:
    given = {name: getattr(patch, name) for name in patch.model_fields_set}
    if intensity := given.get("intensity"):
        given |= {"amount": intensity.amount, "unit": intensity.unit}
        del given["intensity"]
    return given


def _check(db: Session, help_: Help, phase: HelpPhase, phases: list[HelpPhase]) -> None:
    """A phase lies within its help, clashes with no other, and is agreed with its provider."""
    if phase.valid_from < help_.starts_on:
        raise Invalid.field("/valid_from", "outside_help", "Der Tag liegt vor der Hilfe.", "Before the help.")
    if phase.valid_to > help_.ends_on:
        raise Invalid.field(
            "/valid_to", "outside_help", "Der Tag liegt nach dem Ende der Hilfe.", "After the end of the help."
        )
    if phase.valid_to < phase.valid_from:
        raise Invalid.field("/valid_to", "order", "Das Ende liegt vor dem Beginn.", "The end lies before the start.")
    if clashes := rules.clashing(phase, phases):
        settings = sorted({other.setting.title_de for other in clashes})
        raise PhasesOverlap(with_settings=", ".join(settings), phase_ids=[str(other.id) for other in clashes])
    bases = Bases(db, help_.youth_office_id)
    phase.agreement_id = bases.payable(phase.provider_id, phase.service_kind, phase.setting, phase.valid_from)
    bases.check_offer(phase.offer_id, phase.provider_id, phase.service_kind)
