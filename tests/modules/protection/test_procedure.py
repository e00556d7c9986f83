"""A procedure from the report to its end: contact, assessment, plan, court, care, closing."""

from typing import Any

import pytest

from app.policy import Role
from tests.modules.protection.given import CASES, NOT_WEIGHTY, Office
from tests.modules.safeguarding.telling import PATH as NOTIFICATIONS
from tests.modules.safeguarding.telling import body_for
from tests.stories.helps import given_help
from tests.world import World


@pytest.fixture
def office(world: World) -> Office:
    made = Office(world)
    made.receive()
    made.assign()
    made.weighty()
    return made


def duties(office: Office) -> dict[str, str]:
    """What is open, and until when."""
    return {duty["kind"]: duty["due_at"] for duty in office.case()["duties"] if duty["met_at"] is None}


def pointers(problem: Any) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem["errors"]]


def test_no_danger_is_closed_by_the_line(office: Office) -> None:
    assert duties(office)["protection_contact"] == "2026-03-03T08:00:00Z"
    office.contact()
    assert duties(office)["protection_team"] == "2026-03-09T22:59:59Z"  # five working days
    case = office.assess("none")
    assert (case["state"], case["children"][0]["result"]) == ("assessed", "none")
    entry = office.propose_closing()
    office.act(office.caseworker, "close", status=403, entry_id=entry)
    case = office.act(office.lead, "close", entry_id=entry)
    assert (case["state"], case["closed_at"]) == ("closed", "2026-03-02T08:00:00Z")
    assert duties(office) == {}


def test_who_proposes_the_end_does_not_decide_it(office: Office) -> None:
    office.contact()
    office.assess("none")
    fields: dict[str, Any] = {"reasons": "x", "last_contact_on": None, "follow_up": "x"}
    office.act(office.lead, "propose_closing", children=[], **fields)
    refused = office.act(office.lead, "close", status=409, entry_id=office.last("propose_closing")["id"])
    assert refused["type"].endswith("protection-four-eyes")


def test_need_of_help_closes_when_help_was_offered(office: Office) -> None:
    office.contact()
    office.assess("no_but_need")
    assert duties(office)["protection_help_offer"] == "2026-03-16T22:59:59Z"
    refused = office.close(status=409)
    assert pointers(refused) == [("/children/0/help_offer", "no_offer")]
    assert office.case()["state"] == "assessed"
    office.file("help_offer", child_id=office.children[0], offer="Erziehungsberatung", reaction="refused")
    assert "protection_help_offer" not in duties(office)
    assert office.close()["state"] == "closed"


@pytest.mark.parametrize("result", ["acute", "latent"])
def test_danger_closes_only_with_protection(office: Office, result: str) -> None:
    office.contact()
    office.assess(result)
    due = {"acute": "2026-03-02T22:59:59Z", "latent": "2026-03-05T22:59:59Z"}[result]
    assert duties(office)["protection_plan"] == due
    assert pointers(office.close(status=409)) == [("/children/0/protection", "unprotected")]
    office.plan()
    assert "protection_plan" not in duties(office)
    assert duties(office)["protection_plan_review"] == "2026-03-09T22:59:59Z"
    office.review()
    assert pointers(office.close(status=409)) == [("/children/0/result", "not_averted")]
    office.assess("no_but_need")
    office.file("help_offer", child_id=office.children[0], offer="SPFH", reaction="accepted")
    assert office.close()["state"] == "closed"


def test_a_plan_without_daily_control_does_not_protect_from_acute_danger(office: Office) -> None:
    office.contact()
    office.assess("acute")
    office.plan(is_daily=False)
    assert "/children/0/protection" in office.gaps()


def test_a_plan_is_reviewed_soon_enough(office: Office) -> None:
    office.contact()
    office.assess("acute")
    late = office.act(office.caseworker, "agree_plan", status=422, **office.plan_body(review_on="2026-03-10"))
    assert pointers(late) == [("/review_on", "too_late")]
    past = office.act(office.caseworker, "agree_plan", status=422, **office.plan_body(review_on="2026-03-01"))
    assert pointers(past) == [("/review_on", "past")]
    office.plan()
    office.review()
    later: dict[str, Any] = {"reasons": "läuft gut"}
    refused = office.act(office.caseworker, "continue_plan", status=422, review_on="2026-03-31", **later)
    assert pointers(refused) == [("/review_on", "too_late")]
    assert office.act(office.caseworker, "continue_plan", review_on="2026-03-30", **later)["state"] == "plan_active"
    assert duties(office)["protection_plan_review"] == "2026-03-30T21:59:59Z"


