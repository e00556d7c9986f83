"""Who sees notices, who learns nothing new, and what never changes or leaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.policy import GRANTS, OrganisationKind, Permission, Role
from tests.modules.notices.given import FIELDS, PATH, body_of, given_notice, path_of
from tests.stories.helps import given_help
from tests.world import World

READERS = {
    Role.CASEWORKER,
    Role.TEAM_LEAD,
    Role.OFFICE_HEAD,
    Role.OFFICE_SYNC,
    Role.PROVIDER_PROFESSIONAL,
    Role.PROVIDER_LEAD,
    Role.PROVIDER_MANAGER,
    Role.PROVIDER_SYNC,
}
INCIDENTS_ONLY = {Role.OFFICE_HEAD, Role.PROVIDER_MANAGER}


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


def test_the_matrix_names_nobody_else() -> None:
    for permission, holders in {
        Permission.NOTICES_READ: READERS,
        Permission.NOTICES_WRITE: READERS - {Role.OFFICE_HEAD},
    }.items():
        assert {role for role, granted in GRANTS.items() if permission in granted} == holders


def test_every_role_sees_what_is_its_business(world: World) -> None:
    help_ = given_help(world)
    incident, other = given_notice(world, "special_incident", help_=help_), given_notice(world, "other", help_=help_)
    for role in Role:
        api, may = world.as_(role), role in READERS
        for url in (PATH, path_of(incident), f"{path_of(incident)}/transitions", f"{path_of(incident)}/messages"):
            api.get(url, status=200 if may else 403)
        api.get(path_of(other), status=(404 if role in INCIDENTS_ONLY else 200) if may else 403)
        if may:
            kinds = {item["kind"] for item in api.get(PATH)["items"]}
            assert kinds == {"special_incident"} | (set() if role in INCIDENTS_ONLY else {"other"})


def test_management_tells_of_incidents_and_of_nothing_else(world: World) -> None:
    help_, manager = given_help(world), world.as_(Role.PROVIDER_MANAGER)
    path = path_of(manager.post(PATH, body_of(help_, "special_incident")))
    manager.post(f"{path}/messages", {"text": "Das Landesjugendamt hat geantwortet."})
    problem = manager.post(PATH, body_of(help_, "absence"), status=422)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/kind", "wrong_role")]
    head = world.as_(Role.OFFICE_HEAD)
    assert head.get(path)["allowed_actions"] == []
    head.act(path, "acknowledge", status=403)
    head.post(f"{path}/messages", {"text": "Danke"}, status=403)


def test_others_cannot_find_a_notice(world: World) -> None:
    notice = given_notice(world)
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    provider = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    for api in (world.as_(Role.CASEWORKER, office), world.as_(Role.PROVIDER_LEAD, provider)):
        for url in (path_of(notice), f"{path_of(notice)}/transitions", f"{path_of(notice)}/messages"):
            api.get(url, status=404)
        api.act(path_of(notice), "close", version=1, status=404)
        api.post(f"{path_of(notice)}/messages", {"text": "Hallo"}, status=404)
        assert api.get(PATH)["items"] == []
        problem = api.post(PATH, body_of({"id": notice["help_id"]}, "other"), status=422)
        assert problem["errors"][0]["pointer"] == "/help_id"


def test_a_provider_that_left_keeps_what_it_had_and_learns_nothing_new(world: World) -> None:
    help_ = given_help(world)
    asked, asking = given_notice(world, help_=help_), given_notice(world, "change_of_need", help_=help_)
    caseworker, lead = world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_LEAD)
    lead.act(path_of(asked), "acknowledge")
    caseworker.act(path_of(asking), "acknowledge")
    caseworker.act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-03-02", reason="planned")
    world.clock.travel(days=30)  # the last day on which it learns anything
    lead.post(PATH, body_of(help_, "other"))
    world.clock.travel(days=1)
    for api in (caseworker, lead):
        problem = api.post(PATH, body_of(help_, "other"), status=409)
        assert problem["type"].endswith("/no-part-in-help")
        problem = api.post(f"{path_of(asked)}/messages", {"text": "Noch etwas"}, status=409)
        assert problem["type"].endswith("/no-part-in-help")
    assert caseworker.act(path_of(asking), "answer", text="Ja", status=409)["type"].endswith("/no-part-in-help")
    assert lead.act(path_of(asked), "answer", text="22")["state"] == "answered"  # what it owes
    assert caseworker.act(path_of(asked), "close")["state"] == "closed"
    assert lead.act(path_of(asking), "close")["state"] == "closed"
    assert len(lead.get(PATH)["items"]) == 3


def test_there_is_nothing_to_tell_of_a_help_that_was_never_given(world: World) -> None:
    given_help(world)
    caseworker = world.as_(Role.CASEWORKER)
    asked = {"provider_id": str(world.provider.id), "service_kind": "section_31", "pseudonym": "Familie Q-18"}
    period = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "hours_per_week": "4"}
    help_ = caseworker.post("/v1/helps", asked | period)
    caseworker.act(f"/v1/helps/{help_['id']}", "withdraw")
    assert caseworker.post(PATH, body_of(help_, "other"), status=409)["type"].endswith("/no-part-in-help")


def test_walls_stand_in_the_database_too(world: World) -> None:
    path = path_of(given_notice(world))
    world.as_(Role.CASEWORKER).post(f"{path}/messages", {"text": "Bitte bald"})
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    seen = {}
    for party in (world.provider, world.youth_office, other):
        with _as_organisation(world, party.id) as db:
            tables = ("notice", "notice_message")
            seen[party.id] = [db.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]
            if party is other:
                changed = db.execute(text("UPDATE notice SET changed_at = changed_at"))
                assert changed.rowcount == 0
    assert seen == {world.provider.id: [1, 1], world.youth_office.id: [1, 1], other.id: [0, 0]}


COPY = """
INSERT INTO notice (id, youth_office_id, provider_id, help_id, number, kind, direction, state, details, told_late,
                    sent_by, acknowledge_by, created_at, changed_at, version)
