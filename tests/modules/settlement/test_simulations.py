"""What last year would have cost: under other terms, over the real records, changing nothing."""

from typing import Any
from uuid import UUID

import pytest

from app.modules.settlement import simulating
from app.modules.settlement.jobs import settle_all
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.invoices.given import bill
from tests.modules.settlement.given import given_month, record
from tests.stories.given import BILLING_TERMS, agreement_body
from tests.world import World

SIMULATIONS = "/v1/billing-simulations"
HOUR = 6_980


def begin(world: World, role: Role = Role.PROVIDER_BILLING, *, status: int = 201, **changes: Any) -> Any:
    body = {"title": "Was wäre wenn", "first": "2026-01", "last": "2026-02", **changes}
    return world.as_(role).post(SIMULATIONS, body, status=status)


def simulated(world: World, role: Role = Role.PROVIDER_BILLING, **changes: Any) -> Any:
    made = begin(world, role, **changes)
    settle_all(world.kernel.work, UUID(made["id"]), simulating)
    return world.as_(role).get(f"{SIMULATIONS}/{made['id']}")


def results(world: World, made: Any, role: Role = Role.PROVIDER_BILLING, query: str = "") -> list[Any]:
    return list(world.as_(role).get(f"{SIMULATIONS}/{made['id']}/results{query}")["items"])


def terms(**changes: Any) -> dict[str, Any]:
    return {**BILLING_TERMS, **changes}


def test_a_month_is_reckoned_under_another_rate_and_changes_nothing(world: World) -> None:
    help_ = given_month(world)
    record(world, help_, 6, activity="travel")
    invoice = bill(world)
    made = simulated(world, terms=terms(rate_cents=8_000))
    travel = (3_490, 4_000)  # half of an hour
    assert (made["state"], made["terms_source"], made["terms"]["rate_cents"]) == ("done", "eigene Annahme", 8_000)
    assert made["progress"] == {
        "parts": 1,
        "parts_settled": 1,
        "records": 3,
        "percent": 100,
        "before_cents": 2 * HOUR + travel[0],
        "after_cents": 16_000 + travel[1],
        "difference_cents": 16_000 + travel[1] - 2 * HOUR - travel[0],
        "unpriced": 0,
    }
    shown = {
        row["activity"]: (row["before_cents"], row["after_cents"], row["after_units"]) for row in results(world, made)
    }
    assert shown == {"direct_contact": (2 * HOUR, 16_000, "2.00"), "travel": (*travel, "0.50")}
    assert {row["month"] for row in results(world, made)} == {"2026-02-01"}
    (only,) = results(world, made, query="?activity=travel&service_kind=section_31&unpriced=false&sort=-month")
    assert only["after_cents"] == travel[1]
    table = world.as_(Role.PROVIDER_BILLING).request(
        "GET", f"{SIMULATIONS}/{made['id']}/results", status=200, headers={"Accept": "text/csv"}
    )
    assert "16000" in table.text
    assert world.as_(Role.PROVIDER_BILLING).get(f"/v1/invoices/{invoice['id']}") == invoice
    same = simulated(world, terms=BILLING_TERMS)["progress"]
    assert (same["difference_cents"], same["before_cents"]) == (0, invoice["total_cents"])


def test_a_draft_of_an_agreement_is_tried_before_it_is_signed(world: World) -> None:
    given_month(world)
    draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, billing_terms=terms(rate_cents=7_000)))
    made = simulated(world, Role.FINANCE_OFFICER, terms_of_agreement_id=draft["id"])
    assert (made["terms_source"], made["progress"]["after_cents"]) == (draft["number"], 14_000)
    other = simulated(world, Role.FINANCE_OFFICER, terms=terms(rate_cents=1), only_agreement_id=draft["id"])
    assert other["progress"]["difference_cents"] == 0  # nothing was done under it
    assert other["agreement_number"] is not None


def test_what_cannot_be_reckoned_is_told_with_the_reason(world: World) -> None:
    given_month(world)
    made = simulated(world, terms=terms(service_kinds={"section_30": {"rate_cents": 7_000}}))
    assert (made["progress"]["unpriced"], made["progress"]["after_cents"]) == (2, 0)
    (row,) = results(world, made, query="?unpriced=true")
    assert (row["unpriced"], row["service_kind"]) == (2, None)
    assert "gehört nicht" in row["reason_de"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"terms": BILLING_TERMS, "first": "2026-03"}, "/last"),
        ({"terms": BILLING_TERMS, "first": "2025-02"}, "/last"),
        ({}, "/terms"),
        ({"terms": BILLING_TERMS, "terms_of_agreement_id": "00000000-0000-7000-8000-000000000000"}, "/terms"),
        ({"terms_of_agreement_id": "00000000-0000-7000-8000-000000000000"}, "/terms_of_agreement_id"),
        ({"terms": BILLING_TERMS, "only_agreement_id": "00000000-0000-7000-8000-000000000000"}, "/only_agreement_id"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, changes: dict[str, Any], pointer: str) -> None:
    assert begin(world, status=422, **changes)["errors"][0]["pointer"] == pointer


def test_nothing_done_and_no_terms_are_told(world: World) -> None:
    assert begin(world, status=409, terms=BILLING_TERMS)["type"].endswith("nothing-to-bill")
    given_month(world)
    bare = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, billing_terms=None))
    refused = begin(world, Role.FINANCE_OFFICER, status=422, terms_of_agreement_id=bare["id"])
    assert refused["errors"][0]["code"] == "no_terms"


def test_it_can_be_stopped_and_is_its_organisations_own(world: World, statements: list[str]) -> None:
    given_month(world)
    made = begin(world, terms=BILLING_TERMS)
    billing, path = world.as_(Role.PROVIDER_BILLING), f"{SIMULATIONS}/{made['id']}"
    assert (made["progress"]["percent"], made["allowed_actions"][0]["action"]) == (0, "cancel")
    assert billing.act(path, "cancel")["state"] == "cancelled"
    billing.act(path, "cancel", status=409)
    settle_all(world.kernel.work, UUID(made["id"]), simulating)
    assert billing.get(path)["progress"]["parts_settled"] == 0
    assert billing.get(f"{path}/transitions")[-1]["action"] == "cancel"
    world.as_(Role.FINANCE_OFFICER).get(path, status=404)
    stranger = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    world.as_(Role.PROVIDER_BILLING, stranger).get(f"{path}/results", status=404)
    for role in Role:
        if Permission.SETTLEMENTS_RUN not in GRANTS[role]:
            world.as_(role).post(SIMULATIONS, {"title": "x", "first": "2026-01", "last": "2026-01"}, status=403)
    for listed, count in ((SIMULATIONS, 3), (f"{path}/results", 3)):
        statements.clear()
        billing.get(listed)
        assert len(statements) == count, listed  # who am I; the simulations or the one; progress or results
    assert [one["id"] for one in billing.get(f"{SIMULATIONS}?state=cancelled&sort=created_at")["items"]] == [made["id"]]


def test_what_fails_ends_the_simulation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given_month(world)
    made = begin(world, terms=BILLING_TERMS)

    def broken(*_: Any, **__: Any) -> bool:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(simulating, "settle_next", broken)
        with pytest.raises(MemoryError):
            settle_all(world.kernel.work, UUID(made["id"]), simulating, is_last=True)
    failed = world.as_(Role.PROVIDER_BILLING).get(f"{SIMULATIONS}/{made['id']}")
    assert (failed["state"], "MemoryError" in failed["failure"]) == ("failed", True)
