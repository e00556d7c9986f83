"""What can be told, by whom, and what is refused."""

from typing import Any
from uuid import uuid4

import pytest

from app.core.kernel import Kernel
from app.core.ticker import Ticker
from app.modules.notices.models import NoticeKind
from app.modules.notices.rules import TERMS
from app.policy import OrganisationKind, Role
from app.wiring import HANDLERS, on_published
from tests.modules.notices.given import FIELDS, PATH, SENDERS, body_of, given_notice, path_of
from tests.stories.helps import given_help
from tests.world import Clock, World

OFFICE, PROVIDER = OrganisationKind.YOUTH_OFFICE, OrganisationKind.PROVIDER
WRONG = [(kind, side) for kind, terms in TERMS.items() for side in OrganisationKind if side not in terms.senders]


@pytest.fixture(scope="module")
def shared(kernel: Kernel, http: Any) -> tuple[World, dict[str, Any]]:
    """One office, one provider and a help between them, for tests that need no more."""
    world = World(kernel, http, Clock(), Ticker(kernel.work, HANDLERS, on_published, 1))
    return world, given_help(world)


@pytest.fixture
def told(shared: tuple[World, dict[str, Any]], clock: Clock) -> tuple[World, dict[str, Any]]:
    world, help_ = shared
    world.clock = clock
    return world, help_


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_is_told_and_read_as_it_was_told(told: tuple[World, dict[str, Any]], kind: NoticeKind) -> None:
    world, help_ = told
    body = body_of(help_, kind)
    sent = world.as_(SENDERS[kind]).post(PATH, body)
    assert sent["kind"] == kind
    assert (sent["answer_by"] is not None) == (TERMS[kind].answer is not None)
    reader = Role.CASEWORKER if sent["direction"] == "to_youth_office" else Role.PROVIDER_PROFESSIONAL
    read = world.as_(reader).get(path_of(sent))
    fields = {name: value for name, value in FIELDS[kind].items() if name != "text"}
    assert {name: read["details"][name] for name in fields} == fields
    assert read["text"] == body.get("text")
    assert "acknowledge" in {step["action"] for step in read["allowed_actions"]}


@pytest.mark.parametrize(("kind", "side"), WRONG)
def test_a_kind_of_the_other_side_is_refused_at_its_place(
    told: tuple[World, dict[str, Any]], kind: NoticeKind, side: OrganisationKind
) -> None:
    world, help_ = told
    role = Role.TEAM_LEAD if side is OFFICE else Role.PROVIDER_LEAD
    problem = world.as_(role).post(PATH, body_of(help_, kind), status=422)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/kind", "wrong_side")]


