"""What a step of a help, or of a help-plan meeting, means for the reports that are owed (`Workflow.listen`)."""

from datetime import date
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

BY_HAND = frozenset({ExpectationOrigin.REQUEST, ExpectationOrigin.RETURN})
REPORTED_TO = frozenset({planning.HelpPlanMeetingKind.REVIEW, planning.HelpPlanMeetingKind.CLOSING})
"""Before the first meeting there is nothing to report yet, and a crisis does not wait for a report (assumption)."""


def follow_help(db: Session, help_: cases.Help, move: Move) -> None:
    """With a help reports begin to be owed, and at its end the last one.

    A release calls for what the agreement wants after the start, in fixed intervals and before the meetings that are
    set already; the end for the closing report, and what would have become due later falls away.
    """
    if move.action == "release":
        _after_start(db, help_, move)
        for meeting in planning.scheduled_meetings(db, help_.id):
            follow_meeting(db, meeting, move)
    elif move.action == "end":
        _after_end(db, help_, move)


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


def _after_start(db: Session, help_: cases.Help, move: Move) -> None:
    today, land = legal_date(move.at), organisations.land_of(db, help_.youth_office_id)
    for provider_id, agreement in _agreements(db, help_, help_.starts_on):
        for rule in rules.duties(agreement, ReportTrigger.AFTER_START):
            days = (help_.starts_on, rules.due_after(help_.starts_on, rule.days, today, land))
            begin_by_rule(db, help_, provider_id, rule, agreement, days, actor=move.actor, at=move.at)
        for rule in rules.duties(agreement, ReportTrigger.EVERY_MONTHS):
            ends = rules.interval_ends(help_.starts_on, rule.months or 0, today)
            if ends <= help_.ends_on:
                days = (ends, rules.due_after(ends, rule.days, today, land))
                begin_by_rule(db, help_, provider_id, rule, agreement, days, actor=move.actor, at=move.at)


def _after_end(db: Session, help_: cases.Help, move: Move) -> None:
    ended_on, today = help_.ended_on or help_.ends_on, legal_date(move.at)
    land = organisations.land_of(db, help_.youth_office_id)
    for expectation in queries.open_for(db, help_.id):
        if expectation.origin not in BY_HAND and expectation.due_on > ended_on:
            cancel(db, expectation, actor=move.actor, at=move.at)
    for provider_id, agreement in _agreements(db, help_, ended_on):
        for rule in rules.duties(agreement, ReportTrigger.AFTER_END):
            days = (ended_on, rules.due_after(ended_on, rule.days, today, land))
            begin_by_rule(db, help_, provider_id, rule, agreement, days, actor=move.actor, at=move.at)


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
    found_ = [(provider_id, agreement_on(db, help_, provider_id, on)) for provider_id in _providers(db, help_, on)]
    return [(provider_id, agreement) for provider_id, agreement in found_ if agreement is not None]


def _providers(db: Session, help_: cases.Help, on: date) -> list[UUID]:
    return cases.providers_of(db, help_, on) or [help_.provider_id]


def agreement_on(db: Session, help_: cases.Help, provider_id: UUID, on: date) -> AgreementInForce | None:
    """What is agreed with a provider for this kind of help on a day; a later agreement may have followed the help's."""
    return agreements.find_in_force(
        db, youth_office_id=help_.youth_office_id, provider_id=provider_id, service_kind=help_.service_kind, on=on
    )
