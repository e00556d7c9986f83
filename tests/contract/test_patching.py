"""A PATCH that says nothing new changes nothing: no version, no audit entry, no event. Driven from the document."""

from typing import Any

import pytest
from sqlalchemy import text

from app.policy import GRANTS, Role
from tests.api import Api
from tests.contract.operations import Operation, operations
from tests.contract.test_isolation import filled
from tests.modules.committee.given import given_draft as given_paper
from tests.modules.committee.given import given_meeting, station
from tests.modules.dialogues.given import given_planned
from tests.modules.reports.given import given_report
from tests.stories.helps import given_help
from tests.stories.planning import given_meeting as given_talk
from tests.stories.planning import given_plan
from tests.world import World

__all__ = ["filled"]
PATCHES = [operation for operation in operations() if operation.method == "PATCH"]
READ = {operation.path for operation in operations() if operation.method == "GET"}
WRITTEN = """
SELECT (SELECT count(*) FROM audit_entry WHERE tenant_id IN (:office, :provider)),
       (SELECT count(*) FROM event WHERE tenant_id IN (:office, :provider))
"""


@pytest.fixture(scope="module")
def unfinished(filled: tuple[World, dict[str, str]]) -> tuple[World, dict[str, dict[str, str]]]:
    """The world, and by the paths of things that get fixed the ids of one that still changes."""
    world, ids = filled
    help_ = given_help(world, pseudonym="Familie Q-2", starts_on="2026-07-01")
    (later,) = world.as_(Role.CASEWORKER).get(f"/v1/helps/{help_['id']}/phases")["items"]
    body = {"id": ids["body_id"]}
    paper = given_paper(world, (body, "decide"), number="WP 2")
    given: dict[str, dict[str, str]] = {
        "/v1/helps/{help_id}/phases/{phase_id}": {"help_id": help_["id"], "phase_id": later["id"]},
        "/v1/help-plans/{plan_id}": {"plan_id": given_plan(world, help_)["id"]},
        "/v1/help-plan-meetings/{help_plan_meeting_id}": {"help_plan_meeting_id": given_talk(world, help_)["id"]},
        "/v1/reports/{report_id}": {"report_id": given_report(world, submit=False)["id"]},
        "/v1/quality-dialogues/{dialogue_id}": {"dialogue_id": given_planned(world)["id"]},
        "/v1/handbooks/{handbook_id}/versions/{number}": {"number": "2"},
        "/v1/papers/{paper_id}": {"paper_id": paper.rpartition("/")[2]},
        "/v1/papers/{paper_id}/consultations/{consultation_id}": {
            "paper_id": paper.rpartition("/")[2],
            "consultation_id": station(world, paper).rpartition("/")[2],
        },
        "/v1/meetings/{meeting_id}": {"meeting_id": given_meeting(world, body).rpartition("/")[2]},
    }
    return world, {operation.path: {**ids, **given.get(operation.path, {})} for operation in PATCHES}


@pytest.mark.parametrize("operation", PATCHES, ids=str)
def test_a_patch_that_says_nothing_new_changes_nothing(
    unfinished: tuple[World, dict[str, dict[str, str]]], operation: Operation
) -> None:
    world, ids = unfinished
    path, answers = operation.url(**ids[operation.path]), set()
    for role in (role for role in Role if operation.permission in GRANTS[role]):
        asking = world.as_(role)
        known = _read(asking, path) if operation.path in READ else {}
        same = {name: known[name] for name in operation.bodies()[0]["properties"] if name in known}
        for body in ({}, {name: value for name, value in same.items() if value is not None}):
            before = _written(world)
            answer = _patched(asking, path, body, known.get("version"))
            answers.add(answer.status_code)
            assert _written(world) == before, (role, body)
            if answer.is_success and known:
                assert answer.json()["version"] == known["version"], (role, body)
    assert 200 in answers


def _read(asking: Api, path: str) -> Any:
    """The thing as this role reads it; nothing for the side it does not belong to."""
    answer = asking.http.get(path, headers=asking.bearer())
    return answer.json() if answer.status_code == 200 else {"version": 1}


def _patched(asking: Api, path: str, body: Any, version: int | None) -> Any:
    """The answer; where nobody reads the thing alone, its version is found by asking."""
    for tried in range(1, 9) if version is None else [version]:
        headers = {**asking.bearer(), "If-Match": f'"{tried}"'}
        answer = asking.http.patch(path, json=body, headers=headers)
        if answer.status_code != 412:
            return answer
    raise AssertionError(f"no version of {path}")


def _written(world: World) -> tuple[int, int]:
    named = {"office": world.youth_office.id, "provider": world.provider.id}
    with world.kernel.work.as_system() as db:
        row = db.execute(text(WRITTEN), named).one()
        return row[0], row[1]
