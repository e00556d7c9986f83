"""Periods around a help in the individual case: local policy defaults, no numbers of a statute.

Law: SGB VIII § 36 Abs. 2 (regular review, interval not named), §§ 61 ff (need to know); the numbers are practice
named by providers and offices, and hold until an agreement's standards say otherwise.
"""

from datetime import date, timedelta

from app.law.calendars import add_working_days, end_of_day, legal_date, next_working_day
from app.law.periods import Period, Unit, due_at
from app.law.service_kinds import ServiceKind
from app.law.sources import derived, local_policy

_SINCE = date(2000, 1, 1)

AFTERCARE_DAYS = 30
"""So long after its part in a help ended a provider still learns of it: it owes the closing report (assumption)."""

# --- what waits for somebody (worklists): until when it should be done, where no agreement says so --------------------

HELP_ENDING_DAYS = 42
"""So long before its last day a help is laid before who plans it: time for a help-plan meeting (assumption)."""
BUDGET_ALERT_DAYS = 14
"""How long an office has to look at a budget of which a told share is committed or expected (assumption)."""
GRANT_ALERT_DAYS = 14
"""How long both sides have to look at a grant of which a told share is used (assumption)."""
PROOF_SIGNING_DAYS = 10
"""So long after a month's end its proof of service should be signed: invoices follow by the tenth (facts 3.9)."""
PROOF_WATCH_DAYS = 92
"""So long a provider is reminded of a month that is neither signed nor billed (assumption, as for grants)."""
GRANT_WATCH_DAYS = 92
"""So long after its end a grant is watched: records and invoices of its last weeks come later (assumption)."""
REPORT_REVIEW_DAYS = 14
"""How long a youth office looks at a report (assumption, as for the reports before a help-plan meeting)."""
REPORT_REVISION_DAYS = 7
"""How long a provider revises a report that was returned (facts 7.3)."""
INVOICE_CHECK_DAYS = 30
"""§ 286 Abs. 3 BGB: thirty days after an invoice its payment is late."""
INVOICE_REVISION_DAYS = 14
"""How long a provider corrects an invoice that was returned (assumption)."""
INVOICE_ANSWER_DAYS = 14
"""How long a provider answers questions about an invoice (facts 4: `query_due`, local policy)."""
INVOICE_OBJECTION_DAYS = 14
"""How long a provider may object to cuts before what is left is payable (local policy, as the answer to a question)."""

# --- notices between the youth office and a provider (wechselseitiger Informationsfluss) ------------------------------
# § 36 Abs. 2 SGB VIII lets those who carry out a help take part in its planning and review, and names no days; § 47
# Abs. 1 Nr. 2 wants special incidents told without delay to the licensing authority, and offices want the copy alike.

_FLOW = local_policy("SGB VIII", "§ 36 Abs. 2")
_INCIDENTS = local_policy("SGB VIII", "§ 47 Abs. 1 Nr. 2")

NOTICE_ACKNOWLEDGEMENT = Period("notice_acknowledgement", 3, Unit.WORKING_DAYS, "sending of the notice", _FLOW, _SINCE)
"""Assumption: who is away for a day or two still answers in time."""
NOTICE_ANSWER = Period("notice_answer", 14, Unit.CALENDAR_DAYS, "sending of the notice", _FLOW, _SINCE)
"""Assumption: two weeks, as reports before a help-plan meeting are commonly due."""
NOTICE_ESCALATION = Period("notice_escalation", 2, Unit.WORKING_DAYS, "lapse of the notice's period", _FLOW, _SINCE)
"""Assumption: so long after the reminder of the person who received it, the line above is told."""
QUICK_ACKNOWLEDGEMENT = Period("quick_acknowledgement", 1, Unit.WORKING_DAYS, "sending of the notice", _FLOW, _SINCE)
"""Of a contact that broke off (assumption): help that does not reach the family is no help."""
INCIDENT_ACKNOWLEDGEMENT = Period(
    "incident_acknowledgement", 4, Unit.CLOCK_HOURS, "sending of the notice", _INCIDENTS, _SINCE, protective=True
)
"""Assumption: hours, on all days; with the escalation well within the 24 hours in which an incident is to be told."""
INCIDENT_ESCALATION = Period(
    "incident_escalation", 4, Unit.CLOCK_HOURS, "lapse of the notice's period", _INCIDENTS, _SINCE, protective=True
)
INCIDENT_TARGET = Period("incident_told", 24, Unit.CLOCK_HOURS, "the incident", _INCIDENTS, _SINCE, protective=True)
"""Without delay (§ 121 BGB: without culpable delay); target 24 hours (facts 12.6)."""
CONTACT_LOSS_TARGET = Period("contact_loss_told", 1, Unit.WORKING_DAYS, "the last meeting missed", _FLOW, _SINCE)
"""Facts 7.1: told on the next working day after two meetings in a row were missed."""

# --- reports -----------------------------------------------------------------------------------------------------
# No statute names these numbers; an agreement's rules of reporting go before them (facts 7.1, 7.3, 12.6).

