"""How long what is kept: files of helps and of procedures to protect children, papers of billing; requests of persons.

Erasure: Art. 17 GDPR, § 84 SGB X; restriction: Art. 18 GDPR, § 84 Abs. 3 SGB X. A period is the least time; after it a
human decides.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.law.periods import Period, Unit, months_after, years_completed
from app.law.sources import Source, local_policy, statute

_SINCE = date(2000, 1, 1)
_MONTHS = 12


class Matter(StrEnum):
    """What is kept and erased together."""

    HELP_FILE = "help_file"  # the help, its plans, reports and notices, and procedures of § 8a about it
    ENDANGERMENT_FILE = "endangerment_file"  # a procedure of § 8a that belongs to no help
    BILLING_FILE = "billing_file"  # what proves hours and invoices: the words; the amounts stay, by pseudonym


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """So many years from an event."""

    matter: Matter
    years: int
    anchor: str
    source: Source


ADULT_YEARS = 30
HELP_FILE = RetentionRule(
    Matter.HELP_FILE,
    70,
    "Vollendung des 30. Lebensjahres des jungen Menschen",
    statute("SGB VIII", "§ 9b"),
)
"""§ 9b SGB VIII (since 1 July 2025): 70 years from the end of the 30th year of life."""
ENDANGERMENT_FILE = RetentionRule(
    Matter.ENDANGERMENT_FILE,
    10,
    "Abschluss des Verfahrens",
    local_policy("SGB X", "§ 84 Abs. 2"),
)
"""No number in the statute for procedures that led to no help (assumption: as for other files of the office)."""
BILLING_FILE = RetentionRule(
    Matter.BILLING_FILE,
    8,
    "Ende des Jahres, in dem die Hilfe endete",
    statute("AO", "§ 147 Abs. 3 und 4"),
)
"""Vouchers eight years since 2025, from the end of the calendar year; offices book by the same."""
RULES = {rule.matter: rule for rule in (HELP_FILE, ENDANGERMENT_FILE, BILLING_FILE)}
EARLIEST_YEARS = ADULT_YEARS + HELP_FILE.years
"""No help's file is due before the year in which somebody born in it becomes so old."""

SUBJECT_REQUEST = Period(
    "subject_request",
    1,
    Unit.MONTHS,
    "receipt of the request",
    statute("GDPR", "Art. 12 Abs. 3"),
    _SINCE,
)
SUBJECT_REQUEST_EXTENSION_MONTHS = 2
"""Art. 12 Abs. 3 GDPR: by two more months, where the request is intricate; the person is told within the first."""
REVIEW_DAYS = 28
"""How long an office takes to decide on what is due (assumption)."""
CONFIRMATION_DAYS = 28
"""How long a provider takes to erase its copy and say so (assumption)."""


def help_file_ends(born_on: date) -> date:
    """The last day a help's file is kept.

    Law: § 9b SGB VIII; §§ 187 Abs. 2, 188 Abs. 2 BGB (a year of life is over with the day before the birthday).
    """
    return months_after(years_completed(born_on, ADULT_YEARS), HELP_FILE.years * _MONTHS)


def endangerment_file_ends(closed_on: date) -> date:
    """The last day the file of a procedure that belongs to no help is kept."""
    return months_after(closed_on, ENDANGERMENT_FILE.years * _MONTHS)


def billing_file_ends(ended_on: date) -> date:
    """The last day the papers of billing are kept.

    Law: § 147 Abs. 3 and 4 AO.
    """
    return date(ended_on.year + BILLING_FILE.years, 12, 31)


def extended(due_on: date) -> date:
    """The last day to answer a request that was extended.

    Law: Art. 12 Abs. 3 GDPR.
    """
    return months_after(due_on, SUBJECT_REQUEST_EXTENSION_MONTHS)
