"""The check of an invoice: one table of rules, each with its weight and its source; pure.

The codes are those of the domain facts (INV-01 to INV-28); a further rule is a further row. What the database makes
impossible (a record on two invoices, a group without participants, a wrong sum) needs no row here.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from app.core.money import format_decimal_de
from app.core.problems import Text
from app.core.workflow import Move
from app.law.service_kinds import ServiceKind
from app.modules.billing import (
    Arrangement,
    DatedTerms,
    Granted,
    Hint,
    ServiceRecord,
    Statement,
    duplicates,
    entry_of,
    overlaps,
    overlong_days,
)
from app.modules.cases import Help, HelpGrant
from app.modules.invoices.models import Invoice, Severity

DAYS_OF_WEEK, MONTHS_OF_YEAR, HUNDRED = 7, 12, 100
HISTORY_MONTHS = 2
"""So many months before an invoice's own count for its check: a quarter together."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a check looks at.

    `of_provider` are all records of the provider in the month, whoever pays: one professional cannot be in two
    places, even for two youth offices. `billed_before` are the hours that other invoices of the month, discarded ones
    aside, have taken of each help. `unpayable` says for kinds of help what is not agreed yet.
    """

    first: date
    last: date
    today: date
    records: Sequence[ServiceRecord]
    of_provider: Sequence[ServiceRecord]
    helps: dict[UUID, Help]
    grants: dict[UUID, list[HelpGrant]]
    statement: Statement
    billed_before: dict[UUID, Decimal] = field(default_factory=dict)
    unpayable: dict[ServiceKind, str] = field(default_factory=dict)
    terms: Sequence[DatedTerms] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: which records, and one German sentence."""

    record_ids: tuple[UUID, ...]
    text_de: str


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table."""

    rule: str
    severity: Severity
    source: str
    find: Callable[[Facts], Iterable[Found]]


def no_agreement(facts: Facts) -> Iterable[Found]:
    """No terms name a price for the record, or not all that the law wants is agreed."""
    for kind, missing in sorted(facts.unpayable.items()):
        ids = tuple(record.id for record in facts.records if facts.helps[record.help_id].service_kind is kind)
        yield Found(ids, f"{kind.title_de}: es fehlt {missing} (§ 78b Abs. 1 SGB VIII).")
    yield from [Found((unpriced.record_id,), unpriced.text_de) for unpriced in facts.statement.unpriced]


def no_grant(facts: Facts) -> Iterable[Found]:
    """No released grant covers the day."""
    for record in facts.records:
        grants = facts.grants.get(record.help_id, [])
        if not any(grant.released_at and grant.valid_from <= record.service_on <= grant.valid_to for grant in grants):
            yield Found((record.id,), f"Für den {record.service_on:%d.%m.%Y} gibt es keine freigegebene Bewilligung.")


def beyond_grant(facts: Facts) -> Iterable[Found]:
    """More hours than granted for the month, on all its invoices together."""
    for help_id in sorted(facts.helps):
        lines = [line for line in facts.statement.lines if line.help_id == help_id]
        units = sum((line.units for line in lines), facts.billed_before.get(help_id, Decimal(0)))
        help_ = facts.helps[help_id]
        last = min(facts.last, help_.ended_on or facts.last)
        allowed = granted_hours(facts.grants.get(help_id, []), facts.first, last)
        if units > allowed:
            ids = tuple(record_id for line in lines for record_id in line.record_ids)
            yield Found(
                ids,
                f"Hilfe {help_.number}: {format_decimal_de(units)} Fachleistungsstunden abgerechnet, "
                f"{format_decimal_de(allowed)} für den Monat bewilligt.",
            )


def outside_help(facts: Facts) -> Iterable[Found]:
    """The day is not one of the help's days (it may have ended after the record was pushed)."""
    for record in facts.records:
        help_ = facts.helps[record.help_id]
        if not help_.starts_on <= record.service_on <= (help_.ended_on or help_.ends_on):
            yield Found((record.id,), f"Am {record.service_on:%d.%m.%Y} lief die Hilfe {help_.number} nicht.")


def doubled(facts: Facts) -> Iterable[Found]:
    """The same work recorded twice."""
    return _hints(duplicates, facts, facts.of_provider)


def overlapping(facts: Facts) -> Iterable[Found]:
    """One professional in two places at once."""
    return _hints(overlaps, facts, facts.of_provider)


def overlong(facts: Facts) -> Iterable[Found]:
    """More than a working day of direct contact."""
    return _hints(overlong_days, facts, facts.of_provider)


def late(facts: Facts) -> Iterable[Found]:
    """Submitted after the time the agreement allows."""
    days = [terms.terms.submission_deadline_days for terms in facts.terms]
    shortest = min((limit for limit in days if limit is not None), default=None)
    if shortest is not None and facts.today > facts.last + timedelta(shortest):
        yield Found((), f"Die Frist zur Abrechnung ({shortest} Tage nach Monatsende) ist überschritten.")


