"""Quality dialogues over HTTP: assessed by both sides, held, minuted, confirmed, followed up."""

import hashlib
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.problems import PermissionMissing, TransitionNotAllowed
from app.core.workflow import Workflow
from app.modules.dialogues.models import DialogueState as S
from app.modules.dialogues.models import MeasureState as M
from app.modules.dialogues.models import QualityDialogue
from app.modules.dialogues.workflow import DIALOGUE, MEASURE
from app.policy import Actor, OrganisationKind, Permission, Role
from tests.modules.dialogues.given import (
    act,
    confirm,
    given_agreed,
    given_held,
    given_invited,
    given_measure,
    given_minuted,
    given_planned,
    given_state,
    plan_body,
    second_provider,
)
from tests.stories.given import given_agreement
from tests.world import MORNING, World

NOBODY = str(UUID(int=7))


def _printed(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


ANYBODY = Actor(uuid4(), uuid4(), OrganisationKind.YOUTH_OFFICE, frozenset(Role), frozenset(Permission))
NO_RIGHTS = replace(ANYBODY, permissions=frozenset())
PEOPLE = [(row.action, state) for row in DIALOGUE.rows for state in sorted(row.sources) if row.needs]


def test_a_dialogue_from_the_plan_to_its_end(world: World) -> None:
    agreement = given_agreement(world)
    dialogue = given_planned(world, standard_ids=None, agreement_id=agreement["id"])
    assert dialogue["number"] == "QD-2026-0001"
    assert dialogue["standard_ids"] == agreement["standard_ids"]
    assert dialogue["assessments_until"] == "2026-03-23"  # 42 days before
    act(world, dialogue, "invite")
    lead, planner = world.as_(Role.PROVIDER_LEAD), world.as_(Role.PLANNER)
    path, standard = f"/v1/quality-dialogues/{dialogue['id']}", agreement["standard_ids"][0]
    own = {"standard_id": standard, "rating": "met", "text": "46 von 50 Gesprächen.", "evidence": "Protokolle"}
    lead.post(f"{path}/assessments", {"assessments": [own]}, status=200)
    office = {"standard_id": standard, "rating": "partly_met", "text": "In den Akten fehlen Stellungnahmen."}
    body = {"provider_id": str(world.provider.id), "assessments": [office]}
    (seen,) = planner.post(f"{path}/assessments", body, status=200)
    assert (seen["by_provider"]["rating"], seen["by_youth_office"]["rating"], seen["difference"]) == (
        "met",
        "partly_met",
        -2,
    )
    (before,) = lead.get(f"{path}/assessments")
    assert (before["by_youth_office"], before["difference"]) == (None, None)
    world.clock.travel(days=64)
    act(world, dialogue, "hold")
    (after,) = lead.get(f"{path}/assessments")
    assert after["difference"] == -2
    measure = given_measure(world, dialogue, standard_id=standard)
    minuted = act(world, dialogue, "minute")
    assert minuted["minutes_hash"] == hashlib.sha256(minuted["minutes"].encode()).hexdigest()
    assert confirm(world, minuted, Role.PROVIDER_LEAD)["state"] == "minuted"
    assert confirm(world, minuted, Role.OFFICE_HEAD)["state"] == "agreed"
    refused = act(world, dialogue, "close", status=409)
    assert "1 Maßnahmen" in refused["reasons"][0]
    way = f"/v1/quality-measures/{measure['id']}"
    lead.act(way, "report_done", report="Die Vorlage liegt vor.")
    planner.act(way, "accept")
    assert act(world, dialogue, "close")["state"] == "closed"
    steps = [step["action"] for step in lead.get(f"{path}/transitions")]
    assert steps == ["create", "invite", "hold", "minute", "confirm", "confirm", "agree", "close"]
    following = given_planned(world, follows_id=dialogue["id"], meeting_at="2027-05-04T07:00:00Z")
    assert following["follows_id"] == dialogue["id"]


@pytest.mark.parametrize(("action", "state"), PEOPLE)
def test_every_step_can_be_taken_and_needs_its_permission(world: World, action: str, state: S) -> None:
    dialogue = given_state(world, state)
    if action == "hold":
        world.clock.travel(days=64)
    path = f"/v1/quality-dialogues/{dialogue['id']}"
    assert action in {step["action"] for step in world.as_(Role.PLANNER).get(path)["allowed_actions"]}
    fields = {"confirm": {"function": "F", "minutes_hash": dialogue["minutes_hash"]}, "minute": {"minutes": "M"}}
    fields |= {"hold": {"attendance": [{"organisation_id": str(world.provider.id), "function": "F"}]}}
    fields |= {"cancel": {"reason": "R"}}
    world.as_(Role.TEAM_LEAD).act(path, action, status=403, **fields.get(action, {}))
    target = next(row.target for row in DIALOGUE.rows if row.action == action)
    assert act(world, dialogue, action)["state"] == target


@pytest.mark.parametrize("workflow", [DIALOGUE, MEASURE], ids=lambda workflow: str(workflow.name))
def test_what_is_no_row_is_refused(workflow: Workflow) -> None:
    rows = {(row.action, state) for row in workflow.rows for state in row.sources}
    for action in {action for action, _ in rows}:
        for state in workflow.states:
            if (action, state) not in rows:
                with pytest.raises(TransitionNotAllowed):
                    workflow.fire(Session(), QualityDialogue(state=state), action, actor=NO_RIGHTS, at=MORNING)


def test_nobody_agrees_minutes_for_all(world: World) -> None:
    with pytest.raises(PermissionMissing):
        DIALOGUE.fire(Session(), QualityDialogue(state=S.MINUTED), "agree", actor=ANYBODY, at=MORNING)
    act(world, given_minuted(world), "agree", status=422)


@pytest.mark.parametrize("state", S)
def test_missing_steps_are_refused_over_http(world: World, state: S) -> None:
    dialogue = given_state(world, state)
    rows = {row.action for row in DIALOGUE.rows if state in row.sources}
    for action in {row.action for row in DIALOGUE.rows if row.needs} - rows:
        problem = act(world, dialogue, action, status=409)
        assert problem["type"] == "/v1/problems/transition-not-allowed"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"provider_ids": [NOBODY]}, "/provider_ids/0"),
        ({"provider_ids": []}, "/provider_ids"),
        ({"agreement_id": NOBODY}, "/agreement_id"),
        ({"follows_id": NOBODY}, "/follows_id"),
        ({"standard_ids": [NOBODY]}, "/standard_ids/0"),
        ({"period_to": "2024-12-31"}, "/period_to"),
        ({"meeting_at": "2026-03-01T07:00:00Z"}, "/meeting_at"),
        ({"preparation_days": 400}, "/preparation_days"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(world: World, changes: dict[str, Any], pointer: str) -> None:
    problem = world.as_(Role.PLANNER).post("/v1/quality-dialogues", plan_body(world, **changes), status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_a_meeting_moves_until_it_was_held(world: World) -> None:
    dialogue = given_invited(world)
    path, planner = f"/v1/quality-dialogues/{dialogue['id']}", world.as_(Role.PLANNER)
    moved = planner.patch(path, {"meeting_at": "2026-06-01T07:00:00Z", "place": "Rathaus"}, version=dialogue["version"])
    assert (moved["meeting_at"], moved["place"]) == ("2026-06-01T07:00:00Z", "Rathaus")
    late = planner.patch(path, {"assessments_until": "2026-06-02"}, version=moved["version"], status=422)
    assert [error["pointer"] for error in late["errors"]] == ["/assessments_until"]
    planner.patch(path, {"title": None}, version=moved["version"], status=422)
    held = given_held(world)
    fixed = planner.patch(f"/v1/quality-dialogues/{held['id']}", {"place": "X"}, version=held["version"], status=409)
    assert fixed["type"] == "/v1/problems/dialogue-fixed"


class TestAssessments:
    def test_they_are_between_a_provider_and_the_youth_office(self, world: World) -> None:
        second = second_provider(world)
        dialogue = given_invited(world, second)
        path, standard = f"/v1/quality-dialogues/{dialogue['id']}/assessments", dialogue["standard_ids"][0]
        for party in (world.provider, second):
            body = {"assessments": [{"standard_id": standard, "rating": "met", "text": party.name}]}
            world.as_(Role.PROVIDER_LEAD, party).post(path, body, status=200)
        (mine,) = world.as_(Role.PROVIDER_LEAD, second).get(path)
        assert mine["provider_id"] == str(second.id)
        assert len(world.as_(Role.PLANNER).get(path)) == 2
        with world.kernel.engine.connect() as connection:
            connection.execute(text("SET LOCAL ROLE handschlag_api"))
            me = text("SELECT set_config('handschlag.organisation', :id, true)")
            connection.execute(me, {"id": str(second.id)})
            assert connection.scalar(text("SELECT count(*) FROM quality_dialogue_assessment")) == 1

    def test_the_last_word_of_a_side_counts(self, world: World) -> None:
        dialogue = given_invited(world)
        path, standard = f"/v1/quality-dialogues/{dialogue['id']}/assessments", dialogue["standard_ids"][0]
        lead = world.as_(Role.PROVIDER_LEAD)
        for rating in ("met", "mostly_met"):
            body = {"assessments": [{"standard_id": standard, "rating": rating, "text": "T"}]}
            lead.post(path, body, status=200)
        (seen,) = lead.get(path)
        assert seen["by_provider"]["rating"] == "mostly_met"

    @pytest.mark.parametrize(
        ("side", "body", "pointer"),
        [
            (Role.PROVIDER_LEAD, {"assessments": []}, "/assessments"),
            (Role.PROVIDER_LEAD, {"assessments": [{"standard_id": NOBODY}]}, "/assessments/0/standard_id"),
            (Role.PROVIDER_LEAD, {"provider_id": NOBODY}, "/provider_id"),
            (Role.PLANNER, {}, "/provider_id"),
            (Role.PLANNER, {"provider_id": NOBODY}, "/provider_id"),
        ],
    )
    def test_what_does_not_belong_here_is_refused(
        self, world: World, side: Role, body: dict[str, Any], pointer: str
    ) -> None:
        dialogue = given_invited(world)
        sound = {"standard_id": dialogue["standard_ids"][0], "rating": "met", "text": "T"}
        rows = [{**sound, **row} for row in body.get("assessments", [{}])]
        path = f"/v1/quality-dialogues/{dialogue['id']}/assessments"
        problem = world.as_(side).post(path, {**body, "assessments": rows}, status=422)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]

    def test_a_provider_assesses_itself_between_invitation_and_meeting(self, world: World) -> None:
        for state in (S.PLANNED, S.HELD, S.AGREED):
            dialogue = given_state(world, state)
            body = {
                "assessments": [{"standard_id": dialogue["standard_ids"][0], "rating": "met", "text": "T"}],
            }
            path = f"/v1/quality-dialogues/{dialogue['id']}/assessments"
            problem = world.as_(Role.PROVIDER_LEAD).post(path, body, status=409)
            assert problem["state"] == state

    def test_who_has_not_assessed_in_time_is_told(self, world: World) -> None:
        second = second_provider(world)
        dialogue = given_invited(world, second)
        body = {"assessments": [{"standard_id": dialogue["standard_ids"][0], "rating": "met", "text": "T"}]}
        path = f"/v1/quality-dialogues/{dialogue['id']}/assessments"
        world.as_(Role.PROVIDER_LEAD).post(path, body, status=200)
        world.clock.travel(days=22)
        world.tick()
        told = "/v1/events?type=handschlag.quality_dialogue.assessment_missing"
        assert world.as_(Role.PROVIDER_SYNC).get(told)["items"] == []
        assert len(world.as_(Role.PROVIDER_SYNC, second).get(told)["items"]) == 1
        assert len(world.as_(Role.OFFICE_SYNC).get(told)["items"]) == 1


class TestMinutes:
    def test_new_minutes_need_new_confirmations(self, world: World) -> None:
        dialogue = given_minuted(world)
        confirm(world, dialogue, Role.OFFICE_HEAD)
        better = act(world, dialogue, "minute", minutes="Genauer: …")
        assert better["confirmations"] == []
        old = world.as_(Role.PROVIDER_LEAD).act(
            f"/v1/quality-dialogues/{dialogue['id']}",
            "confirm",
            status=409,
            function="F",
            minutes_hash=dialogue["minutes_hash"],
        )
        assert "anderes Protokoll" in old["reasons"][0]
        confirm(world, better, Role.OFFICE_HEAD)
        assert confirm(world, better, Role.PROVIDER_MANAGER)["state"] == "agreed"

    def test_each_side_confirms_once(self, world: World) -> None:
        dialogue = given_minuted(world)
        confirm(world, dialogue, Role.OFFICE_HEAD)
        again = act(world, dialogue, "confirm", status=409)
        assert "schon bestätigt" in again["reasons"][0]

    def test_what_all_confirmed_never_changes(self, world: World) -> None:
        dialogue = given_agreed(world)
        for change in (
            f"UPDATE quality_dialogue SET minutes = 'x' WHERE id = '{dialogue['id']}'",
            "DELETE FROM quality_dialogue_confirmation",
            "UPDATE quality_dialogue_confirmation SET function = 'x'",
        ):
            with world.kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="this row is fixed"):
                owner.execute(text(change))

    def test_they_are_printed_with_who_confirmed_them(self, world: World) -> None:
        second = second_provider(world)
        dialogue = given_held(world, second)
        path = f"/v1/quality-dialogues/{dialogue['id']}/minutes/document"
        lead, other = world.as_(Role.PROVIDER_LEAD), world.as_(Role.PROVIDER_LEAD, second)
        lead.get(path, status=404)  # nothing is written yet
        given_measure(world, dialogue, text="Vorlage für die Stellungnahme erarbeiten.")
        minuted = act(world, dialogue, "minute")
        confirm(world, minuted, Role.OFFICE_HEAD)
        mine, theirs = (_printed(api.request("GET", path, status=200).content) for api in (lead, other))
        for told in ("Entwurf", "noch nicht von allen", minuted["minutes"], "bestätigt am", "noch nicht bestätigt"):
            assert told in mine
        assert ("Vorlage für" in mine, "Vorlage für" in theirs) == (True, False)

    def test_a_meeting_is_not_held_before_its_day_nor_by_strangers(self, world: World) -> None:
        dialogue = given_invited(world)
        early = act(world, dialogue, "hold", status=409)
        assert "noch nicht da" in early["reasons"][0]
        world.clock.travel(days=64)
        attendance = [{"organisation_id": NOBODY, "function": "F"}]
        problem = act(world, dialogue, "hold", status=422, attendance=attendance)
        assert [error["pointer"] for error in problem["errors"]] == ["/attendance/0/organisation_id"]


