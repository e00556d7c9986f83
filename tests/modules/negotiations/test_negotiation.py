"""Negotiating over HTTP: points with positions, proposals for the text, comments; and who reads what."""

from typing import Any

import pytest
from sqlalchemy import text

from app.policy import OrganisationKind, Role
from tests.modules.agreements.states import take
from tests.stories.given import agreement_body, given_agreement
from tests.world import Party, World


def talks(world: World, *others: Party, drafter: Role = Role.PLANNER) -> dict[str, Any]:
    """An agreement in negotiation between the office, the provider and others."""
    providers = [str(party.id) for party in (world.provider, *others)]
    body = agreement_body(world, provider_ids=providers, youth_office_id=str(world.youth_office.id))
    who = world.as_(drafter)
    made = who.post("/v1/agreements", body)
    return dict(who.act(f"/v1/agreements/{made['id']}", "open_negotiation"))


class TestPoints:
    def test_each_party_says_what_it_thinks_until_they_agree(self, world: World) -> None:
        path = f"/v1/agreements/{talks(world)['id']}/points"
        planner, lead = world.as_(Role.PLANNER), world.as_(Role.PROVIDER_LEAD)
        point = lead.post(
            path,
            {
                "title": "Höhe des Entgelts",
                "place": "/billing_terms/rate_cents",
                "position": "69,80 Euro decken die Fahrten nicht.",
            },
        )
        assert (point["number"], point["state"], len(point["positions"])) == (1, "open", 1)
        planner.post(f"{path}/{point['id']}/positions", {"text": "Fahrten sind im Satz enthalten."})
        lead.post(f"{path}/{point['id']}/positions", {"text": "Dann 71,20 Euro."})
        seen = planner.get(f"{path}/{point['id']}")
        assert [position["organisation_id"] for position in seen["positions"]] == [
            str(world.provider.id),
            str(world.youth_office.id),
            str(world.provider.id),
        ]
        settled = planner.act(f"{path}/{point['id']}", "settle", outcome="71,20 Euro, Fahrten sind enthalten.")
        assert (settled["state"], settled["outcome"]) == ("settled", "71,20 Euro, Fahrten sind enthalten.")
        assert planner.get(f"{path}?state=open")["items"] == []
        again = lead.act(f"{path}/{point['id']}", "reopen")
        assert (again["state"], again["outcome"]) == ("open", None)
        assert lead.act(f"{path}/{point['id']}", "drop")["state"] == "dropped"
        steps = [step["action"] for step in lead.get(f"{path}/{point['id']}/transitions")]
        assert steps == ["create", "settle", "reopen", "drop"]

    def test_a_provider_never_reads_another_providers_position(self, world: World) -> None:
        second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        path = f"/v1/agreements/{talks(world, second)['id']}/points"
        point = world.as_(Role.PLANNER).post(path, {"title": "Entgelt", "position": "69,80 Euro."})
        world.as_(Role.PROVIDER_LEAD).post(f"{path}/{point['id']}/positions", {"text": "Wir brauchen 75 Euro."})
        world.as_(Role.PROVIDER_LEAD, second).post(f"{path}/{point['id']}/positions", {"text": "72 Euro genügen."})
        world.tick()

        def said(party: Party | None, role: Role) -> list[str]:
            reader = world.as_(role, party)
            (listed,) = reader.get(path)["items"]
            read = reader.get(f"{path}/{point['id']}")
            assert [one["text"] for one in listed["positions"]] == [one["text"] for one in read["positions"]]
            return [one["text"] for one in read["positions"]]

        assert said(None, Role.PLANNER) == ["69,80 Euro.", "Wir brauchen 75 Euro.", "72 Euro genügen."]
        assert said(world.provider, Role.PROVIDER_LEAD) == ["69,80 Euro.", "Wir brauchen 75 Euro."]
        assert said(second, Role.PROVIDER_LEAD) == ["69,80 Euro.", "72 Euro genügen."]
        feed = world.as_(Role.PROVIDER_SYNC, second).get("/v1/events?type=handschlag.negotiation_position")["items"]
        assert len(feed) == 2  # the office's and its own

    def test_raw_sql_of_a_provider_does_not_read_it_either(self, world: World) -> None:
        second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        agreement = talks(world, second)
        path = f"/v1/agreements/{agreement['id']}"
        point = world.as_(Role.PROVIDER_LEAD).post(f"{path}/points", {"title": "Entgelt", "position": "75 Euro."})
        world.as_(Role.PROVIDER_LEAD).post(f"{path}/comments", {"text": "Unter uns."})
        with world.kernel.engine.connect() as connection:
            connection.execute(text("SET LOCAL ROLE handschlag_api"))
            me = text("SELECT set_config('handschlag.organisation', :id, true)")
            connection.execute(me, {"id": str(second.id)})
            count = "SELECT (SELECT count(*) FROM negotiation_position), (SELECT count(*) FROM negotiation_comment)"
            assert tuple(connection.execute(text(count)).one()) == (0, 0)
            points = text("SELECT count(*) FROM negotiation_point WHERE id = :id")
            assert connection.scalar(points, {"id": point["id"]}) == 1

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/title"),
            ({"title": ""}, "/title"),
            ({"title": "T", "place": "clauses"}, "/place"),
            ({"title": "T", "position": ""}, "/position"),
        ],
    )
    def test_an_unclear_point_is_refused(self, world: World, body: dict[str, Any], pointer: str) -> None:
        problem = world.as_(Role.PLANNER).post(f"/v1/agreements/{talks(world)['id']}/points", body, status=422)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]

    def test_after_the_negotiation_nothing_is_open_any_more(self, world: World) -> None:
        agreement = talks(world)
        path, planner = f"/v1/agreements/{agreement['id']}", world.as_(Role.PLANNER)
        point = planner.post(f"{path}/points", {"title": "Entgelt"})
        take(world, agreement, "offer_for_signature")
        for part, body in (("points", {"title": "T"}), (f"points/{point['id']}/positions", {"text": "T"})):
            problem = planner.post(f"{path}/{part}", body, status=409)
            assert problem["type"] == "/v1/problems/not-negotiating"
        planner.act(f"{path}/points/{point['id']}", "drop", status=409)