CHECKS = (
    Check("INV-01", Severity.BLOCK, "§§ 77, 78b SGB VIII; Vereinbarung", no_agreement),
    Check("INV-02", Severity.BLOCK, "§ 36a Abs. 1 SGB VIII", no_grant),
    Check("INV-05", Severity.BLOCK, "Bewilligung", beyond_grant),
    Check("INV-06", Severity.BLOCK, "Vereinbarung; Prüfungsfeststellungen", doubled),
    Check("INV-09", Severity.BLOCK, "Prüfungsfeststellungen: eine Fachkraft, zwei Orte", overlapping),
    Check("INV-13", Severity.BLOCK, "Zeitraum der Hilfe", outside_help),
    Check("INV-17", Severity.WARN, "§ 3 ArbZG", overlong),
    Check("INV-19", Severity.WARN, "Vereinbarung: Frist zur Abrechnung", late),
)


def granted_hours(grants: Iterable[HelpGrant], first: date, last: date) -> Decimal:
    """Hours granted within a period: weekly hours times covered days, by seven, two places half up.

    Assumption: a month's share of weekly hours follows its days (28 days are exactly four weeks); agreements with
    another week factor are a matter of their terms (later).
    """
    total = Decimal(0)
    for grant in grants:
        days = (min(last, grant.valid_to) - max(first, grant.valid_from)).days + 1
        if grant.released_at and days > 0:
            total += grant.hours_per_week * days / DAYS_OF_WEEK
    return (total + Decimal("0.005")).quantize(Decimal("0.01"), rounding="ROUND_DOWN")


def arrangements_of(helps: Mapping[UUID, Help], grants: Mapping[UUID, Sequence[HelpGrant]]) -> dict[UUID, Arrangement]:
    """Days and released grants of each help, as pricing knows them."""
    return {
        help_.id: Arrangement(
            help_.starts_on, help_.ended_on or help_.ends_on, tuple(granted_of(grants.get(help_.id, ())))
        )
        for help_ in helps.values()
    }


def granted_of(grants: Iterable[HelpGrant]) -> Iterator[Granted]:
    """What is released, as pricing knows it."""
    for grant in grants:
        if grant.released_at:
            yield Granted(grant.valid_from, grant.valid_to, int(grant.hours_per_week * HUNDRED))


def months_before(first: date, months: int) -> date:
    """The first day of the month so many months before."""
    number = first.year * MONTHS_OF_YEAR + first.month - 1 - months
    return date(number // MONTHS_OF_YEAR, number % MONTHS_OF_YEAR + 1, 1)


def end_of_month(first: date) -> date:
    """The last day of the month that begins on this day."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def month_of(month: str) -> tuple[date, date]:
    """First and last day of `2026-02`."""
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1), end_of_month(date(year, number, 1))


def no_open_block(invoice: Invoice, _: Move) -> Text | None:
    """Blocking findings are cleared up, or accepted with a reason, before the invoice is approved."""
    if any(finding.severity is Severity.BLOCK and finding.overridden_by is None for finding in invoice.findings):
        return Text(
            "Es gibt offene Befunde, die eine Zahlung verhindern.", "There are open findings that block payment."
        )
    return None


def another_than_released(invoice: Invoice, move: Move) -> Text | None:
    """Whoever released a grant of these helps does not approve their invoice (four eyes)."""
    if move.actor.id in invoice.grant_releasers:
        return Text(
            "Wer eine Bewilligung dieser Hilfen freigegeben hat, gibt ihre Rechnung nicht frei.",
            "Whoever released a grant of these helps does not approve their invoice.",
        )
    return None


def another_than_overrode(invoice: Invoice, move: Move) -> Text | None:
    """Whoever accepted a finding that blocks payment does not approve the invoice (four eyes)."""
    if any(finding.overridden_by == move.actor.id for finding in invoice.findings):
        return Text(
            "Wer einen Befund dieser Rechnung übergangen hat, gibt sie nicht selbst frei.",
            "Whoever overrode a finding of this invoice does not approve it.",
        )
    return None


def _hints(look: Callable[..., tuple[Hint, ...]], facts: Facts, records: Sequence[ServiceRecord]) -> Iterable[Found]:
    """Hints that concern this invoice; only its own records are named."""
    own = {record.id for record in facts.records}
    kinds = {help_.id: help_.service_kind for help_ in facts.helps.values()}
    any_kind = next(iter(kinds.values()))
    for hint in look(entry_of(record, kinds.get(record.help_id, any_kind)) for record in records):
        if concerned := tuple(record_id for record_id in hint.record_ids if record_id in own):
            yield Found(concerned, hint.text_de)
