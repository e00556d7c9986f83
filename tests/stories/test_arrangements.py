"""Helps that change over time: «Hilfen unter einem Dach», partners, a family that moves, a nightly import."""

import json
from typing import Any

from app.policy import Role
from tests.modules.cases.given import push
from tests.stories.given import given_agreement
from tests.stories.helps import given_help, record_body
from tests.world import Party, World

ROOF = ["section_31", "section_32", "section_34"]


def given_roof(world: World, provider: Party | None = None) -> None:
    """A provider with all three agreements of § 78b for living, day and ambulatory help."""
    party = provider or world.provider
    for kind in ("leistung", "entgelt", "qualitaetsentwicklung"):
        given_agreement(
            world,
            kind=kind,
            provider_ids=[str(party.id)],
            service_kinds=ROOF,
            valid_from="2026-03-02",
            retroactive_reason=None,
            standard_ids=[],
            forms=[],
            **({} if kind == "entgelt" else {"billing_terms": None}),
        )


def phase_body(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "provider_id": str(world.provider.id),
        "service_kind": "section_31",
        "setting": "ambulatory",
        "intensity": {"amount": "6.00", "unit": "hours_per_week"},
        "valid_from": "2026-09-01",
        "change_reason": "Die Hilfeplanung sieht den nächsten Schritt vor.",
        **changes,
    }


def test_one_arrangement_goes_from_living_there_to_days_to_hours_at_home(world: World) -> None:
    """V3: one help under one roof, with the parents involved from the first day, billed as one case."""
    given_roof(world)
    caseworker, finance = world.as_(Role.CASEWORKER), world.as_(Role.FINANCE_OFFICER)
    help_ = caseworker.post(
        "/v1/helps",
        {
            "provider_id": str(world.provider.id),
            "service_kind": "section_34",
            "setting": "residential",
            "place": "Haus am Hang, Gruppe 2",
            "pseudonym": "Familie Q-17",
            "starts_on": "2026-03-02",
            "ends_on": "2027-02-28",
            "intensity": {"amount": "7.00", "unit": "overnights_per_week"},
        },
    )
    path = f"/v1/helps/{help_['id']}"
    parents = phase_body(
        world,
        service_kind="section_34",
        setting="parent_work",
        valid_from="2026-03-02",
        intensity={"amount": "2.00", "unit": "hours_per_week"},
        change_reason="Die Rückkehr wird mit den Eltern vorbereitet.",
    )
    caseworker.post(f"{path}/phases", parents)
    assert finance.act(path, "release")["state"] == "active"

    world.clock.travel(days=120)
    living = caseworker.get(f"{path}/phases?setting=residential")["items"][0]
    day = phase_body(
        world,
        service_kind="section_32",
        setting="day_group",
        valid_from="2026-08-01",
        valid_to="2026-11-30",
        intensity={"amount": "5.00", "unit": "days_per_week"},
    )
    problem = caseworker.post(f"{path}/phases", day, status=409)
    assert problem["type"].endswith("phases-overlap")
    caseworker.act(f"{path}/phases/{living['id']}", "end", ended_on="2026-07-31", change_reason="Rückkehr")
    caseworker.post(f"{path}/phases", day)
    home = phase_body(world, valid_from="2026-12-01")
    caseworker.post(f"{path}/phases", home)
    waiting = finance.get(f"{path}/grants?state=prepared")["items"]
    assert [(grant["amount"], grant["unit"]) for grant in waiting] == [
        ("5.00", "days_per_week"),
        ("6.00", "hours_per_week"),
    ]
    for grant in waiting:
        finance.act(f"{path}/grants/{grant['id']}", "release")

    course = [
        (phase["setting"], phase["valid_from"], phase["valid_to"])
        for phase in world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{path}/phases")["items"]
    ]
    assert sorted(course) == [
        ("ambulatory", "2026-12-01", "2027-02-28"),
        ("day_group", "2026-08-01", "2026-11-30"),
        ("parent_work", "2026-03-02", "2027-02-28"),
        ("residential", "2026-03-02", "2026-07-31"),
    ]
    world.clock.travel(days=170)
    at = {"starts_at": "2026-12-03T14:00:00+01:00", "ends_at": "2026-12-03T15:30:00+01:00"}
    world.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(help_, **at))
    bill = {"youth_office_id": str(world.youth_office.id), "month": "2026-12"}
    invoice = world.as_(Role.PROVIDER_BILLING).post("/v1/invoices", bill)
    assert invoice["total_cents"] == 10470
    assert [item["rule"] for item in invoice["findings"]] == []


def test_school_and_day_care_are_partners_and_groups_were_considered(world: World) -> None:
    """V5 and V7: partners by institution and function, group offers beside individual help, with the reason."""
    help_ = given_help(world)
    path, caseworker = f"/v1/helps/{help_['id']}", world.as_(Role.CASEWORKER)
    school = {"kind": "school", "institution": "Grundschule am Park", "valid_from": "2026-03-02"}
    made = caseworker.post(f"{path}/partners", {**school, "contact_function": "Klassenleitung 3b"})
    caseworker.post(f"{path}/partners", {**school, "kind": "day_care", "institution": "Kita Regenbogen"})
    caseworker.patch(f"{path}/partners/{made['id']}", {"valid_to": "2026-07-31"}, version=made["version"])
    known = world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{path}/partners?on=2026-09-01")["items"]
    assert [partner["institution"] for partner in known] == ["Kita Regenbogen"]
    for title, chosen in (("Soziale Gruppe Nord", True), ("Elterntraining", False)):
        reason = "Das Kind findet dort Freunde." if chosen else "Beide Eltern arbeiten zu dieser Zeit."
        body = {"title": title, "is_chosen": chosen, "reason": reason, "considered_on": "2026-03-02"}
        caseworker.post(f"{path}/group-offers", body)
    assert len(caseworker.get(f"{path}/group-offers")["items"]) == 2
    assert caseworker.get(f"{path}/group-offers?is_chosen=true")["items"][0]["title"] == "Soziale Gruppe Nord"


