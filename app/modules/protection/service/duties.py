"""Deadlines of a case: begun with the act that starts them, ended by the act itself, and whom they call meanwhile."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.deadlines import Deadline, Step
from app.law.calendars import BERLIN, end_of_day, in_utc
from app.law.periods import Period, due_at, months_after
from app.law.protection import FEEDBACK, URGENT, Urgency, contact_period, escalation, first_check_period
from app.law.protection_steps import LATER_REVIEW, MAJORITY_YEARS, MOST, closing_time, is_office_open
from app.law.sources import Evidence
from app.modules import organisations, safeguarding
from app.modules.protection import missing, queries, rules
from app.modules.protection.codes import Duty
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.models import EndangermentCase, ProtectionTransfer
from app.modules.safeguarding import AlarmCode, Called
from app.policy import SYSTEM, Actor, Role

CASE_SUBJECT, HIGHEST = "endangerment_case", 4
_FIRST_CHECKS = (K.PROPOSE_WEIGHTY, K.PROPOSE_NOT_WEIGHTY, K.CHECK_REPORT)


def start(
    db: Session,
    case: EndangermentCase,
    duty: Duty,
    period: Period,
    started_at: datetime,
    *,
    subject: tuple[str, UUID] | None = None,
    steps: Sequence[Step] | None = None,
    due: datetime | None = None,
) -> Deadline:
    """Let a duty run, from what started it; steps that are past already fire with the next beat.

    Args:
        subject: kind and id of what must be done, where it is not the case itself.
        steps: when whom to call, where it is not the usual chain.
        due: the end, where it is not reckoned from the period.
    """
    land = organisations.land_of(db, case.youth_office_id)
    due = due or due_at(period, started_at, land)
    kind, subject_id = subject or (CASE_SUBJECT, case.id)
    usual = [Step(step.level, step.fires_at) for step in escalation(started_at, due, case.urgency, land)]
    source = str(period.source)
    if period.source.evidence is Evidence.LOCAL_POLICY:
        source = f"örtliche Vorgabe ({source} nennt keine Zahl)"
    return deadlines.start(
        db,
        kind=duty.value,
        tenant_id=case.youth_office_id,
        provider_id=None,
        subject_kind=kind,
        subject_id=subject_id,
        started_at=started_at,
        due_at=due,
        steps=usual if steps is None else steps,
        source=source,
    )


def meet(db: Session, subject_id: UUID, duties: Iterable[Duty], *, by: UUID, at: datetime) -> None:
    """The act is done."""
    for duty in duties:
        deadlines.meet(db, subject_id, duty.value, by=by, at=at)


def start_first_check(db: Session, case: EndangermentCase, urgency: Urgency, received_at: datetime) -> None:
    """Two professionals must look at a report; where the office closes meanwhile, on-call staff gets it."""
    start(db, case, Duty.FIRST_CHECK, first_check_period(urgency), received_at)
    land = organisations.land_of(db, case.youth_office_id)
    closing = closing_time(received_at)
    if urgency in URGENT and is_office_open(received_at, land):
        due = due_at(first_check_period(urgency), received_at, land)
        if closing <= due:
            steps = [Step(0, closing)]
            start(db, case, Duty.ON_CALL, first_check_period(urgency), received_at, steps=steps, due=due)


def start_contact(db: Session, case: EndangermentCase, received_at: datetime) -> None:
    """The child must be seen; the time runs from the receipt of the report."""
    period = contact_period(case.urgency)
    if period is not None:
        start(db, case, Duty.CONTACT, period, received_at)


def start_review(db: Session, case: EndangermentCase, review_on: date, at: datetime) -> None:
    """A protection plan is to be reviewed until the end of a day."""
    meet(db, case.id, [Duty.PLAN_REVIEW], by=SYSTEM.id, at=at)
    start(db, case, Duty.PLAN_REVIEW, LATER_REVIEW, at, due=end_of_day(review_on))


def start_feedback(db: Session, case: EndangermentCase, at: datetime) -> None:
    """Whoever the law gives feedback gets it in good time."""
    if waiting_for_feedback(db, case) and not queries.open_duties(db, case.id, [Duty.FEEDBACK]):
        start(db, case, Duty.FEEDBACK, FEEDBACK, at)


def waiting_for_feedback(db: Session, case: EndangermentCase) -> bool:
    """Whether a reporter still waits for what the law gives them."""
    given = {entry.content["report_id"] for entry in queries.entries_of(db, case) if entry.kind is K.FEEDBACK}
    return any(missing.wants_feedback(one) and str(one.id) not in given for one in queries.reports_of(db, case))


def start_majority(db: Session, case: EndangermentCase, born_on: date, at: datetime) -> None:
    """On the birthday the line hears of it; nothing ends by itself."""
    birthday = months_after(born_on, MAJORITY_YEARS * 12)
    begins = in_utc(datetime.combine(birthday, time(), BERLIN))
    if begins > at:
        start(db, case, Duty.MAJORITY, MOST, at, due=begins, steps=[Step(2, begins)])


def sharpen(db: Session, case: EndangermentCase, *, by: UUID, at: datetime) -> None:
    """More urgent: what still runs is reckoned anew from the receipt, if it ends earlier then (facts, section 5.1)."""
    for open_ in queries.open_duties(db, case.id, (Duty.FIRST_CHECK, Duty.CONTACT)):
        duty = Duty(open_.kind)
        period = first_check_period(case.urgency) if duty is Duty.FIRST_CHECK else contact_period(case.urgency)
        land = organisations.land_of(db, case.youth_office_id)
        if period is not None and due_at(period, open_.started_at, land) < open_.due_at:
            meet(db, case.id, [duty], by=by, at=at)
            start(db, case, duty, period, open_.started_at)


def call_now(
    db: Session,
    case: EndangermentCase,
    alarm: AlarmCode,
    roles: Iterable[Role],
    *,
    actor: Actor,
    at: datetime,
    level: int = 0,
) -> None:
    """Call these roles, the people who work on the case, and on-call staff where the office is closed."""
    calls = [Called(role, one, alarm) for one, role in _team(db, case).items()]
    calls += [Called(role, None, alarm) for role in roles]
    if not _is_open(db, case, at):
        calls.append(Called(Role.ON_CALL, None, alarm))
    _raise(db, case, calls, level=level, actor=actor, at=at)


def call_roles(
    db: Session, case: EndangermentCase, alarm: AlarmCode, roles: Iterable[Role], *, actor: Actor, at: datetime
) -> None:
    """Call these roles and nobody else."""
    _raise(db, case, [Called(role, None, alarm) for role in roles], level=0, actor=actor, at=at)


def escalate(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
    """A step fires: call the people of this level (system). The case itself never moves by time."""
    case = queries.case_of_duty(db, deadline)
    duty, level_called = Duty(deadline.kind), min(level, HIGHEST)
    alarm = rules.alarm_of(duty, case, signed=_nothing_waits(db, case))
    if duty is Duty.ON_CALL:
        calls = [Called(Role.ON_CALL, None, alarm)]
    elif duty is Duty.EMERGENCY_REVIEW:
        calls = rules.called_to_review(alarm)
    else:
        is_open = _is_open(db, case, at)
        calls = rules.called(case, duty, level_called, alarm, _team(db, case), office_open=is_open)
    due = next(datetime.fromisoformat(step["at"]) for step in deadline.steps if step["level"] == level)
    late = due <= case.created_at
    told = _raise(db, case, calls, level=level_called, actor=SYSTEM, at=at, deadline=deadline, late=late)
    if duty is Duty.HANDOVER_ACCEPTED and due >= deadline.due_at:
        told += _call_receiver(db, deadline, level_called, at)
    return told


def _call_receiver(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
    """Nobody at the receiving office took the case over in time: its team lead hears of it too, with its own case."""
    transfer = db.get(ProtectionTransfer, deadline.subject_id)
    there = db.get(EndangermentCase, transfer.receiving_case_id) if transfer and transfer.receiving_case_id else None
    if there is None:
        return []
    call = Called(Role.TEAM_LEAD, None, rules.ALARMS[Duty.HANDOVER_ACCEPTED])
    return _raise(db, there, [call], level=level, actor=SYSTEM, at=at)


def _nothing_waits(db: Session, case: EndangermentCase) -> bool:
    """Whether no first check waits for a second person."""
    entry = queries.last_entry(db, case, _FIRST_CHECKS)
    return entry is None or queries.is_signed(db, entry.id)


def _team(db: Session, case: EndangermentCase) -> dict[UUID, Role]:
    return queries.roles_at_work(db, case.youth_office_id, case.team)


def _is_open(db: Session, case: EndangermentCase, at: datetime) -> bool:
    return is_office_open(at, organisations.land_of(db, case.youth_office_id))


def _raise(
    db: Session,
    case: EndangermentCase,
    calls: Sequence[Called],
    *,
    level: int,
    actor: Actor,
    at: datetime,
    deadline: Deadline | None = None,
    late: bool = False,
) -> list[str]:
    return safeguarding.call_office(
        db,
        calls,
        youth_office_id=case.youth_office_id,
        case_id=case.id,
        number=case.number,
        urgency=case.urgency,
        level=level,
        at=at,
        actor=actor,
        deadline_id=deadline.id if deadline else None,
        late_entry=late,
    )
