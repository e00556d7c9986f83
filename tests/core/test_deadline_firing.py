"""For any steps, beats, crashes and acts: each step fires once, in order, never early, and not after the act."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock, deadlines
from app.core.deadlines import Deadline, DeadlineFiring, Step
from app.core.kernel import Kernel
from app.core.proof import deadlines_proof

START = datetime(1999, 1, 1, tzinfo=UTC)  # long before anything other tests leave open
KIND, OFFICE = "tried", UUID(int=7)
Fired = list[tuple[int, int]]  # level, minute at which it fired

minutes = st.integers(0, 300)
steps_of = st.lists(minutes, min_size=1, max_size=5)
beats_of = st.lists(st.integers(0, 400), max_size=8).map(sorted)
crashes_of = st.frozensets(st.integers(0, 8), max_size=4)


def start(db: Session, steps: list[int]) -> UUID:
    """A deadline that is due with its last step."""
    subject_id = uuid4()
    instants = [START + timedelta(minutes=minute) for minute in steps]
    deadlines.start(
        db,
        kind=KIND,
        tenant_id=OFFICE,
        provider_id=None,
        subject_kind="trial",
        subject_id=subject_id,
        started_at=START,
        due_at=max(instants),
        steps=[Step(level, at) for level, at in enumerate(instants)],
        source="a test",
    )
    return subject_id


def expected(steps: list[int], beats: list[int], crashes: frozenset[int], met: int | None) -> Fired:
    """What must have fired: at each beat all that is due, in order of time, up to the first crash."""
    waiting, fired, calls = sorted((minute, level) for level, minute in enumerate(steps)), Fired(), 0
    for beat in beats:
        while waiting and waiting[0][0] <= beat and (met is None or beat < met):
            calls += 1
            if calls - 1 in crashes:
                break
            fired.append((waiting.pop(0)[1], beat))
    return fired


@settings(max_examples=40, deadline=None)
@given(steps=steps_of, beats=beats_of, crashes=crashes_of, met=st.none() | minutes)
def test_each_step_fires_once_and_never_early(
    kernel: Kernel, steps: list[int], beats: list[int], crashes: frozenset[int], met: int | None
) -> None:
    with kernel.work.as_system() as db:
        subject_id = start(db, steps)
    heard: Fired = []
    calls = 0

    def handler(db: Session, deadline: Deadline, level: int, at: datetime) -> list[str]:
        nonlocal calls
        if deadline.subject_id != subject_id:
            return []
        calls += 1
        if calls - 1 in crashes:
            raise RuntimeError("killed")
        heard.append((level, int((at - START).total_seconds() // 60)))
        return [f"level {level}"]

    acted = False
    for beat in beats:
        if met is not None and beat >= met and not acted:
            acted = act(kernel, subject_id, met)
        deadlines.fire_due(kernel.work, {KIND: handler}, START + timedelta(minutes=beat))
    act(kernel, subject_id, 0)  # no room answers for this kind: it must not stay open
    assert heard == expected(steps, beats, crashes, met)
    assert written(kernel, subject_id) == sorted(heard)


def act(kernel: Kernel, subject_id: UUID, minute: int) -> bool:
    with kernel.work.as_system() as db:
        at = START + timedelta(minutes=minute)
        return deadlines.meet(db, subject_id, KIND, by=OFFICE, at=at) == 1


def written(kernel: Kernel, subject_id: UUID) -> Fired:
    """What the database says has fired; each with the instant at which it should have."""
    with kernel.work.as_system() as db:
        rows = select(DeadlineFiring).join(Deadline).where(Deadline.subject_id == subject_id)
        firings = db.scalars(rows).all()
        assert all(firing.fires_at <= firing.fired_at for firing in firings)
        assert all(firing.told == [f"level {firing.level}"] for firing in firings)
    return sorted((firing.level, int((firing.fired_at - START).total_seconds() // 60)) for firing in firings)


@contextmanager
def reading_at(minute: int) -> Iterator[None]:
    clock.use(lambda: START + timedelta(minutes=minute))
    try:
        yield
    finally:
        clock.use(None)


def proof_of(kernel: Kernel, subject_id: UUID, minute: int, **window: Any) -> list[tuple[object, ...]]:
    """Level, what stands under «fired at», lateness, who was told, and how the deadline stands."""
    window = {"since": START, "until": START + timedelta(days=1), **window}
    with reading_at(minute), kernel.work.as_system() as db:
        rows = [row for row in deadlines_proof(db, **window) if row.deadline.subject_id == subject_id]
        return [(row.level, *row.cells()[5:]) for row in rows]


def test_the_proof_tells_fired_missed_waiting_and_met(kernel: Kernel) -> None:
    with kernel.work.as_system() as db:
        subject_id = start(db, [10, 20, 30])
    at = START + timedelta(minutes=11)
    deadlines.fire_due(kernel.work, {KIND: lambda *_: ["team_lead"]}, at)
    first = (0, "1999-01-01 00:11:00Z", "60", "team_lead")
    assert proof_of(kernel, subject_id, 19) == [
        (*first, "open"),
        (1, "waiting", "", "", "open"),
        (2, "waiting", "", "", "open"),
    ]
    assert proof_of(kernel, subject_id, 31)[1:] == [(1, "MISSED", "", "", "OVERDUE"), (2, "MISSED", "", "", "OVERDUE")]
    act(kernel, subject_id, 35)
    met = "1999-01-01 00:35:00Z"
    assert proof_of(kernel, subject_id, 40) == [(*first, met), (1, "met", "", "", met), (2, "met", "", "", met)]


def test_the_proof_shows_what_is_open_from_before_its_time(kernel: Kernel) -> None:
    with kernel.work.as_system() as db:
        left, done = start(db, [10]), start(db, [10])
    act(kernel, done, 5)
    later = {"since": START + timedelta(days=1), "until": None}
    assert proof_of(kernel, left, 2000, **later) == [(0, "MISSED", "", "", "OVERDUE")]
    assert proof_of(kernel, done, 2000, **later) == []
    act(kernel, left, 2000)


def test_the_proof_costs_the_same_however_much_it_proves(kernel: Kernel, statements: list[str]) -> None:
    with kernel.work.as_system() as db:
        made = [start(db, [10, 20]) for _ in range(20)]
    counts = []
    for until in (START, None):
        with kernel.work.as_system() as db:
            statements.clear()
            deadlines_proof(db, None, until)
            counts.append(len(statements))
    assert counts == [2, 2]
    for subject_id in made:
        act(kernel, subject_id, 0)
