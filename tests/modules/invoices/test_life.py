"""The table of an invoice's life: every step by its side, and no other step."""

from typing import Any

import pytest

from app.modules.invoices.models import InvoiceState as S
from app.modules.invoices.workflow import INVOICE
from app.policy import GRANTS, OrganisationKind, Role
from tests.modules.invoices.given import bill, cut, do, finance, given_draft, given_invoice, path_of
from tests.stories.helps import given_help
from tests.world import World

TAKEN = {row.action for row in INVOICE.rows if row.body is not None}
REACHED = [state for state in S if state not in (S.ORDERED, S.PAID)]  # those are told with payment runs
FIELDS: dict[str, dict[str, Any]] = {
    "return": {"reason": "Bitte prüfen."},
    "object": {"reason": "Belegt."},
    "query": {"questions": [{"question": "Wer war dabei?"}]},
    "approve_partly": {"reply": "Nicht belegt."},
}


def _fields(invoice: dict[str, Any], action: str) -> dict[str, Any]:
    if action == "answer":
        ids = [item["id"] for item in invoice["questions"]]
        return {"answers": [{"question_id": id_, "answer": "Die Mutter."} for id_ in ids or [invoice["id"]]]}
    return FIELDS.get(action, {})


@pytest.mark.parametrize("state", REACHED)
def test_every_other_step_is_refused_and_changes_nothing(world: World, state: S) -> None:
    invoice = given_invoice(world, state)
    path = path_of(invoice)
    allowed = {row.action for row in INVOICE.rows if state in row.sources}
    sees = state not in (S.DRAFT, S.DISCARDED)
    for action in sorted(TAKEN - allowed):
        for api in (world.as_(Role.PROVIDER_BILLING), *([finance(world)] if sees else [])):
            fields = _fields(invoice, action)
            problem = api.act(path, action, status=409, **fields)
            assert problem["type"].endswith("transition-not-allowed"), (state, action)
            assert problem["state"] == state
    assert world.as_(Role.PROVIDER_BILLING).get(path) == invoice


@pytest.mark.parametrize(
    ("action", "source"), [(row.action, source) for row in INVOICE.rows for source in sorted(row.sources) if row.body]
)
def test_every_step_is_its_sides_alone(world: World, action: str, source: S) -> None:
    row = next(row for row in INVOICE.rows if row.action == action and source in row.sources)
    invoice = given_invoice(world, source)
    path, billing = path_of(invoice), world.as_(Role.PROVIDER_BILLING)
    office = world.person(Role.FINANCE_OFFICER)  # an objection is decided by somebody else
    mine, other = (billing, office) if OrganisationKind.PROVIDER in row.side else (office, billing)
    if action == "approve_partly" and source is not S.OBJECTED:
        cut(world, invoice)
    if action == "approve" and source is S.OBJECTED:
        do(office, invoice, f"cuts/{invoice['cuts'][0]['id']}:withdraw", {}, 200)
    fields = _fields(invoice, action)
    if source is not S.DRAFT:
        other.act(path, action, status=403, **fields)
    offered = {step["action"] for step in mine.get(path)["allowed_actions"]}
    assert action in offered
    assert mine.act(path, action, **fields)["state"] == row.target
    steps = world.as_(Role.PROVIDER_MANAGER).get(f"{path}/transitions")
    assert (steps[-1]["action"], steps[-1]["from_state"], steps[-1]["to_state"]) == (action, source, row.target)


def test_steps_of_other_acts_are_neither_offered_nor_taken(world: World) -> None:
    invoice = given_invoice(world, "approved")
    closed = {"replace", "credit", "order", "release", "pay", "settle"}
    assert closed == {row.action for row in INVOICE.rows} - TAKEN
    for api in (world.as_(Role.PROVIDER_BILLING), finance(world)):
        assert api.get(path_of(invoice))["allowed_actions"] == []
        for action in closed:
            refused = api.act(path_of(invoice), action, status=422)
            assert refused["errors"][0]["pointer"] == "/action"


