"""Deadlines: each step fires exactly once, never early, whatever clocks, handlers and processes do.

The year is 2001: the deadlines of other tests lie later, so that only those made here are due.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.core.db import make_engine, make_sessions
from app.core.deadlines import Deadline, DeadlineFiring, Handler, Step, fire_due, meet, start
from app.core.kernel import Kernel
from app.core.work import Work
from app.policy import SYSTEM
from tests.conftest import ROOT

KIND = "test"
T0 = datetime(2001, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CRASHES, DUE = 3, 300
HOURS = st.integers(0, 40)


@pytest.fixture
def work(kernel: Kernel) -> Iterator[Work]:
    """Deadlines that a test leaves open are stopped after it."""
    yield kernel.work
    with kernel.work.as_system() as db:
        db.execute(update(Deadline).where(Deadline.kind == KIND).values(next_fires_at=None))


def begin(work: Work, *hours: float, subject_id: UUID | None = None) -> UUID:
    """A deadline whose steps fire so many hours after T0; levels in the order given."""
    with work.as_system() as db:
        steps = [Step(level, T0 + hour * HOUR) for level, hour in enumerate(hours)]
        deadline = _deadline(db, steps, subject_id or uuid4())
        db.flush()
        return deadline.id


def _deadline(db: Session, steps: list[Step], subject_id: UUID) -> Deadline:
    return start(
        db,
        kind=KIND,
        tenant_id=uuid4(),
        provider_id=None,
        subject_kind="thing",
        subject_id=subject_id,
        started_at=T0,
        due_at=max((step.at for step in steps), default=T0),
        steps=steps,
        source="§ 8a SGB VIII",
    )


def firings(work: Work, deadline_id: UUID) -> list[DeadlineFiring]:
    rows = select(DeadlineFiring).where(DeadlineFiring.deadline_id == deadline_id)
    with work.as_system() as db:
        return list(db.scalars(rows.order_by(DeadlineFiring.fires_at, DeadlineFiring.level)))


def telling(_db: Session, _deadline: Deadline, level: int, _now: datetime) -> list[str]:
    return [f"level {level}"]


TELL: dict[str, Handler] = {KIND: telling}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(HOURS, min_size=1, max_size=4), jumps=st.lists(st.integers(-10, 30), max_size=6), late=HOURS)
def test_every_step_fires_once_and_never_early(work: Work, steps: list[int], jumps: list[int], late: int) -> None:
    """Clocks jump forwards and back, the service beats at any time, the deadline may begin with steps in the past."""
    now = T0 + late * HOUR
    deadline_id = begin(work, *steps)
    latest = now
    for jump in jumps:
        now += jump * HOUR
        latest = max(latest, now)
        fire_due(work, TELL, now)
        due = {level for level, hour in enumerate(steps) if T0 + hour * HOUR <= latest}
        assert {firing.level for firing in firings(work, deadline_id)} <= due
    fire_due(work, TELL, T0 + 100 * HOUR)
    fired = firings(work, deadline_id)
    assert sorted(firing.level for firing in fired) == list(range(len(steps)))
    assert all(firing.fired_at >= firing.fires_at == T0 + steps[firing.level] * HOUR for firing in fired)
    assert [firing.told for firing in fired] == [[f"level {firing.level}"] for firing in fired]
    assert fire_due(work, TELL, T0 + 200 * HOUR) == 0


@pytest.mark.parametrize(("microseconds", "count"), [(-1, 0), (0, 1)])
def test_a_step_fires_at_its_instant_and_not_before(work: Work, microseconds: int, count: int) -> None:
    begin(work, 5)
    assert fire_due(work, TELL, T0 + 5 * HOUR + timedelta(microseconds=microseconds)) == count


def test_a_deadline_without_steps_never_fires(work: Work) -> None:
    begin(work)
    assert fire_due(work, TELL, T0 + 100 * HOUR) == 0


def test_the_act_stops_the_deadline(work: Work) -> None:
    subject_id = uuid4()
    deadline_id = begin(work, 1, 5, 9, subject_id=subject_id)
    other = begin(work, 9)
    assert fire_due(work, TELL, T0 + 2 * HOUR) == 1
    with work.as_system() as db:
        assert meet(db, subject_id, "another kind", by=SYSTEM.id, at=T0) == 0
        assert meet(db, subject_id, KIND, by=SYSTEM.id, at=T0 + 3 * HOUR) == 1
        assert meet(db, subject_id, KIND, by=SYSTEM.id, at=T0 + 4 * HOUR) == 0
    assert fire_due(work, TELL, T0 + 100 * HOUR) == 1
    assert [firing.level for firing in firings(work, deadline_id)] == [0]
    assert len(firings(work, other)) == 1
    with work.as_system() as db:
        assert db.get_one(Deadline, deadline_id).met_at == T0 + 3 * HOUR


def test_a_step_may_meet_its_own_deadline(work: Work) -> None:
    """What lapses with the first step has nothing left to remind of."""

    def lapse(db: Session, deadline: Deadline, _level: int, now: datetime) -> list[str]:
        meet(db, deadline.subject_id, KIND, by=SYSTEM.id, at=now)
        return []

    deadline_id = begin(work, 1, 2, 3)
    assert fire_due(work, {KIND: lapse}, T0 + 100 * HOUR) == 1
    assert [firing.level for firing in firings(work, deadline_id)] == [0]


def test_a_deadline_is_as_lasting_as_the_act_that_starts_it(work: Work) -> None:
    def act_that_fails() -> None:
        with work.as_system() as db:
            _deadline(db, [Step(0, T0)], uuid4())
            db.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_that_fails()
    assert fire_due(work, TELL, T0 + 100 * HOUR) == 0


def test_what_came_due_first_fires_first(work: Work) -> None:
    order: list[tuple[UUID, int]] = []

    def note(_db: Session, deadline: Deadline, level: int, _now: datetime) -> list[str]:
        order.append((deadline.id, level))
        return []

    late, early, both = begin(work, 7), begin(work, 2), begin(work, 1, 5)
    assert fire_due(work, {KIND: note}, T0 + 100 * HOUR) == 4
    assert order == [(both, 0), (early, 0), (both, 1), (late, 0)]


def test_a_handler_that_fails_leaves_its_step_due_and_the_others_alone(work: Work) -> None:
    bad, good = begin(work, 1, 3), [begin(work, 2), begin(work, 4)]

    def failing(db: Session, deadline: Deadline, level: int, now: datetime) -> list[str]:
        db.execute(text("UPDATE deadline SET source = 'undone' WHERE id = :id"), {"id": deadline.id})
        if deadline.id == bad:
            raise ValueError
        return telling(db, deadline, level, now)

    assert fire_due(work, {KIND: failing}, T0 + 100 * HOUR) == 2
    assert [len(firings(work, deadline_id)) for deadline_id in (bad, *good)] == [0, 1, 1]
    with work.as_system() as db:
        assert db.get_one(Deadline, bad).source == "§ 8a SGB VIII"
    assert fire_due(work, {KIND: failing}, T0 + 100 * HOUR) == 0
    assert fire_due(work, TELL, T0 + 101 * HOUR) == 2
    assert [firing.fired_at for firing in firings(work, bad)] == [T0 + 101 * HOUR] * 2


def test_an_unknown_kind_does_not_hold_up_the_others(work: Work) -> None:
    unknown, known = begin(work, 1), begin(work, 2)
    with work.as_system() as db:
        db.execute(update(Deadline).where(Deadline.id == unknown).values(kind="test_unknown"))
    assert fire_due(work, TELL, T0 + 100 * HOUR) == 1
    assert len(firings(work, known)) == 1
    with work.as_system() as db:
        db.execute(update(Deadline).where(Deadline.id == unknown).values(kind=KIND))


def test_several_processes_fire_each_step_once(work: Work) -> None:
    made = [begin(work, 1, 2) for _ in range(30)]
    together = threading.Barrier(4, timeout=5)

    def beat(_: int) -> int:
        together.wait()
        return fire_due(work, TELL, T0 + 100 * HOUR)

    with ThreadPoolExecutor(4) as pool:
        fired = list(pool.map(beat, range(4)))
    assert sum(fired) == 60
    assert all([firing.level for firing in firings(work, deadline_id)] == [0, 1] for deadline_id in made)


def test_the_act_waits_for_the_step_that_is_firing(work: Work) -> None:
    """Either the step fires, or the act comes first: never both halfway."""
    subject_id, inside, may_end = uuid4(), threading.Event(), threading.Event()
    deadline_id = begin(work, 1, 2, subject_id=subject_id)

    def slow(_db: Session, _deadline: Deadline, _level: int, _now: datetime) -> list[str]:
        inside.set()
        assert may_end.wait(5)
        return []

    def act() -> int:
        with work.as_system() as db:
            return meet(db, subject_id, KIND, by=SYSTEM.id, at=T0 + HOUR)

    with ThreadPoolExecutor(2) as pool:
        beat = pool.submit(fire_due, work, {KIND: slow}, T0 + HOUR)
        assert inside.wait(5)
        met = pool.submit(act)
        may_end.set()
        assert (beat.result(5), met.result(5)) == (1, 1)
    assert fire_due(work, TELL, T0 + 100 * HOUR) == 0
    assert [firing.level for firing in firings(work, deadline_id)] == [0]


def _many(work: Work) -> UUID:
    """Many due deadlines of one tenant with one or two steps each, in one statement."""
    tenant_id = uuid4()
    with work.as_system() as db:
        db.execute(
            text(
                """
                INSERT INTO deadline (id, tenant_id, kind, subject_kind, subject_id, started_at, due_at, steps, source,
                                      next_step, next_fires_at)
                SELECT gen_random_uuid(), :tenant, :kind, 'thing', gen_random_uuid(), :at, :at,
                       CASE WHEN n % 5 = 0 THEN jsonb_build_array(step(0), step(1)) ELSE jsonb_build_array(step(0)) END,
                       '', 0, :at
                  FROM generate_series(1, :count) AS n
                """.replace("step(", "jsonb_build_object('at', CAST(:iso AS text), 'level', ")
            ),
            {"tenant": tenant_id, "kind": KIND, "at": T0, "iso": T0.isoformat(), "count": DUE},
        )
    return tenant_id


def test_a_killed_process_neither_loses_nor_doubles_a_step(work: Work, database_url: str) -> None:
    tenant_id, dice, now = _many(work), Random(8), T0 + HOUR  # noqa: S311  # repeatable
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.core.deadline_crash", database_url, KIND, str(nth), now.isoformat()], cwd=ROOT
        )
        for nth in dice.sample(range(2, 60), CRASHES)
    ]
    assert [process.wait(30) for process in processes] == [9] * CRASHES
    mine = Deadline.tenant_id == tenant_id
    half = select(func.count()).select_from(DeadlineFiring).join(Deadline).where(mine)
    with work.as_system() as db:
        assert 0 < (db.scalar(half) or 0) < DUE
    engine = make_engine(database_url, pool_size=1)
    while fire_due(Work(make_sessions(engine), work.resolve), {KIND: _mark}, now):
        pass
    engine.dispose()
    with work.as_system() as db:
        for deadline in db.scalars(select(Deadline).where(mine)):
            levels = select(DeadlineFiring.level).where(DeadlineFiring.deadline_id == deadline.id)
            assert sorted(db.scalars(levels)) == list(range(len(deadline.steps)))
            assert deadline.source == "x" * len(deadline.steps)  # the handlers of killed processes left no trace
            assert deadline.next_fires_at is None


def _mark(db: Session, deadline: Deadline, _level: int, _now: datetime) -> list[str]:
    db.execute(text("UPDATE deadline SET source = source || 'x' WHERE id = :id"), {"id": deadline.id})
    return []
