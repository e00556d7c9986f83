"""Working time, as far as plausibility of service records depends on it."""

from app.law.sources import statute

LONGEST_WORKING_DAY_MINUTES = 600
"""Ten hours are the most a working day may have.

Law: ArbZG § 3 Satz 2.
"""
LONGEST_WORKING_DAY_SOURCE = statute("ArbZG", "§ 3 Satz 2")
LONGEST_WORKING_WEEK_MINUTES = 2880
"""Eight hours on each of six working days, on average; a single week may have more.

Law: ArbZG § 3 Satz 1.
"""
LONGEST_WORKING_WEEK_SOURCE = statute("ArbZG", "§ 3 Satz 1")
LONGEST_WITHOUT_BREAK_MINUTES = 360
"""Nobody works longer than six hours in a row without a break, which is no working time.

Law: ArbZG § 4 Satz 3, § 2 Abs. 1 Satz 1.
"""
LONGEST_WITHOUT_BREAK_SOURCE = statute("ArbZG", "§ 4 Satz 3")
