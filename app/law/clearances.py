"""Periods around extended certificates of conduct (erweitertes Führungszeugnis, § 72a SGB VIII).

The deletion is the statute's; that a certificate is at most three months old when it is looked at, and looked at again
after five years, is common practice («in regelmäßigen Abständen» names no number).
"""

from datetime import date, timedelta

from app.law.periods import months_after

NEWEST_DAYS = 92
"""How old a certificate may be when it is looked at (common practice, agreements under § 72a Abs. 2, 4)."""
RENEWAL_MONTHS = 60
"""After how long a new one is asked for (common practice)."""
REMIND_DAYS = (90, 30)
"""How long before its renewal somebody is reminded (local policy)."""
DELETION_MONTHS = 6
"""At the latest so long after the last exercise of the activity the entry is deleted. Law: § 72a Abs. 5 Satz 5."""


def renew_by(certificate_date: date) -> date:
    """Until when a new certificate is looked at."""
    return months_after(certificate_date, RENEWAL_MONTHS)


def delete_by(last_activity_on: date) -> date:
    """The last day on which an entry may still exist.

    Law: § 72a Abs. 5 Satz 5 SGB VIII (six months at the latest).
    """
    return months_after(last_activity_on, DELETION_MONTHS)


def too_old(certificate_date: date, today: date) -> bool:
    """Whether a certificate is too old to be looked at."""
    return certificate_date < today - timedelta(days=NEWEST_DAYS)


def reminder_days(due: date) -> list[date]:
    """The days of the reminders."""
    return [due - timedelta(days=days) for days in REMIND_DAYS]
