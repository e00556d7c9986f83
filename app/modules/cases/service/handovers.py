"""A help moves to another youth office: offered, accepted there, continued here until it is granted there.

Law: SGB VIII § 86 (who is responsible), § 86c Abs. 1 (the former office continues until the new one does: no gap),
Abs. 2 (it tells the new one without delay, and hands over what is needed).
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import deadlines, outbox
from app.core.db import check_version, found
from app.core.numbers import next_number
from app.core.problems import Invalid
from app.core.work import by_the_service
from app.law.calendars import legal_date
from app.law.periods import due_at
from app.law.planning import HANDOVER_ANSWER
from app.modules import organisations
from app.modules.cases import queries, rules
from app.modules.cases.errors import HelpClosed
from app.modules.cases.models import (
    EndReason,
    HandoverState,
    Help,
    HelpGrant,
    HelpHandover,
    HelpPhase,
    HelpState,
    PhaseState,
)
from app.modules.cases.schemas import AcceptHandover, DeclineHandover, HandoverAction, HandoverCreate
from app.modules.cases.service import expiry, grants, phases
from app.modules.cases.service.basis import Bases
from app.modules.cases.service.ending import close
from app.modules.cases.service.parts import keep_assignments, tell_all
from app.modules.cases.workflow import GRANT, HANDOVER, HELP, PHASE
from app.policy import SYSTEM, Actor, OrganisationKind

outbox.announce(help_handover__unanswered="Übergabe an ein anderes Jugendamt: unbeantwortet")


def offer(db: Session, help_id: UUID, body: HandoverCreate, *, actor: Actor, at: datetime) -> HelpHandover:
    """Tell another youth office that it is responsible now, with the case by pseudonym; it is reminded to answer.

    Raises:
        HelpClosed: the help is not running.
        Invalid: no such youth office, or a day that is none of the help's.
        Conflict: it is being handed over already.
    """
    help_ = queries.get_help(db, help_id, actor, lock=True)
    if help_.state is not HelpState.ACTIVE:
        raise HelpClosed
    office = organisations.organisations_by_id(db, [body.receiving_office_id]).get(body.receiving_office_id)
    if office is None or office.kind is not OrganisationKind.YOUTH_OFFICE or office.id == actor.organisation_id:
        raise Invalid.field(
            "/receiving_office_id", "unknown", "Dieses Jugendamt gibt es nicht.", "There is no such youth office."
        )
    if not help_.starts_on < body.effective_on <= help_.ends_on:
        raise _outside("/effective_on")
    handover = HelpHandover(
        youth_office_id=help_.youth_office_id,
        receiving_office_id=office.id,
        help_id=help_.id,
        help_number=help_.number,
        reason=body.reason,
        note=body.note,
        effective_on=body.effective_on,
        handed=_handed(help_, queries.phases_of(db, help_)),
        offered_by=actor.id,
    )
    HANDOVER.begin(db, handover, actor=actor, at=at)
    due = due_at(HANDOVER_ANSWER, at, office.land)
    with by_the_service(db):  # the deadline is the other office's
        deadlines.start(
            db,
            kind=queries.ANSWER,
            tenant_id=office.id,
            provider_id=None,
            subject_kind=HANDOVER.name,
            subject_id=handover.id,
            started_at=at,
            due_at=due,
            steps=[deadlines.Step(0, due)],
            source=str(HANDOVER_ANSWER.source),
        )
    return handover


def move_handover(
    db: Session, handover_id: UUID, action: HandoverAction, expected: int, *, actor: Actor, at: datetime
) -> HelpHandover:
    """Accept, decline or take back a handover. An accepted help is opened here as requested and not granted yet.

    Raises:
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        Invalid: the caseworker is none of this office, or the day lies outside the help.
    """
    handover = queries.get_handover(db, handover_id, actor, lock=True)
    check_version(handover, expected)
    with db.no_autoflush:
        if isinstance(action, AcceptHandover) and _may_accept(handover, actor):
            _accept(db, handover, action, actor, at)
        elif isinstance(action, DeclineHandover):
            handover.decline_reason = action.reason
        HANDOVER.fire(db, handover, action.action, actor=actor, at=at)
    with by_the_service(db):
        deadlines.meet(db, handover.id, queries.ANSWER, by=actor.id, at=at)
    return handover


def give_back(db: Session, help_: Help, at: datetime) -> None:
    """The new office withdrew the help it had opened: the former one stays responsible."""
    if help_.handed_over_from is None:
        return
    with by_the_service(db):
        handover = queries.handover_to(db, help_)
        if handover is not None and handover.state is HandoverState.ACCEPTED:
            HANDOVER.fire(db, handover, "give_back", actor=SYSTEM, at=at)


def stop(db: Session, help_: Help, *, actor: Actor, at: datetime) -> None:
    """A help that ended is not offered any more."""
    handover = queries.open_handover(db, help_)
    if handover is not None and handover.state is HandoverState.OFFERED:
        HANDOVER.fire(db, handover, "withdraw", actor=actor, at=at)
        with by_the_service(db):
            deadlines.meet(db, handover.id, queries.ANSWER, by=actor.id, at=at)


def start_today(db: Session, help_: Help, at: datetime) -> None:
    """A help taken over that is granted late begins on the day it is granted: until then the former office paid."""
    today = legal_date(at)
    if help_.handed_over_from is None or help_.starts_on >= today:
        return
    all_phases = [phase for phase in queries.phases_of(db, help_) if phase.state is PhaseState.AGREED]
    prepared = queries.grants_of_phases(db, [phase.id for phase in all_phases])
    if today > help_.ends_on:
        raise HelpClosed
    gone = [phase for phase in all_phases if phase.valid_to < today]
    grants.lapse(db, [grant for grant in prepared if grant.valid_to < today], at)
    with by_the_service(db):
        for phase in gone:
            PHASE.fire(db, phase, "lapse", actor=SYSTEM, at=at)
    help_.starts_on = today
    parts: list[HelpPhase | HelpGrant] = [*all_phases, *prepared]
    for part in parts:
        if part.valid_to >= today:
            part.valid_from = max(part.valid_from, today)
    db.flush()
    keep_assignments(db, help_, all_phases)


def take_over(db: Session, help_: Help, at: datetime) -> None:
    """A help is granted by the new office: with the day before it ends at the former one (§ 86c Abs. 1)."""
    if help_.handed_over_from is None:
        return
    with by_the_service(db):
        handover = queries.handover_to(db, help_)
        former = db.get(Help, help_.handed_over_from, with_for_update=True)
        if handover is None or former is None:
            return
        if former.state is HelpState.ACTIVE:
            tell_all(db, former, at)
            last = min(help_.starts_on - rules.ONE_DAY, former.ends_on)
            with db.no_autoflush:
                former.ended_on, former.end_reason = last, EndReason.MOVED
                HELP.fire(db, former, "move_away", actor=SYSTEM, at=at, ended_on=last.isoformat())
            close(db, former, last, at)
            expiry.stop_waiting(db, former, actor=SYSTEM, at=at)
        handover.takes_over_on = help_.starts_on
        HANDOVER.fire(db, handover, "complete", actor=SYSTEM, at=at)


def handover_due(db: Session, deadline: deadlines.Deadline, _level: int, now: datetime) -> list[str]:
    """A handover waits for its answer: both offices are told."""
    handover = found(db.get(HelpHandover, deadline.subject_id))
    outbox.emit(
        db,
        "help_handover.unanswered",
        tenant_id=handover.youth_office_id,
        subject_kind=HANDOVER.name,
        subject_id=handover.id,
        audience=handover.audience,
        actor=SYSTEM,
        at=now,
    )
    return [str(id_) for id_ in handover.audience]


def _may_accept(handover: HelpHandover, actor: Actor) -> bool:
    """Whether the step will be allowed; if not, `fire` says why, and nothing was opened."""
    allowed = (action.action for action in HANDOVER.allowed(handover, actor))
    return "accept" in allowed


def _accept(db: Session, handover: HelpHandover, action: AcceptHandover, actor: Actor, at: datetime) -> None:
    bases = Bases(db, actor.organisation_id)
    caseworker_id = bases.caseworker(action.caseworker_id, actor)
    with by_the_service(db):  # as it stands now, which may differ from what was told when it was offered
        former = found(db.get(Help, handover.help_id))
        continuing = queries.phases_of(db, former)
    first = action.takes_over_on or max(handover.effective_on, legal_date(at))
    if not former.starts_on < first <= former.ends_on:
        raise _outside("/takes_over_on")
    continuing = [one for one in continuing if one.state is PhaseState.AGREED and one.valid_to >= first]
    if not continuing:
        raise _outside("/takes_over_on")
    help_ = Help(
        youth_office_id=actor.organisation_id,
        provider_id=continuing[0].provider_id,
        number=next_number(db, actor.organisation_id, "HI", legal_date(at).year),
        agreement_id=None,
        service_kind=continuing[0].service_kind,
        pseudonym=former.pseudonym,
        caseworker_id=caseworker_id,
        opened_by=actor.id,
        starts_on=first,
        ends_on=former.ends_on,
        handed_over_from=former.id,
    )
    help_.agreement_id = bases.agreement(help_.provider_id, help_.service_kind, first)
    HELP.begin(db, help_, actor=actor, at=at, taken_over=True)
    opened = [_continue(db, help_, phase, first, bases, actor, at) for phase in continuing]
    keep_assignments(db, help_, opened)
    handover.takes_over_on, handover.new_help_id, handover.new_help_number = first, help_.id, help_.number


def _continue(
    db: Session, help_: Help, former: HelpPhase, first: date, bases: Bases, actor: Actor, at: datetime
) -> HelpPhase:
    """A phase goes on as it is, with its grant prepared; its offer need not be published to the new office."""
    begins = max(first, former.valid_from)
    same = {name: getattr(former, name) for name in ("provider_id", "service_kind", "setting", "place", "combined")}
    phase = phases.new_phase(
        help_,
        **same,
        amount=former.amount,
        unit=former.unit,
        valid_from=begins,
        valid_to=former.valid_to,
        agreement_id=bases.agreement(former.provider_id, former.service_kind, begins),
    )
    PHASE.begin(db, phase, actor=actor, at=at, taken_over=True)
    grant = grants.new_grant(phase, phase.amount, (phase.valid_from, phase.valid_to), actor, at)
    GRANT.begin(db, grant, actor=actor, at=at)
    return phase


def _handed(help_: Help, all_phases: Iterable[HelpPhase]) -> dict[str, object]:
    """The case as it stands, by pseudonym."""
    days = {"starts_on": help_.starts_on.isoformat(), "ends_on": help_.ends_on.isoformat()}
    return {
        "pseudonym": help_.pseudonym,
        "service_kind": help_.service_kind.value,
        "provider_id": str(help_.provider_id),
        **days,
        "phases": [
            {
                "provider_id": str(phase.provider_id),
                "service_kind": phase.service_kind.value,
                "setting": phase.setting.value,
                "place": phase.place,
                "intensity": {"amount": str(phase.amount), "unit": phase.unit.value},
                "valid_from": phase.valid_from.isoformat(),
                "valid_to": phase.valid_to.isoformat(),
            }
            for phase in all_phases
            if phase.state is not PhaseState.CANCELLED
        ],
    }


def _outside(pointer: str) -> Invalid:
    return Invalid.field(
        pointer, "outside_help", "Der Tag liegt nicht in der Hilfe nach ihrem Beginn.", "Outside the help."
    )
