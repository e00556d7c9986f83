"""The semantic model of EN 16931 as far as it is used here: one invoice, whatever its syntax.

Each field names its business term (BT); optional ones are None where a document leaves them out. Amounts are euros
with two places, as the standard writes them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
"""BT-24 of XRechnung 3.0.x."""
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
"""BT-23."""
HOURS, MINUTES, PIECES = "HUR", "MIN", "C62"
"""UN/ECE Recommendation 20: hours, minutes; one."""
SEPA_TRANSFER = "58"
"""UNTDID 4461, BT-81."""
EXEMPT = "E"
"""UNTDID 5305: exempt from VAT."""
EXEMPTION_CODE = "VATEX-EU-132-1H"
"""Art. 132 (1) (h) of the VAT directive: services linked to the protection of children and young persons."""
EXEMPTION_TEXT = "Steuerfrei nach § 4 Nr. 25 UStG (Leistungen der Jugendhilfe nach § 2 Abs. 2 SGB VIII)"


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4 to BG-6) or buyer (BG-7, BG-8)."""

    id: str | None = None  # BT-29 or BT-30
    name: str | None = None  # BT-27, BT-44
    street: str | None = None  # BT-35, BT-50
    postcode: str | None = None  # BT-38, BT-53
    city: str | None = None  # BT-37, BT-52
    country: str | None = None  # BT-40, BT-55
    contact: str | None = None  # BT-41
    phone: str | None = None  # BT-42
    email: str | None = None  # BT-43
    vat_id: str | None = None  # BT-31, BT-48
    tax_number: str | None = None  # BT-32
    address_scheme: str | None = None  # BT-34-1, BT-49-1
    address: str | None = None  # BT-34, BT-49


@dataclass(frozen=True, slots=True)
class Tax:
    """A row of the breakdown of VAT (BG-23)."""

    basis: Decimal | None = None  # BT-116
    amount: Decimal | None = None  # BT-117
    category: str | None = None  # BT-118
    rate: Decimal | None = None  # BT-119
    reason: str | None = None  # BT-120
    reason_code: str | None = None  # BT-121


@dataclass(frozen=True, slots=True)
class Item:
    """A line (BG-25)."""

    id: str | None = None  # BT-126
    note: str | None = None  # BT-127
    object_id: str | None = None  # BT-128: the help's number
    quantity: Decimal | None = None  # BT-129
    unit: str | None = None  # BT-130
    amount: Decimal | None = None  # BT-131
    first_day: date | None = None  # BT-134
    last_day: date | None = None  # BT-135
    charges: Decimal = Decimal(0)  # BT-141 less BT-136
    price: Decimal | None = None  # BT-146
    price_quantity: Decimal | None = None  # BT-149
    category: str | None = None  # BT-151
    rate: Decimal | None = None  # BT-152
    name: str | None = None  # BT-153


@dataclass(frozen=True, slots=True)
class EInvoice:
    """An invoice."""

    number: str | None = None  # BT-1
    issued_on: date | None = None  # BT-2
    type_code: str | None = None  # BT-3
    currency: str | None = None  # BT-5
    due_on: date | None = None  # BT-9
    buyer_reference: str | None = None  # BT-10
    terms: str | None = None  # BT-20
    note: str | None = None  # BT-22
    process: str | None = None  # BT-23
    specification: str | None = None  # BT-24
    corrects_number: str | None = None  # BT-25
    corrects_issued_on: date | None = None  # BT-26
    seller: Party = Party()
    buyer: Party = Party()
    first_day: date | None = None  # BT-73
    last_day: date | None = None  # BT-74
    means: str | None = None  # BT-81
    remittance: str | None = None  # BT-83
    iban: str | None = None  # BT-84
    account_name: str | None = None  # BT-85
    line_total: Decimal | None = None  # BT-106
    allowances: Decimal = Decimal(0)  # BT-107
    charges: Decimal = Decimal(0)  # BT-108
    net_total: Decimal | None = None  # BT-109
    tax_total: Decimal | None = None  # BT-110
    gross_total: Decimal | None = None  # BT-112
    prepaid: Decimal = Decimal(0)  # BT-113
    rounding: Decimal = Decimal(0)  # BT-114
    due: Decimal | None = None  # BT-115
    taxes: tuple[Tax, ...] = ()
    items: tuple[Item, ...] = ()
