"""Granting: prepared by the caseworker, released by Wirtschaftliche Jugendhilfe, replaced by what follows."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version, found
from app.core.problems import Invalid
from app.core.work import by_the_service
from app.law.calendars import legal_date
from app.modules.cases import queries, rules
from app.modules.cases.errors import HelpClosed, LessInThePast
from app.modules.cases.models import GrantState, Help, HelpGrant, HelpPhase, PhaseState
from app.modules.cases.schemas import GrantAction, GrantCreate
from app.modules.cases.service.basis import Bases
from app.modules.cases.service.parts import touch
from app.modules.cases.workflow import GRANT
from app.policy import SYSTEM, Actor


def prepare_grant(db: Session, help_id: UUID, body: GrantCreate, *, actor: Actor, at: datetime) -> HelpGrant:
    """Prepare a change of what is granted for a phase; it counts once another person released it.

    Raises:
        HelpClosed: the help or the phase is over.
        Invalid: no such phase, or days outside it.
    """
    help_ = queries.get_help(db, help_id, actor, lock=True)
    phase = next((one for one in queries.phases_of(db, help_) if one.id == body.phase_id), None)
    if phase is None:
        raise Invalid.field("/phase_id", "unknown", "Diese Phase gibt es nicht.", "There is no such phase.")
    grant = prepare(db, help_, phase, body, actor=actor, at=at)
    return queries.get_grant(db, help_, grant.id, actor)


def prepare(db: Session, help_: Help, phase: HelpPhase, body: GrantCreate, *, actor: Actor, at: datetime) -> HelpGrant:
    """Prepare a grant for a phase of a help that is locked; see `prepare_grant`."""
    if help_.state not in rules.OPEN or phase.state is not PhaseState.AGREED:
        raise HelpClosed
    last = body.valid_to or phase.valid_to
    _check_days(db, phase, body, last)
    grant = new_grant(phase, body.amount, (body.valid_from, last), actor, at)
    GRANT.begin(db, grant, actor=actor, at=at)
    touch(help_, at)
    db.flush()
    return grant


def new_grant(phase: HelpPhase, amount: Decimal, days: tuple[date, date], actor: Actor, at: datetime) -> HelpGrant:
    """A grant for a phase, in the phase's unit."""
    return HelpGrant(
        help_id=phase.help_id,
        phase_id=phase.id,
        youth_office_id=phase.youth_office_id,
        provider_id=phase.provider_id,
        amount=amount,
        unit=phase.unit,
        valid_from=days[0],
        valid_to=days[1],
        prepared_by=actor.id,
        prepared_at=at,
    )


def move_grant(
    db: Session, help_id: UUID, grant_id: UUID, action: GrantAction, expected: int, *, actor: Actor, at: datetime
) -> HelpGrant:
    """Release a grant, or take it back before; what it replaces gives way from its first day on.

    Raises:
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        NoAgreementForHelp, PaymentBasisMissing: what it would be paid on is not agreed.
        LessInThePast: it would reduce what was granted for days that have passed.
    """
    help_ = queries.get_help(db, help_id, actor, lock=True)
    grant = queries.get_grant(db, help_, grant_id, actor)
    check_version(grant, expected)
    if action.action == "release":
        release(db, grant, actor=actor, at=at)
    else:
        GRANT.fire(db, grant, action.action, actor=actor, at=at)
    touch(help_, at)
    db.flush()
    return grant


def release(db: Session, grant: HelpGrant, *, actor: Actor, at: datetime) -> None:
    """Release one grant; see `move_grant`."""
    phase = found(db.get(HelpPhase, grant.phase_id))
    bases = Bases(db, grant.youth_office_id)
    bases.payable(phase.provider_id, phase.service_kind, phase.setting, grant.valid_from)
    released = [one for one in queries.grants_of_phases(db, [grant.phase_id]) if one.state is GrantState.RELEASED]
    if rules.reduces_the_past(grant, released, legal_date(at)):
        raise LessInThePast
    cut(db, released, grant.valid_from - rules.ONE_DAY, at)
    with db.no_autoflush:  # a released grant names who and when, and only a released one does
        grant.released_by, grant.released_at = actor.id, at
        GRANT.fire(db, grant, "release", actor=actor, at=at)


def lapse(db: Session, grants: Iterable[HelpGrant], at: datetime) -> None:
    """What was prepared and fits no more falls away, by the service."""
    with by_the_service(db):
        for grant in grants:
            if grant.state is GrantState.PREPARED:
                GRANT.fire(db, grant, "lapse", actor=SYSTEM, at=at)


def cut(db: Session, grants: Iterable[HelpGrant], last: date, at: datetime) -> None:
    """Nothing is granted after a day any more: what runs is shortened, what would begin later falls away."""
    late = [grant for grant in grants if grant.valid_to > last]
    for grant in late:
        if grant.valid_from <= last:
            grant.valid_to, grant.changed_at = last, at
    db.flush()
    with by_the_service(db):
        for grant in late:
            if grant.valid_from > last:
                action = "lapse" if grant.state is GrantState.PREPARED else "supersede"
                GRANT.fire(db, grant, action, actor=SYSTEM, at=at)


def _check_days(db: Session, phase: HelpPhase, body: GrantCreate, last: date) -> None:
    """A grant lies within its phase, and a change lasts as long as what it replaces, so that nothing is left over."""
    if not phase.valid_from <= body.valid_from <= phase.valid_to:
        raise Invalid.field("/valid_from", "outside_phase", "Der Tag liegt nicht in der Phase.", "Outside the phase.")
    if not body.valid_from <= last <= phase.valid_to:
        raise Invalid.field("/valid_to", "outside_phase", "Der Tag liegt nicht in der Phase.", "Outside the phase.")
    running = [one for one in queries.grants_of_phases(db, [phase.id]) if one.state is GrantState.RELEASED]
    if any(other.valid_from <= last < other.valid_to for other in running):
        raise Invalid.field(
            "/valid_to",
            "leaves_a_rest",
            "Die Änderung endet vor der Bewilligung, die sie ersetzt; danach wäre nichts bewilligt.",
            "The change ends before the grant it replaces; nothing would be granted afterwards.",
        )
