"""Periods of the youth office's steps after a report: assessment, plan, Inobhutnahme, family court, handing over.

Where the statute says *unverzüglich* and names no number, the number is local policy (common practice). Numbers of a
statute are the end of the next day for a deprivation of liberty, the month until the family court's hearing and the
three months until its review. None that guards a child moves to the next working day.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from app.law.calendars import BERLIN, in_utc, is_working_day
from app.law.periods import Period, Unit
from app.law.protection import URGENT, Urgency
from app.law.sources import Source, local_policy, statute

_SINCE = date(2000, 1, 1)
_8A, _42 = local_policy("SGB VIII", "§ 8a"), local_policy("SGB VIII", "§ 42")


def _period(name: str, amount: int, unit: Unit, anchor: str, source: Source = _8A, *, guards: bool = True) -> Period:
    return Period(name, amount, unit, anchor, source, _SINCE, protective=guards)


_TEAM_AT_ONCE = _period("team_assessment", 0, Unit.CALENDAR_DAYS, "direct contact")
_TEAM = _period("team_assessment", 5, Unit.WORKING_DAYS, "direct contact")
_AGAIN_URGENT = _period("contact_again", 24, Unit.CLOCK_HOURS, "failed contact")
_AGAIN = _period("contact_again", 3, Unit.CALENDAR_DAYS, "failed contact")
_PLAN_ACUTE = _period("plan", 0, Unit.CALENDAR_DAYS, "assessment: acute")
_PLAN = _period("plan", 3, Unit.WORKING_DAYS, "assessment: latent")
PLAN_BROKEN = _period("plan_broken", 1, Unit.WORKING_DAYS, "plan broken")
HELP_OFFER = _period("help_offer", 10, Unit.WORKING_DAYS, "assessment: need of help", guards=False)
HEARING = _period("court_hearing", 1, Unit.MONTHS, "family court called", statute("FamFG", "§ 155 Abs. 2"))
COURT_REVIEW = _period(
    "court_review", 3, Unit.MONTHS, "family court refrains from a measure", statute("FamFG", "§ 166 Abs. 3")
)
MOST = _period("completion", 56, Unit.CALENDAR_DAYS, "receipt of the report")

CHILD_INFORMED = _period("child_informed", 4, Unit.CLOCK_HOURS, "Inobhutnahme", _42)
PARENTS_INFORMED = _period("parents_informed", 12, Unit.CLOCK_HOURS, "Inobhutnahme", _42)
LIBERTY = _period("liberty", 1, Unit.CALENDAR_DAYS, "deprivation of liberty", statute("SGB VIII", "§ 42 Abs. 5 Satz 2"))
LONG = tuple(_period("long", days, Unit.CALENDAR_DAYS, "Inobhutnahme", _42) for days in (14, 42, 90))
UNACCOMPANIED = _period(
    "unaccompanied", 7, Unit.WORKING_DAYS, "Inobhutnahme", statute("SGB VIII", "§ 42a Abs. 4"), guards=False
)

HANDOVER_ACUTE = _period("handover", 1, Unit.CLOCK_HOURS, "another office is competent")
HANDOVER = _period("handover", 5, Unit.WORKING_DAYS, "another office is competent")
HANDOVER_ACCEPTED = _period("handover_accepted", 3, Unit.WORKING_DAYS, "data sent")

PROFESSIONALS_AT_LEAST = 2
"""«Mehrere Fachkräfte» (§ 8a Abs. 1 Satz 1 SGB VIII)."""
SAME_PROCEDURE_MONTHS = 12
"""Until so many months after closing new facts reopen the case; later they begin a new one (local policy)."""
LATE_ENTRY = timedelta(hours=24)
"""An entry written down later than this after what it tells is marked as late."""
EMERGENCY_READING = timedelta(minutes=60)
EMERGENCY_REVIEW = _period("emergency_review", 5, Unit.WORKING_DAYS, "break-glass access", guards=False)
FIRST_REVIEW_DAYS: Mapping[bool, int] = {True: 7, False: 14}
"""The most days until a protection plan's first review, by whether the danger is acute (local policy)."""
LATER_REVIEW_DAYS = 28
LATER_REVIEW = _period("plan_review", LATER_REVIEW_DAYS, Unit.CALENDAR_DAYS, "plan or review")
MAJORITY_YEARS = 18

OPENS, CLOSES = time(8), time(16)
"""Office hours, Monday to Friday without public holidays (local policy); outside of them on-call staff acts."""


def team_period(urgency: Urgency) -> Period:
    """How long after the contact several professionals assess; the same day where danger is imminent."""
    return _TEAM_AT_ONCE if urgency is Urgency.IMMEDIATE else _TEAM


def next_attempt_period(urgency: Urgency) -> Period:
    """When the next attempt to see a child follows a failed one."""
    return _AGAIN_URGENT if urgency in URGENT else _AGAIN


def plan_period(*, acute: bool) -> Period:
    """How long after the assessment a protection plan is agreed on."""
    return _PLAN_ACUTE if acute else _PLAN


def is_office_open(at: datetime, land: str) -> bool:
    """Whether an instant lies within office hours (Berlin)."""
    local = in_utc(at).astimezone(BERLIN)
    return is_working_day(local.date(), land) and OPENS <= local.time() < CLOSES


def closing_time(at: datetime) -> datetime:
    """The end of office hours on the day of an instant (UTC)."""
    day = in_utc(at).astimezone(BERLIN).date()
    return in_utc(datetime.combine(day, CLOSES, BERLIN))
