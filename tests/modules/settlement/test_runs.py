"""A month settled as a job: previewed, drafted, repeated, stopped, taken up again, and told of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.modules.settlement import jobs, service
from app.modules.settlement.jobs import settle_all
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.invoices.given import bill
from tests.modules.settlement.given import MONTH, RUNS, begin, given_month, part, record, settled
from tests.stories.helps import given_help
from tests.world import World

HOUR = 6_980


def invoices(world: World, state: str = "draft") -> list[Any]:
    return list(world.as_(Role.PROVIDER_BILLING).get(f"/v1/invoices?state={state}")["items"])


def test_a_month_is_previewed_then_drafted_and_comes_to_the_same(world: World, run_jobs: Callable[[], None]) -> None:
    given_month(world)
    before = settled(world, "preview")
    assert (before["state"], before["mode"], before["failure"]) == ("done", "preview", None)
    assert invoices(world) == []
    run = begin(world)
    assert (run["state"], run["progress"]["percent"], run["progress"]["records"]) == ("queued", 0, 2)
    assert [one["action"] for one in run["allowed_actions"]] == ["cancel"]
    run_jobs()
    billing = world.as_(Role.PROVIDER_BILLING)
    done = billing.get(f"{RUNS}/{run['id']}")
    assert done["digest"] == before["digest"]
    assert (
        done["progress"]
        == before["progress"]
        == {
            "parts": 1,
            "parts_settled": 1,
            "records": 2,
            "records_settled": 2,
            "percent": 100,
            "lines": 2,
            "total_cents": 2 * HOUR,
            "problems": 0,
            "refused": 0,
        }
    )
    (draft,) = invoices(world)
    one = part(world, run)
    assert (one["state"], one["invoice_id"], one["total_cents"]) == ("drafted", draft["id"], draft["total_cents"])
    assert [step["to_state"] for step in billing.get(f"{RUNS}/{run['id']}/transitions")] == [
        "queued",
        "running",
        "done",
    ]
    assert billing.act(f"/v1/invoices/{draft['id']}", "submit")["state"] == "submitted"


def test_the_youth_office_previews_what_its_providers_will_charge_and_writes_nothing(world: World) -> None:
    given_month(world)
    draft = bill(world)  # the provider's own business; what it charges is not yet fixed
    run = settled(world, "preview", Role.FINANCE_OFFICER)
    one = part(world, run, Role.FINANCE_OFFICER)
    assert (one["provider_id"], one["total_cents"], one["state"]) == (str(world.provider.id), 2 * HOUR, "previewed")
    assert one["invoice_id"] is None
    provider = world.as_(Role.PROVIDER_BILLING)
    assert provider.get(f"/v1/invoices/{draft['id']}")["version"] == draft["version"]
    assert run["digest"] == settled(world, "draft")["digest"]
    refused = world.as_(Role.FINANCE_OFFICER).post(RUNS, {"month": MONTH, "mode": "draft"}, status=422)
    assert refused["errors"][0]["pointer"] == "/mode"


def test_a_second_run_keeps_a_draft_that_holds_and_makes_anew_one_that_does_not(world: World) -> None:
    help_ = given_month(world)
    first = part(world, settled(world))
    again = part(world, settled(world))
    assert (again["state"], again["invoice_id"], again["digest"]) == (
        "unchanged",
        first["invoice_id"],
        first["digest"],
    )
    record(world, help_, 6)
    third = part(world, settled(world))
    assert (third["state"], third["replaced_drafts"], third["total_cents"]) == ("drafted", 1, 3 * HOUR)
    assert [one["id"] for one in invoices(world)] == [third["invoice_id"]]
    assert [one["id"] for one in invoices(world, "discarded")] == [first["invoice_id"]]


def test_what_is_submitted_stays_and_only_what_came_later_is_drafted(world: World) -> None:
    help_ = given_month(world)
    first = part(world, settled(world))
    world.as_(Role.PROVIDER_BILLING).act(f"/v1/invoices/{first['invoice_id']}", "submit")
    nothing = world.as_(Role.PROVIDER_BILLING).post(RUNS, {"month": MONTH, "mode": "draft"}, status=409)
    assert nothing["type"] == "/v1/problems/nothing-to-bill"
    record(world, help_, 6)
    later = part(world, settled(world))
    assert (later["records"], later["total_cents"], later["replaced_drafts"]) == (1, HOUR, 0)
    assert invoices(world, "submitted")[0]["total_cents"] == 2 * HOUR


def test_each_youth_office_gets_an_invoice_of_its_own(world: World) -> None:
    given_month(world)
    other = World(world.kernel, world.http, world.clock, world.ticker)
    other.provider = world.provider
    given_month(other)
    one = settled(world, counterpart_id=str(other.youth_office.id))
    assert part(world, one)["youth_office_id"] == str(other.youth_office.id)
    both = settled(world)
    parts = world.as_(Role.PROVIDER_BILLING).get(f"{RUNS}/{both['id']}/parts?sort=-total_cents")["items"]
    assert {(one["youth_office_id"], one["state"]) for one in parts} == {
        (str(world.youth_office.id), "drafted"),
        (str(other.youth_office.id), "unchanged"),
    }
    assert both["progress"]["total_cents"] == sum(one["total_cents"] for one in parts)
    drafted = world.as_(Role.PROVIDER_BILLING).get(f"{RUNS}/{both['id']}/parts?state=drafted")["items"]
    assert [one["youth_office_id"] for one in drafted] == [str(world.youth_office.id)]


def test_records_without_a_price_are_told_one_by_one(world: World) -> None:
    """A help whose terms say nothing about an activity, and one without any agreement on the day."""
    help_ = given_month(world)
    with world.kernel.engine.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM settlement_problem WHERE help_id = :id"), {"id": help_["id"]}) == 0
    early = given_help(world, starts_on="2025-01-01")
    span = {"starts_at": "2025-02-03T13:00:00+01:00", "ends_at": "2025-02-03T14:00:00+01:00"}
    made = record(world, early, 3) | {}
    del made
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", _body(early, span))
    run = settled(world, month="2025-02")
    one = part(world, run)
    assert (run["state"], one["state"], one["problems"], one["total_cents"]) == ("done", "refused", 1, 0)
    assert "Vereinbarung" in one["reason_de"]
    assert run["progress"]["refused"] == run["progress"]["problems"] == 1
    billing = world.as_(Role.PROVIDER_BILLING)
    (problem,) = billing.get(f"{RUNS}/{run['id']}/problems?help_id={early['id']}")["items"]
    assert (problem["service_on"], problem["minutes"], problem["text_de"] != "") == ("2025-02-03", 60, True)
    assert billing.get(f"{RUNS}/{run['id']}/problems?counterpart_id={world.provider.id}")["items"] == [problem]
    assert billing.get(f"{RUNS}/{run['id']}/problems?counterpart_id={early['id']}")["items"] == []
    table = billing.request("GET", f"{RUNS}/{run['id']}/problems", status=200, headers={"Accept": "text/csv"}).text
    assert problem["record_id"] in table


def _body(help_: Any, span: dict[str, str]) -> dict[str, Any]:
    return {
        "external_id": f"LN-{help_['id']}",
        "help_id": help_["id"],
        "worker": "FK-07",
        "activity": "direct_contact",
        **span,
    }


def test_a_worker_that_dies_leaves_what_is_settled_and_the_next_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_month(world)
    for _ in range(2):
        other = World(world.kernel, world.http, world.clock, world.ticker)
        other.provider = world.provider
        given_month(other)
    run = begin(world)
    real, calls = service.settle_next, []

    def dying(*given: Any, **named: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            real(*given, **named)  # all but the commit
            raise MemoryError
        return real(*given, **named)

    monkeypatch.setattr(service, "settle_next", dying)
    with pytest.raises(MemoryError):
        settle_all(world.kernel.work, UUID(run["id"]))
    billing = world.as_(Role.PROVIDER_BILLING)
    halfway = billing.get(f"{RUNS}/{run['id']}")
    assert (halfway["state"], halfway["progress"]["parts_settled"], halfway["progress"]["percent"]) == (
        "running",
        1,
        33,
    )
    assert len(invoices(world)) == 1
    settle_all(world.kernel.work, UUID(run["id"]))
    done = billing.get(f"{RUNS}/{run['id']}")
    assert (done["state"], done["progress"]["parts_settled"], len(invoices(world))) == ("done", 3, 3)
    settle_all(world.kernel.work, UUID(run["id"]))  # a job that is done twice changes nothing
    assert billing.get(f"{RUNS}/{run['id']}") == done


def test_what_fails_at_last_ends_the_run_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given_month(world)
    run = begin(world)

    def broken(*_: Any, **__: Any) -> bool:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(service, "settle_next", broken)
        with pytest.raises(MemoryError):
            settle_all(world.kernel.work, UUID(run["id"]), is_last=True)
    failed = world.as_(Role.PROVIDER_BILLING).get(f"{RUNS}/{run['id']}")
    assert (failed["state"], failed["allowed_actions"]) == ("failed", [])
    assert "MemoryError" in failed["failure"]
    assert settled(world)["state"] == "done"  # another may begin


def test_who_is_locked_out_meanwhile_settles_nothing(world: World) -> None:
    given_month(world)
    clerk = world.person(Role.PROVIDER_BILLING)
    run = clerk.post(RUNS, {"month": MONTH, "mode": "draft"})
    with world.kernel.engine.begin() as db:
        db.execute(text("UPDATE account SET is_active = false WHERE id = :id"), {"id": clerk.account_id})
    settle_all(world.kernel.work, UUID(run["id"]))
    assert world.as_(Role.PROVIDER_BILLING).get(f"{RUNS}/{run['id']}")["state"] == "failed"
    assert invoices(world) == []


def test_a_run_is_stopped_on_request_and_only_one_is_under_way(world: World) -> None:
    given_month(world)
    run = begin(world)
    billing, path = world.as_(Role.PROVIDER_BILLING), f"{RUNS}/{run['id']}"
    twice = billing.post(RUNS, {"month": MONTH, "mode": "preview"}, status=409)
    assert "läuft schon" in twice["reason"]
    billing.act(path, "cancel", version=run["version"] + 5, status=412)
    assert billing.act(path, "cancel")["state"] == "cancelled"
    billing.act(path, "cancel", status=409)
    settle_all(world.kernel.work, UUID(run["id"]))
    assert billing.get(path)["progress"]["parts_settled"] == 0
    assert settled(world)["state"] == "done"


def test_two_runs_and_a_single_invoice_at_once_bill_each_record_once(world: World) -> None:
    """A run, the same run in a second worker, and the provider's own click, all at the same time."""
    help_ = given_month(world)
    for _ in range(3):
        run = begin(world)
        path = UUID(run["id"])
        with ThreadPoolExecutor(3) as pool:
            workers = [pool.submit(settle_all, world.kernel.work, path) for _ in range(2)]
            click = pool.submit(
                world.http.post,
                "/v1/invoices",
                json={"youth_office_id": str(world.youth_office.id), "month": MONTH},
                headers={**world.as_(Role.PROVIDER_BILLING).bearer(), "Idempotency-Key": run["id"]},
            )
        assert [worker.exception() for worker in workers] == [None, None]
        assert click.result().status_code in (201, 409)
        with world.kernel.engine.connect() as db:
            doubled = """
                SELECT count(*) FROM (
                    SELECT record_id FROM invoice_line, unnest(record_ids) AS record_id
                      JOIN service_record ON service_record.id = record_id
                     WHERE help_id = :help AND EXISTS (
                           SELECT FROM invoice WHERE invoice.id = invoice_line.invoice_id AND state <> 'discarded')
                     GROUP BY record_id HAVING count(*) > 1) AS twice
            """.replace("help_id = :help", "service_record.help_id = :help")
            assert db.scalar(text(doubled), {"help": help_["id"]}) == 0
            free = "SELECT count(*) FROM service_record WHERE help_id = :help AND invoice_id IS NULL"
            assert db.scalar(text(free), {"help": help_["id"]}) == 0
        record(world, help_, 10 + len(invoices(world)) + _)


