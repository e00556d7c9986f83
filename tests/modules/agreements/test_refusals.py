"""What an agreement may not say, who may not see it, and what the API answers then."""

from typing import Any

import pytest

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.agreements.states import take
from tests.stories.given import (
    BILLING_TERMS,
    agreement_body,
    given_agreement,
    given_offer,
    given_standard,
    sign,
)
from tests.world import World

NOBODY = "01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"kind": "mietvertrag"}, "/kind"),
        ({"title": ""}, "/title"),
        ({"provider_ids": []}, "/provider_ids"),
        ({"provider_ids": [NOBODY]}, "/provider_ids/0"),
        ({"service_kinds": ["section_30", "section_30"]}, "/service_kinds"),
        ({"service_kinds": ["section_99"]}, "/service_kinds/0"),
        ({"valid_from": "2026-02-30"}, "/valid_from"),
        ({"valid_to": "2025-12-31"}, "/valid_to"),
        ({"notice_period_months": 25}, "/notice_period_months"),
        ({"standard_ids": [NOBODY]}, "/standard_ids/0"),
        ({"forms": [{"purpose": "development_report", "form_version_id": NOBODY}]}, "/forms/0/form_version_id"),
        ({"forms": [{"purpose": "liebesbrief", "form_version_id": NOBODY}]}, "/forms/0/purpose"),
        ({"clauses": [{"key": "a", "title": "A", "text": "A"}] * 2}, "/clauses"),
        ({"billing_terms": {**BILLING_TERMS, "rate_cents": -1}}, "/billing_terms/rate_cents"),
        (
            {"billing_terms": {**BILLING_TERMS, "service_kinds": {"section_34": {}}}},
            "/billing_terms/service_kinds",
        ),
        ({"kind": "schutzauftrag_8a"}, "/billing_terms"),
        ({"kind": "entgelt"}, "/retroactive_reason"),
        (
            {"safeguarding_terms": {"acknowledge_minutes": {"immediate": 0}}},
            "/safeguarding_terms/acknowledge_minutes/immediate",
        ),
        ({"state": "in_force"}, "/state"),
    ],
)
def test_a_draft_says_what_is_wrong_with_it(world: World, changes: dict[str, Any], pointer: str) -> None:
    problem = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, **changes), status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["errors"][0]["detail"]