def test_questions_are_asked_and_all_of_them_answered(world: World) -> None:
    invoice = given_draft(world)
    path, billing, office = path_of(invoice), world.as_(Role.PROVIDER_BILLING), finance(world)
    billing.act(path, "submit")
    stranger = {"question": "?", "place": 3}
    for number, wrong in enumerate(({"question": ""}, stranger, {"question": "?", "finding_id": invoice["id"]})):
        field = ("question", "place", "finding_id")[number]
        errors = office.act(path, "query", questions=[wrong], status=422)["errors"]
        assert errors[0]["pointer"] == f"/questions/0/{field}"
    assert office.act(path, "query", questions=[], status=422)["errors"][0]["pointer"] == "/questions"
    asked = [{"question": "Wer war dabei?", "place": 1}, {"question": "Wo?"}]
    one, two = (item["id"] for item in office.act(path, "query", questions=asked)["questions"])
    work = {item["kind"]: item["waiting_for"] for item in billing.get("/v1/worklist")["items"]}
    assert work["invoice_to_answer"] == "me"
    answer = {"question_id": one, "answer": "Die Mutter."}
    errors = billing.act(path, "answer", answers=[answer], status=422)["errors"]
    assert [error["pointer"] for error in errors] == ["/answers"]
    errors = billing.act(path, "answer", answers=[answer, {**answer, "question_id": invoice["id"]}], status=422)
    assert errors["errors"][0]["pointer"] == "/answers/1/question_id"
    answered = billing.act(path, "answer", answers=[answer, {"question_id": two, "answer": "Zu Hause."}])
    assert [item["answer"] for item in answered["questions"]] == ["Die Mutter.", "Zu Hause."]
    assert all(item["closed_at"] for item in answered["questions"])


def test_who_asks_no_longer_leaves_the_question_unanswered(world: World) -> None:
    invoice = given_invoice(world, "queried")
    checked = finance(world).act(path_of(invoice), "resume")
    assert checked["questions"][0]["answer"] is None
    assert checked["questions"][0]["closed_at"]


def test_cuts_stay_sum_true(world: World) -> None:
    invoice = given_invoice(world, "submitted")
    path, office = path_of(invoice), finance(world)
    line = invoice["lines"][1]
    for changes, pointer in (
        ({"cents": 0}, "/cents"),
        ({"cents": line["amount_cents"] + 1}, "/cents"),
        ({"place": 3}, "/place"),
        ({"finding_id": invoice["id"]}, "/finding_id"),
        ({"reason": ""}, "/reason"),
    ):
        body = {"place": 2, "cents": 1, "reason": "x", **changes}
        assert do(office, invoice, "cuts", body, 422)["errors"][0]["pointer"] == pointer
    office.act(path, "approve_partly", status=409)  # nothing is cut
    once = cut(world, invoice, 980)
    twice = cut(world, invoice, 1_000)
    assert twice["version"] == once["version"] + 1
    body = {"place": 2, "cents": line["amount_cents"] - 1_979, "reason": "x"}
    assert "1980" not in do(office, invoice, "cuts", body, 422)["errors"][0]["detail"]
    stale = {"If-Match": f'"{once["version"]}"'}
    office.post(f"{path}/cuts", body, status=412, headers=stale)
    do(office, invoice, f"cuts/{twice['cuts'][0]['id']}:withdraw", {}, 200)
    do(office, invoice, f"cuts/{twice['cuts'][0]['id']}:withdraw", {}, 404)
    office.act(path, "approve", status=409)  # there is a cut
    partly = office.act(path, "approve_partly")
    assert (partly["total_cents"], partly["approved_cents"]) == (invoice["total_cents"], invoice["total_cents"] - 1_000)
    assert partly["payable_cents"] == partly["approved_cents"]
    assert [item["cents"] for item in partly["cuts"]] == [1_000]
    problem = do(office, invoice, "cuts", body | {"cents": 1}, 409)
    assert problem["type"].endswith("invoice-not-under-check")
    world.as_(Role.PROVIDER_BILLING).post(f"{path}/cuts", body, status=403, headers={"If-Match": '"1"'})


