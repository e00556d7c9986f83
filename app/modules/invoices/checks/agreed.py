"""Checks against what is agreed and granted: agreement, approval, rate, contingent, period, deadlines."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from app.core.money import format_decimal_de, format_euro_de
from app.law.calendars import legal_date
from app.modules.agreements import ActivityCategory, BillingTerms, BillingUnit, Employment, Overrun
from app.modules.billing import Line, ServiceRecord, allowance
from app.modules.invoices.checks.facts import Facts, Found, ids_of, is_flat
from app.modules.invoices.models import InvoiceLine, Severity
from app.modules.invoices.rules import end_of_month, months_after, months_before
from app.modules.staff import StaffMember


def no_agreement(facts: Facts) -> Iterable[Found]:
    """No terms name a price for the record, or not all that the law wants is agreed."""
    for kind, missing in sorted(facts.unpayable.items()):
        ids = tuple(record.id for record in facts.records if facts.kinds[record.id] is kind)
        yield Found(ids, f"{kind.title_de}: es fehlt {missing} (§ 78b Abs. 1 SGB VIII).")
    yield from [Found((unpriced.record_id,), unpriced.text_de) for unpriced in facts.statement.unpriced]


def no_grant(facts: Facts) -> Iterable[Found]:
    """No released grant covers the day."""
    for record in facts.records:
        grants = facts.grants.get(record.help_id, [])
        if not any(grant.released_at and grant.valid_from <= record.service_on <= grant.valid_to for grant in grants):
            yield Found((record.id,), f"Für den {record.service_on:%d.%m.%Y} gibt es keine freigegebene Bewilligung.")


def other_rate(facts: Facts) -> Iterable[Found]:
    """A line's rate is not the one agreed for its day, kind of help, qualification and employment."""
    for charged, priced in _pairs(facts):
        if priced is not None and charged.rate_cents != priced.rate_cents:
            yield Found(
                tuple(charged.record_ids),
                f"Berechnet sind {format_euro_de(charged.rate_cents)} je Einheit, vereinbart am "
                f"{charged.first_day:%d.%m.%Y} sind {format_euro_de(priced.rate_cents)} ({priced.terms_source}).",
            )


def other_kind(facts: Facts) -> Iterable[Found]:
    """A line charges another kind of help than was granted."""
    for line in facts.charged:
        granted = {facts.kinds[record_id] for record_id in line.record_ids if record_id in facts.kinds}
        for kind in sorted(granted - {line.service_kind}):
            text = f"Berechnet ist {line.service_kind.title_de}, bewilligt {kind.title_de}."
            yield Found(tuple(line.record_ids), text)


def beyond_grant(facts: Facts) -> Iterable[Found]:
    """More hours than may be used by the end of the month, on all invoices together."""
    by_terms = facts.by_terms()
    for help_id in sorted(facts.helps):
        lines = [
            line
            for line in facts.statement.lines
            if line.help_id == help_id and line.unit is BillingUnit.FACHLEISTUNGSSTUNDE and line.units
        ]
        ids = tuple(record_id for line in lines for record_id in line.record_ids)
        terms = next((by_terms[record_id].terms for record_id in ids if record_id in by_terms), None)
        if terms is not None:
            yield from _beyond(facts, help_id, terms, ids, int(sum(line.units for line in lines) * 100))


def _beyond(facts: Facts, help_id: UUID, terms: BillingTerms, ids: tuple[UUID, ...], now: int) -> Iterator[Found]:
    months = facts.billed_before.get(help_id, {})

    def billed(first: date, last: date) -> int:
        return sum(units for month, units in months.items() if first.replace(day=1) <= month <= last)

    allowed = allowance(terms, facts.arrangements[help_id], facts.first, billed)
    used = now + billed(allowed.first, allowed.last)
    if used <= allowed.hours:
        return
    whole_month = (allowed.first, allowed.last) == (facts.first, facts.last)
    period = "den Monat" if whole_month else f"{allowed.first:%d.%m.%Y} bis {allowed.last:%d.%m.%Y}"
    how = " Nötig war die vorherige Zustimmung." if terms.contingent.overrun is Overrun.NEEDS_PRIOR_CONSENT else ""
    text = (
        f"Hilfe {facts.helps[help_id].number}: {_hours(used)} Fachleistungsstunden abgerechnet, "
        f"{_hours(allowed.hours)} für {period} bewilligt.{how}"
    )
    yield Found(ids, text, Severity.WARN if terms.contingent.overrun is Overrun.WARN else None)