def test_no_plan_without_danger(office: Office) -> None:
    office.contact()
    office.assess("none")
    refused = office.act(office.caseworker, "agree_plan", status=422, **office.plan_body())
    assert pointers(refused) == [("/measures", "no_danger")]


def test_a_broken_plan_leads_back_to_the_assessment_and_calls_the_lead(office: Office) -> None:
    office.contact()
    office.assess("latent")
    office.plan()
    office.review()
    assert office.act(office.caseworker, "plan_broken", new_facts="Termin versäumt")["state"] == "assessed"
    assert "A-J-PLANBROKEN" in {code for code, _, _ in office.codes(office.lead)}
    assert office.assess("acute")["state"] == "assessed"


def test_the_court_is_called_by_the_line_for_what_another_prepared(office: Office) -> None:
    office.contact()
    office.assess("latent")
    own = office.act(
        office.lead, "call_court", status=422, **office.court_body(prepared_by=str(office.lead.account_id))
    )
    assert pointers(own) == [("/prepared_by", "same")]
    other = office.court_body(prepared_by=str(office.head.account_id))
    assert pointers(office.act(office.lead, "call_court", status=422, **other)) == [("/prepared_by", "unknown")]
    office.act(office.caseworker, "call_court", status=403, **office.court_body())
    assert office.court()["state"] == "court_called"
    assert duties(office)["protection_hearing"] == "2026-04-02T21:59:59Z"
    event: dict[str, Any] = {"what": "Anhörung", "hearing_on": "2026-03-02", "guardian_appointed": True}
    office.act(office.caseworker, "court_event", **event)
    assert "protection_hearing" not in duties(office)
    refrains: dict[str, Any] = {"reasons": "keine Maßnahme nötig", "plan": office.plan_body()}
    assert office.act(office.caseworker, "court_refrains", **refrains)["state"] == "plan_active"
    assert duties(office)["protection_court_review"] == "2026-06-02T21:59:59Z"


def test_without_danger_the_court_is_called_only_where_parents_refuse(office: Office) -> None:
    office.contact()
    office.assess("none")
    refused = office.act(office.lead, "call_court", status=422, **office.court_body())
    assert pointers(refused) == [("/ground", "no_ground")]
    office.assess("none", parents_involved="refused", parents_reason="lehnt jedes Gespräch ab")
    assert office.court()["state"] == "court_called"
    decided: dict[str, Any] = {"outcome": "orders_to_parents", "content": "Mitwirkung", "guardian_appointed": False}
    assert office.act(office.caseworker, "court_decided", **decided)["state"] == "assessed"


def test_a_child_not_seen_must_be_tried_again_and_after_two_failures_the_line_decides(office: Office) -> None:
    failed: dict[str, Any] = {"tried": "geklingelt, angerufen", "alternative": "kita"}
    office.act(office.caseworker, "record_failed_attempt", **failed)
    assert duties(office)["protection_contact_again"] == "2026-03-03T08:00:00Z"
    assert "A-J-NOCONTACT" not in {code for code, _, _ in office.codes(office.lead)}
    office.act(office.caseworker, "record_failed_attempt", **failed)
    assert ("A-J-NOCONTACT", 4, "2026-03-02T08:00:00Z") in office.codes(office.lead)
    office.act(office.caseworker, "skip_direct_impression", status=403, reason="x")
    assert office.act(office.lead, "skip_direct_impression", reason="in der Kita gesehen")["state"] == "contact_done"


CONTACTS: list[tuple[dict[str, Any], str, str]] = [
    ({"professionals": ["01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10"]}, "/alone_reason", "missing"),
    ({"happened_at": "2026-03-02T09:00:00Z"}, "/happened_at", "future"),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), CONTACTS)
def test_faults_of_a_contact(office: Office, changes: dict[str, Any], pointer: str, code: str) -> None:
    refused = office.act(office.caseworker, "record_contact", status=422, **office.contact_body(**changes))
    assert pointers(refused) == [(pointer, code)]


def test_a_contact_speaks_of_every_child(office: Office) -> None:
    body = office.contact_body()
    child = body["children"][0]
    unseen = {**body, "children": [{**child, "is_seen": False}]}
    assert pointers(office.act(office.caseworker, "record_contact", status=422, **unseen)) == [
        ("/children", "nobody_seen")
    ]
    strange = {**body, "children": [{**child, "child_id": "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10"}]}
    assert pointers(office.act(office.caseworker, "record_contact", status=422, **strange)) == [
        ("/children/0/child_id", "unknown"),
        ("/children", "child_missing"),
    ]


ASSESSMENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"parents_involved": "refused"}, "/parents_reason", "missing"),
    ({"child_reason": None}, "/child_reason", "missing"),
    ({"reporter_reason": None}, "/reporter_reason", "missing"),
    ({"participants": ["01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10"]}, "/participants/0", "unknown"),
    ({"lead_informed_at": "2026-03-02T09:00:00Z"}, "/lead_informed_at", "future"),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), ASSESSMENTS, ids=[a[1] for a in ASSESSMENTS])
def test_faults_of_an_assessment(office: Office, changes: dict[str, Any], pointer: str, code: str) -> None:
    office.contact()
    refused = office.act(office.caseworker, "assess", status=422, **office.assessment_body("latent", **changes))
    assert pointers(refused) == [(pointer, code)]


@pytest.mark.parametrize(
    ("result", "changes", "pointer", "code"),
    [
        ("acute", {"kinds": []}, "/children/0/kinds", "missing"),
        ("latent", {"danger_person": None}, "/children/0/danger_person", "missing"),
        ("none", {"kinds": ["neglect"]}, "/children/0/kinds", "no_danger"),
    ],
)
def test_danger_has_a_kind_and_comes_from_somebody(
    office: Office, result: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    office.contact()
    body = office.assessment_body(result)
    body["children"][0] |= changes
    assert pointers(office.act(office.caseworker, "assess", status=422, **body)) == [(pointer, code)]


def test_several_professionals_assess_and_all_of_them_sign(office: Office) -> None:
    office.contact()
    alone = office.assessment_body("latent", participants=[str(office.caseworker.account_id)])
    assert pointers(office.act(office.caseworker, "assess", status=422, **alone)) == [("/participants", "too_few")]
    three = [str(who.account_id) for who in (office.caseworker, office.second, office.lead)]
    office.act(office.caseworker, "assess", **office.assessment_body("acute", participants=three))
    entry = office.last("assess")["id"]
    assert office.act(office.caseworker, "conclude_assessment", status=409, entry_id=entry)["type"].endswith("eyes")
    unsigned = office.act(office.second, "conclude_assessment", status=409, entry_id=entry)
    assert unsigned["missing"] == [str(office.lead.account_id)]
    refused = office.act(office.third, "sign_assessment", status=422, entry_id=entry)
    assert pointers(refused) == [("/entry_id", "not_participant")]
    office.act(office.second, "sign_assessment", entry_id=entry, dissent="eher latent")
    case = office.act(office.lead, "conclude_assessment", entry_id=entry)
    assert (case["state"], case["children"][0]["result"]) == ("assessed", "acute")
    signed = {(one["account_id"], one["is_lead"], one["dissent"]) for one in office.last("assess")["signatures"]}
    assert signed == {(three[1], False, "eher latent"), (three[2], True, None)}


def test_what_is_missing_for_the_end_is_told_with_its_place(office: Office) -> None:
    assert office.gaps() == ["/contact_at", "/children/0/result"]
    office.contact()
    assert office.gaps() == ["/children/0/result"]
    office.assess("none")
    assert office.gaps() == []
    office.world.clock.travel(minutes=1)
    office.receive(case_id=office.case_id, children=[])
    assert office.gaps() == ["/reports/1/check"]
    report = office.lead.get(f"{office.path}/reports")[1]["id"]
    fields: dict[str, Any] = {"urgency": "within_week", "reasons": "nichts Neues"}
    office.act(office.caseworker, "check_report", report_id=report, **fields)
    office.act(office.second, "confirm_report_check", entry_id=office.last("check_report")["id"], urgency="within_week")
    assert office.gaps() == []
    assert "protection_first_check" not in duties(office)


def test_a_provider_learns_three_things_and_no_more(world: World) -> None:
    office, help_ = Office(world), given_help(world)
    provider = world.as_(Role.PROVIDER_PROFESSIONAL)
    told = provider.post(NOTIFICATIONS, body_for(world, help_))
    office.case_id = office.lead.get(CASES)["items"][0]["id"]
    report = office.lead.get(f"{office.path}/reports")[0]["id"]
    triple: dict[str, Any] = {"indications_confirmed": True, "has_acted": True, "still_active": False}
    body = {"report_id": report, **triple, "affected_told": True}
    early = office.file("feedback", status=409, **body)
    assert early["type"].endswith("protection-feedback-not-due")
    office.assign()
    office.weighty()
    office.contact()
    office.assess("none")
    assert duties(office)["protection_feedback"] == "2026-03-16T22:59:59Z"
    assert office.gaps() == ["/reports/0/feedback"]
    refused = office.file("feedback", status=422, **{**body, "affected_told": False})
    assert pointers(refused) == [("/affected_reason", "missing")]
    extra = office.file("feedback", status=422, **body, text="vertraulich")
    assert pointers(extra) == [("/text", "extra_forbidden")]
    office.file("feedback", **body)
    office.file("feedback", status=409, **body)
    assert "protection_feedback" not in duties(office)
    seen = provider.get(f"{NOTIFICATIONS}/{told['id']}")
    assert {name: seen[name] for name in triple} == triple
    assert seen["feedback_at"] == "2026-03-02T08:00:00Z"


def test_citizens_and_anonymous_reporters_get_no_feedback(office: Office) -> None:
    office.contact()
    office.assess("none")
    report = office.lead.get(f"{office.path}/reports")[0]["id"]
    triple: dict[str, Any] = {
        "indications_confirmed": True,
        "has_acted": True,
        "still_active": False,
        "affected_told": True,
    }
    office.file("feedback", status=409, report_id=report, **triple)
    assert "protection_feedback" not in duties(office)


def test_entries_of_the_file(office: Office) -> None:
    office.file("note", facts="Kita meldet Fehlzeiten", sources="Kita")
    refused = office.file("involvement", status=422, parents="refused", child="yes", content="x")
    assert pointers(refused) == [("/parents_reason", "missing")]
    office.file("involvement", parents="yes", child="yes", content="Kind: «Ich will zur Oma.»")
    office.file("authority", body="police", parents_asked=True, at_once=True, reason="Tür verschlossen")
    stranger = "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10"
    for kind, fields in (
        ("help_offer", {"offer": "x", "reaction": "refused"}),
        ("majority", {"adult_help_offered": True, "reason": "x"}),
    ):
        refused = office.file(kind, status=422, child_id=stranger, **fields)
        assert pointers(refused) == [("/child_id", "unknown")]
    late = office.file("note", facts="x", sources="x", happened_at="2026-02-28T08:00:00Z")
    assert late["is_late"]
    refused = office.file("correction", status=422, corrects_id=stranger, reason="x", text="y")
    assert pointers(refused) == [("/corrects_id", "unknown")]
    office.file("correction", corrects_id=late["id"], reason="falsches Kind", text="Kind K-3")
    entries = office.lead.get(f"{office.path}/entries")
    assert entries[-2]["content"]["facts"] == "x"  # stays as it was
    assert entries[-1]["corrects_id"] == late["id"]
    office.file("note", who=office.head, status=403, facts="x", sources="x")


def test_a_closed_procedure_is_reopened_with_new_facts(office: Office) -> None:
    office.contact()
    office.assess("none")
    office.close()
    case = office.act(office.caseworker, "reopen", reason="neuer Vorfall")
    assert (case["state"], case["closed_at"]) == ("reopened", None)
    assert duties(office)["protection_first_check"] == "2026-03-02T10:00:00Z"
    assert office.assign()["state"] == "first_check"


def test_not_weighty_ends_it_and_a_new_report_begins_a_new_procedure(world: World) -> None:
    office = Office(world)
    office.receive()
    office.assign()
    office.act(office.caseworker, "propose_not_weighty", **NOT_WEIGHTY)
    office.act(office.second, "confirm_not_weighty", entry_id=office.last("propose_not_weighty")["id"])
    before = office.case_id
    assert duties(office) == {}
    again = office.receive(case_id=before)
    assert again["case_id"] != before
    assert office.case()["predecessor_id"] == before


def test_siblings_have_their_own_results_and_end_apart(world: World) -> None:
    office = Office(world)
    office.receive(children=[{"pseudonym": f"Kind K-{place}"} for place in (1, 7, 15)])
    office.assign()
    office.weighty()
    office.contact()
    case = office.assess("latent", "none", "latent")  # by pseudonym: K-1, K-15, K-7
    assert [child["result"] for child in case["children"]] == ["latent", "none", "latent"]
    stranger = "01975c1e-5a3b-7c41-9d52-3f0a8e6b7d10"
    fields: dict[str, Any] = {"reasons": "x", "last_contact_on": None, "follow_up": "x"}
    refused = office.act(office.caseworker, "propose_closing", status=422, children=[stranger], **fields)
    assert pointers(refused) == [("/children/0", "unknown")]
    oldest = case["children"][1]["id"]
    entry = office.propose_closing(oldest)
    some = office.act(office.lead, "close", status=422, entry_id=entry)
    assert pointers(some) == [("/entry_id", "some_children")]
    case = office.act(office.lead, "close_children", entry_id=entry)
    assert [child["closed_at"] is None for child in case["children"]] == [True, False, True]
    assert case["state"] == "assessed"
    assert pointers(office.close(status=409)) == [
        ("/children/0/protection", "unprotected"),
        ("/children/2/protection", "unprotected"),
    ]
