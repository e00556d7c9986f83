"""No help with a provider without a valid safeguarding agreement and a named qualified contact (§ 8a Abs. 4)."""

from typing import Any

from app.core.kernel import Kernel
from app.modules.registers import safeguarding_gaps
from app.policy import Role
from tests.modules.concerns.given import given_isef
from tests.stories.given import SAFEGUARDING_TERMS, given_agreement
from tests.world import MORNING, World

HELPS = "/v1/helps"
ONLY_TIMES = {"acknowledge_minutes": SAFEGUARDING_TERMS["acknowledge_minutes"]}
FULL: dict[str, Any] = {
    **SAFEGUARDING_TERMS,
    "contacts": [
        {"side": "youth_office", "function": "Eingangsmanagement", "reachable": "Tagesdienst", "out_of_hours": False},
        {"side": "provider", "function": "Bereichsleitung", "reachable": "Einrichtung", "out_of_hours": True},
    ],
    "isef_criteria": "Zertifikatskurs und drei Jahre Berufserfahrung, auch mit Behinderungen",
    "reporting_channel": "telefonisch vorab, dann über diesen Dienst",
    "feedback_working_days": 10,
    "training_months": 12,
}


def help_body(world: World) -> dict[str, Any]:
    return {
        "provider_id": str(world.provider.id),
        "service_kind": "section_31",
        "pseudonym": "Familie Q-17",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "hours_per_week": "6.00",
    }


def test_without_a_safeguarding_agreement_no_help_is_opened(world: World) -> None:
    given_agreement(world, safeguarding_terms=None)
    refused = world.as_(Role.CASEWORKER).post(HELPS, help_body(world), status=409)
    assert refused["type"] == "/v1/problems/provider-not-safeguarded"
    assert refused["missing"] == ["safeguarding_agreement", "named_contact"]
    assert world.as_(Role.CASEWORKER).get(HELPS)["items"] == []


def test_an_agreement_that_names_nobody_needs_an_entry_of_the_provider(world: World) -> None:
    given_agreement(world, safeguarding_terms=ONLY_TIMES)
    caseworker = world.as_(Role.CASEWORKER)
    assert caseworker.post(HELPS, help_body(world), status=409)["missing"] == ["named_contact"]
    given_isef(world, valid_to="2026-02-28")
    assert caseworker.post(HELPS, help_body(world), status=409)["missing"] == ["named_contact"]
    entry = given_isef(world)
    help_ = caseworker.post(HELPS, help_body(world))
    lead, path = world.as_(Role.PROVIDER_LEAD), f"/v1/isef-profiles/{entry['id']}"
    ended = lead.patch(path, {"valid_to": "2026-03-01"}, version=entry["version"])
    finance = world.as_(Role.FINANCE_OFFICER)
    refused = finance.act(f"{HELPS}/{help_['id']}", "release", status=409)
    assert refused["missing"] == ["named_contact"]
    lead.patch(path, {"valid_to": None}, version=ended["version"])
    assert finance.act(f"{HELPS}/{help_['id']}", "release")["state"] == "active"


def test_a_help_that_runs_ends_whatever_became_of_the_contact(world: World) -> None:
    given_agreement(world, safeguarding_terms=ONLY_TIMES)
    entry = given_isef(world)
    help_ = world.as_(Role.CASEWORKER).post(HELPS, help_body(world))
    world.as_(Role.FINANCE_OFFICER).act(f"{HELPS}/{help_['id']}", "release")
    world.as_(Role.PROVIDER_LEAD).patch(
        f"/v1/isef-profiles/{entry['id']}", {"valid_to": "2026-03-01"}, version=entry["version"]
    )
    ended: dict[str, Any] = {"ended_on": "2026-03-02", "reason": "planned"}
    assert world.as_(Role.CASEWORKER).act(f"{HELPS}/{help_['id']}", "end", **ended)["state"] == "ended"


def test_the_agreement_names_contacts_isef_channel_and_times(world: World) -> None:
    agreement = given_agreement(world, safeguarding_terms=FULL)
    assert agreement["safeguarding_terms"] == {
        **FULL,
        "isef": [{**one, "for_disabilities": False} for one in FULL["isef"]],
    }
    world.as_(Role.CASEWORKER).post(HELPS, help_body(world))


def test_what_is_missing_can_be_asked_for_any_day(world: World, kernel: Kernel) -> None:
    given_agreement(world, valid_to="2026-12-31")
    place = {"youth_office_id": world.youth_office.id, "provider_id": world.provider.id}
    today = MORNING.date()
    with kernel.work.as_system() as db:
        assert safeguarding_gaps(db, **place, on=today, today=today) == []
        later = today.replace(year=2028)
        missing = safeguarding_gaps(db, **place, on=later, today=today)
        assert missing == ["safeguarding_agreement", "named_contact"]
