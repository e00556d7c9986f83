"""Who learns what: the office nothing too late, the provider nothing too much, tables of other rooms no word."""

from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.core.audit import verify
from app.policy import OrganisationKind, Role
from tests.modules.safeguarding.telling import PATH, acute_body, body_for
from tests.stories.helps import given_help
from tests.world import World

SECRET = "Zitronenfalter"


def test_no_word_leaves_the_room(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """Answers are kept for retries, so an act answers without the text it was told."""
    words = {
        name: f"{SECRET} {name}"
        for name in ("observation", "assessment", "whereabouts", "contact", "parents_reason", "child_reason")
    }
    sent = acute_body(world, **words, acute_reason=SECRET, measures_taken=[SECRET], parents_informed="no")
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, sent)
    path = f"{PATH}/{told['id']}"
    world.clock.travel(hours=3)
    world.tick()
    done = world.as_(Role.TEAM_LEAD).act(path, "acknowledge", note=f"{SECRET} note")
    assert SECRET not in str(told) + str(done)
    read = world.as_(Role.PROVIDER_PROFESSIONAL).get(path)
    assert {name: read[name] for name in words} == words
    assert (read["acknowledgement"], read["measures_taken"]) == (f"{SECRET} note", [SECRET])
    with world.kernel.work.as_system() as db:
        tables = set(db.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        assert "idempotency_key" in tables
        for table in sorted(tables):
            if not db.scalar(text(f"SELECT has_table_privilege('{table}', 'SELECT')")):
                continue
            hits = db.scalar(text(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%{SECRET}%'"))
            assert bool(hits) == (table in {"jugendamt_notification", "endangerment_report"}), table
    assert SECRET not in "".join(capfd.readouterr())


def test_the_provider_learns_of_the_acknowledgement_and_nothing_else_of_the_office(world: World) -> None:
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world))
    world.clock.travel(hours=3)
    world.tick()
    path = f"{PATH}/{told['id']}"
    own = world.as_(Role.PROVIDER_PROFESSIONAL).get(path)["deadline"]
    assert (own["level"], own["steps"], own["is_overdue"]) == (None, [], True)
    office = world.as_(Role.TEAM_LEAD).get(path)["deadline"]
    assert [(step["level"], step["told"]) for step in office["steps"]] == [
        (0, ["caseworker"]),
        (1, ["caseworker", "team_lead"]),
        (2, ["team_lead", "provider_lead", "provider_manager"]),
        (3, ["office_head", "provider_manager"]),
    ]
    levels = {alarm["level"] for alarm in world.as_(Role.PROVIDER_MANAGER).get("/v1/alarms")["items"]}
    assert levels == {2, 3}
    feed = world.as_(Role.PROVIDER_SYNC).get("/v1/events?limit=200")["items"]
    raised = [event["data"]["level"] for event in feed if event["type"] == "handschlag.alarm.raised"]
    assert raised == [2, 3]


def test_the_database_itself_shows_each_side_its_own_rows(world: World) -> None:
    world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world))
    world.clock.travel(hours=3)
    world.tick()
    other = world.organisation(OrganisationKind.PROVIDER, "Anderer")
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    seen = {
        name: rows_seen_by(world, party.id)
        for name, party in (
            ("office", world.youth_office),
            ("provider", world.provider),
            ("other provider", other),
            ("other office", office),
        )
    }
    assert seen == {"office": (1, 7), "provider": (1, 3), "other provider": (0, 0), "other office": (0, 0)}


def rows_seen_by(world: World, organisation_id: UUID) -> tuple[int, int]:
    """Notifications and alarms that a request of this organisation could reach at all."""
    with world.kernel.engine.connect() as connection:
        connection.execute(
            text("SELECT set_config('handschlag.organisation', :id, true), set_config('role', 'handschlag_api', true)"),
            {"id": str(organisation_id)},
        )
        return count(connection, "jugendamt_notification"), count(connection, "alarm WHERE notification_id IS NOT NULL")


def count(connection: Connection, table: str) -> int:
    return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_a_refused_notification_is_written_down_where_it_was_made(world: World) -> None:
    help_ = given_help(world)
    lead = world.as_(Role.PROVIDER_LEAD)
    problem = lead.post(PATH, body_for(world, help_, isef_consulted_on=None), status=409)
    assert problem["missing"] == ["isef_consultation"]
    assert lead.get(PATH)["items"] == []
    entry = text("SELECT subject_id, details FROM audit_entry WHERE action = :action AND tenant_id = :tenant")
    with world.kernel.work.as_system() as db:
        found = db.execute(entry, {"action": "jugendamt_notification.refuse", "tenant": world.provider.id}).all()
        assert verify(db, world.provider.id).broken == []
    assert [(str(row.subject_id), row.details["missing"]) for row in found] == [(help_["id"], ["isef_consultation"])]


def test_the_log_proves_who_was_called(world: World) -> None:
    told = world.as_(Role.PROVIDER_PROFESSIONAL).post(PATH, body_for(world, given_help(world)))
    world.clock.travel(hours=3)
    world.tick()
    entries = text("SELECT details FROM audit_entry WHERE subject_id = :id AND action = 'alarm.raise' ORDER BY at, id")
    with world.kernel.work.as_system() as db:
        details = list(db.scalars(entries, {"id": told["id"]}))
        assert verify(db, world.youth_office.id).broken == []
    caseworker = f"caseworker:{world.youth_office.accounts[Role.CASEWORKER]}"
    assert [(one["level"], one["told"]) for one in details] == [
        (0, [caseworker, "team_lead"]),
        (0, [caseworker]),
        (1, [caseworker, "team_lead"]),
        (2, ["team_lead", "provider_lead", "provider_manager"]),
        (3, ["office_head", "provider_manager"]),
    ]


def test_the_same_label_at_another_office_or_on_another_day_is_another_child(world: World) -> None:
    sync = world.as_(Role.PROVIDER_SYNC)
    first = sync.post(PATH, body_for(world))
    office = world.organisation(OrganisationKind.YOUTH_OFFICE, "Anderes")
    assert sync.post(PATH, body_for(world, youth_office_id=str(office.id)))["duplicate_of"] is None
    world.clock.travel(hours=14, minutes=59)  # 23:59 in Berlin
    assert sync.post(PATH, body_for(world))["duplicate_of"] == first["id"]
    world.clock.travel(minutes=2)
    assert sync.post(PATH, body_for(world))["duplicate_of"] is None
