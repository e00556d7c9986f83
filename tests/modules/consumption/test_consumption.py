"""What of a grant is recorded, billed and left, at any moment."""

from typing import Any

from app.policy import Role
from tests.modules.cases.given import path_of, phase_body
from tests.modules.consumption.given import CONSUMPTION, STRANGERS, consumption, given_small, given_used, record
from tests.stories.helps import given_help
from tests.world import World

HOURS = ("hours_approved", "hours_recorded", "hours_billed", "hours_used", "hours_left", "hours_over")


def hours_of(shown: dict[str, Any]) -> list[str]:
    return [shown[name] for name in HOURS]


def test_a_grant_is_used_up_record_by_record(world: World) -> None:
    help_ = given_small(world)
    fresh = consumption(world, help_)
    assert (hours_of(fresh), fresh["forecast"]) == (["4.00", "0.00", "0.00", "0.00", "4.00", "0.00"], None)
    first, _ = record(world, help_, "2026-02-03T13:00:00+01:00", "2026-02-10T13:00:00+01:00")
    shown = consumption(world, help_)
    assert hours_of(shown) == ["4.00", "3.00", "0.00", "3.00", "1.00", "0.00"]
    assert (shown["percent_used"], shown["number"]) == (75, help_["number"])
    assert shown["forecast"] == {
        "hours_per_week": "0.38",
        "hours_at_end": "3.00",
        "used_up_on": None,
        "is_overrun": False,
    }
    record(world, help_, "2026-02-17T13:00:00+01:00")
    over = consumption(world, help_, Role.PROVIDER_PROFESSIONAL)
    assert hours_of(over)[-2:] == ["0.00", "0.50"]
    assert (over["percent_used"], over["forecast"]["is_overrun"]) == (112, True)
    given_help(world, pseudonym="Familie V-3")
    for query, found in {"?is_overrun=true": [help_["id"]], "?is_overrun=false": 1}.items():
        items = world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{CONSUMPTION}{query}")["items"]
        assert found in ([item["help_id"] for item in items], len(items))
    reversal = {"reason": "Falscher Tag"}
    world.as_(Role.PROVIDER_SYNC).post(f"/v1/service-records/{first['id']}:reverse", reversal, status=200)
    assert consumption(world, help_)["hours_used"] == "3.00"


def test_what_is_billed_counts_as_the_invoice_charges_it(world: World) -> None:
    help_ = given_used(world, 3)
    bill = {"youth_office_id": str(world.youth_office.id), "month": "2026-02"}
    invoice = world.as_(Role.PROVIDER_BILLING).post("/v1/invoices", bill)
    charged = sum(float(line["units"]) for line in invoice["lines"])
    record(world, help_, "2026-02-20T13:00:00+01:00", minutes=30)
    shown = consumption(world, help_)
    assert float(shown["hours_billed"]) == charged > 0
    assert float(shown["hours_used"]) == charged + 0.5
    assert shown["hours_recorded"] == "3.50"
    world.as_(Role.PROVIDER_BILLING).act(f"/v1/invoices/{invoice['id']}", "discard")
    assert consumption(world, help_)["hours_billed"] == "0.00"


def test_a_grant_is_read_by_week_by_month_and_as_a_whole(world: World) -> None:
    help_ = given_used(world, 3)  # on 3, 4 and 5 February
    record(world, help_, "2026-01-02T09:00:00+01:00", minutes=30)
    path = f"{CONSUMPTION}/{consumption(world, help_)['grant_id']}"
    caseworker = world.as_(Role.CASEWORKER)
    months = caseworker.get(path)
    assert (months["per"], months["hours_used"]) == ("month", "3.50")
    assert [(span["first_day"], span["hours_approved"], span["hours_used"]) for span in months["spans"]] == [
        ("2026-01-01", "2.21", "0.50"),
        ("2026-02-01", "1.79", "3.00"),
    ]
    weeks = caseworker.get(f"{path}?per=week")["spans"]
    used = {span["first_day"]: span["hours_used"] for span in weeks if span["hours_used"] != "0.00"}
    assert (len(weeks), used) == (9, {"2026-01-01": "0.50", "2026-02-02": "3.00"})
    assert weeks[1]["hours_approved"] == "0.50"
    assert [span["hours_left"] for span in caseworker.get(f"{path}?per=period")["spans"]] == ["0.50"]
    caseworker.get(f"{path}?per=year", status=422)


def test_grants_side_by_side_share_what_is_recorded(world: World) -> None:
    """A record names its help: six and two hours a week take three quarters and one quarter of it."""
    help_ = given_help(world)
    beside = phase_body(
        world.provider,
        setting="parent_work",
        valid_from="2026-02-01",
        intensity={"amount": "2.00", "unit": "hours_per_week"},
    )
    phase = world.as_(Role.CASEWORKER).post(f"{path_of(help_)}/phases", beside)
    record(world, help_, "2026-02-03T13:00:00+01:00", "2026-01-13T13:00:00+01:00", minutes=60)
    items = world.as_(Role.CASEWORKER).get(f"{CONSUMPTION}?help_id={help_['id']}&sort=valid_from")["items"]
    assert [item["hours_used"] for item in items] == ["2.00"], "what is not released takes no share"
    grants = world.as_(Role.CASEWORKER).get(f"{path_of(help_)}/grants?phase_id={phase['id']}")["items"]
    world.as_(Role.FINANCE_OFFICER).act(f"{path_of(help_)}/grants/{grants[0]['id']}", "release")
    items = world.as_(Role.CASEWORKER).get(f"{CONSUMPTION}?help_id={help_['id']}&sort=valid_from")["items"]
    assert [(item["hours_per_week"], item["hours_used"]) for item in items] == [("6.00", "1.75"), ("2.00", "0.25")]


def test_each_side_sees_its_own_and_finds_what_it_looks_for(world: World) -> None:
    help_ = given_used(world)
    given_help(world, pseudonym="Familie V-2")
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_LEAD)
    grant = consumption(world, help_)["grant_id"]
    for query, count in {
        "": 2,
        f"?provider_id={world.provider.id}": 2,
        f"?caseworker_id={caseworker.account_id}": 2,
        f"?caseworker_id={world.person(Role.CASEWORKER).account_id}": 0,
        "?on=2026-03-01": 1,
        "?percent_from=80": 0,
        "?is_overrun=true": 0,
        "?is_overrun=false": 2,
        "?limit=1&sort=-valid_to": 1,
    }.items():
        assert len(caseworker.get(f"{CONSUMPTION}{query}")["items"]) == count, query
    assert len(provider.get(CONSUMPTION)["items"]) == 2
    for kind, role in STRANGERS.items():
        stranger = world.as_(role, world.organisation(kind, "Fremd"))
        assert stranger.get(CONSUMPTION)["items"] == []
        stranger.get(f"{CONSUMPTION}/{grant}", status=404)
    world.as_(Role.PLANNER).get(CONSUMPTION, status=403)
    world.as_(Role.PLANNER).get(f"{CONSUMPTION}/{grant}", status=403)


def test_the_list_costs_the_same_whatever_its_length(world: World, statements: list[str]) -> None:
    caseworker, counts = world.as_(Role.CASEWORKER), []
    for _ in range(2):
        given_used(world)
        statements.clear()
        caseworker.get(CONSUMPTION)
        counts.append(len(statements))
    assert counts == [3, 3]  # who am I, the grants, their hours
