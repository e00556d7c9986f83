"""One request, one transaction: what commits is answered, what is answered has committed, and walls stand behind it."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.core import health, refusals
from app.core.asgi import Envelope
from app.core.db import make_engine, make_sessions
from app.core.http import CurrentActor, Db, Router, install, needs
from app.core.kernel import Kernel
from app.core.tokens import Claims
from app.core.work import Work
from app.modules.identity import resolve
from app.policy import OrganisationKind, Permission, Role
from tests.api import Api
from tests.core.inprocess import InProcess
from tests.stories.given import given_agreement, given_form, given_standard
from tests.stories.helps import given_help, record_body
from tests.world import Party, World

ROLE_NOW = text("SELECT current_user::text, current_setting('handschlag.organisation', true)")
WALLED = text(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity"
)
SHARED_BY_ALL = {
    "standard": "what an office shares",
    "form": "what an office shares",
    "region": "the public register of regions",
    "standard_adoption": "ids only: which standard is adopted",
    "agreement_party": "ids only: who works with whom is no secret",
}


def _router(superuser: Engine) -> Router:
    """Endpoints that do what no endpoint of the house does: their commits fail."""
    router = Router()

    @router.get("/whoami")
    @needs(Permission.ACCOUNTS_READ)
    def tell_role(db: Db, actor: CurrentActor) -> list[str]:
        return [*db.execute(ROLE_NOW).one(), str(actor.organisation_id)]

    @router.post("/doubled", status_code=201)
    @needs(Permission.ACCOUNTS_READ)
    def double(db: Db) -> dict[str, str]:
        """Two rows that only the commit compares."""
        db.execute(text("CREATE TEMP TABLE doubled (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"))
        db.execute(text("INSERT INTO doubled VALUES (1), (1)"))
        return {"status": "done"}

    @router.get("/lost")
    @needs(Permission.ACCOUNTS_READ)
    def lose(db: Db) -> dict[str, str]:
        """The database ends the connection before the commit."""
        with superuser.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:p, 2000)"), {"p": _backend(db)})
        return {"status": "done"}

    return router


def _backend(db: Session) -> int:
    return int(db.scalar(text("SELECT pg_backend_pid()")) or 0)


@pytest.fixture
def superuser(database_url: str) -> Iterator[Engine]:
    engine = create_engine(make_url(database_url).set(username="postgres"))
    yield engine
    engine.dispose()


@pytest.fixture
def small(kernel: Kernel, database_url: str) -> Iterator[Kernel]:
    """A kernel with one single connection: what a request leaves on it, the next one finds."""
    engine = make_engine(database_url, pool_size=1)
    yield replace(kernel, engine=engine, work=Work(make_sessions(engine), resolve))
    engine.dispose()


@pytest.fixture
def client(small: Kernel, superuser: Engine) -> InProcess:
    app = FastAPI()
    app.state.kernel = small
    refusals.install(app)
    install(app, (_router(superuser), health.router))
    app.add_middleware(Envelope, body_limit=1000, larger={})
    return InProcess(app)


@pytest.fixture
def headers(world: World) -> dict[str, str]:
    return world.as_(Role.OFFICE_ADMIN).bearer()


def test_a_request_runs_as_a_role_that_owns_nothing(client: InProcess, world: World, headers: dict[str, str]) -> None:
    role, organisation, own = client.get("/v1/whoami", headers=headers).json()
    assert (role, organisation) == ("handschlag_api", own)
    assert UUID(own) == world.youth_office.id


def test_the_service_itself_runs_as_another(small: Kernel) -> None:
    with small.work.as_system() as db:
        assert db.execute(ROLE_NOW).one()[0] == "handschlag_system"


@pytest.mark.parametrize("path", ["/v1/whoami", "/v1/lost", "/v1/doubled"])
def test_a_pooled_connection_forgets_for_whom_it_ran(
    client: InProcess, small: Kernel, headers: dict[str, str], path: str
) -> None:
    client.request("POST" if "doubled" in path else "GET", path, headers={**headers, "Idempotency-Key": str(uuid4())})
    with small.work.as_system():
        pass
    with small.engine.connect() as connection:
        assert tuple(connection.execute(ROLE_NOW).one()) in {("handschlag", ""), ("handschlag", None)}


def test_a_constraint_that_speaks_at_the_commit_is_a_refusal(client: InProcess, headers: dict[str, str]) -> None:
    headers = {**headers, "Idempotency-Key": str(uuid4())}
    for _ in range(2):  # the answer made before the commit was not kept for the retry either
        answer = client.post("/v1/doubled", headers=headers)
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert "done" not in answer.text


def test_a_connection_lost_before_the_commit_is_no_success(client: InProcess, headers: dict[str, str]) -> None:
    answer = client.get("/v1/lost", headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"].endswith("unavailable")
    assert client.get("/v1/whoami", headers=headers).status_code == 200  # with a new connection


FULL = (
    (
        "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END $$"
    ),
    (
        "CREATE CONSTRAINT TRIGGER disk_full AFTER INSERT ON service_record DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION disk_full()"
    ),
)


def test_a_commit_that_fails_stores_nothing_and_can_be_tried_again(world: World) -> None:
    """It fails at the express counter, and then on the ordinary way too."""
    help_, sync, key = given_help(world), world.as_(Role.PROVIDER_SYNC), {"Idempotency-Key": str(uuid4())}
    body = record_body(help_)
    with world.kernel.engine.begin() as db:
        for statement in FULL:
            db.execute(text(statement))
    try:
        problem = sync.post("/v1/service-records", body, status=503, headers=key)
    finally:
        with world.kernel.engine.begin() as db:
            db.execute(text("DROP FUNCTION disk_full() CASCADE"))
    assert "disk" not in str(problem)
    assert sync.get("/v1/service-records")["items"] == []
    made = sync.request("POST", "/v1/service-records", status=201, json=body, headers=key)
    assert "idempotency-replayed" not in made.headers


def test_readiness_follows_the_database(client: InProcess, small: Kernel) -> None:
    assert client.get("/readyz").json()["status"] == "ready"
    away = make_engine("postgresql+psycopg://handschlag@/handschlag?host=/nowhere", pool_size=2)
    client.app.state.kernel = replace(small, engine=away)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    away.dispose()


def _claims(world: World, api: Api) -> Claims:
    return world.kernel.tokens.open(api.bearer()["Authorization"].split()[1], now=int(world.clock.now.timestamp()))


def _rows(db: Session, table: str) -> set[str]:
    return set(db.scalars(text(f"SELECT t::text FROM {table} AS t")))


def _visible(world: World, party: Party) -> dict[str, set[str]]:
    role = Role.OFFICE_ADMIN if party.kind is OrganisationKind.YOUTH_OFFICE else Role.PROVIDER_ADMIN
    with world.kernel.work.as_actor(_claims(world, world.as_(role, party))) as (db, _):
        return {table: _rows(db, table) for table in db.scalars(WALLED).all()}


def test_raw_sql_sees_the_own_organisations_rows_only(world: World) -> None:
    """Even a query that forgets to ask whose row it is: the database walls every table."""
    other = World(world.kernel, world.http, world.clock, world.ticker)
    for each in (world, other):
        given_agreement(each)
        each.as_(Role.PROVIDER_SYNC).post("/v1/service-records", record_body(given_help(each)))
        each.tick()
    strangers = {str(other.youth_office.id), str(other.provider.id)}
    for mine, theirs in ((world.youth_office, other.youth_office), (world.provider, other.provider)):
        seen, foreign = _visible(world, mine), _visible(other, theirs)
        for table in seen.keys() - SHARED_BY_ALL.keys():
            assert not [row for row in seen[table] if any(stranger in row for stranger in strangers)], table
        for table in ("account", "agreement", "audit_entry", "event", "help", "service_record", "feed_entry"):
            assert seen[table] or (table, mine.kind) == ("audit_entry", OrganisationKind.PROVIDER), table
            assert foreign[table] or (table, mine.kind) == ("audit_entry", OrganisationKind.PROVIDER), table
            assert seen[table].isdisjoint(foreign[table]), table


def test_raw_sql_changes_the_own_organisations_rows_only(world: World) -> None:
    other = World(world.kernel, world.http, world.clock, world.ticker)
    help_ = given_help(other)
    with world.kernel.work.as_actor(_claims(world, world.as_(Role.OFFICE_ADMIN))) as (db, _):
        touched = text("UPDATE help SET pseudonym = 'x' WHERE id = :id RETURNING id")
        assert db.execute(touched, {"id": help_["id"]}).all() == []
    assert other.as_(Role.CASEWORKER).get(f"/v1/helps/{help_['id']}")["pseudonym"] == "Familie Q-17"


def test_raw_sql_takes_nothing_over_that_others_share(world: World) -> None:
    other = World(world.kernel, world.http, world.clock, world.ticker)
    given_standard(other)
    given_form(other)
    with world.kernel.work.as_actor(_claims(world, world.as_(Role.PLANNER))) as (db, actor):
        for table in ("standard", "form"):
            shared = text(f"SELECT count(*) FROM {table} WHERE youth_office_id = :office")
            assert db.scalar(shared, {"office": other.youth_office.id}) == 1
            claim = text(f"UPDATE {table} SET youth_office_id = :me WHERE youth_office_id = :office")
            with pytest.raises(IntegrityError, match="this row is fixed"), db.begin_nested():
                db.execute(claim, {"me": actor.organisation_id, "office": other.youth_office.id})
            rename = text(f"UPDATE {table} SET title = 'x' WHERE youth_office_id = :office")
            with pytest.raises(DBAPIError, match="row-level security"), db.begin_nested():
                db.execute(rename, {"office": other.youth_office.id})


def test_every_table_with_rows_of_a_case_has_a_wall(superuser: Engine) -> None:
    columns = "'youth_office_id', 'provider_id', 'organisation_id', 'tenant_id', 'account_id'"
    open_tables = text(
        "SELECT DISTINCT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relrowsecurity"
        f" AND attname IN ({columns})"
    )
    with superuser.connect() as connection:
        assert set(connection.scalars(open_tables)) == {"number_series"}  # counters without content
