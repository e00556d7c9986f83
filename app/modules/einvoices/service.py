"""Acting on e-invoices: what an organisation tells for them, and the XRechnung of an invoice."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from schwifty import IBAN
from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core import audit, outbox
from app.core.db import check_version
from app.core.problems import Invalid, StaleVersion
from app.core.sealing import Sealer
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.modules import organisations
from app.modules.cases import grants_of
from app.modules.einvoices import building, cii, queries, rules
from app.modules.einvoices.document import EInvoice
from app.modules.einvoices.errors import BillingDetailsMissing
from app.modules.einvoices.models import BillingDetails, XRechnung
from app.modules.einvoices.schemas import BillingDetailsOut, BillingDetailsPut, MissingOut
from app.modules.invoices import Invoice, get_invoice
from app.policy import Actor, OrganisationKind

outbox.announce(billing_details__changed="Angaben für E-Rechnungen geändert")


def show_details(db: Session, organisation_id: UUID, actor: Actor) -> BillingDetailsOut:
    """The details of the own organisation, and what is missing."""
    details = queries.own_details(db, organisation_id, actor)
    return _shown(db, organisation_id, details)


def put_details(
    db: Session, organisation_id: UUID, body: BillingDetailsPut, expected: int, *, actor: Actor, at: datetime
) -> BillingDetailsOut:
    """Replace the details of the own organisation.

    Raises:
        NotFound: another organisation's.
        Invalid: a Leitweg-ID of a provider.
        StaleVersion: it has been changed since.
    """
    details = queries.own_details(db, organisation_id, actor, lock=True)
    if body.leitweg_id is not None and not actor.is_youth_office:
        raise Invalid.field(
            "/leitweg_id", "unknown", "Eine Leitweg-ID hat nur das Jugendamt.", "Only a youth office has a Leitweg-ID."
        )
    if details is None:
        if expected:
            raise StaleVersion
        details = BillingDetails(organisation_id=organisation_id, iban=None)
        db.add(details)
    else:
        check_version(details, expected)
    if body.iban != details.iban:
        details.iban_changed_at = at if body.iban else None
    for name, value in body.model_dump(exclude={"leitweg_id"}).items():
        setattr(details, name, value)
    details.changed_at, details.changed_by = at, actor.id
    flag_modified(details, "changed_at")  # a new version even within the same instant
    db.flush()
    if actor.is_youth_office:
        organisations.set_leitweg_id(db, body.leitweg_id, actor=actor, at=at)
    _tell(db, details, actor, at)
    return _shown(db, organisation_id, details)


def xrechnung_of(db: Session, invoice_id: UUID, *, actor: Actor, sealer: Sealer) -> tuple[Invoice, bytes]:
    """The XRechnung of an invoice: the provider's own, else the one of its submission, else one as things stand.

    Raises:
        BillingDetailsMissing: seller or buyer have not told what the standard wants.
    """
    invoice = get_invoice(db, invoice_id, actor)
    if (own := queries.handed_in(db, invoice_id)) is not None:
        return invoice, unseal(sealer, own.id, own.sealed_content)
    if (issued := queries.issued(db, invoice_id)) is not None:
        return invoice, issued.content
    return invoice, cii.write(einvoice_of(db, invoice, invoice.submitted_at or invoice.created_at))


def einvoice_of(db: Session, invoice: Invoice, at: datetime) -> EInvoice:
    """The invoice in the terms of EN 16931, as issued on a day.

    Raises:
        BillingDetailsMissing: seller or buyer have not told what the standard wants.
    """
    details = queries.details_of(db, invoice.audience)
    seller, buyer = (details.get(id_) for id_ in (invoice.provider_id, invoice.youth_office_id))
    leitweg_id = organisations.get_organisation(db, invoice.youth_office_id).leitweg_id
    absent = [
        *_missing(invoice.provider_id, seller, rules.SELLER_FIELDS, None),
        *_missing(invoice.youth_office_id, buyer, rules.BUYER_FIELDS, leitweg_id),
    ]
    if absent or seller is None or buyer is None or leitweg_id is None:
        raise BillingDetailsMissing(missing=[one.model_dump(mode="json") for one in absent])
    help_ids = {line.help_id for line in invoice.lines}
    return building.build(
        building.Sources(
            invoice=invoice,
            issued_on=legal_date(at),
            seller=seller,
            buyer=buyer,
            leitweg_id=leitweg_id,
            helps=queries.helps_of(db, help_ids),
            grants=grants_of(db, help_ids),
            original=_original(db, invoice),
        )
    )


def follow_invoice(db: Session, invoice: Invoice, move: Move) -> None:
    """Keep the XRechnung of an invoice when it is submitted for the first time; where details are missing, none is."""
    if move.action != "submit" or queries.issued(db, invoice.id) or queries.handed_in(db, invoice.id):
        return
    if "lines" in inspect(invoice).unloaded:
        db.refresh(invoice, ["lines"])
    try:
        content = cii.write(einvoice_of(db, invoice, move.at))
    except BillingDetailsMissing:
        return
    values = {
        "invoice_id": invoice.id,
        "youth_office_id": invoice.youth_office_id,
        "provider_id": invoice.provider_id,
        "content": content,
        "sha256": hashlib.sha256(content).hexdigest(),
        "made_at": move.at,
    }
    db.execute(insert(XRechnung).values(values).on_conflict_do_nothing())


def file_name(invoice: Invoice) -> str:
    """The invoice's number as the name of a file."""
    return re.sub(r"[^A-Za-z0-9]+", "-", invoice.number).strip("-")


