"""Taking invoices back: a corrected invoice (384) replaces one that is not paid, a credit note (381) cancels one.

Either frees the records, so that they can be reversed or billed again; each invoice is taken back once.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core import deadlines
from app.core.db import check_version
from app.core.ids import new_id
from app.core.problems import Invalid
from app.law.calendars import legal_date
from app.modules import billing
from app.modules.invoices import queries
from app.modules.invoices.checking import OBJECTION
from app.modules.invoices.models import Invoice, InvoiceKind, InvoiceLine
from app.modules.invoices.schemas import Correction, Credit
from app.modules.invoices.service import bill
from app.modules.invoices.workflow import INVOICE
from app.policy import Actor


def correct_invoice(
    db: Session, invoice_id: UUID, body: Correction, expected: int, *, actor: Actor, at: datetime
) -> Invoice:
    """Replace an invoice that is not paid yet by a draft that names it; its records are billed anew.

    Raises:
        TransitionNotAllowed: the invoice is being checked, ordered for payment or paid.
        Invalid: a record to reverse is none of this invoice's.

    Law: § 14 Abs. 6 UStG, § 31 Abs. 5 UStDV (an invoice is corrected by a document that names it).
    """
    original = _take_back(db, invoice_id, "replace", body.reason, expected, actor=actor, at=at)
    billed = {record_id for line in original.lines for record_id in line.record_ids}
    if strangers := [place for place, id_ in enumerate(body.reverse_record_ids) if id_ not in billed]:
        raise Invalid.field(
            f"/reverse_record_ids/{strangers[0]}",
            "unknown",
            "Dieser Eintrag steht nicht auf der Rechnung.",
            "The record is not on the invoice.",
        )
    for record_id in dict.fromkeys(body.reverse_record_ids):
        billing.reverse(db, record_id, body.reason, actor=actor, at=at)
    corrected = Invoice(
        youth_office_id=original.youth_office_id,
        month=original.month,
        kind=InvoiceKind.CORRECTION,
        corrects_id=original.id,
        correction_reason=body.reason,
    )
    return bill(db, corrected, actor=actor, at=at)


def credit_invoice(
    db: Session, invoice_id: UUID, body: Credit, expected: int, *, actor: Actor, at: datetime
) -> Invoice:
    """Cancel a decided or paid invoice by a credit note over the same lines; the youth office acknowledges it.

    What was paid is set off in a payment run; what was not is not paid any more.

    Raises:
        TransitionNotAllowed: the invoice is not decided, or ordered for payment.

    Law: § 14 Abs. 6 UStG, § 31 Abs. 5 UStDV.
    """
    original = _take_back(db, invoice_id, "credit", body.reason, expected, actor=actor, at=at)
    note = Invoice(
        id=new_id(),
        youth_office_id=original.youth_office_id,
        provider_id=original.provider_id,
        number=queries.free_number(db, actor.organisation_id, "GS", legal_date(at).year),
        kind=InvoiceKind.CREDIT_NOTE,
        corrects_id=original.id,
        correction_reason=body.reason,
        month=original.month,
        total_cents=original.total_cents,
        created_by=actor.id,
        submitted_at=at,
    )
    INVOICE.begin(db, note, actor=actor, at=at, month=f"{note.month:%Y-%m}", total_cents=note.total_cents)
    db.execute(insert(InvoiceLine), [_copy(line, note) for line in original.lines])
    INVOICE.fire(db, note, "submit", actor=actor, at=at)
    return queries.get_invoice(db, note.id, actor)


def _take_back(
    db: Session, invoice_id: UUID, action: str, reason: str, expected: int, *, actor: Actor, at: datetime
) -> Invoice:
    """Move the invoice out of the way and free its records."""
    original = queries.get_invoice(db, invoice_id, actor, lock=True)
    check_version(original, expected)
    original.opened = frozenset({action})  # type: ignore[misc]  # this invoice's own, for the guard
    INVOICE.fire(db, original, action, actor=actor, at=at)
    deadlines.meet(db, original.id, OBJECTION, by=actor.id, at=at)
    billing.release_billed(db, original.id)
    db.flush()
    return original


def _copy(line: InvoiceLine, note: Invoice) -> dict[str, object]:
    """A line of the original on its credit note; the records are named, and free."""
    values = {column.key: getattr(line, column.key) for column in InvoiceLine.__table__.columns}
    return {**values, "id": new_id(), "invoice_id": note.id}
