"""Who sees reports, what is written down about it, and what never changes or leaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.reports.given import given_report, path_of, report_body
from tests.stories.helps import given_help
from tests.world import World

TABLES = ("report", "report_draft", "report_content", "report_remark")


@contextmanager
def _as_organisation(world: World, organisation_id: UUID) -> Iterator[Connection]:
    """The database as a request of this organisation sees it."""
    with world.kernel.engine.begin() as connection:
        connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
        connection.execute(
            text("SELECT set_config('handschlag.organisation', :id, true)"), {"id": str(organisation_id)}
        )
        yield connection


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """The database without any wall."""
    engine = create_engine(make_url(database_url).set(username="postgres"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("role", list(Role))
def test_only_who_works_with_the_case_sees_its_reports(world: World, role: Role) -> None:
    path = path_of(given_report(world))
    may = Permission.REPORTS_READ in GRANTS[role]
    for url in ("/v1/reports", path, f"{path}/contents/1", f"{path}/transitions"):
        world.as_(role).get(url, status=200 if may else 403)
    world.as_(role).act(path, "vanish", version=2, status=422)  # whoever asks, the body is read first
    world.as_(role).act(path, "withdraw", version=2, status=409 if may else 403)


def test_the_matrix_names_nobody_else() -> None:
    readers = {role for role, granted in GRANTS.items() if Permission.REPORTS_READ in granted}
    assert readers == {
        Role.CASEWORKER,
        Role.TEAM_LEAD,
        Role.PROVIDER_PROFESSIONAL,
        Role.PROVIDER_LEAD,
        Role.PROVIDER_SYNC,
    }


def test_others_cannot_find_a_report(world: World) -> None:
    path = path_of(given_report(world))
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    for api in (world.as_(Role.CASEWORKER, office), world.as_(Role.PROVIDER_LEAD, provider)):
        for url in (path, f"{path}/contents/1", f"{path}/transitions"):
            api.get(url, status=404)
        api.act(path, "accept", version=2, status=404)
        assert api.get("/v1/reports")["items"] == []
    world.as_(Role.PROVIDER_LEAD, provider).patch(path, {"content": {"a": 1}}, version=2, status=404)
    help_id = world.as_(Role.CASEWORKER).get(path)["help_id"]
    problem = world.as_(Role.PROVIDER_LEAD, provider).post("/v1/reports", report_body({"id": help_id}), status=422)
    assert problem["errors"][0]["pointer"] == "/help_id"


def test_the_office_learns_nothing_of_a_draft(world: World) -> None:
    report = given_report(world, submit=False)
    caseworker = world.as_(Role.CASEWORKER)
    for url in ("", "/transitions", "/contents/1"):
        caseworker.get(path_of(report) + url, status=404)
    assert caseworker.get("/v1/reports")["items"] == []
    events = text("SELECT count(*) FROM event WHERE subject_id = :id")
    for party, count in ((world.provider, 1), (world.youth_office, 0)):
        with _as_organisation(world, party.id) as db:
            assert db.scalar(events, {"id": report["id"]}) == count


def test_walls_stand_in_the_database_too(world: World) -> None:
    path = path_of(given_report(world))
    world.as_(Role.CASEWORKER).act(path, "return", remarks=["Bitte ergänzen"])
    world.as_(Role.PROVIDER_LEAD).patch(path, {"content": {"beteiligte": []}}, version=3)
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    seen = {}
    for party in (world.provider, world.youth_office, other):
        with _as_organisation(world, party.id) as db:
            seen[party.id] = [db.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES]
    assert seen == {world.provider.id: [1, 1, 1, 1], world.youth_office.id: [1, 0, 1, 1], other.id: [0, 0, 0, 0]}


def test_the_office_cannot_see_a_draft_in_the_database(world: World) -> None:
    given_report(world, submit=False)
    with _as_organisation(world, world.youth_office.id) as db:
        assert [db.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES] == [0, 0, 0, 0]


@pytest.mark.parametrize("table", ["report_content", "report_remark"])
@pytest.mark.parametrize("change", ["UPDATE {} SET report_id = report_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_was_submitted_and_remarked_never_changes(
    world: World, owner: Connection, table: str, change: str
) -> None:
    path = path_of(given_report(world))
    world.as_(Role.CASEWORKER).act(path, "return", remarks=["Bitte ergänzen"])
    with _as_organisation(world, world.provider.id) as db, pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text(change.format(table)))
    with pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text(change.format(table)))


def test_every_reading_by_the_office_is_written_down(world: World, owner: Connection) -> None:
    report = given_report(world)
    path, caseworker = path_of(report), world.as_(Role.CASEWORKER)
    caseworker.get(path)
    caseworker.get(f"{path}/contents/1")
    caseworker.get("/v1/reports")
    world.as_(Role.PROVIDER_LEAD).get(path)
    rows = owner.execute(
        text("SELECT actor_id, details FROM audit_entry WHERE subject_id = :id AND action = 'report.read'"),
        {"id": report["id"]},
    ).all()
    assert [row.actor_id for row in rows] == [caseworker.account_id] * 2
    assert {row.details["content_number"] for row in rows} == {1}


def test_no_word_of_a_report_leaves_its_tables(
    world: World, owner: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    word = f"Weidenkorb{uuid4().hex}"
    provider, caseworker = world.as_(Role.PROVIDER_PROFESSIONAL), world.as_(Role.CASEWORKER)
    body = report_body(given_help(world), submit=True)
    body["content"]["einschaetzung"] = word
    path = path_of(provider.post("/v1/reports", body))
    caseworker.get(path)
    caseworker.act(path, "return", remarks=[f"Was ist mit dem {word}?"])
    provider.patch(path, {"content": {"sicht_der_familie": word}}, version=3)
    refused = provider.patch(path, {"content": {"empfehlung": word}}, version=4, status=422)
    assert word not in str(refused)
    provider.act(path, "submit")
    world.tick()
    tables = owner.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    holding = "SELECT count(*) FROM {} AS t WHERE t::text LIKE :word"
    found = {table for table in tables if owner.scalar(text(holding.format(table)), {"word": f"%{word}%"})}
    assert found == {"report_content", "report_remark"}
    told = capsys.readouterr()
    assert word not in told.out + told.err