def seal(sealer: Sealer, import_id: UUID, content: bytes) -> bytes:
    """A file that was handed in, sealed for its row: what strangers write may name anybody."""
    return sealer.seal(content.decode("latin-1"), f"xrechnung:{import_id}")


def unseal(sealer: Sealer, import_id: UUID, sealed: bytes) -> bytes:
    """The file again, byte for byte."""
    return sealer.open(sealed, f"xrechnung:{import_id}").encode("latin-1")


def _original(db: Session, invoice: Invoice) -> tuple[str, date] | None:
    if invoice.corrects_id is None:
        return None
    original = db.get_one(Invoice, invoice.corrects_id)
    return original.number, legal_date(original.submitted_at or original.created_at)


def _shown(db: Session, organisation_id: UUID, details: BillingDetails | None) -> BillingDetailsOut:
    organisation = organisations.get_organisation(db, organisation_id)
    is_office = organisation.kind is OrganisationKind.YOUTH_OFFICE
    wanted = rules.BUYER_FIELDS if is_office else rules.SELLER_FIELDS
    columns = BillingDetails.__table__.columns.keys()
    told = {name: getattr(details, name, None) for name in columns if name in BillingDetailsOut.model_fields}
    return BillingDetailsOut.model_validate(
        {
            **told,
            "organisation_id": organisation_id,
            "bic": bic_of(told["iban"]),
            "leitweg_id": organisation.leitweg_id,
            "missing": _missing(organisation_id, details, wanted, organisation.leitweg_id),
            "version": details.version if details else 0,
        }
    )


def bic_of(iban: str | None) -> str | None:
    """The bank's identifier, as far as the bank code tells it."""
    return str(IBAN(iban).bic or "") or None if iban else None


def _missing(
    organisation_id: UUID, details: BillingDetails | None, wanted: Mapping[str, str], leitweg_id: str | None
) -> list[MissingOut]:
    """What is not told yet, in the order in which it is asked for."""
    told = {
        "leitweg_id": leitweg_id,
        "tax": details and (details.vat_id or details.tax_number),
    }
    return [
        MissingOut(field=field, term=term, organisation_id=organisation_id)
        for field, term in wanted.items()
        if not told.get(field, getattr(details, field, None))
    ]


def _tell(db: Session, details: BillingDetails, actor: Actor, at: datetime) -> None:
    of = {"tenant_id": details.organisation_id, "subject_kind": "billing_details", "actor": actor, "at": at}
    subject: dict[str, Any] = {**of, "subject_id": details.organisation_id}
    audit.record(db, action="billing_details.change", details={"version": details.version}, **subject)
    outbox.emit(db, "billing_details.changed", audience=[details.organisation_id], **subject)