class TestProposals:
    def test_an_accepted_proposal_is_the_next_version_of_the_text(self, world: World) -> None:
        agreement = talks(world)
        path, planner, lead = (
            f"/v1/agreements/{agreement['id']}",
            world.as_(Role.PLANNER),
            world.as_(Role.PROVIDER_LEAD),
        )
        proposal = lead.post(
            f"{path}/proposals",
            {"reason": "Tarifabschluss vom April.", "patch": {"billing_terms": {"rate_cents": 7120}}},
        )
        assert (proposal["number"], proposal["state"], proposal["text_number"]) == (1, "proposed", 1)
        assert planner.get(path)["billing_terms"]["rate_cents"] == 6980
        accepted = planner.act(f"{path}/proposals/{proposal['id']}", "accept", answer="Einverstanden.")
        assert (accepted["state"], accepted["answer"]) == ("accepted", "Einverstanden.")
        now = lead.get(path)
        assert (now["billing_terms"]["rate_cents"], now["text_number"]) == (7120, 2)
        first, second = lead.get(f"{path}/versions")
        assert first["closed_at"] is not None
        assert first["content"]["billing_terms"]["rate_cents"] == 6980
        assert second["note"] == "Vorschlag 1 angenommen"

    def test_a_rejected_or_withdrawn_one_changes_nothing(self, world: World) -> None:
        agreement = talks(world)
        path, planner, lead = (
            f"/v1/agreements/{agreement['id']}",
            world.as_(Role.PLANNER),
            world.as_(Role.PROVIDER_LEAD),
        )
        proposals = [
            lead.post(f"{path}/proposals", {"reason": "R", "patch": {"title": f"Titel {number}"}})
            for number in range(2)
        ]
        rejected = planner.act(f"{path}/proposals/{proposals[0]['id']}", "reject", answer="Der Titel bleibt.")
        assert rejected["state"] == "rejected"
        assert lead.act(f"{path}/proposals/{proposals[1]['id']}", "withdraw")["state"] == "withdrawn"
        assert planner.get(path)["title"] == agreement["title"]
        assert [one["state"] for one in lead.get(f"{path}/proposals?sort=-number")["items"]] == [
            "withdrawn",
            "rejected",
        ]
        lead.act(f"{path}/proposals/{proposals[1]['id']}", "withdraw", status=409)

    def test_who_drafted_proposes_nothing_and_the_other_answers_nothing(self, world: World) -> None:
        path = f"/v1/agreements/{talks(world, drafter=Role.PROVIDER_LEAD)['id']}"
        planner, lead = world.as_(Role.PLANNER), world.as_(Role.PROVIDER_LEAD)
        body = {"reason": "R", "patch": {"title": "T"}}
        assert lead.post(f"{path}/proposals", body, status=409)["type"] == "/v1/problems/pen-is-yours"
        proposal = planner.post(f"{path}/proposals", body)
        assert planner.act(f"{path}/proposals/{proposal['id']}", "accept", status=409)["reasons"]
        assert lead.act(f"{path}/proposals/{proposal['id']}", "withdraw", status=409)["reasons"]
        assert lead.act(f"{path}/proposals/{proposal['id']}", "accept")["state"] == "accepted"
        assert planner.get(path)["title"] == "T"

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"patch": {"title": "T"}}, "/reason"),
            ({"reason": "R", "patch": {}}, "/patch"),
            ({"reason": "R", "patch": {"billing_terms": {"rate_cents": -1}}}, "/billing_terms/rate_cents"),
            ({"reason": "R", "patch": {"state": "in_force"}}, "/patch/state"),
        ],
    )
    def test_what_makes_no_sound_text_is_refused_at_once(
        self, world: World, body: dict[str, Any], pointer: str
    ) -> None:
        path = f"/v1/agreements/{talks(world)['id']}/proposals"
        problem = world.as_(Role.PROVIDER_LEAD).post(path, body, status=422)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]

    def test_a_proposal_is_between_its_author_and_who_answers(self, world: World) -> None:
        second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        path = f"/v1/agreements/{talks(world, second)['id']}/proposals"
        proposal = world.as_(Role.PROVIDER_LEAD).post(path, {"reason": "R", "patch": {"title": "T"}})
        other = world.as_(Role.PROVIDER_LEAD, second)
        assert other.get(path)["items"] == []
        other.get(f"{path}/{proposal['id']}", status=404)
        other.act(f"{path}/{proposal['id']}", "accept", version=1, status=404)
        point = world.as_(Role.PLANNER).post(path.replace("proposals", "points"), {"title": "Entgelt"})
        mine = other.post(path, {"reason": "R", "patch": {"title": "U"}, "point_id": point["id"]})
        assert (mine["number"], mine["point_id"]) == (2, point["id"])

    def test_an_accepted_proposal_that_no_longer_fits_is_refused_and_nothing_changes(self, world: World) -> None:
        agreement = talks(world)
        path, planner = f"/v1/agreements/{agreement['id']}", world.as_(Role.PLANNER)
        patch = {"billing_terms": {"service_kinds": {"section_30": {"rate_cents": 7500}}}}
        proposal = world.as_(Role.PROVIDER_LEAD).post(f"{path}/proposals", {"reason": "R", "patch": patch})
        planner.patch(path, {"service_kinds": ["section_31"]}, version=agreement["version"])
        planner.act(f"{path}/proposals/{proposal['id']}", "accept", status=422)
        assert planner.get(f"{path}/proposals/{proposal['id']}")["state"] == "proposed"
        assert planner.get(path)["text_number"] == 1

    def test_a_signed_text_takes_no_proposals(self, world: World) -> None:
        agreement = given_agreement(world)
        body = {"reason": "R", "patch": {"title": "T"}}
        path = f"/v1/agreements/{agreement['id']}/proposals"
        problem = world.as_(Role.PROVIDER_LEAD).post(path, body, status=409)
        assert problem["state"] == "in_force"


