"""Acting on invoices."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.ids import new_id
from app.core.problems import Conflict, Text
from app.law.calendars import legal_date
from app.modules import agreements, billing
from app.modules.agreements import BillingTerms
from app.modules.billing import DatedTerms, Line, ServiceRecord, Statement
from app.modules.cases import Help, grants_of, worked_in
from app.modules.invoices import checking, checks, queries, rules
from app.modules.invoices.errors import FindingClosed, NothingPriced, NothingToBill, NotYoursToAccept
from app.modules.invoices.models import Invoice, InvoiceFinding, InvoiceLine, InvoiceState, Severity
from app.modules.invoices.schemas import DiscardInvoice, InvoiceAction, InvoiceCreate, SubmitInvoice
from app.modules.invoices.workflow import INVOICE, UNDER_CHECK
from app.modules.organisations import land_of
from app.modules.staff import staff_of
from app.policy import Actor

_DAY = timedelta(days=1)
SUPPOSED = "Simulation"
"""What lines name as their terms where these are supposed."""
Basis = tuple[agreements.ServiceKind, UUID | None]


@dataclass(frozen=True, slots=True)
class Supposed:
    """Other terms than those agreed, for a simulation; without terms what is agreed, with what was done before."""

    before: Sequence[ServiceRecord]
    terms: BillingTerms | None
    number: str | None

    def instead_of(self, number: str) -> BillingTerms | None:
        """The terms that take the place of those of this agreement."""
        return self.terms if self.number is None or agreements.lineage(number) == self.number else None


@dataclass(frozen=True, slots=True)
class Open:
    """What there is to bill: the records, their helps, and what pricing makes of them."""

    records: Sequence[ServiceRecord]
    helps: dict[UUID, Help]
    statement: Statement


def create_invoice(db: Session, body: InvoiceCreate, *, actor: Actor, at: datetime) -> Invoice:
    """Make a draft of everything the provider recorded for an office in a month and has not billed yet.

    The records are locked to the invoice; each line is priced by the terms in force on its service date. The same
    records always make the same lines.

    Raises:
        NothingToBill, NothingPriced: there is no record, or none has a price.

    Law: SGB VIII §§ 36a, 77, 78b ff.
    """
    draft = Invoice(youth_office_id=body.youth_office_id, month=rules.month_of(body.month)[0])
    return bill(db, draft, actor=actor, at=at)


def bill(db: Session, invoice: Invoice, *, actor: Actor, at: datetime) -> Invoice:
    """Fill a draft that says for whom, which month and what kind; it gets the next free number unless it has one.

    Raises:
        NothingToBill, NothingPriced: there is no record, or none has a price.
    """
    settle(db, invoice, actor=actor, at=at)
    return queries.get_invoice(db, invoice.id, actor)


def settle(db: Session, invoice: Invoice, *, actor: Actor, at: datetime) -> Open:
    """The same; tells what was there to bill and what of it has no price.

    Raises:
        NothingToBill, NothingPriced: there is no record, or none has a price.
    """
    first, last = invoice.month, rules.end_of_month(invoice.month)
    records = billing.records_for_billing(db, invoice.youth_office_id, actor.organisation_id, first, last)
    if not records:
        raise NothingToBill
    helps = queries.helps_of(db, {record.help_id for record in records})
    priced = _price(db, records, helps)
    statement = priced.statement
    if not statement.lines:
        raise NothingPriced
    invoice.id, invoice.provider_id, invoice.created_by = new_id(), actor.organisation_id, actor.id
    invoice.number = invoice.number or queries.free_number(db, actor.organisation_id, "RE", legal_date(at).year)
    invoice.total_cents = statement.total_cents
    INVOICE.begin(db, invoice, actor=actor, at=at, month=f"{first:%Y-%m}", total_cents=statement.total_cents)
    db.execute(insert(InvoiceLine), [_line(invoice, place, line) for place, line in enumerate(statement.lines, 1)])
    _check(db, invoice, records, at, priced)
    if billing.mark_billed(db, [record.id for record in records], invoice.id) != len(records):
        raise Conflict(
            reason=Text("Ein Eintrag wird gerade anderswo abgerechnet.", "A record is being billed elsewhere.")
        )
    return Open(records, helps, statement)


def preview(db: Session, youth_office_id: UUID, provider_id: UUID, month: date) -> Open:
    """What a month would bill now, without billing it."""
    last = rules.end_of_month(month)
    records = billing.records_for_billing(db, youth_office_id, provider_id, month, last)
    helps = queries.helps_of(db, {record.help_id for record in records})
    return Open(records, helps, _price(db, records, helps).statement)


def suppose(
    db: Session,
    youth_office_id: UUID,
    provider_id: UUID,
    month: date,
    terms: BillingTerms,
    number: str | None,
) -> tuple[Open, Statement]:
    """What a month came to, billed or not, and what it would have come to under other terms. Changes nothing.

    Args:
        number: only what was done under this agreement, or what amended it, is priced anew; None: everything.
    """
    records = queries.records_between(db, youth_office_id, provider_id, month, rules.end_of_month(month))
    helps = queries.helps_of(db, {record.help_id for record in records})
    first = rules.months_before(month, rules.HISTORY_MONTHS)
    before = queries.records_between(db, youth_office_id, provider_id, first, month - _DAY)
    as_it_was = _price(db, records, helps, supposed=Supposed(before, None, number)).statement
    supposed = _price(db, records, helps, supposed=Supposed(before, terms, number)).statement
    return Open(records, helps, as_it_was), supposed


def discard(db: Session, draft: Invoice, *, actor: Actor, at: datetime) -> None:
    """Give up a draft; its records are free again."""
    INVOICE.fire(db, draft, "discard", actor=actor, at=at)
    billing.release_billed(db, draft.id)
    db.flush()


def move(db: Session, invoice_id: UUID, action: InvoiceAction, expected: int, *, actor: Actor, at: datetime) -> Invoice:
    """Take a step of the invoice's life cycle; a discarded invoice frees its records.

    Raises:
        StaleVersion, TransitionNotAllowed, PermissionMissing, GuardRefused: see core.workflow.
        Invalid: a question or an answer is about something else than this invoice.
    """
    invoice = queries.get_invoice(db, invoice_id, actor, lock=True)
    check_version(invoice, expected)
    grants = grants_of(db, {line.help_id for line in invoice.lines})
    invoice.grant_releasers = frozenset(  # type: ignore[misc]  # this invoice's own, for the guard
        grant.released_by for of_help in grants.values() for grant in of_help if grant.released_by
    )
    with db.no_autoflush:
        checking.prepare(db, invoice, action)
        INVOICE.fire(db, invoice, action.action, actor=actor, at=at)
    checking.take_effect(db, invoice, action, actor=actor, at=at)
    if isinstance(action, SubmitInvoice):
        invoice.submitted_at = at
        db.flush()
        _check(db, invoice, queries.records_of_invoice(db, invoice), at)  # much may have changed since the draft
        db.refresh(invoice, ["findings"])
    elif isinstance(action, DiscardInvoice):
        billing.release_billed(db, invoice.id)
    db.flush()
    return invoice


def override(db: Session, invoice_id: UUID, finding_id: UUID, reason: str, *, actor: Actor, at: datetime) -> Invoice:
    """Accept a blocking finding, with a reason that stays.

    Raises:
        FindingClosed: it blocks nothing, is accepted already, or the invoice is not under check.
        NotYoursToAccept: another role accepts it, or nobody does.
    """
    invoice = queries.get_invoice(db, invoice_id, actor, lock=True)
    finding = queries.get_finding(db, invoice, finding_id)
    if (
        invoice.state not in UNDER_CHECK | {InvoiceState.OBJECTED}
        or finding.severity is not Severity.BLOCK
        or finding.overridden_by is not None
    ):
        raise FindingClosed
    if not actor.roles & checks.OVERRIDERS[finding.rule]:
        raise NotYoursToAccept
    finding.overridden_by, finding.overridden_at, finding.override_reason = actor.id, at, reason
    invoice.changed_at = at
    db.flush()
    audit.record(
        db,
        tenant_id=invoice.tenant_id,
        actor=actor,
        action="invoice.override_finding",
        subject_kind="invoice",
        subject_id=invoice.id,
        at=at,
        details={"rule": finding.rule, "finding": finding.id},
    )
    return invoice


@dataclass(frozen=True, slots=True)
class _Priced:
    """A month's records priced: the statement, the terms it used, and what each record is paid as."""

    statement: Statement
    terms: list[DatedTerms]
    basis: dict[UUID, Basis]