@pytest.mark.parametrize(
    ("kind", "changes", "pointer"),
    [
        ("poem", {}, "/kind"),
        ("other", {"text": None}, "/text"),
        ("other", {"text": "x" * 10_001}, "/text"),
        ("other", {"family_name": "x"}, "/family_name"),
        ("other", {"help_id": str(uuid4())}, "/help_id"),
        ("other", {"provider_id": str(uuid4())}, "/provider_id"),
        ("other", {"corrects_id": str(uuid4())}, "/corrects_id"),
        ("interruption", {"to_day": "2026-03-01"}, "/to_day"),
        ("absence", {"reason": "bored"}, "/reason"),
        ("contact_loss", {"missed_on": ["2026-02-27"]}, "/missed_on"),
        ("contact_loss", {"missed_on": ["2026-02-27", "2026-03-03"]}, "/missed_on"),
        ("special_incident", {"occurred_at": "2026-03-02T08:06:00Z"}, "/occurred_at"),
        ("special_incident", {"authority_informed_at": None}, "/authority_informed_at"),
        ("special_incident", {"authority_informed": "to_follow"}, "/authority_informed_at"),
        ("special_incident", {"authority_informed_at": "2026-03-02T08:06:00Z"}, "/authority_informed_at"),
        ("special_incident", {"immediate_measures": None}, "/immediate_measures"),
        ("request_for_information", {"answer_until": "2026-03-01"}, "/answer_until"),
        ("change_of_professional", {"function": None}, "/function"),
    ],
)
def test_bad_input_is_refused_at_its_place(
    told: tuple[World, dict[str, Any]], kind: str, changes: dict[str, Any], pointer: str
) -> None:
    world, help_ = told
    body = {"kind": kind, "help_id": help_["id"], **FIELDS.get(kind, {}), **changes}
    problem = world.as_(Role.PROVIDER_LEAD).post(PATH, body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_kinds_are_published_with_their_periods(told: tuple[World, dict[str, Any]]) -> None:
    kinds = {one["kind"]: one for one in told[0].as_(Role.PROVIDER_SYNC).get("/v1/notice-kinds")}
    assert kinds.keys() == set(NoticeKind)
    assert kinds["contact_loss"]["senders"] == ["provider"]
    assert kinds["contact_loss"]["acknowledge_within"] == "1 Arbeitstag"
    assert kinds["special_incident"]["acknowledge_within"] == "4 Stunden"
    assert kinds["request_for_information"]["answer_within"] == "14 Tagen"
    assert kinds["other"]["answer_within"] is None


def test_the_day_asked_for_goes_before_the_usual_period(told: tuple[World, dict[str, Any]]) -> None:
    world, help_ = told
    usual = given_notice(world, help_=help_)
    asked = given_notice(world, help_=help_, answer_until="2026-03-05")
    assert (usual["answer_by"], asked["answer_by"]) == ("2026-03-16T22:59:59Z", "2026-03-05T22:59:59Z")


@pytest.mark.parametrize(
    ("kind", "changes", "late"),
    [
        ("special_incident", {"occurred_at": "2026-03-01T08:00:00Z"}, False),
        ("special_incident", {"occurred_at": "2026-03-01T07:59:59Z"}, True),
        ("contact_loss", {"missed_on": ["2026-02-26", "2026-02-27"]}, False),
        ("contact_loss", {"missed_on": ["2026-02-25", "2026-02-26"]}, True),
        ("other", {}, False),
    ],
)
def test_what_is_told_late_says_so(
    told: tuple[World, dict[str, Any]], kind: str, changes: dict[str, Any], late: bool
) -> None:
    world, help_ = told
    assert given_notice(world, kind, help_=help_, **changes)["told_late"] is late


def test_a_correction_is_a_notice_of_its_own_and_there_is_one_per_notice(told: tuple[World, dict[str, Any]]) -> None:
    world, help_ = told
    wrong = given_notice(world, "absence", help_=help_)
    right = given_notice(world, "absence", help_=help_, reason="clinic", corrects_id=wrong["id"])
    caseworker = world.as_(Role.CASEWORKER)
    assert caseworker.get(path_of(wrong))["corrected_by_id"] == right["id"]
    assert caseworker.get(path_of(wrong))["details"]["reason"] == "illness"
    again = body_of(help_, "absence", corrects_id=wrong["id"])
    assert "berichtigt" in world.as_(Role.PROVIDER_LEAD).post(PATH, again, status=409)["detail"]
    theirs = body_of(help_, "other", corrects_id=right["id"])
    problem = caseworker.post(PATH, theirs, status=422)
    assert problem["errors"][0]["pointer"] == "/corrects_id"


def test_a_correction_stays_with_its_help(told: tuple[World, dict[str, Any]]) -> None:
    world, help_ = told
    wrong = given_notice(world, "absence", help_=help_)
    other = given_help(world, pseudonym="Familie Q-18")
    body = body_of(other, "absence", corrects_id=wrong["id"])
    assert world.as_(Role.PROVIDER_LEAD).post(PATH, body, status=422)["errors"][0]["pointer"] == "/corrects_id"


def test_messages_come_from_both_sides_until_the_end(told: tuple[World, dict[str, Any]]) -> None:
    world, help_ = told
    path = path_of(given_notice(world, "other", help_=help_))
    office, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_SYNC)
    receipt = office.post(f"{path}/messages", {"text": "Eins"})
    assert receipt["organisation_id"] == str(world.youth_office.id)
    assert "text" not in receipt  # answers are kept for retries
    world.clock.travel(minutes=1)
    provider.post(f"{path}/messages", {"text": "Zwei"})
    assert [item["text"] for item in office.get(f"{path}/messages")["items"]] == ["Eins", "Zwei"]
    first = office.get(f"{path}/messages?limit=1&sort=-created_at")
    second = office.get(f"{path}/messages?limit=1&sort=-created_at&cursor={first['next']}")
    assert [page["items"][0]["text"] for page in (first, second)] == ["Zwei", "Eins"]
    provider.post(f"{path}/messages", {"text": ""}, status=422)
    provider.act(path, "acknowledge")
    office.act(path, "close")
    problem = provider.post(f"{path}/messages", {"text": "Drei"}, status=409)
    assert (problem["type"], problem["state"]) == ("/v1/problems/notice-ended", "closed")


def test_a_retry_tells_once(told: tuple[World, dict[str, Any]]) -> None:
    world, help_ = told
    program, key = world.as_(Role.OFFICE_SYNC), {"Idempotency-Key": str(uuid4())}
    first = program.post(PATH, body_of(help_, "other"), headers=dict(key))
    assert program.post(PATH, body_of(help_, "other"), headers=dict(key)) == first