INITIAL_REPORT_DAYS = 56
"""The initial report, after the start: six weeks of clearing, two to write (assumption within 6 to 12 weeks)."""
PROGRESS_REPORT_DAYS = 7
"""The progress report, before the help-plan meeting (one provider promises a week; 14 days are common; assumption)."""
FINAL_REPORT_DAYS = 28
"""The closing report, after the end of the help (assumption)."""
REPORT_NOTICE_WORKING_DAYS = 3
"""Nobody is asked for a report sooner than this, even when a meeting is moved forward (assumption)."""
REPORT_REMINDER_DAYS = 7
"""So long before its due day a report is called to mind (assumption)."""
REPORT_CASEWORKER_WORKING_DAYS = 3
"""A report so long overdue is told to the caseworker (assumption)."""
REPORT_TEAM_LEAD_WORKING_DAYS = 10
"""And so long overdue to the team lead (assumption)."""
# --- arrangement of a help: its end, and the change of the responsible youth office -----------------------------------

EXPIRY_WARNING_DAYS = 56
"""So long before a help's last granted day the youth office is warned (facts 12.6: eight weeks; local policy)."""
HANDOVER_ANSWER = Period(
    "handover_answer",
    10,
    Unit.WORKING_DAYS,
    "handover offered",
    local_policy("SGB VIII", "§ 86c Abs. 2"),
    date(2012, 1, 1),
)
"""So long an office has to answer a handover (§ 86c Abs. 2 Satz 1: without delay; the number is an assumption)."""

# --- help plans --------------------------------------------------------------------------------------------------

_PRACTICE = date(1991, 1, 1)  # SGB VIII came into force; the duty has no number, and never had one
FIRST_REVIEW = Period(
    "first_review", 3, Unit.MONTHS, "start of the help", local_policy("SGB VIII", "§ 36 Abs. 2"), _PRACTICE
)
"""A help plan is reviewed for the first time so long after the help began."""
REVIEW = Period("review", 6, Unit.MONTHS, "last review meeting", local_policy("SGB VIII", "§ 36 Abs. 2"), _PRACTICE)
"""And then so long after each review meeting, unless the plan names an earlier or later day."""
LATEST_REVIEW = Period(
    "latest_review", 12, Unit.MONTHS, "last review meeting", local_policy("SGB VIII", "§ 36 Abs. 2"), _PRACTICE
)
"""No plan may put its review off for longer."""
LONGER_HELP = Period("longer_help", 3, Unit.MONTHS, "start of the help", derived("SGB VIII", "§ 36 Abs. 2"), _PRACTICE)
"""From this length on a help is «voraussichtlich für längere Zeit» and several professionals decide (assumption)."""
GOAL_AFTER_REVIEW = Period(
    "goal_after_review", 6, Unit.MONTHS, "next review", local_policy("SGB VIII", "§ 36"), _PRACTICE
)
"""An action goal that is due later than so long after the next review is no action goal; warned of, not refused."""
REVIEW_REMINDER_WEEKS = (4, 1)
"""So many weeks before a review is due the caseworker is reminded."""
REVIEW_ESCALATION_WEEKS = 4
"""So long after the team lead was told of an overdue review, the office head is."""
PLAN_AGREEMENT_DAYS = 14
"""So long those who take part consult on a plan before it is confirmed (assumption)."""
MINUTES_DAYS = 14
"""How long the minutes of a help-plan meeting take (assumption)."""
SEVERAL_PROFESSIONALS = 2
"""How many are «mehrere Fachkräfte» (§ 36 Abs. 2 Satz 1 SGB VIII)."""
MOST_ACTION_GOALS = 5
"""A plan with more action goals at a time asks too much of a family (practice); warned of."""
SMALLEST_CELL = 5
"""A count of persons below it is not told to those who may not know a case (statistical confidentiality)."""
RETURNS_COUNTED_DAYS = 365
"""Returns home are counted over so many days (a year, as the office reports them; local policy)."""
ALWAYS_OUTSIDE_FAMILY = frozenset({ServiceKind.SECTION_33, ServiceKind.SECTION_34})
"""Helps by which the child lives elsewhere (§ 37c Abs. 1 SGB VIII): the perspective is part of the plan."""
MAYBE_OUTSIDE_FAMILY = frozenset({ServiceKind.SECTION_35, ServiceKind.SECTION_35A})
"""Helps that may take place outside the family; the plan says whether this one does."""


def day_after(period: Period, day: date, land: str) -> date:
    """The day by which something is due that a day began: never a weekend or holiday, but the working day after.

    Law: § 193 BGB, § 26 Abs. 3 SGB X.
    """
    return legal_date(due_at(period, end_of_day(day), land))


def weeks_before(day: date, weeks: int, land: str) -> date:
    """The day so many weeks before another; a weekend or holiday gives way to the working day before it (facts 7.3)."""
    return add_working_days(day - timedelta(weeks=weeks, days=-1), -1, land)


def weeks_after(day: date, weeks: int, land: str) -> date:
    """The day so many weeks after another, or the next working day."""
    return next_working_day(day + timedelta(weeks=weeks), land)