class TestComments:
    def test_a_remark_names_the_version_it_is_about(self, world: World) -> None:
        agreement = talks(world)
        path, planner, lead = (
            f"/v1/agreements/{agreement['id']}",
            world.as_(Role.PLANNER),
            world.as_(Role.PROVIDER_LEAD),
        )
        planner.post(f"{path}/comments", {"text": "Bitte prüfen.", "place": "/clauses/hilfeplanung"})
        take(world, agreement, "keep_version")
        lead.post(f"{path}/comments", {"text": "Geprüft."})
        told = lead.get(f"{path}/comments")["items"]
        assert [(one["text"], one["text_number"]) for one in told] == [("Bitte prüfen.", 1), ("Geprüft.", 2)]
        assert [one["text"] for one in planner.get(f"{path}/comments?text_number=2")["items"]] == ["Geprüft."]

    def test_a_provider_reads_its_own_and_the_offices(self, world: World) -> None:
        second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        path = f"/v1/agreements/{talks(world, second)['id']}/comments"
        world.as_(Role.PROVIDER_LEAD).post(path, {"text": "Unter uns."})
        world.as_(Role.PLANNER).post(path, {"text": "An alle."})
        assert [one["text"] for one in world.as_(Role.PROVIDER_LEAD, second).get(path)["items"]] == ["An alle."]
        assert len(world.as_(Role.PLANNER).get(path)["items"]) == 2