def test_nobody_drafts_for_others(world: World) -> None:
    other_office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    body = agreement_body(world, youth_office_id=str(world.youth_office.id))
    for role, party, pointer in (
        (Role.PLANNER, other_office, "/youth_office_id"),
        (Role.PROVIDER_LEAD, other, "/provider_ids"),
    ):
        draft = {**body, "standard_ids": [], "forms": []}
        problem = world.as_(role, party).post("/v1/agreements", draft, status=422)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_a_provider_names_the_office(world: World) -> None:
    problem = world.as_(Role.PROVIDER_LEAD).post("/v1/agreements", agreement_body(world), status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/youth_office_id"]


def test_what_the_other_party_cannot_read_is_not_agreed_on(world: World) -> None:
    standard = given_standard(world, is_shared=False)
    body = agreement_body(world, standard_ids=[standard["id"]])
    problem = world.as_(Role.PLANNER).post("/v1/agreements", body, status=422)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/standard_ids/0", "not_shared")]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.OFFICE_HEAD, Role.FINANCE_OFFICER, Role.PROVIDER_MANAGER])
def test_only_who_negotiates_drafts_and_changes(world: World, role: Role) -> None:
    body = agreement_body(world, youth_office_id=str(world.youth_office.id))
    world.as_(role).post("/v1/agreements", body, status=403)
    made = world.as_(Role.PLANNER).post("/v1/agreements", body)
    world.as_(role).patch(f"/v1/agreements/{made['id']}", {"title": "T"}, version=1, status=403)


@pytest.mark.parametrize("kind", [OrganisationKind.PROVIDER, OrganisationKind.YOUTH_OFFICE])
def test_an_agreement_does_not_exist_for_others(world: World, kind: OrganisationKind) -> None:
    offered = given_offer(world)
    other = world.organisation(kind, "Anderer")
    provider = kind is OrganisationKind.PROVIDER
    drafter = world.as_(Role.PROVIDER_LEAD if provider else Role.PLANNER, other)
    signer = world.as_(Role.PROVIDER_MANAGER if provider else Role.OFFICE_HEAD, other)
    path = f"/v1/agreements/{offered['id']}"
    for part in ("", "/versions", "/transitions"):
        drafter.get(path + part, status=404)
    drafter.patch(path, {"title": "T"}, version=1, status=404)
    drafter.act(path, "withdraw", version=3, status=404)
    signer.act(path, "sign", version=3, status=404, function="F", content_hash=offered["content_hash"])
    assert drafter.get("/v1/agreements")["items"] == []


def test_the_planner_of_the_office_sees_all_its_agreements_and_filters_them(world: World) -> None:
    planner, second = world.as_(Role.PLANNER), world.organisation(OrganisationKind.PROVIDER, "Brücke")
    first = given_agreement(world, valid_to="2026-06-30")
    other = planner.post("/v1/agreements", agreement_body(
        world, provider_ids=[str(second.id)], kind="ambulant_77", service_kinds=["section_29"],
        standard_ids=[], forms=[], valid_from="2026-07-01", retroactive_reason=None,
    ))  # fmt: skip
    for query, expected in {
        "": [other, first],
        "?sort=number": [first, other],
        "?state=draft": [other],
        "?kind=local_quality": [first],
        f"?provider_id={second.id}": [other],
        "?service_kind=section_31": [first],
        "?in_force_on=2026-06-30": [first],
        "?in_force_on=2026-07-01": [],
        "?in_force_on=2025-12-31": [],
    }.items():
        items = planner.get(f"/v1/agreements{query}")["items"]
        assert [item["id"] for item in items] == [agreement["id"] for agreement in expected], query
    mine = world.as_(Role.PROVIDER_LEAD, second).get("/v1/agreements")["items"]
    assert [item["number"] for item in mine] == [other["number"]]
    table = planner.request("GET", "/v1/agreements", status=200, headers={"Accept": "text/csv"})
    assert first["number"] in table.text


def test_a_list_costs_the_same_however_long_it_is(world: World, statements: list[str]) -> None:
    planner = world.as_(Role.PLANNER)
    body = agreement_body(world)
    for _ in range(6):
        planner.post("/v1/agreements", body)
    statements.clear()
    assert len(planner.get("/v1/agreements")["items"]) == 6
    assert len(statements) <= 5  # actor, page with version, parties, signatures


def test_lists_offer_the_next_step_to_whoever_takes_it(world: World) -> None:
    """To those who sign as to all others."""
    offered = given_offer(world)
    for role in (role for role in Role if Permission.AGREEMENTS_READ in GRANTS[role]):
        items = {item["id"]: item for item in world.as_(role).get("/v1/agreements")["items"]}
        steps = {action["action"] for action in items[offered["id"]]["allowed_actions"]}
        assert ("sign" in steps) == (Permission.AGREEMENTS_SIGN in GRANTS[role]), role


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service_kinds": []}, "keine Hilfeart"),
        ({"kind": "ambulant_77", "billing_terms": None}, "Abrechnung fehlen"),
        ({"retroactive_reason": None}, "dafür fehlt ein Grund"),
        ({"kind": "leistung", "retroactive_reason": None}, "nur für die Zukunft"),
        (
            {"clauses": [], "standard_ids": [], "forms": [], "billing_terms": None, "safeguarding_terms": None},
            "regelt noch nichts",
        ),
    ],
)
def test_an_incomplete_text_is_not_offered(world: World, changes: dict[str, Any], reason: str) -> None:
    draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, **changes))
    draft = take(world, draft, "open_negotiation")
    problem = take(world, draft, "offer_for_signature", status=409)
    assert problem["type"] == "/v1/problems/guard-refused"
    assert [text for text in problem["reasons"] if reason in text]


def test_a_start_that_passes_while_the_pen_is_sought_stops_the_signature(world: World) -> None:
    offered = given_offer(world, kind="leistung", valid_from="2026-03-03", retroactive_reason=None)
    sign(world, offered, Role.OFFICE_HEAD)
    world.clock.travel(days=2)
    fields = {"function": "Geschäftsführung", "content_hash": offered["content_hash"]}
    path = f"/v1/agreements/{offered['id']}"
    problem = world.as_(Role.PROVIDER_MANAGER).act(path, "sign", status=409, **fields)
    assert "§ 78d" in problem["reasons"][0]


def test_a_signature_under_another_text_is_refused(world: World) -> None:
    offered = given_offer(world)
    problem = take(world, offered, "sign", status=409, content_hash="0" * 64)
    assert "einen anderen Text" in problem["reasons"][0]
    take(world, offered, "sign", status=422, content_hash="kein Hash")
    take(world, offered, "sign", status=422, function="")


def test_a_party_signs_once(world: World) -> None:
    offered = given_offer(world)
    sign(world, offered, Role.OFFICE_HEAD)
    second_head = world.person(Role.OFFICE_HEAD)
    fields = {"function": "Stellvertretung", "content_hash": offered["content_hash"]}
    problem = second_head.act(f"/v1/agreements/{offered['id']}", "sign", status=409, **fields)
    assert "schon unterschrieben" in problem["reasons"][0]


