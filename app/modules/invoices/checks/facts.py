"""What a check of an invoice looks at, and what it answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from app.law.service_kinds import ServiceKind
from app.modules.agreements import ActivityCategory, BillingTerms, BillingUnit
from app.modules.billing import Arrangement, DatedTerms, Line, ServiceRecord, Statement
from app.modules.cases import Help, HelpGrant
from app.modules.invoices.models import InvoiceLine, Severity
from app.modules.staff import StaffMember
from app.policy import Role


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the checks of one invoice look at; nothing is read later.

    `of_provider` are all records of the provider in the weeks of the month, whoever pays: one professional cannot be
    in two places, even for two youth offices. `history` are the records of the invoice's helps in the month and the
    two before it. `charged` are the lines of the invoice, `statement` the same records priced as things stand now.
    `billed_before` are the hours (hundredths) that other invoices have taken of each help, by month. `unpayable` says
    for kinds of help what is not agreed yet. `confirmed` are records of a proof of service that was confirmed;
    `overdue_reports` what is owed for a help; `binding_from` the day before which the version of an agreement under
    § 78b is not applied.
    """

    first: date
    last: date
    today: date
    records: Sequence[ServiceRecord]
    of_provider: Sequence[ServiceRecord]
    helps: Mapping[UUID, Help]
    grants: Mapping[UUID, Sequence[HelpGrant]]
    kinds: Mapping[UUID, ServiceKind]
    statement: Statement
    charged: Sequence[Line | InvoiceLine] = ()
    terms: Sequence[DatedTerms] = ()
    arrangements: Mapping[UUID, Arrangement] = field(default_factory=dict)
    history: Sequence[ServiceRecord] = ()
    billed_before: Mapping[UUID, Mapping[date, int]] = field(default_factory=dict)
    unpayable: Mapping[ServiceKind, str] = field(default_factory=dict)
    staff: Sequence[StaffMember] = ()
    confirmed: frozenset[UUID] = frozenset()
    overdue_reports: Mapping[UUID, Sequence[str]] = field(default_factory=dict)
    binding_from: Mapping[UUID, date] = field(default_factory=dict)
    land: str | None = None

    def by_terms(self) -> dict[UUID, DatedTerms]:
        """The version of the agreement by which each record is priced; records without a price are not in it."""
        days = {record.id: record.service_on for record in self.records}
        priced = ((line.terms_source, record_id) for line in self.statement.lines for record_id in line.record_ids)
        return {
            record_id: terms
            for source, record_id in priced
            for terms in self.terms
            if terms.source == source and record_id in days and terms.holds_on(days[record_id])
        }

    def under(self, asks: Callable[[BillingTerms], object]) -> list[ServiceRecord]:
        """The records whose terms say something."""
        terms = self.by_terms()
        return [record for record in self.records if record.id in terms and asks(terms[record.id].terms)]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: which records, and one German sentence; `severity` where it weighs less or more than its rule."""

    record_ids: tuple[UUID, ...]
    text_de: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table: `overriders` may accept the finding with a reason; nobody, where it is empty."""

    rule: str
    title_de: str
    severity: Severity
    source: str
    overriders: frozenset[Role]
    find: Callable[[Facts], Iterable[Found]]


class _Priced(Protocol):
    @property
    def activity(self) -> ActivityCategory: ...
    @property
    def unit(self) -> BillingUnit: ...


def is_flat(line: _Priced) -> bool:
    """Whether a line charges a flat amount."""
    return line.activity is ActivityCategory.FLAT_RATE


def ids_of(records: Iterable[ServiceRecord]) -> tuple[UUID, ...]:
    """Their ids, in the order of time."""
    return tuple(one.id for one in sorted(records, key=lambda one: (one.service_on, one.starts_at, one.id.int)))


def minutes_of(records: Iterable[ServiceRecord]) -> int:
    """The minutes of some records."""
    return sum(record.minutes for record in records)
