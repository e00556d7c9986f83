"""Payment runs as the API shows and takes them."""

from typing import Annotated, Literal, Self

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.invoices import InvoiceKind
from app.modules.payments.models import PaymentItem, PaymentRunState

MAX_INVOICES = 2_000


class PaymentRunCreate(In):
    """Approved invoices, and credit notes to set off, that are paid together."""

    invoice_ids: list[Id] = Field(title="Rechnungen und Gutschriften", min_length=1, max_length=MAX_INVOICES)
    execute_on: Day = Field(title="Ausführung am")


class OrderRun(In):
    """A second person orders the payment."""

    action: Literal["order"]


class ExecuteRun(In):
    """The bank has paid."""

    action: Literal["execute"]
    executed_on: Day = Field(title="ausgeführt am")
    reference: Word = Field(title="Beleg der Kasse")


class CancelRun(In):
    """The run is given up; its invoices are payable again."""

    action: Literal["cancel"]
    reason: Prose = Field(title="Grund")


RunAction = Annotated[OrderRun | ExecuteRun | CancelRun, Field(discriminator="action")]


class PaymentItemOut(Out):
    """An invoice in a payment run."""

    invoice_id: Id = Field(title="Rechnung")
    invoice_number: str = Field(title="Rechnungsnummer", max_length=35)
    kind: InvoiceKind = Field(title="Art")
    provider_id: Id = Field(title="Träger")
    amount_cents: int = Field(title="Betrag (Cent); negativ: wird verrechnet")
    creditor_name: str = Field(title="Kontoinhaber", max_length=70)
    iban: str = Field(title="IBAN", max_length=34)
    is_new_account: bool = Field(title="auf dieses Konto ging noch keine Zahlung")

    @classmethod
    def of(cls, item: PaymentItem) -> Self:
        """An item with its invoice."""
        told = {name: getattr(item, name) for name in cls.model_fields if name not in ("invoice_number", "kind")}
        return cls(**told, invoice_number=item.invoice.number, kind=item.invoice.kind)


class PaymentRunSummary(Out):
    """A payment run in a list."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    state: PaymentRunState = Field(title="Stand")
    execute_on: Day = Field(title="Ausführung am")
    total_cents: int = Field(title="Summe (Cent)")
    created_at: Instant = Field(title="erstellt am")
    ordered_at: Instant | None = Field(title="angewiesen am")
    executed_on: Day | None = Field(title="ausgeführt am")
    reference: str | None = Field(title="Beleg der Kasse", max_length=200)
    version: int = Field(title="Fassung", ge=1)


class PaymentRunOut(PaymentRunSummary):
    """A payment run with its invoices."""

    debtor_name: str = Field(title="zahlende Kasse", max_length=70)
    debtor_iban: str = Field(title="Konto der Kasse (IBAN)", max_length=34)
    cancel_reason: str | None = Field(title="Grund des Verwerfens", max_length=10_000)
    items: list[PaymentItemOut] = Field(title="Rechnungen", max_length=MAX_INVOICES)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class PaymentRunQuery(PageQuery):
    """Filters of payment runs."""

    state: PaymentRunState | None = None
    sort: Literal["created_at", "-created_at", "execute_on", "-execute_on"] = "-created_at"
