"""Inobhutnahme (§ 42 SGB VIII): its steps, what must follow each at once, and the end."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import check_version
from app.core.deadlines import Step
from app.core.ids import new_id
from app.core.numbers import next_number
from app.core.problems import Invalid
from app.core.sealing import Sealer
from app.core.work import by_the_service
from app.law import protection_steps as law
from app.law.calendars import legal_date
from app.law.periods import Period, due_at
from app.law.protection import COURT_AFTER_OBJECTION, HELP_PLAN_AFTER_INOBHUTNAHME
from app.modules.organisations import land_of
from app.modules.protection import queries, rules
from app.modules.protection.codes import CustodyState, Duty, Ground
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.models import CustodyMeasure
from app.modules.protection.service import duties
from app.modules.protection.service.writing import Act, write
from app.modules.protection.workflow import CASE, CUSTODY
from app.modules.safeguarding import AlarmCode
from app.policy import SYSTEM, Actor, Role

SUBJECT = "custody_measure"
_WARNING, _LAPSE, _CRITICAL = 1, 4, 5
_THREE_QUARTERS = 75


def begin(act: Act) -> CustodyMeasure:
    """A child is in care: child and parents are to be told at once, and more by ground."""
    body, case = act.body, act.case
    land = land_of(act.db, case.youth_office_id)
    custody = CustodyMeasure(
        id=new_id(),
        youth_office_id=case.youth_office_id,
        case_id=case.id,
        number=next_number(act.db, case.youth_office_id, "IO", legal_date(act.at).year),
        **{
            name: getattr(body, name)
            for name in ("child_id", "ground", "started_at", "placement", "is_address_secret", "police", "force")
        },
        liberty=body.liberty,
        liberty_must_end_at=due_at(law.LIBERTY, body.started_at, land) if body.liberty else None,
    )
    if body.address is not None:
        custody.sealed_address = act.sealer.seal(body.address, f"{SUBJECT}:{custody.id}")
    CUSTODY.begin(act.db, custody, actor=act.actor, at=act.at, ground=body.ground.value)
    _start(act, custody, Duty.CHILD_INFORMED, law.CHILD_INFORMED)
    if body.ground is Ground.UNACCOMPANIED_MINOR:
        _start(act, custody, Duty.UNACCOMPANIED, law.UNACCOMPANIED)
    else:
        _start(act, custody, Duty.PARENTS_INFORMED, law.PARENTS_INFORMED)
    if custody.liberty_must_end_at is not None:
        steps = _critical(body.started_at, custody.liberty_must_end_at, (_LAPSE, _CRITICAL))
        _start(act, custody, Duty.LIBERTY, law.LIBERTY, steps=steps)
    dues = [due_at(period, body.started_at, land) for period in law.LONG]
    steps = [Step(level, due) for level, due in enumerate(dues, start=1)]
    _start(act, custody, Duty.CUSTODY_LONG, law.LONG[-1], steps=steps)
    return custody


def move(
    db: Session, custody_id: UUID, body: Any, expected: int, sealer: Sealer, *, actor: Actor, at: datetime
) -> CustodyMeasure:
    """Take a step of an Inobhutnahme; its entry joins the file of the case.

    Raises:
        NotFound, StaleVersion, TransitionNotAllowed, PermissionMissing: see core.workflow.
        Invalid: a fault of form, or what was not deprived cannot end.
    """
    custody, case = queries.get_custody(db, custody_id, actor, lock=True)
    check_version(custody, expected)
    CUSTODY.check(custody, body.action, actor=actor, at=at)
    if faults := rules.faults_of_step(body, at):
        raise Invalid(errors=faults)
    act = Act(db, case, body, actor, at, sealer)
    with db.no_autoflush:
        _set(act, custody)
        CUSTODY.fire(db, custody, body.action, actor=actor, at=at)
    write(act, K.CUSTODY_STEP, action=body.action, custody_id=str(custody.id))
    _follow(act, custody)
    return custody


_HAPPENED = {
    "inform_child": "child_informed_at",
    "inform_parents": "parents_informed_at",
    "object": "objected_at",
    "unreachable": "objected_at",
    "call_court": "court_called_at",
    "court_decides": "court_decided_at",
    "order_liberty": "liberty_ordered_at",
}
"""The column of the instant at which a step happened."""


def _set(act: Act, custody: CustodyMeasure) -> None:
    """What the step makes true."""
    body = act.body
    if body.action in {"order_liberty", "end_liberty"} and not custody.liberty:
        raise Invalid.field("/action", "no_liberty", "Die Freiheit ist nicht entzogen.", "Liberty was not taken.")
    if body.action in {"end_liberty", "end"} and body.ended_at < custody.started_at:
        raise Invalid.field("/ended_at", "before_start", "Das liegt vor dem Beginn.", "This lies before the start.")
    if (column := _HAPPENED.get(body.action)) is not None:
        setattr(custody, column, act.happened_at)
    if body.action == "court_decides":
        custody.court_outcome = body.outcome
    elif body.action == "end_liberty":
        custody.liberty_ended_at = body.ended_at
    elif body.action == "end":
        custody.ended_at, custody.end_reason = body.ended_at, body.reason


_MEETS: dict[str, tuple[Duty, ...]] = {
    "inform_child": (Duty.CHILD_INFORMED,),
    "inform_parents": (Duty.PARENTS_INFORMED, Duty.CUSTODY_COURT),
    "unreachable": (Duty.PARENTS_INFORMED,),
    "call_court": (Duty.CUSTODY_COURT,),
    "start_help_plan": (Duty.CUSTODY_PLAN,),
    "order_liberty": (Duty.LIBERTY,),
    "end_liberty": (Duty.LIBERTY,),
    "report_unaccompanied": (Duty.UNACCOMPANIED,),
    "object": (Duty.CUSTODY_PLAN,),
    "end": tuple(duty for duty in Duty if duty is not Duty.LIBERTY),
}


def _follow(act: Act, custody: CustodyMeasure) -> None:
    """Deadlines end and begin."""
    action = act.body.action
    duties.meet(act.db, custody.id, _MEETS.get(action, ()), by=act.actor.id, at=act.at)
    if action in {"object", "unreachable"}:
        due = due_at(COURT_AFTER_OBJECTION, act.happened_at, land_of(act.db, act.case.youth_office_id))
        steps = _critical(act.happened_at, due, (_WARNING, _LAPSE))
        _start(act, custody, Duty.CUSTODY_COURT, COURT_AFTER_OBJECTION, act.happened_at, steps=steps)
    elif action == "no_objection":
        _start(act, custody, Duty.CUSTODY_PLAN, HELP_PLAN_AFTER_INOBHUTNAHME, act.happened_at)
    elif action == "end_liberty" and custody.liberty_violated:
        above = (Role.OFFICE_HEAD, Role.DATA_PROTECTION_OFFICER)
        duties.call_now(act.db, act.case, AlarmCode.LIBERTY, above, actor=act.actor, at=act.at, level=_LAPSE)
    elif action == "end":
        _end(act, custody)


def _end(act: Act, custody: CustodyMeasure) -> None:
    """Who is out of care is free; where the last child in care left it, the case goes on."""
    if custody.liberty and custody.liberty_ended_at is None:
        custody.liberty_ended_at = custody.ended_at
        duties.meet(act.db, custody.id, (Duty.LIBERTY,), by=act.actor.id, at=act.at)
    if all(one.state is CustodyState.ENDED for one in queries.custodies_of(act.db, act.case)):
        with by_the_service(act.db):
            CASE.fire(act.db, act.case, "custody_ended", actor=SYSTEM, at=act.at, custody_id=str(custody.id))


def _start(
    act: Act,
    custody: CustodyMeasure,
    duty: Duty,
    period: Period,
    started_at: datetime | None = None,
    steps: list[Step] | None = None,
) -> None:
    begun = started_at or custody.started_at
    duties.start(act.db, act.case, duty, period, begun, subject=(SUBJECT, custody.id), steps=steps)


def _critical(start: datetime, due: datetime, levels: tuple[int, int]) -> list[Step]:
    """Three quarters of the time and its end; the nearest full minute, because a day ends at 23:59:59."""
    warning = start + (due - start) * _THREE_QUARTERS // 100
    full = (warning + timedelta(seconds=30)).replace(second=0, microsecond=0)
    return [Step(levels[0], min(full, due)), Step(levels[1], due)]
