"""What a step of a help, or of a help-plan meeting, means for the reports that are owed (`Workflow.listen`)."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import found
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.modules import agreements, cases, organisations, planning
from app.modules.agreements import AgreementInForce, ReportRule, ReportTrigger
from app.modules.reports import queries, rules
from app.modules.reports.models import ExpectationOrigin, ExpectationState, ReportExpectation
from app.modules.reports.service.expectations import begin_by_rule, cancel, reschedule
from app.policy import SYSTEM

LASTING = frozenset({ExpectationOrigin.REQUEST, ExpectationOrigin.RETURN, ExpectationOrigin.AFTER_END})
"""What stays owed when a help, or a provider's part in it, is over."""
REPORTED_TO = frozenset({planning.HelpPlanMeetingKind.REVIEW, planning.HelpPlanMeetingKind.CLOSING})
"""Before the first meeting there is nothing to report yet, and a crisis does not wait for a report (assumption)."""


def follow_help(db: Session, help_: cases.Help, move: Move) -> None:
    """With a help reports begin to be owed, and at its end the last one.

    A release calls for what the agreement wants after the start, in fixed intervals and before the meetings that are
    set already; the end for the closing report, and what would have become due later falls away. When another youth
    office goes on with the help, nothing is closed: only what is still due before is owed. A help that is extended
    after its time ran out is not closed yet.
    """
    if move.action == "release":
        for provider_id in cases.providers_of(db, help_, help_.starts_on):
            _after_start(db, help_, provider_id, move)
        for meeting in planning.scheduled_meetings(db, help_.id):
            follow_meeting(db, meeting, move)
    elif move.action in ("end", "move_away"):
        _fall_away(db, queries.open_for(db, help_.id), help_.ended_on or help_.ends_on, move)
        for provider_id in cases.everybody(db, help_) if move.action == "end" else []:
            _after_end(db, help_, provider_id, help_.ended_on or help_.ends_on, move)
    elif move.action == "extend":
        _go_on(db, help_, move)


def _go_on(db: Session, help_: cases.Help, move: Move) -> None:
    """The closing report that was owed when the granted time had run out is not owed yet."""
    for expectation in queries.open_for(db, help_.id):
        if expectation.origin is ExpectationOrigin.AFTER_END and expectation.counts_from == help_.ends_on:
            cancel(db, expectation, actor=move.actor, at=move.at)


def close_parts(db: Session, now: datetime) -> int:
    """Providers whose last phase has simply run out owe their closing report too; returns how many parts were over.

    What ends by a step is asked for by that step (`follow_help`, `follow_phase`).
    """
    over = cases.run_out(db, legal_date(now))
    for help_, provider_id, last in over:
        _after_end(db, help_, provider_id, last, Move("run_out", SYSTEM, now))
    return len(over)


def follow_grant(db: Session, grant: cases.HelpGrant, move: Move) -> None:
    """A provider that comes into a help later owes what its agreement wants after the start of its own part."""
    if move.action != "release":
        return
    help_ = found(db.get(cases.Help, grant.help_id))
    part = cases.part_of(db, help_, grant.provider_id)
    if part is not None and help_.starts_on < part[0] == grant.valid_from:
        _after_start(db, help_, grant.provider_id, move)


def follow_phase(db: Session, phase: cases.HelpPhase, move: Move) -> None:
    """A provider whose last phase is ended owes its closing report, though the help goes on with others."""
    if move.action != "end":
        return
    last = date.fromisoformat(move.data["ended_on"])
    of_provider = cases.worked_in(db, [phase.help_id], phase.provider_id)[phase.help_id]
    if any(other.id != phase.id and other.valid_to > last for other in of_provider):
        return
    help_ = found(db.get(cases.Help, phase.help_id))
    _fall_away(db, [one for one in queries.open_for(db, help_.id) if one.provider_id == phase.provider_id], last, move)
    _after_end(db, help_, phase.provider_id, last, move)


def follow_meeting(db: Session, meeting: planning.HelpPlanMeeting, move: Move) -> None:
    """A meeting that is scheduled calls for reports before it; moved, it moves them; cancelled, it cancels them.

    Looks at the meeting as it is now, whatever the step was called; what was submitted or waived stays.
    """
    if meeting.state is planning.HelpPlanMeetingState.SCHEDULED and meeting.kind in REPORTED_TO:
        _before_meeting(db, meeting, move)
    elif meeting.state is planning.HelpPlanMeetingState.CANCELLED:
        for expectation in queries.of_meeting(db, meeting.id).values():
            if expectation.state is ExpectationState.EXPECTED:
                cancel(db, expectation, actor=move.actor, at=move.at)


