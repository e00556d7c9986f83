"""Invoices under terms that pay months or days, not hours."""

from typing import Any

from app.policy import Role
from tests.modules.billing.towns import GROUP_HOME, WUERZBURG
from tests.stories.given import given_agreement
from tests.stories.helps import given_help, record_body
from tests.world import World

PATH = "/v1/invoices"


def _record(world: World, help_: dict[str, Any], day: int, status: int = 201, **changes: Any) -> Any:
    span = {"starts_at": f"2026-02-{day:02}T13:00:00+01:00", "ends_at": f"2026-02-{day:02}T14:00:00+01:00"}
    return world.as_(Role.PROVIDER_SYNC).post(
        "/v1/service-records", record_body(help_, **span, **changes), status=status
    )


def _bill(world: World) -> Any:
    body = {"youth_office_id": str(world.youth_office.id), "month": "2026-02"}
    return world.as_(Role.PROVIDER_BILLING).post(PATH, body)


def test_a_flat_month_is_charged_once_on_whatever_invoice(world: World) -> None:
    given_agreement(world, billing_terms=WUERZBURG)
    help_ = given_help(world, hours_per_week="5.00")
    _record(world, help_, 3)
    first = _bill(world)
    (line,) = first["lines"]
    assert (line["activity"], line["unit"], line["units"], line["amount_cents"]) == (
        "flat_rate",
        "fachleistungsstunde",
        "21.65",
        16995,
    )
    _record(world, help_, 4)
    second = _bill(world)
    assert (second["total_cents"], len(second["lines"])) == (0, 1)
    submitted = world.as_(Role.PROVIDER_BILLING).act(f"{PATH}/{first['id']}", "submit")
    assert submitted["total_cents"] == 16995
    told = world.as_(Role.PROVIDER_BILLING).get(f"{PATH}/{first['id']}/explanation")["text"]
    assert "Bewilligte Wochenstunden" in told


def test_days_are_charged_as_days(world: World) -> None:
    given_agreement(world, billing_terms=GROUP_HOME)
    help_ = given_help(world)
    for day in (2, 3):
        _record(world, help_, day, activity="presence_day")
    _record(world, help_, 4, activity="standby_absence")
    invoice = _bill(world)
    told = {line["activity"]: (line["unit"], line["units"], line["amount_cents"]) for line in invoice["lines"]}
    assert told == {"presence_day": ("day", "2.00", 37100), "standby_absence": ("day", "1.00", 13913)}
    assert invoice["findings"] == []


def test_a_flat_rate_is_charged_never_recorded(world: World) -> None:
    help_ = given_help(world)
    problem = _record(world, help_, 3, status=422, activity="flat_rate")
    assert [error["pointer"] for error in problem["errors"]] == ["/activity"]