def _price(
    db: Session,
    records: Sequence[ServiceRecord],
    helps: dict[UUID, Help],
    invoice: Invoice | None = None,
    supposed: Supposed | None = None,
) -> _Priced:
    """Price the records by the terms of each service date: of the agreement under which their help, or the phase of
    it, was opened, and what amended it, else of the one in force for this kind of help. What invoices before this one
    billed of a month is not there a second time.
    """
    if not records:
        return _Priced(Statement((), ()), [], {})
    billed = queries.records_billed_before(db, records, invoice) if supposed is None else supposed.before
    basis = _basis(db, [*records, *billed], helps)
    numbers = agreements.numbers_of(db, (agreement_id for _, agreement_id in basis.values() if agreement_id))
    provider_id = records[0].provider_id
    arrangements = rules.arrangements_of(helps, grants_of(db, helps, provider_id=provider_id))
    listed = staff_of(db, provider_id, {record.worker for record in [*records, *billed]})

    def entry_of(record: ServiceRecord, kind: agreements.ServiceKind) -> billing.Entry:
        entry = next((entry for entry in listed if entry.is_of(record.worker, record.service_on)), None)
        return billing.entry_of(record, kind, *((entry.qualification, entry.employment) if entry else ()))

    def terms_of(record: ServiceRecord) -> tuple[agreements.ServiceKind, str]:
        kind, agreement_id = basis[record.id]
        return kind, numbers[agreement_id] if agreement_id else ""

    ordered = sorted(records, key=terms_of)
    priced, used = [], []
    for (kind, number), of_kind in groupby(ordered, key=terms_of):
        group = list(of_kind)
        if supposed is not None and (other := supposed.instead_of(number)) is not None:
            terms = [DatedTerms(SUPPOSED, other, min(record.service_on for record in group))]
        else:
            terms = _terms(db, group, kind, number)
        used += terms
        entries = [entry_of(record, kind) for record in group]
        before = [entry_of(record, kind) for record in billed if terms_of(record) == (kind, number)]
        priced.append(billing.price_month(entries, billing.dated(terms), arrangements, before))
    lines = tuple(line for statement in priced for line in statement.lines)
    return _Priced(Statement(lines, tuple(item for statement in priced for item in statement.unpriced)), used, basis)