def outside_help(facts: Facts) -> Iterable[Found]:
    """The day is not one of the help's days, or its place was kept free because the young person was elsewhere."""
    absent = {
        (record.help_id, record.service_on)
        for record in facts.history
        if record.activity is ActivityCategory.STANDBY_ABSENCE
    }
    for record in facts.records:
        help_ = facts.helps[record.help_id]
        if not help_.starts_on <= record.service_on <= (help_.ended_on or help_.ends_on):
            yield Found((record.id,), f"Am {record.service_on:%d.%m.%Y} lief die Hilfe {help_.number} nicht.")
        elif record.activity is not ActivityCategory.STANDBY_ABSENCE and (record.help_id, record.service_on) in absent:
            text = f"Am {record.service_on:%d.%m.%Y} war der junge Mensch laut Freihaltung abwesend."
            yield Found((record.id,), text)


def travel(facts: Facts) -> Iterable[Found]:
    """Travel that the rate contains, or more of it than agreed; much of it where nothing is agreed is asked about."""
    by_terms = facts.by_terms()
    for line in facts.charged:
        if line.activity is ActivityCategory.TRAVEL and line.amount_cents:
            found = [by_terms[record_id].terms for record_id in line.record_ids if record_id in by_terms]
            named = [terms.activities.get(ActivityCategory.TRAVEL) for terms in found]
            if not all(rule and rule.billable for rule in named):
                yield Found(tuple(line.record_ids), "Fahrzeit ist nach der Vereinbarung im Entgelt enthalten.")
    for help_id in sorted(facts.helps):
        yield from _much_travel(facts, help_id)


_USUAL_TRAVEL_PERCENT = 25
"""Where nothing is agreed, more than this is asked about (facts 4, INV-15)."""


def _much_travel(facts: Facts, help_id: UUID) -> Iterator[Found]:
    of_help = [record for record in facts.records if record.help_id == help_id]
    lines = [line for line in facts.statement.lines if line.help_id == help_id and line.amount_cents]
    paid = {record_id for line in lines if not is_flat(line) for record_id in line.record_ids}
    total = sum(record.minutes for record in of_help if record.id in paid)
    trips = [record for record in of_help if record.id in paid and record.activity is ActivityCategory.TRAVEL]
    spent = sum(record.minutes for record in trips)
    if not trips:
        return
    by_terms = facts.by_terms()
    agreed = by_terms[trips[0].id].terms.travel_max_percent
    most = _USUAL_TRAVEL_PERCENT if agreed is None else agreed
    if spent * 100 > most * total:
        percent = spent * 100 // total
        text = f"Hilfe {facts.helps[help_id].number}: {percent} % der Zeit sind Fahrzeit, {most} % "
        text += "sind üblich." if agreed is None else "sind vereinbart."
        yield Found(ids_of(trips), text, Severity.WARN if agreed is None else None)


def late(facts: Facts) -> Iterable[Found]:
    """Submitted after the time the agreement allows: late is asked about, beyond the exclusion period not paid."""
    all_terms = [one.terms for one in facts.terms]
    months = min((one.exclusion_months for one in all_terms if one.exclusion_months is not None), default=None)
    if months is not None and facts.today > end_of_month(months_after(facts.first, months)):
        yield Found((), f"Die Ausschlussfrist von {months} Monaten nach Monatsende ist abgelaufen.")
        return
    days = [one.submission_deadline_days for one in all_terms]
    shortest = min((limit for limit in days if limit is not None), default=None)
    if shortest is not None and facts.today > facts.last + timedelta(shortest):
        text = f"Die Frist zur Abrechnung ({shortest} Tage nach Monatsende) ist überschritten."
        yield Found((), text, Severity.WARN)


def mismatch(facts: Facts) -> Iterable[Found]:
    """A line's minutes, units, price or amount are not what its records come to."""
    for charged, priced in _pairs(facts):
        if priced is None:
            text = f"Position vom {charged.first_day:%d.%m.%Y}: aus den Einträgen ergibt sich keine solche Position."
            yield Found(tuple(charged.record_ids), text)
        elif charged.rate_cents == priced.rate_cents and _figures(charged) != _figures(priced):
            yield Found(
                tuple(charged.record_ids),
                f"Position vom {charged.first_day:%d.%m.%Y}: berechnet sind {format_decimal_de(charged.units)} "
                f"Einheiten und {format_euro_de(charged.amount_cents)}, aus den Einträgen ergeben sich "
                f"{format_decimal_de(priced.units)} und {format_euro_de(priced.amount_cents)}.",
            )


