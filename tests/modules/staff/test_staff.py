"""Staff lists: keys without names, seen by their provider and the offices it works for, used by price and check."""

from typing import Any

from app.policy import OrganisationKind, Role
from tests.modules.billing.towns import COBURG
from tests.stories.given import given_agreement
from tests.stories.helps import given_help, record_body
from tests.world import World

PATH = "/v1/staff-members"
BODY: dict[str, Any] = {
    "worker": "FK-07",
    "qualification": "Erzieherin",
    "employment": "freelancer",
    "proof": "Staatliche Anerkennung vom 01.10.2019",
    "valid_from": "2026-01-01",
}


def test_a_list_is_kept_read_and_ended(world: World) -> None:
    manager = world.as_(Role.PROVIDER_MANAGER)
    made = manager.post(PATH, BODY)
    assert (made["worker"], made["valid_to"], made["version"]) == ("fk-07", None, 1)
    assert manager.post(PATH, BODY, status=409)["type"].endswith("conflict")
    ended = manager.post(
        f"{PATH}/{made['id']}:end", {"valid_to": "2026-06-30"}, status=200, headers={"If-Match": '"1"'}
    )
    assert ended["valid_to"] == "2026-06-30"
    manager.post(PATH, {**BODY, "qualification": "Sozialpädagogin", "valid_from": "2026-07-01"})
    found = world.as_(Role.PROVIDER_LEAD).get(f"{PATH}?worker=FK-07&on=2026-08-01")["items"]
    assert [member["qualification"] for member in found] == ["Sozialpädagogin"]


def test_refusals_name_the_field(world: World) -> None:
    manager = world.as_(Role.PROVIDER_MANAGER)
    refused = manager.post(PATH, {**BODY, "valid_to": "2025-12-31"}, status=422)
    assert [error["pointer"] for error in refused["errors"]] == ["/valid_to"]
    made = manager.post(PATH, BODY)
    end = f"{PATH}/{made['id']}:end"
    early = manager.post(end, {"valid_to": "2025-12-31"}, status=422, headers={"If-Match": '"1"'})
    assert [error["pointer"] for error in early["errors"]] == ["/valid_to"]
    manager.post(end, {"valid_to": "2026-12-31"}, status=412, headers={"If-Match": '"2"'})
    manager.post(end, {"valid_to": "2026-12-31"}, status=428)


def test_who_reads_and_who_writes(world: World) -> None:
    made = world.as_(Role.PROVIDER_MANAGER).post(PATH, BODY)
    path = f"{PATH}/{made['id']}"
    world.as_(Role.PROVIDER_BILLING).post(PATH, BODY, status=403)
    world.as_(Role.PROVIDER_PROFESSIONAL).get(path, status=403)
    finance = world.as_(Role.FINANCE_OFFICER)
    finance.get(path, status=404)  # no agreement yet
    given_agreement(world)
    assert finance.get(path)["qualification"] == "Erzieherin"
    assert len(finance.get(f"{PATH}?employment=freelancer")["items"]) == 1
    finance.post(PATH, BODY, status=403)
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    world.as_(Role.PROVIDER_MANAGER, provider).get(path, status=404)
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    world.as_(Role.FINANCE_OFFICER, office).get(path, status=404)


def test_the_list_decides_the_rate_and_clears_the_check(world: World) -> None:
    given_agreement(world, billing_terms={**COBURG, "staff_list_required": True})
    help_ = given_help(world)
    sync = world.as_(Role.PROVIDER_SYNC)
    sync.post("/v1/service-records", record_body(help_))
    billing = world.as_(Role.PROVIDER_BILLING)
    body = {"youth_office_id": str(world.youth_office.id), "month": "2026-02"}
    unlisted = billing.post("/v1/invoices", body)
    assert [finding["rule"] for finding in unlisted["findings"]] == ["INV-08"]
    billing.act(f"/v1/invoices/{unlisted['id']}", "discard")
    sync.post(PATH, BODY)
    invoice = billing.post("/v1/invoices", body)
    assert [line["rate_cents"] for line in invoice["lines"]] == [3400]
    assert invoice["findings"] == []


def test_a_list_is_read_in_one_statement(world: World, statements: list[str]) -> None:
    manager = world.as_(Role.PROVIDER_MANAGER)
    counts = []
    for batch in (range(2), range(2, 12)):
        for number in batch:
            manager.post(PATH, {**BODY, "worker": f"FK-{number}"})
        statements.clear()
        manager.get(PATH)
        counts.append(len(statements))
    assert counts[0] == counts[1]