def test_a_second_agreement_of_the_kind_may_not_share_a_day(world: World) -> None:
    first = given_agreement(world, valid_to="2026-06-30")
    body: dict[str, Any] = {"standard_ids": [], "forms": [], "retroactive_reason": None}
    draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, valid_from="2026-06-30", **body))
    draft = take(world, draft, "open_negotiation")
    problem = take(world, draft, "offer_for_signature", status=409)
    assert problem["type"] == "/v1/problems/agreement-overlaps"
    assert first["number"] in problem["detail"]
    path = f"/v1/agreements/{draft['id']}"
    world.as_(Role.PLANNER).patch(path, {"valid_from": "2026-07-01"}, version=draft["version"])
    take(world, draft, "offer_for_signature")


def test_of_two_offers_for_the_same_days_the_second_cannot_be_concluded(world: World) -> None:
    first, second = given_offer(world), given_offer(world, standard_ids=[], forms=[])
    for offered in (first, second):
        sign(world, offered, Role.OFFICE_HEAD)
    sign(world, first, Role.PROVIDER_MANAGER)
    fields = {"function": "Geschäftsführung", "content_hash": second["content_hash"]}
    path = f"/v1/agreements/{second['id']}"
    problem = world.as_(Role.PROVIDER_MANAGER).act(path, "sign", status=409, **fields)
    assert first["number"] in problem["detail"]
    assert len(world.as_(Role.PLANNER).get(path)["signatures"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"service_kinds": ["section_29"]},
        {"kind": "ambulant_77"},
        {"valid_from": "2026-07-01", "retroactive_reason": None},
    ],
)
def test_another_kind_of_help_another_kind_of_agreement_or_another_time_goes_together(
    world: World, changes: dict[str, Any]
) -> None:
    given_agreement(world, valid_to="2026-06-30")
    assert given_agreement(world, standard_ids=[], forms=[], **changes)["state"] in ("in_force", "signed")


def test_after_notice_the_freed_days_can_be_agreed_on_again(world: World) -> None:
    take(world, given_agreement(world), "terminate", last_day="2026-06-30")
    given_agreement(world, standard_ids=[], forms=[], valid_from="2026-07-01", retroactive_reason=None)


def test_what_lies_on_the_table_cannot_be_changed(world: World) -> None:
    offered = given_offer(world)
    path = f"/v1/agreements/{offered['id']}"
    problem = world.as_(Role.PLANNER).patch(path, {"title": "T"}, version=offered["version"], status=409)
    assert problem["type"] == "/v1/problems/agreement-fixed"


def test_a_change_is_merged_and_checked_as_a_whole(world: World) -> None:
    planner = world.as_(Role.PLANNER)
    draft = planner.post("/v1/agreements", agreement_body(world, valid_to="2026-12-31"))
    path = f"/v1/agreements/{draft['id']}"
    changed = planner.patch(path, {"valid_to": None, "billing_terms": {"no_show_max_per_month": None}}, version=1)
    assert changed["valid_to"] is None
    assert changed["billing_terms"] == {**draft["billing_terms"], "no_show_max_per_month": None}
    for patch, pointer in (
        ({"title": None}, "/title"),
        ({"billing_terms": {"rate_cents": "viel"}}, "/billing_terms/rate_cents"),
        ({"valid_to": "2020-01-01"}, "/valid_to"),
        ({"service_kinds": [], "billing_terms": {"service_kinds": {"section_30": {}}}}, "/billing_terms/service_kinds"),
        ({"kind": "leistung"}, "/kind"),
        ({"standard_ids": [NOBODY]}, "/standard_ids/0"),
    ):
        problem = planner.patch(path, patch, version=2, status=422)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert planner.patch(path, {"safeguarding_terms": None}, version=2)["safeguarding_terms"] is None


def test_changes_and_steps_need_the_version_that_was_read(world: World) -> None:
    planner = world.as_(Role.PLANNER)
    path = f"/v1/agreements/{planner.post('/v1/agreements', agreement_body(world))['id']}"
    planner.request("PATCH", path, status=428, json={"title": "T"})
    planner.post(f"{path}/transitions", {"action": "open_negotiation"}, status=428)
    planner.patch(path, {"title": "T"}, version=1)
    planner.patch(path, {"title": "U"}, version=1, status=412)
    planner.act(path, "open_negotiation", version=1, status=412)


def test_a_standard_that_was_offered_stays_as_it_is(world: World) -> None:
    standard = given_standard(world)
    path, planner = f"/v1/standards/{standard['id']}", world.as_(Role.PLANNER)
    draft = planner.post("/v1/agreements", agreement_body(world, standard_ids=[standard["id"]]))
    planner.patch(path, {"target": "immer"}, version=1)
    draft = take(world, draft, "open_negotiation")
    take(world, draft, "offer_for_signature")
    planner.patch(path, {"target": "nie"}, version=2, status=409)
