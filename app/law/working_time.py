"""Working time, as far as plausibility of service records depends on it."""

from app.law.sources import statute

LONGEST_WORKING_DAY_MINUTES = 600
"""Ten hours are the most a working day may have.

Law: ArbZG § 3 Satz 2.
"""
LONGEST_WORKING_DAY_SOURCE = statute("ArbZG", "§ 3 Satz 2")
