"""Who sees what, what never changes, how many statements a reading takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core.kernel import Kernel
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.committee.given import (
    PAPER,
    act,
    clerk,
    enter,
    given_body,
    given_everything,
    given_heard,
    given_meeting,
    given_released,
    planner,
    station,
)
from tests.world import World

TABLES = (
    "committee_body",
    "committee_membership",
    "committee_meeting",
    "committee_attendance",
    "committee_minutes",
    "paper",
    "paper_consultation",
    "paper_follow_up",
)
ACTS = {
    "rewrite a paper": "UPDATE paper SET draft_decision = 'x' WHERE id = :paper",
    "sign for another": "UPDATE paper SET signature = 'x' WHERE id = :paper",
    "publish it": "UPDATE paper SET is_public = NOT is_public WHERE id = :paper",
    "reopen it": "UPDATE paper SET state = 'released', ended_at = NULL WHERE id = :paper",
    "rewrite the decision": "UPDATE paper SET decision_text = 'x' WHERE id = :paper",
    "delete papers": "DELETE FROM paper WHERE id = :paper",
    "empty papers": "TRUNCATE paper CASCADE",
    "rewrite a result": "UPDATE paper_consultation SET decision_text = 'x' WHERE id = :station",
    "rewrite votes": "UPDATE paper_consultation SET votes_yes = 9 WHERE id = :station",
    "forget a result": "DELETE FROM paper_consultation WHERE id = :station",
    "empty results": "TRUNCATE paper_consultation CASCADE",
    "move a meeting": "UPDATE committee_meeting SET starts_at = starts_at - interval '1 day' WHERE id = :meeting",
    "delete a meeting": "DELETE FROM committee_meeting WHERE id = :meeting",
    "rewrite minutes": "UPDATE committee_minutes SET text = 'x' WHERE meeting_id = :meeting",
    "delete minutes": "DELETE FROM committee_minutes WHERE meeting_id = :meeting",
    "call somebody absent": "UPDATE committee_attendance SET is_present = false WHERE meeting_id = :meeting",
    "forget who came": "TRUNCATE committee_attendance",
    "put off a follow-up": "UPDATE paper_follow_up SET due_on = due_on + 365 WHERE consultation_id = :station",
    "drop a follow-up": "DELETE FROM paper_follow_up WHERE consultation_id = :station",
}


@contextmanager
def as_organisation(world: World, organisation_id: UUID) -> Iterator[Connection]:
    """The database as a request of this organisation sees it."""
    with world.kernel.engine.connect() as connection:
        connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
        connection.execute(
            text("SELECT set_config('handschlag.organisation', :id, true)"), {"id": str(organisation_id)}
        )
        yield connection


def given_ended(world: World) -> dict[str, str]:
    """A paper adopted as amended, with its station and the minuted meeting, by name."""
    paper, path, meeting = given_heard(world)
    act(world, path, "adopt_amended")
    act(world, meeting, "minute")
    return {"paper": _id(paper), "station": _id(path), "meeting": _id(meeting)}


def _id(path: str) -> str:
    return path.rpartition("/")[2]


def _ask(connection: Connection, act_: str, ids: dict[str, str]) -> None:
    connection.execute(text(act_), {name: value for name, value in ids.items() if f":{name}" in act_})


@pytest.mark.parametrize("act_", ACTS.values(), ids=ACTS.keys())
def test_not_even_the_owner_changes_what_was_decided(world: World, kernel: Kernel, act_: str) -> None:
    ids = given_ended(world)
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="this row is fixed"):
        _ask(owner, act_, ids)
    with as_organisation(world, world.youth_office.id) as office, pytest.raises(DBAPIError):
        _ask(office, act_, ids)


def test_a_released_paper_is_fixed_before_its_end(world: World, kernel: Kernel) -> None:
    paper = _id(given_released(world, (given_body(world), "decide")))
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text("UPDATE paper SET annexes = '[1]' WHERE id = :id"), {"id": paper})


def seen(world: World, organisation_id: UUID) -> dict[str, int]:
    office = {"office": str(world.youth_office.id)}
    with as_organisation(world, organisation_id) as connection:
        return {
            table: connection.scalar(text(f"SELECT count(*) FROM {table} WHERE youth_office_id = :office"), office) or 0
            for table in TABLES
        }


def test_the_database_shows_each_side_its_own(world: World) -> None:
    given_ended(world)
    own = dict(zip(TABLES, (1, 4, 1, 4, 1, 1, 1, 1), strict=True))
    public = dict(zip(TABLES, (1, 0, 1, 0, 0, 1, 1, 0), strict=True))
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    assert seen(world, world.youth_office.id) == own
    assert seen(world, world.provider.id) == public
    assert seen(world, other.id) == public


def test_what_is_not_public_is_walled_in(world: World) -> None:
    given_everything(world)
    open_body = given_body(world, name="Rat")
    given_released(world, (open_body, "decide"), number="N 2", is_public=False)
    shown = seen(world, world.provider.id)
    assert shown == {**dict.fromkeys(TABLES, 0), "committee_body": 1}  # the council itself


@pytest.mark.parametrize("table", ["committee_body", "committee_meeting", "paper", "paper_consultation"])
def test_nobody_makes_what_is_public_their_own(world: World, table: str) -> None:
    body = given_body(world)
    enter(world, given_meeting(world, body), station(world, given_released(world, (body, "decide"))))
    grab = text(f"UPDATE {table} SET youth_office_id = :me WHERE youth_office_id = :office")
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    for thief in (other.id, world.provider.id):
        with as_organisation(world, thief) as connection, pytest.raises(IntegrityError, match="this row is fixed"):
            connection.execute(grab, {"me": str(thief), "office": str(world.youth_office.id)})


def test_a_draft_is_walled_in(world: World) -> None:
    planner(world).post("/v1/papers", PAPER)
    assert seen(world, world.provider.id)["paper"] == 0


@pytest.mark.parametrize("role", list(Role))
def test_who_reads(world: World, role: Role) -> None:
    body = given_body(world)
    paper = given_released(world, (body, "decide"))
    meeting = given_meeting(world, body)
    may = Permission.COMMITTEE_READ in GRANTS[role]
    urls = ("/v1/papers", paper, station(world, paper), f"{paper}/transitions", "/v1/meetings", meeting)
    for url in (*urls, f"{meeting}/transitions", "/v1/bodies", f"/v1/bodies/{body['id']}", "/v1/oparl/papers"):
        world.as_(role).get(url, status=200 if may else 403)


def test_the_matrix_names_nobody_else() -> None:
    holders = {
        permission: {role for role in Role if permission in GRANTS[role]}
        for permission in Permission
        if permission.value.startswith("committee:")
    }
    assert holders == {
        Permission.COMMITTEE_PREPARE: {Role.PLANNER},
        Permission.COMMITTEE_RELEASE: {Role.OFFICE_HEAD},
        Permission.COMMITTEE_RECORD: {Role.COMMITTEE_CLERK},
        Permission.COMMITTEE_READ: {
            Role.PLANNER,
            Role.OFFICE_HEAD,
            Role.COMMITTEE_CLERK,
            Role.COMMITTEE_MEMBER,
            Role.OFFICE_SYNC,
            Role.PROVIDER_LEAD,
            Role.PROVIDER_MANAGER,
            Role.PROVIDER_SYNC,
        },
    }
    assert GRANTS[Role.COMMITTEE_MEMBER] == {
        Permission.COMMITTEE_READ,
        Permission.ORGANISATIONS_READ,
        Permission.AGREEMENTS_READ_PUBLISHED,
    }


def test_another_office_reads_the_public_view_only(world: World) -> None:
    paper, path, meeting = given_heard(world)
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    body_id = planner(world).get(path)["body_id"]
    for role in (Role.PLANNER, Role.COMMITTEE_CLERK, Role.COMMITTEE_MEMBER):
        api = world.as_(role, other)
        for url in (paper, path, meeting, f"/v1/bodies/{body_id}", f"/v1/bodies/{body_id}/memberships"):
            api.get(url, status=404)
        assert [api.get(f"/v1/{name}")["items"] for name in ("papers", "meetings", "bodies")] == [[], [], []]
        api.get(f"/v1/oparl/papers/{_id(paper)}")
    theirs = world.as_(Role.PLANNER, other).post("/v1/papers", PAPER)["id"]
    say = {"body_id": body_id, "competence": "decide"}
    world.as_(Role.PLANNER, other).post(f"/v1/papers/{theirs}/consultations", say, status=422)
    when = {"body_id": body_id, "title": "S", "starts_at": "2026-03-03T11:00:00Z"}
    world.as_(Role.COMMITTEE_CLERK, other).post("/v1/meetings", when, status=422)
    world.as_(Role.PLANNER, other).act(paper, "withdraw", version=1, status=404, reason="R")


def test_no_name_and_no_word_goes_to_events_or_audit(world: World, kernel: Kernel) -> None:
    word = f"Weidenkorb{uuid4().hex}"
    body = given_body(world)
    member = {"name": word, "function": "member", "valid_from": "2026-01-01", "on_behalf_of": word}
    clerk(world).post(f"/v1/bodies/{body['id']}/memberships", member)
    texts: dict[str, Any] = {"subject": word, "reasons": word, "draft_decision": word}
    paper = given_released(world, (body, "decide"), **texts)
    act(world, station(world, paper), "drop", reason=word)
    with kernel.engine.connect() as owner:
        tables = owner.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        holding = "SELECT count(*) FROM {} AS t WHERE t::text LIKE :word"
        found = {name for name in tables if owner.scalar(text(holding.format(name)), {"word": f"%{word}%"})}
    assert found - {"idempotency_record", "idempotency_key", "idempotency"} == {
        "paper",
        "paper_consultation",
        "committee_membership",
    }


def test_readings_take_few_statements(world: World, statements: list[str]) -> None:
    paper, path, meeting = given_heard(world)
    given_released(world, (given_body(world, "fachausschuss"), "decide"), number="2")
    for url, count in {
        paper: 3,
        path: 3,
        meeting: 5,
        "/v1/papers": 2,
        "/v1/meetings": 2,
        "/v1/bodies": 2,
        f"/v1/oparl/papers/{_id(paper)}": 3,
        f"/v1/oparl/papers?body={world.youth_office.id}": 3,
        f"/v1/oparl/meetings?body={world.youth_office.id}": 3,
        f"/v1/oparl/consultations?body={world.youth_office.id}": 2,
        f"/v1/oparl/organizations?body={world.youth_office.id}": 6,
        f"/v1/oparl/people?body={world.youth_office.id}": 4,
    }.items():
        statements.clear()
        clerk(world).get(url)
        assert (url, len(statements)) == (url, count)
