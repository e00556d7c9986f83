"""The register of § 72a: what may be stored and what not, who may be deployed, and when an entry goes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.kernel import Kernel
from app.core.problems import TransitionNotAllowed
from app.modules.clearances import may_be_deployed
from app.modules.clearances.models import ClearanceCheck
from app.modules.clearances.models import ClearanceState as S
from app.modules.clearances.workflow import CLEARANCE
from app.policy import GRANTS, SYSTEM, Permission, Role
from tests.world import MORNING, World

PATH = "/v1/clearance-checks"
ROWS = {(row.action, source) for row in CLEARANCE.rows for source in row.sources}
MISSING = [(row.action, state) for row in CLEARANCE.rows for state in S if (row.action, state) not in ROWS]
BLOCK: dict[str, Any] = {"certificate_date": "2026-02-20", "listed_offence": True, "other_offence": False}


def given_check(world: World, **changes: Any) -> str:
    body = {"person": "P-0042", "engagement": "staff", "activity": "Familienhilfe", **changes}
    return f"{PATH}/{world.as_(Role.PROVIDER_MANAGER).post(PATH, body)['id']}"


def inspected(world: World, **changes: Any) -> str:
    path = given_check(world, **changes)
    world.as_(Role.PROVIDER_MANAGER).act(path, "inspect", certificate_date="2026-02-20")
    return path


def count(kernel: Kernel, path: str) -> int:
    with kernel.work.as_system() as db:
        query = text("SELECT count(*) FROM clearance_check WHERE id = :id")
        return int(db.scalar(query, {"id": path.rpartition("/")[2]}) or 0)


def test_a_certificate_is_looked_at_and_asked_for_anew_in_time(world: World, kernel: Kernel) -> None:
    path, manager = inspected(world), world.as_(Role.PROVIDER_MANAGER)
    seen = manager.get(path)
    assert (seen["state"], seen["renew_by"], seen["may_start"]) == ("inspected_ok", "2031-02-20", True)
    wanted = [
        (datetime(2030, 11, 22, 22, 59, 59, tzinfo=UTC), "renewal_due", True),
        (datetime(2031, 1, 21, 22, 59, 59, tzinfo=UTC), "renewal_due", True),
        (datetime(2031, 2, 20, 22, 59, 59, tzinfo=UTC), "expired", False),
    ]
    before = "inspected_ok"
    for instant, state, may_start in wanted:
        world.clock.set(instant)
        world.clock.travel(seconds=-1)
        world.tick()
        assert manager.get(path)["state"] == before
        world.clock.set(instant)
        world.tick()
        seen = manager.get(path)
        assert (seen["state"], seen["may_start"]) == (state, may_start)
        before = state
    assert manager.get("/v1/worklist?kind=clearance_due")["items"][0]["path"] == path
    with kernel.work.as_system() as db:
        assert not may_be_deployed(db, world.provider.id, "P-0042", datetime(2031, 2, 21, tzinfo=UTC).date())
    assert manager.act(path, "inspect", certificate_date="2031-02-01")["renew_by"] == "2036-02-01"
    types = [event["type"] for event in world.as_(Role.PROVIDER_ADMIN).get("/v1/events?limit=100")["items"]]
    assert types.count("handschlag.clearance_check.reminded") == 3


def test_whoever_is_excluded_may_not_be_deployed_and_the_finding_lies_sealed(world: World, kernel: Kernel) -> None:
    path, manager = given_check(world), world.as_(Role.PROVIDER_MANAGER)
    manager.act(path, "block", **BLOCK)
    seen = manager.get(path)
    assert (seen["state"], seen["may_start"]) == ("inspected_blocked", False)
    assert (seen["listed_offence"], seen["other_offence"]) == (True, False)
    assert "listed_offence" not in world.as_(Role.PROVIDER_LEAD).get(PATH)["items"][0]
    with kernel.work.as_system() as db:
        row = db.execute(
            text("SELECT sealed_findings FROM clearance_check WHERE organisation_id = :id"), {"id": world.provider.id}
        ).scalar_one()
        assert b"offence" not in bytes(row)
        assert not may_be_deployed(db, world.provider.id, "P-0042", MORNING.date())


@pytest.mark.parametrize("field", ["offence_text", "sentence", "certificate_number", "scan", "name"])
def test_what_the_law_does_not_let_be_stored_is_no_field(world: World, field: str) -> None:
    """S9: no offence data may be entered."""
    path, manager = given_check(world), world.as_(Role.PROVIDER_MANAGER)
    for action, body in (("inspect", {"certificate_date": "2026-02-20"}), ("block", BLOCK)):
        refused = manager.act(path, action, status=422, **{**body, field: "x"})
        assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == (f"/{field}", "extra_forbidden")
    refused = manager.post(PATH, {"person": "P-1", "engagement": "staff", "activity": "x", field: "x"}, status=422)
    assert refused["errors"][0]["pointer"] == f"/{field}"


@pytest.mark.parametrize(
    ("action", "body", "pointer", "code"),
    [
        ("inspect", {"certificate_date": "2026-03-03"}, "/certificate_date", "future"),
        ("inspect", {"certificate_date": "2025-11-29"}, "/certificate_date", "too_old"),
        ("block", {**BLOCK, "listed_offence": False}, "/listed_offence", "contradiction"),
        ("end_activity", {"last_activity_on": "2026-03-03"}, "/last_activity_on", "future"),
    ],
)
def test_what_cannot_be_is_refused(world: World, action: str, body: dict[str, Any], pointer: str, code: str) -> None:
    refused = world.as_(Role.PROVIDER_MANAGER).act(given_check(world), action, status=422, **body)
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == (pointer, code)


def test_half_a_year_after_the_last_day_the_entry_is_gone(world: World, kernel: Kernel) -> None:
    """S10 (e): a volunteer stopped on 31 January; on 1 August nothing is left."""
    path, manager = inspected(world, engagement="volunteer"), world.as_(Role.PROVIDER_MANAGER)
    assert manager.act(path, "end_activity", last_activity_on="2026-01-31")["delete_by"] == "2026-07-31"
    world.clock.set(datetime(2026, 7, 31, 21, 59, 58, tzinfo=UTC))
    world.tick()
    assert count(kernel, path) == 1
    world.clock.set(datetime(2026, 8, 1, tzinfo=UTC))
    world.tick()
    assert count(kernel, path) == 0
    manager.get(path, status=404)
    with kernel.work.as_system() as db:
        log = db.execute(
            text("SELECT action FROM audit_entry WHERE subject_id = :id ORDER BY position"),
            {"id": UUID(path.rpartition("/")[2])},
        ).scalars()
        assert list(log)[-1] == "clearance_check.deleted"


def test_what_was_never_taken_up_is_deleted_at_once(world: World, kernel: Kernel) -> None:
    path = inspected(world)
    assert world.as_(Role.PROVIDER_MANAGER).act(path, "end_activity")["delete_by"] == "2026-03-02"
    world.tick()
    assert count(kernel, path) == 0


@pytest.mark.parametrize(("action", "state"), MISSING)
def test_what_is_no_row_is_refused(action: str, state: S) -> None:
    with pytest.raises(TransitionNotAllowed):
        CLEARANCE.fire(Session(), ClearanceCheck(state=state), action, actor=SYSTEM, at=MORNING)


@pytest.mark.parametrize("again", ["inspect", "block"])
def test_a_certificate_is_looked_at_again_before_its_time(world: World, again: str) -> None:
    path, manager = inspected(world), world.as_(Role.PROVIDER_MANAGER)
    manager.act(path, again, **(BLOCK if again == "block" else {"certificate_date": "2026-03-01"}))
    manager.act(path, "inspect", version=1, status=412, certificate_date="2026-03-01")


def test_entries_are_found_and_each_person_stands_once_for_an_activity(world: World, statements: list[str]) -> None:
    path, manager = inspected(world), world.as_(Role.PROVIDER_MANAGER)
    given_check(world, person="P-0043", engagement="volunteer")
    body = {"person": "P-0042", "engagement": "staff", "activity": "Familienhilfe"}
    assert manager.post(PATH, body, status=409)["type"] == "/v1/problems/conflict"

    def found(query: str) -> list[str]:
        return [item["person"] for item in manager.get(f"{PATH}?{query}")["items"]]

    assert found("") == ["P-0042", "P-0043"]
    assert found("state=requested") == found("engagement=volunteer") == ["P-0043"]
    assert found("renew_before=2031-12-31") == ["P-0042"]
    statements.clear()
    manager.get(PATH)
    assert len([one for one in statements if one.startswith("SELECT")]) <= 2
    statements.clear()
    manager.get(path)
    assert len(statements) <= 4


def test_activities_of_volunteers_are_assessed(world: World) -> None:
    body = {
        "activity": "Hausaufgabenhilfe",
        "contact_kind": "einzeln",
        "intensity": "vertraut",
        "duration": "wöchentlich",
        "certificate_required": True,
        "reasons": "Einzelkontakt",
    }
    manager = world.as_(Role.PROVIDER_MANAGER)
    made = manager.post("/v1/activity-assessments", body)
    listed = manager.get("/v1/activity-assessments?certificate_required=true")["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert manager.get("/v1/activity-assessments?certificate_required=false")["items"] == []


def test_who_keeps_the_register_and_who_reads_it(world: World) -> None:
    path = given_check(world)
    for role in Role:
        api = world.as_(role)
        reads = Permission.CLEARANCES_READ in GRANTS[role]
        for where in (PATH, "/v1/activity-assessments"):
            api.get(where, status=200 if reads else 403)
        if Permission.CLEARANCES_MANAGE not in GRANTS[role]:
            api.get(path, status=403)
            api.post(PATH, {"person": "P-1", "engagement": "staff", "activity": "x"}, status=403)
