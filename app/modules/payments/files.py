"""What the cash office gets: the order to the bank (pain.001, library sepaxml) and a table to book from (CSV)."""

from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import sepaxml
from lxml import etree
from sepaxml import SepaTransfer

from app.core.exports import CSV, table_of
from app.core.money import format_decimal_de
from app.law.calendars import BERLIN
from app.modules.einvoices import bic_of
from app.modules.payments.models import PaymentRun
from app.modules.payments.rules import Transfer, transfers

SCHEMA = "pain.001.001.09"
"""ISO 20022, as German banks take it since November 2023 (DFÜ-Abkommen, Anlage 3)."""
COLUMNS = {
    "Zahlungslauf": "number of the run",
    "Position": "place in the run",
    "Rechnungsnummer": "the provider's number",
    "Art": "380 Rechnung, 381 Gutschrift, 384 Rechnungskorrektur",
    "Monat": "month of service, YYYY-MM",
    "Kontoinhaber": "as the provider told it",
    "IBAN": "account it goes to",
    "Vorgang": "Auszahlung, or Verrechnung of a credit note against what goes to the same account",
    "Betrag": "euros with decimal comma, without sign",
    "Waehrung": "EUR",
    "Ausfuehrung": "day of execution, YYYY-MM-DD",
    "Kasse": "account it is paid from (IBAN)",
}
"""The columns of the CSV and what they hold; separator ;, UTF-8 with a byte order mark, a row per invoice."""
_TYPE_CODES = {"invoice": "380", "credit_note": "381", "correction": "384"}


def pain001(run: PaymentRun) -> bytes:
    """The order to the bank, valid against its schema; the same run gives the same bytes."""
    config = {"name": run.debtor_name, "IBAN": run.debtor_iban, "currency": "EUR", "batch": True}
    order = SepaTransfer(config | _bic(run.debtor_iban), schema=SCHEMA, clean=True)
    made = transfers(run)
    for number, transfer in enumerate(made, 1):
        order.add_payment(_payment(run, number, transfer))
    root = etree.fromstring(order.export(validate=False))
    at = (run.ordered_at or run.created_at).astimezone(BERLIN)
    for name, text in {"MsgId": run.number, "PmtInfId": run.number, "CreDtTm": f"{at:%Y-%m-%dT%H:%M:%S}"}.items():
        for node in root.iter(f"{{*}}{name}"):  # the library makes these up anew each time
            node.text = text
    _schema().assertValid(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def table(run: PaymentRun) -> bytes:
    """The run as CSV, see `COLUMNS`."""
    rows = [
        dict(
            zip(
                COLUMNS,
                (
                    run.number,
                    item.place,
                    item.invoice.number,
                    _TYPE_CODES[item.invoice.kind],
                    f"{item.invoice.month:%Y-%m}",
                    item.creditor_name,
                    item.iban,
                    "Auszahlung" if item.amount_cents > 0 else "Verrechnung",
                    format_decimal_de(abs(item.amount_cents) / Decimal(100)).replace(".", ""),
                    "EUR",
                    f"{run.execute_on:%Y-%m-%d}",
                    run.debtor_iban,
                ),
                strict=True,
            )
        )
        for item in run.items
    ]
    return table_of(rows, CSV, run.number)[0]


def _payment(run: PaymentRun, number: int, transfer: Transfer) -> dict[str, object]:
    return {
        "name": transfer.name,
        "IBAN": transfer.iban,
        "amount": transfer.cents,
        "execution_date": run.execute_on,
        "description": transfer.remittance,
        "endtoend_id": f"{run.number}-{number}",
        **_bic(transfer.iban),
    }


def _bic(iban: str) -> dict[str, str]:
    bic = bic_of(iban)
    return {"BIC": bic} if bic else {}


@cache
def _schema() -> Any:
    path = resources.files(sepaxml) / "schemas" / f"{SCHEMA}.xsd"
    return etree.XMLSchema(etree.fromstring(path.read_bytes()))
