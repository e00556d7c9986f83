"""What a provider owes: begun, moved, fulfilled, waived; and who is told when nothing comes."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import audit, deadlines, outbox
from app.core.db import check_version, found
from app.core.numbers import next_number
from app.core.problems import FieldError, Invalid, NotFound
from app.core.work import by_the_service
from app.law.calendars import end_of_day, legal_date
from app.law.planning import REPORT_REVISION_DAYS
from app.modules import cases, organisations
from app.modules.agreements import AgreementInForce, ReportRule
from app.modules.reports import queries, rules
from app.modules.reports.errors import HelpNotGranted
from app.modules.reports.models import ExpectationOrigin, Report, ReportExpectation
from app.modules.reports.schemas import ExpectationCreate, WaiveExpectation
from app.modules.reports.workflow import EXPECTATION
from app.policy import SYSTEM, Actor

DEADLINE = "report_due"
LAW = "§ 36 Abs. 2 SGB VIII"

outbox.announce(
    report_expectation__reminder="Erwarteter Bericht: bald fällig",
    report_expectation__overdue="Erwarteter Bericht: überfällig",
    report_expectation__escalated="Erwarteter Bericht: überfällig, nächste Ebene unterrichtet",
)


def ask(db: Session, body: ExpectationCreate, *, actor: Actor, at: datetime) -> ReportExpectation:
    """Ask for a report beyond what is agreed.

    Raises:
        Invalid: unknown help, a provider that takes no part in it, a day that leaves less than three working days.
        HelpNotGranted: see errors.
    """
    try:
        help_ = cases.get_help(db, body.help_id, actor)
    except NotFound:
        raise Invalid.field("/help_id", "unknown", "Diese Hilfe gibt es nicht.", "There is no such help.") from None
    if help_.state not in rules.GRANTED:
        raise HelpNotGranted
    provider_id, today = body.provider_id or help_.provider_id, legal_date(at)
    faults = []
    if provider_id not in _may_be_asked(db, help_, today):
        de, en = "Dieser Träger wirkt an der Hilfe nicht mit.", "This provider takes no part in the help."
        faults.append(FieldError("/provider_id", "unknown", de, en))
    if body.due_on < rules.earliest_due(today, organisations.land_of(db, help_.youth_office_id)):
        de, en = (
            "Für einen Bericht bleiben mindestens drei Arbeitstage.",
            "A report is given at least three working days.",
        )
        faults.append(FieldError("/due_on", "too_soon", de, en))
    if faults:
        raise Invalid(errors=faults)
    details = {"kind": body.kind, "origin": ExpectationOrigin.REQUEST, "counts_from": today, "reason": body.reason}
    return begin(db, help_, provider_id, body.due_on, actor=actor, at=at, **details)


def _may_be_asked(db: Session, help_: cases.Help, today: date) -> set[UUID]:
    """Who takes part, will, or left not long ago; and who carried the help out when it ended."""
    last = cases.providers_of(db, help_, help_.ended_on) if help_.ended_on else []
    return {*cases.attending(db, help_, today), *last}


def waive(
    db: Session, expectation_id: UUID, action: WaiveExpectation, expected: int, *, actor: Actor, at: datetime
) -> ReportExpectation:
    """Do without a report.

    Raises:
        StaleVersion, NotFound, TransitionNotAllowed, PermissionMissing: see core.workflow.
    """
    expectation = queries.get_expectation(db, expectation_id, actor, lock=True)
    check_version(expectation, expected)
    expectation.waived_because = action.reason
    with db.no_autoflush:
        EXPECTATION.fire(db, expectation, action.action, actor=actor, at=at)
    stop(db, expectation, actor, at)
    follow_series(db, expectation, at)
    return expectation


def begin(
    db: Session, help_: cases.Help, provider_id: UUID, due_on: date, *, actor: Actor, at: datetime, **details: Any
) -> ReportExpectation:
    """A report is owed from now on; its deadline runs."""
    expectation = ReportExpectation(
        number=next_number(db, help_.youth_office_id, "BP", legal_date(at).year),
        youth_office_id=help_.youth_office_id,
        provider_id=provider_id,
        help_id=help_.id,
        due_on=due_on,
        **details,
    )
    EXPECTATION.begin(db, expectation, actor=actor, at=at, due_on=due_on.isoformat(), origin=expectation.origin.value)
    _wait(db, expectation, at)
    return expectation


def begin_by_rule(
    db: Session,
    help_: cases.Help,
    provider_id: UUID,
    rule: ReportRule,
    agreement: AgreementInForce,
    days: tuple[date, date],
    *,
    actor: Actor,
    at: datetime,
    meeting_id: UUID | None = None,
) -> ReportExpectation:
    """A report is owed by a rule of the agreement, or the default; `days`: what it counts from, and when it is due."""
    return begin(
        db,
        help_,
        provider_id,
        days[1],
        actor=actor,
        at=at,
        kind=rule.kind,
        origin=ExpectationOrigin(rule.trigger.value),
        agreement_id=agreement.id if agreement.report_rules else None,
        days=rule.days,
        months=rule.months,
        meeting_id=meeting_id,
        counts_from=days[0],
    )


def reschedule(
    db: Session,
    expectation: ReportExpectation,
    action: str,
    due_on: date,
    *,
    actor: Actor,
    at: datetime,
    **changes: date | int,
) -> None:
    """Another due day; the deadline starts anew."""
    with by_the_service(db), db.no_autoflush:
        for name, value in {"due_on": due_on, "overdue_level": 0, **changes}.items():
            setattr(expectation, name, value)
        EXPECTATION.fire(db, expectation, action, actor=SYSTEM, at=at, due_on=due_on.isoformat())
    stop(db, expectation, actor, at)
    _wait(db, expectation, at)


def cancel(db: Session, expectation: ReportExpectation, *, actor: Actor, at: datetime) -> None:
    """What it was owed for fell away."""
    with by_the_service(db):
        EXPECTATION.fire(db, expectation, "cancel", actor=SYSTEM, at=at)
    stop(db, expectation, actor, at)


def fulfil(db: Session, report: Report, *, actor: Actor, at: datetime) -> None:
    """A report was submitted: what it was owed for is done."""
    expectation = queries.oldest_open(db, report)
    if expectation is None:
        return
    with by_the_service(db), db.no_autoflush:
        expectation.report_id = report.id
        EXPECTATION.fire(db, expectation, "fulfil", actor=SYSTEM, at=at, report_id=str(report.id))
    stop(db, expectation, actor, at)
    follow_series(db, expectation, at)


def owe_again(db: Session, report: Report, *, actor: Actor, at: datetime) -> None:
    """A report came back: it is owed again, a week later, whether anybody had expected it or not."""
    today = legal_date(at)
    due_on = rules.due_after(today, REPORT_REVISION_DAYS, today, organisations.land_of(db, report.youth_office_id))
    expectation = queries.fulfilled_by(db, report)
    if expectation is not None:
        reschedule(db, expectation, "reopen", due_on, actor=actor, at=at)
        return
    help_ = found(db.get(cases.Help, report.help_id))
    details = {"kind": report.kind, "origin": ExpectationOrigin.RETURN, "counts_from": today, "report_id": report.id}
    begin(db, help_, report.provider_id, due_on, actor=actor, at=at, **details)


def follow_series(db: Session, last: ReportExpectation, at: datetime) -> None:
    """The next of a series, if the help goes on for so long and it is not there yet."""
    if last.months is None:
        return
    help_ = found(db.get(cases.Help, last.help_id))
    first, last_day = found(cases.part_of(db, help_, last.provider_id))
    ends = rules.interval_ends(first, last.months, last.counts_from)
    of = ReportExpectation
    same = select(of.id).where(
        of.help_id == last.help_id,
        of.provider_id == last.provider_id,
        of.kind == last.kind,
        of.origin == last.origin,
        of.counts_from >= ends,
    )
    if help_.state is not cases.HelpState.ACTIVE or ends > last_day or db.scalar(same.limit(1)) is not None:
        return
    land = organisations.land_of(db, last.youth_office_id)
    details = {name: getattr(last, name) for name in ("kind", "origin", "agreement_id", "days", "months")}
    due_on = rules.due_after(ends, last.days or 0, legal_date(at), land)
    with by_the_service(db):
        begin(db, help_, last.provider_id, due_on, actor=SYSTEM, at=at, counts_from=ends, **details)


def expectation_due(db: Session, deadline: deadlines.Deadline, level: int, now: datetime) -> list[str]:
    """A step of a report's deadline: reminder, overdue, caseworker, team lead; each once (system)."""
    expectation = found(db.get(ReportExpectation, deadline.subject_id, with_for_update=True))
    what, audience = _CALLS[level](expectation)
    expectation.overdue_level, expectation.changed_at = level, now
    db.flush()
    called = [role.value for role in rules.CALLED[level]]
    data = {"level": level, "called": called, "version": expectation.version}
    place: dict[str, Any] = {"tenant_id": expectation.tenant_id, "actor": SYSTEM, "at": now}
    place |= {"subject_kind": EXPECTATION.name, "subject_id": expectation.id}
    audit.record(db, action=f"{EXPECTATION.name}.{what}", law=LAW, details=data, **place)
    outbox.emit(db, f"{EXPECTATION.name}.{what}", audience=audience, data=data, **place)
    if level == rules.OVERDUE:
        follow_series(db, expectation, now)
    return called


_CALLS: dict[int, Callable[[ReportExpectation], tuple[str, list[UUID]]]] = {
    rules.REMINDER: lambda row: ("reminder", [row.provider_id]),
    rules.OVERDUE: lambda row: ("overdue", [row.provider_id]),
    rules.CASEWORKER: lambda row: ("escalated", row.audience),
    rules.TEAM_LEAD: lambda row: ("escalated", row.audience),
}


def stop(db: Session, expectation: ReportExpectation, actor: Actor, at: datetime) -> None:
    """Nothing is due any more."""
    deadlines.meet(db, expectation.id, DEADLINE, by=actor.id, at=at)


def _wait(db: Session, expectation: ReportExpectation, at: datetime) -> None:
    land = organisations.land_of(db, expectation.youth_office_id)
    deadlines.start(
        db,
        kind=DEADLINE,
        tenant_id=expectation.youth_office_id,
        provider_id=expectation.provider_id,
        subject_kind=EXPECTATION.name,
        subject_id=expectation.id,
        started_at=at,
        due_at=end_of_day(expectation.due_on),
        steps=rules.steps_of(expectation.due_on, at, land),
        source=expectation.origin.title_de,
    )
