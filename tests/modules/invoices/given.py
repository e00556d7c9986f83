"""Invoices in every state they can be in, with two records and two lines of one help."""

from typing import Any

from app.policy import Role
from tests.api import Api
from tests.stories.helps import given_help, record_body
from tests.world import World

PATH = "/v1/invoices"
TOTAL = 10_470 + 6_980  # 90 and 60 minutes at 69.80 euros


def given_draft(world: World, help_: dict[str, Any] | None = None) -> dict[str, Any]:
    """Two lines: 90 minutes of direct contact, an hour of collateral contact."""
    help_ = help_ or given_help(world)
    sync = world.as_(Role.PROVIDER_SYNC)
    sync.post("/v1/service-records", record_body(help_))
    hour = {"starts_at": "2026-02-04T09:00:00+01:00", "ends_at": "2026-02-04T10:00:00+01:00"}
    sync.post("/v1/service-records", record_body(help_, activity="collateral_contact", **hour))
    return dict(bill(world))


def bill(world: World, status: int = 201) -> Any:
    """A draft of what is not billed yet of February 2026."""
    body = {"youth_office_id": str(world.youth_office.id), "month": "2026-02"}
    return world.as_(Role.PROVIDER_BILLING).post(PATH, body, status=status)


def path_of(invoice: dict[str, Any]) -> str:
    """Where an invoice is read."""
    return f"{PATH}/{invoice['id']}"


def finance(world: World) -> Api:
    """A finance officer who has not released the grant; the same one for the whole test."""
    people: dict[str, Api] = world.__dict__.setdefault("people", {})
    return people.setdefault("finance", world.person(Role.FINANCE_OFFICER))


def cashier(world: World) -> Api:
    """Another finance officer."""
    people: dict[str, Api] = world.__dict__.setdefault("people", {})
    return people.setdefault("cashier", world.person(Role.FINANCE_OFFICER))


def do(api: Api, invoice: dict[str, Any], what: str, body: dict[str, Any], status: int = 201) -> Any:
    """An act on an invoice besides its steps (`cuts`, `:correct` …), on its present version."""
    path = path_of(invoice)
    slash = "" if what.startswith(":") else "/"
    headers = {"If-Match": f'"{api.get(path)["version"]}"'}
    return api.post(f"{path}{slash}{what}", body, status=status, headers=headers)


def cut(world: World, invoice: dict[str, Any], cents: int = 980, **changes: Any) -> Any:
    """Cut a line (the second unless told)."""
    body = {"place": 2, "cents": cents, "reason": "Nur 50 Minuten belegt.", **changes}
    return do(finance(world), invoice, "cuts", body, 200)


_WAYS: dict[str, tuple[str, ...]] = {
    "discarded": ("discard",),
    "submitted": ("submit",),
    "checking": ("submit", "start_check"),
    "queried": ("submit", "query"),
    "returned": ("submit", "return"),
    "approved": ("submit", "approve"),
    "partly_approved": ("submit", "cuts", "approve_partly"),
    "objected": ("submit", "cuts", "approve_partly", "object"),
    "replaced": ("submit", "return", ":correct"),
    "credited": ("submit", "approve", ":credit"),
}
_FIELDS: dict[str, dict[str, Any]] = {
    "query": {"questions": [{"question": "Wer war dabei?"}]},
    "return": {"reason": "Bitte die Zeiten prüfen."},
    "object": {"reason": "Die Stunde ist belegt."},
}


def given_invoice(world: World, state: str, help_: dict[str, Any] | None = None) -> dict[str, Any]:
    """An invoice of two lines in this state."""
    invoice = given_draft(world, help_)
    billing, office, path = world.as_(Role.PROVIDER_BILLING), finance(world), path_of(invoice)
    for step in _WAYS.get(state, ()):
        if step == "cuts":
            cut(world, invoice)
        elif step.startswith(":"):
            do(billing, invoice, step, {"reason": "Falsch erfasst"})
        else:
            taker = billing if step in ("submit", "discard", "object") else office
            taker.act(path, step, **_FIELDS.get(step, {}))
    return dict(billing.get(path))
