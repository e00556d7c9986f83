"""The log: append-only, written by many at once, and whole unless somebody has been at it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.core import audit
from app.core.audit import verify
from app.core.kernel import Kernel
from app.core.work import Work
from app.policy import SYSTEM
from tests.core.tampering import MANIPULATIONS, Tamperer
from tests.world import MORNING

LANES, PER_LANE, ROUNDS = 3, 8, 20
_NUMBER = count()


def write(db: Session, tenant_id: UUID) -> None:
    number = next(_NUMBER)
    audit.record(
        db,
        tenant_id=tenant_id,
        actor=SYSTEM,
        action=f"thing.act_{number}",
        subject_kind="thing",
        subject_id=uuid4(),
        at=MORNING + timedelta(seconds=number),
        states=("draft", f"state_{number}"),
        law="§ 36a SGB VIII",
        details={"number": number, "text": "Größe"},
    )
    db.flush()


def write_at_once(work: Work, tenant_id: UUID, writers: int, each: int = 1) -> None:
    """So many transactions, each open until the last one has written."""
    together = threading.Barrier(writers, timeout=5)

    def writer(_: int) -> None:
        with work.as_system() as db:
            for _ in range(each):
                write(db, tenant_id)
            together.wait()

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(writer, range(writers)))


@pytest.fixture
def work(kernel: Kernel) -> Work:
    return kernel.work


@pytest.fixture
def superuser(database_url: str) -> Iterator[Session]:
    """Somebody whom no trigger and no policy binds."""
    engine = create_engine(make_url(database_url).set(username="postgres"))
    with Session(engine) as db:
        db.execute(text("SET session_replication_role = replica"))
        yield db
        db.rollback()
    engine.dispose()


@pytest.mark.parametrize("role", ["handschlag", "handschlag_system", "handschlag_api"])
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET law = ''", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_nobody_changes_an_entry(kernel: Kernel, role: str, statement: str) -> None:
    """The owner of the tables is refused by the trigger, the others have not even the right."""
    with kernel.work.as_system() as db:
        write(db, uuid4())
    words = "append-only" if role == "handschlag" else "permission denied"
    with kernel.engine.connect() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        with pytest.raises(ProgrammingError, match=words):
            connection.execute(text(statement))


@pytest.mark.parametrize("role", ["handschlag_system", "handschlag_api"])
def test_only_the_trigger_writes_heads(kernel: Kernel, role: str) -> None:
    with kernel.engine.connect() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("UPDATE audit_lane SET position = 0"))


def test_place_and_hashes_are_not_the_writers_to_choose(work: Work) -> None:
    tenant_id = uuid4()
    with work.as_system() as db:
        write(db, tenant_id)
        db.execute(
            text(
                "INSERT INTO audit_entry SELECT gen_random_uuid(), tenant_id, at, actor_id, actor_organisation_id,"
                " action, subject_kind, subject_id, from_state, to_state, law, details, 77, 77,"
                " '2001-01-01', '\\x00', '\\x00'"
                " FROM audit_entry WHERE tenant_id = :tenant"
            ),
            {"tenant": tenant_id},
        )
        assert verify(db, tenant_id).broken == []
        places = db.execute(text("SELECT lane, position FROM audit_entry WHERE tenant_id = :t"), {"t": tenant_id})
        assert sorted(map(tuple, places)) == [(1, 1), (1, 2)]


def test_writers_of_one_tenant_do_not_wait_for_each_other(work: Work) -> None:
    tenant_id = uuid4()
    write_at_once(work, tenant_id, 5, each=3)  # a writer that waits would never come to the barrier
    with work.as_system() as db:
        verified = verify(db, tenant_id)
    assert (verified.entries, verified.lanes, verified.broken) == (15, 5, [])


def test_a_quiet_tenant_has_one_lane_and_lanes_are_taken_again(work: Work) -> None:
    tenant_id = uuid4()
    for _ in range(4):
        with work.as_system() as db:
            write(db, tenant_id)
    write_at_once(work, tenant_id, 3)
    write_at_once(work, tenant_id, 3)
    with work.as_system() as db:
        verified = verify(db, tenant_id)
    assert (verified.entries, verified.lanes, verified.broken) == (10, 3, [])


def test_many_writers_leave_a_whole_log(work: Work) -> None:
    tenant_id = uuid4()

    def some(seed: int) -> None:
        dice = Random(seed)  # noqa: S311  # repeatable
        for _ in range(6):
            with work.as_system() as db:
                for _ in range(dice.randint(1, 3)):
                    write(db, tenant_id)
                if dice.random() < 0.3:
                    db.rollback()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(some, range(6)))
    with work.as_system() as db:
        verified = verify(db, tenant_id)
    assert verified.entries > 20
    assert verified.broken == []


@pytest.mark.parametrize("kind", sorted(MANIPULATIONS))
def test_every_manipulation_is_found_at_its_place(work: Work, superuser: Session, kind: str) -> None:
    tenant_id, dice = uuid4(), Random(kind)  # noqa: S311  # repeatable
    write_at_once(work, tenant_id, LANES, PER_LANE)
    assert verify(superuser, tenant_id).broken == []
    tamperer = Tamperer(superuser, tenant_id, dice, PER_LANE)
    for round_ in range(ROUNDS):
        savepoint = superuser.begin_nested()
        expected = MANIPULATIONS[kind](tamperer, round_)
        found = {(broken.lane, broken.position) for broken in verify(superuser, tenant_id).broken}
        assert found == expected, (kind, round_)
        savepoint.rollback()
    assert verify(superuser, tenant_id).broken == []


def test_the_whole_log_names_the_tenant_that_is_broken(work: Work, superuser: Session) -> None:
    tenants = [uuid4(), uuid4()]
    for tenant_id in tenants:
        write_at_once(work, tenant_id, 1, 2)
    superuser.execute(text("UPDATE audit_entry SET law = '' WHERE tenant_id = :t AND position = 2"), {"t": tenants[1]})
    broken = verify(superuser).broken
    assert [(item.tenant_id, item.lane, item.position) for item in broken] == [(tenants[1], 1, 2)]
    assert verify(superuser, tenants[0]).broken == []


def test_what_is_out_of_time_zone_or_script_hashes_the_same(work: Work) -> None:
    tenant_id = uuid4()
    with work.as_system() as db:
        db.execute(text("SET LOCAL timezone = 'Europe/Berlin'"))
        db.execute(text("SET LOCAL extra_float_digits = 0"))
        write(db, tenant_id)
        assert verify(db, tenant_id).broken == []