@pytest.mark.parametrize("part", ["points", "proposals", "comments"])
def test_who_only_reads_agreements_says_nothing(world: World, part: str) -> None:
    path = f"/v1/agreements/{talks(world)['id']}/{part}"
    world.as_(Role.CASEWORKER).post(path, {"title": "T", "text": "T", "reason": "R", "patch": {}}, status=422)
    bodies: dict[str, Any] = {
        "points": {"title": "T"},
        "proposals": {"reason": "R", "patch": {"title": "T"}},
        "comments": {"text": "T"},
    }
    world.as_(Role.CASEWORKER).post(path, bodies[part], status=403)
    assert world.as_(Role.CASEWORKER).get(path)["items"] == []


def test_a_list_of_points_costs_the_same_however_long_it_is(world: World, statements: list[str]) -> None:
    path = f"/v1/agreements/{talks(world)['id']}/points"
    planner = world.as_(Role.PLANNER)
    for number in range(5):
        planner.post(path, {"title": f"Punkt {number}", "position": "So."})
    statements.clear()
    assert len(planner.get(path)["items"]) == 5
    assert len(statements) <= 6  # actor, agreement with parties and signatures, points, positions


@pytest.mark.parametrize("place", ["/nix/da", "/clauses/99", "/clauses/gibt-es-nicht", "/title/x"])
def test_a_place_is_one_of_the_text(world: World, place: str) -> None:
    draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world))
    path = f"/v1/agreements/{draft['id']}"
    world.as_(Role.PLANNER).act(path, "open_negotiation")
    for body, kind in (({"title": "Entgelt"}, "points"), ({"text": "Unklar"}, "comments")):
        problem = world.as_(Role.PLANNER).post(f"{path}/{kind}", {**body, "place": place}, status=422)
        assert [error["pointer"] for error in problem["errors"]] == ["/place"]
    known = f"/clauses/{draft['clauses'][0]['key']}/text"
    assert world.as_(Role.PLANNER).post(f"{path}/comments", {"text": "Gut", "place": known})["place"] == known
