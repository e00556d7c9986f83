"""Periods of a provider's steps when it sees signs of danger to a child (§ 8a Abs. 4 SGB VIII).

The statute names duties and no hours: the numbers are local policy (common practice) until the parties of a
safeguarding agreement say otherwise. None of them moves to the next working day unless it is counted in working days.
"""

from datetime import date

from app.law.periods import Period, Unit
from app.law.sources import local_policy

_POLICY = local_policy("SGB VIII", "§ 8a Abs. 4")
_SINCE = date(2000, 1, 1)


def _period(name: str, amount: int, unit: Unit, anchor: str) -> Period:
    return Period(name, amount, unit, anchor, _POLICY, _SINCE, protective=True)


LEAD_INFORMED = _period("lead_informed", 0, Unit.CALENDAR_DAYS, "signs written down")
TEAM_ASSESSMENT = _period("team_assessment", 3, Unit.WORKING_DAYS, "signs written down")
ISEF_ASKED = _period("isef_asked", 2, Unit.WORKING_DAYS, "lead informed")
ISEF_CONSULTED = _period("isef_consulted", 5, Unit.WORKING_DAYS, "isef asked")
ISEF_CONSULTED_URGENT = _period("isef_consulted", 24, Unit.CLOCK_HOURS, "isef asked, urgent")
FAMILY_INVOLVED = _period("family_involved", 3, Unit.WORKING_DAYS, "signs found weighty")
PLAN_AGREED = _period("plan_agreed", 5, Unit.WORKING_DAYS, "family involved")
OFFICE_TOLD = _period("office_told", 24, Unit.CLOCK_HOURS, "help found not to suffice")
NOTIFICATION_COMPLETED = _period("notification_completed", 1, Unit.WORKING_DAYS, "notified in acute danger")

LATEST_REVIEW_DAYS = 28
"""The most days between an agreed protection plan and the look at whether it works (local policy)."""
REOPEN_MONTHS = 6
"""How long after its end a concern is taken up again with new facts; later a new one begins (local policy)."""
