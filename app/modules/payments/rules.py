"""What is transferred to whom, and who may order it; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.money import format_euro_de
from app.core.problems import Text
from app.core.workflow import Move
from app.modules.invoices import InvoiceState
from app.modules.payments.models import PaymentItem, PaymentRun

_MAX_REMITTANCE = 140


@dataclass(frozen=True, slots=True)
class Transfer:
    """One credit transfer: all invoices of a run that go to one account, less what is set off."""

    name: str
    iban: str
    cents: int
    remittance: str


def transfers(run: PaymentRun) -> list[Transfer]:
    """The transfers of a run, in the order of their first invoices; an account with nothing left gets none."""
    by_account: dict[tuple[object, str], list[PaymentItem]] = {}
    for item in run.items:
        by_account.setdefault((item.provider_id, item.iban), []).append(item)
    made = [
        Transfer(items[0].creditor_name, items[0].iban, sum(item.amount_cents for item in items), _told(run, items))
        for items in by_account.values()
    ]
    return [transfer for transfer in made if transfer.cents]


def _told(run: PaymentRun, items: Iterable[PaymentItem]) -> str:
    """The numbers of the invoices, else the run's, whose list has them."""
    numbers = " ".join(item.invoice.number for item in items)
    return numbers if len(numbers) <= _MAX_REMITTANCE else f"Sammelzahlung {run.number}, Rechnungen laut Liste"


def another_than_prepared(run: PaymentRun, move: Move) -> Text | None:
    """Whoever prepared the run does not order it (four eyes)."""
    if run.created_by == move.actor.id:
        return Text(
            "Wer einen Zahlungslauf vorbereitet, weist ihn nicht selbst an.",
            "Whoever prepares a payment run does not order it.",
        )
    return None


def another_than_approved(run: PaymentRun, move: Move) -> Text | None:
    """Whoever found an invoice right does not order its payment (four eyes)."""
    if any(item.invoice.approved_by == move.actor.id for item in run.items):
        return Text(
            "Wer eine Rechnung des Laufs sachlich und rechnerisch freigab, weist ihre Zahlung nicht an.",
            "Whoever approved an invoice of the run does not order its payment.",
        )
    return None


def everything_payable(run: PaymentRun, _: Move) -> Text | None:
    """No invoice was corrected or taken back since."""
    gone = [item.invoice.number for item in run.items if item.invoice.state is not InvoiceState.APPROVED]
    if gone:
        numbers = ", ".join(gone[:10])
        return Text(f"Nicht mehr zu zahlen: {numbers}.", f"No longer payable: {numbers}.")
    return None


def nothing_owed_back(run: PaymentRun, _: Move) -> Text | None:
    """What is set off is not more than what is paid to the same account."""
    if owed := [transfer for transfer in transfers(run) if transfer.cents < 0]:
        told = format_euro_de(-owed[0].cents).replace("\u00a0", " ")
        return Text(
            f"Gutschriften übersteigen die Rechnungen von {owed[0].name} um {told}.",
            f"Credit notes exceed the invoices of {owed[0].name} by {told}.",
        )
    return None