def _basis(db: Session, records: Sequence[ServiceRecord], helps: dict[UUID, Help]) -> dict[UUID, Basis]:
    """What each record is paid as: kind and agreement of the phase of the help in which it was done."""
    phases = worked_in(db, helps, records[0].provider_id) if records else {}

    def of(record: ServiceRecord) -> Basis:
        own = (one for one in phases[record.help_id] if one.valid_from <= record.service_on <= one.valid_to)
        part = next(own, None) or helps[record.help_id]
        return part.service_kind, part.agreement_id

    return {record.id: of(record) for record in records}


def _unpayable(
    db: Session, records: Sequence[ServiceRecord], basis: dict[UUID, Basis]
) -> dict[agreements.ServiceKind, str]:
    """What is not agreed for a kind of help, on the first or the last day billed: of § 78b all three must hold."""
    found = {}
    for kind in sorted({basis[record.id][0] for record in records}):
        days = [record.service_on for record in records if basis[record.id][0] is kind]
        for day in {min(days), max(days)}:
            missing = agreements.missing_for_help(
                db,
                youth_office_id=records[0].youth_office_id,
                provider_id=records[0].provider_id,
                service_kind=kind,
                on=day,
            )
            if missing:
                found[kind] = f"{', '.join(one.title_de for one in missing)} am {day:%d.%m.%Y}"
    return found


