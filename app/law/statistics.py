"""When records of the official statistics are due (§§ 99, 101, 102 SGB VIII); pure.

The statistical offices of the Länder ask for assessments of danger month by month; the day is theirs to set, and the
tenth of the next month is a common one (assumption of the facts, section 7.5).
"""

STATISTICS_DAYS = 10
"""So many days after a procedure or a measure ended its record is complete."""
