"""Who sees plans and meetings, what a provider that left still learns, what never changes or leaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.modules.cases import HelpAssignment
from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.planning.test_meetings import MEETINGS, MINUTES
from tests.modules.planning.test_voices import ANSWERS, graded
from tests.stories.helps import given_help
from tests.stories.planning import (
    CHILD,
    MOTHER,
    given_confirmed,
    given_consulted,
    given_held,
    given_meeting,
    given_plan,
    given_reviewed,
    path_of,
)
from tests.world import Party, World

KEPT = (
    "help_plan_version",
    "help_plan_statement",
    "help_plan_grade",
    "help_plan_self_assessment",
    "help_plan_minutes",
    "help_plan_minutes_assent",
)
TABLES = ("help_plan", "help_plan_draft", "help_plan_meeting", *KEPT)
READ = Permission.HELP_PLANS_READ


@contextmanager
def as_organisation(world: World, organisation_id: UUID) -> Iterator[Connection]:
    """The database as a request of this organisation sees it."""
    with world.kernel.engine.connect() as connection:
        connection.execute(text("SELECT set_config('role', 'handschlag_api', true)"))
        me = text("SELECT set_config('handschlag.organisation', :id, true)")
        connection.execute(me, {"id": str(organisation_id)})
        yield connection


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(database_url).set(username="postgres"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def filled(world: World) -> tuple[str, str]:
    """A plan and a meeting about which everybody has said something."""
    help_ = given_help(world)
    path = path_of(given_consulted(world, help_))
    caseworker, provider = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_PROFESSIONAL)
    provider.post(f"{path}/statements", {"text": "Wir kommen früh."})
    provider.post(f"{path}/self-assessments", ANSWERS)
    caseworker.act(path, "confirm")
    provider.post(f"{path}/grades", graded("provider"), status=200)
    meeting = f"{MEETINGS}/{given_held(world, help_)['id']}"
    caseworker.post(f"{meeting}/minutes", MINUTES)
    caseworker.post(f"{meeting}/minutes/1/assents", {"role": "mother", "consents": "yes", "said_on": "2026-03-02"})
    return path, meeting


def joined(world: World, help_id: str, *, until: date) -> Party:
    """A second provider that takes part in a help until a day."""
    other = world.organisation(OrganisationKind.PROVIDER, "Birkenhof")
    place = {"help_id": UUID(help_id), "youth_office_id": world.youth_office.id, "provider_id": other.id}
    with world.kernel.work.as_system() as db:
        db.add(HelpAssignment(**place, valid_from=date(2026, 1, 1), valid_to=until))
    return other


def test_roles_see_what_the_matrix_grants(world: World) -> None:
    path, meeting = filled(world)
    content = (path, f"{path}/versions/1", f"{path}/attainment", f"{path}/self-assessments", meeting)
    needed = dict.fromkeys((*content, "/v1/help-plans", MEETINGS, "/v1/perspectives"), READ)
    needed |= {"/v1/help-plan-reviews": Permission.HELP_PLANS_OVERSEE}
    needed |= {"/v1/perspectives/summary": Permission.HELP_PLANS_COUNT}
    for role in Role:
        for read, permission in needed.items():
            world.as_(role).get(read, status=200 if permission in GRANTS[role] else 403)


def test_those_who_pay_or_count_read_no_plan() -> None:
    for role in (Role.FINANCE_OFFICER, Role.PLANNER, Role.OFFICE_HEAD, Role.PROVIDER_BILLING, Role.OFFICE_SYNC):
        assert not {READ, Permission.HELP_PLANS_MANAGE, Permission.HELP_PLANS_TAKE_PART} & GRANTS[role]
    for role in Role:
        if role.side is OrganisationKind.PROVIDER:
            assert Permission.HELP_PLANS_MANAGE not in GRANTS[role]


def test_the_database_shows_each_side_its_own(world: World) -> None:
    filled(world)
    other = world.organisation(OrganisationKind.PROVIDER, "Fremd")
    foreign = world.organisation(OrganisationKind.YOUTH_OFFICE, "Fremd")
    seen = {}
    for party in (world.youth_office, world.provider, other, foreign):
        with as_organisation(world, party.id) as db:
            seen[party.id] = [db.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES]
    nothing = [0] * len(TABLES)
    assert seen[world.youth_office.id] == [1] * len(TABLES)
    assert seen[world.provider.id] == [1, 0, *([1] * 7)]  # never the draft
    assert [seen[party.id] for party in (other, foreign)] == [nothing, nothing]


def test_a_provider_learns_of_a_plan_with_the_first_consultation(world: World) -> None:
    plan = given_plan(world)
    with as_organisation(world, world.provider.id) as db:
        assert db.scalar(text("SELECT count(*) FROM help_plan")) == 0
    caseworker = world.as_(Role.CASEWORKER)
    caseworker.act(path_of(plan), "end", reason="Versehen")
    world.as_(Role.PROVIDER_LEAD).get(path_of(plan), status=404)


def test_a_provider_cannot_write_in_a_plan_even_in_the_database(world: World) -> None:
    filled(world)
    for change in (
        "UPDATE help_plan SET end_reason = 'x', state = 'ended'",
        "UPDATE help_plan_meeting SET place = 'x'",
    ):
        with as_organisation(world, world.provider.id) as db, pytest.raises(ProgrammingError, match="row-level"):
            db.execute(text(change))


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("change", ["UPDATE {} SET help_id = help_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_was_said_and_confirmed_never_changes(
    kept: tuple[World, str], owner: Connection, table: str, change: str
) -> None:
    me = kept[0].youth_office.id
    with as_organisation(kept[0], me) as db, pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text(change.format(table)))
    with pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text(change.format(table)))


def test_another_provider_of_the_help_reads_and_speaks(world: World) -> None:
    help_ = given_help(world)
    other = joined(world, help_["id"], until=date(2026, 12, 31))
    path = path_of(given_confirmed(world, help_))
    second = world.as_(Role.PROVIDER_PROFESSIONAL, other)
    assert second.get(path)["content"]["need"]
    said = second.post(f"{path}/statements", {"text": "Wir begleiten die Schule."})
    assert said["provider_id"] == str(other.id)
    assert len(world.as_(Role.PROVIDER_LEAD).get(f"{path}/statements")) == 1
    meeting = given_meeting(world, help_)
    second.get(f"{MEETINGS}/{meeting['id']}")
    world.tick()
    told = world.as_(Role.PROVIDER_SYNC, other).get("/v1/events")["items"]
    assert "handschlag.help_plan.active" in {event["type"] for event in told}


def test_a_provider_that_left_keeps_what_it_had_and_learns_nothing_new(world: World) -> None:
    help_ = given_help(world)
    other = joined(world, help_["id"], until=date(2026, 3, 10))
    plan = given_confirmed(world, help_)
    path, second = path_of(plan), world.as_(Role.PROVIDER_PROFESSIONAL, other)
    old = f"{MEETINGS}/{given_held(world, help_)['id']}"
    world.as_(Role.CASEWORKER).post(f"{old}/minutes", MINUTES)
    world.clock.travel(days=37)  # 8 April: a day less than 30 days after
    second.post(f"{path}/statements", {"text": "Unser Abschluss."})
    world.clock.travel(days=3)
    second.get(path)  # nothing has changed since
    second.post(f"{path}/statements", {"text": "Noch etwas."}, status=404)
    second.post(f"{path}/self-assessments", ANSWERS, status=404)
    second.post(f"{path}/grades", graded("provider"), status=404)
    given_reviewed(world, plan)
    second.get(path, status=404)
    assert [version["number"] for version in second.get(f"{path}/versions")] == [1]
    second.get(f"{path}/versions/1")
    second.get(f"{path}/versions/2", status=404)
    second.get(f"{path}/versions/2/changes", status=404)
    new = given_meeting(world, help_)
    second.get(f"{MEETINGS}/{new['id']}", status=404)
    assert [meeting["id"] for meeting in second.get(MEETINGS)["items"]] == [old.rpartition("/")[2]]
    assert len(second.get(f"{old}/minutes")) == 1
    world.as_(Role.PROVIDER_PROFESSIONAL).get(f"{path}/versions/2")


def test_every_reading_of_a_plan_is_written_down(world: World, owner: Connection) -> None:
    path, _ = filled(world)
    readers = [world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_LEAD)]
    before = owner.scalar(text("SELECT count(*) FROM audit_entry WHERE action = 'help_plan.read'")) or 0
    for reader in readers:
        reader.get(path)
        reader.get(f"{path}/versions/1")
    rows = owner.execute(
        text("SELECT actor_id FROM audit_entry WHERE action = 'help_plan.read' AND subject_id = :id ORDER BY at, id"),
        {"id": path.rpartition("/")[2]},
    ).scalars()
    assert list(rows)[-4:].count(readers[0].account_id) == 2
    assert (owner.scalar(text("SELECT count(*) FROM audit_entry WHERE action = 'help_plan.read'")) or 0) == before + 4


def test_no_word_of_a_plan_leaves_its_tables(
    world: World, owner: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    word = f"Weidenkorb{uuid4().hex}"
    said = [CHILD | {"own_words": word}, MOTHER | {"consents": "no", "dissent": word}]
    help_ = given_help(world)
    path = path_of(given_consulted(world, help_, need=word, participants=said))
    world.as_(Role.PROVIDER_LEAD).post(f"{path}/statements", {"text": word})
    caseworker = world.as_(Role.CASEWORKER)
    caseworker.act(path, "confirm")
    world.as_(Role.PROVIDER_LEAD).post(f"{path}/grades", graded("provider", text=word), status=200)
    meeting = f"{MEETINGS}/{given_held(world, help_)['id']}"
    caseworker.post(f"{meeting}/minutes", {"text": word})
    world.tick()
    tables = owner.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    holding = "SELECT count(*) FROM {} AS t WHERE t::text LIKE :word"
    found = {table for table in tables if owner.scalar(text(holding.format(table)), {"word": f"%{word}%"})}
    here = {"help_plan_draft", "help_plan_version", "help_plan_statement", "help_plan_grade", "help_plan_minutes"}
    assert found == here
    told = capsys.readouterr()
    assert word not in told.out + told.err
