"""Acting on helps."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.numbers import next_number
from app.core.problems import Invalid
from app.law.calendars import legal_date
from app.modules.cases import queries, rules
from app.modules.cases.errors import NothingGranted
from app.modules.cases.models import EndReason, GrantState, Help, HelpPhase, HelpState, IntensityUnit, PhaseState
from app.modules.cases.schemas import AssignHelp, EndHelp, ExtendHelp, HelpAction, HelpCreate, Intensity, WithdrawHelp
from app.modules.cases.service import expiry, grants, handovers, phases
from app.modules.cases.service.basis import Bases
from app.modules.cases.service.ending import close
from app.modules.cases.service.parts import assignment, tell_all
from app.modules.cases.workflow import GRANT, HELP, PHASE
from app.policy import Actor


def open_help(db: Session, body: HelpCreate, *, actor: Actor, at: datetime) -> Help:
    """Ask for a help with a provider, as its first phase; it counts once another person released it.

    Raises:
        PaymentBasisMissing: one of the three agreements a (part-)residential help needs is missing.
        NoAgreementForHelp: no agreement in force with this provider for this kind of help on its first day.
        Invalid: the caseworker named is none of this office, or the provider has no such offer.
    """
    bases = Bases(db, actor.organisation_id)
    wanted = _intensity(body)
    setting = body.setting or rules.usual_setting(body.service_kind)
    agreement_id = bases.payable(body.provider_id, body.service_kind, setting, body.starts_on)
    bases.check_offer(body.offer_id, body.provider_id, body.service_kind)
    help_ = Help(
        youth_office_id=actor.organisation_id,
        provider_id=body.provider_id,
        number=next_number(db, actor.organisation_id, "HI", legal_date(at).year),
        agreement_id=agreement_id,
        service_kind=body.service_kind,
        pseudonym=body.pseudonym,
        caseworker_id=bases.caseworker(body.caseworker_id, actor),
        opened_by=actor.id,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
    )
    HELP.begin(db, help_, actor=actor, at=at)
    phase = phases.new_phase(
        help_,
        provider_id=help_.provider_id,
        agreement_id=agreement_id,
        service_kind=help_.service_kind,
        setting=setting,
        place=body.place,
        amount=wanted.amount,
        unit=wanted.unit,
        valid_from=help_.starts_on,
        valid_to=help_.ends_on,
        offer_id=body.offer_id,
    )
    PHASE.begin(db, phase, actor=actor, at=at)
    days = (phase.valid_from, phase.valid_to)
    GRANT.begin(db, grants.new_grant(phase, phase.amount, days, actor, at), actor=actor, at=at)
    db.add(assignment(help_, phase.provider_id, *days))
    db.flush()
    return help_


def move(db: Session, help_id: UUID, action: HelpAction, expected: int, *, actor: Actor, at: datetime) -> Help:
    """Take a step of the help's life cycle; phases, grants and the providers' parts go with it.

    Raises:
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        NoAgreementForHelp, PaymentBasisMissing: what it would be paid on is not agreed.
        NothingGranted: no grant is prepared.
    """
    help_ = queries.get_help(db, help_id, actor, lock=True)
    check_version(help_, expected)
    tell_all(db, help_, at)
    match action:
        case EndHelp():
            end(db, help_, action.ended_on, action.reason, actor=actor, at=at)
        case AssignHelp():
            help_.caseworker_id = Bases(db, help_.youth_office_id).caseworker(action.caseworker_id, actor)
            HELP.fire(db, help_, "assign", actor=actor, at=at, caseworker_id=str(action.caseworker_id))
        case ExtendHelp():
            extend(db, help_, action.ends_on, actor=actor, at=at)
        case WithdrawHelp():
            HELP.fire(db, help_, "withdraw", actor=actor, at=at)
            grants.lapse(db, queries.grants_of(db, [help_.id])[help_.id], at)
            phases.close_phases(db, queries.phases_of(db, help_), None, at)
            handovers.give_back(db, help_, at)
        case _:
            _release(db, help_, actor=actor, at=at)
    db.flush()
    return help_


def end(db: Session, help_: Help, last: date, reason: EndReason, *, actor: Actor, at: datetime) -> None:
    """End a help by its youth office, and what belongs to it."""
    with db.no_autoflush:  # an ended help says when and why, and only an ended one does
        help_.ended_on, help_.end_reason = last, reason
        HELP.fire(db, help_, "end", actor=actor, at=at, ended_on=last.isoformat(), reason=reason.value)
    close(db, help_, last, at)
    expiry.stop_waiting(db, help_, actor=actor, at=at)
    handovers.stop(db, help_, actor=actor, at=at)


def extend(db: Session, help_: Help, last: date, *, actor: Actor, at: datetime) -> None:
    """Let a help last longer; the additional time is prepared, and released like any grant."""
    former = help_.ends_on
    HELP.fire(db, help_, "extend", actor=actor, at=at, ends_on=last.isoformat())
    help_.ends_on = last
    db.flush()
    phases.extend_phases(db, help_, former, actor=actor, at=at)
    expiry.await_end(db, help_, actor=actor, at=at)


def _intensity(body: HelpCreate) -> Intensity:
    """How much is asked for, in hours or in another unit; one of the two."""
    if body.hours_per_week is not None and body.intensity is None:
        return Intensity(amount=body.hours_per_week, unit=IntensityUnit.HOURS_PER_WEEK)
    if body.intensity is None or body.hours_per_week is not None:
        raise Invalid.field(
            "/hours_per_week",
            "one_of",
            "Anzugeben sind die Stunden je Woche oder ein Umfang mit Einheit.",
            "Hours per week or an intensity with its unit are needed, not both.",
        )
    return body.intensity


def _release(db: Session, help_: Help, *, actor: Actor, at: datetime) -> None:
    """Release a help with everything prepared for it; what it is paid on is looked at again."""
    if help_.state is HelpState.REQUESTED:
        handovers.start_today(db, help_, at)
    prepared = [one for one in queries.grants_of(db, [help_.id])[help_.id] if one.state is GrantState.PREPARED]
    bases = Bases(db, help_.youth_office_id)
    agreed = {phase.id: phase for phase in queries.phases_of(db, help_) if phase.state is PhaseState.AGREED}
    for phase in agreed.values():
        phase.agreement_id = _basis(bases, phase, help_)
    HELP.fire(db, help_, "release", actor=actor, at=at)
    if not prepared:
        raise NothingGranted
    for grant in prepared:
        with db.no_autoflush:
            grant.released_by, grant.released_at = actor.id, at
            GRANT.fire(db, grant, "release", actor=actor, at=at)
    expiry.await_end(db, help_, actor=actor, at=at)
    handovers.take_over(db, help_, at)


def _basis(bases: Bases, phase: HelpPhase, help_: Help) -> UUID:
    agreement_id = bases.payable(phase.provider_id, phase.service_kind, phase.setting, phase.valid_from)
    if help_.agreement_id is None and phase.provider_id == help_.provider_id:
        help_.agreement_id = agreement_id
    return phase.agreement_id or agreement_id