class TestMeasures:
    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"owner_id": NOBODY}, "/owner_id"),
            ({"standard_id": NOBODY}, "/standard_id"),
            ({"due_on": "2026-03-01"}, "/due_on"),
            ({"text": ""}, "/text"),
        ],
    )
    def test_a_measure_has_a_task_an_owner_and_a_day(self, world: World, changes: dict[str, Any], pointer: str) -> None:
        dialogue = given_held(world)
        body = {"text": "T", "owner_id": str(world.provider.id), "due_on": "2026-09-30", **changes}
        path = f"/v1/quality-dialogues/{dialogue['id']}/measures"
        problem = world.as_(Role.PLANNER).post(path, body, status=422)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]

    @pytest.mark.parametrize("state", [S.INVITED, S.AGREED])
    def test_measures_are_agreed_at_the_meeting(self, world: World, state: S) -> None:
        dialogue = given_state(world, state)
        body = {"text": "T", "owner_id": str(world.provider.id), "due_on": "2026-12-31"}
        path = f"/v1/quality-dialogues/{dialogue['id']}/measures"
        assert world.as_(Role.PLANNER).post(path, body, status=409)["state"] == state

    def test_each_step_of_a_measure(self, world: World) -> None:
        measure = given_measure(world, given_held(world))
        path = f"/v1/quality-measures/{measure['id']}"
        planner, lead = world.as_(Role.PLANNER), world.as_(Role.PROVIDER_LEAD)
        assert "übernommen" in planner.act(path, "report_done", status=409, report="R")["reasons"][0]
        assert lead.act(path, "report_done", report="Fertig.")["state"] == M.REPORTED
        lead.act(path, "accept", status=403)
        assert planner.act(path, "accept")["state"] == M.DONE
        reopened = planner.act(path, "reopen", due_on="2026-10-31")
        assert (reopened["state"], reopened["due_on"]) == (M.OPEN, "2026-10-31")
        lead.act(path, "report_done", report="Jetzt.")
        assert planner.act(path, "reopen", due_on="2026-11-30")["state"] == M.OPEN
        assert planner.act(path, "drop", reason="Überholt.")["state"] == M.DROPPED
        steps = [step["action"] for step in lead.get(f"{path}/transitions")]
        assert steps == ["create", "report_done", "accept", "reopen", "report_done", "reopen", "drop"]

    def test_what_is_overdue_is_told_and_stays_open(self, world: World) -> None:
        measure = given_measure(world, given_held(world), due_on="2026-03-10")
        world.clock.travel(days=9)
        world.tick()
        lead = world.as_(Role.PROVIDER_LEAD)
        (seen,) = lead.get("/v1/quality-measures?state=open&due_until=2026-03-31")["items"]
        assert (seen["id"], seen["overdue_at"] is not None) == (measure["id"], True)
        told = world.as_(Role.PROVIDER_SYNC).get("/v1/events?type=handschlag.quality_measure.overdue")["items"]
        assert len(told) == 1
        lead.act(f"/v1/quality-measures/{measure['id']}", "report_done", report="Nachgeholt.")

    def test_a_provider_sees_its_own_measures_and_the_offices(self, world: World) -> None:
        second = second_provider(world)
        dialogue = given_held(world, second)
        theirs = given_measure(world, dialogue)
        office = given_measure(world, dialogue, owner_id=str(world.youth_office.id))
        other = world.as_(Role.PROVIDER_LEAD, second)
        assert [one["id"] for one in other.get("/v1/quality-measures")["items"]] == [office["id"]]
        other.get(f"/v1/quality-measures/{theirs['id']}", status=404)
        path = f"/v1/quality-measures?dialogue_id={dialogue['id']}&owner_id={world.provider.id}"
        assert [one["id"] for one in world.as_(Role.PLANNER).get(path)["items"]] == [theirs["id"]]


