"""Taking a provider's own XRechnung: read, compared with its records, and made an invoice, or refused and kept."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.ids import new_id
from app.core.sealing import Sealer
from app.modules.einvoices import comparing, queries
from app.modules.einvoices.document import EInvoice
from app.modules.einvoices.models import ImportState, XRechnungImport
from app.modules.einvoices.reading import read
from app.modules.einvoices.schemas import XRechnungFinding, XRechnungImportOut
from app.modules.einvoices.service import seal, unseal
from app.modules.invoices import Invoice, InvoiceState, bill, preview
from app.modules.organisations import Organisation
from app.policy import Actor

_MAX_CENTS = 10**12


def import_xrechnung(
    db: Session, raw: bytes, *, dry_run: bool, actor: Actor, at: datetime, sealer: Sealer
) -> XRechnungImportOut:
    """Read a provider's XRechnung and compare it with its records of the month.

    Where they agree, an invoice of its number is drafted from the records (or the draft of this number is linked to
    it), and the file is its XRechnung from then on. Where they do not, it is refused with findings; the file is kept.

    Raises:
        UnreadableInvoice: it is no XRechnung, or no XML that may be read.
    """
    told = read(raw)
    offices = queries.offices_at(db, told.buyer_reference or "")
    office = offices[0] if len(offices) == 1 else None
    draft = queries.own_invoice(db, told.number, actor)
    linked = draft if draft is not None and _may_link(db, draft, office, told) else None
    expected = _expected(db, told, office, linked, is_taken=draft is not None and linked is None, actor=actor)
    findings = comparing.compare(told, expected)
    state = ImportState.REFUSED if any(one.blocks for one in findings) else ImportState.ACCEPTED
    outcome = XRechnungImportOut(
        id=None,
        state=state,
        number=told.number[:200] if told.number else None,
        youth_office_id=office.id if office else None,
        invoice_id=linked.id if linked and state is ImportState.ACCEPTED else None,
        total_cents=_cents(told.due),
        expected_cents=expected.total_cents if expected.cents_of_help else None,
        findings=findings[:10_000],
    )
    if dry_run:
        return outcome
    if state is ImportState.ACCEPTED and linked is None and office is not None:
        wanted = Invoice(youth_office_id=office.id, month=comparing.period_of(told), number=told.number)
        outcome.invoice_id = bill(db, wanted, actor=actor, at=at).id
    return _keep(db, raw, outcome, actor, at, sealer)


def show(row: XRechnungImport) -> XRechnungImportOut:
    """What became of a file that was handed in."""
    return XRechnungImportOut(
        id=row.id,
        state=row.state,
        number=row.number,
        youth_office_id=row.youth_office_id,
        invoice_id=row.invoice_id,
        total_cents=row.total_cents,
        expected_cents=None,
        findings=[XRechnungFinding.model_validate(one) for one in row.findings],
    )


def content_of(db: Session, import_id: UUID, *, actor: Actor, sealer: Sealer) -> bytes:
    """The file as it was handed in, byte for byte."""
    row = queries.get_import(db, import_id, actor)
    return unseal(sealer, row.id, row.sealed_content)


def _may_link(db: Session, draft: Invoice, office: Organisation | None, told: EInvoice) -> bool:
    """Whether a draft of this number waits for its file: the same office and month, and no file yet."""
    return (
        draft.state in (InvoiceState.DRAFT, InvoiceState.RETURNED)
        and office is not None
        and draft.youth_office_id == office.id
        and draft.month == comparing.period_of(told)
        and queries.handed_in(db, draft.id) is None
        and queries.issued(db, draft.id) is None
    )


def _expected(
    db: Session, told: EInvoice, office: Organisation | None, linked: Invoice | None, *, is_taken: bool, actor: Actor
) -> comparing.Expected:
    """What the linked draft, or else what is not billed yet of the month, comes to."""
    month = comparing.period_of(told)
    cents: dict[str, int] = {}
    hours: dict[str, Decimal] = {}
    for number, amount, units in _lines(db, office, month, linked, actor):
        cents[number] = cents.get(number, 0) + amount
        hours[number] = hours.get(number, Decimal(0)) + units
    details = queries.details_of(db, [actor.organisation_id]).get(actor.organisation_id)
    return comparing.Expected(
        cents_of_help=cents,
        hours_of_help=hours,
        number_is_taken=is_taken,
        is_known_buyer=office is not None,
        iban=details.iban if details else None,
    )


def _lines(
    db: Session, office: Organisation | None, month: date | None, linked: Invoice | None, actor: Actor
) -> list[tuple[str, int, Decimal]]:
    """Help number, cents and units of each line there would be."""
    if linked is not None:
        helps = queries.helps_of(db, {line.help_id for line in linked.lines})
        return [(helps[line.help_id].number, line.amount_cents, line.units) for line in linked.lines]
    if office is None or month is None:
        return []
    unbilled = preview(db, office.id, actor.organisation_id, month)
    return [(unbilled.helps[line.help_id].number, line.amount_cents, line.units) for line in unbilled.statement.lines]


def _keep(
    db: Session, raw: bytes, outcome: XRechnungImportOut, actor: Actor, at: datetime, sealer: Sealer
) -> XRechnungImportOut:
    """Keep the file with what was found."""
    outcome.id = new_id()
    db.add(
        XRechnungImport(
            id=outcome.id,
            provider_id=actor.organisation_id,
            youth_office_id=outcome.youth_office_id,
            invoice_id=outcome.invoice_id,
            state=outcome.state,
            number=outcome.number,
            total_cents=outcome.total_cents,
            sealed_content=seal(sealer, outcome.id, raw),
            sha256=hashlib.sha256(raw).hexdigest(),
            findings=[one.model_dump(mode="json") for one in outcome.findings],
            imported_by=actor.id,
            imported_at=at,
        )
    )
    db.flush()
    audit.record(
        db,
        tenant_id=actor.organisation_id,
        actor=actor,
        action="xrechnung.import",
        subject_kind="xrechnung_import",
        subject_id=outcome.id,
        at=at,
        details={"state": outcome.state.value, "invoice_id": outcome.invoice_id},
    )
    return outcome


def _cents(euros: Decimal | None) -> int | None:
    """Whole cents; nothing for an amount that is none."""
    if euros is None or abs(euros) > _MAX_CENTS:
        return None
    return int(euros.scaleb(2).to_integral_value())
