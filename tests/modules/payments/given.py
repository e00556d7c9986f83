"""Payment runs, and the invoices they pay."""

from typing import Any

from app.policy import Role
from tests.api import Api
from tests.modules.einvoices.given import given_details
from tests.modules.invoices.given import do, finance, given_invoice, path_of
from tests.world import World

PATH = "/v1/payment-runs"
EXECUTED: dict[str, Any] = {"executed_on": "2026-03-02", "reference": "Beleg 4711"}


def given_payable(world: World, *, details: bool = True) -> dict[str, Any]:
    """An approved invoice; both sides have told their accounts."""
    if details:
        given_details(world)
    return given_invoice(world, "approved")


def propose(api: Api, *invoices: dict[str, Any], status: int = 201, **changes: Any) -> Any:
    """A run of these invoices for 3 March."""
    body = {"invoice_ids": [invoice["id"] for invoice in invoices], "execute_on": "2026-03-03", **changes}
    return api.post(PATH, body, status=status)


def run_path(run: dict[str, Any]) -> str:
    return f"{PATH}/{run['id']}"


def orderer(world: World) -> Api:
    """Somebody who has neither approved nor prepared anything."""
    people: dict[str, Api] = world.__dict__.setdefault("people", {})
    return people.setdefault("orderer", world.person(Role.FINANCE_OFFICER))


def given_run(world: World, state: str, invoice: dict[str, Any] | None = None) -> dict[str, Any]:
    """A run of one invoice in this state."""
    run = propose(world.as_(Role.FINANCE_OFFICER), invoice or given_payable(world))
    path = run_path(run)
    if state in ("ordered", "executed"):
        orderer(world).act(path, "order")
    if state == "executed":
        orderer(world).act(path, "execute", **EXECUTED)
    if state == "cancelled":
        orderer(world).act(path, "cancel", reason="Falscher Tag")
    return dict(orderer(world).get(path))


def given_credited(world: World, invoice: dict[str, Any]) -> dict[str, Any]:
    """The approved credit note of an invoice."""
    note = do(world.as_(Role.PROVIDER_BILLING), invoice, ":credit", {"reason": "Falsch abgerechnet"})
    return dict(finance(world).act(path_of(note), "approve"))