def withheld(facts: Facts) -> Iterable[Found]:
    """A report is overdue, and the agreement lets the youth office withhold payment until it comes."""
    for help_id in sorted({record.help_id for record in facts.under(lambda terms: terms.report_withholds_payment)}):
        if owed := facts.overdue_reports.get(help_id):
            ids = ids_of(record for record in facts.records if record.help_id == help_id)
            text = f"Hilfe {facts.helps[help_id].number}: überfällig ist {', '.join(owed)}; bis dahin kann die Zahlung "
            yield Found(ids, text + "zurückbehalten werden.")


def second_worker(facts: Facts) -> Iterable[Found]:
    """A second professional where the agreement wants consent in the single case."""
    asked = facts.under(lambda terms: terms.co_work_needs_approval)
    if seconds := [record for record in asked if record.activity is ActivityCategory.CO_WORK]:
        text = "Die zweite Fachkraft braucht die Zustimmung der fallführenden Fachkraft."
        yield Found(ids_of(seconds), text)


def freelancers(facts: Facts) -> Iterable[Found]:
    """A freelancer's work charged at the rate of employees."""
    by_id = {record.id: record for record in facts.records}
    by_terms = facts.by_terms()
    for line in facts.charged:
        for record_id in line.record_ids:
            record, terms = by_id.get(record_id), by_terms.get(record_id)
            listed = _listed(facts, record) if record else None
            if record is None or terms is None or listed is None or listed.employment is not Employment.FREELANCER:
                continue
            rate = terms.terms.rate_for_staff(listed.qualification, Employment.FREELANCER)
            if rate is not None and line.rate_cents > rate:
                text = f"Honorarkraft {record.worker} ist zum Satz für Angestellte berechnet; vereinbart sind "
                yield Found((record_id,), text + f"{format_euro_de(rate)}.")


def retroactive(facts: Facts) -> Iterable[Found]:
    """A rate under § 78b applied to days before it was agreed."""
    by_terms = facts.by_terms()
    for record in facts.records:
        version = by_terms.get(record.id)
        since = facts.binding_from.get(version.version_id) if version and version.version_id else None
        if version and since and record.service_on < since:
            text = f"{version.source} wurde am {since:%d.%m.%Y} geschlossen und wirkt nicht auf den "
            yield Found((record.id,), text + f"{record.service_on:%d.%m.%Y} zurück (§ 78d Abs. 2 Satz 3 SGB VIII).")


def not_verified(facts: Facts) -> Iterable[Found]:
    """No second person has released a grant of the help for a year: nobody else has looked at the case."""
    since = months_before(facts.first, 12)
    for help_id in sorted({record.help_id for record in facts.records}):
        grants = facts.grants.get(help_id, [])
        released = [legal_date(grant.released_at) for grant in grants if grant.released_at]
        if released and max(released) < since:
            ids = ids_of(record for record in facts.records if record.help_id == help_id)
            text = f"Hilfe {facts.helps[help_id].number}: zuletzt hat am {max(released):%d.%m.%Y} eine zweite Person "
            yield Found(ids, text + "den Fall geprüft, das ist mehr als 12 Monate her.")


def _listed(facts: Facts, record: ServiceRecord) -> StaffMember | None:
    return next((entry for entry in facts.staff if entry.is_of(record.worker, record.service_on)), None)


def _pairs(facts: Facts) -> Iterator[tuple[Line | InvoiceLine, Line | None]]:
    """Each line of the invoice, with the line that the same records come to now."""
    priced = {_key(line): line for line in facts.statement.lines}
    for charged in facts.charged:
        yield charged, priced.get(_key(charged))


def _key(line: Line | InvoiceLine) -> tuple[object, ...]:
    return (line.help_id, line.activity, line.first_day, frozenset(line.record_ids))


def _figures(line: Line | InvoiceLine) -> tuple[object, ...]:
    return (line.minutes_rounded, line.unit, line.units, line.price_cents, line.amount_cents)


def _hours(hundredths: int) -> str:
    return format_decimal_de(Decimal(hundredths).scaleb(-2))