def _terms(
    db: Session, records: Sequence[ServiceRecord], kind: agreements.ServiceKind, number: str
) -> list[DatedTerms]:
    """The terms in force on the days of the records: as many look-ups as there are agreements, not days."""
    found: dict[UUID, DatedTerms] = {}
    for day in sorted({record.service_on for record in records}):
        if any(
            terms.valid_from <= day and (terms.valid_to is None or day <= terms.valid_to) for terms in found.values()
        ):
            continue
        one = records[0]
        agreement = agreements.find_in_force(
            db,
            youth_office_id=one.youth_office_id,
            provider_id=one.provider_id,
            service_kind=kind,
            on=day,
            number=number,
        )
        if agreement is not None and agreement.billing_terms is not None:
            found[agreement.version_id] = DatedTerms(
                agreement.number,
                agreement.billing_terms,
                agreement.valid_from,
                agreement.valid_to,
                agreement.version_id,
            )
    return list(found.values())


def _check(
    db: Session, invoice: Invoice, records: Sequence[ServiceRecord], at: datetime, priced: _Priced | None = None
) -> None:
    """Check an invoice as things stand now (priced anew unless it has just been); what an earlier check found is
    closed, and stays readable.
    """
    facts = _facts(db, invoice, records, legal_date(at), priced)
    closed = queries.close_findings(db, invoice, at)
    if findings := _findings(invoice, facts, closed):
        db.execute(insert(InvoiceFinding), findings)


def _facts(
    db: Session, invoice: Invoice, records: Sequence[ServiceRecord], today: date, priced: _Priced | None
) -> checks.Facts:
    first, last = invoice.month, rules.end_of_month(invoice.month)
    helps = queries.helps_of(db, {record.help_id for record in records})
    grants = grants_of(db, helps, provider_id=invoice.provider_id)
    priced = priced or _price(db, records, helps, invoice)
    version_ids = [version.version_id for version in priced.terms if version.version_id]
    asked = any(version.terms.client_confirmation_required for version in priced.terms)
    return checks.Facts(
        first=first,
        last=last,
        today=today,
        records=records,
        of_provider=queries.records_of_provider(db, invoice.provider_id, first, last),
        helps=helps,
        grants=grants,
        kinds={record.id: priced.basis[record.id][0] for record in records},
        statement=priced.statement,
        charged=queries.lines_of(db, invoice),
        terms=priced.terms,
        arrangements=rules.arrangements_of(helps, grants),
        history=queries.records_of_helps(db, helps, rules.months_before(first, rules.HISTORY_MONTHS), last),
        billed_before=queries.billed_elsewhere(db, invoice, helps),
        unpayable=_unpayable(db, records, priced.basis),
        staff=staff_of(db, invoice.provider_id, {record.worker for record in records}),
        confirmed=queries.confirmed(db, helps, invoice.provider_id, first) if asked else frozenset(),
        overdue_reports=queries.overdue_reports(db, helps, today),
        binding_from=agreements.binding_from(db, version_ids),
        land=land_of(db, invoice.youth_office_id),
    )


def _line(invoice: Invoice, place: int, line: Line) -> dict[str, object]:
    values = {name: getattr(line, name) for name in Line.__slots__ if name not in ("record_ids", "steps")}
    return {
        **values,
        "id": new_id(),
        "invoice_id": invoice.id,
        "youth_office_id": invoice.youth_office_id,
        "provider_id": invoice.provider_id,
        "place": place,
        "record_ids": list(line.record_ids),
        "steps": [asdict(step) for step in line.steps],
    }


def _findings(invoice: Invoice, facts: checks.Facts, closed: int) -> list[dict[str, object]]:
    found = [(check, finding) for check in checks.CHECKS for finding in check.find(facts)]
    return [
        {
            "id": new_id(),
            "invoice_id": invoice.id,
            "youth_office_id": invoice.youth_office_id,
            "provider_id": invoice.provider_id,
            "place": place,
            "rule": check.rule,
            "severity": finding.severity or check.severity,
            "source": check.source,
            "text_de": finding.text_de,
            "record_ids": list(finding.record_ids),
        }
        for place, (check, finding) in enumerate(found, closed + 1)
    ]
