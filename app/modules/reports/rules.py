"""What holds for reports; pure."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from jsonschema_rs.canonical import json as canonical

from app.core.deadlines import Step
from app.core.problems import FieldError, Text
from app.core.workflow import Move
from app.law import planning
from app.law.calendars import add_working_days, end_of_day, next_working_day, previous_working_day
from app.law.periods import months_after
from app.modules.agreements import AgreementInForce, ReportKind, ReportRule, ReportTrigger
from app.modules.cases import HelpState
from app.modules.reports.models import Report, ReportState
from app.policy import Role

GRANTED = frozenset({HelpState.ACTIVE, HelpState.ENDED})
"""Only a help that was granted is reported about."""
OPEN = frozenset({ReportState.DRAFT, ReportState.RETURNED})
"""The states in which the provider writes."""


def is_written(report: Report, move: Move) -> Text | None:
    """There is something to submit; after a return only what was revised."""
    if report.draft is None:
        return Text(
            "Seit der Rückgabe wurde der Bericht nicht überarbeitet.",
            "The report has not been revised since it was returned.",
        )
    return None


def is_countersigned(report: Report, move: Move) -> Text | None:
    """Where four eyes are agreed on, the provider's lead hands the report in, and did not write it (facts 7.3)."""
    if not report.must_be_countersigned:
        return None
    if Role.PROVIDER_LEAD in move.actor.roles and move.actor.id != report.author_id:
        return None
    return Text(
        "Vereinbart sind vier Augen: Den Bericht gibt die Leitung ab, nicht, wer ihn angelegt hat.",
        "Four eyes are agreed on: the lead submits the report, not its author.",
    )


def period_faults(first: date, last: date, starts_on: date, ends_on: date) -> list[FieldError]:
    """A report tells about days on which its provider took part in the help; each day outside is named.

    Args:
        starts_on, ends_on: the provider's first and last day in the help, as it was granted or as it ended.
    """
    de, en = "An diesem Tag war der Träger nicht an der Hilfe beteiligt.", "The provider took no part on this day."
    days = {"/period_from": first, "/period_to": last}
    return [
        FieldError(pointer, "outside_help", de, en) for pointer, day in days.items() if not starts_on <= day <= ends_on
    ]


def fingerprint(content: dict[str, Any]) -> str:
    """SHA-256 over the content's canonical JSON, in hexadecimal: names sorted, no blanks, 1.0 written as 1.

    That is RFC 8785 for everything a report contains; only numbers beyond 10^21 or below 10^-6 are spelt otherwise.
    """
    return hashlib.sha256(canonical_text(content).encode()).hexdigest()


def canonical_text(content: dict[str, Any]) -> str:
    """What the fingerprint is taken of."""
    return canonical.to_string(content)


DEFAULTS = (
    ReportRule(kind=ReportKind.INITIAL, trigger=ReportTrigger.AFTER_START, days=planning.INITIAL_REPORT_DAYS),
    ReportRule(kind=ReportKind.DEVELOPMENT, trigger=ReportTrigger.BEFORE_MEETING, days=planning.PROGRESS_REPORT_DAYS),
    ReportRule(kind=ReportKind.FINAL, trigger=ReportTrigger.AFTER_END, days=planning.FINAL_REPORT_DAYS),
)
"""What is owed where the agreement names no rule (local policy)."""


def duties(agreement: AgreementInForce | None, trigger: ReportTrigger) -> list[ReportRule]:
    """Which reports an occasion calls for.

    The agreement's rules, if it has any; else the default for those kinds of report whose form it binds: without a
    form nobody can report.
    """
    if agreement is None:
        return []
    rules = agreement.report_rules or [
        rule for rule in DEFAULTS if f"{rule.kind.value}_report" in agreement.form_versions
    ]
    return [rule for rule in rules if rule.trigger is trigger]


class Demands(NamedTuple):
    """What must have happened before a report is submitted."""

    must_be_discussed: bool
    must_be_countersigned: bool


def demands_of(agreement: AgreementInForce, kind: ReportKind) -> Demands:
    """What the agreement's rules ask of a kind of report, whatever its occasion."""
    rules = [rule for rule in agreement.report_rules if rule.kind is kind]
    return Demands(any(rule.must_be_discussed for rule in rules), any(rule.must_be_countersigned for rule in rules))


def due_after(day: date, days: int, today: date, land: str) -> date:
    """So many days after a day; on a Saturday, Sunday or holiday of the Land the next working day (§ 193 BGB).

    What is written down late leaves three working days all the same.
    """
    due = next_working_day(day + timedelta(days=days), land)
    return max(due, earliest_due(today, land))


def earliest_due(today: date, land: str) -> date:
    """The first day for which a report can be asked."""
    return add_working_days(today, planning.REPORT_NOTICE_WORKING_DAYS, land)


def due_before(meeting: date, days: int, today: date, land: str, present: date | None = None) -> date:
    """So many days before a meeting; on a Saturday, Sunday or holiday of the Land the working day before.

    Nobody is asked for it at once: at least three working days are left, even if the meeting comes sooner. A due day
    that was told already is not extended by that.

    Args:
        present: the due day so far, where the meeting was moved.
    """
    due = previous_working_day(meeting - timedelta(days=days), land)
    earliest = earliest_due(today, land)
    return max(due, earliest if present is None else min(earliest, present))


def interval_ends(starts_on: date, months: int, today: date) -> date:
    """The end of the interval that runs on a day, in a series of months since the start."""
    amount = months
    while (ends := months_after(starts_on, amount)) <= today:
        amount += months
    return ends


REMINDER, OVERDUE, CASEWORKER, TEAM_LEAD = range(4)
CALLED: tuple[tuple[Role, ...], ...] = (
    (Role.PROVIDER_PROFESSIONAL,),
    (Role.PROVIDER_PROFESSIONAL, Role.PROVIDER_LEAD),
    (Role.CASEWORKER,),
    (Role.TEAM_LEAD,),
)
"""Who is told at each level of the deadline."""


def steps_of(due_on: date, at: datetime, land: str) -> Sequence[Step]:
    """Reminder, overdue, escalation. A reminder whose day has come is left out: they have just been told."""
    reminder = end_of_day(due_on - timedelta(days=planning.REPORT_REMINDER_DAYS + 1))  # as that day begins
    later = (planning.REPORT_CASEWORKER_WORKING_DAYS, planning.REPORT_TEAM_LEAD_WORKING_DAYS)
    calls = [Step(level, end_of_day(add_working_days(due_on, days, land))) for level, days in enumerate(later, 2)]
    first = [Step(REMINDER, reminder)] if reminder > at else []
    return [*first, Step(OVERDUE, end_of_day(due_on)), *calls]
