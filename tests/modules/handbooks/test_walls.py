"""What was released, said or evaluated never changes, and the database itself shows nobody what is others'."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core.kernel import Kernel
from app.modules.handbooks.models import HandbookRolloutState as R
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.handbooks.given import (
    given_district,
    given_draft,
    given_everything,
    given_released,
)
from tests.world import World

TABLES = ("handbook", "handbook_version", "handbook_comment", "handbook_rollout", "handbook_evaluation")
RELEASED_ACTS = {
    "rewrite the text": "UPDATE handbook_version SET content = content || '{\"chapters\": []}' WHERE handbook_id = :id",
    "rename the hash": f"UPDATE handbook_version SET content_hash = '{'0' * 64}' WHERE handbook_id = :id",
    "renumber": "UPDATE handbook_version SET number = 7 WHERE handbook_id = :id",
    "move to another handbook": "UPDATE handbook_version SET handbook_id = gen_random_uuid() WHERE handbook_id = :id",
    "take it back": "UPDATE handbook_version SET released_at = NULL, released_by = NULL, state = 'draft'"
    " WHERE handbook_id = :id",
    "backdate": "UPDATE handbook_version SET released_at = released_at - interval '1 year' WHERE handbook_id = :id",
    "rewrite why": "UPDATE handbook_version SET change_note = 'x' WHERE handbook_id = :id",
    "throw it away": "DELETE FROM handbook_version WHERE handbook_id = :id",
    "empty the shelf": "TRUNCATE handbook_version CASCADE",
}
SAID_ACTS = {
    "put words into a mouth": "UPDATE handbook_comment SET text = 'x' WHERE handbook_id = :id",
    "rewrite an answer": "UPDATE handbook_comment SET answer = 'x' WHERE handbook_id = :id",
    "delete a comment": "DELETE FROM handbook_comment WHERE handbook_id = :id",
    "delete all comments": "TRUNCATE handbook_comment",
    "better the result": "UPDATE handbook_evaluation SET text = 'x' WHERE handbook_id = :id",
    "delete the result": "DELETE FROM handbook_evaluation WHERE handbook_id = :id",
    "delete all results": "TRUNCATE handbook_evaluation",
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


@pytest.mark.parametrize("act", RELEASED_ACTS.values(), ids=RELEASED_ACTS.keys())
def test_not_even_the_owner_changes_a_released_version(world: World, kernel: Kernel, act: str) -> None:
    handbook = given_released(world).partition("/versions")[0].rpartition("/")[2]
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text(act), {"id": handbook} if ":id" in act else {})
    for role in ("handschlag_api", "handschlag_system"):
        with kernel.engine.connect() as connection:
            connection.execute(text(f"SET LOCAL ROLE {role}"))
            me = text("SELECT set_config('handschlag.organisation', :id, true)")
            connection.execute(me, {"id": str(world.youth_office.id)})
            with pytest.raises(DBAPIError):
                connection.execute(text(act), {"id": handbook} if ":id" in act else {})


@pytest.mark.parametrize("act", SAID_ACTS.values(), ids=SAID_ACTS.keys())
def test_not_even_the_owner_changes_what_was_said(world: World, kernel: Kernel, act: str) -> None:
    handbook = given_everything(world).rpartition("/")[2]
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text(act), {"id": handbook} if ":id" in act else {})


def test_a_handbook_has_one_draft_in_the_database_too(world: World, kernel: Kernel) -> None:
    path = given_draft(world)
    copy = text(
        "INSERT INTO handbook_version (id, handbook_id, youth_office_id, number, state, content, content_hash, "
        "invited_ids, created_at, changed_at, version) SELECT gen_random_uuid(), handbook_id, youth_office_id, 2, "
        "'in_consultation', content, content_hash, invited_ids, created_at, changed_at, 1 FROM handbook_version "
        "WHERE id = :id"
    )
    version_id = world.as_(Role.PLANNER).get(path)["version_id"]
    with kernel.engine.connect() as owner, pytest.raises(IntegrityError):
        owner.execute(copy, {"id": version_id})


def counted(world: World, organisation_id: UUID, handbook: str) -> dict[str, int]:
    with as_organisation(world, organisation_id) as connection:
        return {
            table: connection.scalar(
                text(f"SELECT count(*) FROM {table} WHERE {'id' if table == 'handbook' else 'handbook_id'} = :id"),
                {"id": handbook.rpartition("/")[2]},
            )
            or 0
            for table in TABLES
        }


def test_the_database_shows_each_side_its_own(world: World) -> None:
    handbook = given_everything(world)
    stranger = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    own = dict(zip(TABLES, (1, 2, 1, 1, 1), strict=True))
    assert counted(world, world.youth_office.id, handbook) == own
    assert counted(world, world.provider.id, handbook) == {**own, "handbook_version": 1, "handbook_evaluation": 0}
    assert counted(world, stranger.id, handbook) == dict(zip(TABLES, (1, 1, 0, 1, 0), strict=True))


def test_what_is_not_shared_is_shown_to_nobody_else(world: World) -> None:
    handbook = given_everything(world, is_shared=False)
    for party in (world.provider.id, world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd").id):
        assert counted(world, party, handbook) == dict.fromkeys(TABLES, 0)


def test_a_provider_cannot_write_into_the_offices_tables(world: World) -> None:
    handbook = given_everything(world).rpartition("/")[2]
    acts = (
        "UPDATE handbook SET title = 'x' WHERE id = :id",
        "UPDATE handbook_version SET comments_until = now() WHERE handbook_id = :id",
        "UPDATE handbook_rollout SET from_day = now() WHERE handbook_id = :id",
    )
    for act in acts:
        with as_organisation(world, world.provider.id) as connection, pytest.raises(DBAPIError):
            connection.execute(text(act), {"id": handbook})


def test_other_offices_find_nothing(world: World) -> None:
    handbook = given_everything(world)
    other = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    planner = world.as_(Role.PLANNER, other)
    for url in (
        "",
        "/versions",
        "/versions/1",
        "/versions/1/changes",
        "/versions/1/comments",
        "/rollout",
        "/evaluations",
    ):
        planner.get(handbook + url, status=404)
    planner.patch(handbook, {"title": "x"}, version=1, status=404)
    planner.post(f"{handbook}/versions", {}, status=404)
    planner.act(f"{handbook}/versions/1", "withdraw", version=1, status=404, reason="R")
    planner.post(f"{handbook}/rollout:adopt-all", {"version_number": 1, "from_day": "2026-03-02"}, status=404)
    assert planner.get("/v1/handbooks")["items"] == []


def test_lists_and_readings_take_few_statements(world: World, statements: list[str]) -> None:
    handbook, district = given_district(world, R.EVALUATED)
    planner = world.as_(Role.PLANNER)
    expected = {
        "/v1/handbooks": 2,
        handbook: 2,
        f"{handbook}/versions": 3,
        f"{handbook}/versions/1": 2,
        f"{handbook}/versions/2/changes": 3,
        f"{handbook}/versions/1/comments": 3,
        f"{handbook}/rollout": 2,
        f"{handbook}/rollout/{district}": 2,
        f"{handbook}/evaluations": 3,
    }
    for url, count in expected.items():
        statements.clear()
        planner.get(url)
        assert (url, len(statements)) == (url, count)


def test_everybody_reads_and_few_do_more() -> None:
    holders = {
        permission: {role for role in Role if permission in GRANTS[role]}
        for permission in Permission
        if permission.value.startswith("handbooks:")
    }
    assert holders == {
        Permission.HANDBOOKS_READ: set(Role) - {Role.COMMITTEE_MEMBER, Role.ISEF, Role.PROVIDER_ISEF},
        Permission.HANDBOOKS_MANAGE: {Role.PLANNER},
        Permission.HANDBOOKS_RELEASE: {Role.PLANNER, Role.OFFICE_HEAD},
        Permission.HANDBOOKS_COMMENT: {
            Role.CASEWORKER,
            Role.TEAM_LEAD,
            Role.PROVIDER_LEAD,
            Role.PROVIDER_MANAGER,
        },
    }