SELECT gen_random_uuid(), youth_office_id, provider_id, help_id, 'X', kind, direction, 'sent', details, false,
       sent_by, acknowledge_by, CAST(:at AS timestamptz), changed_at, 1 FROM notice
"""


def test_the_database_takes_nothing_from_a_provider_that_left(world: World) -> None:
    help_ = given_help(world)
    given_notice(world, "other", help_=help_)
    world.as_(Role.CASEWORKER).act(f"/v1/helps/{help_['id']}", "end", ended_on="2026-03-02", reason="planned")
    with _as_organisation(world, world.provider.id) as db:
        assert db.execute(text(COPY), {"at": "2026-04-01T12:00:00+02:00"}).rowcount == 1
    with _as_organisation(world, world.provider.id) as db, pytest.raises(ProgrammingError, match="row-level security"):
        db.execute(text(COPY), {"at": "2026-04-02T12:00:00+02:00"})


def test_nobody_writes_a_message_for_the_other_side_or_on_anothers_notice(world: World) -> None:
    notice = given_notice(world)
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    write = text(
        "INSERT INTO notice_message (id, youth_office_id, provider_id, notice_id, organisation_id, author_id, text, "
        "created_at) VALUES (gen_random_uuid(), :office, :provider, :notice, :organisation, :author, 'x', now())"
    )
    sent = {"office": world.youth_office.id, "notice": notice["id"], "author": notice["sent_by"]}
    for speaker, provider, organisation in (
        (world.provider.id, world.provider.id, world.youth_office.id),
        (other.id, other.id, other.id),
    ):
        values = sent | {"provider": provider, "organisation": organisation}
        with _as_organisation(world, speaker) as db, pytest.raises(ProgrammingError, match="row-level security"):
            db.execute(write, values)


@pytest.mark.parametrize("change", ["UPDATE {} SET text = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_messages_never_change(world: World, owner: Connection, change: str) -> None:
    path = path_of(given_notice(world))
    world.as_(Role.CASEWORKER).post(f"{path}/messages", {"text": "Bitte bald"})
    statement = text(change.format("notice_message"))
    with _as_organisation(world, world.provider.id) as db, pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(statement)
    with pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(statement)


@pytest.mark.parametrize(
    "change", ["text = 'x'", "details = '{}'", "answer = 'x'", "acknowledged_at = now()", "kind = 'other'"]
)
def test_what_was_told_and_answered_is_not_overwritten(world: World, owner: Connection, change: str) -> None:
    path = path_of(given_notice(world))
    world.as_(Role.PROVIDER_LEAD).act(path, "acknowledge")
    world.as_(Role.PROVIDER_LEAD).act(path, "answer", text="22")
    with pytest.raises(IntegrityError, match="this row is fixed"):
        owner.execute(text(f"UPDATE notice SET {change} WHERE id = :id"), {"id": path.rpartition("/")[2]})
    with _as_organisation(world, world.provider.id) as db, pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(text("DELETE FROM notice"))


def test_every_reading_is_written_down(world: World, owner: Connection) -> None:
    notice = given_notice(world)
    lead, caseworker = world.as_(Role.PROVIDER_LEAD), world.as_(Role.CASEWORKER)
    lead.get(path_of(notice))
    caseworker.get(f"{path_of(notice)}/messages")
    caseworker.get(PATH)
    rows = owner.scalars(
        text("SELECT actor_id FROM audit_entry WHERE subject_id = :id AND action = 'notice.read'"),
        {"id": notice["id"]},
    ).all()
    assert set(rows) == {lead.account_id, caseworker.account_id}


def test_no_word_of_a_notice_leaves_its_tables(
    world: World, owner: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    word = f"Weidenkorb{uuid4().hex}"
    help_, caseworker, provider = given_help(world), world.as_(Role.CASEWORKER), world.as_(Role.PROVIDER_LEAD)
    fields = FIELDS["special_incident"] | {"text": word, "immediate_measures": word}
    provider.post(PATH, body_of(help_, "special_incident", **fields))
    path = path_of(caseworker.post(PATH, body_of(help_, "request_for_information", text=word)))
    provider.act(path, "acknowledge")
    provider.act(path, "answer", text=word)
    provider.post(f"{path}/messages", {"text": word})
    taken = path_of(caseworker.post(PATH, body_of(help_, "other")))
    caseworker.act(taken, "withdraw", reason=word)
    provider.get(path)
    world.clock.travel(days=30)
    world.tick()
    refused = provider.post(PATH, body_of(help_, "contact_loss", attempts=word, missed_on=[]), status=422)
    assert word not in str(refused)
    tables = owner.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    holding = "SELECT count(*) FROM {} AS t WHERE t::text LIKE :word"
    found = {table for table in tables if owner.scalar(text(holding.format(table)), {"word": f"%{word}%"})}
    assert found == {"notice", "notice_message"}
    told = capsys.readouterr()
    assert word not in told.out + told.err