def test_who_runs_and_who_reads(world: World) -> None:
    given_month(world)
    run = settled(world)
    for role in Role:
        may = Permission.SETTLEMENTS_RUN in GRANTS[role]
        status = 403 if not may else 201 if role.side is OrganisationKind.YOUTH_OFFICE else 409
        if may and status == 201:
            continue  # tried above
        world.as_(role).post(RUNS, {"month": "2026-01", "mode": "preview"}, status=status)
        reads = Permission.INVOICES_READ in GRANTS[role]
        own = role.side is OrganisationKind.PROVIDER
        world.as_(role).get(f"{RUNS}/{run['id']}", status=403 if not reads else 200 if own else 404)
    stranger = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    assert world.as_(Role.PROVIDER_BILLING, stranger).get(RUNS)["items"] == []
    world.as_(Role.PROVIDER_BILLING, stranger).get(f"{RUNS}/{run['id']}/problems", status=404)


def test_readings_take_few_statements(world: World, statements: list[str]) -> None:
    given_month(world)
    run = settled(world)
    settled(world, "preview")
    billing = world.as_(Role.PROVIDER_BILLING)
    for path, count in ((RUNS, 3), (f"{RUNS}/{run['id']}/parts", 3), (f"{RUNS}/{run['id']}/problems", 3)):
        statements.clear()
        billing.get(path)
        assert len(statements) == count, path  # who am I; the runs or the run; their progress, parts or problems
    found = billing.get(f"{RUNS}?month={MONTH}&mode=draft&state=done&sort=month")["items"]
    assert [one["id"] for one in found] == [run["id"]]


def test_the_job_that_settles_is_the_one_that_is_queued() -> None:
    assert jobs.settle.name == service.TASK
