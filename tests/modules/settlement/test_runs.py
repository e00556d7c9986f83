"""A month settled as a job: previewed, drafted, repeated, stopped, taken up again, and told of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.modules.settlement import service
from app.modules.settlement.jobs import settle_all
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.invoices.given import bill
from tests.modules.settlement.given import MONTH, RUNS, begin, given_month, part, record, settled
from tests.stories.given import given_agreement
from tests.stories.helps import given_help
from tests.world import MORNING, World

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
    assert (one["outcome"], one["invoice_id"], one["total_cents"]) == ("drafted", draft["id"], draft["total_cents"])
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
    assert (one["provider_id"], one["total_cents"], one["outcome"]) == (str(world.provider.id), 2 * HOUR, "previewed")
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
    assert (again["outcome"], again["invoice_id"], again["digest"]) == (
        "unchanged",
        first["invoice_id"],
        first["digest"],
    )
    record(world, help_, 6)
    third = part(world, settled(world))
    assert (third["outcome"], third["replaced_drafts"], third["total_cents"]) == ("drafted", 1, 3 * HOUR)
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
    assert {(one["youth_office_id"], one["outcome"]) for one in parts} == {
        (str(world.youth_office.id), "drafted"),
        (str(other.youth_office.id), "unchanged"),
    }
    assert both["progress"]["total_cents"] == sum(one["total_cents"] for one in parts)
    drafted = world.as_(Role.PROVIDER_BILLING).get(f"{RUNS}/{both['id']}/parts?outcome=drafted")["items"]
    assert [one["youth_office_id"] for one in drafted] == [str(world.youth_office.id)]


def _ending(world: World, valid_to: str) -> Any:
    """A help of February whose agreement ends then."""
    world.clock.set(MORNING.replace(month=2))
    given_agreement(world, valid_to=valid_to)
    help_ = given_help(world)
    world.clock.set(MORNING)
    return help_


def test_records_without_a_price_are_told_one_by_one(world: World) -> None:
    """The agreement ends within the month and no other follows."""
    help_ = _ending(world, "2026-02-10")
    for day in (3, 5, 20):
        record(world, help_, day)
    run = settled(world)
    one = part(world, run)
    assert (one["outcome"], one["records"], one["lines"], one["problems"]) == ("drafted", 3, 2, 1)
    assert (run["progress"]["problems"], run["progress"]["refused"]) == (1, 0)
    billing, path = world.as_(Role.PROVIDER_BILLING), f"{RUNS}/{run['id']}/problems"
    (problem,) = billing.get(f"{path}?help_id={help_['id']}")["items"]
    assert (problem["service_on"], problem["minutes"]) == ("2026-02-20", 60)
    assert problem["text_de"] == "Am 20.02.2026 gilt keine Vereinbarung."
    assert billing.get(f"{path}?counterpart_id={world.youth_office.id}&sort=-service_on")["items"] == [problem]
    assert billing.get(f"{path}?help_id={run['id']}")["items"] == []
    table = billing.request("GET", path, status=200, headers={"Accept": "text/csv"}).text
    assert problem["record_id"] in table


def test_a_month_without_any_price_is_refused_and_says_why(world: World) -> None:
    help_ = _ending(world, "2026-02-02")
    for day in (3, 5):
        record(world, help_, day)
    run = settled(world)
    one = part(world, run)
    assert (run["state"], one["outcome"], one["problems"], one["total_cents"]) == ("done", "refused", 2, 0)
    assert "Vereinbarung" in one["reason_de"]
    assert run["progress"]["refused"] == 1
    assert invoices(world) == []


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
    for day in (10, 11, 12):
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
                    SELECT record_id
                      FROM invoice_line JOIN invoice ON invoice.id = invoice_id AND invoice.state <> 'discarded',
                           unnest(record_ids) AS record_id
                     WHERE help_id = :help
                     GROUP BY record_id HAVING count(*) > 1) AS twice
            """
            assert db.scalar(text(doubled), {"help": help_["id"]}) == 0
            free = "SELECT count(*) FROM service_record WHERE help_id = :help AND invoice_id IS NULL"
            assert db.scalar(text(free), {"help": help_["id"]}) == 0
        record(world, help_, day)


def test_who_runs_and_who_reads(world: World) -> None:
    given_month(world)
    run = settled(world)
    for role in Role:
        status = 409 if Permission.SETTLEMENTS_RUN in GRANTS[role] else 403
        world.as_(role).post(RUNS, {"month": "2026-01", "mode": "preview"}, status=status)  # nothing to bill
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
