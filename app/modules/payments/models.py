"""Payment runs: which approved invoices are paid together, to whom, in one order to the bank."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import CONSTRAINT_TEXTS, Base, Identified, code
from app.core.problems import Text
from app.core.types import CodeList
from app.core.workflow import Stateful
from app.modules.invoices import Invoice


class PaymentRunState(CodeList):
    """Where a payment run stands."""

    DRAFT = "draft", "Vorschlag"
    ORDERED = "ordered", "angewiesen"
    EXECUTED = "executed", "ausgeführt"
    CANCELLED = "cancelled", "verworfen"


class PaymentRun(Identified, Stateful, Base):
    """An order to pay some invoices on a day; prepared by one person, ordered by another."""

    __tablename__ = "payment_run"

    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[str]
    state: Mapped[PaymentRunState] = mapped_column(code(PaymentRunState, "state"))
    execute_on: Mapped[date]
    total_cents: Mapped[int] = mapped_column(BigInteger)
    debtor_name: Mapped[str]
    debtor_iban: Mapped[str]
    created_by: Mapped[UUID]
    ordered_by: Mapped[UUID | None]
    ordered_at: Mapped[datetime | None]
    executed_on: Mapped[date | None]
    reference: Mapped[str | None]
    cancel_reason: Mapped[str | None]

    items: Mapped[list["PaymentItem"]] = relationship(lazy="raise", order_by="PaymentItem.place", viewonly=True)

    __table_args__ = (
        UniqueConstraint("youth_office_id", "number", name="uq_payment_run_number"),
        CheckConstraint("ordered_by <> created_by", name="four_eyes"),
        CheckConstraint("(ordered_by IS NULL) = (ordered_at IS NULL)", name="ordered"),
        CheckConstraint("state NOT IN ('ordered', 'executed') OR ordered_by IS NOT NULL", name="orderer"),
        CheckConstraint("(state = 'executed') = (executed_on IS NOT NULL)", name="executed"),
        CheckConstraint("(executed_on IS NULL) = (reference IS NULL)", name="reference"),
        Index("ix_payment_run_youth_office_id", "youth_office_id", "id"),
        Index("ix_payment_run_office_state", "youth_office_id", "state"),
    )

    @property
    def audience(self) -> list[UUID]:
        """Payment is the youth office's business; providers learn of their invoices."""
        return [self.youth_office_id]

    @property
    def tenant_id(self) -> UUID:
        """The youth office that pays."""
        return self.youth_office_id


class PaymentItem(Identified, Base):
    """An invoice in a run, or a credit note that is set off, with the account it goes to as it was then."""

    __tablename__ = "payment_item"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("payment_run.id"))
    youth_office_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.id"))
    place: Mapped[int]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    creditor_name: Mapped[str]
    iban: Mapped[str]
    is_new_account: Mapped[bool]  # nothing has been paid to this account before
    released_at: Mapped[datetime | None]  # the run was cancelled

    invoice: Mapped[Invoice] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        UniqueConstraint("run_id", "place", name="uq_payment_item_place"),
        CheckConstraint("amount_cents <> 0", name="amount"),
        Index("uq_payment_item_live", "invoice_id", unique=True, postgresql_where=text("released_at IS NULL")),
        Index("ix_payment_item_account", "youth_office_id", "provider_id", "iban"),
    )


CONSTRAINT_TEXTS["uq_payment_item_live"] = Text(
    "Eine dieser Rechnungen steht schon in einem Zahlungslauf.", "One of these invoices is in a payment run already."
)
CONSTRAINT_TEXTS["ck_payment_run_four_eyes"] = Text(
    "Wer einen Zahlungslauf vorbereitet, weist ihn nicht selbst an.",
    "Whoever prepares a payment run does not order it.",
)
CONSTRAINT_TEXTS["payment_run_total"] = Text(
    "Die Summe des Laufs ist nicht die Summe seiner Rechnungen.", "The total is not the sum of its invoices."
)
CONSTRAINT_TEXTS["payment_item_fixed"] = Text("Eine Zahlung wird nicht geändert.", "What is to be paid is not changed.")