def test_a_family_moves_and_its_help_goes_with_it(world: World) -> None:
    """§§ 86, 86c: offered, reminded, accepted, granted there; here until then, and not a day of both or of none."""
    help_ = given_help(world)
    path, caseworker = f"/v1/helps/{help_['id']}", world.as_(Role.CASEWORKER)
    child = {"role": "child", "pseudonym": "Kind K-2", "identity": {"first_name": "Mia", "last_name": "Beispiel"}}
    caseworker.post(f"{path}/persons", child)
    there = World(world.kernel, world.http, world.clock, world.ticker)
    there.provider = world.provider
    moved = {"receiving_office_id": str(there.youth_office.id), "reason": "parents_moved", "effective_on": "2026-05-01"}
    offered = caseworker.post(f"{path}/handovers", moved)
    assert caseworker.post(f"{path}/handovers", moved, status=409)["detail"].endswith("wird schon übergeben.")
    world.clock.travel(days=15)
    world.tick()
    told = there.as_(Role.OFFICE_SYNC).get("/v1/events?type=handschlag.help_handover.unanswered")["items"]
    assert [event["subject"] for event in told] == [f"help_handover/{offered['id']}"]

    receiver = there.as_(Role.CASEWORKER)
    incoming = receiver.get("/v1/handovers?direction=incoming&state=offered")["items"]
    assert incoming[0]["handed"]["pseudonym"] == "Familie Q-17"
    assert "Mia" not in json.dumps(incoming)
    accepted = receiver.act(f"/v1/handovers/{offered['id']}", "accept")
    new = f"/v1/helps/{accepted['new_help_id']}"
    assert (receiver.get(new)["state"], receiver.get(new)["agreement_id"]) == ("requested", None)
    assert caseworker.get(path)["state"] == "active", "the former office continues until the new one does"
    granting = there.as_(Role.FINANCE_OFFICER)
    assert granting.act(new, "release", status=409)["type"].endswith("no-agreement-for-help")
    given_agreement(there)
    assert granting.act(new, "release")["state"] == "active"

    ended = caseworker.get(path)
    assert (ended["state"], ended["ended_on"], ended["end_reason"]) == ("ended", "2026-04-30", "moved")
    continued = receiver.get(new)
    assert (continued["starts_on"], continued["ends_on"]) == ("2026-05-01", "2026-12-31")
    assert continued["handed_over_from"] == help_["id"]
    for side, of in ((caseworker, help_["id"]), (receiver, continued["id"])):
        assert side.get(f"/v1/handovers?help_id={of}")["items"][0]["state"] == "completed"
    receiver.get(path, status=404)
    caseworker.get(new, status=404)
    (person,) = receiver.get(f"{new}/persons")["items"]
    shown = receiver.post(f"{new}/persons/{person['id']}:disclose", {"purpose": "planning"}, status=200)
    assert shown["identity"]["last_name"] == "Beispiel"
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    assert {item["id"] for item in provider.get("/v1/helps")["items"]} == {help_["id"], continued["id"]}


def test_the_nightly_import_runs_every_night(world: World) -> None:
    given_agreement(world)
    sync = world.as_(Role.OFFICE_SYNC)
    rows = [
        {
            "source_system": "fachverfahren",
            "external_id": f"F-{number}",
            "provider_id": str(world.provider.id),
            "service_kind": "section_31",
            "pseudonym": f"Familie I-{number}",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "amount": "5.00",
        }
        for number in range(3)
    ]
    first = push(sync, rows)
    assert (first["created"], first["refused"]) == (3, 0)
    assert push(sync, rows)["unchanged"] == 3
    for row in first["rows"]:
        world.as_(Role.FINANCE_OFFICER).act(f"/v1/helps/{row['id']}", "release")
    rows[0]["ends_on"] = "2027-03-31"
    rows[1] |= {"ended_on": "2026-02-28", "end_reason": "planned"}
    rows[2]["amount"] = "9.00"
    more = {**rows[0], "kind": "grant", "external_id": "B-1", "help_external_id": "F-0", "amount": "8.00"}
    rows.append({**more, "starts_on": "2026-04-01", "ends_on": "2026-12-31"})
    night = push(sync, rows, "?on_error=skip")
    assert [row["status"] for row in night["rows"]] == ["updated", "updated", "refused", "created"]
    again = push(sync, rows, "?on_error=skip")
    assert [row["status"] for row in again["rows"]] == ["unchanged", "unchanged", "refused", "unchanged"]
    states = {item["external_id"]: item["state"] for item in sync.get("/v1/helps?source_system=fachverfahren")["items"]}
    assert states == {"F-0": "active", "F-1": "ended", "F-2": "active"}
