"""Agreements live: joined, left, amended, reviewed, taken to the Schiedsstelle, going on after their end."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.core.kernel import Kernel
from app.law.service_kinds import ServiceKind
from app.modules.agreements import find_in_force
from app.policy import OrganisationKind, Role
from tests.modules.agreements.states import amended, joined, later, read, stuck, take
from tests.stories.given import agreement_body, given_agreement, given_offer, sign
from tests.world import Party, World

SPFH = ServiceKind.SECTION_31


def holds(world: World, party: Party, on: str) -> str | None:
    """The number of the agreement that answers for SPFH with a provider on a day."""
    with world.kernel.work.as_system() as db:
        found = find_in_force(
            db,
            youth_office_id=world.youth_office.id,
            provider_id=party.id,
            service_kind=SPFH,
            on=date.fromisoformat(on),
        )
    return found.number if found else None


class TestJoining:
    def test_a_provider_joins_what_is_in_force(self, world: World) -> None:
        agreement, guest = given_agreement(world), world.organisation(OrganisationKind.PROVIDER, "Brücke")
        take(world, agreement, "invite_party", provider_id=str(guest.id))
        assert holds(world, guest, "2026-06-01") is None  # an invitation is no agreement
        joined_ = take(world, agreement, "accede", party=guest, joined_on="2026-04-01")
        party = next(one for one in joined_["parties"] if one["organisation_id"] == str(guest.id))
        assert (party["joined_on"], party["signed_at"]) == ("2026-04-01", "2026-03-02T08:00:00Z")
        assert joined_["content_hash"] == agreement["content_hash"]  # nothing that was signed has changed
        assert [holds(world, guest, day) for day in ("2026-03-31", "2026-04-01")] == [None, agreement["number"]]
        again = take(world, agreement, "accede", party=guest, status=409)
        assert "schon unterschrieben" in again["reasons"][0]

    def test_who_was_not_invited_knows_nothing_of_it(self, world: World) -> None:
        agreement, stranger = given_agreement(world), world.organisation(OrganisationKind.PROVIDER, "Fremd")
        fields = {"function": "L", "content_hash": agreement["content_hash"], "version": agreement["version"]}
        world.as_(Role.PROVIDER_MANAGER, stranger).act(
            f"/v1/agreements/{agreement['id']}", "accede", status=404, **fields
        )

    @pytest.mark.parametrize("day", ["2026-03-01", "2027-01-01"])
    def test_joining_works_from_today_and_within_the_term(self, world: World, day: str) -> None:
        agreement = given_agreement(world, valid_to="2026-12-31")
        guest = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        take(world, agreement, "invite_party", provider_id=str(guest.id))
        problem = take(world, agreement, "accede", party=guest, joined_on=day, status=422)
        assert [error["pointer"] for error in problem["errors"]] == ["/joined_on"]

    def test_who_has_such_an_agreement_already_does_not_join_another(self, world: World) -> None:
        agreement, guest = given_agreement(world), world.organisation(OrganisationKind.PROVIDER, "Brücke")
        offered = given_offer(world, provider_ids=[str(guest.id)], standard_ids=[], forms=[])
        sign(world, offered, Role.OFFICE_HEAD)
        own = sign(world, offered, Role.PROVIDER_MANAGER, guest)
        take(world, agreement, "invite_party", provider_id=str(guest.id))
        problem = take(world, agreement, "accede", party=guest, status=409)
        assert own["number"] in problem["detail"]

    def test_an_invitation_names_a_provider_that_is_no_party_yet(self, world: World) -> None:
        agreement = given_agreement(world)
        for provider_id in (world.youth_office.id, world.provider.id, UUID(int=7)):
            problem = take(world, agreement, "invite_party", provider_id=str(provider_id), status=422)
            assert [error["pointer"] for error in problem["errors"]] == ["/provider_id"]

    def test_during_negotiation_the_text_names_who_takes_part(self, world: World) -> None:
        draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world))
        guest = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        more = take(world, draft, "invite_party", provider_id=str(guest.id))
        assert more["provider_ids"] == [str(world.provider.id), str(guest.id)]
        assert more["content_hash"] != draft["content_hash"]
        less = take(world, draft, "remove_party", provider_id=str(guest.id))
        assert (less["provider_ids"], less["content_hash"]) == ([str(world.provider.id)], draft["content_hash"])
        problem = take(world, draft, "remove_party", provider_id=str(world.provider.id), status=409)
        assert "letzte Träger" in problem["reasons"][0]
        problem = take(world, draft, "remove_party", provider_id=str(guest.id), status=409)
        assert any("scheidet schon" in reason for reason in problem["reasons"])

    def test_per_party_each_provider_is_in_as_soon_as_it_has_signed(self, world: World) -> None:
        second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        both = [str(world.provider.id), str(second.id)]
        offered = given_offer(world, provider_ids=both, entry_rule="per_party")
        sign(world, offered, Role.PROVIDER_MANAGER)
        assert sign(world, offered, Role.OFFICE_HEAD)["state"] == "in_force"
        assert (holds(world, world.provider, "2026-03-02"), holds(world, second, "2026-03-02")) == (
            offered["number"],
            None,
        )
        take(world, offered, "accede", party=second)
        assert holds(world, second, "2026-03-02") == offered["number"]

    def test_per_party_needs_the_youth_office(self, world: World) -> None:
        second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        both = [str(world.provider.id), str(second.id)]
        offered = given_offer(world, provider_ids=both, entry_rule="per_party")
        sign(world, offered, Role.PROVIDER_MANAGER)
        assert sign(world, offered, Role.PROVIDER_MANAGER, second)["state"] == "awaiting_signatures"


class TestLeaving:
    def test_one_leaves_the_others_go_on(self, world: World) -> None:
        agreement = joined(world)
        second = next(id_ for id_ in agreement["provider_ids"] if id_ != str(world.provider.id))
        left = take(world, agreement, "leave", last_day="2026-06-30")
        assert (left["state"], left["provider_ids"]) == ("in_force", [second])
        party = next(one for one in left["parties"] if one["organisation_id"] == str(world.provider.id))
        assert party["leaves_on"] == "2026-06-30"
        days = [holds(world, world.provider, day) for day in ("2026-06-30", "2026-07-01")]
        assert days == [agreement["number"], None]
        other = world.party(UUID(second), OrganisationKind.PROVIDER)
        assert holds(world, other, "2026-12-31") == agreement["number"]

    def test_the_youth_office_can_end_it_for_one(self, world: World) -> None:
        agreement = joined(world)
        head = world.as_(Role.OFFICE_HEAD)
        path, gone = f"/v1/agreements/{agreement['id']}", agreement["provider_ids"][0]
        left = head.act(path, "leave", last_day="2026-06-30", reason="Kein Bedarf.", provider_id=gone)
        assert gone not in left["provider_ids"]

    def test_nobody_else_can_end_it_for_another(self, world: World) -> None:
        agreement = joined(world)
        problem = take(world, agreement, "leave", provider_id=agreement["provider_ids"][1], status=409)
        assert "keine Vertragspartei" in problem["reasons"][0]

    def test_the_notice_period_holds_and_the_last_one_gives_notice(self, world: World) -> None:
        agreement = joined(world)
        early = take(world, agreement, "leave", last_day="2026-04-30", status=409)
        assert "Kündigungsfrist" in early["reasons"][0]
        single = given_agreement(world, kind="ambulant_77", standard_ids=[], forms=[])
        assert "terminate" in take(world, single, "leave", status=409)["reasons"][0]

    def test_why_one_left_the_others_do_not_learn(self, world: World) -> None:
        agreement = joined(world)
        secret = "Wir sind zahlungsunfähig."
        take(world, agreement, "leave", reason=secret)
        world.tick()
        second = world.party(UUID(agreement["provider_ids"][1]), OrganisationKind.PROVIDER)
        with world.kernel.engine.connect() as connection:
            for party, sees in ((second, 0), (world.provider, 1), (world.youth_office, 1)):
                connection.exec_driver_sql("SET LOCAL ROLE handschlag_api")
                connection.exec_driver_sql(f"SELECT set_config('handschlag.organisation', '{party.id}', true)")
                rows = connection.exec_driver_sql("SELECT count(*) FROM agreement_leave").scalar_one()
                assert rows == sees
                connection.exec_driver_sql("RESET ROLE")
        assert secret not in str(read(world, agreement))


class TestAmending:
    def test_an_amendment_takes_over_on_its_first_day(self, world: World) -> None:
        agreement = given_agreement(world)
        under = take(world, agreement, "amend", valid_from="2026-05-01")
        assert under["state"] == "under_amendment"
        successor = world.as_(Role.PROVIDER_LEAD).get(f"/v1/agreements/{under['amendment_id']}")
        assert (successor["number"], successor["amends_id"]) == (f"{agreement['number']}/1", agreement["id"])
        assert (successor["state"], successor["amendment_kinds"]) == ("draft", ["rate_update"])
        lead, path = world.as_(Role.PROVIDER_LEAD), f"/v1/agreements/{successor['id']}"
        lead.patch(path, {"billing_terms": {"rate_cents": 7120}}, version=successor["version"])
        lead.act(path, "open_negotiation")
        offered = lead.act(path, "offer_for_signature")
        sign(world, offered, Role.OFFICE_HEAD)
        assert sign(world, offered, Role.PROVIDER_MANAGER)["state"] == "signed"
        assert read(world, agreement)["ends_on"] == "2026-04-30"
        numbers = [holds(world, world.provider, day) for day in ("2026-04-30", "2026-05-01")]
        assert numbers == [agreement["number"], successor["number"]]
        later(world, agreement, days=60)
        assert (read(world, agreement)["state"], read(world, successor)["state"]) == ("superseded", "in_force")
        third = amended(world, successor, valid_from="2026-09-01")
        assert third["number"] == f"{agreement['number']}/2"

    def test_who_begins_the_amendment_holds_its_pen(self, world: World) -> None:
        under = take(world, given_agreement(world), "amend")
        path = f"/v1/agreements/{under['amendment_id']}"
        problem = world.as_(Role.PLANNER).patch(path, {"title": "T"}, version=1, status=409)
        assert problem["type"] == "/v1/problems/agreement-pen-held"

    def test_one_amendment_at_a_time_and_a_given_up_one_leaves_all_as_it_was(self, world: World) -> None:
        agreement = given_agreement(world)
        under = take(world, agreement, "amend")
        take(world, agreement, "amend", status=409)
        world.as_(Role.PROVIDER_LEAD).act(f"/v1/agreements/{under['amendment_id']}", "withdraw")
        now = read(world, agreement)
        assert (now["state"], now["amendment_id"], now["ends_on"]) == ("in_force", None, None)
        again = take(world, agreement, "amend")
        assert read(world, {"id": again["amendment_id"]})["number"] == f"{agreement['number']}/2"

    @pytest.mark.parametrize("day", ["2026-01-01", "2027-01-02"])
    def test_an_amendment_begins_within_what_it_amends(self, world: World, day: str) -> None:
        agreement = given_agreement(world, valid_to="2026-12-31")
        assert take(world, agreement, "amend", valid_from=day, status=409)["reasons"]

    def test_an_amendment_that_begins_before_somebody_joined_is_refused(self, world: World) -> None:
        agreement, guest = given_agreement(world), world.organisation(OrganisationKind.PROVIDER, "Brücke")
        take(world, agreement, "invite_party", provider_id=str(guest.id))
        take(world, agreement, "accede", party=guest, joined_on="2026-09-01")
        successor_id = take(world, agreement, "amend", valid_from="2026-08-01")["amendment_id"]
        lead, path = world.as_(Role.PROVIDER_LEAD), f"/v1/agreements/{successor_id}"
        lead.act(path, "open_negotiation")
        offered = lead.act(path, "offer_for_signature")
        sign(world, offered, Role.OFFICE_HEAD)
        sign(world, offered, Role.PROVIDER_MANAGER)
        fields = {"function": "L", "content_hash": offered["content_hash"]}
        problem = world.as_(Role.PROVIDER_MANAGER, guest).act(path, "sign", status=409, **fields)
        assert problem["type"] == "/v1/problems/conflict"

    def test_for_those_who_do_not_sign_the_old_text_goes_on(self, world: World) -> None:
        agreement = joined(world)
        second = world.party(UUID(agreement["provider_ids"][1]), OrganisationKind.PROVIDER)
        successor_id = take(world, agreement, "amend", valid_from="2026-04-01")["amendment_id"]
        lead, path = world.as_(Role.PROVIDER_LEAD), f"/v1/agreements/{successor_id}"
        lead.patch(path, {"entry_rule": "per_party"}, version=1)
        lead.act(path, "open_negotiation")
        offered = lead.act(path, "offer_for_signature")
        sign(world, offered, Role.OFFICE_HEAD)
        successor = sign(world, offered, Role.PROVIDER_MANAGER)
        assert successor["state"] == "signed"
        assert read(world, agreement)["state"] == "in_force"
        later(world, agreement, days=60)
        assert read(world, agreement)["state"] == "in_force"
        assert holds(world, world.provider, "2026-05-01") == successor["number"]
        assert holds(world, second, "2026-05-01") == agreement["number"]


class TestSchiedsstelle:
    def test_after_six_weeks_the_schiedsstelle_decides(self, world: World) -> None:
        draft = stuck(world, valid_from="2026-04-20")
        applied = take(world, draft, "call_schiedsstelle", applied_on="2026-04-14")
        assert applied["schiedsstelle"]["applied_on"] == "2026-04-14"
        world.as_(Role.PLANNER).patch(
            f"/v1/agreements/{draft['id']}", {"title": "Text der Schiedsstelle"}, version=applied["version"]
        )
        world.clock.travel(days=60)
        text = read(world, draft)
        entered = take(world, text, "record_award", decided_on="2026-06-10")
        assert entered["state"] == "awaiting_signatures"
        assert holds(world, world.provider, "2026-06-10") is None  # nobody enters an award alone
        office = world.as_(Role.OFFICE_HEAD)
        offered = {step["action"] for step in office.get(f"/v1/agreements/{draft['id']}")["allowed_actions"]}
        assert {"confirm_award", "withdraw", "reopen"} & offered == set()
        own = office.act(
            f"/v1/agreements/{draft['id']}", "confirm_award", status=409, content_hash=text["content_hash"]
        )
        assert own["reasons"] == ["Diese Vertragspartei hat schon bestätigt."]
        take(world, text, "reopen", status=409)
        take(world, entered, "confirm_award", content_hash="0" * 64, status=409)
        decided = take(world, entered, "confirm_award")
        assert (decided["state"], decided["signatures"]) == ("in_force", [])  # the award stands for the signatures
        assert decided["schiedsstelle"]["reference"] == "SchSt 12/2026"

    def test_what_the_schiedsstelle_did_not_decide_the_other_side_refuses(self, world: World) -> None:
        draft = stuck(world)
        take(world, draft, "call_schiedsstelle")
        entered = take(world, read(world, draft), "record_award")
        back = take(world, entered, "dispute_award")
        assert back["state"] == "before_schiedsstelle"
        assert back["schiedsstelle"]["dispute"] == "Die Schiedsstelle hat noch nicht entschieden."
        assert (back["schiedsstelle"]["decided_on"], back["schiedsstelle"]["confirmed_by"]) == (None, [])
        for action in ("confirm_award", "dispute_award"):
            take(world, back, action, status=409)
        again = take(world, read(world, draft), "record_award", reference="SchSt 13/2026")
        assert take(world, again, "confirm_award")["state"] == "signed"

    def test_without_an_award_there_is_none_to_confirm(self, world: World) -> None:
        for action in ("confirm_award", "dispute_award"):
            problem = take(world, given_offer(world), action, status=409)
            assert problem["reasons"] == ["Es ist keine Entscheidung der Schiedsstelle eingetragen."]

    def test_not_before_six_weeks(self, world: World) -> None:
        body = {"kind": "leistung", "valid_from": "2026-07-01", "retroactive_reason": None, "billing_terms": None}
        draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, **body))
        take(world, draft, "open_negotiation")
        world.clock.travel(days=42)
        problem = take(world, draft, "call_schiedsstelle", status=409)
        assert "13.04.2026" in problem["reasons"][0]
        world.clock.travel(days=1)
        take(world, draft, "call_schiedsstelle", applied_on="2026-04-15", status=409)  # in the future
        assert take(world, draft, "call_schiedsstelle")["state"] == "before_schiedsstelle"

    def test_not_for_ambulatory_help(self, world: World) -> None:
        draft = stuck(world, kind="ambulant_77", billing_terms=agreement_body(world)["billing_terms"])
        problem = take(world, draft, "call_schiedsstelle", status=409)
        assert "§ 78b" in problem["reasons"][0]

    def test_an_award_looks_back_to_the_application_and_no_further(self, world: World) -> None:
        draft = stuck(world, valid_from="2026-04-13")
        take(world, draft, "call_schiedsstelle", applied_on="2026-04-14")
        world.clock.travel(days=30)
        problem = take(world, read(world, draft), "record_award", status=409)
        assert "14.04.2026" in problem["reasons"][0]
        problem = take(world, read(world, draft), "record_award", decided_on="2026-04-01", status=409)
        assert "nach dem Antrag" in problem["reasons"][0]

    def test_the_parties_may_still_agree(self, world: World) -> None:
        draft = take(world, stuck(world), "call_schiedsstelle")
        settled = take(world, draft, "settle")
        assert (settled["state"], settled["schiedsstelle"]) == ("in_negotiation", None)


class TestGoingOn:
    def test_fees_hold_until_new_ones_are_agreed(self, world: World) -> None:
        fee: dict[str, Any] = {"kind": "entgelt", "standard_ids": [], "forms": [], "retroactive_reason": None}
        old = given_agreement(world, **fee, valid_from="2026-03-02", valid_to="2026-03-31")
        assert holds(world, world.provider, "2026-04-01") is None
        now = later(world, old, days=40)
        assert (now["state"], holds(world, world.provider, "2026-04-01")) == ("continuing", old["number"])
        new = given_agreement(world, **fee, valid_from="2026-06-01")
        assert new["state"] == "signed"
        later(world, old, days=60)
        assert (read(world, old)["state"], read(world, new)["state"]) == ("superseded", "in_force")
        assert holds(world, world.provider, "2026-05-31") == old["number"]

    def test_what_follows_at_once_leaves_nothing_to_go_on(self, world: World) -> None:
        old = given_agreement(world, valid_to="2026-03-31", continues=True)
        given_agreement(world, valid_from="2026-04-01", retroactive_reason=None, standard_ids=[], forms=[])
        assert later(world, old)["state"] == "expired"

    def test_it_goes_on_up_to_what_is_agreed_for_later(self, world: World) -> None:
        old = given_agreement(world, valid_to="2026-03-31", continues=True)
        new = given_agreement(world, valid_from="2026-05-01", retroactive_reason=None, standard_ids=[], forms=[])
        assert later(world, old, days=31)["state"] == "continuing"
        days = [holds(world, world.provider, day) for day in ("2026-04-30", "2026-05-01")]
        assert days == [old["number"], new["number"]]

    def test_without_such_a_clause_an_agreement_expires(self, world: World) -> None:
        old = given_agreement(world, valid_to="2026-03-31")
        assert later(world, old)["state"] == "expired"


class TestReviews:
    def test_the_day_comes_is_told_and_the_review_sets_the_next(self, world: World) -> None:
        agreement = given_agreement(world, review_months=6)
        assert agreement["next_review_on"] == "2026-09-02"
        planner = world.as_(Role.PLANNER)
        assert planner.get("/v1/agreements?review_until=2026-09-01")["items"] == []
        later(world, agreement, days=185)
        assert len(planner.get("/v1/agreements?review_until=2026-09-03")["items"]) == 1
        for role in (Role.OFFICE_SYNC, Role.PROVIDER_SYNC):
            told = world.as_(role).get("/v1/events?type=handschlag.agreement.review_due")["items"]
            assert [event["subject"] for event in told] == [f"agreement/{agreement['id']}"]
        reviewed = take(world, agreement, "record_review", note="Die Standards tragen.")
        assert reviewed["next_review_on"] == "2027-03-03"
        (review,) = planner.get(f"/v1/agreements/{agreement['id']}/reviews")
        assert (review["result"], review["note"]) == ("keep", "Die Standards tragen.")
        take(world, agreement, "record_review", next_review_on="2026-12-01", result="amend")
        assert read(world, agreement)["next_review_on"] == "2026-12-01"

    def test_without_an_interval_there_is_no_next_day(self, world: World) -> None:
        agreement = given_agreement(world)
        assert agreement["next_review_on"] is None
        assert take(world, agreement, "record_review")["next_review_on"] is None


class TestSets:
    def test_the_three_of_78b_belong_together_and_all_are_needed_to_pay(self, world: World) -> None:
        body: dict[str, Any] = {
            "service_kinds": ["section_34"],
            "valid_from": "2026-03-02",
            "retroactive_reason": None,
            "forms": [],
        }
        service = given_agreement(world, **body, kind="leistung", billing_terms=None)
        planner, query = world.as_(Role.PLANNER), "/v1/payment-bases?service_kind=section_34"
        (basis,) = planner.get(query)
        assert (basis["is_payable"], basis["missing"]) == (False, ["entgelt", "qualitaetsentwicklung"])
        fee = given_agreement(world, **body, kind="entgelt", belongs_with=service["id"], standard_ids=[])
        quality = given_agreement(
            world, **body, kind="qualitaetsentwicklung", billing_terms=None, belongs_with=fee["id"]
        )
        assert {service["set_id"]} == {fee["set_id"], quality["set_id"]}
        assert len(planner.get(f"/v1/agreements?set_id={service['set_id']}")["items"]) == 3
        (basis,) = world.as_(Role.PROVIDER_BILLING).get(query)
        assert (basis["is_payable"], basis["missing"], basis["law"]) == (True, [], "§ 78b Abs. 1 SGB VIII")
        assert set(basis["agreement_ids"]) == {service["id"], fee["id"], quality["id"]}

    def test_ambulatory_help_needs_one_that_names_the_price(self, world: World) -> None:
        given_agreement(world)
        bases = world.as_(Role.PLANNER).get("/v1/payment-bases")
        assert [(basis["service_kind"], basis["is_payable"]) for basis in bases] == [
            ("section_30", True),
            ("section_31", True),
        ]
        assert world.as_(Role.PLANNER).get("/v1/payment-bases?on=2025-12-31") == []

    def test_others_agreements_are_no_set(self, world: World) -> None:
        second = world.organisation(OrganisationKind.PROVIDER, "Brücke")
        theirs = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world, provider_ids=[str(second.id)]))
        for id_ in (theirs["id"], str(UUID(int=7))):
            body = agreement_body(world, belongs_with=id_)
            problem = world.as_(Role.PLANNER).post("/v1/agreements", body, status=422)
            assert [error["pointer"] for error in problem["errors"]] == ["/belongs_with"]


class TestVersions:
    def test_a_kept_version_stays_as_it_is(self, world: World, kernel: Kernel) -> None:
        draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world))
        take(world, draft, "keep_version", note="Runde 1")
        path = f"/v1/agreements/{draft['id']}"
        world.as_(Role.PLANNER).patch(path, {"title": "Neu"}, version=read(world, draft)["version"])
        first, second = world.as_(Role.PLANNER).get(f"{path}/versions")
        assert (first["note"], first["content"]["title"]) == ("Runde 1", draft["title"])
        assert second["content"]["title"] == "Neu"
        with kernel.engine.connect() as owner, pytest.raises(Exception, match="this row is fixed"):
            owner.exec_driver_sql(f"UPDATE agreement_version SET note = 'x' WHERE id = '{first['id']}'")

    def test_only_who_drafted_withdraws(self, world: World) -> None:
        draft = world.as_(Role.PLANNER).post("/v1/agreements", agreement_body(world))
        problem = world.as_(Role.PROVIDER_LEAD).act(f"/v1/agreements/{draft['id']}", "withdraw", status=409)
        assert "wer entworfen hat" in problem["reasons"][0]

    def test_publication_is_the_offices_and_can_be_taken_back(self, world: World) -> None:
        agreement = given_agreement(world)
        assert take(world, agreement, "publish")["published_at"] == "2026-03-02T08:00:00Z"
        assert take(world, agreement, "unpublish")["published_at"] is None
        world.as_(Role.PROVIDER_LEAD).act(f"/v1/agreements/{agreement['id']}", "publish", status=403)

    def test_the_committee_reads_what_is_published_and_no_price(self, world: World) -> None:
        agreement = given_agreement(world)
        member = world.as_(Role.COMMITTEE_MEMBER)
        path = f"/v1/published-agreements/{agreement['id']}"
        member.get(path, status=404)
        take(world, agreement, "publish")
        read_ = member.get(path)
        assert [clause["key"] for clause in read_["clauses"]] == ["hilfeplanung", "gegenseitige-erwartungen"]
        assert "6980" not in str(read_)
        listed = member.get(f"/v1/published-agreements?provider_id={world.provider.id}&kind=local_quality")["items"]
        assert [one["number"] for one in listed] == [agreement["number"]]
        assert member.get("/v1/published-agreements?kind=entgelt")["items"] == []
        member.get(f"/v1/agreements/{agreement['id']}", status=403)
        other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
        world.as_(Role.COMMITTEE_MEMBER, other).get(path, status=404)
        take(world, agreement, "unpublish")
        member.get(path, status=404)


def test_a_review_is_planned_for_a_day_to_come(world: World) -> None:
    agreement = given_agreement(world)
    for day in ("2026-01-01", world.clock.now.date().isoformat()):
        problem = take(world, agreement, "record_review", next_review_on=day, status=409)
        assert problem["reasons"] == ["Die nächste Überprüfung liegt nicht in der Zukunft."]
    assert take(world, agreement, "record_review", next_review_on="2026-09-01")["next_review_on"] == "2026-09-01"


def test_who_asks_for_one_basis_of_payment_learns_what_is_missing(world: World) -> None:
    query = f"provider_id={world.provider.id}&service_kind=section_34"
    [basis] = world.as_(Role.PLANNER).get(f"/v1/payment-bases?{query}")
    assert (basis["is_payable"], basis["missing"]) == (False, ["leistung", "entgelt", "qualitaetsentwicklung"])


def test_an_acknowledgement_agreed_on_comes_before_the_child_must_be_seen(world: World) -> None:
    terms = {"acknowledge_minutes": {"immediate": 121, "same_day": 60}}
    body = agreement_body(world, safeguarding_terms=terms)
    problem = world.as_(Role.PLANNER).post("/v1/agreements", body, status=422)
    pointers = [error["pointer"] for error in problem["errors"]]
    assert pointers == ["/safeguarding_terms/acknowledge_minutes/immediate"]
