"""Periods around a help in the individual case: local policy defaults, no numbers of a statute.

Law: SGB VIII § 36 Abs. 2 (regular review, interval not named), §§ 61 ff (need to know); the numbers are practice
named by providers and offices, and hold until an agreement's standards say otherwise.
"""

AFTERCARE_DAYS = 30
"""So long after its part in a help ended a provider still learns of it: it owes the closing report (assumption)."""
