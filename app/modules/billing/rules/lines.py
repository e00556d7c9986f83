"""What pricing answers: lines that explain themselves, and their sum."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from app.modules.agreements import ActivityCategory, BillingUnit, ServiceKind


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the calculation: the rule, one German sentence, and the value before and after it."""

    rule: str
    text_de: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: a record, or the records of one activity of one help on one day or in one month.

    Minutes carry two places (a share of a group session need not be whole). `rate_cents` is the agreed rate of the
    unit, `price_cents` what is paid for a unit here (a missed appointment costs less); the amount is units times
    price, rounded half up to cents, unless the agreement computes it from minutes or from a part of a month.
    `first_day` and `last_day` are the service dates of its first and last record, of a flat amount the days it is for.
    `unit` says what is counted: hours of `unit_minutes`, days or months.
    """

    help_id: UUID
    service_kind: ServiceKind
    activity: ActivityCategory
    first_day: date
    last_day: date
    record_ids: tuple[UUID, ...]
    terms_source: str
    minutes_worked: int
    minutes_billable: Decimal
    minutes_rounded: Decimal
    unit: BillingUnit
    unit_minutes: int
    units: Decimal
    rate_cents: int
    price_cents: int
    amount_cents: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A record for which no terms name a price, and why."""

    record_id: UUID
    rule: str
    text_de: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The priced records of a period; the total is the sum of the rounded lines, nothing else."""

    lines: tuple[Line, ...]
    unpriced: tuple[Unpriced, ...]

    @property
    def total_cents(self) -> int:
        """The sum of the lines in cents."""
        return sum(line.amount_cents for line in self.lines)

    @property
    def units(self) -> Decimal:
        """The sum of the lines' Fachleistungsstunden, two places; days and months are not among them."""
        hours = (line.units for line in self.lines if line.unit is BillingUnit.FACHLEISTUNGSSTUNDE)
        return sum(hours, Decimal("0.00"))
