"""Periods whose number stands in a statute, in force by the day of the event (`periods.in_force`)."""

from datetime import date

from app.law.periods import Period, Unit
from app.law.sources import statute

SGB_VIII, FAM_FG = "SGB VIII", "FamFG"

STATUTORY = (
    Period(
        "schiedsstelle_wait",
        42,
        Unit.CALENDAR_DAYS,
        "written call to negotiate",
        statute(SGB_VIII, "§ 78g Abs. 2 Satz 1"),
        valid_from=date(1999, 1, 1),
        protective=True,  # a waiting time ends by itself; § 193 BGB moves only what somebody must do
    ),
    Period(
        "liberty_limit",
        1,
        Unit.CALENDAR_DAYS,
        "begin of the deprivation of liberty",
        statute(SGB_VIII, "§ 42 Abs. 5 Satz 2"),
        valid_from=date(2005, 10, 1),
        protective=True,
    ),
    Period(
        "court_hearing",
        1,
        Unit.MONTHS,
        "begin of the proceedings",
        statute(FAM_FG, "§ 155 Abs. 2 Satz 2"),
        valid_from=date(2009, 9, 1),
        protective=True,
    ),
    Period(
        "court_review",
        3,
        Unit.MONTHS,
        "decision to refrain from measures",
        statute(FAM_FG, "§ 166 Abs. 3"),
        valid_from=date(2009, 9, 1),
        protective=True,
    ),
    Period(
        "fuehrungszeugnis_deletion",
        6,
        Unit.MONTHS,
        "end of the last activity",
        statute(SGB_VIII, "§ 72a Abs. 5"),
        valid_from=date(2021, 6, 10),
        protective=True,  # data are deleted at the latest then, weekend or not
    ),
)