def test_dialogues_are_found_by_state_agreement_and_provider(world: World, statements: list[str]) -> None:
    second = second_provider(world)
    first, other = given_planned(world), given_planned(world, second, meeting_at="2026-06-01T07:00:00Z")
    planner = world.as_(Role.PLANNER)
    statements.clear()
    assert [one["id"] for one in planner.get("/v1/quality-dialogues")["items"]] == [other["id"], first["id"]]
    assert len(statements) <= 4  # actor, page, parties
    for query, expected in {
        f"provider_id={second.id}": [other],
        "state=invited": [],
        f"agreement_id={NOBODY}": [],
        "sort=meeting_at": [first, other],
    }.items():
        found = planner.get(f"/v1/quality-dialogues?{query}")["items"]
        assert [one["id"] for one in found] == [one["id"] for one in expected], query
    mine = world.as_(Role.PROVIDER_LEAD, second).get("/v1/quality-dialogues")["items"]
    assert [one["id"] for one in mine] == [other["id"]]


@pytest.mark.parametrize("kind", OrganisationKind)
def test_a_dialogue_does_not_exist_for_others(world: World, kind: OrganisationKind) -> None:
    dialogue, stranger = given_planned(world), world.organisation(kind, "Fremd")
    role = Role.PLANNER if kind is OrganisationKind.YOUTH_OFFICE else Role.PROVIDER_LEAD
    reader = world.as_(role, stranger)
    for part in ("", "/transitions", "/assessments"):
        reader.get(f"/v1/quality-dialogues/{dialogue['id']}{part}", status=404)
    assert reader.get("/v1/quality-dialogues")["items"] == []