def _after_start(db: Session, help_: cases.Help, provider_id: UUID, move: Move) -> None:
    part = cases.part_of(db, help_, provider_id)
    if part is None or queries.owed_since_start(db, help_.id, provider_id):
        return
    (first, last), today = part, legal_date(move.at)
    land, agreement = organisations.land_of(db, help_.youth_office_id), agreement_on(db, help_, provider_id, part[0])
    if agreement is None:
        return
    for rule in rules.duties(agreement, ReportTrigger.AFTER_START):
        days = (first, rules.due_after(first, rule.days, today, land))
        begin_by_rule(db, help_, provider_id, rule, agreement, days, actor=move.actor, at=move.at)
    for rule in rules.duties(agreement, ReportTrigger.EVERY_MONTHS):
        ends = rules.interval_ends(first, rule.months or 0, today)
        if ends <= last:
            days = (ends, rules.due_after(ends, rule.days, today, land))
            begin_by_rule(db, help_, provider_id, rule, agreement, days, actor=move.actor, at=move.at)


def _after_end(db: Session, help_: cases.Help, provider_id: UUID, ended_on: date, move: Move) -> None:
    """The closing report; of a provider whose part was over before, unless it was asked for it then."""
    first, last = found(cases.part_of(db, help_, provider_id))
    last = min(last, ended_on)
    begun = [phase.valid_from for phase in cases.worked_in(db, [help_.id], provider_id)[help_.id]]
    since = max((day for day in begun if day <= last), default=first)
    if first > ended_on or queries.closing_owed(db, help_.id, provider_id, since=since):
        return
    land, agreement = organisations.land_of(db, help_.youth_office_id), agreement_on(db, help_, provider_id, last)
    if agreement is None:
        return
    for rule in rules.duties(agreement, ReportTrigger.AFTER_END):
        days = (last, rules.due_after(last, rule.days, legal_date(move.at), land))
        begin_by_rule(db, help_, provider_id, rule, agreement, days, actor=move.actor, at=move.at)


def _fall_away(db: Session, expectations: Iterable[ReportExpectation], ended_on: date, move: Move) -> None:
    """What would have become due later is not owed any more, but for what somebody asked for."""
    for expectation in expectations:
        if expectation.origin not in LASTING and expectation.due_on > ended_on:
            cancel(db, expectation, actor=move.actor, at=move.at)


def _before_meeting(db: Session, meeting: planning.HelpPlanMeeting, move: Move) -> None:
    """One report per provider in the running help and rule; what is there already follows the meeting's day."""
    help_ = found(db.get(cases.Help, meeting.help_id))
    if help_.state is not cases.HelpState.ACTIVE:
        return
    on, today = legal_date(meeting.starts_at), legal_date(move.at)
    land = organisations.land_of(db, help_.youth_office_id)
    known = queries.of_meeting(db, meeting.id)
    for provider_id, agreement in _agreements(db, help_, on):
        for rule in rules.duties(agreement, ReportTrigger.BEFORE_MEETING):
            there = known.pop((provider_id, rule.kind), None)
            if there is None:
                days = (on, rules.due_before(on, rule.days, today, land))
                begin_by_rule(
                    db, help_, provider_id, rule, agreement, days, actor=move.actor, at=move.at, meeting_id=meeting.id
                )
            else:
                _follow_day(db, there, rule, on, today, land, move)
    for expectation in known.values():  # its provider is not in the help any more on the new day
        if expectation.state is ExpectationState.EXPECTED:
            cancel(db, expectation, actor=move.actor, at=move.at)


def _follow_day(
    db: Session, there: ReportExpectation, rule: ReportRule, on: date, today: date, land: str, move: Move
) -> None:
    """The due day moves with the meeting; a meeting that stays where it is moves nothing."""
    if there.state is not ExpectationState.EXPECTED or there.counts_from == on:
        return
    due_on = rules.due_before(on, rule.days, today, land, there.due_on)
    reschedule(db, there, "move", due_on, actor=move.actor, at=move.at, counts_from=on, days=rule.days)


def _agreements(db: Session, help_: cases.Help, on: date) -> list[tuple[UUID, AgreementInForce]]:
    """The providers in a help on a day, with what is agreed with each; none agreed with: nothing is owed."""
    found_ = [
        (provider_id, agreement_on(db, help_, provider_id, on)) for provider_id in cases.providers_of(db, help_, on)
    ]
    return [(provider_id, agreement) for provider_id, agreement in found_ if agreement is not None]


def agreement_on(db: Session, help_: cases.Help, provider_id: UUID, on: date) -> AgreementInForce | None:
    """What is agreed with a provider for what it does in a help on a day; a later agreement may have followed."""
    for kind in cases.kinds_of(db, help_, provider_id, on):
        agreement = agreements.find_in_force(
            db, youth_office_id=help_.youth_office_id, provider_id=provider_id, service_kind=kind, on=on
        )
        if agreement is not None:
            return agreement
    return None