def test_a_block_is_settled_by_a_cut_that_names_it(world: World) -> None:
    help_ = given_help(world, hours_per_week="0.50")  # two hours in February; two and a half are billed
    invoice = given_draft(world, help_)
    path, office = path_of(invoice), finance(world)
    submitted = world.as_(Role.PROVIDER_BILLING).act(path, "submit")
    finding = submitted["findings"][0]
    assert (finding["rule"], finding["severity"]) == ("INV-05", "block")
    unnamed = cut(world, invoice, 3_490)
    assert "Befund" in office.act(path, "approve_partly", status=409)["reasons"][0]
    do(office, invoice, f"cuts/{unnamed['cuts'][0]['id']}:withdraw", {}, 200)
    cut(world, invoice, 3_490, finding_id=finding["id"])
    assert office.act(path, "approve_partly")["approved_cents"] == invoice["total_cents"] - 3_490


def test_after_the_period_what_is_left_is_payable(world: World) -> None:
    invoice = given_invoice(world, "partly_approved")
    assert invoice["objection_until"] == "2026-03-16"
    world.clock.travel(days=13)
    world.tick()
    billing = world.as_(Role.PROVIDER_BILLING)
    assert billing.get(path_of(invoice))["state"] == "partly_approved"
    world.clock.travel(days=2)
    world.tick()
    settled = billing.get(path_of(invoice))
    assert (settled["state"], settled["payable_cents"]) == ("approved", invoice["approved_cents"])
    billing.act(path_of(invoice), "object", reason="zu spät", status=409)


@pytest.mark.parametrize("act", ["accept_cuts", "object", "correct", "credit"])
def test_who_answers_cuts_stops_the_period(world: World, act: str) -> None:
    invoice = given_invoice(world, "partly_approved")
    billing = world.as_(Role.PROVIDER_BILLING)
    if act in ("correct", "credit"):
        do(billing, invoice, f":{act}", {"reason": "Ersetzt"})
    else:
        billing.act(path_of(invoice), act, **FIELDS.get(act, {}))
    before = billing.get(path_of(invoice))
    world.clock.travel(days=30)
    world.tick()
    assert billing.get(path_of(invoice)) == before


def test_an_objection_is_decided_by_another_person_with_a_reply(world: World) -> None:
    invoice = given_invoice(world, "objected")
    path, other = path_of(invoice), world.person(Role.FINANCE_OFFICER)
    assert (invoice["approved_cents"], invoice["payable_cents"]) == (None, None)
    assert invoice["objection"] == "Die Stunde ist belegt."
    reasons = finance(world).act(path, "approve_partly", reply="Nein.", status=409)["reasons"]
    assert "Widerspruch" in reasons[0]
    assert "Antwort" in other.act(path, "approve_partly", status=409)["reasons"][0]
    upheld = other.act(path, "approve_partly", reply="Der Nachweis fehlt weiterhin.")
    assert (upheld["state"], upheld["objection_reply"]) == ("partly_approved", "Der Nachweis fehlt weiterhin.")
    again = world.as_(Role.PROVIDER_BILLING).act(path, "object", reason="Nachweis liegt jetzt bei.")
    assert again["objection_reply"] is None
    third = world.person(Role.FINANCE_OFFICER)
    do(third, invoice, f"cuts/{again['cuts'][0]['id']}:withdraw", {}, 200)
    approved = third.act(path, "approve")
    assert (approved["state"], approved["approved_cents"]) == ("approved", invoice["total_cents"])


def test_a_withdrawn_invoice_is_the_providers_own_again(world: World) -> None:
    invoice = given_invoice(world, "submitted")
    path, billing = path_of(invoice), world.as_(Role.PROVIDER_BILLING)
    billing.act(path, "withdraw")
    finance(world).get(path, status=404)
    billing.act(path, "discard")
    assert bill(world)["total_cents"] == invoice["total_cents"]


def test_only_those_who_may_check_cut_and_correct(world: World) -> None:
    invoice = given_invoice(world, "submitted")
    path, body = path_of(invoice), {"place": 1, "cents": 5, "reason": "x"}
    for role in Role:
        may = {str(permission) for permission in GRANTS[role]}
        headers = {"If-Match": f'"{world.as_(Role.PROVIDER_BILLING).get(path)["version"]}"'}
        checks, submits = "invoices:approve" in may, "invoices:submit" in may
        for act in ("correct", "credit"):
            world.as_(role).post(f"{path}:{act}", {"reason": "x"}, status=409 if submits else 403, headers=headers)
        world.as_(role).post(f"{path}/cuts", body, status=200 if checks else 403, headers=headers)
